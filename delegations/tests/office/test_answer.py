import datetime as dt
import re
import uuid

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from delegations.office.access import link_cookie_name
from delegations.office.on_file import in_words
from delegations.tests.office.test_entry import all_rows
from invitations.links import replace_link
from invitations.models import Answer, Channel, Invitation, Letter, Reply
from invitations.replies import file_correspondence, record_reply, settle
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
    MinisterFactory,
    ReplyFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

NOTHING = "Nothing has been recorded yet"


@pytest.fixture
def invitation():
    return invited("Ruritania")


def invited(state, **particulars):
    minister = MinisterFactory(
        member_state=MemberStateFactory(short_name=state), portfolio=f"Minister of Posts of {state}"
    )
    invitation = InvitationFactory(minister=minister, **particulars)
    now = timezone.now()
    LetterFactory(
        invitation=invitation, state="approved", sha256="0" * 64, composed_at=now, approved_at=now
    )
    return invitation


def coming(state, **particulars):
    """An office that has answered: the minister comes in person."""
    invitation = invited(state, **particulars)
    record_reply(invitation, {"answer": "in_person"})
    return invitation


def page_of(invitation, name="answer"):
    return reverse(f"office:{name}", args=[invitation.pk])


def browser(*invitations, **options):
    client = Client(**options)
    for invitation in invitations:
        client.get(reverse("office:open", args=[invitation.links.current().get().token]))
    return client


def words_of(invitation, **words):
    answer = {"answer": "in_person", "invitation": invitation.pk, "form_key": uuid.uuid4()}
    return answer | words


def on_paper(invitation, **words):
    return record_reply(invitation, words, channel=Channel.NOTE_VERBALE, received_at=timezone.now())


def text(response):
    return " ".join(response.content.decode().split())


# Who may see it


def test_the_page_names_state_minister_and_last_day(invitation):
    page = text(browser(invitation).get(page_of(invitation)))

    above_the_button = page[: page.index("Check the reply")]
    assert above_the_button.count("Ruritania") >= 2
    assert above_the_button.count("Flavia Elphberg") == 2
    assert above_the_button.count("Minister of Posts of Ruritania") == 2
    assert "before 1 April 2027: the last day is 31 March 2027 (Geneva time)" in page


def test_the_page_is_for_the_browser_that_opened_the_link(invitation):
    other = invited("Strelsau")

    for name in ("answer", "recorded", "track"):
        response = browser(other).get(page_of(invitation, name))

        assert response.status_code == 404
        assert "Please open the link in your letter" in text(response)
        assert "Ruritania" not in text(response)


@pytest.mark.parametrize("number", ["0", "9" * 30])
def test_a_number_that_was_never_given_out_is_not_found(client, invitation, number):
    client = browser(invitation)

    assert client.get(f"/office/{number}/").status_code == 404
    assert client.post(f"/office/{number}/", words_of(invitation)).status_code == 404


def test_a_browser_that_refuses_cookies_is_told_how_to_go_on(invitation):
    token = invitation.links.get().token
    moved_on = Client().get(reverse("office:open", args=[token])).url

    page = text(Client().get(moved_on))

    assert "allow cookies" in page
    assert "by correspondence" in page


@pytest.mark.parametrize(
    ("happened", "told"),
    [
        ("withdrawn", "This invitation has been withdrawn"),
        ("replaced", "This link has been replaced"),
    ],
)
def test_what_happened_after_the_link_was_opened_is_told(invitation, happened, told):
    client = browser(invitation)
    if happened == "withdrawn":
        Invitation.objects.update(status=Invitation.Status.WITHDRAWN)
    else:
        replace_link(invitation, UserFactory(), "It was forwarded.")

    for response in (
        client.get(page_of(invitation)),
        client.get(page_of(invitation, "recorded")),
        client.get(page_of(invitation, "track")),
        client.post(page_of(invitation), words_of(invitation)),
    ):
        assert response.status_code == 410
        assert told in text(response)
        assert "mailto:forum@example.org" in text(response)
    assert not Reply.objects.exists()


def close(invitation):
    invitation.edition.replies_closed_at = timezone.now()
    invitation.edition.save()


def test_a_closed_edition_takes_no_reply_and_says_whom_to_write_to(invitation):
    close(invitation)
    client = browser(invitation)

    for response in (
        client.get(page_of(invitation)),
        client.post(page_of(invitation), words_of(invitation)),
    ):
        assert response.status_code == 410
        assert "Replies to this invitation are closed" in text(response)
        assert "mailto:forum@example.org" in text(response)
    assert not Reply.objects.exists()


