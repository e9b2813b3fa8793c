"""Letters to be composed anew: what changed behind them, and who may have it done."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, Q, QuerySet, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.admin.base import user_of
from invitations.admin.held_values import name_of_column
from invitations.models import Letter, Minister
from invitations.models.held.composed_with import is_compared, record_of
from invitations.models.held.holding import names_of
from invitations.models.held.outdated import Outdated, outdated_letters
from invitations.models.states import french_order
from invitations.outbox.approvers import people_who_may
from invitations.text.dates import comma_list, labelled

MAY_APPROVE, MAY_DRAFT = "invitations.approve_letter", "invitations.change_letter"


class ChangedRecord(NamedTuple):
    """A record that changed: its name, its page if it is still there, and the fields if known."""

    name: str
    url: str
    fields: str


class OutdatedGroup(NamedTuple):
    """Letters that have to be composed anew for the same reason."""

    records: list[ChangedRecord]
    reason: str
    letters: list[Letter]


def outdated_groups(
    letters: Iterable[Letter], outdated: Mapping[int, Outdated]
) -> list[OutdatedGroup]:
    """Group the letters by what changed behind them, in the order of the letters."""
    found = [letter for letter in letters if letter.pk in outdated]
    records = {record for one in outdated.values() for record in one.records}
    named, changes = named_records(records), changes_since(records, found)
    groups: dict[Any, OutdatedGroup] = {}
    for letter in found:
        why = outdated[letter.pk]
        changed = [
            named[record]._replace(fields=comma_list(fields_since(changes[record], letter)))
            for record in why.records
        ]
        one = OutdatedGroup(sorted(changed), str(why.reason), [])
        groups.setdefault((*one.records, one.reason), one).letters.append(letter)
    return list(groups.values())


def named_records(records: Iterable[str]) -> dict[str, ChangedRecord]:
    """Return the name and page of each record, with one query for each model."""
    keys = by_model(records)
    names = {model: names_of(model, own) for model, own in keys.items()}
    found = {}
    for record in records:
        model, key = record_of(record)
        name, page = names[model].get(key), f"admin:invitations_{model._meta.model_name}_change"
        url = reverse(page, args=[key]) if name else ""
        found[record] = ChangedRecord(name or str(model._meta.verbose_name), url, "")
    return found


def by_model(records: Iterable[str]) -> dict[Any, list[str]]:
    keys = defaultdict(list)
    for model, key in map(record_of, records):
        keys[model].append(key)
    return keys


Changes = list[tuple[dt.datetime, list[str]]]


def changes_since(records: Iterable[str], letters: Iterable[Letter]) -> Mapping[str, Changes]:
    """Return when which fields changed, from the history, since the first letter was composed."""
    found: dict[str, Changes] = defaultdict(list)
    since = min((one.composed_at for one in letters if one.composed_at), default=None)
    kinds = {
        ContentType.objects.get_for_model(model): keys for model, keys in by_model(records).items()
    }
    if since is None or not kinds:
        return found
    of = Q(
        *(Q(content_type=kind, object_pk__in=keys) for kind, keys in kinds.items()), _connector=Q.OR
    )
    entries = LogEntry.objects.filter(of, timestamp__gte=since, action=LogEntry.Action.UPDATE)
    models = {kind.pk: kind.model_class() for kind in kinds}
    rows = entries.order_by("timestamp").values_list(
        "content_type", "object_pk", "timestamp", "changes"
    )
    for kind, key, at, changes in rows:
        model: Any = models[kind]
        names = [name_of_column(model, name) for name in compared_columns(model, changes or {})]
        found[f"{model.__name__} {key}"].append((at, names))
    return found


def compared_columns(model: Any, changed: Iterable[str]) -> list[str]:
    """Return what letters are compared with; a text that is there by its languages only so."""
    columns = [name for name in changed if is_compared(model, name)]
    said = {name.rpartition("_")[0] for name in columns}
    return [name for name in columns if name not in said]


def fields_since(changes: Changes, letter: Letter) -> list[str]:
    """Return the names of the fields that changed after the letter was composed, each once."""
    later = [names for at, names in changes if letter.composed_at and at >= letter.composed_at]
    return list(dict.fromkeys(name for names in later for name in names))


def describe_outdated(group: OutdatedGroup) -> str:
    """Return one line for the letter's row."""
    if group.reason:
        return group.reason
    return labelled(
        _("Changed since it was composed"), comma_list(one.name for one in group.records)
    )


