import re
from email import message_from_bytes, policy
from email.header import decode_header
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invitations.letters.message import build_message, mail_subject
from invitations.mail.outgoing import new_mail
from invitations.models import Language, LetterTemplate
from invitations.outbox.specimens import render_specimen, specimen_of
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
)
from invitations.tests.reading import assert_says, head_of, readings, texts_in

LETTERS = "".join(map(chr, [*range(0x21, 0x7F), *range(0xC0, 0x180)]))
SCRIPTS = {
    "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهويءأإُِّ",
    "ru": "абвгдежзийклмнопрстуфхцчшщъыьэюя«»",
    "fr": "abcdefghijklmnopqrstuvwxyzéèàçùôÉ’,\u00a0",
    "zh": "邀请在高级别会议上发言论坛政策𠮷",
    "en": "abcdefghijklmnopqrstuvwxyz(),;:\"'-=?_",
    "any": LETTERS,
}


def words_in(script):
    word = st.text(SCRIPTS[script], min_size=1, max_size=90 if script != "any" else 12)
    return st.lists(word, min_size=1, max_size=20).map(" ".join)


subjects = st.one_of(*map(words_in, SCRIPTS)).map(str.strip).filter(bool)


def sent(subject="Invitation", sender="forum@example.org"):
    mail = new_mail()
    mail["From"] = sender
    mail["Subject"] = subject
    mail.set_content("Words.")
    return mail.as_bytes()


@given(subjects)
def test_every_subject_reads_as_it_was_written(subject):
    assert_says(sent(subject), subject)


@given(st.one_of(*map(words_in, ["ar", "ru", "zh"])))
def test_no_sign_is_parted_between_two_encoded_words(words):
    content = sent(words)

    for word in re.findall(r"=\?utf-8\?[bq]\?[^ ?]*\?=", "\n".join(head_of(content, "Subject"))):
        [(octets, charset)] = decode_header(word)
        assert octets.decode(charset)
        assert len(word) <= 75


@given(st.one_of(*map(words_in, ["ar", "ru", "zh"])))
def test_a_sender_s_name_reads_as_it_was_written(name):
    content = sent(sender=f'"{name}" <forum@example.org>')

    *_others, read = readings(content, "From")
    assert read == f"{name} <forum@example.org>"
    assert max(map(len, head_of(content, "From"))) <= 76
    assert parseaddr(message_from_bytes(content)["From"])[1] == "forum@example.org"


def test_an_english_subject_is_readable_as_it_is_sent():
    content = sent("An invitation to deliver a policy statement")

    assert head_of(content, "Subject") == ["Subject: An invitation to deliver a policy statement"]


@pytest.mark.parametrize(
    "subject", ["=?utf-8?q?Regrets?=", "Re =?utf-8?b?UmVncmV0cw==?= of =?us-ascii?q?A?="]
)
def test_what_looks_like_a_code_of_mail_reads_as_it_was_written(subject):
    assert_says(sent(subject), subject)


def test_a_sender_s_name_in_ascii_is_left_as_it_is():
    content = sent(sender="WSIS Forum <wsis-forum@example.org>")

    assert head_of(content, "From") == ["From: WSIS Forum <wsis-forum@example.org>"]


# The letters


@pytest.fixture
def invitation(db):
    edition = EditionFactory(name="Всемирная встреча на высшем уровне, Форум 2027 года")
    CircularFactory(edition=edition, changes="The dates change.")
    return InvitationFactory(edition=edition)


@pytest.mark.parametrize("language", Language.values)
def test_each_shipped_text_s_subject_arrives_as_it_is(invitation, language):
    texts = texts_in(language)

    for text in texts:
        letter = specimen_of(text, invitation)
        letter.subject, letter.mail, _pdf = render_specimen(letter, text, paper=False)
        letter.recipients = [["to", "office@example.org"]]
        assert_says(build_message(letter, {}).as_bytes(), mail_subject(letter))

    assert len(texts) == 37


def test_blanks_of_a_subject_are_folded_and_those_that_hold_words_together_stay(invitation):
    text = LetterTemplate.objects.filter(kind="invitation", variant="", language="fr").latest("pk")
    text.subject = "  Invitation \t du  «\u00a0Forum\u00a0» "

    specimen = render_specimen(specimen_of(text, invitation), text, paper=False)

    assert specimen.subject == "Invitation du «\u00a0Forum\u00a0»"


def test_a_line_end_in_a_name_breaks_no_subject(invitation):
    invitation.edition.name_en = "WSIS Forum\r\nBcc: stranger@example.org"
    invitation.member_state.short_name_en = "Ruritania\r\nBcc: stranger@example.org"
    text = LetterTemplate.objects.filter(kind="invitation", variant="", language="en").latest("pk")
    letter = specimen_of(text, invitation)
    letter.subject, letter.mail, _pdf = render_specimen(letter, text, paper=False)

    message = message_from_bytes(build_message(letter, {}).as_bytes(), policy=policy.default)

    assert message["Subject"].startswith("Ruritania Bcc:")
    assert "WSIS Forum Bcc: stranger@example.org" in message["Subject"]
    assert message["Bcc"] is None


@pytest.mark.parametrize(("second", "named"), [("", "ar"), ("fr", "ar, fr")])
def test_a_mail_names_its_languages(invitation, second, named):
    letter = LetterFactory(invitation=invitation, language="ar", second_language=second)
    letter.subject, letter.mail = "Invitation", "Words."

    content = build_message(letter, {"letter.pdf": b"%PDF-1.7"}).as_bytes()

    assert message_from_bytes(content)["Content-Language"] == named


def test_an_attachment_s_name_in_other_letters_arrives_as_it_is(invitation):
    letter = LetterFactory(invitation=invitation, subject="Invitation", mail="Words.")
    name = "Циркулярное письмо. Форум на высшем уровне, политические заявления-58-CHE.pdf"

    content = build_message(letter, {name: b"%PDF-1.7"}).as_bytes()

    [attached] = message_from_bytes(content, policy=policy.default).iter_attachments()
    assert attached.get_filename() == name
