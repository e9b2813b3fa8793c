"""What an office is asked for: what is done, what is left to do, and what is put aside."""

from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from delegations.office.on_file import OnFile
from delegations.programme.doubts import statement_doubts
from delegations.statements import takes_texts
from invitations.models import ANSWERS_BRINGING, ANSWERS_SPEAKING, Answer, NextStep


class OfficePart(NamedTuple):
    """One thing that an office is asked for, and its state."""

    view: str
    label: str
    state: str
    is_done: bool
    is_open: bool
    # What is to be done next, in words; empty where nothing is asked.
    step: str = ""
    # Whether that is done last: the words of a statement are written when all else is settled.
    can_wait: bool = False


def office_parts(filed: OnFile) -> list[OfficePart]:
    """Return what an office is asked for: what is done and what is left to do."""
    parts = [answer_part(filed), statement_part(filed), delegation_part(filed)]
    if filed.invitation.edition.is_ahead(timezone.now()):
        return parts
    on_file = [filed.standing is not None, filed.statement is not None, filed.named > 0]
    return [looked_back_on(part, has) for part, has in zip(parts, on_file, strict=True)]


def looked_back_on(part: OfficePart, is_on_file: bool) -> OfficePart:
    """Return the part once the event is over: nothing is left to do, and what is there is read."""
    state = part.state
    if not part.is_done:
        state = _("on file") if is_on_file else _("none is on file")
    return part._replace(state=state, is_open=is_on_file, step="", can_wait=False)


def next_part(parts: list[OfficePart], here: str) -> OfficePart | None:
    """Return the first thing left to do, but for that of the page on which the office stands."""
    open_parts = [part for part in parts if part.step and part.view != here]
    return min(open_parts, key=lambda part: part.can_wait, default=None)


def answer_part(filed: OnFile) -> OfficePart:
    if filed.contested:
        state = _("two communications differ; the secretariat is clarifying the matter")
    elif filed.standing and filed.standing.is_to_confirm:
        state = _("given by the predecessor’s office; to be confirmed or changed")
        return OfficePart("answer", _("Answer"), state, False, is_open=True)
    elif filed.standing:
        state = _("recorded")
    elif filed.holding:
        state = _("transmitted to the capital; an answer will follow")
    else:
        state = _("to be given")
    return OfficePart("answer", _("Answer"), state, filed.standing is not None, is_open=True)


def statement_part(filed: OnFile) -> OfficePart:
    label = _("Policy statement")
    if not filed.speaks:
        kept = filed.keeps("statement")
        if filed.would_speak:
            state = _("follows the answer of another minister of your State")
            return OfficePart("statement", label, state, False, is_open=True)
        return OfficePart("statement", label, unasked_state(filed, kept), False, is_open=kept)
    if NextStep.SPEAKER in filed.left_to_do:
        step = _("Announce the policy statement")
        return OfficePart("statement", label, _("to be announced"), False, is_open=True, step=step)
    if doubts_on_file(filed):
        state = _("announced, but the answer now says otherwise: please check")
        step = _("Check the policy statement")
        return OfficePart("statement", label, state, False, is_open=True, step=step)
    if NextStep.TEXT in filed.left_to_do:
        is_taken = takes_texts(filed.invitation, timezone.now())
        step = _("File a text of the statement") if is_taken else ""
        state = _("announced; the text may follow")
        return OfficePart("statement", label, state, True, True, step, can_wait=True)
    texts = ngettext(
        "announced, with %(count)d text", "announced, with %(count)d texts", filed.texts
    ) % {"count": filed.texts}
    return OfficePart("statement", label, texts, True, is_open=True)


def unasked_state(filed: OnFile, is_kept: bool) -> str:
    """Return the state of what the answer on file does not ask for."""
    if not filed.answers:
        return _("after the answer")
    if is_kept:
        return _("on file, but not expected with this answer")
    return _("none is expected with this answer")


def doubts_on_file(filed: OnFile) -> list[str]:
    """Return, in sentences, where the statement says otherwise than the answer it follows."""
    if filed.standing is None or filed.statement is None or not filed.is_for_state:
        return []
    return statement_doubts(filed.statement, filed.standing, filed.replies, filed.others_replied)


def parts_put_aside(filed: OnFile, answers: set[str], of_state: set[str]) -> list[str]:
    """Return, in sentences, what is on file and not expected while these answers stand."""
    if filed.is_silent or not answers:
        return []
    sentences = []
    if filed.statement and of_state.isdisjoint(ANSWERS_SPEAKING):
        sentences.append(str(STATEMENT_KEPT if filed.is_for_state else STATEMENT_OF_ANOTHER))
    if filed.still_named and answers.isdisjoint(ANSWERS_BRINGING):
        sentences.append(
            _(
                "The delegation that is on file is not expected with this answer. Its list is kept,"
                " and counts again should the answer change."
            )
        )
    return sentences


STATEMENT_KEPT = gettext_lazy(
    "The policy statement that is on file is not expected with this answer. It is kept, stands on "
    "no list of speakers, and counts again should the answer change."
)
STATEMENT_OF_ANOTHER = gettext_lazy(
    "The policy statement that is on file follows the answer of another minister of your State, "
    "which brings none so far. It is kept, and stands on no list of speakers. If your minister is "
    "to deliver it, please write to us."
)


def named_by_answer(filed: OnFile) -> tuple[str, str]:
    """Return name and function of whom the answer on file names: the substitute or the minister."""
    reply, minister = filed.standing, filed.invitation.minister
    if reply and reply.answer == Answer.REPRESENTED:
        return reply.substitute_name, reply.substitute_function
    return minister.name, minister.portfolio


def delegation_part(filed: OnFile) -> OfficePart:
    label = _("Delegation")
    if is_erased(filed):
        return OfficePart("delegation", label, _("the names were erased"), True, is_open=True)
    if not filed.comes:
        kept = filed.keeps("still_named")
        return OfficePart("delegation", label, unasked_state(filed, kept), False, is_open=kept)
    if not filed.still_named:
        state, step = _("nobody is named yet"), _("Name the delegation")
        return OfficePart("delegation", label, state, False, is_open=True, step=step)
    people = ngettext("%(count)d person named", "%(count)d people named", filed.still_named) % {
        "count": filed.still_named
    }
    if NextStep.HEAD in filed.left_to_do:
        state = _("%(people)s; the head of delegation is still to be named") % {"people": people}
        step = _("Name the head of delegation")
        return OfficePart("delegation", label, state, False, is_open=True, step=step)
    return OfficePart("delegation", label, people, True, is_open=True)


def is_erased(filed: OnFile) -> bool:
    """Whether people were named for an event that is over, and none of their names is left."""
    if filed.invitation.edition.is_ahead(timezone.now()):
        return False
    return bool(filed.named and not filed.still_named)