def test_who_comes_goes_on_with_statement_and_delegation_after_the_closing(invitation):
    record_reply(invitation, {"answer": "in_person"})
    close(invitation)
    client = browser(invitation)

    closed = client.get(page_of(invitation))

    assert closed.status_code == 410
    for part in ("statement", "delegation"):
        assert f'href="{page_of(invitation, part)}"' in text(closed)
        assert client.get(page_of(invitation, part)).status_code == 200


def test_staff_still_look_at_the_page_after_the_closing(invitation, admin_client):
    close(invitation)

    assert admin_client.get(page_of(invitation)).status_code == 200


def test_a_browser_that_opens_the_new_link_goes_on(invitation):
    client = browser(invitation)
    replace_link(invitation, UserFactory(), "It was forwarded.")
    client.get(reverse("office:open", args=[invitation.links.current().get().token]))

    assert client.get(page_of(invitation)).status_code == 200


def test_an_office_that_is_a_draft_again_is_not_found(invitation):
    client = browser(invitation)
    Invitation.objects.update(status=Invitation.Status.DRAFT)

    assert client.get(page_of(invitation)).status_code == 404


@pytest.mark.parametrize("name", ["answer", "recorded", "track"])
def test_no_page_is_stored_or_listed(invitation, name):
    ReplyFactory(invitation=invitation)

    response = browser(invitation).get(page_of(invitation, name))

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"
    # Without any referrer a browser sends "Origin: null", and the form would be refused.
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("name", ["answer", "recorded", "track"])
def test_looking_changes_nothing(invitation, method, name):
    ReplyFactory(invitation=invitation)
    client = browser(invitation)
    before = all_rows()

    getattr(client, method)(page_of(invitation, name))

    assert all_rows() == before


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(invitation, method):
    response = getattr(browser(invitation), method)(page_of(invitation))

    assert response.status_code == 405


# The reply


def test_a_reply_is_recorded_as_it_was_typed(invitation):
    client = browser(invitation)
    words = words_of(
        invitation,
        answer="represented",
        substitute_name="Rudolf Rassendyll",
        substitute_function="Deputy Minister",
        substitute_rank="VMIN",
        segments=["opening", "prizes"],
        partnership_interest="on",
        respondent_name="Colonel Sapt",
        respondent_function="Chief of Cabinet",
        respondent_email="sapt@example.org",
        respondent_phone="+41 22 555 0199",
        remarks="The minister sends her regards.\nShe hopes for a fine spring.",
    )

    response = client.post(page_of(invitation), words)

    reply = invitation.replies.standing().get()
    assert response.url == page_of(invitation, "recorded")
    assert (reply.answer, reply.substitute_rank_id) == (Answer.REPRESENTED, "VMIN")
    assert reply.segments == ["opening", "prizes"]
    assert reply.partnership_interest
    assert (reply.channel, reply.received_at) == (Channel.ONLINE, timezone.now())
    page = text(client.get(response.url))
    for words in (
        "Your reply has been recorded",
        "Will be represented by a substitute, who delivers a statement",
        "Rudolf Rassendyll",
        "Deputy Minister",
        "Deputy Minister, Vice-Minister",
        "Opening segment and WSIS Prizes ceremony",
        "of interest",
        "Colonel Sapt",
        "Chief of Cabinet",
        "+41 22 555 0199",
        "regards.<br>She hopes",
        "10 February 2027, 10:00 (Geneva time)",
        "An acknowledgement is on its way to the addresses on file",
        "A copy, without the link, goes to sapt@example.org",
    ):
        assert words in page


def test_what_was_typed_is_shown_as_text(invitation):
    client = browser(invitation)
    client.post(page_of(invitation), words_of(invitation, remarks="<b>bold</b>"))

    for name in ("answer", "recorded"):
        page = client.get(page_of(invitation, name)).content.decode()
        assert "<b>" not in page
        assert "&lt;b&gt;bold" in page


def test_no_acknowledgement_is_announced_where_none_can_leave(invitation):
    invitation.minister.to_emails = ""
    invitation.minister.save()
    client = browser(invitation)

    response = client.post(page_of(invitation), words_of(invitation), follow=True)

    assert "Your reply has been recorded" in text(response)
    assert "acknowledgement" not in text(response)


