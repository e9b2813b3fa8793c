"""What is erased of an edition: for each kind the rows that still say something, and how they end.

A kind is done when none of its rows is left, so a batch may stop anywhere.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery, Value
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from delegations.desk.erasure import histories
from delegations.models import Delegate, Delegation, DelegationChange, PolicyStatement
from invitations.forms.stale_form import lock_rows
from invitations.models import (
    Bounce,
    Delivery,
    ForumEdition,
    Invitation,
    Letter,
    LetterEvent,
    Reply,
    ReplyDraft,
    SavedPage,
)
from invitations.models.deleted_files import let_go
from invitations.text.dates import labelled
from invitations.text.spellings import normalize_name

Rows = models.QuerySet[Any]


class Erased(NamedTuple):
    """Rows that still say something, and what empties some of them."""

    code: str
    title: Any
    left: Callable[[ForumEdition], Rows]
    erase: Callable[[Rows], object]


def holds_words(*columns: str) -> Q:
    """Match rows in which at least one of these columns holds words."""
    found = Q()
    for column in columns:
        found |= ~Q(**{column: ""})
    return found


# Delegates

WORDS_OF_DELEGATES = ("name", "function", "organization", "email", "needs")
DAYS_OF_DELEGATES = ("arrives_on", "departs_on")


def delegates_to_erase(edition: ForumEdition) -> Rows:
    travels = Q(arrives_on__isnull=False) | Q(departs_on__isnull=False)
    says = holds_words(*WORDS_OF_DELEGATES) | travels | Q(needs_visa_letter=True)
    return Delegate.objects.filter(says, delegation__edition=edition)


def erase_delegates(rows: Rows) -> None:
    """Leave of each the delegation, the role, and woman or man; and whether the speaker was it.

    Who changes one of them meanwhile holds the lock of its delegation.
    """
    lock_rows(Delegation, set(rows.values_list("delegation", flat=True)))
    speakers = rows.exclude(name="").exclude(delegation__statement=None)
    named = speakers.values_list("pk", "name", "delegation__statement__speaker_name")
    spoke = [pk for pk, name, speaker in named if normalize_name(name) == normalize_name(speaker)]
    Delegate.objects.filter(pk__in=spoke).update(spoke=True)
    empty: dict[str, Any] = dict.fromkeys(WORDS_OF_DELEGATES, "") | dict.fromkeys(DAYS_OF_DELEGATES)
    rows.update(needs_visa_letter=False, **empty)


def changes_to_erase(edition: ForumEdition) -> Rows:
    part = DelegationChange.Part.DELEGATE
    return DelegationChange.objects.filter(~Q(subject=""), delegation__edition=edition, part=part)


# Speakers, and who answers for an office


def speakers_to_erase(edition: ForumEdition) -> Rows:
    says = holds_words("photo", "biography")
    return PolicyStatement.objects.filter(says, delegation__edition=edition)


def erase_speakers(rows: Rows) -> None:
    let_go(rows.values_list("photo", flat=True))
    rows.update(photo="", photo_sha256="", biography="")


WORDS_OF_RESPONDENTS = ("respondent_email", "respondent_phone", "remarks")


def respondents_to_erase(edition: ForumEdition) -> Rows:
    says = holds_words(*WORDS_OF_RESPONDENTS)
    return Reply.objects.filter(says, invitation__edition=edition)


def focal_points_to_erase(edition: ForumEdition) -> Rows:
    # The plain QuerySet: nothing of an edition that is over waits for a second person.
    own: Rows = models.QuerySet(Invitation).filter(edition=edition)
    return own.filter(holds_words("focal_point_name", "focal_point_email"))


# Mails that say back what an office typed


def mails_to_erase(edition: ForumEdition) -> Rows:
    says = holds_words("paper", "mail", "pdf", "message") | ~Q(filed={})
    is_copy = Q(variant="copy") & ~Q(recipients=[])
    own = Letter.objects.acknowledging().filter(invitation__edition=edition)
    return own.filter(says | is_copy)


def erase_mails(rows: Rows) -> None:
    """Leave of each when it left, and the hash of what it said; a copy's address goes too."""
    for column in ("pdf", "message"):
        let_go(rows.values_list(column, flat=True))
    rows.filter(variant="copy").update(recipients=[])
    rows.update(paper="", mail="", pdf="", message="", filed={})


