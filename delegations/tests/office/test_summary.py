import io
import re

import pikepdf
import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from delegations.office.receipt import acknowledgement_words
from delegations.tests.offices import browser, checked, invited, on_paper, page_of, text, words_of
from invitations.models import Invitation, LetterTemplate, Reply, ReplyDraft
from invitations.replies import record_reply
from invitations.tests.factories import InvitationFactory, MinisterFactory, UserFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("in_february"),
    # WeasyPrint leaves the colour profile of a PDF/A open.
    pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning"),
]


@pytest.fixture
def invitation():
    return invited("Ruritania")


def a_day_later():
    return time_machine.travel(timezone.now() + timezone.timedelta(hours=25))


def hidden_in(page):
    return re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)


# A reply that was begun


def test_who_comes_back_by_the_link_is_led_to_what_was_typed_and_not_recorded(invitation):
    client = browser(invitation)
    assert "A reply was begun here" not in text(client.get(page_of(invitation)))

    words = words_of(invitation, step="check")
    address = client.post(page_of(invitation), words).url
    page = text(client.get(page_of(invitation)))

    assert "A reply was begun here and has not been recorded yet." in page
    assert f'href="{address}"' in page
    client.post(page_of(invitation), words | {"step": "record"})
    assert "A reply was begun here" not in text(client.get(page_of(invitation)))


def test_what_was_begun_before_a_newer_form_was_recorded_is_offered_no_more(invitation):
    client = browser(invitation)
    client.post(page_of(invitation), words_of(invitation, step="check", answer="video"))
    newer = words_of(invitation, step="check")
    client.post(page_of(invitation), newer)

    client.post(page_of(invitation), newer | {"step": "record"})

    assert "A reply was begun here" not in text(client.get(page_of(invitation)))


# A summary to check


def test_a_summary_is_shown_before_anything_is_recorded(invitation):
    client = browser(invitation)
    words = words_of(invitation, step="check", remarks="Two\nlines.", segments=["opening"])

    page = client.post(page_of(invitation), words, follow=True)

    assert "Nothing has been recorded yet" in text(page)
    assert "Attends in person and delivers a statement" in text(page)
    assert "Opening segment" in text(page)
    assert not Reply.objects.exists()


def test_a_summary_says_that_its_answer_is_chosen_and_not_recorded(invitation):
    words = words_of(invitation, step="check", answer="regrets")

    page = text(browser(invitation).post(page_of(invitation), words, follow=True))

    assert "chosen, not yet recorded" in page
    assert "to be given" not in page


def test_a_summary_leaves_out_what_its_answer_has_no_room_for(invitation):
    words = words_of(
        invitation,
        step="check",
        answer="regrets",
        substitute_name="Rudolf Rassendyll",
        segments=["opening"],
    )

    page = browser(invitation).post(page_of(invitation), words, follow=True)

    recorded, fallen = text(page).split('class="fallen"')
    assert "Opening segment" not in recorded
    assert "<bdi>Rudolf Rassendyll" not in recorded
    assert "Segments to be attended – <bdi>Opening segment" in fallen
    assert "Substitute – <bdi>Rudolf Rassendyll" in fallen


def test_the_summary_records_what_it_shows(invitation):
    client = browser(invitation)
    words = words_of(
        invitation,
        step="check",
        answer="represented",
        substitute_name="Rudolf Rassendyll",
        segments=["opening", "prizes"],
        partnership_interest="on",
        remarks="Two\nlines.",
    )
    shown = client.post(page_of(invitation), words, follow=True).content.decode()
    kept = hidden_in(shown)
    again = {name: [value for other, value in kept if other == name] for name, _value in kept}

    response = client.post(page_of(invitation), again | {"step": "record"})

    reply = invitation.replies.get()
    assert response.url == page_of(invitation, "recorded")
    assert (reply.substitute_name, reply.segments) == ("Rudolf Rassendyll", ["opening", "prizes"])
    assert reply.partnership_interest
    assert reply.remarks == "Two\nlines."


