"""The columns of invitations in their list and on their page."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from invitations.admin.answers import (
    ANSWERS_IN_SHORT,
    CONTESTED,
    SILENT,
    ReconfirmationFilter,
)
from invitations.admin.base import ModelAdmin
from invitations.admin.letters.letters import LETTER_LABELS
from invitations.admin.list_columns import at_hour_with, state_link, state_url, text_link
from invitations.forms.correspondence import STILL_VALID
from invitations.links import reply_url
from invitations.models import Invitation, Letter, Reconfirmation
from invitations.text.dates import left_to_right

Said = Reconfirmation.Said


def still_valid_url(invitation: Invitation) -> str:
    """Return the form for a call or a letter by which the office says that its answer holds."""
    known: dict[str, str | int] = {"invitation": invitation.pk, "answer": STILL_VALID}
    return f"{reverse('admin:invitations_correspondence_add')}?{urlencode(known)}"


class InvitationColumnsMixin(ModelAdmin):
    """Columns that read what the list annotates."""

    def get_list_display(self, request: HttpRequest) -> Any:
        """Beside each office that has not re-confirmed, lead to the form that says so for it."""
        shown = super().get_list_display(request)
        asks = request.GET.get(ReconfirmationFilter.parameter_name) == Said.NOT_YET
        may_record = request.user.has_perm("invitations.add_correspondence")
        return [*shown, "still_valid"] if asks and may_record else shown

    @display(description=gettext_lazy("re-confirmation"))
    def still_valid(self, invitation: Any) -> str:
        if invitation.standing_answer not in invitation.edition.answers_offered:
            return _("its answer is not offered any more")
        return text_link(still_valid_url(invitation), _("record that the answer holds"))

    @display(description=gettext_lazy("State"), ordering="member_state__sort_key_fr")
    def state(self, invitation: Invitation) -> str:
        return state_link(invitation, invitation.edition, invitation.member_state)

    @display(description=gettext_lazy("State’s page"))
    def page_of_state(self, invitation: Invitation) -> str:
        url = state_url(invitation.edition, invitation.member_state)
        return text_link(url, invitation.member_state.listed_as)

    @display(
        description=gettext_lazy("status"),
        ordering="status",
        label={"draft": "info", "issued": "success", "withdrawn": "danger"},
    )
    def status_shown(self, invitation: Invitation) -> tuple[str, Any]:
        return invitation.status, invitation.get_status_display()

    @display(
        description=gettext_lazy("standing answer"),
        ordering="standing_answer",
        label={SILENT: "warning", CONTESTED: "danger", "answered": "success"},
    )
    def answer_shown(self, invitation: Any) -> tuple[str, Any] | None:
        if invitation.status != Invitation.Status.ISSUED:
            return None
        if invitation.is_contested:
            # Our functions leave a reply standing beside a contested one; SQL by hand may not.
            standing = ANSWERS_IN_SHORT.get(invitation.standing_answer, _("silent"))
            return CONTESTED, _("contested: %(answer)s") % {"answer": standing}
        if invitation.standing_answer:
            return "answered", ANSWERS_IN_SHORT[invitation.standing_answer]
        return (SILENT, _("silent")) if invitation.is_principal else None

    @display(description=gettext_lazy("standing answer"))
    def answer(self, invitation: Any) -> str:
        _key, words = self.answer_shown(invitation) or ("", "")
        return words

    @display(description=gettext_lazy("letter"), ordering="letter_state", label=LETTER_LABELS)
    def letter_shown(self, invitation: Any) -> tuple[str, Any] | None:
        if not invitation.letter_state:
            return None
        return invitation.letter_state, Letter.State(invitation.letter_state).label

    @display(description=gettext_lazy("withdrawn"))
    def withdrawn(self, invitation: Invitation) -> str:
        return at_hour_with(invitation.withdrawn_at, invitation.withdrawal_reason)

    @display(description=gettext_lazy("office’s page"))
    def office_page(self, invitation: Invitation) -> str:
        return text_link(reverse("office:answer", args=[invitation.pk]), _("look at it"))

    @display(description=gettext_lazy("link for the reply"))
    def reply_address(self, invitation: Invitation) -> str:
        current = invitation.links.current().first()
        return left_to_right(reply_url(current)) if current else ""
