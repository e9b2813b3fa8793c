"""A fax that was recorded for Ruritania, and is of Strelsau: it waits anew, and nothing is lost."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.files.frozen import freeze
from invitations.inbox.filing import file_mail
from invitations.inbox.recording import record_filed
from invitations.inbox.reopening import has_only_replies_that_are_gone, take_up_again
from invitations.letters.composing_queue import compose_planned
from invitations.models import Correspondence, DroppedScan, Invitation, Reconfirmation
from invitations.outbox.dispatch import dispatch_outbox
from invitations.replies import (
    file_correspondence,
    mark_dealt_with,
    record_reply,
    settle_contested,
)
from invitations.tests.corrections import asked_for, released_by
from invitations.tests.factories import InvitationFactory, ReplyFactory, StepFactory, UserFactory
from invitations.tests.moving import moved
from invitations.tests.paper import drop, on_file
from invitations.tests.replies.replying import IN_PERSON, REGRETS, statuses
from invitations.tests.reports import written

WHY = "It is of Strelsau."

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation():
    return InvitationFactory()


def by_fax(invitation, words=REGRETS, hours_ago=0, **how):
    at = timezone.now() - dt.timedelta(hours=hours_ago)
    return file_correspondence(invitation, UserFactory(), "fax", at, reply_words=words, **how)


def taken_up(filed):
    take_up_again(filed, UserFactory(), WHY)
    filed.refresh_from_db()
    return filed


def carried_over(issued):
    """The answer of a predecessor, which stands until the successor's office says its own."""
    return released_by(asked_for(ReplyFactory(invitation=issued()).invitation)).replies.get()


def test_an_office_for_which_another_s_fax_was_recorded_is_silent_again(invitation):
    filed = taken_up(by_fax(invitation))

    assert statuses(invitation) == [("regrets", "fax", "set_aside")]
    assert invitation.replies.get().settlement_reason == WHY
    assert list(Invitation.objects.silent()) == [invitation]
    assert (filed.invitation, filed.dealt_with_at, filed.dealt_with_by) == (None, None, None)


def test_it_is_recorded_for_the_right_office_with_its_hour(invitation):
    filed = taken_up(by_fax(InvitationFactory(), hours_ago=30))

    reply = record_filed(filed, invitation, UserFactory(), REGRETS)

    assert invitation.replies.standing().get() == reply
    assert (reply.channel, reply.received_at) == ("fax", filed.received_at)


def test_what_it_had_superseded_stands_again(invitation):
    by_fax(invitation, IN_PERSON, hours_ago=2)

    taken_up(by_fax(invitation))

    assert statuses(invitation) == [
        ("in_person", "fax", "standing"),
        ("regrets", "fax", "set_aside"),
    ]


def test_what_contradicted_it_stands(invitation):
    filed = by_fax(invitation)
    record_reply(invitation, IN_PERSON)

    taken_up(filed)

    assert statuses(invitation) == [
        ("regrets", "fax", "set_aside"),
        ("in_person", "online", "standing"),
    ]


def test_the_last_word_stands_and_the_others_are_compared_with_it(invitation):
    filed = by_fax(invitation, hours_ago=3)
    by_note = {"channel": "note_verbale", "by": UserFactory()}
    record_reply(invitation, REGRETS, received_at=filed.received_at, **by_note)
    record_reply(invitation, IN_PERSON)

    taken_up(filed)

    assert statuses(invitation) == [
        ("regrets", "fax", "set_aside"),
        ("regrets", "note_verbale", "contested"),
        ("in_person", "online", "standing"),
    ]


def test_what_it_contradicted_stands_as_before(invitation):
    record_reply(invitation, IN_PERSON)

    taken_up(by_fax(invitation))

    assert invitation.replies.standing().get().answer == "in_person"
    assert not invitation.replies.contested().exists()


