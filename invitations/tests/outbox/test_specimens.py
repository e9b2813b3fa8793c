"""Previews and test sends: like letters, but with a dead key, marked, and never kept."""

import email
import email.policy

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.urls import reverse

from invitations.letters.context import dead_keys, printed_terms_in
from invitations.models import Delivery, ForumEdition, Letter, LetterEvent, LetterTemplate
from invitations.outbox.specimens import render_specimen, send_specimen, specimen_of
from invitations.tests.factories import (
    CircularFactory,
    InvitationFactory,
    LetterFactory,
    UserFactory,
)
from invitations.tests.reading import ask

pytestmark = pytest.mark.django_db

ONESELF = "hentzau@example.org"
LETTERS = reverse("admin:invitations_letter_changelist")


@pytest.fixture
def invitation():
    return InvitationFactory(edition=CircularFactory(changes="The dates change.").edition)


def text_of(kind, variant="", language="en"):
    return LetterTemplate.objects.filter(kind=kind, variant=variant, language=language).last()


def shipped():
    rows = LetterTemplate.objects.values_list("kind", "variant").distinct().order_by()
    return [text_of(kind, variant) for kind, variant in rows]


def test_every_shipped_kind_can_be_previewed_without_writing_a_row(invitation):
    kept = [model.objects.count() for model in (Letter, LetterEvent, Delivery)]

    for text in shipped():
        specimen = render_specimen(specimen_of(text, invitation), text, paper=False)

        assert specimen.subject
        assert "$" not in specimen.subject + specimen.mail

    assert [model.objects.count() for model in (Letter, LetterEvent, Delivery)] == kept


def test_a_specimen_carries_a_key_that_opens_nothing(invitation):
    link = invitation.links.get()
    text = text_of("invitation")

    mail = render_specimen(specimen_of(text, invitation), text, paper=False).mail

    assert dead_keys().reply_link in mail
    assert dead_keys().reply_code in mail
    assert link.token not in mail
    assert link.code not in mail.replace("-", "")


def test_a_specimen_names_each_field_that_the_letter_would_wait_for(invitation):
    ForumEdition.objects.update(contact_phone="", contact_fax="", secretariat_en="", place_en="")
    invitation.edition.refresh_from_db()
    text = text_of("note")

    specimen = render_specimen(specimen_of(text, invitation), text, paper=False)

    assert "[missing: secretariat] presents" in specimen.mail
    assert "telephone [missing: telephone] or e-mail" in specimen.mail
    assert "fax" not in specimen.mail


def test_a_specimen_on_paper_names_them_too(invitation):
    ForumEdition.objects.update(contact_phone="")
    invitation.edition.refresh_from_db()

    pdf = render_specimen(specimen_of(text_of("invitation"), invitation)).pdf

    words = " ".join(ask(pdf, "pdftotext", "-", "-").split())
    assert "telephone [missing: telephone], fax" in words


def test_the_dead_link_is_answered_as_a_wrong_one(client):
    path = dead_keys().reply_link.removeprefix("http://127.0.0.1:8000")

    assert client.get(path).url == "/code/?wrong-link=1"


@pytest.mark.parametrize("kind", ["invitation", "reminder"])
def test_only_what_is_printed_has_a_paper(invitation, kind):
    text = text_of(kind, "first" if kind == "reminder" else "")

    specimen = render_specimen(specimen_of(text, invitation), text)

    assert bool(specimen.pdf) == (kind == "invitation")


def test_a_text_not_yet_kept_is_rendered_as_it_stands(invitation):
    text = LetterTemplate(
        kind="invitation",
        variant="",
        language="en",
        subject="On $forum",
        paper="*$theme*",
        mail="At $place",
    )

    specimen = render_specimen(specimen_of(text, invitation), text, paper=False)

    assert specimen.subject == f"On {invitation.edition.name}"
    assert specimen.mail.splitlines()[-1] == f"At {invitation.edition.place}"


