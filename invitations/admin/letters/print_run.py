"""The print run: one PDF of chosen letters for the pouch and the post, and their dispatch."""

import datetime as dt

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from unfold.decorators import action

from invitations.admin.base import RecordAdmin, user_of
from invitations.admin.confirming import (
    act_on_each,
    confirmation_page,
    confirmed,
    refusal_sentence,
    row_by_row,
    submitted,
    too_many,
)
from invitations.admin.reauthentication import signed_in_recently
from invitations.audit import record_export
from invitations.forms.action_forms import LetterDispatchedForm, SureForm
from invitations.letters.channels import paper_channel
from invitations.models import Letter
from invitations.outbox.decisions import (
    dispatch_on_paper,
    reason_not_to_record_paper,
    reason_original_is_waiting,
)
from invitations.outbox.envelopes import (
    PrintRun,
    pack_envelopes,
    refuse_unprintable,
    with_covered_letters,
)
from invitations.outbox.print_run import print_run


def letters_with_notes(letters: QuerySet[Letter]) -> QuerySet[Letter]:
    """Return all that lies in the envelopes of these letters, notes verbales included."""
    chosen = list(with_covered_letters(letters))
    inside = {letter.pk for letter in [*chosen, *pack_envelopes(chosen).everything]}
    return with_covered_letters(Letter.objects.filter(pk__in=inside))


class PrintRunMixin(RecordAdmin):
    """The letters' list actions for the print run."""

    def has_dispatch_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("invitations.change_delivery")

    @action(description=gettext_lazy("Print run for pouch and post"), permissions=["words"])
    @signed_in_recently("print_letters")
    def print_selected(
        self, request: HttpRequest, queryset: QuerySet[Letter]
    ) -> HttpResponse | FileResponse | None:
        run = self._packed(request, queryset)
        if too_many(request, len(run.everything)):
            return None
        if not submitted(request):
            report_left_out(request, run)
        if not run.envelopes:
            messages.error(request, _("There is nothing to print."))
            return None
        if not submitted(request):
            return self._ask_to_print(request, run)
        try:
            file = print_run(run)
        except ValidationError as refusal:
            messages.error(request, refusal_sentence(refusal))
            return None
        record_export(Letter, len(run.letters), _("Print run"), user_of(request))
        name = f"print-run-{timezone.localtime():%Y-%m-%d-%H%M}.pdf"
        return FileResponse(file, as_attachment=True, filename=name)

    def _packed(self, request: HttpRequest, queryset: QuerySet[Letter]) -> PrintRun:
        """Pack the letters that may be printed; refuse the others row by row."""
        printable: list[Letter] = []

        def choose(letter: Letter) -> None:
            refuse_unprintable(letter)
            printable.append(letter)

        act_on_each(request, with_covered_letters(queryset), choose)
        return pack_envelopes(printable)

    def _ask_to_print(self, request: HttpRequest, run: PrintRun) -> HttpResponse:
        letters = with_covered_letters(
            Letter.objects.filter(pk__in=[one.pk for one in run.everything])
        )
        return confirmation_page(
            self,
            request,
            letters,
            SureForm(),
            action="print_selected",
            title=_("Print run"),
            explanation=ngettext(
                "One PDF with a dispatch list and %(count)s envelope: its address on C4, the note "
                "verbale of a mission where it has one, the letters. Mark them as dispatched when "
                "they have left.",
                "One PDF with a dispatch list and %(count)s envelopes, in the French order of "
                "States: for each its address on C4, the note verbale of a mission where it has "
                "one, the letters. Mark them as dispatched when they have left.",
                len(run.envelopes),
            )
            % {"count": len(run.envelopes)},
            button=_("Download the PDF"),
            describe=paper_channel,
        )

    @action(
        description=gettext_lazy("Mark as dispatched by pouch or post"), permissions=["dispatch"]
    )
    @confirmed(
        title=gettext_lazy("Mark as dispatched by pouch or post"),
        explanation=gettext_lazy(
            "These left the house on paper, with the notes verbales that lay above them. A "
            "delivery on paper is recorded for each, also where the letter went by e-mail too."
        ),
        button=gettext_lazy("Mark as dispatched"),
        form=LetterDispatchedForm,
        rows=letters_with_notes,
        describe=lambda page, letter: paper_channel(letter),
        why_not=lambda letter: (
            reason_not_to_record_paper(letter) or reason_original_is_waiting(letter)
        ),
    )
    @row_by_row(
        done=ngettext_lazy(
            "%(count)s letter marked as dispatched.",
            "%(count)s letters marked as dispatched.",
            "count",
        ),
        rows=with_covered_letters,
    )
    def dispatch_selected(
        self, request: HttpRequest, letter: Letter, channel: str, reference: str, at: dt.datetime
    ) -> None:
        dispatch_on_paper(letter, user_of(request), channel, reference, at)


def report_left_out(request: HttpRequest, run: PrintRun) -> None:
    for letter in run.nowhere:
        words = _("%(letter)s has no address: it is on the list, but in no envelope.")
        messages.warning(request, words % {"letter": letter})
    for note, reason in run.left_out:
        words = _("%(note)s, for %(mission)s, is left out: %(reason)s.")
        messages.warning(request, words % {"note": note, "mission": note.mission, "reason": reason})
