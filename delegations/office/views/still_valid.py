"""The one button by which an office says that its answer holds for the new dates."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from delegations.office.access import office_required
from delegations.office.on_file import read_on_file
from delegations.office.page import TOO_LONG_OPEN, csrf_refusal
from delegations.office.views.answer import closed_page, filed_page
from invitations.models import Invitation
from invitations.outbox.date_change.reconfirmations import confirm_answer
from invitations.text.dates import running_text


@require_http_methods(["GET", "HEAD", "POST"])
@office_required()
def still_valid(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Take the button's POST, which names the reply and the dates of its page; a GET takes none."""
    if request.method != "POST":
        return redirect("office:answer", invitation.pk)
    if not invitation.edition.is_open_to_offices(timezone.now()):
        return closed_page(request, invitation)
    if csrf_refusal(request):
        return show_refused(request, invitation, str(TOO_LONG_OPEN), 403)
    said = [request.POST.get(name, "") for name in ("reply", "dates")]
    try:
        confirm_answer(invitation, *said)
    except ValidationError as refusal:
        return show_refused(request, invitation, running_text(refusal.messages), 409)
    messages.success(
        request, _("We thank you: your answer is re-confirmed for the dates now in force.")
    )
    return redirect("office:answer", invitation.pk)


def show_refused(
    request: HttpRequest, invitation: Invitation, reason: str, status: int
) -> HttpResponse:
    """Show what is on file now, and why nothing was noted."""
    filed = read_on_file(invitation)
    if not (filed.standing or filed.contested):
        return redirect("office:answer", invitation.pk)
    return filed_page(request, invitation, filed, status, reason=reason)
