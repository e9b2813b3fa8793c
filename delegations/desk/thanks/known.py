"""What is known of each invitation once the event is over: who spoke, who came, who sent a text."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from delegations.models import SpeakingSlot, StatementText
from invitations.models import (
    CAME,
    SENT_A_TEXT,
    SPOKE,
    Circular,
    ForumEdition,
    Invitation,
    Letter,
)
from invitations.models.states import places_in


class Known(NamedTuple):
    """What is on file of one invitation; ``thanked_by`` has the reference of its letter."""

    invitation: Any
    spoke: bool
    in_vain: bool
    has_place: bool
    has_text: bool
    comes: bool
    thanked_by: str

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
    thanked = thanked_already(edition)
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
