"""What follows a yes: delegations, statements, and the first speakers on the list."""

from itertools import count

from django.utils import timezone

from delegations.changes import update_next_steps
from delegations.demonstration.people import invent_person, read_people
from delegations.models import Delegate, Delegation, PolicyStatement
from delegations.programme.inscribing import inscribe
from delegations.programme.order import in_order_of_speaking
from invitations.letters.context import own_text
from invitations.models import ANSWERS_BRINGING, ANSWERS_SPEAKING, Answer, ForumEdition, Reply

MODES: dict[str, str] = {
    Answer.VIDEO: PolicyStatement.Mode.VIDEO,
    Answer.WRITTEN: PolicyStatement.Mode.WRITTEN,
}


def make_delegations(edition: ForumEdition) -> None:
    """Name delegates and announce statements for three in four offices that come or speak."""
    standing = Reply.objects.standing().filter(invitation__edition=edition)
    replies = standing.exclude(answer=Answer.REGRETS).order_by("received_at", "pk")
    for number, reply in enumerate(replies.select_related("invitation__minister")):
        if number % 4 == 3:
            continue
        delegation = Delegation.objects.create(
            edition=edition, member_state_id=reply.invitation.member_state_id
        )
        if reply.answer in ANSWERS_BRINGING:
            make_delegates(delegation, reply, number)
        if reply.answer in ANSWERS_SPEAKING and number % 5:
            make_statement(delegation, reply, number)
        update_next_steps(delegation.pk)
    inscribe_speakers(edition)


def make_delegates(delegation: Delegation, reply: Reply, number: int) -> None:
    minister = reply.invitation.minister
    people = read_people(minister.language)
    gender = "" if reply.substitute_name else minister.address_gender.strip("x")
    head = Delegate(
        role=Delegate.Role.HEAD,
        name=reply.substitute_name or minister.name,
        function=reply.substitute_function or minister.portfolio,
        gender=gender,
    )
    others = invent_others(minister.language, number, head.name)
    roles = (Delegate.Role.ALTERNATE, Delegate.Role.ADVISER, Delegate.Role.ADVISER)
    advisers = [
        Delegate(
            role=role,
            name=other["name"],
            function=people["adviser"],
            gender=other["address_gender"].strip("x"),
        )
        for role, other in zip(roles, others, strict=False)
    ]
    for delegate in (head, *advisers):
        delegate.delegation = delegation
    Delegate.objects.bulk_create([head, *advisers])


def invent_others(language: str, number: int, head: str) -> list[dict[str, str]]:
    """Return up to three people, of whom none has the name of the head or of another."""
    wanted, found = number % 4, dict[str, dict[str, str]]()
    for seed in count(number * 3 + 11):
        if len(found) == wanted:
            break
        person = invent_person(language, seed)
        if person["name"] != head:
            found.setdefault(person["name"], person)
    return [*found.values()]


def make_statement(delegation: Delegation, reply: Reply, number: int) -> None:
    minister = reply.invitation.minister
    first, second = delegation.edition.sessions.filter(segment="dialogues").order_by("starts_at")
    PolicyStatement.objects.create(
        delegation=delegation,
        speaker_name=reply.substitute_name or minister.name,
        speaker_function=reply.substitute_function or minister.portfolio,
        speaker_rank_id=reply.substitute_rank_id or minister.rank_id,
        mode=MODES.get(reply.answer, PolicyStatement.Mode.IN_PERSON),
        title=own_text(delegation.edition, "theme", minister.language).partition(":")[0],
        first_choice=second if number % 3 else first,
        second_choice=first if number % 3 else second,
        language=minister.language,
    )


def inscribe_speakers(edition: ForumEdition) -> None:
    """Inscribe the first eight who speak in person, and publish the list."""
    statements = PolicyStatement.objects.heard().filter(
        delegation__edition=edition, mode=PolicyStatement.Mode.IN_PERSON
    )
    for statement in in_order_of_speaking(statements.select_related("delegation__edition"))[:8]:
        inscribe(statement)
    edition.speakers_published_at = timezone.now()
    edition.save(update_fields=["speakers_published_at"])
