import datetime as dt
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.models import Channel, Rank, Reply
from invitations.replies import record_reply, settle_contested
from invitations.tests.answers import all_said
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.replies.replying import (
    IN_PERSON,
    REGRETS,
    acknowledgements,
    on_paper,
    statuses,
)

pytestmark = pytest.mark.django_db


def test_a_reply_keeps_the_office_s_own_words():
    words = {
        "answer": "represented",
        "substitute_name": "Rudolf Rassendyll",
        "substitute_function": "Deputy Minister",
        "segments": ["opening", "round_table"],
        "partnership_interest": True,
        "respondent_name": "Sapt",
        "respondent_function": "Head of Cabinet",
        "respondent_email": "sapt@example.org",
        "respondent_phone": "+41 22 555 0199",
        "remarks": "Kindly note the protocol rank.",
    }

    reply = record_reply(InvitationFactory(), words)

    reply.refresh_from_db()
    assert {name: getattr(reply, name) for name in words} == words
    assert (reply.status, reply.channel) == (Reply.Status.STANDING, Channel.ONLINE)


def test_a_new_reply_by_the_same_channel_supersedes_the_standing_one():
    invitation = InvitationFactory()
    record_reply(invitation, IN_PERSON)

    record_reply(invitation, REGRETS)

    assert statuses(invitation) == [
        ("in_person", "online", "superseded"),
        ("regrets", "online", "standing"),
    ]


def test_a_reply_on_paper_that_says_otherwise_is_contested_and_the_earlier_one_stands():
    invitation = InvitationFactory()
    record_reply(invitation, IN_PERSON)

    on_paper(invitation, REGRETS)

    assert statuses(invitation) == [
        ("in_person", "online", "standing"),
        ("regrets", "note_verbale", "contested"),
    ]


@pytest.mark.parametrize("answer", ["in_person", "attends_only", "video", "written", "regrets"])
def test_who_is_not_represented_has_no_substitute(answer):
    words = all_said() | {"answer": answer, "substitute_rank": Rank.objects.get(code="MIN")}

    online, by_fax = record_reply(InvitationFactory(), words), on_paper(InvitationFactory(), words)

    for reply in (online, by_fax):
        reply.refresh_from_db()
        said = (reply.substitute_name, reply.substitute_function, reply.substitute_rank)
        assert said == ("", "", None)


@pytest.mark.parametrize("answer", ["video", "written", "regrets", "holding"])
def test_who_does_not_come_attends_no_segments(answer):
    words = {"answer": answer, "segments": ["opening"]}

    online, by_fax = record_reply(InvitationFactory(), words), on_paper(InvitationFactory(), words)

    assert (online.segments, by_fax.segments) == ([], [])


def test_the_capital_may_be_asked_about_a_substitute():
    words = {"answer": "holding", "substitute_name": "Rudolf Rassendyll"}

    reply = record_reply(InvitationFactory(), words)

    assert reply.substitute_name == "Rudolf Rassendyll"


def test_the_same_answer_by_fax_confirms_though_its_form_names_a_substitute():
    invitation, words = InvitationFactory(), IN_PERSON | {"substitute_name": "Rudolf Rassendyll"}
    record_reply(invitation, words)

    by_fax = on_paper(invitation, words, channel="fax")

    assert by_fax.status == Reply.Status.CONFIRMING


def test_another_substitute_by_another_channel_is_contested():
    invitation = InvitationFactory()
    record_reply(invitation, {"answer": "represented", "substitute_name": "Rudolf Rassendyll"})

    other = on_paper(invitation, {"answer": "represented", "substitute_name": "Fritz Tarlenheim"})

    assert other.status == Reply.Status.CONTESTED


def test_a_reply_on_paper_that_says_the_same_confirms():
    invitation = InvitationFactory()
    record_reply(invitation, IN_PERSON)

    on_paper(invitation, IN_PERSON)

    assert statuses(invitation) == [
        ("in_person", "online", "standing"),
        ("in_person", "note_verbale", "confirming"),
    ]


def test_a_newer_reply_by_the_contesting_channel_takes_the_place_of_the_contested_one():
    invitation = InvitationFactory()
    record_reply(invitation, IN_PERSON)
    on_paper(invitation, REGRETS)

    on_paper(invitation, {"answer": "video"})

    assert [status for _answer, _channel, status in statuses(invitation)] == [
        "standing",
        "superseded",
        "contested",
    ]


def test_a_contesting_channel_that_comes_round_confirms():
    invitation = InvitationFactory()
    record_reply(invitation, IN_PERSON)
    on_paper(invitation, REGRETS)

    on_paper(invitation, IN_PERSON)

    assert [status for _answer, _channel, status in statuses(invitation)] == [
        "standing",
        "superseded",
        "confirming",
    ]


def test_a_note_that_confirmed_contests_what_the_office_says_otherwise_online():
    invitation = InvitationFactory()
    record_reply(invitation, IN_PERSON)
    on_paper(invitation, IN_PERSON)

    record_reply(invitation, REGRETS)

    assert statuses(invitation) == [
        ("in_person", "online", "superseded"),
        ("in_person", "note_verbale", "contested"),
        ("regrets", "online", "standing"),
    ]


