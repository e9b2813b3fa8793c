"""Chosen letters on paper: one PDF for the pouch and the post, and what has left by them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from invitations.admin.base import RecordAdmin, answered, ask, each, sentence, who
from invitations.forms.action_forms import LetterDispatchedForm, SureForm
from invitations.letters.routes import route
from invitations.models import Letter
from invitations.outbox.decisions import dispatch_on_paper
from invitations.outbox.envelopes import Run, pack, refuse_unprintable, with_covered
from invitations.outbox.print_run import print_run


class PrintingLetters(RecordAdmin):
    """The part of the list of letters that concerns the print run."""

    def has_dispatch_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("invitations.change_delivery")

    @action(description=gettext_lazy("Print run for pouch and post"), permissions=["words"])
    def print_selected(
        self, request: HttpRequest, queryset: QuerySet[Letter]
    ) -> HttpResponse | FileResponse | None:
        run = self._packed(request, queryset)
        if not answered(request):
            tell_left_out(request, run)
        if not run.envelopes:
            messages.error(request, _("There is nothing to print."))
            return None
        if not answered(request):
            return self._ask_to_print(request, run)
        try:
            file = print_run(run)
        except ValidationError as refusal:
            messages.error(request, sentence(refusal))
            return None
        name = f"print-run-{timezone.localtime():%Y-%m-%d-%H%M}.pdf"
        return FileResponse(file, as_attachment=True, filename=name)

    def _packed(self, request: HttpRequest, queryset: QuerySet[Letter]) -> Run:
        """Pack those that may be printed; the others are refused row by row."""
        printable: list[Letter] = []

        def choose(letter: Letter) -> None:
            refuse_unprintable(letter)
            printable.append(letter)

        each(request, with_covered(queryset), choose)
        return pack(printable)

    def _ask_to_print(self, request: HttpRequest, run: Run) -> HttpResponse | None:
        letters = with_covered(Letter.objects.filter(pk__in=[one.pk for one in run.everything]))
        return ask(
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
            describe=route,
        )

    @action(
        description=gettext_lazy("Mark as dispatched by pouch or post"), permissions=["dispatch"]
    )
    def dispatch_selected(
        self, request: HttpRequest, queryset: QuerySet[Letter]
    ) -> HttpResponse | None:
        form = LetterDispatchedForm(answered(request))
        if not form.is_valid():
            return self._ask_how_they_left(request, queryset, form)
        words = form.cleaned_data
        dispatched = each(
            request,
            with_covered(queryset),
            lambda letter: dispatch_on_paper(
                letter, who(request), words["channel"], words["reference"], words["at"]
            ),
        )
        if dispatched:
            told = ngettext(
                "%(count)s letter marked as dispatched.",
                "%(count)s letters marked as dispatched.",
                dispatched,
            )
            messages.success(request, told % {"count": dispatched})
        return None

    def _ask_how_they_left(
        self, request: HttpRequest, queryset: QuerySet[Letter], form: LetterDispatchedForm
    ) -> HttpResponse | None:
        """Ask for all that lies in the envelopes of the chosen letters: the notes verbales too."""
        chosen = list(with_covered(queryset))
        inside = {letter.pk for letter in [*chosen, *pack(chosen).everything]}
        return ask(
            self,
            request,
            with_covered(Letter.objects.filter(pk__in=inside)),
            form,
            action="dispatch_selected",
            title=_("Mark as dispatched by pouch or post"),
            explanation=_(
                "These left the house on paper, with the notes verbales that lay above them. A "
                "delivery on paper is recorded for each, also where the letter went by e-mail too."
            ),
            button=_("Mark as dispatched"),
            describe=route,
        )


def tell_left_out(request: HttpRequest, run: Run) -> None:
    for letter in run.nowhere:
        words = _("%(letter)s has no address: it is on the list, but in no envelope.")
        messages.warning(request, words % {"letter": letter})
    for note, because in run.left_out:
        words = _("%(note)s, for %(mission)s, is left out: %(because)s.")
        messages.warning(
            request, words % {"note": note, "mission": note.mission, "because": because}
        )
