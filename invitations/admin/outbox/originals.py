"""The letters that are signed by hand: where each stands, and whose receipt is missing."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import F, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy
from unfold.decorators import action, display

from invitations.admin.answers import ANSWERS_IN_SHORT
from invitations.admin.base import Menu, RecordInline, user_of
from invitations.admin.confirming import confirmed, row_by_row
from invitations.admin.frozen_files import frozen_file_response
from invitations.admin.letters.print_run import PrintRunMixin
from invitations.admin.list_columns import at_hour_with, change_url, date_column, text_link
from invitations.files import frozen
from invitations.files.uploads import MEDIA_TYPES
from invitations.forms.originals import (
    HandedOverForm,
    ReceiptScanForm,
    StepForm,
    TakeBackForm,
    last_steps,
)
from invitations.forms.uploads import scan_kind
from invitations.models import Letter, OriginalStep, Reply, SignedOriginal
from invitations.models.delivery import Stage, Step
from invitations.models.states import french_order
from invitations.outbox.originals import (
    Done,
    keep_scan,
    reason_not_to_record_step,
    reason_not_to_take_step_back,
    record_step,
    take_back_step,
)
from invitations.reminders.eligibility import AFTER_THE_LETTER
from invitations.text.dates import comma_list, format_day, labelled

# Whoever may do either records the steps.
RECORDED_WITH = ("change_delivery", "change_correspondence")
EXPLAINED = gettext_lazy(
    "Each is recorded with your name. A step has to come after the one before it, and not on a "
    "day to come."
)
RECORDED = ngettext_lazy("%(count)s original recorded.", "%(count)s originals recorded.", "count")


TO_BE_DONE = {
    Step.PRINTED: gettext_lazy("to be printed"),
    Step.SIGNED: gettext_lazy("to be signed"),
    Step.HANDED_OVER: gettext_lazy("to be handed over"),
}


class StepsOfOriginal(RecordInline):
    model = OriginalStep
    fields = ["step", "done_on", "remark", "recorded", "taken_back"]
    readonly_fields = fields
    show_change_link = False
    tab = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("invitations.view_letter")

    def get_queryset(self, request: HttpRequest) -> QuerySet[OriginalStep]:
        return super().get_queryset(request).select_related("recorded_by", "taken_back_by")

    @display(description=gettext_lazy("recorded"))
    def recorded(self, step: OriginalStep) -> str:
        return at_hour_with(step.recorded_at, step.recorded_by)

    @display(description=gettext_lazy("taken back"))
    def taken_back(self, step: OriginalStep) -> str:
        return at_hour_with(step.taken_back_at, step.taken_back_by, step.discard_reason)


class StageFilter(admin.SimpleListFilter):
    title = gettext_lazy("where it stands")
    parameter_name = "stage"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return Stage.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any] | None:
        if self.value() not in Stage.values:
            return None
        return queryset.at(self.value(), timezone.localdate() - AFTER_THE_LETTER)


def format_in_one_line(words: object) -> str:
    return format_html('<span class="whitespace-nowrap">{}</span>', words)


def step_column(step: Step) -> Any:
    """Return a column with the day of that step."""

    @display(description=step.label, ordering=f"{step}_on")
    def shown(original: Any) -> str:
        day = getattr(original, f"{step}_on")
        return format_in_one_line(format_day(day)) if day else ""

    return date_column(shown, f"{step}_on")


def step_action(step: Step, title: Any, form: type[StepForm] = StepForm) -> Any:
    """Return the action that records that step of each chosen original."""

    def record(page: Any, request: HttpRequest, original: SignedOriginal, **done: Any) -> None:
        record_step(original, step, user_of(request), Done(**done))

    record.__name__ = f"record_{step}"
    asked = confirmed(
        title=title,
        explanation=EXPLAINED,
        form=form,
        describe=where_it_stands,
        why_not=lambda original: reason_not_to_record_step(original, step),
    )
    return action(description=title, permissions=["record"])(
        asked(row_by_row(done=RECORDED)(record))
    )


def where_it_stands(page: Any, original: Any) -> str:
    steps = [step for step in Step if getattr(original, f"{step}_on")]
    return comma_list(labelled(one.label, getattr(original, f"{one}_on")) for one in steps)


@admin.register(SignedOriginal)
class SignedOriginalAdmin(PrintRunMixin):
    # After the letters.
    menu = (Menu.DAILY, 5, "stylus_note")
    when_empty = gettext_lazy(
        "Nobody gets a signed original: the edition says which ranks do, and their letters come "
        "here once the circular’s letters are being composed."
    )
    form = ReceiptScanForm
    list_display = [
        "state_of",
        "addressee_shown",
        "next_step",
        *(step_column(step) for step in Step),
        "answer",
        "letter_shown",
    ]
    list_display_links = ["state_of"]
    tell_answers = ["answer"]
    list_filter = [StageFilter, "invitation__edition", "kind"]
    list_select_related = [
        "circular",
        "invitation__edition",
        "invitation__member_state",
        "invitation__minister__member_state",
        "invitation__minister__rank",
    ]
    search_fields = [
        "invitation__minister__family_name",
        "invitation__member_state__iso3__called",
    ]
    actions = [
        "print_selected",
        "record_printed",
        "record_signed",
        "record_handed_over",
        "record_receipt",
        "take_back",
    ]
    inlines = [StepsOfOriginal]
    fields = [
        "state_of",
        "addressee_shown",
        "letter_shown",
        "next_step",
        "answer",
        "scan_file",
        "new_scan",
    ]
    readonly_fields = fields[:-1]

    record_printed = step_action(Step.PRINTED, gettext_lazy("Printed"))
    record_signed = step_action(Step.SIGNED, gettext_lazy("Signed"))
    record_handed_over = step_action(Step.HANDED_OVER, gettext_lazy("Handed over"), HandedOverForm)
    record_receipt = step_action(Step.RECEIPT, gettext_lazy("Receipt on file"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[SignedOriginal]:
        """List what is in force, and what was called back although it was printed already."""
        steps = OriginalStep.objects.standing()
        replies = Reply.objects.standing()
        known = ~Q(state=Letter.State.CANCELLED) | Q(pk__in=steps.values("letter"))
        originals: Any = super().get_queryset(request)
        return (
            originals.filter(known)
            .with_days()
            .prefetch_related(
                Prefetch("invitation__replies", replies, to_attr="standing_replies"),
                Prefetch("original_steps", steps, to_attr="standing_steps"),
            )
        )

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """The one handed over longest ago first: its receipt is missing longest."""
        return [
            F("handed_over_on").asc(nulls_last=True),
            *french_order("invitation__member_state"),
            "pk",
        ]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("invitations.view_letter")

    def has_words_permission(self, request: HttpRequest) -> bool:
        page: Any = self.admin_site.get_model_admin(Letter)
        return bool(page.has_words_permission(request))

    def has_record_permission(self, request: HttpRequest) -> bool:
        may_read = self.has_view_permission(request)
        return may_read and any(
            request.user.has_perm(f"invitations.{code}") for code in RECORDED_WITH
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the scan of a receipt may be put on file; nothing else stands in the form."""
        return self.has_record_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        may_file = self.has_change_permission(request, obj) and obj and obj.receipt_on
        return self.fields if may_file else self.fields[:-1]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.scan_view)
        name = "invitations_signedoriginal_scan"
        return [path("<int:pk>/scan/", view, name=name), *super().get_urls()]

    def scan_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        steps = OriginalStep.objects.standing().exclude(scan="")
        step = get_object_or_404(steps, letter=pk)
        suffix = str(step.scan).rpartition(".")[2]
        download = f"receipt-{pk}.{suffix}"
        return frozen_file_response(
            request, str(step.scan), step.scan_sha256, MEDIA_TYPES[suffix], download
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if scan := form.cleaned_data.get("new_scan"):
            kept = frozen.freeze(scan.read(), "scans", scan_kind(scan))
            keep_scan(obj, user_of(request), kept)

    def _who_may(self, request: HttpRequest) -> dict[str, Any]:
        if self.has_record_permission(request):
            return {}
        groups = Group.objects.filter(permissions__codename__in=RECORDED_WITH).distinct()
        return {"reads_only": True, "who_may": comma_list(groups.order_by("name"))}

    @display(description=gettext_lazy("State"), ordering="invitation__member_state__sort_key_fr")
    def state_of(self, original: SignedOriginal) -> str:
        return original.invitation.member_state.listed_as

    @display(description=gettext_lazy("Addressee"))
    def addressee_shown(self, original: SignedOriginal) -> str:
        invitation = original.invitation
        named = comma_list([invitation.minister, invitation.minister.rank])
        return text_link(change_url(invitation), named)

    @display(description=gettext_lazy("letter"), ordering="kind")
    def letter_shown(self, original: SignedOriginal) -> str:
        url = reverse("admin:invitations_letter_change", args=[original.pk])
        named = comma_list([original.circular, original.get_kind_display()])
        return text_link(url, format_in_one_line(named))

    @display(
        description=gettext_lazy("waits for"),
        label={"receipt": "danger", "step": "warning", "before": "info", "gone": "danger"},
    )
    def next_step(self, original: Any) -> tuple[str, Any] | None:
        if original.state == Letter.State.CANCELLED and not original.handed_over_on:
            return "gone", _("called back: destroy the paper")
        if original.state not in (Letter.State.APPROVED, Letter.State.CANCELLED):
            return "before", _("its approval")
        missing = [step for step in Step if not getattr(original, f"{step}_on")]
        if not missing:
            return None
        if missing[0] == Step.RECEIPT:
            return "receipt", receipt_missing(original)
        return "step", TO_BE_DONE[missing[0]]

    @display(description=gettext_lazy("standing answer"))
    def answer(self, original: Any) -> Any:
        standing = original.invitation.standing_replies
        return ANSWERS_IN_SHORT[standing[0].answer] if standing else _("silent")

    @display(description=gettext_lazy("Scan on file"))
    def scan_file(self, original: Any) -> str:
        if not any(step.scan for step in original.standing_steps):
            return _("none")
        url = reverse("admin:invitations_signedoriginal_scan", args=[original.pk])
        return text_link(url, _("open"))

    @action(description=gettext_lazy("Take back the last step"), permissions=["record"])
    @confirmed(
        title=gettext_lazy("Take back the last step"),
        explanation=gettext_lazy(
            "The last step of each was recorded by mistake. It stays in the history, with your "
            "name and the reason. A letter that was not handed over after all waits again."
        ),
        form=TakeBackForm,
        initial=last_steps,
        describe=where_it_stands,
        why_not=reason_not_to_take_step_back,
    )
    @row_by_row(
        done=ngettext_lazy("%(count)s step taken back.", "%(count)s steps taken back.", "count")
    )
    def take_back(
        self, request: HttpRequest, original: SignedOriginal, reason: str, steps: dict[int, str]
    ) -> None:
        take_back_step(original, steps.get(original.pk, ""), user_of(request), reason)


def receipt_missing(original: Any) -> str:
    """Say for how many days the receipt has been missing."""
    today = original.invitation.edition.local_date(timezone.now())
    days = (today - original.handed_over_on).days
    told = ngettext("receipt missing for %(days)s day", "receipt missing for %(days)s days", days)
    return told % {"days": days}