def test_ten_identical_posts_are_one_reply_and_one_acknowledgement(invitation):
    client, words = browser(invitation), words_of(invitation)

    answers = [client.post(page_of(invitation), words) for _again in range(10)]

    assert {response.url for response in answers} == {page_of(invitation, "recorded")}
    assert Reply.objects.count() == 1
    assert Letter.objects.filter(kind=Letter.Kind.ACKNOWLEDGEMENT).count() == 1


def test_a_form_brought_back_and_changed_is_another_reply(invitation):
    client, words = browser(invitation), words_of(invitation)

    for answer in ("in_person", "regrets", "in_person"):
        client.post(page_of(invitation), words | {"answer": answer})

        assert invitation.replies.standing().get().answer == answer
    assert Reply.objects.count() == 3


@pytest.mark.parametrize("seen", [{"seen": ""}, {}])
@pytest.mark.parametrize("one_form", [True, False])
def test_each_post_makes_one_reply_at_most_and_each_reply_one_acknowledgement(
    invitation, one_form, seen
):
    client, forms = browser(invitation), [words_of(invitation, **seen) for _form in range(3)]

    for form, answer in zip(forms, ("in_person", "regrets", "regrets"), strict=True):
        key = forms[0 if one_form else -1]["form_key"]
        client.post(page_of(invitation), form | {"answer": answer, "form_key": key})

    said = list(invitation.replies.order_by("pk").values_list("answer", flat=True))
    assert said == (["in_person"] if seen else ["in_person", "regrets"])
    acknowledged = Letter.objects.filter(kind=Letter.Kind.ACKNOWLEDGEMENT)
    assert list(acknowledged.order_by("pk").values_list("reply", flat=True)) == list(
        invitation.replies.order_by("pk").values_list("pk", flat=True)
    )


@pytest.mark.parametrize("behind", [5, 3600])
def test_a_change_that_reaches_a_server_whose_clock_is_behind_stands(invitation, behind):
    client = browser(invitation)
    client.post(page_of(invitation), words_of(invitation, seen=""))
    first = invitation.replies.get()

    behind_it = first.received_at - dt.timedelta(seconds=behind)
    with time_machine.travel(behind_it, tick=False):
        changed = words_of(invitation, answer="regrets", seen=first.pk)
        page = text(client.post(page_of(invitation), changed, follow=True))

    assert "Regrets, unable to attend" in page
    assert [reply.answer for reply in invitation.replies.standing()] == ["regrets"]
    assert invitation.replies.count() == 2


def test_no_answer_chosen_brings_the_form_back_with_nothing_lost(invitation):
    words = words_of(
        invitation,
        answer="",
        substitute_name="Rudolf Rassendyll",
        segments=["dialogues", "networking"],
        partnership_interest="on",
        respondent_email="sapt@example",
        remarks="A word on protocol.",
    )

    response = browser(invitation).post(page_of(invitation), words)
    page = text(response)

    assert response.status_code == 200
    assert NOTHING in page
    assert '<a href="#id_answer_0">Answer – Please choose an answer.</a>' in page
    assert 'href="#id_respondent_email">E-mail – sapt@example lacks the end of its domain' in page
    assert 'value="Rudolf Rassendyll"' in page
    assert 'value="sapt@example"' in page
    assert "A word on protocol.</textarea>" in page
    assert checked(page) == {"dialogues", "networking", "partnership_interest"}
    assert f'value="{words["form_key"]}"' in page
    assert not Reply.objects.exists()


def checked(page):
    """The values of the boxes that are ticked; a box without a value goes by its name."""
    boxes = [box for box in re.findall(r"<input[^>]*>", page) if " checked" in box]
    named = [
        re.search(r'value="([^"]*)"', box) or re.search(r'name="([^"]*)"', box) for box in boxes
    ]
    return {name[1] for name in named}


def test_a_refusal_of_the_secretariat_keeps_what_was_typed(invitation):
    other = ReplyFactory(form_key=uuid.uuid4())
    words = words_of(invitation, form_key=other.form_key, remarks="Typed.")

    response = browser(invitation).post(page_of(invitation), words)

    assert response.status_code == 200
    assert NOTHING in text(response)
    assert "Typed.</textarea>" in text(response)
    assert not invitation.replies.exists()


def test_two_invitations_in_two_tabs_stay_apart():
    one, other = invited("Ruritania"), invited("Strelsau")
    client = browser(one, other)

    client.post(page_of(one), words_of(one, answer="regrets"))
    client.post(page_of(other), words_of(other, answer="video"))

    assert one.replies.get().answer == "regrets"
    assert other.replies.get().answer == "video"


