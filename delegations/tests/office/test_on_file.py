import datetime as dt
import re
import uuid

import pytest
import time_machine
from django.utils import timezone

from delegations.nominations import nominate_delegate
from delegations.office.on_file import format_reply_points
from delegations.tests.offices import browser, checked, invited, on_paper, page_of, text, words_of
from delegations.tests.states import PERSON
from invitations.inbox.reopening import take_up_again
from invitations.models import Answer, Channel, Rank
from invitations.replies import file_correspondence, record_reply, settle_contested
from invitations.tests.factories import EditionFactory, ReplyFactory, UserFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("in_february"),
    # WeasyPrint leaves the colour profile of a PDF/A open.
    pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning"),
]


# What is on file


def test_a_silent_office_sees_nothing_on_file(invitation):
    page = text(browser(invitation).get(page_of(invitation)))

    assert "On file" not in page
    assert not checked(page)


def test_a_returning_office_finds_what_is_on_file_and_no_form(invitation):
    record_reply(invitation, {"answer": "in_person", "respondent_name": "Colonel Sapt"})

    page = text(browser(invitation).get(page_of(invitation)))

    assert "On file" in page
    assert "Attends in person and delivers a statement" in page
    assert "<bdi>Colonel Sapt</bdi>" in page
    assert 'name="answer"' not in page
    for name in ("change", "record", "track", "statement", "delegation"):
        assert f'href="{page_of(invitation, name)}"' in page
    assert re.findall(r'class="btn btn-primary"[^>]*>([^<]+)', page) == [
        "Announce the policy statement"
    ]


def test_a_delegation_without_a_head_says_what_is_still_to_be_done(invitation):
    record_reply(invitation, {"answer": "in_person"})
    nominate_delegate(invitation, PERSON | {"name": "Fritz von Tarlenheim"}, uuid.uuid4())

    page = text(browser(invitation).get(page_of(invitation, "delegation")))

    assert "1 person named; the head of delegation is still to be named" in page


def test_an_answer_of_the_predecessor_is_confirmed_in_the_same_words(invitation):
    predecessor = ReplyFactory(invitation__edition=invitation.edition)
    words = {"answer": "in_person", "channel": "online"}
    ReplyFactory(invitation=invitation, carried_from=predecessor, **words)
    before = text(browser(invitation).get(page_of(invitation)))

    record_reply(invitation, {"answer": "in_person"})

    after = text(browser(invitation).get(page_of(invitation)))
    asked = "The office before yours gave this answer. It stays valid"
    assert asked in before
    assert asked not in after
    assert invitation.replies.standing().get().carried_from is None


def test_a_changed_reply_begins_with_its_answer_and_its_words(invitation):
    words = {"answer": "in_person", "segments": ["opening"], "respondent_name": "Colonel Sapt"}
    record_reply(invitation, words | {"remarks": "First.\nSecond."})

    page = text(browser(invitation).get(page_of(invitation, "change")))

    assert 'value="Colonel Sapt"' in page
    assert "First. Second.</textarea>" in page
    assert "To change the reply" in page
    assert checked(page) == {"in_person", "opening"}


REPRESENTED = {"answer": "represented", "substitute_name": "Rudolf Rassendyll"}


def test_after_regrets_the_substitute_and_the_segments_come_back_with_their_answer(invitation):
    rank = Rank.objects.get(pk="VMIN")
    words = REPRESENTED | {"substitute_rank": rank, "segments": ["opening"]}
    for said in ({**REPRESENTED, "substitute_name": "Sapt"}, words, {"answer": "regrets"}):
        record_reply(invitation, said)

    page = browser(invitation).get(page_of(invitation, "change")).content.decode()

    assert 'name="substitute_name" id="id_substitute_name" value="Rudolf Rassendyll"' in page
    assert '<option value="VMIN" selected>' in page
    assert checked(page) == {"regrets", "opening"}


def test_segments_that_were_given_up_do_not_come_back(invitation):
    record_reply(invitation, {"answer": "in_person", "segments": ["opening"]})
    record_reply(invitation, {"answer": "in_person"})

    page = browser(invitation).get(page_of(invitation, "change")).content.decode()

    assert checked(page) == {"in_person"}


