"""Needs of decisions: what a second person releases, what came in, what two people approve."""

from collections.abc import Iterator

from django.db.models import Exists
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext_lazy

from delegations.desk.board.reconfirmed import reconfirmed_url
from delegations.desk.needs.need import Need, may, of_edition
from delegations.models import HighLevelSession, PolicyStatement, SpeakingSlot
from invitations.admin.answers import SPEAKS_BY_COURTESY
from invitations.admin.list_columns import list_url
from invitations.models import (
    AUTOMATIC_KINDS,
    Bounce,
    CallListEntry,
    Correspondence,
    DroppedScan,
    ForumEdition,
    HeldChange,
    Invitation,
    LetterTemplate,
    Reconfirmation,
    ReminderStep,
    Reply,
)


def change_needs(request: HttpRequest) -> Iterator[Need]:
    """Yield what a second person has to look at, by what has become of it."""
    told = {
        HeldChange.State.WAITING: ngettext_lazy(
            "change that a second person releases or takes back",
            "changes that a second person releases or takes back",
        ),
        HeldChange.State.ALONE: ngettext_lazy(
            "change that one approver released alone: confirm or reverse it",
            "changes that one approver released alone: confirm or reverse them",
        ),
    }
    for state, title in told.items():
        yield Need(
            may(request, "release_heldchange", "change_heldchange"),
            title,
            list_url(HeldChange, state__exact=state.value),
            HeldChange.objects.filter(state=state),
            "asked_at",
        )


def claims(request: HttpRequest) -> Iterator[Need]:
    """Yield mails whose sender is not proven, while they hold a State's next reminder."""
    yield Need(
        may(request, "change_correspondence"),
        ngettext_lazy(
            "mail holds a reminder for two working days: say whether it is from that office",
            "mails hold reminders for two working days: say whether they are from these offices",
        ),
        list_url(Correspondence, dealt_with="no", whose="unknown"),
        Correspondence.objects.holding(timezone.now()),
        "received_at",
    )


def reply_needs(edition: ForumEdition, request: HttpRequest) -> Iterator[Need]:
    """Yield what offices said that somebody has to read, decide on, or ask by telephone."""
    here, own = of_edition(edition), {"invitation__edition": edition}
    reads_answers = may(request, "view_reply")
    yield Need(
        may(request, "change_reply"),
        ngettext_lazy(
            "contested reply",
            "contested replies",
        ),
        list_url(Reply, status__exact=Reply.Status.CONTESTED.value, of="issued", **here),
        Reply.objects.to_settle().filter(**own),
        "received_at",
    )
    if edition.moved_at:
        asked = Reconfirmation.objects.current().counted().filter(move__edition=edition)
        yield Need(
            may(request, "add_telephonecall") and reads_answers,
            ngettext_lazy(
                "answer not re-confirmed since the dates moved",
                "answers not re-confirmed since the dates moved",
            ),
            reconfirmed_url(edition, Reconfirmation.Said.NOT_YET),
            asked.not_yet(),
            "move__released_at",
        )
    yield Need(
        may(request, "change_correspondence"),
        ngettext_lazy(
            "piece of correspondence not dealt with",
            "pieces of correspondence not dealt with",
        ),
        list_url(Correspondence, dealt_with="no", **here),
        Correspondence.objects.unread().filter(**own),
        "received_at",
    )
    yield Need(
        may(request, "add_telephonecall"),
        ngettext_lazy(
            "office to call",
            "offices to call",
        ),
        list_url(CallListEntry, called="open", **here),
        CallListEntry.objects.to_call().filter(**own),
        "listed_at",
    )


