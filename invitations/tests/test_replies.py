import datetime as dt
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.files.frozen import Frozen
from invitations.models import Channel, Letter, Reply
from invitations.replies import file_correspondence, mark_dealt_with, record_reply, settle
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    StepFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

IN_PERSON = {"answer": "in_person"}
REGRETS = {"answer": "regrets"}


def on_paper(invitation, words, channel="note_verbale"):
    return record_reply(invitation, words, channel=channel, by=UserFactory())


def statuses(invitation):
    return list(invitation.replies.order_by("pk").values_list("answer", "channel", "status"))


def acknowledgements(invitation):
    planned = invitation.letters.filter(kind="acknowledgement")
    return list(planned.order_by("pk").values_list("variant", flat=True))


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

    settled = settle(contested, registrar, "Signed by the minister.", stands=True)

    assert statuses(invitation) == [
        ("in_person", "online", "set_aside"),
        ("regrets", "note_verbale", "standing"),
    ]
    assert (settled.settled_by, settled.settled_because) == (registrar, "Signed by the minister.")


def test_staff_set_the_contested_reply_aside():
    invitation = InvitationFactory()
    record_reply(invitation, IN_PERSON)
    contested = on_paper(invitation, REGRETS)

    settle(contested, UserFactory(), "Sent by mistake.", stands=False)

    assert statuses(invitation) == [
        ("in_person", "online", "standing"),
        ("regrets", "note_verbale", "set_aside"),
    ]


def test_a_contested_reply_is_settled_once_and_with_a_reason():
    invitation = InvitationFactory()
    record_reply(invitation, IN_PERSON)
    contested = on_paper(invitation, REGRETS)

    with pytest.raises(ValidationError, match="Say why"):
        settle(contested, UserFactory(), " ", stands=True)
    settle(contested, UserFactory(), "Signed by the minister.", stands=True)

    with pytest.raises(ValidationError, match="not contested any more"):
        settle(contested, UserFactory(), "Again.", stands=False)


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


@pytest.mark.parametrize(
    ("now", "late"), [("2027-03-31 21:59:59Z", False), ("2027-03-31 22:00:00Z", True)]
)
def test_a_reply_is_late_from_midnight_of_the_deadline_in_geneva(now, late):
    with time_machine.travel(now, tick=False):
        reply = record_reply(InvitationFactory(), IN_PERSON)

    assert reply.status == Reply.Status.STANDING
    assert reply.is_late is late


def test_lateness_goes_by_the_hour_at_which_the_organization_got_the_paper():
    with time_machine.travel("2027-04-02 09:00Z"):
        reply = record_reply(
            InvitationFactory(),
            IN_PERSON,
            channel="fax",
            received_at=dt.datetime(2027, 3, 31, 15, tzinfo=dt.UTC),
            by=UserFactory(),
        )

    assert not reply.is_late


def test_a_closed_edition_takes_no_reply():
    edition = EditionFactory(replies_closed_at=timezone.now())

    with pytest.raises(ValidationError, match="closed"):
        record_reply(InvitationFactory(edition=edition), IN_PERSON)

    assert not Reply.objects.exists()


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
def test_an_invitation_that_is_not_in_force_takes_no_reply(status):
    invitation = InvitationFactory(status=status)

    with pytest.raises(ValidationError, match="not in force"):
        record_reply(invitation, IN_PERSON)

    assert not Reply.objects.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"answer": "represented"}, "name the substitute"),
        ({"answer": "represented", "substitute_name": "  "}, "name the substitute"),
        ({"answer": "perhaps"}, "one of the answers offered"),
        ({"answer": "video"}, "one of the answers offered"),
        ({"answer": ""}, "one of the answers offered"),
        ({}, "one of the answers offered"),
    ],
)
def test_an_incomplete_reply_is_refused_in_one_sentence(words, sentence):
    edition = EditionFactory(answers_offered=["in_person", "represented", "regrets"])

    with pytest.raises(ValidationError, match=sentence) as refusal:
        record_reply(InvitationFactory(edition=edition), words)

    assert len(refusal.value.messages) == 1


