"""One person's own request: what one record says of them goes, by the rules of ``kinds.py``.

The row stays, for the figures and the archive. The history says who erased it and why, and of what
how many rows: not what was in them.
"""

import logging
from collections.abc import Callable
from typing import Any, NamedTuple

from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delegations.desk.erasure.kinds import KINDS, Erased, erase_left
from delegations.desk.erasure.owed import owed_in_words
from delegations.models import Delegate, Delegation, PolicyStatement
from invitations.audit import Act, entry_of
from invitations.forms.stale_form import lock_rows
from invitations.models import ForumEdition, Invitation, Letter, Reply
from invitations.text.dates import comma_list

logger = logging.getLogger(__name__)
# Of each kind the rows that say something of the person.
Repeated = dict[str, Q]


class Person(NamedTuple):
    """Of whom a record of that model speaks, whose offices it is of, and what else repeats it."""

    model: type[models.Model]
    title: Any
    offices: Callable[[Any], Q]
    repeated: Callable[[Any], Repeated]


def of_delegate(one: Delegate) -> Repeated:
    """Return what names the person, by each name and on each list that they were given here."""
    lists, names = lists_of(one), {one.name, *earlier_values(one, "name")}
    receipts = Q(kind=Letter.Kind.RECEIPT, variant="delegation")
    form_rows = [(Delegate, one.pk), *((Delegation, pk) for pk in lists)]
    return {
        "delegates": Q(pk=one.pk),
        "mails": receipts & rows_of_states(one, "invitation__member_state"),
        "changes": Q(delegation__in=lists, subject__in=names),
        "fields": history(Delegate, one.pk),
        "forms": Q(*(history(model, str(pk)) for model, pk in form_rows), _connector=Q.OR),
    }


def of_speaker(statement: PolicyStatement) -> Repeated:
    receipts = Q(kind=Letter.Kind.RECEIPT, variant="statement")
    return {
        "speakers": Q(pk=statement.pk),
        "mails": receipts & rows_of_states(statement, "invitation__member_state"),
        "fields": history(PolicyStatement, statement.pk),
    }


def of_respondent(reply: Reply) -> Repeated:
    office = Q(invitation=reply.invitation_id)
    return {
        "respondents": Q(pk=reply.pk),
        "mails": Q(reply=reply.pk),
        "copies": Q(letter__reply=reply.pk),
        "fields": history(Reply, reply.pk),
        "drafts": office,
        "pages": office,
    }


def of_focal_point(invitation: Invitation) -> Repeated:
    return {
        "focal_points": Q(pk=invitation.pk),
        "fields": history(Invitation, invitation.pk),
        "addresses": history(Invitation, str(invitation.pk)),
    }


def history(model: type[models.Model], key: int | str) -> Q:
    return Q(content_type=ContentType.objects.get_for_model(model), object_id=key)


def earlier_values(row: models.Model, column: str) -> set[str]:
    """Return what the row has ever said in the column, by its own history."""
    changed = LogEntry.objects.filter(
        history(type(row), row.pk), **{f"changes__{column}__isnull": False}
    )
    return {said for pair in changed.values_list(f"changes__{column}", flat=True) for said in pair}


def lists_of(row: Delegate | PolicyStatement) -> set[int]:
    """Return the delegation that it belongs to, and those from which staff took it."""
    return {row.delegation_id, *map(int, filter(str.isdigit, earlier_values(row, "delegation")))}


def rows_of_states(row: Delegate | PolicyStatement, path: str = "member_state") -> Q:
    delegations = Delegation.objects.filter(pk__in=lists_of(row))
    return Q(**{f"{path}__in": delegations.values("member_state")})


PEOPLE = {
    "delegate": Person(Delegate, gettext_lazy("a delegate"), rows_of_states, of_delegate),
    "statement": Person(
        PolicyStatement, gettext_lazy("a speaker: photo and short biography"),
        rows_of_states, of_speaker,
    ),
    "reply": Person(
        Reply, gettext_lazy("who answered: e-mail, telephone and remarks"),
        lambda reply: Q(pk=reply.invitation_id), of_respondent,
    ),
    "invitation": Person(
        Invitation, gettext_lazy("the focal point: name and e-mail"),
        lambda invitation: Q(pk=invitation.pk), of_focal_point,
    ),
}  # fmt: skip


@transaction.atomic
def erase_person(record: models.Model, by: User, reason: str) -> dict[str, int]:
    """Empty what the record says of a person who asks for it; return how many rows of each kind."""
    # Invitations before delegations, as a hand-over and an office's answer lock them.
    lock_rows(Invitation, offices_of(record).values("pk"))
    if isinstance(record, Delegate | PolicyStatement):
        lock_rows(Delegation, lists_of(record))
    record.refresh_from_db()
    if why := reason_not_to_erase_person(record):
        raise ValidationError(why)
    emptied = {kind.code: erase_left(kind, rows) for kind, rows in personal_rows(record)}
    counts = {code: number for code, number in emptied.items() if number}
    record.refresh_from_db()
    told = {code: (number, 0) for code, number in counts.items()}
    row = entry_of(record, Act.ERASED, by, reason, told)
    # That of a delegate is a name, or a word in its place.
    row.object_repr = "" if isinstance(record, Delegate) else row.object_repr
    row.save()
    logger.warning("Personal data of %s %s erased: %s", record._meta.label, record.pk, counts)
    return counts


def reason_not_to_erase_person(record: models.Model) -> str:
    """Return why nothing of it is erased just now; empty if it is."""
    edition = edition_of_record(record)
    if isinstance(record, Delegate) and edition.is_ahead(timezone.now()):
        return _(
            "The edition is not over: badge and lists need the name. If the person does not come,"
            " take them off the list."
        )
    if owed := owed_in_words(edition, offices_of(record)):
        told = comma_list(words for words, _url in owed)
        return _("Something is still owed to this office: %(what)s.") % {"what": told}
    if not any(rows.exists() for _kind, rows in personal_rows(record)):
        return _("There is nothing left to erase.")
    return ""


def personal_rows(record: models.Model) -> list[tuple[Erased, models.QuerySet[Any]]]:
    """Return of each kind the rows that still say something of the person."""
    edition, which = edition_of_record(record), person_of_record(record).repeated(record)
    return [
        (kind, kind.left(edition).filter(which[kind.code])) for kind in KINDS if kind.code in which
    ]


def personal_counts(record: models.Model) -> dict[str, int]:
    return {kind.code: rows.count() for kind, rows in personal_rows(record)}


def person_of_record(record: models.Model) -> Person:
    return next(one for one in PEOPLE.values() if isinstance(record, one.model))


def offices_of(record: models.Model) -> "models.QuerySet[Invitation]":
    """Return the invitations whose offices gave what the record says, or may be told it."""
    rows: models.QuerySet[Invitation] = models.QuerySet(Invitation)
    return rows.filter(person_of_record(record).offices(record), edition=edition_of_record(record))


def edition_of_record(record: Any) -> ForumEdition:
    for above in ("delegation", "invitation"):
        record = getattr(record, above, record)
    edition: ForumEdition = record.edition
    return edition
