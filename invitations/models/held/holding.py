"""What automatic mail says and where it goes is held when it changes in use.

The letters stand above in the models, and are found by their name.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.audit import Act, acting_user, record_act
from invitations.models.held.change import HeldChange, Values


class Held(NamedTuple):
    """The columns of a model that automatic mail prints or is addressed by.

    ``texts`` have one column for each language; ``everywhere`` says that letters to all States may
    use a row, even one that was made after they were approved; ``alone`` are addresses and hours
    that an approver alone may correct where the edition allows it; ``between`` that the row is
    public, and held, between editions too, once any letter was approved; ``proposed`` that a change
    is written only once it is approved, where other models have it in their table at once.
    """

    columns: str
    texts: str = ""
    everywhere: bool = False
    alone: str = ""
    between: bool = False
    proposed: bool = False

    def names(self) -> list[str]:
        suffixes = [code.replace("-", "_") for code, _name in settings.LANGUAGES]
        in_languages = [f"{text}_{suffix}" for text in self.texts.split() for suffix in suffixes]
        return [*self.columns.split(), *in_languages]


HELD = {
    "ForumEdition": Held(
        "symbol opens_on closes_on track_opens_on track_closes_on reply_before"
        " replies_closed_at time_zone answers_offered segments_offered mission_city contact_phone"
        " contact_fax contact_email organization_phone organization_fax organization_email"
        " organization_website website partnership_link partnership_email consultation_link"
        " registration_link statements_link releases_alone original_ranks",
        "name name_in_full theme city place track_name own_segments time_zone_name organization"
        " postal_address secretariat organizers background contact_honorific contact_name",
        between=True,
    ),
    "Circular": Held(
        "reference dated_on",
        "signatory_honorific signatory_name signatory_title second_signatory_name"
        " second_signatory_title changes",
        proposed=True,
    ),
    "MemberState": Held("iso3", "short_name formal_name", between=True, proposed=True),
    "Minister": Held(
        "member_state_id honorific prenominal given_name family_name name_in_script"
        " family_name_in_script name_as_printed salutation_as_printed closing_as_printed"
        " name_in_dative portfolio_in_dative portfolio_in_second_language address_gender rank_id"
        " portfolio to_emails cc_emails",
        alone="to_emails cc_emails",
    ),
    "Mission": Held("name kind city emails", alone="emails", proposed=True),
    "Rank": Held("form", "name", everywhere=True, proposed=True),
    "FormOfAddress": Held(
        "language form gender member_state_id unfit_in courtesy title courtesy_dative title_dative"
        " salutation closing style styled government confidence",
        everywhere=True,
        proposed=True,
    ),
    "Term": Held("key language text", everywhere=True, proposed=True),
    "Invitation": Held("minister_id focal_point_email", alone="focal_point_email"),
    "Notice": Held("", "text", everywhere=True, between=True, proposed=True),
}


def touches(model: type[models.Model], named: Iterable[str]) -> bool:
    """Whether one of the named fields is held; a text without language may be any of its six."""
    held = HELD[model.__name__]
    columns = {*held.names(), *held.texts.split()}
    return any(name in columns or f"{name}_id" in columns for name in named)


@contextmanager
def holding(
    model: type[models.Model],
    keys: Callable[[], list[Any]],
    reason: str = "",
) -> Iterator[None]:
    """Lock the rows, let them be written, and hold what changed in those that are in use."""
    with transaction.atomic():
        before = values_of(model, keys(), lock=True)
        yield
        hold_changes(model, before, values_of(model, keys()), reason)


@contextmanager
def deleting(model: type[models.Model], keys: list[Any]) -> Iterator[None]:
    """Refuse to delete a row with which letters were released: it is changed instead."""
    with transaction.atomic():
        before = values_of(model, keys, lock=True)
        if used := rows_used(model, keys):
            raise ValidationError([why_kept(row) for row in used])
        yield
        if not HELD[model.__name__].proposed:
            hold_changes(model, before, {})


def rows_used(model: type[models.Model], keys: Iterable[Any]) -> list[models.Model]:
    """Return the rows that letters use as they were released."""
    rows: Any = models.QuerySet(model).filter(pk__in=keys)
    return [row for row in rows if is_used(row)]


def is_used(row: models.Model) -> bool:
    values = values_of(type(row), [row.pk])[row.pk]
    change = HeldChange.objects.waiting().of(row).first()
    if change and not HELD[type(row).__name__].proposed:
        return True
    used = letters_using(type(row).__name__, row.pk, values, values)
    return used is not None and letters_at_hand(type(row)).filter(used).exists()


def why_kept(row: models.Model) -> str:
    if type(row).__name__ == "Mission":
        told = _(
            "%(row)s: approved letters went there. Take its States away first; once a second "
            "person has released that, it can be deleted."
        )
    else:
        told = _("%(row)s: approved letters use it. Change it instead of deleting it.")
    return told % {"row": row}


def values_of(
    model: type[models.Model], keys: Iterable[Any], *, lock: bool = False, also: Iterable[str] = ()
) -> dict[Any, Values]:
    """Return what is held of each row, and ``also``, as JSON has it; a mission's States with it."""
    known = [key for key in keys if key is not None]
    if not known:
        return {}
    # The plain QuerySet: that of the translations reads a text in the language of the page.
    rows: Any = models.QuerySet(model).filter(pk__in=known).order_by("pk")
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    columns = [*HELD[model.__name__].names(), *also]
    found = {
        key: dict(zip(columns, said, strict=True))
        for key, *said in rows.values_list("pk", *columns)
    }
    if model.__name__ == "Mission":
        served = model.states.through.objects.filter(mission__in=found)  # type: ignore[attr-defined]
        for values in found.values():
            values["states"] = []
        for mission, state in served.order_by("memberstate").values_list("mission", "memberstate"):
            found[mission]["states"].append(state)
    return {key: json.loads(DjangoJSONEncoder().encode(said)) for key, said in found.items()}


