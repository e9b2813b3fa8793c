"""The letters of thanks: what is known after the event, and the page to choose by."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from delegations.desk.page_arguments import desk_page
from delegations.models import PolicyStatement, SpeakingSlot, StatementText
from delegations.programme.doubts import minister_names
from invitations.admin.answers import MAY_SEE_BOARD
from invitations.admin.base import user_of
from invitations.admin.list_columns import state_url
from invitations.letters.thank_you_letters import choose_thanked, reason_not_to_choose
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
from invitations.models.templates import format_variant
from invitations.text.dates import comma_list
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
        not_marked = self.has_place and not (self.spoke or self.in_vain)
        yield not_marked, _("on the list of speakers, and not noted as having spoken")
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
    for_state = set(offices_in_force(edition).answering_for_state().values_list("pk", flat=True))
    coming = set(offices_in_force(edition).bringing().values_list("pk", flat=True))
    thanked, speakers = thanked_already(edition), speakers_of(edition, slots)
    found = []
    for one in offices_in_force(edition).select_related("member_state", "minister__rank"):
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


def offices_in_force(edition: ForumEdition) -> Any:
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
    by_minister = {normalize_name(name) for name in minister_names(reply.invitation.minister)}
    by_minister.add("")
    if reply.answer in (Answer.IN_PERSON, Answer.VIDEO):
        return [] if normalize_name(named[0]) in by_minister else None
    if reply.answer != Answer.REPRESENTED or normalize_name(said[0]) in by_minister:
        return None
    if normalize_name(named[0]) in (normalize_name(said[0]), ""):
        return [words for words in (said[0], named[1] or said[1]) if words]
    return None


TEXTS = (SPOKE, CAME, SENT_A_TEXT)


@desk_page("invitations.change_circular", *MAY_SEE_BOARD)
def thanks(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who spoke, came or sent a text; a POST keeps who is ticked, and goes to the audience."""
    circular = get_object_or_404(Circular.objects.select_related("edition"), pk=pk)
    if why := reason_not_to_choose(circular):
        messages.error(request, why)
        return redirect("admin:invitations_circular_change", circular.pk)
    known, text = all_known(circular.edition), text_asked(request, circular)
    if request.method == "POST" and chosen(request, circular, text, known):
        return redirect("admin:invitations_circular_audience", circular.pk)
    context = {
        **admin.site.each_context(request),
        "title": _("Who is thanked"),
        "has_letters": any(one.thanked_by for one in known),
        "circular": circular,
        "subtitle": comma_list([circular.reference, circular.edition]),
        "text": text,
        "texts": [(one, format_variant(one), count_with_text(known, one)) for one in TEXTS],
        "rows": office_rows(known, circular.edition, ticked_in(request, circular, text)),
    }
    return TemplateResponse(request, "admin/desk/thanks.html", context)


def text_asked(request: HttpRequest, circular: Circular) -> str:
    """Return the text of the address; else the circular's, if it is one of these, or the first."""
    asked = (request.GET.get("text", ""), circular.variant, TEXTS[0])
    return next(one for one in asked if one in TEXTS)


def count_with_text(known: list[Known], text: str) -> int:
    return sum(one.fits == text for one in known)


def ticked_in(request: HttpRequest, circular: Circular, text: str) -> Callable[[Known], bool]:
    """Return whom to tick: as it was sent, as the circular has them, or at first as it fits."""
    ticked = set(request.POST.getlist("thanked"))
    if request.method != "POST" and text == circular.variant:
        ticked = {str(pk) for pk in circular.chosen.values_list("pk", flat=True)}
    if request.method == "POST" or ticked:
        return lambda one: str(one.invitation.pk) in ticked
    return lambda one: one.fits == text


def office_rows(
    known: list[Known], edition: ForumEdition, is_ticked: Callable[[Known], bool]
) -> list[dict[str, Any]]:
    return [
        {
            "invitation": one.invitation,
            "url": state_url(edition, one.invitation.member_state),
            "facts": comma_list(one.in_words),
            "thanked_by": one.thanked_by,
            "is_fixed": bool(one.thanked_by),
            "is_ticked": is_ticked(one),
        }
        for one in known
    ]


def speakers_in(known: list[Known]) -> dict[int, list[str]]:
    return {one.invitation.pk: one.speaker for one in known if one.speaker is not None}


def chosen(request: HttpRequest, circular: Circular, text: str, known: list[Known]) -> bool:
    """Keep who is ticked; who has its letter by this circular stays, whatever is known by now."""
    ticked = set(request.POST.getlist("thanked"))
    have_it = Invitation.objects.filter(letters__in=circular.letters.in_force())
    named = [
        one.invitation for one in known if not one.thanked_by and str(one.invitation.pk) in ticked
    ]
    try:
        choose_thanked(
            circular, text, [*have_it, *named], user_of(request), speakers=speakers_in(known)
        )
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return False
    return True