def test_a_contradiction_that_it_had_replaced_waits_for_a_choice_again(invitation):
    record_reply(invitation, IN_PERSON)
    by_fax(invitation, {"answer": "video"}, hours_ago=2)

    taken_up(by_fax(invitation))

    assert invitation.replies.contested().get().answer == "video"


def test_it_is_not_acknowledged_any_more_and_what_stands_instead_is(reached, approved_texts):
    invitation = reached()
    filed = by_fax(invitation)
    online = record_reply(invitation, IN_PERSON)

    taken_up(filed)
    compose_planned()

    assert filed.replies.get().acknowledgements.get().state == "cancelled"
    answered = online.acknowledgements.get(variant="answer")
    assert (answered.state, online.acknowledgements.in_force().get()) == ("approved", answered)


def test_what_stands_instead_is_acknowledged_again_if_the_office_was_told_of_the_other(
    reached, approved_texts, peer
):
    invitation = reached()
    online = record_reply(invitation, IN_PERSON)
    compose_planned()
    dispatch_outbox()
    filed = by_fax(invitation)
    settle_contested(filed.replies.get(), UserFactory(), "The fax is later.", stands=True)
    compose_planned()
    dispatch_outbox()

    taken_up(filed)

    told = online.acknowledgements.order_by("pk").values_list("variant", "again")
    assert list(told) == [("answer", 0), ("answer", 1)]


def test_a_holding_reply_skips_no_reminder_any_more(invitation):
    StepFactory(edition=invitation.edition)
    filed = by_fax(invitation, {"answer": "holding"})
    assert filed.replies.get().skips_step

    taken_up(filed)

    assert filed.replies.get().skips_step is None


def test_an_office_whose_answer_it_confirmed_is_asked_again(invitation):
    record_reply(invitation, IN_PERSON)
    moved(invitation.edition)
    filed = file_correspondence(invitation, UserFactory(), "fax", timezone.now(), still_valid=True)

    taken_up(filed)

    assert Reconfirmation.objects.get().said == "not_yet"


def test_what_was_put_aside_by_mistake_waits_again(invitation):
    filed = on_file(invitation=invitation)
    mark_dealt_with(filed, UserFactory())

    taken_up(filed)

    assert list(Correspondence.objects.unread()) == [filed]


def test_an_automatic_mail_that_a_person_has_to_answer_waits_too(invitation):
    filed = file_mail(written(more="Auto-Submitted: auto-generated"))
    assert filed.is_automatic

    taken_up(filed)

    assert record_filed(filed, invitation, UserFactory(), IN_PERSON).status == "standing"


def test_mail_that_was_filed_with_another_office_waits_as_nobody_s():
    InvitationFactory(minister__to_emails="office@example.org")

    filed = taken_up(file_mail(written()))

    assert list(Correspondence.objects.unmatched()) == [filed]


def test_what_was_filed_with_its_scan_waits_where_people_look(invitation):
    scan = freeze(b"%PDF-1.7 a letter", "scans", "pdf")

    filed = taken_up(by_fax(invitation, scan=scan))

    assert list(Correspondence.objects.unread().unmatched()) == [filed]


def test_a_scan_of_a_pile_waits_in_its_pile_again(invitation):
    scan = drop(b"a fax", state="read")
    record_filed(scan.correspondence, invitation, UserFactory(), REGRETS)
    scan.refresh_from_db()

    taken_up(scan.correspondence)

    assert list(DroppedScan.objects.ready()) == [scan]
    assert not Correspondence.objects.unmatched().exists()


def test_it_is_taken_up_once_and_with_a_reason(invitation):
    filed = by_fax(invitation)

    with pytest.raises(ValidationError, match="Say why"):
        take_up_again(filed, UserFactory(), " ")
    taken_up(filed)

    with pytest.raises(ValidationError, match="It waits already"):
        take_up_again(filed, UserFactory(), WHY)


def test_an_answer_that_was_carried_over_to_a_successor_stays(issued):
    filed = by_fax(issued(), IN_PERSON)
    released_by(asked_for(filed.invitation))

    with pytest.raises(ValidationError, match="carried over to the successor"):
        take_up_again(filed, UserFactory(), WHY)