def test_what_staff_set_aside_does_not_come_back(invitation):
    record_reply(invitation, {"answer": "regrets"})
    on_paper(invitation, **REPRESENTED)
    contested = invitation.replies.contested().get()
    settle_contested(contested, UserFactory(), "It is another State’s.", stands=False)

    page = browser(invitation).get(page_of(invitation, "change")).content.decode()

    assert "Rudolf Rassendyll" not in page


def test_what_came_back_of_an_earlier_answer_is_not_said_to_fall_away_again(invitation):
    for said in (REPRESENTED, {"answer": "regrets"}):
        record_reply(invitation, said)
    typed = words_of(invitation, **REPRESENTED, substitute_function="Colonel", step="check")

    page = text(
        browser(invitation).post(page_of(invitation), typed | {"answer": "video"}, follow=True)
    )

    assert "<li>Substitute’s function – <bdi>Colonel</bdi></li>" in page
    assert "<li>Substitute – " not in page


def test_a_change_supersedes_and_is_shown(invitation):
    record_reply(invitation, {"answer": "in_person"})
    client = browser(invitation)

    page = text(
        client.post(page_of(invitation), words_of(invitation, answer="regrets"), follow=True)
    )

    assert "Regrets, unable to attend" in page
    assert [reply.answer for reply in invitation.replies.standing()] == ["regrets"]
    assert invitation.replies.count() == 2


def test_a_holding_reply_is_noted_and_shown_until_an_answer_stands(invitation):
    client = browser(invitation)

    noted = client.post(page_of(invitation), words_of(invitation, answer="holding"), follow=True)

    assert "Your message has been noted" in text(noted)
    assert "has been transmitted to the capital, and an answer will follow" in text(
        client.get(page_of(invitation))
    )
    client.post(page_of(invitation), words_of(invitation, answer="regrets"))
    assert "transmitted to the capital, and" not in text(client.get(page_of(invitation)))


def test_a_holding_reply_after_an_answer_says_that_the_answer_stands(invitation):
    record_reply(invitation, {"answer": "in_person"})

    noted = browser(invitation).post(
        page_of(invitation), words_of(invitation, answer="holding"), follow=True
    )

    assert "The reply that is on file stands until another one is given." in text(noted)
    assert invitation.replies.standing().get().answer == "in_person"


def test_a_contradiction_is_told_and_the_earlier_reply_stands(invitation):
    on_paper(invitation, answer="in_person")
    client = browser(invitation)

    told = client.post(page_of(invitation), words_of(invitation, answer="regrets"), follow=True)

    assert "It differs from an earlier communication" in text(told)
    page = text(client.get(page_of(invitation)))
    assert "Attends in person" in page
    assert "(online), says otherwise: regrets, unable to attend." in page


def test_a_reply_on_paper_is_on_file_for_the_page_too(invitation):
    user = UserFactory()
    file_correspondence(
        invitation, user, Channel.LETTER, timezone.now(), reply_words={"answer": "video"}
    )

    client = browser(invitation)

    assert "Statement by video" in text(client.get(page_of(invitation)))
    assert "Statement by video" in text(client.get(page_of(invitation, "recorded")))
    receipt = client.get(page_of(invitation, "record"))
    assert receipt["Content-Type"] == "application/pdf"


def test_a_reply_that_was_set_aside_is_shown_no_more(invitation):
    on_paper(invitation, answer="in_person")
    client = browser(invitation)
    client.post(page_of(invitation), words_of(invitation, answer="regrets"))
    settle_contested(
        invitation.replies.contested().get(), UserFactory(), "A note confirms.", stands=False
    )

    page = text(client.get(page_of(invitation, "recorded")))
    assert "Attends in person" in page
    assert "Regrets" not in page
    assert "says otherwise" not in text(client.get(page_of(invitation)))