def test_a_note_that_was_contested_confirms_once_the_office_says_the_same_online():
    invitation = InvitationFactory()
    record_reply(invitation, IN_PERSON)
    on_paper(invitation, REGRETS)

    record_reply(invitation, REGRETS)

    assert statuses(invitation) == [
        ("in_person", "online", "superseded"),
        ("regrets", "note_verbale", "confirming"),
        ("regrets", "online", "standing"),
    ]


def test_what_confirmed_the_reply_that_was_set_aside_contests_the_one_that_was_chosen():
    invitation = InvitationFactory()
    record_reply(invitation, IN_PERSON)
    on_paper(invitation, IN_PERSON)
    contested = on_paper(invitation, REGRETS, channel="fax")

    settle_contested(contested, UserFactory(), "The fax is the later one.", stands=True)

    assert statuses(invitation) == [
        ("in_person", "online", "set_aside"),
        ("in_person", "note_verbale", "contested"),
        ("regrets", "fax", "standing"),
    ]


def test_a_paper_received_before_the_standing_one_of_its_channel_does_not_supersede_it():
    invitation = InvitationFactory()
    on_paper(invitation, IN_PERSON)
    yesterday = timezone.now() - dt.timedelta(days=1)

    earlier = record_reply(
        invitation, REGRETS, channel="note_verbale", received_at=yesterday, by=UserFactory()
    )

    assert earlier.status == Reply.Status.SUPERSEDED
    assert invitation.replies.standing().get().answer == "in_person"


def test_staff_let_the_contested_reply_stand():
    invitation = InvitationFactory()
    record_reply(invitation, IN_PERSON)
    contested = on_paper(invitation, REGRETS)
    registrar = UserFactory()

    settled = settle_contested(contested, registrar, "Signed by the minister.", stands=True)

    assert statuses(invitation) == [
        ("in_person", "online", "set_aside"),
        ("regrets", "note_verbale", "standing"),
    ]
    assert (settled.settled_by, settled.settlement_reason) == (registrar, "Signed by the minister.")


def test_staff_set_the_contested_reply_aside():
    invitation = InvitationFactory()
    record_reply(invitation, IN_PERSON)
    contested = on_paper(invitation, REGRETS)

    settle_contested(contested, UserFactory(), "Sent by mistake.", stands=False)

    assert statuses(invitation) == [
        ("in_person", "online", "standing"),
        ("regrets", "note_verbale", "set_aside"),
    ]


def test_a_contested_reply_is_settled_once_and_with_a_reason():
    invitation = InvitationFactory()
    record_reply(invitation, IN_PERSON)
    contested = on_paper(invitation, REGRETS)

    with pytest.raises(ValidationError, match="Say why"):
        settle_contested(contested, UserFactory(), " ", stands=True)
    settle_contested(contested, UserFactory(), "Signed by the minister.", stands=True)

    with pytest.raises(ValidationError, match="not contested any more"):
        settle_contested(contested, UserFactory(), "Again.", stands=False)


def test_a_holding_reply_is_noted_and_answers_nothing():
    edition = EditionFactory()
    step = StepFactory(edition=edition)
    invitation = InvitationFactory(edition=edition)

    reply = record_reply(invitation, {"answer": "holding"})

    assert reply.status == Reply.Status.NOTED
    assert (reply.skips_step, reply.skips_deadline) == (step, edition.reply_before)
    assert type(invitation).objects.silent().get() == invitation


def test_a_holding_reply_leaves_the_standing_one_alone():
    invitation = InvitationFactory()
    record_reply(invitation, IN_PERSON)

    record_reply(invitation, {"answer": "holding"})

    assert invitation.replies.standing().get().answer == "in_person"


def test_an_identical_answer_records_nothing_new(reached):
    invitation = reached()
    first = record_reply(invitation, IN_PERSON | {"segments": ["opening"]})

    again = record_reply(invitation, IN_PERSON | {"segments": ["opening"]})

    assert again == first
    assert acknowledgements(invitation) == ["answer"]


def test_an_answer_that_was_superseded_may_be_given_again():
    invitation = InvitationFactory()
    for words in (IN_PERSON, REGRETS, IN_PERSON):
        record_reply(invitation, words)

    assert invitation.replies.standing().get().answer == "in_person"
    assert invitation.replies.count() == 3


def test_the_same_form_ten_times_is_one_reply_and_one_acknowledgement(reached):
    invitation, key = reached(), uuid4()

    replies = {record_reply(invitation, IN_PERSON, form_key=str(key)) for _number in range(10)}

    assert len(replies) == 1
    assert acknowledgements(invitation) == ["answer"]


def test_the_same_form_sent_again_after_a_later_one_does_not_undo_it():
    invitation, key = InvitationFactory(), uuid4()
    record_reply(invitation, IN_PERSON, form_key=key)
    record_reply(invitation, REGRETS, form_key=uuid4())

    record_reply(invitation, IN_PERSON, form_key=key)

    assert invitation.replies.standing().get().answer == "regrets"
    assert invitation.replies.count() == 2


def test_two_invitations_in_one_browser_are_answered_each_by_itself():
    first, second = InvitationFactory(), InvitationFactory()

    record_reply(first, IN_PERSON, form_key=uuid4())
    record_reply(second, REGRETS, form_key=uuid4())

    assert first.replies.standing().get().answer == "in_person"
    assert second.replies.standing().get().answer == "regrets"
