"""Needs of who answers for personal data: what will be erased soon, unless somebody objects."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext_lazy

from delegations.desk.erasure.kinds import count_left
from delegations.desk.needs.need import Found, Need
from delegations.models.erasure import TOLD_BEFORE, erases_on
from invitations.models import ForumEdition


def erasures(request: HttpRequest) -> Iterator[Need]:
    """Yield each edition whose day is near, whichever is at hand, with how many rows go."""
    may = request.user.has_perms(["delegations.view_erasure"]) and (
        request.user.has_perm("delegations.erase_personal_data")
        or request.user.has_perm("invitations.change_forumedition")
    )
    if not may:
        return
    until = timezone.localdate() + TOLD_BEFORE
    for edition in ForumEdition.objects.exclude(erased_after=None).order_by("closes_on", "pk"):
        day = erases_on(edition)
        if day and day <= until:
            yield Need(
                may,
                ngettext_lazy(
                    "record with personal data that is erased within a month: see when, and what"
                    " it waits for",
                    "records with personal data that are erased within a month: see when, and what"
                    " they wait for",
                ),
                reverse("desk:erasure", args=[edition.symbol]),
                found=Found(sum(count_left(edition).values())),
            )