def test_a_form_that_arrives_at_another_invitation_is_refused():
    one, other = invited("Ruritania"), invited("Strelsau")

    response = browser(one, other).post(page_of(one), words_of(other, remarks="Typed."))

    assert "This form belongs to another invitation" in text(response)
    assert "Typed.</textarea>" in text(response)
    assert not Reply.objects.exists()


def test_an_invitation_that_is_not_held_is_never_answered():
    one, other = invited("Ruritania"), invited("Strelsau")

    response = browser(one).post(page_of(other), words_of(other))

    assert response.status_code == 404
    assert not Reply.objects.exists()


# Sessions and tokens that have ended


def token_in(response):
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', response.content.decode())[1]


def test_a_form_sent_with_its_token_is_taken(invitation):
    client = browser(invitation, enforce_csrf_checks=True)
    token = token_in(client.get(page_of(invitation)))

    client.post(page_of(invitation), words_of(invitation, csrfmiddlewaretoken=token))

    assert invitation.replies.standing().exists()


def test_a_stale_token_loses_nothing_and_the_form_can_be_sent_again(invitation):
    client = browser(invitation, enforce_csrf_checks=True)
    words = words_of(invitation, answer="video", remarks="Typed.", csrfmiddlewaretoken="x" * 64)

    refused = client.post(page_of(invitation), words)

    assert refused.status_code == 403
    assert "Please check it and send it again" in text(refused)
    assert "Typed.</textarea>" in text(refused)
    assert checked(text(refused)) == {"video"}
    assert not Reply.objects.exists()
    client.post(page_of(invitation), words | {"csrfmiddlewaretoken": token_in(refused)})
    assert invitation.replies.standing().get().remarks == "Typed."


def test_what_was_typed_outlives_the_link_that_was_held(invitation):
    client = browser(invitation, enforce_csrf_checks=True)
    token = token_in(client.get(page_of(invitation)))
    words = words_of(
        invitation, segments=["opening", "prizes"], remarks="Typed.", csrfmiddlewaretoken=token
    )
    client.cookies.pop(link_cookie_name(invitation.pk))

    response = client.post(page_of(invitation), words)

    assert response.status_code == 404
    assert "What you wrote is kept on this page" in text(response)
    kept = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', response.content.decode())
    assert ("remarks", "Typed.") in kept
    assert not Reply.objects.exists()
    client.get(reverse("office:open", args=[invitation.links.get().token]))
    again = {name: [v for n, v in kept if n == name] for name, _value in kept}
    again["csrfmiddlewaretoken"] = token_in(response)
    client.post(page_of(invitation), again)
    assert invitation.replies.standing().get().segments == ["opening", "prizes"]


def test_a_form_from_another_site_is_not_kept(invitation):
    client = Client(enforce_csrf_checks=True)

    response = client.post(page_of(invitation), words_of(invitation, remarks="Typed."))

    assert response.status_code == 403
    assert "Typed." not in text(response)
    assert "Please send the form again" in text(response)


# What is on file


def test_a_silent_office_sees_nothing_on_file(invitation):
    page = text(browser(invitation).get(page_of(invitation)))

    assert "On file" not in page
    assert not checked(page)


def test_a_returning_office_finds_its_words_but_chooses_its_answer_again(invitation):
    words = {"answer": "in_person", "segments": ["opening"], "respondent_name": "Colonel Sapt"}
    record_reply(invitation, words | {"remarks": "First.\nSecond."})

    page = text(browser(invitation).get(page_of(invitation)))

    assert "On file" in page
    assert "Attends in person and delivers a statement" in page
    assert 'value="Colonel Sapt"' in page
    assert "First. Second.</textarea>" in page
    assert "To change the reply" in page
    assert checked(page) == {"opening"}


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
    nothing_online = client.get(page_of(invitation, "recorded"))
    assert nothing_online.url == page_of(invitation)


def test_a_reply_that_was_set_aside_is_shown_no_more(invitation):
    on_paper(invitation, answer="in_person")
    client = browser(invitation)
    client.post(page_of(invitation), words_of(invitation, answer="regrets"))
    settle(invitation.replies.contested().get(), UserFactory(), "A note confirms.", stands=False)

    assert client.get(page_of(invitation, "recorded")).url == page_of(invitation)
    assert "says otherwise" not in text(client.get(page_of(invitation)))


