"""What automatic letters say and where they go: the values that a second person released.

A record has its new values at once, and letters that are approved by themselves are composed with
them. An automatic letter is composed with copies that have the released ones.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from typing import Any, TypeVar

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from invitations.models import (
    FormOfAddress,
    ForumEdition,
    Gender,
    HeldChange,
    Invitation,
    Language,
    Letter,
    Mission,
    Reply,
    asked_before,
    usable_forms,
)
from invitations.models.held.holding import lay_over

CHANGED_MEANWHILE = _("What stands behind it changed while it was composed: it is tried again.")


class Passing(ValidationError):
    """A refusal that may end though no record changes: the letter is tried again each minute."""


Held = Sequence[HeldChange]
Row = TypeVar("Row", bound=models.Model)


def held_changes(invitation: Invitation) -> Held:
    """Return the changes that wait and concern the State's letters, in one query."""
    waiting = HeldChange.objects.waiting().touching(invitation.member_state_id)
    return list(waiting.select_related("content_type"))


def held_for_each_state() -> Callable[[int], Held]:
    """Return a function from a State to its changes that wait, for many States in two queries."""
    waiting = HeldChange.objects.waiting().select_related("content_type")
    found = [
        (change, {state.pk for state in change.states.all()})
        for change in waiting.prefetch_related("states")
    ]
    return lambda state: [change for change, states in found if not states or state in states]


def use_released_values(letter: Letter) -> None:
    """Let an automatic letter see its records as they were last released.

    Raise ValidationError if its deadline waits for a release, or that its edition takes replies
    again.
    """
    if letter.traits.printed:
        return
    if letter.held is None:
        letter.held = held_changes(letter.invitation)
    if not letter.held:
        return
    on_file = letter.invitation
    letter.invitation = released_invitation(on_file, letter.held)
    if letter.reply:
        use_released_words(letter.reply, on_file, letter.invitation, letter.held)
    edition = letter.invitation.edition
    if letter.reply_before and letter.reply_before != asked_before(edition, letter.asks_for):
        raise ValidationError(
            _("The date in “reply before” waits for a second person, who releases it.")
            if not letter.asks_for
            else _("The days of the High-Level Track wait for a second person, who releases them.")
        )
    asks_for_reply = letter.traits.before_last_day and not letter.asks_for
    if asks_for_reply and not edition.takes_replies(letter.planned_at):
        raise ValidationError(
            _("That replies are taken again waits for a second person, who releases it.")
        )


def use_released_words(
    reply: Reply, on_file: Invitation, invitation: Invitation, held: Held
) -> None:
    """Let the reply name segments as they were last released; refuse a new one."""
    reply.invitation = on_file
    named = len(reply.segment_names)
    reply.invitation = invitation
    if len(reply.segment_names) < named:
        raise ValidationError(
            _("A segment that the answer names waits for a second person, who releases it.")
        )


def refuse_changed_meanwhile(letter: Letter) -> None:
    """Refuse an automatic letter if a change behind it came or was decided since it was begun.

    All that it uses was read in between: a change that came might be in it, unreleased.
    """
    then, now = letter.held or (), held_changes(letter.invitation)
    if {change.pk for change in then} != {change.pk for change in now}:
        raise Passing(CHANGED_MEANWHILE)


def released_edition(edition: ForumEdition) -> ForumEdition:
    """Return a copy of the edition with its released values: what calendars say of all States."""
    waiting = edition_changes(edition, HeldChange.State.WAITING)
    return released(edition, list(waiting.filter(kind=HeldChange.Kind.MAIL)))


def announced_by_symbol() -> "QuerySet[ForumEdition]":
    """Return the announced editions with their symbols as last released: ``released_symbol``."""
    waiting = HeldChange.objects.waiting().filter(
        content_type=ContentType.objects.get_for_model(ForumEdition),
        object_id=Cast(OuterRef("pk"), models.TextField()),
    )
    was = Subquery(waiting.values(was=KT("before__symbol"))[:1], output_field=models.SlugField())
    return ForumEdition.objects.announced().annotate(released_symbol=Coalesce(was, "symbol"))


