"""The page on which the dates of an edition move: before and after, and what hangs on it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from delegations.admin.new_edition import DayInput
from delegations.date_change import HangsOn, hangs_on
from delegations.models import HighLevelSession
from invitations.admin.base import user_of
from invitations.admin.list_columns import at_hour, change_url
from invitations.forms.fields import DayField, LineField
from invitations.forms.model_forms import BoxesField
from invitations.models import Answer, DateChange, ForumEdition, HeldChange
from invitations.models.edition import all_answers
from invitations.outbox.date_change.proposal import (
    DATES,
    ProposedDateChange,
    propose_date_change,
    values_asked,
    values_of_edition,
)
from invitations.text.dates import bracketed, format_date

# To who comes to a forum online nobody travels.
ONLINE = [Answer.ATTENDS_ONLY, Answer.VIDEO, Answer.WRITTEN, Answer.REGRETS]
OF_FORM = [kind.value for kind in DateChange.OF_FORM]


class DateChangeForm(forms.Form):
    """The kind of the move and its days; what is proposed may be changed or unticked."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What happens"),
        choices=DateChange.Kind.choices,
        widget=UnfoldAdminRadioSelectWidget,
    )
    answers_offered = BoxesField(
        label=gettext_lazy("Answers offered online"),
        choices=[choice for choice in Answer.choices if choice[0] != Answer.HOLDING],
        required=False,
        help_text=gettext_lazy(
            "Only for a move online, or back. Who gave another answer is asked again; nothing is "
            "converted."
        ),
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days by which sessions move"),
        min_value=-3650,
        max_value=3650,
        required=False,
        help_text=gettext_lazy("Left empty: by as many days as the Track begins later."),
        widget=UnfoldAdminIntegerFieldWidget,
    )
    sessions = BoxesField(label=gettext_lazy("Sessions that move"), required=False)
    drafts_notice = forms.BooleanField(
        label=gettext_lazy("Draft a notice to all offices; it is not sent"),
        required=False,
        widget=UnfoldBooleanWidget,
    )
    stops = forms.BooleanField(
        label=gettext_lazy("Stop reminders and the deadline until a second person has decided"),
        required=False,
        help_text=gettext_lazy(
            "A postponement without a date and a move online stop them in any case, at once."
        ),
        widget=UnfoldBooleanWidget,
    )
    reason = LineField(
        label=gettext_lazy("Why it moves"), max_length=300, widget=UnfoldAdminTextInputWidget
    )

    def __init__(self, edition: ForumEdition, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edition = edition
        kinds: Any = self.fields["kind"]
        kinds.choices = kinds_for(edition)
        for name in DATES:
            column: Any = ForumEdition._meta.get_field(name)
            self.fields[name] = DayField(
                label=capfirst(column.verbose_name), help_text=column.help_text, widget=DayInput
            )
        sessions = HighLevelSession.objects.taking_place().filter(edition=edition)
        field: Any = self.fields["sessions"]
        field.choices = [(one.pk, bracketed(one.title, at_hour(one.starts_at))) for one in sessions]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("kind") == DateChange.Kind.POSTPONED and self.edition.awaits_last_day:
            self.errors.pop("reply_before", None)
            said.setdefault("reply_before", self.edition.reply_before)
        if said.get("kind") in OF_FORM and not said.get("answers_offered"):
            self.add_error("answers_offered", _("Choose at least one answer that is offered."))
        return said

    @property
    def asked(self) -> ProposedDateChange:
        said = self.cleaned_data
        return ProposedDateChange(
            kind=DateChange.Kind(said["kind"]),
            dates={name: said[name] for name in DATES},
            answers_offered=said["answers_offered"],
            days=days_of(self.edition, said),
            sessions=[int(key) for key in said["sessions"]],
            drafts_notice=said["drafts_notice"],
            stops=said["stops"],
        )

    @property
    def date_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in DATES]


