"""What becomes of each field that an office fills: a new one fails here until it has a verdict."""

import pytest

from invitations.models import ANSWERS_BRINGING, Answer, Rank, Reply
from invitations.models.reply import ASKED_WITH, REPLY_FIELDS
from invitations.outbox.corrections.succession import CARRIED
from invitations.replies import reply_in_draft
from invitations.tests.answers import all_said

# Whoever answers may say so, those who regret too.
WITH_ANY_ANSWER = {
    "answer", "partnership_interest", "respondent_name", "respondent_function", "respondent_email",
    "respondent_phone", "remarks",
}  # fmt: skip
# Another reply that says otherwise of these contradicts nothing.
CONTRADICTS_NOTHING = WITH_ANY_ANSWER - {"answer"}


def reply_of(**words):
    rank = Rank(pk=1, code="MIN", name="Minister")
    return Reply(**all_said() | {"substitute_rank": rank} | words)


def test_of_each_field_it_is_known_which_answers_leave_room_for_it():
    assert {*REPLY_FIELDS} == {*ASKED_WITH} | WITH_ANY_ANSWER
    assert not WITH_ANY_ANSWER.intersection(ASKED_WITH)


@pytest.mark.parametrize("answer", Answer)
def test_an_answer_drops_what_it_leaves_no_room_for(answer):
    words = all_said() | {"substitute_rank": None, "answer": answer}

    reply = reply_in_draft(None, words)

    dropped = {name for name, value in words.items() if value and not getattr(reply, name)}
    assert dropped == {
        name for name, answers in ASKED_WITH.items() if answer not in answers and words[name]
    }
    assert bool(reply.segments) == (answer in ANSWERS_BRINGING)


@pytest.mark.parametrize("field", sorted({*REPLY_FIELDS} - {"partnership_interest"}))
def test_each_field_is_carried_over_to_a_successor(field):
    assert field in CARRIED


def test_each_field_is_compared_with_another_reply_or_contradicts_nothing():
    assert {*reply_of().points} | CONTRADICTS_NOTHING == {*REPLY_FIELDS}
    assert not CONTRADICTS_NOTHING.intersection(reply_of().points)