class OutdatedLetter(NamedTuple):
    letter: Letter
    named: str
    reason: str


def outdated_of_minister(minister: Minister) -> list[OutdatedLetter]:
    """Return the composed letters to the person, and notes over them, that are to compose anew."""
    to_them = Letter.objects.filter(
        Q(invitation__minister=minister) | Q(covers__invitation__minister=minister)
    )
    outdated = outdated_letters(to_them.distinct())
    letters = Letter.objects.filter(pk__in=outdated).select_related("circular").order_by("pk")
    return [
        OutdatedLetter(
            letter,
            comma_list([letter.get_kind_display(), letter.circular]),
            describe_outdated(group),
        )
        for group in outdated_groups(letters, outdated)
        for letter in group.letters
    ]


def may_compose_again(request: HttpRequest) -> bool:
    """Whether the user drafts, or approves and is not the only one who does.

    Whoever composes a letter anew cannot approve it.
    """
    may = request.user.has_perm
    return may(MAY_DRAFT) or (may(MAY_APPROVE) and others_who_approve(request).exists())


def in_order_of_approval(letters: QuerySet[Letter]) -> QuerySet[Letter]:
    """Put notes verbales last: a note composed anew covers the letters that are there by then."""
    is_note = Case(When(kind=Letter.Kind.NOTE, then=1), default=0)
    return letters.order_by(is_note, *french_order("invitation__member_state"), "pk")


def others_who_approve(request: HttpRequest) -> QuerySet[User]:
    return people_who_may(MAY_APPROVE, timezone.now()).exclude(pk=user_of(request).pk)


def who_then_approves(request: HttpRequest) -> str:
    """Say that somebody else has to approve; or, where there is nobody else, whom to ask."""
    if others_who_approve(request).exists() or not request.user.has_perm(MAY_APPROVE):
        return _(
            "Whoever has a letter composed anew cannot approve it: another person then has to."
        )
    drafters = people_who_may(MAY_DRAFT, timezone.now()).exclude(pk=user_of(request).pk)
    asked = comma_list(drafters) or _("an administrator")
    return _(
        "Nobody but you approves letters at present, and nobody approves what they have composed "
        "anew. Ask a drafter to do it: %(drafters)s."
    ) % {"drafters": asked}


class ApprovalFilter(admin.SimpleListFilter):
    """Composed letters: those that this user may approve, and those that are outdated."""

    title = gettext_lazy("approval")
    parameter_name = "approval"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("to approve")), ("anew", _("to compose anew"))]

    def queryset(self, request: HttpRequest, letters: QuerySet[Letter]) -> QuerySet[Letter]:
        if self.value() not in ("open", "anew"):
            return letters
        steps = letters_by_next_step(letters, user_of(request))
        return letters.filter(pk__in=steps.anew if self.value() == "anew" else steps.to_approve)


class NextSteps(NamedTuple):
    """The keys of composed letters: what a person may approve, and what is outdated."""

    to_approve: set[int]
    anew: set[int]


def letters_by_next_step(letters: QuerySet[Letter], person: User) -> NextSteps:
    """Tell letters by what may be done; one to who left office can only be handed over."""
    letters = letters.filter(pk__in=Letter.objects.to_who_holds_office().values("pk"))
    anew = set(outdated_letters(letters))
    waiting = letters.filter(state=Letter.State.COMPOSED).exclude(composed_by=person).order_by()
    return NextSteps(set(waiting.values_list("pk", flat=True)) - anew, anew)
