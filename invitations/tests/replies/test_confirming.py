"""What of two replies has to agree, so that one confirms the other."""

import pytest

from invitations.models import Rank, Reply
from invitations.replies import record_reply
from invitations.tests.factories import EditionFactory, InvitationFactory
from invitations.tests.moving import moved
from invitations.tests.replies.replying import (
    IN_PERSON,
    REGRETS,
    acknowledgements,
    on_paper,
    statuses,
)

pytestmark = pytest.mark.django_db

REPRESENTED = {
    "answer": "represented",
    "substitute_name": "Rudolf Rassendyll",
    "substitute_function": "Deputy Minister",
    "segments": ["opening", "prizes"],
}


def represented(**otherwise):
    return REPRESENTED | {"substitute_rank": Rank.objects.get(code="VMIN")} | otherwise


def test_paper_that_says_all_the_same_confirms():
    invitation = InvitationFactory()
    record_reply(invitation, represented())

    by_fax = on_paper(invitation, represented(segments=["prizes", "opening"]), "fax")

    assert by_fax.status == Reply.Status.CONFIRMING


@pytest.mark.parametrize(
    ("field", "otherwise"),
    [
        ("substitute_name", "Fritz von Tarlenheim"),
        ("substitute_function", "Ambassador"),
        ("substitute_rank", "MIN"),
        ("segments", ["opening"]),
    ],
)
def test_paper_that_differs_in_one_point_alone_is_contested(field, otherwise):
    if field == "substitute_rank":
        otherwise = Rank.objects.get(code=otherwise)
    invitation = InvitationFactory()
    record_reply(invitation, represented())

    by_fax = on_paper(invitation, represented(**{field: otherwise}), "fax")

    assert by_fax.status == Reply.Status.CONTESTED
    assert by_fax.differs_from(invitation.replies.standing().get()) == [field]


@pytest.mark.parametrize(
    ("field", "nothing"),
    [("substitute_function", ""), ("substitute_rank", None), ("segments", [])],
)
def test_what_paper_leaves_out_it_does_not_deny_and_what_it_adds_is_asked_about(field, nothing):
    shorter, longer = InvitationFactory(), InvitationFactory()
    record_reply(longer, represented())
    record_reply(shorter, represented(**{field: nothing}))

    leaves_out = on_paper(longer, represented(**{field: nothing}))
    adds = on_paper(shorter, represented())

    assert leaves_out.status == Reply.Status.CONFIRMING
    assert adds.status == Reply.Status.CONTESTED


def test_who_answered_what_is_remarked_and_an_interest_contradict_nothing():
    invitation = InvitationFactory()
    record_reply(invitation, IN_PERSON | {"respondent_name": "Sapt", "remarks": "By train."})

    by_fax = on_paper(
        invitation,
        IN_PERSON | {"respondent_name": "Fritz", "partnership_interest": True, "remarks": "By air"},
    )

    assert by_fax.status == Reply.Status.CONFIRMING


def test_what_an_office_adds_by_its_page_to_what_came_on_paper_stands_and_the_paper_confirms(
    reached,
):
    invitation = reached()
    on_paper(invitation, IN_PERSON)

    record_reply(invitation, IN_PERSON | {"segments": ["opening"]})

    assert statuses(invitation) == [
        ("in_person", "note_verbale", "confirming"),
        ("in_person", "online", "standing"),
    ]
    assert acknowledgements(invitation) == ["answer", "answer"]


def test_what_is_added_by_the_page_after_the_same_was_said_there_takes_its_place():
    invitation = InvitationFactory()
    on_paper(invitation, IN_PERSON)
    record_reply(invitation, IN_PERSON)

    record_reply(invitation, IN_PERSON | {"segments": ["opening"]})

    assert [status for _answer, _channel, status in statuses(invitation)] == [
        "confirming",
        "superseded",
        "standing",
    ]


def test_what_an_office_takes_out_by_its_page_of_what_came_on_paper_is_contested():
    invitation = InvitationFactory()
    on_paper(invitation, IN_PERSON | {"segments": ["opening"]})

    online = record_reply(invitation, IN_PERSON)

    assert online.status == Reply.Status.CONTESTED


def test_paper_that_was_added_to_is_contested_once_the_page_says_otherwise():
    invitation = InvitationFactory()
    on_paper(invitation, IN_PERSON)
    record_reply(invitation, IN_PERSON | {"segments": ["opening"]})

    record_reply(invitation, REGRETS)

    assert statuses(invitation) == [
        ("in_person", "note_verbale", "contested"),
        ("in_person", "online", "superseded"),
        ("regrets", "online", "standing"),
    ]


@pytest.mark.parametrize(
    ("segments", "said"), [(["opening"], "still_valid"), (["prizes"], "changed")]
)
def test_after_a_move_other_segments_are_another_answer(segments, said):
    invitation = InvitationFactory(edition=EditionFactory())
    record_reply(invitation, IN_PERSON | {"segments": ["opening"]})
    moved(invitation.edition)

    record_reply(invitation, IN_PERSON | {"segments": segments, "remarks": "As before."})

    assert invitation.reconfirmations.get().said == said
