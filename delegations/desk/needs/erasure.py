"""Needs of who answers for personal data: what will be erased soon, unless somebody objects."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext_lazy

from delegations.desk.erasure.kinds import count_left, is_any_left
from delegations.desk.needs.need import CountedNeed, Need
from delegations.models import Erasure
from delegations.models.erasure import TOLD_BEFORE, erases_on
from invitations.models import ForumEdition

SOON = ngettext_lazy(
    "record with personal data that is erased within a month: see when, and what it waits for",
    "records with personal data that are erased within a month: see when, and what they wait for",
)
NIGHTLY = ngettext_lazy(
    "record with personal data that is erased in the coming night: see what it waits for",
    "records with personal data that are erased in the coming night: see what they wait for",
)
ASKED_FOR = ngettext_lazy(
    "record with personal data that a person has asked to erase: see when, and what it waits for",
    "records with personal data that a person has asked to erase: see when, and what they wait for",
)


def erasures(request: HttpRequest) -> Iterator[Need]:
    """Yield each edition whose data go soon, whichever is at hand, with how many rows go."""
    may = request.user.has_perms(["delegations.view_erasure"]) and (
        request.user.has_perm("delegations.erase_personal_data")
        or request.user.has_perm("invitations.change_forumedition")
    )
    if not may:
        return
    by_hand = Erasure.objects.filter(edition=OuterRef("pk")).exclude(asked_by=None)
    some = ForumEdition.objects.exclude(~Exists(by_hand), erased_after=None)
    for edition in some.order_by("closes_on", "pk"):
        # What goes by itself within a day begins no erasure, and is none to be told of.
        if (title := title_of(edition)) and is_any_left(edition):
            found = CountedNeed(sum(count_left(edition).values()))
            yield Need(may, title, reverse("desk:erasure", args=[edition.symbol]), found=found)


def title_of(edition: ForumEdition) -> Any:
    """Return what the need says of the edition; None as long as nothing goes soon."""
    if edition.erasures.under_way().exclude(asked_by=None).exists():
        return ASKED_FOR
    day, today = erases_on(edition), edition.local_date(timezone.now())
    if day is None or day > today + TOLD_BEFORE:
        return None
    return NIGHTLY if day <= today else SOON