def renamed_at(edition: ForumEdition) -> list[dt.datetime]:
    """Return when other words were released of what each event of the edition says, or it moved."""
    names = [
        build_localized_fieldname(text, language)
        for text in ("name", "place")
        for language in Language.values
    ]
    changes = edition_changes(edition, HeldChange.State.RELEASED)
    return [
        change.decided_at
        for change in changes
        if change.decided_at
        and (change.kind == HeldChange.Kind.DATES or tells_otherwise(change, names))
    ]


def edition_changes(edition: ForumEdition, state: str) -> "QuerySet[HeldChange]":
    changes = HeldChange.objects.of(edition).filter(state=state)
    return changes.select_related("content_type").order_by("decided_at")


def tells_otherwise(change: HeldChange, names: Iterable[str]) -> bool:
    before, after = change.before or {}, change.after or {}
    return any(before.get(name) != after.get(name) for name in names)


def released_invitation(invitation: Invitation, held: Held) -> Invitation:
    """Return a copy of the invitation whose edition and minister are as released."""
    found = released(invitation, held)
    found.edition = released(found.edition, held)
    found.minister = released(found.minister, held)
    return found


def released(row: Row, held: Held) -> Row:
    """Return a copy of the row with its released values."""
    found = copy(row)
    for change in held_of(type(row), held):
        if change.object_id == str(row.pk):
            lay_over(found, change.before or {})
    return found


def as_released(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield each row as a second person released it."""
    held = list(HeldChange.objects.waiting().select_related("content_type"))
    return (released(row, held) for row in rows)


def held_of(model: type[models.Model], held: Iterable[HeldChange]) -> list[HeldChange]:
    return [change for change in held if change.content_type.model == model._meta.model_name]


def missions_of(invitation: Invitation) -> list[Mission]:
    """Return the State's permanent missions in the edition's city."""
    wanted, serving = invitation.edition.mission_city, invitation.member_state.missions.all()
    return [one for one in serving if (one.city, one.kind) == (wanted, Mission.Kind.MISSION)]


def emails_of(missions: Iterable[Mission]) -> list[str]:
    return [email for mission in missions for email in mission.emails.split()]


def mission_emails(letter: Letter) -> list[str]:
    return emails_of(missions_of(letter.invitation))


def besides_ministers(invitation: Invitation, emails: Iterable[str]) -> list[str]:
    """Return the addresses without those at which a minister of the State is written to."""
    ministers = [invitation.minister, *invitation.member_state.ministers.all()]
    theirs = {email.lower() for one in ministers for email in one.to_emails.split()}
    return [email for email in emails if email.lower() not in theirs]


def form_on_file(
    language: str, form: str, gender: str, *, state: int | None = None
) -> FormOfAddress:
    """Return the State's own form of address, else the general one; refuse if there is none."""
    usable = FormOfAddress.objects.filter(usable_forms(form, gender, state), language=language)
    found = list(usable.order_by())  # one or two
    if found:
        return max(found, key=lambda row: row.member_state_id is not None)
    raise ValidationError(
        _("There is no form of address for %(form)s, %(gender)s, in %(language)s."),
        params={
            "form": form,
            "gender": Gender(gender).label,
            "language": Language(language).label,
        },
    )


def forms_on_file(keys: Iterable[Any] | None = None) -> Callable[..., FormOfAddress | None]:
    """Return a function from language, form, gender and ``state`` to the form that letters use.

    It takes one query, and none after it. With ``keys`` it finds only the forms that have these.
    """
    rows = FormOfAddress.objects.all()
    on_file = {
        (row.language, row.form, row.gender, row.member_state_id): row
        for row in (rows if keys is None else rows.filter(pk__in=keys))
    }

    def found(language: str, form: str, gender: str, state: int | None) -> FormOfAddress | None:
        key = (language, form, gender)
        return on_file.get((*key, state)) or on_file.get((*key, None))

    return found
