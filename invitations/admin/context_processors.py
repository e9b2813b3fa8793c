"""Variables of the admin's templates."""

from typing import Any

from django.http import HttpRequest

from invitations.outbox.arming import reason_sending_is_off

# The names of the addresses of the desk: the lists, and what needs both apps.
DESK = ("admin", "desk")


def sending_state(request: HttpRequest) -> dict[str, Any]:
    """Give the admin's templates the function: the database is asked where the reason is shown."""
    page = request.resolver_match
    return (
        {"reason_sending_is_off": reason_sending_is_off} if page and page.app_name in DESK else {}
    )