def test_words_that_were_left_out_are_left_out():
    reply = ReplyFactory(answer="regrets", received_at=dt.datetime(2027, 2, 10, 9, tzinfo=dt.UTC))

    assert format_reply_points(reply, "en") == [
        ("Answer", "Regrets, unable to attend"),
        ("Received", "10 February 2027, 10:00 (Geneva time)"),
    ]


# The last day


@pytest.mark.parametrize(
    ("at", "late"),
    [("2027-03-31T21:59:59Z", False), ("2027-03-31T22:00:00Z", True)],
)
def test_the_last_day_ends_at_midnight_in_its_zone(invitation, at, late):
    with time_machine.travel(at, tick=False):
        page = text(browser(invitation).get(page_of(invitation)))

    assert ("The last day to reply was 31 March 2027 (Geneva time)" in page) == late
    assert ("Please reply before 1 April 2027" in page) != late


def test_a_late_reply_is_taken_with_thanks(invitation):
    with time_machine.travel("2027-04-02T09:00Z", tick=False):
        client = browser(invitation)
        asked = text(client.get(page_of(invitation)))
        client.post(page_of(invitation), words_of(invitation))
        thanked = text(client.get(page_of(invitation)))

    assert "Your reply remains welcome, and we thank you for it." in asked
    assert "We thank you for your reply." in thanked
    assert invitation.replies.standing().get().is_late


# The calendar


@pytest.mark.parametrize("answer", Answer.values)
def test_the_calendar_is_for_those_who_come(invitation, answer):
    client = browser(invitation)
    words = words_of(invitation, answer=answer, substitute_name="Rudolf Rassendyll")
    page = client.post(page_of(invitation), words, follow=True)

    calendar = client.get(page_of(invitation, "track"))

    comes = answer in ("in_person", "represented", "attends_only")
    assert (calendar.status_code == 200) == comes
    assert (page_of(invitation, "track") in text(page)) == comes


def test_the_calendar_holds_the_high_level_track():
    invitation = invited("Ruritania", edition=EditionFactory(symbol="wsis-2027"))
    record_reply(invitation, {"answer": "in_person"})

    response = browser(invitation).get(page_of(invitation, "track"))

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="wsis-2027.ics"'
    assert b"METHOD:PUBLISH" in response.content
    assert b"DTSTART;VALUE=DATE:20270511" in response.content
    assert b"DTEND;VALUE=DATE:20270513" in response.content
    assert f"UID:wsis-2027-{invitation.pk}@".encode() in response.content


# What was recorded of another State, and taken up again


OF_ANOTHER = {
    "respondent_name": "Black Michael",
    "respondent_email": "michael@example.org",
    "remarks": "Strelsau sends its regards.",
}


def recorded_and_taken_up(invitation, **words):
    now, staff = timezone.now(), UserFactory()
    filed = file_correspondence(invitation, staff, "fax", now, reply_words=words | OF_ANOTHER)
    take_up_again(filed, staff, "It is of Strelsau.")


def test_a_holding_reply_that_was_taken_up_is_not_this_office_s(invitation):
    recorded_and_taken_up(invitation, answer="holding", substitute_name="Rupert of Hentzau")
    client = browser(invitation)

    page = text(client.get(page_of(invitation)))

    assert "and an answer will follow" not in page
    for words in ("Rupert of Hentzau", *OF_ANOTHER.values()):
        assert words not in page
    for name in ("record", "recorded"):
        assert client.get(page_of(invitation, name)).url == page_of(invitation)


def test_the_history_of_an_office_leaves_out_what_was_taken_up(invitation):
    record_reply(invitation, {"answer": "in_person"})
    recorded_and_taken_up(invitation, answer="represented", substitute_name="Rupert of Hentzau")

    page = text(browser(invitation).get(page_of(invitation)))

    assert "Attends in person" in page
    assert "Rupert of Hentzau" not in page
    assert "set aside after clarification" not in page


def test_an_office_of_which_all_was_taken_up_is_asked_as_a_silent_one(invitation):
    recorded_and_taken_up(invitation, answer="regrets")

    page = text(browser(invitation).get(page_of(invitation)))

    assert 'name="answer"' in page
    assert "On file" not in page