def test_a_reply_from_the_future_is_refused():
    tomorrow = timezone.now() + dt.timedelta(days=1)

    with pytest.raises(ValidationError, match="future"):
        record_reply(InvitationFactory(), IN_PERSON, channel="fax", received_at=tomorrow)


def test_a_form_key_cannot_be_spent_on_another_invitation():
    key = uuid4()
    record_reply(InvitationFactory(), IN_PERSON, form_key=key)

    with pytest.raises(ValidationError):
        record_reply(InvitationFactory(), REGRETS, form_key=key)

    assert Reply.objects.count() == 1


@pytest.mark.parametrize(
    ("words", "variant"), [(IN_PERSON, "answer"), ({"answer": "holding"}, "holding")]
)
def test_each_reply_is_acknowledged_for_what_it_is(reached, words, variant):
    invitation = reached()

    record_reply(invitation, words)

    assert acknowledgements(invitation) == [variant]


def test_a_contested_reply_is_acknowledged_as_such(reached):
    invitation = reached()
    record_reply(invitation, IN_PERSON)

    on_paper(invitation, REGRETS)

    assert acknowledgements(invitation) == ["answer", "contested"]


def test_an_address_typed_gets_a_copy(reached):
    invitation = reached()

    record_reply(invitation, IN_PERSON | {"respondent_email": "sapt@example.org"})

    assert acknowledgements(invitation) == ["answer", "copy"]


@pytest.mark.parametrize("typed", ["office@example.org", "Office@Example.org"])
def test_an_address_on_file_that_was_typed_gets_no_second_one(reached, typed):
    invitation = reached(minister__to_emails="office@example.org")

    record_reply(invitation, IN_PERSON | {"respondent_email": typed})

    assert acknowledgements(invitation) == ["answer"]


def test_correspondence_without_a_reply_waits_unread():
    invitation = InvitationFactory()
    registrar = UserFactory()

    filed = file_correspondence(
        invitation,
        registrar,
        "fax",
        timezone.now(),
        reference="RUR/12",
        sender="Permanent Mission of Ruritania",
        scan=Frozen("scans/ab/abc.pdf", "0" * 64),
    )

    assert (filed.dealt_with_at, filed.recorded_by) == (None, registrar)
    assert (filed.scan.name, filed.scan_sha256) == ("scans/ab/abc.pdf", "0" * 64)
    assert type(invitation).objects.unheard().get() == invitation


def test_correspondence_that_brings_a_reply_is_dealt_with():
    invitation = InvitationFactory()
    yesterday = timezone.now() - dt.timedelta(days=1)

    filed = file_correspondence(invitation, UserFactory(), "letter", yesterday, reply_words=REGRETS)

    reply = invitation.replies.standing().get()
    assert (reply.correspondence, reply.channel, reply.received_at) == (filed, "letter", yesterday)
    assert filed.dealt_with_at is not None


def test_a_reply_that_is_refused_leaves_no_correspondence_behind():
    invitation = InvitationFactory()

    with pytest.raises(ValidationError, match="name the substitute"):
        file_correspondence(
            invitation,
            UserFactory(),
            "letter",
            timezone.now(),
            reply_words={"answer": "represented"},
        )

    assert not invitation.correspondence.exists()


def test_correspondence_never_comes_online():
    with pytest.raises(ValidationError):
        file_correspondence(InvitationFactory(), UserFactory(), "online", timezone.now())


def test_correspondence_is_dealt_with_once():
    filed = file_correspondence(InvitationFactory(), UserFactory(), "fax", timezone.now())
    first = UserFactory()
    mark_dealt_with(filed, first)

    with pytest.raises(ValidationError, match="dealt with this already"):
        mark_dealt_with(filed, UserFactory())

    filed.refresh_from_db()
    assert filed.dealt_with_by == first


def test_a_reply_to_an_invitation_without_a_letter_is_taken_without_acknowledgement():
    invitation = InvitationFactory()

    record_reply(invitation, IN_PERSON)

    assert invitation.replies.standing().exists()
    assert not Letter.objects.exists()


# Clocks


