"""Needs of letters: mails that are stuck, letters at work, whom they go to, signed originals."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Min, Q
from django.db.models.functions import TruncDate
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext_lazy

from delegations.desk.needs.need import CountedNeed, Need, may, of_edition
from delegations.desk.outbox import OutboxRow
from invitations.admin.base import user_of
from invitations.admin.list_columns import list_url
from invitations.letters.channels import mailed_in_spite_of_rank
from invitations.models import (
    AUTOMATIC_KINDS,
    Delivery,
    ForumEdition,
    Invitation,
    JobError,
    Letter,
    SignedOriginal,
)
from invitations.models.delivery import Stage
from invitations.models.held.outdated import outdated_letters
from invitations.models.letter import LetterQuerySet
from invitations.reminders.eligibility import AFTER_THE_LETTER

State = Delivery.State

STUCK = {
    State.UNCERTAIN: ngettext_lazy(
        "mail that may have arrived: find out whether it did, then say so or send it again",
        "mails that may have arrived: find out whether they did, then say so or send them again",
    ),
    State.FAILED: ngettext_lazy(
        "mail that failed: read the server’s words, then put it right and send anew",
        "mails that failed: read the server’s words, then put it right and send anew",
    ),
    State.BOUNCED: ngettext_lazy(
        "mail that came back: find another address, telephone, or send by pouch",
        "mails that came back: find another address, telephone, or send by pouch",
    ),
    State.MISSED: ngettext_lazy(
        "mail missed by more than a day, or kept back: read why, and send anew if still wanted",
        "mails missed by more than a day, or kept back: read why, and send anew if still wanted",
    ),
}
COULD_NOT_BE_COMPOSED = ngettext_lazy(
    "letter that could not be composed: read why, put it right, and have it tried again",
    "letters that could not be composed: read why, put it right, and have them tried again",
)
LETTERS_WAIT = ngettext_lazy(
    "letter that waits for a text, a field or a person: read for what, and fill it in",
    "letters that wait for a text, a field or a person: read for what, and fill it in",
)
FAULTS_OF_JOBS = ngettext_lazy(
    "fault of a regular job: read what went wrong",
    "faults of regular jobs: read what went wrong",
)


def delivery_needs(
    edition: ForumEdition, request: HttpRequest, outbox: dict[str, OutboxRow]
) -> Iterator[Need]:
    here = of_edition(edition, "letter__invitation__edition")
    decides = may(request, "change_delivery")
    for state, title in STUCK.items():
        url = list_url(Delivery, state__exact=state.value, put_right="no", **here)
        stuck = outbox.get(state)
        found = CountedNeed(stuck.open, stuck.since) if stuck else CountedNeed(0)
        yield Need(decides, title, url, found=found)
    printed = {"state__exact": State.QUEUED.value, "channel__in": "pouch,post"}
    yield Need(
        decides,
        ngettext_lazy(
            "printed letter to mark as dispatched",
            "printed letters to mark as dispatched",
        ),
        list_url(Delivery, **printed, letter__by_original__exact=False, **here),
        Delivery.objects.to_dispatch().filter(letter__invitation__edition=edition),
        "not_before",
    )


def letter_needs(edition: ForumEdition, request: HttpRequest) -> Iterator[Need]:
    own, here = Letter.objects.filter(invitation__edition=edition), of_edition(edition)
    yield Need(
        may(request, "change_letter"),
        COULD_NOT_BE_COMPOSED,
        list_url(Letter, composing="failed", **here),
        own.not_composable(),
        "planned_at",
    )
    yield Need(
        may(request, "change_letter"),
        LETTERS_WAIT,
        list_url(Letter, composing="waits", **here),
        own.waiting(),
        "planned_at",
    )
    yield Need(
        may(request, "delete_joberror"),
        FAULTS_OF_JOBS,
        list_url(JobError),
        JobError.objects.all(),
        "at",
    )
    # The only approver has none composed anew, but asks for it.
    if may(request, "change_letter", "approve_letter"):
        yield from composed_letters(own, request, here)


def composed_letters(
    own: LetterQuerySet, request: HttpRequest, here: dict[str, Any]
) -> Iterator[Need]:
    """Yield the composed letters that this person may approve, and those that are outdated."""
    own = own.to_who_holds_office()
    composed = own.filter(state=Letter.State.COMPOSED).order_by()
    asked = composed.values("pk", "composed_at", "composed_by", "circular", "kind")
    rows: list[Any] = list(asked)
    outdated = outdated_letters(own) if rows else {}
    anew = [row for row in rows if row["pk"] in outdated]
    fit = [row for row in rows if row["pk"] not in outdated]
    to_approve = [row for row in fit if row["composed_by"] != user_of(request).pk]
    all_are = len(to_approve) == len(rows)
    yield Need(
        may(request, "approve_letter"),
        ngettext_lazy(
            "letter to approve",
            "letters to approve",
        ),
        one_by_one(to_approve if all_are else []) or list_url(Letter, approval="open", **here),
        found=oldest_of(to_approve),
    )
    yield Need(
        may(request, "change_letter", "approve_letter"),
        ngettext_lazy(
            "outdated letter to compose anew",
            "outdated letters to compose anew",
        ),
        list_url(Letter, approval="anew", **here),
        found=oldest_of(anew),
    )


def one_by_one(rows: list[dict[str, Any]]) -> str:
    """Return where these letters are looked at one by one, if that is one place for all."""
    circulars = {None if row["kind"] in AUTOMATIC_KINDS else row["circular"] for row in rows}
    if len(circulars) != 1 or None in circulars:
        return ""
    return reverse("admin:invitations_circular_look", args=[*circulars])


def oldest_of(rows: list[dict[str, Any]]) -> CountedNeed:
    return CountedNeed(len(rows), min((row["composed_at"] for row in rows), default=None))


def people(edition: ForumEdition, request: HttpRequest) -> Iterator[Need]:
    """Yield whom invitations go to and should not, and whom nothing reaches."""
    here = {"edition__id__exact": edition.pk}
    yield Need(
        may(request, "change_invitation"),
        ngettext_lazy(
            "invitation of a person who left office: hand it over or withdraw it",
            "invitations of persons who left office: hand them over or withdraw them",
        ),
        list_url(Invitation, left_office="yes", **here),
        edition.invitations.of_persons_out_of_office(),
    )
    yield Need(
        may(request, "change_invitation") and edition.takes_replies(timezone.now()),
        ngettext_lazy(
            "invitation whose link has ended: replace the link by a new one, and give it out",
            "invitations whose link has ended: replace the links by new ones, and give them out",
        ),
        list_url(Invitation, link="ended", **here),
        edition.invitations.without_link(),
    )
    yield Need(
        may(request, "change_delivery"),
        ngettext_lazy(
            "office not reached: find another address, telephone, or send by pouch",
            "offices not reached: find another address, telephone, or send by pouch",
        ),
        list_url(Invitation, reached="no", **here),
        edition.invitations.unreached(),
        "issued_at",
    )


# Signed originals

ORIGINALS_AT = {
    Stage.UNDER_WAY: ngettext_lazy(
        "signed original to be printed, signed or handed over",
        "signed originals to be printed, signed or handed over",
    ),
    Stage.NO_RECEIPT: ngettext_lazy(
        "signed original of which the mission’s receipt is missing",
        "signed originals of which the mission’s receipt is missing",
    ),
    Stage.NO_ANSWER: ngettext_lazy(
        "signed original without an answer: speak to the mission",
        "signed originals without an answer: speak to their mission",
    ),
}


def original_needs(edition: ForumEdition, request: HttpRequest) -> Iterator[Need]:
    """Yield what waits of signed originals, and mail where one is due."""
    yield Need(
        may(request, "change_invitation"),
        ngettext_lazy(
            "letter that went by mail although the rank gets a signed original: decide on it",
            "letters that went by mail although the rank gets a signed original: decide on each",
        ),
        list_url(Invitation, edition__id__exact=edition.pk, original_due="yes"),
        mailed_in_spite_of_rank(edition),
    )
    if may(request, "change_delivery", "change_correspondence"):
        for stage, found in originals_by_stage(edition).items():
            url = list_url(SignedOriginal, stage=stage.value, **of_edition(edition))
            yield Need(True, ORIGINALS_AT[stage], url, found=found)


def originals_by_stage(edition: ForumEdition) -> dict[Stage, CountedNeed]:
    """Return how many originals are at each stage, and since which day, all in one query."""
    own = SignedOriginal.objects.filter(invitation__edition=edition).with_days()
    until = timezone.localdate() - AFTER_THE_LETTER
    asked: dict[str, Any] = {}
    for stage in ORIGINALS_AT:
        at_it = Q(pk__in=own.at(stage, until).values("pk"))
        since = TruncDate("approved_at") if stage == Stage.UNDER_WAY else "handed_over_on"
        asked[f"number_{stage}"] = Count("pk", filter=at_it)
        asked[f"since_{stage}"] = Min(since, filter=at_it)
    told = own.order_by().aggregate(**asked)
    return {
        stage: CountedNeed(told[f"number_{stage}"], told[f"since_{stage}"])
        for stage in ORIGINALS_AT
    }
