"""An office may write what its edition does not offer: it is recorded as it was said."""

import pytest

from invitations.models import Correspondence, Reply
from invitations.tests.admin.replies.test_replies import errors, file, registrar, told
from invitations.tests.admin.replies.test_side_by_side import form_of, page
from invitations.tests.factories import EditionFactory, InvitationFactory
from invitations.tests.paper import on_file

__all__ = ["registrar"]

pytestmark = pytest.mark.django_db

ASKS = "This edition does not offer that answer"
SPEAK = "though this edition does not offer that answer: speak to the office."


@pytest.fixture
def invitation():
    return InvitationFactory(edition=EditionFactory(answers_offered=["in_person", "regrets"]))


def confirmed_answer(response):
    return (
        {"confirmed_answer": response.context["confirmed_answer"]}
        if response.context["confirmed_answer"]
        else {}
    )


def test_what_is_not_offered_is_asked_about_once_and_recorded_with_all_that_was_typed(
    client, registrar, invitation
):
    typed = {"answer": "video", "remarks": "From the capital.", "reference": "NV 7"}

    asked = file(client, invitation, **typed)

    assert ASKS in str(errors(asked)["answer"])
    assert asked.context["adminform"].form["remarks"].value() == "From the capital."
    assert not Correspondence.objects.exists()
    file(client, invitation, **typed, **confirmed_answer(asked))
    reply = Reply.objects.get()
    assert (reply.answer, reply.status, reply.remarks) == ("video", "standing", "From the capital.")
    assert any(SPEAK in line for line in told(client))


def test_another_answer_that_is_not_offered_is_asked_about_again(client, registrar, invitation):
    asked = file(client, invitation, answer="video")

    again = file(client, invitation, answer="written", **confirmed_answer(asked))

    assert ASKS in str(errors(again)["answer"])
    assert confirmed_answer(again) == {"confirmed_answer": "written"}


@pytest.mark.parametrize("answer", ["in_person", "holding", ""])
def test_what_is_offered_is_not_asked_about(client, registrar, invitation, answer):
    file(client, invitation, answer=answer)

    assert Correspondence.objects.get().invitation == invitation
    assert not any(SPEAK in line for line in told(client))


def test_beside_a_scan_it_is_asked_about_by_the_same_rule(client, registrar, invitation):
    filed = on_file(invitation=invitation)
    typed = {"invitation": invitation.pk, "answer": "video", "channel": "fax"}
    hour = {"received_at_0": "2026-11-20", "received_at_1": "09:30"}

    asked = client.post(page(filed), {**typed, **hour})

    assert ASKS in str(form_of(asked).errors["answer"])
    client.post(page(filed), {**typed, **hour, **confirmed_answer(asked)})
    assert Reply.objects.get().answer == "video"