def hold_changes(
    model: type[models.Model],
    before: Mapping[Any, Values],
    after: Mapping[Any, Values],
    reason: str = "",
) -> None:
    """Hold the changes of rows in use, each together with what of it waits already."""
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    if not changed:
        return
    kind = ContentType.objects.get_for_model(model)
    found = HeldChange.objects.waiting().filter(content_type=kind, object_id__in=changed)
    waiting = {one.object_id: one for one in found.select_for_update(of=("self",))}
    letters = letters_at_hand(model, before)
    if not waiting and not letters.exists():
        return
    in_use = keys_in_use(model, letters, changed, before, after)
    for key in changed:
        change = waiting.get(str(key))
        if change is None and key in in_use:
            change = HeldChange(content_type=kind, object_id=str(key), before=before.get(key))
        if change:
            hold_change(change, model, key, after.get(key), reason)


# A query names at most so many rows: databases bound the columns and parameters of one.
ROWS_A_QUERY = 50

# Where one column of a letter names the row, all rows are asked for together.
NAMED_BY = {
    "Circular": "circular",
    "ForumEdition": "invitation__edition",
    "Invitation": "invitation",
}


def keys_in_use(
    model: type[models.Model],
    letters: "models.QuerySet[Any]",
    changed: Iterable[Any],
    before: Mapping[Any, Values],
    after: Mapping[Any, Values],
) -> set[Any]:
    """Return the keys of the changed rows that one of the letters uses, or everybody reads."""
    name = model.__name__
    known = [key for key in changed if before.get(key) is not None]
    if name == "MemberState":  # the public list names those that got no letter, too
        return set(known) if letters.exists() else set()
    if column := NAMED_BY.get(name):
        named = letters.filter(**{f"{column}__in": known}).order_by()
        return set(named.values_list(column, flat=True).distinct())
    used = {key: letters_using(name, key, before.get(key), after.get(key)) for key in changed}
    asked = [(key, Count("pk", filter=one)) for key, one in used.items() if one is not None]
    found: set[Any] = set()
    for start in range(0, len(asked), ROWS_A_QUERY):
        some = asked[start : start + ROWS_A_QUERY]
        counts = letters.aggregate(**{f"row_{at}": count for at, (_key, count) in enumerate(some)})
        found |= {key for at, (key, _count) in enumerate(some) if counts[f"row_{at}"]}
    return found


def hold_change(
    change: HeldChange, model: type[models.Model], key: Any, after: Values | None, reason: str
) -> None:
    """Let the change wait with today's values; what is as it was released waits no more."""
    by = acting_user()
    change.after, change.asked_by, change.reason = after, by, reason or change.reason
    change.named = name_of(model, key) or change.named
    if change.before == after:
        change.state, change.decided_at = HeldChange.State.DISSOLVED, timezone.now()
    change.save()
    concerned = states_of(model.__name__, key, change.before, after)
    # A form that served one State, and serves all by now, is not that one's alone any more.
    if not concerned and HELD[model.__name__].everywhere:
        change.states.clear()
    change.states.add(*concerned)
    if by:
        change.contributors.add(by)
    record_act(change, Act.HELD, by, reason)


def name_of(model: type[models.Model], key: Any) -> str:
    return names_of(model, [key]).get(str(key), "")