def test_what_was_set_aside_for_it_by_choice_stands_again(invitation):
    online = record_reply(invitation, IN_PERSON)
    filed = by_fax(invitation)
    settle_contested(filed.replies.get(), UserFactory(), "The fax is later.", stands=True)

    taken_up(filed)

    assert statuses(invitation) == [
        ("in_person", "online", "standing"),
        ("regrets", "fax", "set_aside"),
    ]
    online.refresh_from_db()
    assert (online.settled_at, online.settled_by, online.settlement_reason) == (None, None, "")


def test_what_it_had_contradicted_before_the_choice_is_compared_again(invitation):
    record_reply(invitation, IN_PERSON)
    by_fax(invitation, {"answer": "video"}, hours_ago=2)
    filed = by_fax(invitation)
    settle_contested(filed.replies.get(), UserFactory(), "The fax is later.", stands=True)

    taken_up(filed)

    assert statuses(invitation) == [
        ("in_person", "online", "standing"),
        ("video", "fax", "contested"),
        ("regrets", "fax", "set_aside"),
    ]


def test_a_later_word_of_its_channel_stands_before_one_that_was_set_aside(invitation):
    record_reply(invitation, IN_PERSON)
    filed = by_fax(invitation)
    settle_contested(filed.replies.get(), UserFactory(), "The fax is later.", stands=True)
    record_reply(invitation, {"answer": "video"})

    taken_up(filed)

    assert statuses(invitation) == [
        ("in_person", "online", "set_aside"),
        ("regrets", "fax", "set_aside"),
        ("video", "online", "standing"),
    ]


def test_an_earlier_fax_that_was_recorded_after_it_stands(invitation):
    filed = by_fax(invitation, hours_ago=1)
    by_fax(invitation, IN_PERSON, hours_ago=5)

    taken_up(filed)

    assert statuses(invitation) == [
        ("regrets", "fax", "set_aside"),
        ("in_person", "fax", "standing"),
    ]


def test_of_two_wrong_faxes_neither_keeps_the_right_one_from_standing(invitation):
    by_fax(invitation, IN_PERSON, hours_ago=3)
    second, third = by_fax(invitation, hours_ago=2), by_fax(invitation, {"answer": "video"})

    taken_up(second)
    taken_up(third)

    assert list(invitation.replies.standing().values_list("answer", flat=True)) == ["in_person"]


def test_what_staff_set_aside_of_its_channel_still_lets_nothing_before_it_rise(invitation):
    record_reply(invitation, IN_PERSON)
    by_fax(invitation, {"answer": "video"}, hours_ago=3)
    second = by_fax(invitation, {"answer": "written"}, hours_ago=2)
    settle_contested(second.replies.get(), UserFactory(), "By telephone.", stands=False)

    taken_up(by_fax(invitation))

    assert not invitation.replies.contested().exists()


def test_a_contradiction_whose_place_it_took_waits_again_though_staff_had_set_it_aside(invitation):
    record_reply(invitation, IN_PERSON)
    by_fax(invitation, {"answer": "video"}, hours_ago=2)
    filed = by_fax(invitation)
    settle_contested(filed.replies.get(), UserFactory(), "It cannot be theirs.", stands=False)

    taken_up(filed)

    assert statuses(invitation) == [
        ("in_person", "online", "standing"),
        ("video", "fax", "contested"),
        ("regrets", "fax", "set_aside"),
    ]


def test_what_it_had_replaced_stands_again_though_staff_had_chosen_another(invitation):
    by_fax(invitation, IN_PERSON, hours_ago=2)
    filed = by_fax(invitation, {"answer": "video"})
    online = record_reply(invitation, REGRETS)
    settle_contested(online, UserFactory(), "By telephone.", stands=True)

    taken_up(filed)

    assert statuses(invitation) == [
        ("in_person", "fax", "contested"),
        ("video", "fax", "set_aside"),
        ("regrets", "online", "standing"),
    ]