def test_a_change_of_mind_brings_the_form_back_with_its_words(invitation):
    client = browser(invitation)
    words = words_of(invitation, answer="video", remarks="Typed.")

    page = text(client.post(page_of(invitation), words | {"step": "change"}))

    assert checked(page) == {"video"}
    assert "Typed.</textarea>" in page
    assert 'role="alert"' not in page
    assert not Reply.objects.exists()


def test_what_is_wrong_is_told_instead_of_a_summary(invitation):
    page = text(
        browser(invitation).post(page_of(invitation), words_of(invitation, answer="", step="check"))
    )

    assert "Please choose an answer." in page
    assert "Record the reply" not in page


def test_the_summary_says_that_another_reply_is_replaced(invitation):
    record_reply(invitation, {"answer": "in_person"})

    page = text(
        browser(invitation).post(
            page_of(invitation), words_of(invitation, answer="regrets", step="check"), follow=True
        )
    )

    assert "would take the place of the one on file" in page


def test_the_summary_changes_its_language_and_stays_a_summary(invitation):
    client = browser(invitation)
    words = words_of(invitation, answer="video") | {"from": "summary", "language": "fr"}

    page = text(client.post(page_of(invitation), words, follow=True))

    assert '<html lang="fr"' in page
    assert 'value="record"' in page
    assert not Reply.objects.exists()


def test_who_comes_back_to_a_summary_finds_it_and_once_it_is_recorded_the_record(invitation):
    client, words = browser(invitation), words_of(invitation, answer="video", remarks="Typed.")
    address = client.post(page_of(invitation), words | {"step": "check"}).url

    assert "Typed." in text(client.get(address))
    client.post(page_of(invitation), words | {"step": "record"})

    assert client.get(address).url == page_of(invitation, "recorded")


def test_a_summary_opens_for_its_office_alone(invitation):
    other = invited("Strelsau")
    words = words_of(invitation, remarks="Typed.", step="check")
    address = browser(invitation).post(page_of(invitation), words).url

    assert browser(other).get(address).status_code == 404
    elsewhere = address.replace(f"/{invitation.pk}/", f"/{other.pk}/")
    assert "Typed." not in text(browser(other).get(elsewhere, follow=True))


def test_a_summary_of_yesterday_is_not_taken_for_an_answer_on_file(invitation):
    record_reply(invitation, {"answer": "in_person"})
    client, words = browser(invitation), words_of(invitation, answer="regrets", step="check")
    address = client.post(page_of(invitation), words).url

    with a_day_later():
        response = client.get(address)
        begun = text(client.get(page_of(invitation)))

    assert response.status_code == 404
    assert "This summary is kept no longer" in text(response)
    assert f'href="{page_of(invitation)}"' in text(response)
    assert "A reply was begun here" not in begun


def test_a_summary_that_is_shown_is_recorded_a_day_later(invitation):
    client, words = browser(invitation), words_of(invitation, step="check", remarks="By train.")
    page = client.post(page_of(invitation), words, follow=True)
    shown = dict(hidden_in(page.content.decode()))

    with a_day_later():
        thanks = client.post(page_of(invitation), shown | {"step": "record"}, follow=True)

    assert "By train." in text(thanks)
    assert Reply.objects.get().remarks == "By train."


def test_a_summary_of_yesterday_is_told_in_the_language_that_is_chosen_there(invitation):
    client = browser(invitation)
    address = client.post(page_of(invitation), words_of(invitation, step="check")).url
    with a_day_later():
        switch = re.search(r'<form id="languages" action="([^"]*)"', text(client.get(address)))

        client.post(switch[1], {"language": "fr", "next": address})

        assert '<html lang="fr"' in text(client.get(address))


def test_only_what_the_form_asks_is_kept_for_the_summary(invitation):
    words = words_of(invitation, step="check", remarks="Typed.", padding="Hentzau")

    browser(invitation).post(page_of(invitation), words)

    kept = ReplyDraft.objects.get(form_key=words["form_key"]).words
    assert "remarks=Typed." in kept
    assert "Hentzau" not in kept


