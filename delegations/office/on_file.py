"""What is on file for an office: its replies, their results, and what is left to do."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delegations.models import Delegation, PolicyStatement
from invitations.models import (
    ANSWERS_BRINGING,
    ANSWERS_SPEAKING,
    Channel,
    Invitation,
    NextStep,
    Reply,
    left_to_do,
)
from invitations.text.dates import format_hour


@dataclass
class OnFile:
    """The replies of an office, the newest first, and its State's delegation and statement."""

    invitation: Invitation
    replies: Sequence[Any]
    # The answers of all its ministers that stand: one's regrets do not undo another one's yes.
    answers: set[str] = field(default_factory=set)
    # Those of them that other ministers of the State gave.
    of_others: set[str] = field(default_factory=set)
    # Whether anybody else of the State has replied, by whatever stands no more.
    others_replied: bool = False

    @cached_property
    def delegation(self) -> Any:
        """The State's delegation, with its statement and numbers of people and of texts.

        Read when needed: most States have none yet, and to ask for one is cheaper than to count.
        """
        delegations = Delegation.objects.filter(
            edition=self.invitation.edition_id, member_state=self.invitation.member_state_id
        )
        if not delegations.exists():
            return None
        return with_statement_and_numbers(delegations).first()

    @property
    def named(self) -> int:
        return self.delegation.named if self.delegation else 0

    @property
    def still_named(self) -> int:
        """How many of them have not had their names erased."""
        return self.named - self.delegation.erased if self.delegation else 0

    @property
    def statement(self) -> PolicyStatement | None:
        return getattr(self.delegation, "statement", None)

    @property
    def texts(self) -> int:
        """The number of current texts of the statement."""
        return self.delegation.texts if self.delegation else 0

    @property
    def is_silent(self) -> bool:
        """Whether the office has not replied, and no answer stands for its State."""
        return not self.replies and not self.answers

    @property
    def live(self) -> list[Reply]:
        return [reply for reply in self.replies if not reply.is_gone]

    @property
    def standing(self) -> Reply | None:
        return next((r for r in self.replies if r.status == Reply.Status.STANDING), None)

    @property
    def contested(self) -> list[Reply]:
        return [reply for reply in self.replies if reply.status == Reply.Status.CONTESTED]

    @property
    def holding(self) -> Reply | None:
        """The newest holding reply; it counts until an answer stands."""
        noted = [reply for reply in self.replies if reply.status == Reply.Status.NOTED]
        return noted[0] if noted and not self.standing else None

    @property
    def last_online(self) -> Reply | None:
        return next((reply for reply in self.live if reply.channel == Channel.ONLINE), None)

    @property
    def acknowledged(self) -> Reply | None:
        """The reply that its office has on paper: the last one of this site, or that on file."""
        return self.last_online or self.standing or next(iter(self.live), None)

    @property
    def has_calendar(self) -> bool:
        """Whether the office itself comes, and can have the High-Level Track for its calendar."""
        return self.standing is not None and self.standing.answer in ANSWERS_BRINGING

    @property
    def comes(self) -> bool:
        return not self.answers.isdisjoint(ANSWERS_BRINGING)

    @cached_property
    def is_for_state(self) -> bool:
        """Whether its answer is the State's own, and not one by courtesy beside it."""
        if self.invitation.is_principal:
            return True
        return Invitation.objects.answering_for_state().contains(self.invitation)

    @property
    def follows_another(self) -> bool:
        """Whether answers that bring a statement are offered, and it follows another minister's."""
        offered = self.invitation.edition.answers_offered
        return not (self.is_for_state or {*ANSWERS_SPEAKING}.isdisjoint(offered))

    @cached_property
    def of_state(self) -> set[str]:
        """The answers that are the State's own: its statement follows them."""
        if self.invitation.is_principal:
            return {reply.answer for reply in self.replies if reply.is_in_force}
        in_force = Reply.objects.in_force_for(self.invitation).answering_for_state()
        return set(in_force.values_list("answer", flat=True))

    @property
    def speaks(self) -> bool:
        return not self.of_state.isdisjoint(ANSWERS_SPEAKING)

    @property
    def would_speak(self) -> bool:
        """Whether the office's own answer brings a statement, and its State's does not."""
        said = self.standing.answer if self.standing else ""
        return said in ANSWERS_SPEAKING and not self.speaks

    @cached_property
    def left_to_do(self) -> list[NextStep]:
        """What the answers ask for and is not on file: reminders ask for the same."""
        filed = self.delegation.filed if self.delegation else []
        return left_to_do(self.answers, self.of_state, filed)

    def keeps(self, what: str) -> bool:
        """Whether the office can still look at a statement or delegation of an earlier answer."""
        return not self.is_silent and bool(getattr(self, what))


