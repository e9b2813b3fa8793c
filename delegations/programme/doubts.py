"""Where a statement says otherwise than the answer that brings it, for its office and the desk."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from delegations.models import MODE_OF_ANSWER, PolicyStatement
from invitations.models import ANSWERS_SPEAKING, Answer, Minister, Reply
from invitations.text.lines import isolated


def statement_doubts(
    statement: PolicyStatement, reply: Reply, replies: Iterable[Reply], others_replied: bool = True
) -> list[str]:
    """Return, in sentences, where the statement says otherwise than this answer, which stands.

    ``replies`` are all that its office gave. Who held the office before is looked for only where
    ``others_replied``: a statement of theirs came with an answer.
    """
    if reply.answer not in ANSWERS_SPEAKING:
        return []
    minister, doubts = reply.invitation.minister, []
    named = {one.substitute_name for one in replies} | minister_names(minister)
    expected = reply.substitute_name or minister.name
    awaited = {expected} if reply.substitute_name else minister_names(minister)
    if statement.speaker_name not in awaited and (
        statement.speaker_name in named
        or (others_replied and held_office_before(minister, statement.speaker_name))
    ):
        doubts.append(
            _(
                "By the answer on file the speaker is %(expected)s; the statement still names"
                " %(speaker)s. Please check the speaker’s name and function."
            )
            % {"expected": isolated(expected), "speaker": isolated(statement.speaker_name)}
        )
    if statement.mode != MODE_OF_ANSWER[Answer(reply.answer)]:
        doubts.append(
            _(
                "The answer on file says “%(answer)s”; the statement says that it is delivered"
                " “%(mode)s”. Please correct the one that is wrong."
            )
            % {"answer": reply.get_answer_display(), "mode": statement.get_mode_display()}
        )
    return doubts


def minister_names(minister: Minister) -> set[str]:
    """Return the name in Latin letters and that in its own script: an office types either."""
    return {minister.name, minister.name_in_script} - {""}


def held_office_before(minister: Minister, name: str) -> bool:
    """Whether the person of that name held the office before the minister."""
    return any(name in minister_names(before) for before in minister.predecessors.all())


def doubts_of_state(statement: PolicyStatement) -> list[str]:
    """Return the doubts about the statement of a State beside the answer that it follows."""
    return doubts_of_states(statement.delegation.edition_id, [statement])[statement.pk]


def doubts_of_states(edition: int, statements: Iterable[PolicyStatement]) -> dict[int, list[str]]:
    """Return the doubts about each of the statements of an edition, in two queries for all."""
    of = {one.delegation.member_state_id: one for one in statements}
    given = Reply.objects.answering_for_state().filter(
        invitation__edition=edition, invitation__member_state__in=of
    )
    replies = given.select_related("invitation__minister").order_by("invitation", "pk")
    by_state: dict[int, list[Reply]] = {state: [] for state in of}
    for reply in replies.prefetch_related("invitation__minister__predecessors"):
        by_state[reply.invitation.member_state_id].append(reply)
    return {one.pk: fewest_doubts(one, by_state[state]) for state, one in of.items()}


def fewest_doubts(statement: PolicyStatement, replies: list[Reply]) -> list[str]:
    """Return the doubts beside that answer of the State with which it agrees best."""
    told = [
        statement_doubts(statement, reply, [r for r in replies if r.invitation == reply.invitation])
        for reply in replies
        if reply.status == Reply.Status.STANDING and reply.answer in ANSWERS_SPEAKING
    ]
    return min(told, key=len, default=[])