def test_words_that_were_left_out_are_left_out():
    reply = ReplyFactory(answer="regrets", received_at=dt.datetime(2027, 2, 10, 9, tzinfo=dt.UTC))

    assert in_words(reply, "en") == [
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


# Languages


def test_the_language_switch_keeps_the_page_and_what_was_typed(invitation):
    client = browser(invitation)
    words = words_of(invitation, answer="video", segments=["prizes"], respondent_email="sapt@")

    switched = client.post(page_of(invitation), words | {"language": "ar", "remarks": "Typed."})

    page = text(switched)
    assert '<html lang="ar" dir="rtl">' in page
    assert "Typed.</textarea>" in page
    assert 'value="sapt@"' in page
    assert f'value="{words["form_key"]}"' in page
    assert checked(page) == {"video", "prizes"}
    assert 'role="alert"' not in page
    assert client.get(page_of(invitation))["Content-Language"] == "ar"
    assert not Reply.objects.exists()


@pytest.mark.parametrize("language", ["", "pt", "xx", "../etc", "zh-hans" * 100])
def test_a_language_that_the_site_does_not_speak_changes_nothing(invitation, language):
    client = browser(invitation)

    response = client.post(page_of(invitation), words_of(invitation, language=language))

    assert response["Content-Language"] == "en"
    assert client.get(page_of(invitation))["Content-Language"] == "en"
    assert not Reply.objects.exists()


@pytest.mark.parametrize(
    ("language", "day"),
    [("fr", "31 mars 2027"), ("ru", "31 марта 2027"), ("zh-hans", "2027年3月31日")],
)
def test_dates_are_printed_in_the_language_of_the_page(language, day):
    invitation = InvitationFactory(minister=MinisterFactory(language=language))

    assert day in text(browser(invitation).get(page_of(invitation)))


@pytest.mark.parametrize("language", ["ar", "en", "es", "fr", "ru", "zh-hans"])
def test_every_page_stands_in_every_language(invitation, language):
    client = browser(invitation)
    client.cookies["django_language"] = language
    on_paper(invitation, answer="in_person", segments=["opening", "prizes"])

    told = client.post(page_of(invitation), words_of(invitation, answer="video"), follow=True)

    assert told["Content-Language"] == language
    assert client.get(page_of(invitation)).status_code == 200


# Fast


def test_queries_of_the_page_and_of_a_reply(
    invitation, django_assert_num_queries, django_assert_max_num_queries
):
    client = browser(invitation)

    # The invitation by its link, the replies, the State's answers, the ranks: once for the name of
    # the blank form in the cache, once to render it.
    with django_assert_num_queries(5):
        client.get(page_of(invitation))
    with django_assert_num_queries(4):
        client.get(page_of(invitation))
    with django_assert_max_num_queries(14):
        client.post(page_of(invitation), words_of(invitation))
    # The invitation by its link, the replies, the State's answers, the delegation with its
    # statement, the ranks.
    with django_assert_num_queries(5):
        client.get(page_of(invitation))
    # The same, but the acknowledgements for the ranks.
    with django_assert_num_queries(5):
        client.get(page_of(invitation, "recorded"))


@pytest.mark.django_db
def test_an_address_that_mail_programs_would_read_as_a_code_is_refused_in_words():
    invitation = invited("Ruritania")
    typed = "=?utf-8?q?=0d=0aBcc=3Ax?=@example.org"

    response = browser(invitation).post(
        page_of(invitation), words_of(invitation, respondent_email=typed)
    )

    assert "mail programs mark a code: please type the address itself." in text(response)
    assert not invitation.replies.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["cabinet@example.org؛", "Sapt <cabinet@example.org>"])
def test_an_address_is_understood_as_an_office_copies_it(typed):
    invitation = invited("Ruritania")

    browser(invitation).post(page_of(invitation), words_of(invitation, respondent_email=typed))

    assert invitation.replies.get().respondent_email == "cabinet@example.org"


@pytest.mark.django_db
def test_remarks_keep_their_lines_and_a_name_stays_on_one():
    invitation = invited("Ruritania")
    typed = {"remarks": "One\r\ntwo\u2028three", "respondent_name": "Colonel\u2028Sapt"}

    browser(invitation).post(page_of(invitation), words_of(invitation, **typed))

    reply = invitation.replies.get()
    assert (reply.remarks, reply.respondent_name) == ("One\ntwo\nthree", "Colonel Sapt")
