"""Variables of all templates."""

from typing import Any

from django.http import HttpRequest

from invitations.outbox.arming import why_mute


def sending(request: HttpRequest) -> dict[str, Any]:
    """Give templates the function, so that the database is asked only where the reason is shown."""
    return {"why_mute": why_mute}
