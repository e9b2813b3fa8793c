"""The standing answer of an invitation, in short words."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.models import Answer, Invitation, Reconfirmation, Reply
from invitations.text.dates import labelled

SILENT, CONTESTED, SPEAKS_BY_COURTESY = "silent", "contested", "speaks_by_courtesy"
READS_ANSWERS = "invitations.view_reply"
# The board tells what each State answered.
MAY_SEE_BOARD = ("invitations.view_invitation", READS_ANSWERS)
ANSWERS_IN_SHORT: dict[str, Any] = {
    Answer.IN_PERSON: gettext_lazy("in person"),
    Answer.REPRESENTED: gettext_lazy("represented"),
    Answer.ATTENDS_ONLY: gettext_lazy("attends only"),
    Answer.VIDEO: gettext_lazy("by video"),
    Answer.WRITTEN: gettext_lazy("in writing"),
    Answer.REGRETS: gettext_lazy("regrets"),
    Answer.HOLDING: gettext_lazy("transmitted to the capital"),
}


class ReconfirmationFilter(admin.SimpleListFilter):
    """What offices said again since the dates of their edition moved last."""

    title = gettext_lazy("re-confirmation")
    parameter_name = "reconfirmed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Reconfirmation.Said.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any] | None:
        if self.value() is None:
            return None
        asked = Reconfirmation.objects.current().filter(said=self.value())
        return queryset.issued().filter(pk__in=asked.values("invitation"))


class StandingAnswerFilter(admin.SimpleListFilter):
    """Only principal invitations can be silent: the others owe no answer.

    Who may not open the replies learns who is silent, and nothing of what others said.
    """

    title = gettext_lazy("standing answer")
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        answers = [pair for pair in ANSWERS_IN_SHORT.items() if pair[0] != Answer.HOLDING]
        if not request.user.has_perm(READS_ANSWERS):
            return [(SILENT, _("silent"))]
        return [
            (SILENT, _("silent")),
            (CONTESTED, _("contested")),
            *answers,
            (SPEAKS_BY_COURTESY, _("a statement, though the State’s own brings none")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any] | None:
        if self.value() not in dict(self.lookup_choices):
            return None
        if self.value() == SILENT:
            return queryset.silent().principal()
        if self.value() == CONTESTED:
            return queryset.filter(pk__in=Reply.objects.to_settle().values("invitation"))
        if self.value() == SPEAKS_BY_COURTESY:
            return queryset.filter(pk__in=Invitation.objects.speaking_by_courtesy().values("pk"))
        standing = Reply.objects.standing().filter(answer=self.value())
        return queryset.issued().filter(pk__in=standing.values("invitation"))


NOT_COUNTED = gettext_lazy(
    "The statement that its answer brings does not count any more: tell its office."
)


def warn_of_uncounted(request: HttpRequest, principal: Invitation) -> None:
    """Name whose answer brings a statement, while that of the State's principal one brings none."""
    if not request.user.has_perm(READS_ANSWERS):
        return
    of_state = principal.edition.invitations.filter(member_state=principal.member_state_id)
    for one in of_state.speaking_by_courtesy().select_related("minister", "member_state"):
        messages.warning(request, labelled(one, NOT_COUNTED))
