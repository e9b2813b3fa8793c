"""The first page: the state of an edition, in counts that link to their lists."""

import functools
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from invitations.admin.answers import ANSWERS_IN_SHORT, SILENT
from invitations.admin.base import user_of
from invitations.admin.columns import list_url
from invitations.admin.letters.composing_anew import letters_by_next_step
from invitations.admin.outbox.queue import (
    COULD_NOT_BE_COMPOSED,
    FAULTS_OF_JOBS,
    LETTERS_WAIT,
    outage_rows,
    rows_of_originals,
)
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
)
from invitations.text.dates import comma_list, printed_date

# What needs a person comes first.
OUTBOX_ORDER = [
    "uncertain",
    "failed",
    "bounced",
    "missed",
    "deferred",
    "queued",
    "claimed",
    "sending",
    "handed_over",
    "cancelled",
]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    context["title"] = _("Overview")
    if not request.user.has_perm("invitations.view_invitation"):
        return context
    chosen = ForumEdition.objects.filter(symbol=request.GET.get("edition", "")).first()
    edition = chosen or ForumEdition.objects.current()
    context["edition"] = edition
    if edition:
        if request.user.has_perm("invitations.view_delivery"):
            context["outages"] = outage_rows(timezone.now())
        context["editions"] = ForumEdition.objects.exclude(pk=edition.pk)
        context["to_do"] = [item for item in to_do(edition, request) if item["count"]]
        context["invitations"] = invitation_counts(edition)
        context["answers"] = answer_counts(edition)
        context["outbox"] = outbox_counts(edition)
        context |= step_context(next_step(edition))
        context["last_day"] = printed_date(edition.last_day, get_language())
        context["last_day_is_over"] = edition.is_late(timezone.now())
    return context


def step_context(step: ReminderStep | None) -> dict[str, Any]:
    if step is None or step.due_on is None:
        return {}
    how = comma_list([step.get_medium_display(), step.get_audience_display()])
    return {"step": step, "step_how": how, "day": printed_date(step.due_on, get_language())}


def linked_count(title: Any, count: int, url: str) -> dict[str, Any]:
    return {"title": title, "count": count, "url": url}


def invitation_counts(edition: ForumEdition) -> list[dict[str, Any]]:
    by_status = dict(edition.invitations.order_by().values_list("status").annotate(Count("pk")))
    return [
        linked_count(
            label,
            by_status.get(status, 0),
            list_url(Invitation, edition__id__exact=edition.pk, status__exact=status),
        )
        for status, label in Invitation.Status.choices
    ]


def answer_counts(edition: ForumEdition) -> list[dict[str, Any]]:
    """Count the silent, then each answer offered; principal invitations only."""
    principal = edition.invitations.principal()
    standing = Reply.objects.standing().filter(invitation__in=principal.issued())
    by_answer = dict(standing.order_by().values_list("answer").annotate(Count("pk")))
    silent = principal.silent().count()
    counts: list[tuple[str, Any, int]] = [(SILENT, _("silent"), silent)]
    counts += [
        (answer, ANSWERS_IN_SHORT[answer], by_answer.get(answer, 0))
        for answer in edition.answers_offered
    ]
    return [
        linked_count(
            label,
            count,
            list_url(
                Invitation,
                edition__id__exact=edition.pk,
                is_principal__exact=1,
                answer=answer,
            ),
        )
        for answer, label, count in counts
    ]


def outbox_counts(edition: ForumEdition) -> list[dict[str, Any]]:
    deliveries = Delivery.objects.filter(letter__invitation__edition=edition)
    by_state = dict(deliveries.order_by().values_list("state").annotate(Count("pk")))
    return [
        linked_count(
            Delivery.State(state).label,
            by_state[state],
            list_url(
                Delivery, state__exact=state, letter__invitation__edition__id__exact=edition.pk
            ),
        )
        for state in OUTBOX_ORDER
        if state in by_state
    ]


class Waiting(NamedTuple):
    """What waits for people who may do something about it: how many, and their list."""

    may: bool
    title: Any
    counted: Callable[[], int]
    url: str


def to_do(edition: ForumEdition, request: HttpRequest) -> list[dict[str, Any]]:
    """Count what waits for this person; what others may do is not asked for."""
    here = {"invitation__edition__id__exact": edition.pk}
    waiting = [
        *letters_to_do(edition, request, here),
        *people_to_do(edition, request),
        *originals_to_do(edition, request),
        *changes_to_do(request),
        *replies_to_do(edition, request, here),
        *mails_to_do(request),
        *reminders_to_do(edition, request, here),
    ]
    return [linked_count(one.title, one.counted(), one.url) for one in waiting if one.may]


def may(request: HttpRequest, *codes: str) -> bool:
    return any(request.user.has_perm(f"invitations.{code}") for code in codes)


def changes_to_do(request: HttpRequest) -> list[Waiting]:
    """Count what a second person has to look at, by what has become of it."""
    told = {
        HeldChange.State.WAITING: _("changes that a second person releases or takes back"),
        HeldChange.State.ALONE: _(
            "changes that one approver released alone: confirm or reverse them"
        ),
    }
    return [
        Waiting(
            may(request, "release_heldchange", "change_heldchange"),
            title,
            HeldChange.objects.filter(state=state).count,
            list_url(HeldChange, state__exact=state),
        )
        for state, title in told.items()
    ]


