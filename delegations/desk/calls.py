"""The note of a telephone call, made on the page of a State on any day."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from delegations.desk.dossier import Dossier
from invitations.admin.base import user_of
from invitations.forms.calls import CallForm
from invitations.models import Invitation
from invitations.reminders.calls import note_call

NOTES_CALLS = "invitations.add_telephonecall"


def call_form(request: HttpRequest, dossier: Dossier) -> CallForm | None:
    """Return the form of a call; none without permission, or where nobody is invited."""
    if not dossier.may(NOTES_CALLS):
        return None
    withdrawn = Invitation.Status.WITHDRAWN
    invitations = [one for one in dossier.invitations if one.status != withdrawn]
    return CallForm(request.POST or None, invitations) if invitations else None


def note_typed_call(request: HttpRequest, form: CallForm | None) -> bool:
    """Keep the call that was typed; where it is refused, the form says why."""
    if form is None:
        raise PermissionDenied
    if not form.is_valid():
        return False
    words: dict[str, Any] = {**form.cleaned_data}
    invitation, outcome = words.pop("invitation"), words.pop("outcome")
    try:
        note_call(invitation, user_of(request), outcome, **words)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    messages.success(request, _("The call is noted."))
    return True