def test_a_test_to_oneself_is_marked_and_reaches_nobody_else(invitation, peer):
    letter = LetterFactory(invitation=invitation)

    send_specimen(letter, ONESELF)

    [(_sender, recipients, content)] = peer.taken
    message = email.message_from_bytes(content, policy=email.policy.default)
    words = message.get_body(("plain",)).get_content()
    assert recipients == [ONESELF]
    assert (message["To"], message["Cc"]) == (ONESELF, None)
    assert message["Subject"].startswith("[TEST] ")
    assert words.startswith(f"*** {printed_terms_in('en')['specimen']} ***")
    assert next(message.iter_attachments()).get_filename().startswith("TEST-")
    assert invitation.links.get().token not in content.decode()


def test_a_test_is_no_delivery_and_no_event_of_the_letter(invitation, peer):
    letter = LetterFactory(invitation=invitation)

    send_specimen(letter, ONESELF)

    letter.refresh_from_db()
    assert letter.state == Letter.State.PLANNED
    assert not letter.deliveries.exists()
    assert not letter.events.exists()


def test_a_text_that_nobody_approved_yet_can_be_tested(invitation, peer):
    text = text_of("reminder", "first")

    send_specimen(specimen_of(text, invitation), ONESELF, text)

    assert len(peer.taken) == 1


def test_a_copy_that_is_not_armed_sends_no_test_either(invitation, mail_server):
    with pytest.raises(ValidationError, match="Nothing is sent"):
        send_specimen(LetterFactory(invitation=invitation), ONESELF)

    assert not mail_server.taken


def test_a_test_to_an_address_that_no_mail_can_hold_is_refused_in_words(invitation, peer):
    with pytest.raises(ValidationError, match="Latin letters without accents"):
        send_specimen(LetterFactory(invitation=invitation), "é@example.org")


@pytest.mark.parametrize("odd", [{"name": "Zenda\u2028Bcc: x"}, {"contact_email": "é@example.org"}])
def test_a_test_of_what_no_mail_can_hold_says_so_and_is_not_sent(invitation, peer, odd):
    for name, value in odd.items():
        setattr(invitation.edition, name, value)
    text = text_of("reminder", "first")

    with pytest.raises(ValidationError, match="could not be composed"):
        send_specimen(specimen_of(text, invitation), ONESELF, text)
    assert not peer.taken


def test_a_no_of_the_mail_server_is_told_in_its_words(invitation, peer):
    peer.answers["RCPT"] = "550 5.1.1 No such user"

    with pytest.raises(ValidationError, match=r"did not take it: 550 5\.1\.1 No such user"):
        send_specimen(LetterFactory(invitation=invitation), ONESELF)


def test_an_account_without_an_address_is_told_so(invitation, peer):
    with pytest.raises(ValidationError, match="no e-mail address"):
        send_specimen(LetterFactory(invitation=invitation), "")


def signed_in(client, *codenames, **fields):
    user = UserFactory(**fields)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return user


def choose_test(client, *letters):
    chosen = {"action": "send_test", "_selected_action": [letter.pk for letter in letters]}
    response = client.post(LETTERS, chosen, follow=True)
    return [str(message) for message in response.context["messages"]]


def test_a_drafter_sends_a_letter_to_oneself_and_the_log_says_so(client, invitation, peer):
    user = signed_in(client, "view_letter", "change_letter", email=ONESELF)
    letter = LetterFactory(invitation=invitation)

    assert choose_test(client, letter) == [f"1 test is on its way to {ONESELF}."]

    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (user, str(letter.pk))
    assert entry.change_message == "A test was sent to oneself."
    assert [recipients for _sender, recipients, _content in peer.taken] == [[ONESELF]]


def test_a_test_that_is_refused_is_told_under_its_letter_and_not_logged(client, invitation, peer):
    signed_in(client, "view_letter", "change_letter")
    letter = LetterFactory(invitation=invitation)

    [refused] = choose_test(client, letter)

    assert refused.startswith(f"{letter}: Your account has no e-mail address")
    assert not LogEntry.objects.exists()
    assert not peer.taken


def test_more_letters_than_a_request_can_render_are_refused(client, peer):
    signed_in(client, "view_letter", "change_letter", email=ONESELF)

    told = choose_test(client, *[LetterFactory() for _number in range(6)])

    assert told == ["Choose at most 5 letters for a test."]
    assert not peer.taken


def test_a_reader_is_not_offered_a_test(client, invitation, peer):
    signed_in(client, "view_letter", email=ONESELF)

    choose_test(client, LetterFactory(invitation=invitation))

    assert not peer.taken
