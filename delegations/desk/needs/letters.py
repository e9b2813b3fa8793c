"""What needs a person: one list for the first page, of what its reader may do something about."""

import datetime as dt
import functools
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.db.models import Count, F, Min, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, TruncDate
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from delegations.models import HighLevelSession
from invitations.admin.base import user_of
from invitations.admin.columns import list_url
from invitations.admin.letters.composing_anew import letters_by_next_step
from invitations.letters.routes import mailed_in_spite_of_rank
from invitations.models import (
    AUTOMATIC_KINDS,
    Bounce,
    CallListEntry,
    Correspondence,
    Delivery,
    ForumEdition,
    HeldChange,
    Invitation,
    Letter,
    LetterTemplate,
    ReminderStep,
    Reply,
    Setback,
    SignedOriginal,
)
from invitations.models.delivery import Stage
from invitations.reminders.planning import AFTER_THE_LETTER

State = Delivery.State
OLD = dt.timedelta(days=7)


class Found(NamedTuple):
    """How many wait, and since when the oldest; None where no hour is on file."""

    number: int
    since: dt.datetime | dt.date | None = None


class Need(NamedTuple):
    """What waits for people who may do something about it, and the list that shows it."""

    may: bool
    title: Any
    found: Callable[[], Found]
    url: str


def needs_of(edition: ForumEdition, request: HttpRequest) -> list[dict[str, Any]]:
    """Return what waits for this person, and for how long; what others may do is not asked for."""
    now = timezone.now()
    return [
        {
            "title": need.title,
            "count": found.number,
            "url": need.url,
            "age": age_in_words(found.since, now),
            "is_old": found.since is not None and age_of(found.since, now) > OLD,
        }
        for need in all_needs(edition, request)
        if need.may and (found := need.found()).number
    ]


def all_needs(edition: ForumEdition, request: HttpRequest) -> Iterator[Need]:
    yield from deliveries(edition, request)
    yield from letters(edition, request)
    yield from people(edition, request)
    yield from originals(edition, request)
    yield from changes(request)
    yield from replies(edition, request)
    yield from mails(request)
    yield from reminders(edition, request)
    yield from sessions(edition, request)


def may(request: HttpRequest, *codes: str) -> bool:
    return any(request.user.has_perm(f"invitations.{code}") for code in codes)


def of_edition(edition: ForumEdition, path: str = "invitation__edition") -> dict[str, Any]:
    return {f"{path}__id__exact": edition.pk}


def number(rows: QuerySet[Any]) -> Callable[[], Found]:
    return lambda: Found(rows.count())


def oldest(rows: QuerySet[Any], since: str | Combinable) -> Callable[[], Found]:
    """Return how to count the rows, and the earliest of their hours or days, in one query."""
    asked = rows.order_by().aggregate
    return lambda: Found(**asked(number=Count("pk", distinct=True), since=Min(since)))


# How long something waits


def age_of(since: dt.datetime | dt.date, now: dt.datetime) -> dt.timedelta:
    if isinstance(since, dt.datetime):
        return now - since
    return timezone.localdate(now) - since


def age_in_words(since: dt.datetime | dt.date | None, now: dt.datetime) -> str:
    if since is None:
        return ""
    age = age_of(since, now)
    if age.days < 1:
        return ""
    words = ngettext("oldest: %(days)s day", "oldest: %(days)s days", age.days)
    return words % {"days": age.days}


# Letters and what became of them

STUCK = {
    State.UNCERTAIN: gettext_lazy(
        "mails that may have arrived: find out whether they did, then say so or send them again"
    ),
    State.FAILED: gettext_lazy(
        "mails that failed: read the server’s words, then put it right and send anew"
    ),
    State.BOUNCED: gettext_lazy(
        "mails that came back: find another address, telephone, or send by pouch"
    ),
    State.MISSED: gettext_lazy(
        "mails missed by more than a day, or kept back: read why, and send anew if still wanted"
    ),
}
COULD_NOT_BE_COMPOSED = gettext_lazy(
    "letters that could not be composed: read why, put it right, and have them tried again"
)
LETTERS_WAIT = gettext_lazy(
    "letters that wait for a text, a field or a person: read for what, and fill it in"
)
FAULTS_OF_JOBS = gettext_lazy("faults of regular jobs: read what went wrong")