def test_a_later_word_of_its_channel_keeps_what_came_before_from_waiting_again(invitation):
    record_reply(invitation, IN_PERSON)
    by_fax(invitation, {"answer": "video"}, hours_ago=3)
    filed = by_fax(invitation, hours_ago=2)
    settle_contested(filed.replies.get(), UserFactory(), "It cannot be theirs.", stands=False)
    by_fax(invitation, {"answer": "written"})

    taken_up(filed)

    assert invitation.replies.contested().get().answer == "written"


@pytest.mark.parametrize("is_set_aside", [False, True])
def test_a_contradiction_that_waits_again_is_acknowledged_if_it_was_not(
    reached, approved_texts, is_set_aside
):
    invitation = reached()
    record_reply(invitation, IN_PERSON)
    first = by_fax(invitation, {"answer": "video"}, hours_ago=2).replies.get()
    filed = by_fax(invitation)
    compose_planned()
    assert not first.acknowledgements.in_force().exists()
    if is_set_aside:
        settle_contested(filed.replies.get(), UserFactory(), "It is not theirs.", stands=False)

    taken_up(filed)

    assert first.acknowledgements.in_force().get().variant == "contested"


def test_what_is_recorded_of_it_again_is_taken_up_alone(invitation):
    filed = taken_up(by_fax(InvitationFactory()))
    first = filed.replies.get()
    record_filed(filed, invitation, UserFactory(), REGRETS)
    filed.refresh_from_db()

    taken_up(filed)

    first_again = type(first).objects.get(pk=first.pk)
    assert first_again.settled_at == first.settled_at


def test_an_office_whose_replies_all_stand_no_more_is_told_of(invitation):
    record_reply(invitation, IN_PERSON)
    first = by_fax(invitation, hours_ago=2)
    settle_contested(first.replies.get(), UserFactory(), "The fax is later.", stands=True)
    second = by_fax(invitation, {"answer": "video"})
    assert not has_only_replies_that_are_gone(invitation)

    taken_up(first)
    taken_up(second)

    assert has_only_replies_that_are_gone(invitation)


def test_an_office_that_never_replied_itself_is_only_silent(invitation):
    taken_up(by_fax(invitation))

    assert not has_only_replies_that_are_gone(invitation)


def test_a_holding_reply_that_was_taken_up_is_not_acknowledged(reached, approved_texts):
    filed = by_fax(reached(), {"answer": "holding"})

    taken_up(filed)
    compose_planned()

    reply = filed.replies.get()
    assert reply.is_gone
    assert list(type(reply).objects.gone()) == [reply]
    assert reply.acknowledgements.get().state == "cancelled"


def test_an_answer_of_the_predecessor_does_not_rise_beside_the_office_s_own(issued):
    carried = carried_over(issued)
    record_reply(carried.invitation, {"answer": "video"})

    taken_up(by_fax(carried.invitation))

    assert statuses(carried.invitation) == [
        ("in_person", "online", "superseded"),
        ("video", "online", "standing"),
        ("regrets", "fax", "set_aside"),
    ]


def test_an_answer_of_the_predecessor_stands_again_if_the_office_said_nothing(issued):
    carried = carried_over(issued)

    taken_up(by_fax(carried.invitation))

    assert statuses(carried.invitation) == [
        ("in_person", "online", "standing"),
        ("regrets", "fax", "set_aside"),
    ]


def test_what_the_office_said_beside_it_stands_before_an_answer_of_the_predecessor(issued):
    carried = carried_over(issued)
    filed = by_fax(carried.invitation)
    record_reply(carried.invitation, {"answer": "video"})

    taken_up(filed)

    assert statuses(carried.invitation) == [
        ("in_person", "online", "superseded"),
        ("regrets", "fax", "set_aside"),
        ("video", "online", "standing"),
    ]