@pytest.mark.parametrize("behind", [5, 3600])
def test_what_is_said_last_stands_though_the_second_server_s_clock_is_behind(reached, behind):
    invitation, noon = reached(), dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
    with time_machine.travel(noon, tick=False):
        first = record_reply(invitation, IN_PERSON, seen="")

    with time_machine.travel(noon - dt.timedelta(seconds=behind), tick=False):
        second = record_reply(invitation, REGRETS, seen=str(first.pk))

    assert statuses(invitation) == [
        ("in_person", "online", "superseded"),
        ("regrets", "online", "standing"),
    ]
    assert second.received_at == second.recorded_at == noon
    assert list(invitation.replies.all()) == [second, first]
    assert acknowledgements(invitation) == ["answer", "answer"]


@pytest.mark.parametrize(
    ("now", "received"),
    [("2027-03-31 21:59Z", "2027-03-31 21:59"), ("2027-03-31 22:05Z", "2027-03-31 22:30")],
)
def test_a_clock_that_ran_ahead_makes_no_later_reply_late(now, received):
    invitation = InvitationFactory()
    with time_machine.travel("2027-03-31 22:30Z", tick=False):
        record_reply(invitation, IN_PERSON)

    with time_machine.travel(now, tick=False):
        reply = record_reply(invitation, REGRETS)

    assert f"{reply.received_at:%Y-%m-%d %H:%M}" == received
    assert (reply.status, reply.is_late) == (Reply.Status.STANDING, ":59" not in received)


def test_the_hour_at_which_a_reply_is_recorded_never_goes_back():
    invitation, noon = InvitationFactory(), dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
    with time_machine.travel(noon, tick=False):
        record_reply(invitation, IN_PERSON)

    earlier = noon - dt.timedelta(hours=2)
    with time_machine.travel(noon - dt.timedelta(hours=1), tick=False):
        fax = record_reply(invitation, REGRETS, channel="fax", received_at=earlier)

    assert (fax.received_at, fax.recorded_at) == (earlier, noon)


def test_an_hour_is_taken_once_the_invitation_is_held(monkeypatch):
    invitation, noon = InvitationFactory(), dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
    with time_machine.travel(noon, tick=False) as clock:
        held = "invitations.replies.lock"
        monkeypatch.setattr(held, lambda invitation: clock.shift(dt.timedelta(seconds=3)))

        reply = record_reply(invitation, IN_PERSON)

    assert reply.received_at == reply.recorded_at == noon + dt.timedelta(seconds=3)


def test_an_hour_that_another_server_s_clock_gave_is_now():
    now = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
    with time_machine.travel(now, tick=False):
        reply = record_reply(
            InvitationFactory(),
            IN_PERSON,
            channel="fax",
            received_at=now + dt.timedelta(seconds=90),
            by=UserFactory(),
        )

    assert reply.received_at == reply.recorded_at == now


def test_a_clock_that_ran_ahead_lets_staff_name_no_hour_of_the_future():
    invitation, noon = InvitationFactory(), dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
    with time_machine.travel(noon + dt.timedelta(days=1), tick=False):
        record_reply(invitation, IN_PERSON)

    with time_machine.travel(noon, tick=False), pytest.raises(ValidationError, match="future"):
        record_reply(invitation, REGRETS, channel="fax", received_at=noon + dt.timedelta(hours=1))


def test_a_paper_received_before_the_contested_one_of_its_channel_takes_no_place(reached):
    invitation = reached()
    record_reply(invitation, IN_PERSON)
    on_paper(invitation, REGRETS)
    yesterday = timezone.now() - dt.timedelta(days=1)

    record_reply(
        invitation, {"answer": "video"}, channel="note_verbale", received_at=yesterday,
        by=UserFactory(),
    )  # fmt: skip

    assert statuses(invitation) == [
        ("in_person", "online", "standing"),
        ("regrets", "note_verbale", "contested"),
        ("video", "note_verbale", "superseded"),
    ]


def test_a_reply_that_never_stood_is_not_acknowledged_as_if_it_did(reached):
    invitation = reached()
    on_paper(invitation, IN_PERSON)
    yesterday = timezone.now() - dt.timedelta(days=1)

    record_reply(
        invitation,
        REGRETS | {"respondent_email": "sapt@example.org"},
        channel="note_verbale",
        received_at=yesterday,
        by=UserFactory(),
    )

    assert acknowledgements(invitation) == ["answer"]