def kinds_for(edition: ForumEdition) -> list[tuple[str, Any]]:
    """Return the kinds of move that can be asked for: none of them stands already."""
    so_already = {DateChange.Kind.ONLINE if edition.is_online else DateChange.Kind.IN_PERSON}
    if edition.postponed_at:
        so_already.add(DateChange.Kind.POSTPONED)
    return [one for one in DateChange.Kind.choices if one[0] not in so_already]


def answers_proposed(edition: ForumEdition) -> list[str]:
    """Return the answers for the other form: online, or those offered before it went online."""
    if not edition.is_online:
        return [one for one in ONLINE if one in edition.answers_offered] or [*ONLINE]
    online = edition.moves.released().filter(kind=DateChange.Kind.ONLINE).select_related("change")
    first = next((move for move in online if not move.before.is_online), None)
    return list(first.before.answers_offered) if first else all_answers()


def proposed_days(edition: ForumEdition, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page proposes for the days in its address; else for today's days."""
    fields = {name: DayField(required=False) for name in DATES}
    dates: dict[str, Any] = {name: getattr(edition, name) for name in DATES}
    if edition.awaits_last_day:
        dates["reply_before"] = None  # that of before holds only once somebody types it again
    for name, field in fields.items():
        try:
            dates[name] = field.clean(said.get(name)) or dates[name]
        except ValidationError:
            continue
    named = [kind for kind, _label in kinds_for(edition)]
    kind = said["kind"] if said.get("kind") in named else DateChange.Kind.MOVED
    sessions = HighLevelSession.objects.taking_place().filter(edition=edition)
    return {
        **dates,
        "kind": kind,
        "answers_offered": answers_proposed(edition),
        "sessions": list(sessions.values_list("pk", flat=True)),
        "drafts_notice": True,
        "stops": True,
    }


def days_of(edition: ForumEdition, said: Mapping[str, Any]) -> int:
    """Return by how many days sessions move: as typed, else with the Track.

    A postponement leaves them where they are: there is no day to move them to.
    """
    if said["kind"] == DateChange.Kind.POSTPONED:
        return 0
    days: int | None = said.get("days")
    return (said["track_opens_on"] - edition.track_opens_on).days if days is None else days


def date_change_page(page: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Show the page, or ask for the move; nothing of it holds before a second person releases."""
    edition = get_object_or_404(ForumEdition, pk=pk)
    may_ask = page.has_change_permission(request, edition)
    if not (may_ask or page.has_view_permission(request, edition)):
        raise PermissionDenied
    begins = proposed_days(edition, request.GET)
    form = DateChangeForm(edition, request.POST or None, initial=begins)
    if request.method == "POST" and not may_ask:
        raise PermissionDenied
    if "look" in request.POST:
        form.errors.pop("reason", None)
    elif form.is_valid():
        try:
            propose_date_change(edition, form.asked, user_of(request), form.cleaned_data["reason"])
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, _("The move waits for a second person, who releases it."))
            return HttpResponseRedirect(request.path)
    context = {
        **page.admin_site.each_context(request),
        "title": _("Dates of %(edition)s") % {"edition": edition},
        "opts": page.opts,
        "edition": edition,
        "edition_url": change_url(edition),
        "form": form if may_ask else None,
        "held": page.held_moves(request, edition),
        **what_follows(edition, form, begins, is_typed=form.is_bound or bool(request.GET)),
    }
    return TemplateResponse(request, "admin/setup/moved_dates.html", context)


def what_follows(
    edition: ForumEdition, form: DateChangeForm, begins: Mapping[str, Any], *, is_typed: bool
) -> dict[str, Any]:
    """Return before and after, and what hangs on it: of what was typed, else of what waits."""
    waiting = HeldChange.objects.waiting_dates().of(edition).select_related("move").first()
    kind = ""
    if waiting and not is_typed:
        move, kind = waiting.move, waiting.move.kind
        after, days, moving = edition.with_values(waiting.after), move.days, {*move.sessions}
    elif not is_typed:
        after, days, moving = edition, 0, set()
    else:
        typed = form.cleaned_data if form.is_bound else {}
        said = {**begins, **{name: one for name, one in typed.items() if one is not None}}
        after, days = edition.with_values(values_of_change(edition, said)), days_of(edition, said)
        moving = {int(key) for key in said["sessions"]}
        kind = said["kind"]
    hangs = hangs_on(edition, after, days, moving)
    return {
        "waiting": waiting,
        "is_typed": is_typed,
        "asked_of_offices": asked_of_offices(kind, hangs),
        "dates": format_dates_before_and_after(edition, after),
        "hangs": hangs,
        "sessions": format_sessions(hangs),
        "steps": format_steps(hangs),
    }


ASKED_OF_OFFICES: dict[str, Any] = {
    "": gettext_lazy(
        "Answers stay valid in each case. What offices are asked stands here once it is chosen."
    ),
    DateChange.Kind.MOVED: gettext_lazy(
        "Answers stay valid, and each office that has answered is asked whether its answer holds "
        "on the new dates."
    ),
    DateChange.Kind.POSTPONED: gettext_lazy(
        "Answers stay valid, and no office is asked anything: reminders and the deadline rest "
        "until there are new dates."
    ),
    DateChange.Kind.ONLINE: gettext_lazy(
        "Answers stay valid, and each office that has answered is asked whether its answer holds "
        "online. Whose answer is not offered any more is asked to choose another: none is "
        "converted. Reminders and the deadline rest until there is another last day to reply: "
        "chosen here, or by a later move."
    ),
    DateChange.Kind.IN_PERSON: gettext_lazy(
        "Answers stay valid, and each office that has answered is asked whether its answer holds "
        "in person. Whose answer is not offered any more is asked to choose another: none is "
        "converted."
    ),
}
DEADLINE_ALONE = gettext_lazy(
    "Answers stay valid, and no office is asked anything: the days of the event stay as they are."
)


def asked_of_offices(kind: str, hangs: HangsOn) -> Any:
    """Return what becomes of answers by this kind of move; an empty kind is none chosen yet."""
    if kind == DateChange.Kind.MOVED and not hangs.asks_again:
        return DEADLINE_ALONE
    return ASKED_OF_OFFICES[kind]


def values_of_change(edition: ForumEdition, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what moves, as it would be asked for; without a last day typed, none is set."""
    typed = ProposedDateChange(
        DateChange.Kind(said["kind"]),
        {name: said[name] or getattr(edition, name) for name in DATES},
        answers_offered=said["answers_offered"],
    )
    values = values_asked(values_of_edition(edition), typed, timezone.now())
    return values if said["reply_before"] else values | {"awaits_last_day": True}


def format_dates_before_and_after(
    edition: ForumEdition, after: ForumEdition
) -> list[tuple[Any, str, str]]:
    """Return each date's name, and what it is before and after."""
    language = get_language()
    rows = [
        (_("The event"), edition.forum_days(language), after.forum_days(language)),
        (edition.track, edition.track_days(language), after.track_days(language)),
        (_("Last day to reply"), last_day(edition), last_day(after)),
        (_("Place"), edition.venue, after.venue),
    ]
    return [(name, before, then) for name, before, then in rows]


def last_day(edition: ForumEdition) -> str:
    return format_date(edition.last_day, get_language()) if edition.has_last_day else "–"


def format_sessions(hangs: HangsOn) -> list[dict[str, Any]]:
    return [
        {
            "title": one.session.title,
            "url": change_url(one.session),
            "before": at_hour(one.before),
            "after": at_hour(one.after),
            "is_outside": one.is_outside,
        }
        for one in hangs.sessions
    ]


def format_steps(hangs: HangsOn) -> list[dict[str, Any]]:
    language = get_language()
    return [
        {
            "days": one.step.days_in_words,
            "before": format_date(one.before, language) if one.before else "–",
            "after": format_date(one.after, language) if one.after else "–",
        }
        for one in hangs.steps
    ]
