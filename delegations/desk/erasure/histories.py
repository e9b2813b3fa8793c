"""What repeats personal data in histories: that something changed stays, and who did it, not what.

Rows that were deleted before are found by what their own history says of where they belonged.
"""

import json
from typing import Any, NamedTuple

from auditlog.models import LogEntry
from django.contrib.admin.models import LogEntry as FormEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.functions import Cast

from delegations.models import Delegate, Delegation, PolicyStatement
from invitations.models import ForumEdition, HeldChange, Invitation, Reply

Rows = models.QuerySet[Any]
# In place of each value, as for needs, which are withheld at once.
WITHHELD = ["…", "…"]
WITHHELD_OF: dict[type[models.Model], tuple[str, ...]] = {
    Delegate: (
        "name", "function", "organization", "email", "gender", "arrives_on", "departs_on",
        "needs_visa_letter", "needs",
    ),
    PolicyStatement: ("photo", "photo_sha256", "biography"),
    Reply: ("respondent_email", "respondent_phone", "remarks"),
    Invitation: ("focal_point_name", "focal_point_email"),
    Delegation: (),
}  # fmt: skip
# From which internet address an office wrote; that of staff stays with what they did.
OF_AN_OFFICE = Q(actor=None, remote_addr__isnull=False)
# The column of each that leads towards its edition.
BELONGS_BY: dict[type[models.Model], tuple[str, type[models.Model]]] = {
    Delegate: ("delegation", Delegation),
    PolicyStatement: ("delegation", Delegation),
    Reply: ("invitation", Invitation),
    Invitation: ("edition", ForumEdition),
    Delegation: ("edition", ForumEdition),
}


class Keys(NamedTuple):
    """Queries for the keys of rows that are there, and of those that were deleted."""

    there: Rows
    gone: Rows

    def match(self, column: str = "object_id") -> Q:
        return Q(**{f"{column}__in": self.there}) | Q(**{f"{column}__in": self.gone})

    @property
    def as_words(self) -> "Keys":
        """The same keys as text, as Django's own rows of forms name them."""
        there = self.there.annotate(key=Cast("pk", CharField())).values("key")
        return Keys(there, self.gone.annotate(key=Cast("object_id", CharField())).values("key"))


def keys_of_edition(model: type[models.Model], edition: ForumEdition) -> set[int]:
    """Return the keys of the edition's rows of that model, also of those that were deleted."""
    if model is ForumEdition:
        return {edition.pk}
    keys = queried_keys(model, edition)
    there = keys.there.values_list("pk", flat=True)
    return {*there, *keys.gone.values_list("object_id", flat=True)}


def queried_keys(model: type[models.Model], edition: ForumEdition) -> Keys:
    """Return the keys as queries, since there may be very many.

    What was moved to another edition is that one's, with its history.
    """
    column, above = BELONGS_BY[model]
    owners = keys_of_edition(above, edition)
    rows: Rows = models.QuerySet(model)
    said = [str(key) for key in owners]
    told = entries(model).filter(
        Q(**{f"changes__{column}__0__in": said}) | Q(**{f"changes__{column}__1__in": said})
    )
    gone = told.exclude(object_id=None).filter(~Exists(rows.filter(pk=OuterRef("object_id"))))
    return Keys(rows.filter(**{f"{column}__in": owners}).values("pk"), gone.values("object_id"))


def entries(model: type[models.Model]) -> Rows:
    return LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model))


def histories_with_values(edition: ForumEdition) -> Rows:
    """Return the rows of auditlog that hold a value, a delegate's name, or an office's address."""
    found = Q()
    for model, columns in WITHHELD_OF.items():
        of_model = Q(content_type=ContentType.objects.get_for_model(model))
        held = OF_AN_OFFICE | (Q(object_repr__gt="") if model is Delegate else Q())
        for column in columns:
            path = f"changes__{column}"
            held |= Q(**{f"{path}__isnull": False}) & ~Q(**{path: WITHHELD})
        found |= of_model & queried_keys(model, edition).match() & held
    return LogEntry.objects.filter(found)


def withhold_values(rows: Rows) -> None:
    """Write all of them at once: one that is saved by itself gets who is at work just now."""
    kinds = {ContentType.objects.get_for_model(model).pk: model for model in WITHHELD_OF}
    entries = list(rows.select_for_update(of=("self",)))
    for entry in entries:
        held = {*(entry.changes or {})}.intersection(WITHHELD_OF[kinds[entry.content_type_id]])
        entry.changes = {**(entry.changes or {}), **dict.fromkeys(held, WITHHELD)}
    rows.bulk_update(entries, ["changes"])
    rows.filter(content_type=ContentType.objects.get_for_model(Delegate)).update(object_repr="")
    rows.filter(actor=None).update(remote_addr=None, remote_port=None)


# Django's own rows of forms that were saved

NAMED = r'"object": "[^"]'


def saved_forms(edition: ForumEdition) -> Rows:
    """Return the rows of forms that name a delegate: their own, and those of a delegation."""
    own = of_forms(Delegate, edition) & Q(object_repr__gt="")
    inline = of_forms(Delegation, edition) & Q(change_message__regex=NAMED)
    return FormEntry.objects.filter(own | inline)


def of_forms(model: type[models.Model], edition: ForumEdition) -> Q:
    kind = ContentType.objects.get_for_model(model)
    return Q(content_type=kind) & queried_keys(model, edition).as_words.match()


def withhold_names(rows: Rows) -> None:
    delegate = ContentType.objects.get_for_model(Delegate).pk
    entries = list(rows)
    for entry in entries:
        if entry.content_type_id == delegate:
            entry.object_repr = ""
        else:
            entry.change_message = json.dumps(without_names(json.loads(entry.change_message)))
    rows.bulk_update(entries, ["object_repr", "change_message"])


def without_names(message: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {act: {**said, "object": ""} if "object" in said else said for act, said in one.items()}
        for one in message
    ]


# What waited for a second person

FOCAL_POINT = "focal_point_email"


def held_addresses(edition: ForumEdition) -> Rows:
    keys = [str(key) for key in keys_of_edition(Invitation, edition)]
    says = Q()
    for column in ("before", "after"):
        path = f"{column}__{FOCAL_POINT}"
        says |= Q(**{f"{path}__isnull": False}) & ~Q(**{path: ""})
    kind = ContentType.objects.get_for_model(Invitation)
    return HeldChange.objects.filter(says, content_type=kind, object_id__in=keys)


def withhold_addresses(rows: Rows) -> None:
    changes = list(rows)
    for change in changes:
        for column in ("before", "after"):
            said = getattr(change, column)
            if said and FOCAL_POINT in said:
                setattr(change, column, {**said, FOCAL_POINT: ""})
    rows.bulk_update(changes, ["before", "after"])