def copies_to_erase(edition: ForumEdition) -> Rows:
    """Return mails to an address that somebody typed beside those on file."""
    kind = Letter.Kind.ACKNOWLEDGEMENT
    own = Delivery.objects.filter(
        letter__invitation__edition=edition, letter__kind=kind, letter__variant="copy"
    )
    told = LetterEvent.objects.filter(~Q(server_words=""), delivery=OuterRef("pk"))
    reported = Bounce.objects.filter(
        holds_words("server_words", "message"), delivery=OuterRef("pk")
    )
    return own.filter(holds_words("address", "server_words") | Exists(told) | Exists(reported))


def erase_copies(rows: Rows) -> None:
    bounces = Bounce.objects.filter(delivery__in=rows)
    let_go(bounces.values_list("message", flat=True))
    bounces.update(server_words="", message="", message_sha256="")
    LetterEvent.objects.filter(delivery__in=rows).update(server_words="")
    rows.update(address="", server_words="")


# What is kept for a day alone goes at once


def drafts(edition: ForumEdition) -> Rows:
    return ReplyDraft.objects.filter(invitation__edition=edition)


def pages_to_erase(edition: ForumEdition) -> Rows:
    return SavedPage.objects.filter(invitation__edition=edition)


def emptied(**columns: Any) -> Callable[[Rows], object]:
    return lambda rows: rows.update(**columns)


def deleted(rows: Rows) -> object:
    return rows.delete()


LASTING = (
    Erased("delegates", _("delegates"), delegates_to_erase, erase_delegates),
    Erased("speakers", _("photos and biographies of speakers"), speakers_to_erase, erase_speakers),
    Erased("respondents", _("replies with remarks, or the e-mail or telephone of who gave them"),
           respondents_to_erase, emptied(**dict.fromkeys(WORDS_OF_RESPONDENTS, ""))),
    Erased("focal_points", _("focal points"),
           focal_points_to_erase, emptied(focal_point_name="", focal_point_email="")),
    Erased("mails", _("mails that said back what offices had typed"), mails_to_erase, erase_mails),
    Erased("copies", _("typed addresses to which copies went"), copies_to_erase, erase_copies),
    Erased("changes", _("lines of history that name delegates"),
           changes_to_erase, emptied(subject="")),
    Erased("fields", _("changes of fields, with their values"),
           histories.histories_with_values, histories.withhold_values),
    Erased("forms", _("saved forms that name delegates"),
           histories.saved_forms, histories.withhold_names),
    Erased("addresses", _("held changes of addresses"),
           histories.held_addresses, histories.withhold_addresses),
)  # fmt: skip
# It goes by itself within a day; that there is some begins no erasure.
OF_A_DAY = (
    Erased("drafts", ReplyDraft._meta.verbose_name_plural, drafts, deleted),
    Erased("pages", SavedPage._meta.verbose_name_plural, pages_to_erase, deleted),
)  # fmt: skip
KINDS = (*LASTING, *OF_A_DAY)


def erase_left(kind: Erased, left: Rows, most: int | None = None) -> int:
    """Empty these rows of the kind, or so many of them, and return how many."""
    keys = list(left.order_by("pk").values_list("pk", flat=True)[:most])
    if keys:
        rows: Rows = models.QuerySet(left.model)
        kind.erase(rows.filter(pk__in=keys))
    return len(keys)


def is_any_left(edition: ForumEdition) -> bool:
    return any(kind.left(edition).exists() for kind in LASTING)


def count_left(edition: ForumEdition) -> dict[str, int]:
    """Return how many rows of each kind an erasure would empty now."""
    # The plain QuerySet: that of translated rows would bring all columns along.
    this: Rows = models.QuerySet(ForumEdition).filter(pk=edition.pk)
    counts = this.values(**{kind.code: count_subquery(kind.left(edition)) for kind in KINDS}).get()
    return {code: count for code, count in counts.items() if count}


def count_subquery(rows: Rows) -> Subquery:
    """Return the number of rows, as a part of another query; None of no rows."""
    alike = rows.order_by().annotate(alike=Value(1)).values("alike")
    return Subquery(alike.annotate(number=Count("pk")).values("number"))


def format_counts(counts: dict[str, int]) -> list[str]:
    """Return of what there are how many, in the order in which it goes."""
    told = ((kind.title, counts.get(kind.code, 0)) for kind in KINDS)
    return [labelled(capfirst(title), count) for title, count in told if count]
