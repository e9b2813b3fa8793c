"""The first page: the state of an edition, in counts that link to their lists."""

from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from invitations.admin.answers import ANSWERS_IN_SHORT, SILENT
from invitations.admin.columns import list_url
from invitations.admin.outbox.queue import COULD_NOT_BE_COMPOSED, FAULTS_OF_JOBS, outage_rows
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
        context["to_do"] = [item for item in to_do(edition) if item["count"]]
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


def to_do(edition: ForumEdition) -> list[dict[str, Any]]:
    """Count what waits for a person."""
    here = {"invitation__edition__id__exact": edition.pk}
    return [
        *letters_to_do(edition, here),
        *people_to_do(edition),
        *changes_to_do(),
        *replies_to_do(edition, here),
        *reminders_to_do(edition, here),
    ]


def changes_to_do() -> list[dict[str, Any]]:
    """Count what a second person has to look at, by what has become of it."""
    undecided = HeldChange.objects.undecided().order_by().values_list("state")
    by_state = dict(undecided.annotate(Count("pk")))
    told = {
        HeldChange.State.WAITING: _("changes that a second person releases or takes back"),
        HeldChange.State.ALONE: _(
            "changes that one approver released alone: confirm or reverse them"
        ),
    }
    return [
        linked_count(title, by_state.get(state, 0), list_url(HeldChange, state__exact=state))
        for state, title in told.items()
    ]


def letters_to_do(edition: ForumEdition, here: dict[str, Any]) -> list[dict[str, Any]]:
    letters = Letter.objects.filter(invitation__edition=edition)
    composed = letters.filter(state=Letter.State.COMPOSED).exclude(kind__in=AUTOMATIC_KINDS)
    return [
        linked_count(
            COULD_NOT_BE_COMPOSED,
            letters.not_composable().count(),
            list_url(Letter, composing="failed", **here),
        ),
        linked_count(FAULTS_OF_JOBS, Setback.objects.count(), list_url(Setback)),
        linked_count(
            _("letters to approve"),
            composed.count(),
            list_url(Letter, state__exact=Letter.State.COMPOSED, **here),
        ),
    ]


def people_to_do(edition: ForumEdition) -> list[dict[str, Any]]:
    """Count whom invitations go to and should not."""
    return [
        linked_count(
            _("invitations of persons who left office: hand them over or withdraw them"),
            edition.invitations.of_persons_out_of_office().count(),
            list_url(Invitation, edition__id__exact=edition.pk, left_office="yes"),
        )
    ]


def replies_to_do(edition: ForumEdition, here: dict[str, Any]) -> list[dict[str, Any]]:
    """Count what came in, or came back, and whom nothing reaches."""
    unread = Correspondence.objects.unread()
    return [
        linked_count(
            _("contested replies"),
            Reply.objects.contested().filter(invitation__edition=edition).count(),
            list_url(Reply, status__exact=Reply.Status.CONTESTED, **here),
        ),
        linked_count(
            _("correspondence not dealt with"),
            unread.filter(invitation__edition=edition).count(),
            list_url(Correspondence, dealt_with="no", **here),
        ),
        linked_count(
            _("offices not reached: find another address, telephone, or send by pouch"),
            edition.invitations.unreached().count(),
            list_url(Invitation, edition__id__exact=edition.pk, reached="no"),
        ),
        linked_count(
            _("mails of which nobody knows yet whose they are"),
            unread.unmatched().count(),
            list_url(Correspondence, dealt_with="no", whose="unknown"),
        ),
        linked_count(
            _("bounces of which nobody knows yet what they are of"),
            Bounce.objects.filter(delivery=None).count(),
            list_url(Bounce, matched="no"),
        ),
    ]


def reminders_to_do(edition: ForumEdition, here: dict[str, Any]) -> list[dict[str, Any]]:
    silent = edition.invitations.silent()
    texts = LetterTemplate.objects.filter(kind__in=AUTOMATIC_KINDS, second_approver=None)
    return [
        linked_count(
            _("offices to call"),
            CallListEntry.objects.filter(called_at=None, invitation__in=silent).count(),
            list_url(CallListEntry, called="open", **here),
        ),
        linked_count(
            _("reminder steps without approval"),
            edition.reminder_steps.filter(second_approver=None).count(),
            list_url(ReminderStep, approved="no", edition__id__exact=edition.pk),
        ),
        linked_count(
            _("texts of reminders and acknowledgements without approval"),
            texts.count(),
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
