"""The plain text of a mail, which says everything by itself, in a window of 72 columns."""

import re
import textwrap

import pytest

from invitations.links import reply_url
from invitations.models import Language
from invitations.tests.reading import message_of, text_of, texts_in

pytestmark = pytest.mark.django_db

COLUMNS = 72
# What would only make sense where something can be seen or pressed.
MARK_UP = (
    r"<[a-z/]|\*\*|\]\(|&[a-z]+;|^#"
    r"|(?i:\bclick|\bbutton|\bbouton|\bcliqu|кнопк|нажм|\bpuls|botón|按钮|点击|اضغط|انقر)"
)


@pytest.mark.parametrize("language", Language.values)
def test_no_sentence_of_a_shipped_mail_depends_on_html(language):
    mails = [text.mail for text in texts_in(language) if text.mail]

    found = [line for mail in mails for line in mail.splitlines() if re.search(MARK_UP, line)]

    assert len(mails) > 10
    assert found == []


@pytest.mark.parametrize("language", Language.values)
def test_the_link_to_the_reply_is_a_paragraph_of_its_own(language):
    mails = [text.mail for text in texts_in(language) if "$reply_link" in text.mail]

    assert mails
    for mail in mails:
        paragraphs = re.split(r"\n\s*\n", mail)
        assert "$reply_link" in [paragraph.strip() for paragraph in paragraphs]
        assert mail.count("$reply_link") == 1


@pytest.mark.parametrize("language", Language.values)
def test_each_line_breaks_between_words_at_72_columns(composed, language):
    letter = composed(language=language, second_language="en" if language != "en" else "")
    link = reply_url(letter.invitation.links.get())

    narrow = [
        line
        for words in text_of(letter).splitlines()
        for line in textwrap.wrap(words, COLUMNS, break_long_words=language == "zh-hans")
    ]

    assert link in narrow
    assert max(map(len, narrow)) <= COLUMNS


def test_each_arabic_line_says_that_it_reads_from_right_to_left(composed):
    letter = composed(language="ar", second_language="en")
    link = reply_url(letter.invitation.links.get())

    arabic, english = text_of(letter).replace("\r\n", "\n").split("\n\n* * *\n\n")

    lines = arabic.strip().split("\n")
    assert link in lines
    for line in lines:
        is_marked = line.startswith("\u2067") and line.endswith("\u2069")
        assert is_marked == bool(re.search("[\u0621-\u064a]", line))
    assert "\u2067" not in english


@pytest.mark.parametrize("language", [one for one in Language.values if one != "ar"])
def test_no_other_mail_has_marks_of_direction_around_its_lines(composed, language):
    assert "\u2067" not in text_of(composed(language=language))


def test_what_a_reader_without_html_gets_is_not_flowed_or_encoded_twice(composed):
    plain = message_of(composed(language="fr")).get_body(("plain",))

    assert plain["Content-Transfer-Encoding"] == "quoted-printable"
    assert plain.get_content_charset() == "utf-8"
    assert "format" not in plain["Content-Type"].params
    assert "=E2=80=99" not in plain.get_content()
