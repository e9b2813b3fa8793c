"""Letters on the desk: as they were frozen, why they wait, and how they are composed anew."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from invitations.admin.list_columns import at_hour
from invitations.tests.desk import choose, composed_letter, signed_in, told
from invitations.tests.factories import DeliveryFactory, InvitationFactory, LetterFactory

pytestmark = pytest.mark.django_db

LETTERS = reverse("admin:invitations_letter_changelist")


def test_the_list_opens_pdf_and_message_to_who_may_read_them(client):
    letter, planned = composed_letter(), LetterFactory()
    ways = [
        reverse(f"admin:invitations_letter_{kind}", args=[letter.pk]) for kind in ("pdf", "message")
    ]

    signed_in(client, "view_letter", "approve_letter")
    listed = client.get(LETTERS).text
    assert [f'href="{way}">open<' in listed for way in ways] == [True, True]
    assert reverse("admin:invitations_letter_pdf", args=[planned.pk]) not in listed
    assert letter.sha256[:8] not in listed

    signed_in(client, "view_letter")
    listed = client.get(LETTERS).text
    assert [way in listed for way in ways] == [False, False]


def test_composed_letter_is_planned_again_on_request(client):
    signed_in(client, "view_letter", "change_letter")
    letter = composed_letter()

    choose(client, LETTERS, "compose_again", letter, answered="yes")

    letter.refresh_from_db()
    assert letter.state == "cancelled"
    assert letter.invitation.letters.planned().count() == 1


def test_a_letter_that_could_not_be_composed_is_tried_again_on_request(client):
    drafter = signed_in(client, "view_letter", "change_letter")
    failed, waiting = (
        LetterFactory(waiting_reason="No.", compose_again_at=timezone.now(), failed_attempts=times)
        for times in (3, 0)
    )

    response = choose(client, LETTERS, "try_again_now", failed, waiting, LetterFactory())

    for letter in (failed, waiting):
        letter.refresh_from_db()
        assert (letter.failed_attempts, letter.compose_again_at) == (0, None)
        assert letter.events.get().actor == drafter
    assert [words.rpartition(": ")[2] for words in told(response)] == [
        "Only a letter that could not be composed can be tried again.",
        "2 letters are tried again within a minute.",
    ]


def test_the_page_of_a_letter_says_why_it_waits(admin_client):
    letter = LetterFactory(waiting_reason="Missing in Russian: theme.")

    page = admin_client.get(reverse("admin:invitations_letter_change", args=[letter.pk]))

    assert "Missing in Russian: theme." in page.content.decode()


def test_the_page_and_the_list_of_letters_lead_to_the_field_that_is_empty(admin_client):
    letter = LetterFactory(
        waiting_reason="Missing in French: organizers, portfolio.",
        waits_for=[["fr", "forumedition", "organizers_fr"], ["fr", "minister", "portfolio"]],
    )
    edition, minister = letter.invitation.edition, letter.invitation.minister
    page = reverse("admin:invitations_letter_change", args=[letter.pk])

    for url in (page, f"{LETTERS}?composing=waits"):
        shown = admin_client.get(url).content.decode()
        for row, column, name in (
            (edition, "organizers_fr", "French: organizers"),
            (minister, "portfolio", "French: portfolio"),
        ):
            change = reverse(f"admin:invitations_{row._meta.model_name}_change", args=[row.pk])
            assert f'href="{change}#id_{column}"><bdi>{name}</bdi></a>' in shown


def test_a_letter_that_failed_says_when_it_is_tried_again(admin_client):
    again = timezone.now() + dt.timedelta(minutes=5)
    letter = LetterFactory(waiting_reason="No.", failed_attempts=1, compose_again_at=again)

    page = admin_client.get(reverse("admin:invitations_letter_change", args=[letter.pk]))

    assert f"No. (tried again from: {at_hour(again)})" in page.content.decode()


def test_the_list_of_letters_that_failed_says_why(admin_client):
    LetterFactory(waiting_reason="It could not be composed.", failed_attempts=1)

    assert (
        "It could not be composed."
        in admin_client.get(f"{LETTERS}?composing=failed").content.decode()
    )
    assert "It could not be composed." not in admin_client.get(LETTERS).content.decode()


@pytest.mark.parametrize(
    ("file", "content", "content_type", "shows"),
    [
        ("pdf", b"%PDF 7", "application/pdf", "inline"),
        ("message", b"To: 7", "message/rfc822", "attachment"),
    ],
)
def test_frozen_files_come_byte_for_byte(admin_client, file, content, content_type, shows):
    letter = composed_letter(invitation=InvitationFactory(pk=7, status="draft", issued_at=None))

    response = admin_client.get(reverse(f"admin:invitations_letter_{file}", args=[letter.pk]))

    assert response.content == content
    assert response.headers["Content-Type"] == content_type
    assert response.headers["Content-Disposition"].startswith(f"{shows}; filename=")
    policy = response.headers["Content-Security-Policy"]
    assert policy == "sandbox; default-src 'none'; frame-ancestors 'none'"


def test_tampered_file_is_not_shown_but_said(admin_client):
    letter = composed_letter()
    Path(settings.MEDIA_ROOT, letter.pdf.name).write_bytes(b"%PDF forged")

    response = admin_client.get(reverse("admin:invitations_letter_pdf", args=[letter.pk]))

    assert response.status_code == 409
    assert "is not the one that was composed" in response.content.decode()
    assert b"forged" not in response.content


def test_letter_without_a_message_has_none_to_open(admin_client):
    letter = composed_letter(message="", message_sha256="")

    url = reverse("admin:invitations_letter_message", args=[letter.pk])

    assert admin_client.get(url).status_code == 404


def test_page_of_a_letter_shows_words_hashes_recipients_deliveries_and_history(admin_client):
    letter = composed_letter(subject="On the Forum", paper="Your Excellency,", mail="Please find")
    delivery = DeliveryFactory(letter=letter, address="mission@example.org")
    letter.events.create(state="composed", reason="as asked by Sapt", delivery=delivery)
    to = letter.invitation.minister.to_emails

    page = admin_client.get(
        reverse("admin:invitations_letter_change", args=[letter.pk])
    ).content.decode()

    for words in ("On the Forum", "Your Excellency,", "Please find", f"To: {to}"):
        assert words in page
    for trace in (letter.sha256, letter.message_sha256, "mission@example.org", "asked by Sapt"):
        assert trace in page


# Its words, and its approval


def page(client, letter):
    url = reverse("admin:invitations_letter_change", args=[letter.pk])
    return client.get(url).content.decode()


ARABIC = {"language": "ar", "subject": "المنتدى"}


def test_the_words_on_paper_are_shown_as_they_are_printed(admin_client):
    letter = composed_letter(paper="**Your Excellency**, <b>1 \\* 2</b>\n\n- one\n- two")

    shown = page(admin_client, letter)

    assert "<p><strong>Your Excellency</strong>, &lt;b&gt;1 * 2&lt;/b&gt;</p>" in shown
    assert "<li>one</li>" in shown


def test_words_in_arabic_stand_from_right_to_left(admin_client):
    letter = composed_letter(**ARABIC, paper="معالي الوزيرة", mail="سلام")

    shown = page(admin_client, letter)

    assert '<span lang="ar" dir="rtl">المنتدى</span>' in shown
    assert '<div class="letter-words" lang="ar" dir="rtl"><p>معالي الوزيرة</p>' in shown
    assert '<div class="lines" lang="ar" dir="rtl">سلام</div>' in shown


def test_each_of_two_languages_stands_in_its_own_direction(admin_client):
    words = "معالي\n\n* * *\n\nYour Excellency"
    letter = composed_letter(**ARABIC, second_language="en", paper=words, mail=words)

    shown = page(admin_client, letter)

    assert '<div class="letter-words" lang="ar" dir="rtl"><p>معالي</p>' in shown
    assert '<div class="letter-words" lang="en" dir="ltr"><p>Your Excellency</p>' in shown
    assert '<div class="lines" lang="en" dir="ltr">Your Excellency</div>' in shown


def test_languages_that_cannot_be_told_apart_stay_whole(admin_client):
    words = "معالي\n\n* * *\n\nأ\n\n* * *\n\nYour Excellency"
    letter = composed_letter(**ARABIC, second_language="en", mail=words)

    assert f'<div class="lines" lang="" dir="auto">{words}</div>' in page(admin_client, letter)


TO_APPROVE = 'value="approve_selected"'


def test_the_page_of_a_letter_leads_to_its_approval(client):
    signed_in(client, "view_letter", "approve_letter")
    letter = composed_letter()

    shown = page(client, letter)
    response = choose(client, LETTERS, "approve_selected", letter)

    assert TO_APPROVE in shown
    assert [row.letter for row in response.context["rows"]] == [letter]


def test_who_composed_a_letter_is_told_that_another_person_approves_it(client):
    user = signed_in(client, "view_letter", "approve_letter")

    shown = page(client, composed_letter(composed_by=user))

    assert "You composed this letter: another person has to approve it." in shown
    assert TO_APPROVE not in shown


def test_who_may_not_approve_a_letter_is_told_who_may(client):
    signed_in(client, "view_letter", "change_letter")

    shown = page(client, composed_letter())

    assert "It waits for approval. Who may approve it: Approvers." in shown
    assert TO_APPROVE not in shown


def test_the_page_of_an_outdated_letter_says_what_changed(client):
    signed_in(client, "view_letter", "approve_letter")
    letter = composed_letter()
    letter.invitation.minister.family_name = "Hentzau"
    letter.invitation.minister.save()

    shown = page(client, letter)

    assert "It is outdated and has to be composed anew." in shown
    assert "Changed since it was composed: minister: Flavia Hentzau" in shown
    assert "Look at what changed" in shown


@pytest.mark.parametrize("state", ["planned", "approved", "cancelled"])
def test_a_letter_that_does_not_wait_for_approval_leads_to_none(admin_client, state):
    letter = composed_letter(state=state, approved_at=timezone.now())

    shown = page(admin_client, letter)

    assert TO_APPROVE not in shown
    assert "waits for approval" not in shown
