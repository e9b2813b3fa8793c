import datetime as dt
import re
import uuid

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from delegations.models import HighLevelSession
from delegations.office.access import link_cookie_name
from delegations.tests.offices import (
    NOTHING,
    browser,
    checked,
    invited,
    page_of,
    text,
    token_in,
    words_of,
)
from invitations.models import Answer, Channel, HeldChange, Letter, Reply
from invitations.tests.factories import ReplyFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]


@pytest.fixture
def invitation():
    return invited("Ruritania")


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
    HeldChange.objects.all().delete()
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


def test_a_summary_with_a_stale_token_stays_a_summary_to_be_recorded_by_one_press(invitation):
    client = browser(invitation, enforce_csrf_checks=True)
    client.get(page_of(invitation))
    words = words_of(invitation, answer="regrets", step="record", **{"from": "summary"})

    refused = client.post(page_of(invitation), words)

    assert "This page was open too long" in text(refused)
    assert 'name="step" value="record"' in refused.content.decode()
    assert 'name="step" value="check"' not in refused.content.decode()
    client.post(page_of(invitation), words | {"csrfmiddlewaretoken": token_in(refused)})
    assert invitation.replies.standing().get().answer == "regrets"


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
    assert "<dt>Remarks</dt><dd><bdi>Typed.</bdi></dd>" in text(response)
    kept = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', response.content.decode())
    assert ("remarks", "Typed.") in kept
    assert not Reply.objects.exists()
    client.get(reverse("office:open", args=[invitation.links.get().token]))
    again = {name: [v for n, v in kept if n == name] for name, _value in kept}
    again["csrfmiddlewaretoken"] = token_in(response)
    client.post(page_of(invitation), again)
    assert invitation.replies.standing().get().segments == ["opening", "prizes"]


def test_who_holds_no_link_reads_no_rows_by_their_numbers(invitation):
    staff = UserFactory(username="black-michael")
    reply = ReplyFactory(invitation=invitation, answer="regrets", recorded_by=staff)
    now = timezone.now()
    planned = HighLevelSession.objects.create(
        edition=invitation.edition, segment="opening", title="The castle of Zenda",
        starts_at=now, ends_at=now + dt.timedelta(hours=1), is_called_off=True,
    )  # fmt: skip
    numbers = {"recorded_by": staff.pk, "carried_from": reply.pk, "first_choice": planned.pk}

    page = text(Client().post(page_of(invitation), words_of(invitation, **numbers)))

    assert "What you wrote is kept on this page" in page
    for told in ("black-michael", "Unable to attend", "The castle of Zenda"):
        assert told not in page


def test_who_names_one_row_many_times_has_it_looked_up_once(
    invitation, django_assert_max_num_queries
):
    words = words_of(invitation, substitute_rank=["HOG"] * 30)

    with django_assert_max_num_queries(8):
        page = text(Client().post(page_of(invitation), words))

    assert page.count("Head of Government") == 1


def test_a_form_from_another_site_is_not_kept(invitation):
    client = Client(enforce_csrf_checks=True)

    response = client.post(page_of(invitation), words_of(invitation, remarks="Typed."))

    assert response.status_code == 403
    assert "Typed." not in text(response)
    assert "Please send the form again" in text(response)


# Fast


def test_queries_of_the_page_and_of_a_reply(
    invitation, django_assert_num_queries, django_assert_max_num_queries
):
    client = browser(invitation)

    # The invitation by its link, and what waits of it; the State's replies, the ranks for the form,
    # the form of address and the letter's reference.
    with django_assert_num_queries(6):
        client.get(page_of(invitation))
    with django_assert_max_num_queries(14):
        client.post(page_of(invitation), words_of(invitation))
    # The invitation by its link, what waits of it, the State's replies, whether there is a
    # delegation, the form of address and the reference: the contact was told a moment ago.
    with django_assert_num_queries(6):
        client.get(page_of(invitation))
    # The same, and the acknowledgements.
    with django_assert_num_queries(7):
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
