"""The frozen mail in frames: what it holds, who sees it, and that it reaches for nothing."""

import re

import pytest
from django.urls import reverse

from invitations.files.frozen import freeze
from invitations.tests.desk import choose, composed_letter, signed_in

pytestmark = pytest.mark.django_db

LETTERS = reverse("admin:invitations_letter_changelist")
POLICY = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline';"
    " form-action 'none'; frame-ancestors 'self'"
)
FROZEN_WITHOUT_HTML = b"Subject: x\r\nContent-Type: text/plain\r\n\r\nYour Excellency,\r\n"


def frame(letter, form="html"):
    return reverse(f"admin:invitations_letter_{form}", args=[letter.pk])


def shown(client, letter, form="html"):
    return client.get(frame(letter, form)).content.decode()


def test_the_frame_holds_the_html_of_the_frozen_message(admin_client, composed):
    letter = composed()

    response = admin_client.get(frame(letter))

    assert letter.mail.splitlines()[0] in response.content.decode()
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["Content-Security-Policy"] == POLICY
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "private" in response["Cache-Control"]


def test_nothing_in_the_frame_comes_from_elsewhere(admin_client, composed):
    html = shown(admin_client, composed())

    sources = re.findall(r'src="([^"]*)"', html)

    assert [source[:22] for source in sources] == ["data:image/png;base64,"]
    assert "cid:" not in html
    assert not re.search(r"url\(|@import|<link|<script|<form", html)


def test_an_arabic_mail_stands_from_right_to_left_in_both_forms(admin_client, composed):
    letter = composed(language="ar", second_language="en")

    for form in ("plain", "html"):
        assert '<html lang="ar" dir="rtl">' in shown(admin_client, letter, form)


def test_the_plain_text_is_that_of_the_frozen_message(admin_client, composed):
    letter = composed()
    letter.mail = "other words"
    letter.save()

    words = shown(admin_client, letter, "plain")

    assert "other words" not in words
    assert "/r/" in words


def test_a_message_that_was_frozen_without_html_says_so(admin_client):
    name, sha256 = freeze(FROZEN_WITHOUT_HTML, "messages", "eml")
    letter = composed_letter(message=name, message_sha256=sha256)

    assert "This message was composed without HTML" in shown(admin_client, letter)
    assert "Your Excellency," in shown(admin_client, letter, "plain")


def test_words_of_a_plain_message_are_no_html(admin_client):
    name, sha256 = freeze(FROZEN_WITHOUT_HTML + b"<b>x</b>", "messages", "eml")
    letter = composed_letter(message=name, message_sha256=sha256)

    assert "&lt;b&gt;x&lt;/b&gt;" in shown(admin_client, letter, "plain")


def test_a_tampered_message_is_not_shown_but_said(admin_client):
    letter = composed_letter(message_sha256="0" * 64)

    response = admin_client.get(frame(letter))

    assert response.status_code == 409
    assert "This file is not the one that was composed" in response.content.decode()
    assert response["Content-Security-Policy"] == POLICY


def test_a_letter_without_a_message_has_no_frame(admin_client):
    letter = composed_letter(message="", message_sha256="")

    assert admin_client.get(frame(letter)).status_code == 404


@pytest.mark.parametrize(
    ("permissions", "status"),
    [
        ((), 403),
        (("view_letter",), 403),
        (("view_letter", "change_letter"), 200),
        (("view_letter", "approve_letter"), 200),
    ],
)
def test_who_drafts_or_approves_may_see_the_mail(client, permissions, status):
    signed_in(client, *permissions)

    assert client.get(frame(composed_letter())).status_code == status


def test_both_pages_lead_to_the_mail_and_frame_it_only_once_it_is_looked_at(client):
    signed_in(client, "view_letter", "approve_letter")
    letter = composed_letter()
    change = reverse("admin:invitations_letter_change", args=[letter.pk])

    for response in (client.get(change), choose(client, LETTERS, "approve_selected", letter)):
        html = response.content.decode()
        assert not [one for one in re.findall(r"<iframe[^>]*>", html) if "/mail/" in one]
        assert "admin-desk/mail_frames.js" in html
        assert re.findall(r'data-width="(\d+)"', html) == ["480", "380", "800"]
        led_to = set(re.findall(r'href="([^"]*/mail/[^"]*)"', html))
        assert led_to == {frame(letter, "plain"), frame(letter)}


def test_who_may_only_view_a_letter_gets_no_frame(client):
    signed_in(client, "view_letter")
    letter = composed_letter()

    page = client.get(reverse("admin:invitations_letter_change", args=[letter.pk]))

    assert b"/mail/" not in page.content
