"""What is known of each invitation once the event is over: who spoke, who came, who sent a text."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from delegations.models import PolicyStatement, SpeakingSlot, StatementText
from delegations.programme.doubts import names_of
from invitations.models import (
    CAME,
    SENT_A_TEXT,
    SPOKE,
    Answer,
    Circular,
    ForumEdition,
    Invitation,
    Letter,
    Reply,
)
from invitations.models.states import places_in
from invitations.text.spellings import normalize_name


class Known(NamedTuple):
    """What is on file of one invitation; ``thanked_by`` has the reference of its letter.

    ``speaker`` has name and function of the person who spoke, and nothing where the addressee did;
    it is None where that is not certain.
    """

    invitation: Any
    spoke: bool
    in_vain: bool
    has_place: bool
    has_text: bool
    comes: bool
    thanked_by: str
    speaker: list[str] | None = None

    @property
    def fits(self) -> str:
        """The text that is due by what is on file; empty where somebody has to say so.

        Who was called in vain did perhaps not come; whose place nobody has noted either way, too.
        """
        if self.spoke:
            return SPOKE
        if self.comes:
            return "" if self.in_vain or self.has_place else CAME
        return SENT_A_TEXT if self.has_text else ""

    @property
    def in_words(self) -> list[str]:
        return [words for is_so, words in self._facts() if is_so]

    def _facts(self) -> Iterator[tuple[bool, str]]:
        yield self.spoke, _("has spoken")
        yield self.in_vain, _("called in vain")
        unsaid = self.has_place and not (self.spoke or self.in_vain)
        yield unsaid, _("on the list of speakers, and not noted as having spoken")
        yield self.has_text, _("sent a text")
        yield self.comes, _("announced that somebody comes")


def all_known(edition: ForumEdition) -> list[Known]:
    """Return those who spoke, sent a text or announced that somebody comes, in order of States.

    Never anybody else: a State that did not come is not thanked for coming. What its State did is
    told of the invitation that answers for it; of one by courtesy, only that somebody comes.
    """
    slots = slots_of(edition)
    texts = StatementText.objects.current().filter(statement__delegation__edition=edition)
    with_text = set(texts.values_list("statement__delegation__member_state", flat=True))
    for_state = set(in_force(edition).answering_for_state().values_list("pk", flat=True))
    coming = set(in_force(edition).bringing().values_list("pk", flat=True))
    thanked, speakers = thanked_already(edition), speakers_of(edition, slots)
    found = []
    for one in in_force(edition).select_related("member_state", "minister__rank"):
        slot = slots.get(one.member_state_id) if one.pk in for_state else None
        found.append(
            Known(
                one,
                spoke=bool(slot and slot[0]),
                in_vain=bool(slot and slot[1] and not slot[0]),
                has_place=slot is not None,
                has_text=one.pk in for_state and one.member_state_id in with_text,
                comes=one.pk in coming,
                thanked_by=thanked.get(one.pk, ""),
                speaker=speakers.get(one.pk),
            )
        )
    return [one for one in found if one.spoke or one.has_text or one.comes]


def in_force(edition: ForumEdition) -> Any:
    order = places_in(edition.order_of_states)
    return Invitation.objects.issued().filter(edition=edition).order_by(*order, "-is_principal")


def slots_of(edition: ForumEdition) -> dict[int, tuple[Any, Any]]:
    """Return by State when it spoke, and when it was called in vain; who spoke has spoken."""
    slots = SpeakingSlot.objects.in_public_sessions().filter(session__edition=edition)
    rows = slots.values_list("delegation__member_state", "heard_at", "passed_over_at")
    found: dict[int, tuple[Any, Any]] = {}
    for state, heard, passed in rows:
        before = found.get(state, (None, None))
        found[state] = (heard or before[0], passed or before[1])
    return found


def thanked_already(edition: ForumEdition) -> dict[int, str]:
    kind = Circular.Kind.THANKS
    letters = Letter.objects.in_force().filter(invitation__edition=edition, kind=kind)
    return dict(letters.values_list("invitation", "circular__reference"))


def speakers_of(edition: ForumEdition, slots: dict[int, tuple[Any, Any]]) -> dict[int, list[str]]:
    """Return by invitation who spoke for its State, where the answer and the statement agree.

    An answer that came after the speech, or from the office of a predecessor, says nothing of it.
    """
    spoke = {state: heard for state, (heard, _passed) in slots.items() if heard}
    statements = PolicyStatement.objects.filter(
        delegation__edition=edition, delegation__member_state__in=spoke
    )
    of_state = {
        one.delegation.member_state_id: one for one in statements.select_related("delegation")
    }
    replies = Reply.objects.standing().answering_for_state().select_related("invitation__minister")
    found = {}
    for reply in replies.filter(invitation__edition=edition, carried_from=None):
        state = reply.invitation.member_state_id
        if state in spoke and reply.received_at <= spoke[state]:
            found[reply.invitation_id] = speaker_by(reply, of_state.get(state))
    return {invitation: speaker for invitation, speaker in found.items() if speaker is not None}


def speaker_by(reply: Reply, statement: PolicyStatement | None) -> list[str] | None:
    """Return the speaker that the answer announced; None where the statement names another one."""
    said = [reply.substitute_name, reply.substitute_function]
    named = [statement.speaker_name, statement.speaker_function] if statement else ["", ""]
    by_minister = {normalize_name(name) for name in names_of(reply.invitation.minister)}
    by_minister.add("")
    if reply.answer in (Answer.IN_PERSON, Answer.VIDEO):
        return [] if normalize_name(named[0]) in by_minister else None
    if reply.answer != Answer.REPRESENTED or normalize_name(said[0]) in by_minister:
        return None
    if normalize_name(named[0]) in (normalize_name(said[0]), ""):
        return [words for words in (said[0], named[1] or said[1]) if words]
    return None