def deliveries(edition: ForumEdition, request: HttpRequest) -> Iterator[Need]:
    own = Delivery.objects.filter(letter__invitation__edition=edition)
    here = of_edition(edition, "letter__invitation__edition")
    decides = may(request, "change_delivery")
    by_state = functools.cache(lambda: stuck(own))
    for state, title in STUCK.items():
        url = list_url(Delivery, state__exact=state.value, **here)
        yield Need(decides, title, functools.partial(by_state_of, by_state, state), url)
    printed = (
        own.waiting().exclude(channel=Delivery.Channel.EMAIL).filter(letter__by_original=False)
    )
    yield Need(
        decides,
        _("printed letters to mark as dispatched"),
        oldest(printed, "not_before"),
        list_url(Delivery, state__exact=State.QUEUED.value, channel__in="pouch,post", **here),
    )


def by_state_of(by_state: Callable[[], dict[str, Found]], state: str) -> Found:
    return by_state().get(state, Found(0))


def stuck(own: QuerySet[Delivery]) -> dict[str, Found]:
    """Return how many mails need a person in each state, and when the oldest was tried."""
    tried_at = Coalesce("handed_over_at", "sending_at", "not_before")
    found = own.filter(state__in=STUCK).order_by().values_list("state")
    return {
        state: Found(*told)
        for state, *told in found.annotate(number=Count("pk"), since=Min(tried_at))
    }


def letters(edition: ForumEdition, request: HttpRequest) -> Iterator[Need]:
    own, here = Letter.objects.filter(invitation__edition=edition), of_edition(edition)
    by_step = functools.cache(lambda: letters_by_next_step(own, user_of(request)))
    yield Need(
        may(request, "change_letter"),
        COULD_NOT_BE_COMPOSED,
        oldest(own.not_composable(), "planned_at"),
        list_url(Letter, composing="failed", **here),
    )
    yield Need(
        may(request, "view_letter"),
        LETTERS_WAIT,
        oldest(own.waiting(), "planned_at"),
        list_url(Letter, composing="waits", **here),
    )
    yield Need(
        may(request, "delete_setback"),
        FAULTS_OF_JOBS,
        oldest(Setback.objects.all(), "at"),
        list_url(Setback),
    )
    yield Need(
        may(request, "approve_letter"),
        _("letters to approve"),
        lambda: composed(own, by_step().to_approve),
        list_url(Letter, approval="open", **here),
    )
    yield Need(
        # The only approver has none composed anew, but asks for it.
        may(request, "change_letter", "approve_letter"),
        _("outdated letters to compose anew"),
        lambda: composed(own, by_step().anew),
        list_url(Letter, approval="anew", **here),
    )


def composed(own: QuerySet[Letter], keys: set[int]) -> Found:
    return oldest(own.filter(pk__in=keys), "composed_at")() if keys else Found(0)


def people(edition: ForumEdition, request: HttpRequest) -> Iterator[Need]:
    """Yield whom invitations go to and should not, and whom nothing reaches."""
    here = {"edition__id__exact": edition.pk}
    yield Need(
        may(request, "change_invitation"),
        _("invitations of persons who left office: hand them over or withdraw them"),
        number(edition.invitations.of_persons_out_of_office()),
        list_url(Invitation, left_office="yes", **here),
    )
    yield Need(
        may(request, "change_delivery"),
        _("offices not reached: find another address, telephone, or send by pouch"),
        oldest(edition.invitations.unreached(), "issued_at"),
        list_url(Invitation, reached="no", **here),
    )


# Signed originals

ORIGINALS_AT = {
    Stage.UNDER_WAY: gettext_lazy("signed originals to be printed, signed or handed over"),
    Stage.NO_RECEIPT: gettext_lazy("signed originals of which the mission’s receipt is missing"),
    Stage.NO_ANSWER: gettext_lazy("signed originals without an answer: speak to their mission"),
}