def letters_to_do(
    edition: ForumEdition, request: HttpRequest, here: dict[str, Any]
) -> list[Waiting]:
    letters = Letter.objects.filter(invitation__edition=edition)
    by_step = functools.cache(lambda: letters_by_next_step(letters, user_of(request)))
    return [
        Waiting(
            may(request, "change_letter"),
            COULD_NOT_BE_COMPOSED,
            letters.not_composable().count,
            list_url(Letter, composing="failed", **here),
        ),
        Waiting(
            may(request, "view_letter"),
            LETTERS_WAIT,
            letters.waiting().count,
            list_url(Letter, composing="waits", **here),
        ),
        Waiting(
            may(request, "delete_setback"),
            FAULTS_OF_JOBS,
            Setback.objects.count,
            list_url(Setback),
        ),
        Waiting(
            may(request, "approve_letter"),
            _("letters to approve"),
            lambda: len(by_step().to_approve),
            list_url(Letter, approval="open", **here),
        ),
        Waiting(
            # The only approver has none composed anew, but asks for it.
            may(request, "change_letter", "approve_letter"),
            _("outdated letters to compose anew"),
            lambda: len(by_step().anew),
            list_url(Letter, approval="anew", **here),
        ),
    ]


def people_to_do(edition: ForumEdition, request: HttpRequest) -> list[Waiting]:
    """Count whom invitations go to and should not, and whom nothing reaches."""
    return [
        Waiting(
            may(request, "change_invitation"),
            _("invitations of persons who left office: hand them over or withdraw them"),
            edition.invitations.of_persons_out_of_office().count,
            list_url(Invitation, edition__id__exact=edition.pk, left_office="yes"),
        ),
        Waiting(
            may(request, "change_delivery"),
            _("offices not reached: find another address, telephone, or send by pouch"),
            edition.invitations.unreached().count,
            list_url(Invitation, edition__id__exact=edition.pk, reached="no"),
        ),
    ]


def originals_to_do(edition: ForumEdition, request: HttpRequest) -> list[Waiting]:
    """Count the signed originals that wait for a person, and mail where one is due."""
    mailed = Waiting(
        may(request, "change_invitation"),
        _("letters that went by mail although the rank gets a signed original: decide on each"),
        mailed_in_spite_of_rank(edition).count,
        list_url(Invitation, edition__id__exact=edition.pk, original_due="yes"),
    )
    if not may(request, "change_delivery", "change_correspondence"):
        return [mailed]
    rows = rows_of_originals(timezone.localdate(), invitation__edition=edition)
    counted = [Waiting(True, row["title"], partial(int, row["count"]), row["url"]) for row in rows]
    return [mailed, *counted]


def replies_to_do(
    edition: ForumEdition, request: HttpRequest, here: dict[str, Any]
) -> list[Waiting]:
    """Count what came in."""
    return [
        Waiting(
            may(request, "change_reply"),
            _("contested replies"),
            Reply.objects.contested().filter(invitation__edition=edition).count,
            list_url(Reply, status__exact=Reply.Status.CONTESTED, **here),
        ),
        Waiting(
            may(request, "change_correspondence"),
            _("correspondence not dealt with"),
            Correspondence.objects.unread().filter(invitation__edition=edition).count,
            list_url(Correspondence, dealt_with="no", **here),
        ),
    ]


def mails_to_do(request: HttpRequest) -> list[Waiting]:
    """Count mails and bounces of which nobody knows yet whose they are."""
    return [
        Waiting(
            may(request, "change_correspondence"),
            _("mails of which nobody knows yet whose they are"),
            Correspondence.objects.unread().unmatched().count,
            list_url(Correspondence, dealt_with="no", whose="unknown"),
        ),
        Waiting(
            may(request, "change_delivery"),
            _("bounces of which nobody knows yet what they are of"),
            Bounce.objects.filter(delivery=None).count,
            list_url(Bounce, matched="no"),
        ),
    ]


def reminders_to_do(
    edition: ForumEdition, request: HttpRequest, here: dict[str, Any]
) -> list[Waiting]:
    silent = edition.invitations.silent()
    texts = LetterTemplate.objects.filter(kind__in=AUTOMATIC_KINDS, second_approver=None)
    return [
        Waiting(
            may(request, "change_calllistentry"),
            _("offices to call"),
            CallListEntry.objects.filter(called_at=None, invitation__in=silent).count,
            list_url(CallListEntry, called="open", **here),
        ),
        Waiting(
            may(request, "approve_letter"),
            _("reminder steps without approval"),
            edition.reminder_steps.filter(second_approver=None).count,
            list_url(ReminderStep, approved="no", edition__id__exact=edition.pk),
        ),
        Waiting(
            may(request, "approve_letter"),
            _("texts of reminders and acknowledgements without approval"),
            texts.count,
            list_url(LetterTemplate, approved="no", kind__in=",".join(AUTOMATIC_KINDS)),
        ),
    ]


def next_step(edition: ForumEdition) -> ReminderStep | None:
    """Return the next reminder step, today's included."""
    today = edition.local_date(timezone.now())
    steps = edition.reminder_steps.select_related("edition").prefetch_related(
        "edition__quiet_periods"
    )
    ahead = [(step.due_on, step.pk, step) for step in steps if step.due_on]
    return min((due for due in ahead if due[0] >= today), default=(None, 0, None))[2]