def test_a_summary_that_is_checked_twice_keeps_the_later_words(invitation):
    client, words = browser(invitation), words_of(invitation, step="check", remarks="By train.")
    client.post(page_of(invitation), words)

    address = client.post(page_of(invitation), words | {"remarks": "By boat."}).url

    assert "By boat." in text(client.get(address))
    assert ReplyDraft.objects.count() == 1


# What is left to do, and what was said before


def test_what_is_left_to_do_is_always_visible(invitation):
    client = browser(invitation)
    before = text(client.get(page_of(invitation)))
    record_reply(invitation, {"answer": "in_person"})
    after = text(client.get(page_of(invitation)))

    assert "to be given" in before
    assert before.count("after the answer") == 2
    assert page_of(invitation, "statement") not in before
    assert "to be announced" in after
    assert "nobody is named yet" in after
    assert page_of(invitation, "statement") in after
    assert page_of(invitation, "delegation") in after


@pytest.mark.parametrize(
    ("answer", "statement", "delegation"),
    [
        ("attends_only", False, True),
        ("video", True, False),
        ("written", True, False),
        ("regrets", False, False),
    ],
)
def test_what_is_asked_follows_from_the_answer(invitation, answer, statement, delegation):
    record_reply(invitation, {"answer": answer})

    page = text(browser(invitation).get(page_of(invitation)))

    assert (page_of(invitation, "statement") in page) == statement
    assert (page_of(invitation, "delegation") in page) == delegation


def test_the_answer_of_another_minister_of_the_state_opens_the_parts_too(invitation):
    colleague = InvitationFactory(
        edition=invitation.edition,
        minister=MinisterFactory(member_state=invitation.member_state, name_key="sapt"),
        is_principal=False,
    )
    record_reply(invitation, {"answer": "regrets"})
    record_reply(colleague, {"answer": "in_person", "remarks": "Between us."})

    page = text(browser(invitation).get(page_of(invitation)))

    assert page_of(invitation, "delegation") in page
    assert "Between us." not in page


def test_an_office_reads_all_its_replies(invitation):
    for answer in ("in_person", "regrets"):
        record_reply(invitation, {"answer": answer})
    on_paper(invitation, answer="in_person")

    page = text(browser(invitation).get(page_of(invitation)))

    history = page[page.index("All replies to this invitation") :]
    for words in ("stands", "replaced by a later reply", "is being clarified", "note verbale"):
        assert words in history


# After a withdrawal, and too much at once


def test_words_sent_after_a_withdrawal_can_be_copied(invitation):
    client = browser(invitation)
    Invitation.objects.update(status=Invitation.Status.WITHDRAWN)

    response = client.post(page_of(invitation), words_of(invitation, remarks="Typed."))

    assert response.status_code == 410
    assert "Typed." in text(response)
    assert not Reply.objects.exists()


def test_a_box_that_was_left_blank_is_not_said_to_be_ticked(invitation):
    client = browser(invitation)
    summary = client.post(page_of(invitation), words_of(invitation, step="check"), follow=True)
    sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', summary.content.decode()))
    Invitation.objects.update(status=Invitation.Status.WITHDRAWN)

    page = text(client.post(page_of(invitation), sent | {"step": "record"}))

    assert sent["partnership_interest"] == "False"
    assert "What you wrote" in page
    assert "partnership" not in page


def test_more_than_the_forms_can_ask_for_is_refused_unread(invitation):
    client = browser(invitation)

    response = client.post(
        page_of(invitation), words_of(invitation), CONTENT_LENGTH=str(2 * 1024**3)
    )

    assert response.status_code == 413
    assert "A file may have 10 MB at most, the photo of a speaker 20 MB" in text(response)