def names_of(model: type[models.Model], keys: Iterable[Any]) -> dict[str, str]:
    """Return the names of those rows that are there, by their keys as text, in one query."""
    # Names of ministers and invitations have the State in them.
    within = [one.name for one in model._meta.fields if one.name in ("member_state", "minister")]
    rows: Any = models.QuerySet(model).filter(pk__in=keys)
    rows = rows.select_related(*within) if within else rows
    return {str(row.pk): f"{model._meta.verbose_name}: {row.told_as}"[:300] for row in rows}


def letters_at_hand(
    model: type[models.Model] | None = None, before: Mapping[Any, Values] | None = None
) -> "models.QuerySet[Any]":
    """Return the approved letters of editions that are not over, or take replies: mail may leave.

    Nobody ends an edition alone: one whose end is changed just now, or waits with its change, is at
    hand by the values that were released. One that is only begun takes the place of none.
    """
    edition, letter = (apps.get_model("invitations", one) for one in ("ForumEdition", "Letter"))
    waiting = HeldChange.objects.waiting().filter(
        content_type=ContentType.objects.get_for_model(edition)
    )
    released = dict(waiting.values_list("object_id", "before"))
    if model is edition:
        released |= before or {}
    at_hand = {str(one.pk) for one in edition.objects.only("pk").announced().at_hand()} | {
        str(key) for key, values in released.items() if values and is_at_hand(edition(), values)
    }
    closed_at = "invitation__edition__replies_closed_at"
    taking = Q(**{closed_at: None}) | Q(**{f"{closed_at}__gt": timezone.now()})
    approved: models.QuerySet[Any] = letter.objects.approved()
    if model and HELD[model.__name__].between:
        return approved
    return approved.filter(Q(invitation__edition__in=at_hand) | taking)


def is_at_hand(edition: Any, values: Values) -> bool:
    lay_over(edition, values)
    now = timezone.now()
    return bool(edition.takes_replies(now) or edition.is_ahead(now))


def letters_using(name: str, key: Any, before: Values | None, after: Values | None) -> Q | None:
    """Return the condition for letters that use the row; None if it is too new for any."""
    if HELD[name].everywhere:
        alone = states_served_alone(before, after)
        return Q(invitation__member_state__in=alone) if alone else ~Q(pk=None)
    if name == "Mission":
        states = {*(before or {}).get("states", []), *(after or {}).get("states", [])}
        return Q(invitation__member_state__in=states) if states else None
    if before is None:
        return None
    if name == "Circular":
        return Q(circular=key)
    return Q(invitation__in=invitations_using(name, key))


def states_served_alone(before: Values | None, after: Values | None) -> set[int]:
    """Return the States of a form of address that serves no other; none if it serves all."""
    said: list[Any] = [one.get("member_state_id") for one in (before, after) if one]
    return set(said) if said and all(said) else set()


def invitations_using(name: str, key: Any) -> "models.QuerySet[Any]":
    """Return the invitations that say what the row says, as they stand or as they were released."""
    invitation = apps.get_model("invitations", "Invitation")
    columns = {"ForumEdition": "edition", "Invitation": "pk", "MemberState": "member_state"}
    used = Q(**{columns[name]: key}) if name in columns else Q()
    if name in ("MemberState", "Minister"):
        ministers = [key] if name == "Minister" else ministers_of(key)
        released = was_released(invitation, minister_id__in=ministers)
        used |= Q(minister__in=ministers) | Q(released)
    return models.QuerySet(invitation).filter(used)


def ministers_of(state: Any) -> list[int]:
    """Return the ministers of the State, as they stand or as they were released."""
    minister = apps.get_model("invitations", "Minister")
    used = Q(member_state=state) | Q(was_released(minister, member_state_id=state))
    return list(models.QuerySet(minister).filter(used).values_list("pk", flat=True))


def was_released(model: type[models.Model], **values: Any) -> Exists:
    """Return the condition for rows whose change waits, and that had these values before."""
    return Exists(
        HeldChange.objects.waiting().filter(
            content_type=ContentType.objects.get_for_model(model),
            object_id=Cast(OuterRef("pk"), models.TextField()),
            **{f"before__{name}": value for name, value in values.items()},
        )
    )


def states_of(name: str, key: Any, before: Values | None, after: Values | None) -> set[int]:
    """Return the States whose letters the row concerns; none means all."""
    if name == "Mission":
        said = (before or {}, after or {})
        return {state for values in said for state in values.get("states", [])}
    if name not in ("MemberState", "Minister", "Invitation"):
        return states_served_alone(before, after)
    found = set(invitations_using(name, key).values_list("member_state", flat=True))
    return found or ({key} if name == "MemberState" else found)


def lay_over(row: models.Model, values: Values) -> None:
    """Set the columns of the row in memory to values as JSON keeps them."""
    columns = {field.attname: field for field in row._meta.concrete_fields}
    for name, value in values.items():
        if name in columns:
            setattr(row, name, columns[name].to_python(value))