def with_statement_and_numbers(delegations: Any) -> Any:
    """Let each delegation bring its statement, and how many delegates and current texts it has."""
    current = Q(statement__texts__isnull=False, statement__texts__replaced_at=None)
    return (
        delegations.with_what_is_filed()
        .select_related("statement")
        .annotate(
            named=Count("delegates", distinct=True),
            erased=Count("delegates", filter=Q(delegates__name=""), distinct=True),
            texts=Count("statement__texts", filter=current, distinct=True),
        )
    )


def read_on_file(invitation: Invitation) -> OnFile:
    """Read the State's replies in one query; the delegation is read when needed."""
    replies = Reply.objects.of_state(invitation).select_related("correspondence")
    return sorted_on_file(invitation, list(replies.order_by("-pk")))


def sorted_on_file(invitation: Invitation, replies: list[Any]) -> OnFile:
    """Tell the office's own replies from those that others of its State gave.

    What was taken up again is not its own: it may be another State's.
    """
    own = [r for r in replies if r.invitation_id == invitation.pk and not r.is_taken_up]
    for reply in own:
        reply.invitation = invitation
    answers = {reply.answer for reply in replies if reply.is_in_force}
    others = [reply for reply in replies if reply.invitation_id != invitation.pk]
    by_others = {reply.answer for reply in others if reply.is_in_force}
    return OnFile(invitation, own, answers, by_others, others_replied=bool(others))


def read_several_on_file(invitations: Sequence[Invitation]) -> list[OnFile]:
    """Read what is on file for each of the offices, in two queries for all of them."""
    found: Any = Reply.objects.of_editions_and_states(invitations)
    replies = found.select_related("invitation", "correspondence")
    delegations: Any = Delegation.objects.filter(
        edition__in={invitation.edition_id for invitation in invitations},
        member_state__in={invitation.member_state_id for invitation in invitations},
    )
    by_state, of_state = defaultdict(list), {}
    for reply in replies.order_by("-pk"):
        by_state[state_and_edition(reply.invitation)].append(reply)
    for delegation in with_statement_and_numbers(delegations):
        of_state[state_and_edition(delegation)] = delegation
    several = []
    for invitation in invitations:
        filed = sorted_on_file(invitation, by_state[state_and_edition(invitation)])
        filed.delegation = of_state.get(state_and_edition(invitation))
        several.append(filed)
    return several


def state_and_edition(row: Invitation | Delegation) -> tuple[int, int]:
    return row.edition_id, row.member_state_id


def format_reply_points(reply: Reply, language: str) -> list[tuple[str, str]]:
    """Return the reply as labels and words; points that it leaves out are left out."""
    return [*reply.recorded_points(language), (_("Received"), format_receipt(reply, language))]


def format_receipt(reply: Reply, language: str) -> str:
    return format_edition_hour(reply.received_at, reply.invitation, language)


def format_edition_hour(at: Any, invitation: Invitation, language: str) -> str:
    edition = invitation.edition
    return format_hour(at.astimezone(edition.zone), edition.time_zone_name, language)


STANDS_AS = {
    Reply.Status.STANDING: gettext_lazy("stands"),
    Reply.Status.CONTESTED: gettext_lazy("is being clarified"),
    Reply.Status.CONFIRMING: gettext_lazy("confirms the reply that stands"),
    Reply.Status.SUPERSEDED: gettext_lazy("replaced by a later reply"),
    Reply.Status.SET_ASIDE: gettext_lazy("set aside after clarification"),
    Reply.Status.NOTED: gettext_lazy("noted"),
}


def reply_history(filed: OnFile, language: str) -> list[dict[str, Any]]:
    """Return every reply to the invitation, the newest first, in words for the office."""
    return [
        {
            "received": format_receipt(reply, language),
            "answer": capfirst(reply.get_answer_display()),
            "substitute": reply.substitute_name,
            "channel": reply.get_channel_display(),
            "stands_as": STANDS_AS[Reply.Status(reply.status)],
        }
        for reply in filed.replies
    ]