def mail_needs(request: HttpRequest) -> Iterator[Need]:
    """Yield mails, scans and bounces of which nobody knows yet whose they are."""
    yield Need(
        may(request, "change_correspondence"),
        ngettext_lazy(
            "mail of which nobody knows yet whose it is",
            "mails of which nobody knows yet whose they are",
        ),
        list_url(Correspondence, dealt_with="no", whose="unknown"),
        Correspondence.objects.unread().unmatched().exclude(holds_until__gt=timezone.now()),
        "received_at",
    )
    yield Need(
        may(request, "change_correspondence"),
        ngettext_lazy(
            "dropped scan to be recorded",
            "dropped scans to be recorded",
        ),
        list_url(DroppedScan, to_record="yes"),
        DroppedScan.objects.to_record(),
        "dropped_at",
    )
    yield Need(
        may(request, "change_delivery"),
        ngettext_lazy(
            "bounce of which nobody knows yet what it is of",
            "bounces of which nobody knows yet what they are of",
        ),
        list_url(Bounce, matched="no"),
        Bounce.objects.filter(delivery=None),
        "received_at",
    )


def approvals(edition: ForumEdition, request: HttpRequest) -> Iterator[Need]:
    """Yield what two people approve before the machine uses it by itself."""
    approves = may(request, "approve_letter")
    yield Need(
        approves,
        ngettext_lazy(
            "reminder step without approval",
            "reminder steps without approval",
        ),
        list_url(ReminderStep, approved="no", edition__id__exact=edition.pk),
        edition.reminder_steps.filter(second_approver=None),
    )
    yield Need(
        approves,
        ngettext_lazy(
            "text of a reminder or an acknowledgement without approval",
            "texts of reminders and acknowledgements without approval",
        ),
        list_url(LetterTemplate, approved="no", kind__in=",".join(AUTOMATIC_KINDS)),
        LetterTemplate.objects.filter(kind__in=AUTOMATIC_KINDS, second_approver=None),
        "written_at",
    )
    yield Need(
        approves and request.user.has_perm("delegations.view_highlevelsession"),
        ngettext_lazy(
            "session that waits for the approval of two people",
            "sessions that wait for the approval of two people",
        ),
        list_url(HighLevelSession, approved="no", edition__id__exact=edition.pk),
        HighLevelSession.objects.filter(edition=edition, second_approver=None),
    )


def courtesy_needs(edition: ForumEdition, request: HttpRequest) -> Iterator[Need]:
    """Yield who would speak for a State whose own answer brings no statement."""
    yield Need(
        may(request, "change_invitation") and may(request, "view_reply"),
        ngettext_lazy(
            "answer by courtesy that brings a statement, while the State’s own brings none",
            "answers by courtesy that bring statements, while the States’ own bring none",
        ),
        list_url(Invitation, answer=SPEAKS_BY_COURTESY, edition__id__exact=edition.pk),
        edition.invitations.speaking_by_courtesy(),
    )


def speaker_needs(edition: ForumEdition, request: HttpRequest) -> Iterator[Need]:
    """Yield who is to be inscribed, once the list is begun or the last day to reply is over.

    Whose statement contradicts the answer is told of at once.
    """
    waiting = PolicyStatement.objects.heard().without_place().filter(delegation__edition=edition)
    if not edition.is_late(timezone.now()):
        waiting = waiting.filter(Exists(SpeakingSlot.objects.filter(session__edition=edition)))
    yield Need(
        request.user.has_perm("delegations.add_speakingslot"),
        ngettext_lazy(
            "speaker without a place on the list of speakers",
            "speakers without a place on the list of speakers",
        ),
        list_url(PolicyStatement, place="no", delegation__edition__id__exact=edition.pk),
        waiting,
    )
    yield Need(
        request.user.has_perm("delegations.change_speakingslot"),
        ngettext_lazy(
            "speaker moved since the list is public, and whose office nobody has reached since",
            "speakers moved since the list is public, and whose offices nobody has reached since",
        ),
        list_url(SpeakingSlot, to_inform="yes", session__edition__id__exact=edition.pk),
        SpeakingSlot.objects.to_inform(timezone.now()).filter(session__edition=edition),
        "moved_at",
    )
    yield Need(
        request.user.has_perm("delegations.change_policystatement") and may(request, "view_reply"),
        ngettext_lazy(
            "statement that says otherwise than its State’s answer",
            "statements that say otherwise than their States’ answers",
        ),
        list_url(PolicyStatement, agrees="no", delegation__edition__id__exact=edition.pk),
        PolicyStatement.objects.doubtful().filter(delegation__edition=edition),
    )
