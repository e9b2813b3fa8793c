"""What each page of an office shows."""

from typing import Any

from django.http import HttpRequest
from django.utils import translation

from delegations.office.access import is_staff_looking
from invitations.models import Invitation, Minister


def page_context(request: HttpRequest, invitation: Invitation, **more: Any) -> dict[str, Any]:
    """Return the variables of an office's page: those that all have, and those given."""
    return {
        "invitation": invitation,
        "edition": invitation.edition,
        "minister_name": printed_minister_name(invitation.minister),
        "looks_on": is_staff_looking(request),
        **more,
    }


def printed_minister_name(minister: Minister) -> str:
    """Return the name, in its own script where the page speaks the minister's language."""
    if translation.get_language() == minister.language:
        return minister.name_in(minister.language)
    return minister.name