@pytest.mark.parametrize(
    ("typed", "recorded"),
    [
        ("\u202aRudolf Rassendyll\u202c", "Rudolf Rassendyll"),
        ("Ru\u200bdolf\u2060 Rassen\u00addyll\ufeff", "Rudolf Rassendyll"),
        ("Rudolf\r\nRassendyll", "Rudolf Rassendyll"),
        (
            "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",
            "\u0639\u0644\u06cc\u200c\u0631\u0636\u0627",
        ),
        ("  Rudolf \u00a0 Rassendyll ", "Rudolf Rassendyll"),
    ],
)
def test_a_name_is_recorded_without_signs_that_nobody_sees(invitation, typed, recorded):
    client = browser(invitation)

    client.post(
        page_of(invitation),
        words_of(invitation, answer="represented", substitute_name=typed),
    )

    assert invitation.replies.get().substitute_name == recorded


def test_a_name_that_a_hidden_sign_turns_round_is_refused_by_that_sign(invitation):
    name = "\u202egnivaS Leinad\u202c"

    response = browser(invitation).post(
        page_of(invitation),
        words_of(invitation, answer="represented", substitute_name=name),
    )

    assert "“gnivaS Leinad” holds an invisible sign that turns writing round" in text(response)
    assert not invitation.replies.exists()


@pytest.mark.parametrize("name", ["\u200b\u202e", "\x07bell", "null\0"])
def test_a_name_of_signs_that_are_no_writing_is_asked_for_again(invitation, name):
    words = words_of(invitation, answer="represented", substitute_name=name, remarks="Typed.")

    page = browser(invitation).post(page_of(invitation), words)

    assert page.status_code == 200
    assert "Typed.</textarea>" in text(page)
    assert not Reply.objects.exists()


# The acknowledgement as a file


def approve_texts():
    LetterTemplate.objects.update(first_approver=UserFactory(), second_approver=UserFactory())


def words_in(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return opened.docinfo.get("/Title"), len(opened.pages)


def test_the_acknowledgement_is_a_pdf_to_keep(invitation):
    approve_texts()
    client = browser(invitation)
    client.post(page_of(invitation), words_of(invitation))

    response = client.get(page_of(invitation, "record"))

    title, pages = words_in(response.content)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; ")
    assert "acknowledgement of the reply" in str(title)
    assert pages == 1


def test_the_acknowledgement_says_what_the_mail_says_and_opens_nothing(invitation):
    approve_texts()
    reply = record_reply(invitation, {"answer": "in_person", "respondent_name": "Colonel Sapt"})
    link = invitation.links.get()

    subject, words = acknowledgement_words(reply, "en")

    assert "acknowledgement of the reply" in subject
    assert "Answered by: Colonel Sapt" in words
    page, way = next(part for part in words.split("\n\n") if "/code/" in part).splitlines()
    assert page == f"{settings.SITE_URL}/code/"
    assert way == "The code stands in the letter of invitation."
    assert link.token not in words
    assert link.code not in words.replace("-", "")


def test_without_an_approved_text_what_was_recorded_stands_alone(invitation):
    reply = record_reply(invitation, {"answer": "regrets"})

    subject, words = acknowledgement_words(reply, "en")

    assert subject == "Your reply has been recorded"
    assert "Answer: Regrets, unable to attend" in words


def test_there_is_no_acknowledgement_of_nothing(invitation):
    assert browser(invitation).get(page_of(invitation, "record")).url == page_of(invitation)


def test_after_the_closing_a_summary_says_so_and_keeps_its_words(invitation):
    client = browser(invitation)
    words = words_of(invitation, step="check", remarks="Typed.")
    address = client.post(page_of(invitation), words).url
    invitation.edition.replies_closed_at = timezone.now()
    invitation.edition.save()

    page = client.get(address)

    assert page.status_code == 410
    assert "Replies to this invitation are closed" in text(page)
    assert "Typed." in text(page)
    assert "Nothing has been recorded yet" not in text(page)


def test_a_stale_summary_does_not_say_that_nothing_is_recorded(invitation):
    client = browser(invitation)
    stale = words_of(invitation, answer="regrets", seen="")
    client.post(page_of(invitation), words_of(invitation, answer="video"))

    page = text(client.post(page_of(invitation), stale))

    assert "This reply has not been recorded" in page
    assert "Another reply was recorded after you opened the page." in page
    assert "Nothing has been recorded" not in page