def originals(edition: ForumEdition, request: HttpRequest) -> Iterator[Need]:
    """Yield what waits of signed originals, and mail where one is due."""
    yield Need(
        may(request, "change_invitation"),
        _("letters that went by mail although the rank gets a signed original: decide on each"),
        number(mailed_in_spite_of_rank(edition)),
        list_url(Invitation, edition__id__exact=edition.pk, original_due="yes"),
    )
    own = SignedOriginal.objects.filter(invitation__edition=edition).with_days()
    until = timezone.localdate() - AFTER_THE_LETTER
    for stage, title in ORIGINALS_AT.items():
        since = TruncDate("approved_at") if stage == Stage.UNDER_WAY else F("handed_over_on")
        yield Need(
            may(request, "change_delivery", "change_correspondence"),
            title,
            oldest(own.at(stage, until), since),
            list_url(SignedOriginal, stage=stage.value, **of_edition(edition)),
        )


# What a second person decides, and what came in


def changes(request: HttpRequest) -> Iterator[Need]:
    """Yield what a second person has to look at, by what has become of it."""
    told = {
        HeldChange.State.WAITING: _("changes that a second person releases or takes back"),
        HeldChange.State.ALONE: _(
            "changes that one approver released alone: confirm or reverse them"
        ),
    }
    for state, title in told.items():
        yield Need(
            may(request, "release_heldchange", "change_heldchange"),
            title,
            oldest(HeldChange.objects.filter(state=state), "asked_at"),
            list_url(HeldChange, state__exact=state.value),
        )


def replies(edition: ForumEdition, request: HttpRequest) -> Iterator[Need]:
    here = of_edition(edition)
    yield Need(
        may(request, "change_reply"),
        _("contested replies"),
        oldest(Reply.objects.contested().filter(invitation__edition=edition), "received_at"),
        list_url(Reply, status__exact=Reply.Status.CONTESTED.value, **here),
    )
    yield Need(
        may(request, "change_correspondence"),
        _("correspondence not dealt with"),
        oldest(Correspondence.objects.unread().filter(invitation__edition=edition), "received_at"),
        list_url(Correspondence, dealt_with="no", **here),
    )


def mails(request: HttpRequest) -> Iterator[Need]:
    """Yield mails and bounces of which nobody knows yet whose they are."""
    yield Need(
        may(request, "change_correspondence"),
        _("mails of which nobody knows yet whose they are"),
        oldest(Correspondence.objects.unread().unmatched(), "received_at"),
        list_url(Correspondence, dealt_with="no", whose="unknown"),
    )
    yield Need(
        may(request, "change_delivery"),
        _("bounces of which nobody knows yet what they are of"),
        oldest(Bounce.objects.filter(delivery=None), "received_at"),
        list_url(Bounce, matched="no"),
    )


def reminders(edition: ForumEdition, request: HttpRequest) -> Iterator[Need]:
    to_call = CallListEntry.objects.to_call().filter(invitation__edition=edition)
    texts = LetterTemplate.objects.filter(kind__in=AUTOMATIC_KINDS, second_approver=None)
    yield Need(
        may(request, "add_telephonecall"),
        _("offices to call"),
        oldest(to_call, "listed_at"),
        list_url(CallListEntry, called="open", **of_edition(edition)),
    )
    yield Need(
        may(request, "approve_letter"),
        _("reminder steps without approval"),
        number(edition.reminder_steps.filter(second_approver=None)),
        list_url(ReminderStep, approved="no", edition__id__exact=edition.pk),
    )
    yield Need(
        may(request, "approve_letter"),
        _("texts of reminders and acknowledgements without approval"),
        oldest(texts, "written_at"),
        list_url(LetterTemplate, approved="no", kind__in=",".join(AUTOMATIC_KINDS)),
    )


def sessions(edition: ForumEdition, request: HttpRequest) -> Iterator[Need]:
    yield Need(
        request.user.has_perms(["invitations.approve_letter", "delegations.view_highlevelsession"]),
        _("sessions that wait for the approval of two people"),
        number(HighLevelSession.objects.filter(edition=edition, second_approver=None)),
        list_url(HighLevelSession, approved="no", edition__id__exact=edition.pk),
    )
