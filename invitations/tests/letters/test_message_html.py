"""The mail as HTML: the words of its plain text, with their language and direction."""

import re
import time
from html import unescape
from html.parser import HTMLParser

import pytest
from django.conf import settings

from invitations.letters.circulars import plan_circular
from invitations.letters.composing_queue import compose_planned
from invitations.letters.context import pdf_name
from invitations.links import reply_url
from invitations.mail.html_part import LanguagePart, html_page, marked_up
from invitations.models import Language
from invitations.tests.factories import CircularFactory, LetterFactory
from invitations.tests.reading import message_of, text_of
from invitations.text.placeholders import MAIL_LIMIT

pytestmark = pytest.mark.django_db

BUTTON = "Your reply online"


class Reader(HTMLParser):
    """Keeps the words of the page's body, and what each tag says."""

    def __init__(self):
        super().__init__()
        self.words, self.tags, self.hidden = [], [], 0

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.hidden += tag in ("title", "style")

    def handle_endtag(self, tag):
        self.hidden -= tag in ("title", "style")

    def handle_data(self, data):
        if not self.hidden:
            self.words += data.split()


def html_of(letter):
    return message_of(letter).get_body(("html",)).get_content()


def words_of(html):
    """The words of the mail, without its masthead and the button above the link."""
    cells = re.findall(r'<td class="words.*?\n</td></tr>', html, re.DOTALL)
    bare = (re.sub(r'<td class="button.*?</td>', "", cell, flags=re.DOTALL) for cell in cells)
    return unescape(re.sub(r"<[^>]*>", "", "".join(bare)))


def squeezed(text):
    return re.sub(r"[\s\u2066-\u2069]", "", text)


def read(html):
    reader = Reader()
    reader.feed(html)
    return reader


def of_tag(reader, name):
    return [attributes for tag, attributes in reader.tags if tag == name]


@pytest.mark.parametrize("language", Language.values)
def test_html_and_plain_text_have_the_same_words(composed, language):
    letter = composed(language=language, second_language="en" if language != "en" else "")

    assert squeezed(words_of(html_of(letter))) == squeezed(text_of(letter).replace("* * *", ""))


def test_the_message_offers_plain_text_first_and_fetches_nothing(composed):
    letter = composed()
    message = message_of(letter)

    kinds = [part.get_content_type() for part in message.walk()]

    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related",
        "text/html", "image/png", "application/pdf",
    ]  # fmt: skip
    html = html_of(letter)
    assert [image["src"] for image in of_tag(read(html), "img")] == ["cid:emblem"]
    assert not re.search(r"url\(|@import|<link|<script", html)
    assert len(html.encode()) < 60_000


@pytest.mark.parametrize("language", Language.values)
def test_a_mail_in_two_languages_is_small_and_fetches_nothing_either(composed, language):
    letter = composed(language=language, second_language="en" if language != "en" else "fr")
    html = html_of(letter)

    links = [tag for tag in read(html).tags if {"src", "background", "srcset"} & {*tag[1]}]

    assert [tag[1]["src"] for tag in links] == ["cid:emblem"]
    assert len(html.encode()) < 60_000
    assert len(message_of(letter).get_body(("related", "html")).as_bytes()) < 60_000


def test_in_two_languages_the_longest_mail_that_may_be_written_is_shown_whole():
    words = ("سيادة الوزير، " * 20 + "\n\n") * 100
    longest = words.encode()[:MAIL_LIMIT].decode(errors="ignore")
    parts = [LanguagePart("ar", "rtl", longest, BUTTON, [])] * 2

    html = html_page("Invitation", "Union", parts, "CL-1", has_emblem=True)

    assert len(longest.encode()) > MAIL_LIMIT - 2
    assert len(html.encode()) < 60_000


def test_the_reply_is_a_button_and_a_link_in_words(composed):
    letter = composed()
    link = reply_url(letter.invitation.links.get())

    reader = read(html_of(letter))

    assert [one["href"] for one in of_tag(reader, "a")].count(link) == 2
    assert BUTTON in " ".join(reader.words)
    assert link in reader.words


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("fr", "ltr")])
def test_each_language_has_its_own_mark_and_direction(composed, language, direction):
    letter = composed(language=language, second_language="en")

    cells = [
        cell for cell in of_tag(read(html_of(letter)), "td") if "words" in cell.get("class", "")
    ]

    assert [(cell["lang"], cell["dir"]) for cell in cells] == [
        (language, direction), ("en", "ltr"),
    ]  # fmt: skip


def test_numbers_addresses_and_references_keep_their_order_in_arabic():
    line = marked_up(
        "الهاتف +41\u00a022\u00a0555، CL-19/58، a@example.org، https://a.example.org/x؟", "CL-19/58"
    )

    assert '<bdi dir="ltr">+41\u00a022\u00a0555</bdi>' in line
    assert '<bdi dir="ltr">CL-19/58</bdi>' in line
    assert '<a href="mailto:a@example.org" dir="ltr">a@example.org</a>' in line


def test_the_reference_of_a_letter_that_is_spoken_of_keeps_its_order_too(issued):
    invitation = issued(language="ar")
    circular = CircularFactory(edition=invitation.edition, kind="notice", changes_ar="تغير الموعد.")
    plan_circular(circular)
    compose_planned()
    letter = circular.letters.get()

    isolated = re.findall(r'<bdi dir="ltr">([^<]*)</bdi>', html_of(letter))

    assert {circular.reference, letter.replaces.circular.reference} <= {*isolated}


def test_the_name_of_the_letter_s_file_keeps_its_order():
    letter = LetterFactory(language="ar")
    letter.circular.reference = "DM 20/1234"
    name = pdf_name(letter)

    assert name == f"DM-20-1234-{letter.invitation.member_state.iso3}.pdf"
    assert marked_up(f"انظر {name}.", lang="ar") == f'انظر <bdi dir="ltr">{name}</bdi>.'
    assert marked_up(f"请见{name}。", lang="zh-hans") == f'请见<bdi dir="ltr">{name}</bdi>。'
    assert marked_up(f"https://a.example.org/{name}").count("<a ") == 1


def test_a_reference_that_begins_with_another_is_isolated_whole():
    line = marked_up("CL-19/58، CL-19/5", "CL-19/5", "CL-19/58")

    assert line == '<bdi dir="ltr">CL-19/58</bdi>، <bdi dir="ltr">CL-19/5</bdi>'


@pytest.mark.parametrize(
    "words",
    [
        "请写信至{email}联系，或打开{page}后答复。",  # noqa: RUF001 -- Chinese comma
        "للاستفسار و{email}، {page}",
        "{email}, {page}.",
    ],
)
def test_an_address_ends_where_words_begin_that_stand_right_beside_it(words):
    email, page = "wsis-forum@example.org", "https://forum.example.org/code/"

    line = marked_up(words.format(email=email, page=page), "CL-1")

    assert re.findall('href="([^"]*)"', line) == [f"mailto:{email}", page]


def test_words_of_others_are_no_html(composed):
    letter = composed(portfolio='<b>Minister</b> & "Co"')

    assert "<b>Minister" not in marked_up("<b>Minister</b> <script>x</script>", "CL-1")
    assert "<script" not in html_of(letter)


def test_a_link_ends_before_the_sign_that_keeps_its_order():
    line = marked_up(
        "\u2068https://a.example.org/x\u2069, \u2068https://b.example.org\u200f", "CL-1"
    )

    assert 'href="https://a.example.org/x"' in line
    assert 'href="https://b.example.org"' in line


def test_what_an_office_typed_is_isolated_by_a_tag(acknowledged):
    remarks = "وفد من ثلاثة"
    letters = acknowledged({"answer": "in_person", "remarks": remarks})

    assert f'<bdi dir="auto" lang="ar">{remarks}</bdi>' in html_of(letters["answer"])


def test_an_arabic_mail_isolates_words_and_hours_of_another_order():
    line = marked_up("الرد: \u2068Sapt, sapt@example.org <b>\u2069، \u206610:00\u2069", "CL-1")

    assert '<bdi dir="auto" lang="und">Sapt, <span' in line
    assert "sapt@example.org</a></span> &lt;b&gt;</bdi>" in line
    assert '<bdi dir="ltr">10:00</bdi>' in line
    assert not re.search("[\u2066-\u2069]", line)


@pytest.mark.parametrize(
    ("lang", "line", "told"),
    [
        ("en", "The speaker is Иван Петров.", '<span lang="ru">Иван Петров</span>.'),
        ("fr", "L’orateur : 王小明", '<span lang="zh-hans">王小明</span>'),
        ("ru", "Выступает وزيرة الاتصالات", '<span lang="ar">وزيرة الاتصالات</span>'),
        (
            "ar",
            "تتحدث \u2068Flavia Elphberg\u2069",
            '<bdi dir="auto" lang="und">Flavia Elphberg</bdi>',
        ),
        ("ar", "يتحدث \u2068Иван Петров\u2069", '<bdi dir="auto" lang="ru">Иван Петров</bdi>'),  # noqa: RUF001
    ],
)
def test_a_name_in_the_letters_of_another_language_says_which(lang, line, told):
    assert marked_up(line, "CL-1", lang=lang).endswith(told)


def test_words_in_the_letters_of_the_mail_are_no_quotation():
    assert marked_up("Иван Петров", "CL-1", lang="ru") == "Иван Петров"


def test_a_sign_of_isolation_without_its_end_is_left_as_it_is():
    assert marked_up("\u2068Sapt <b>", "CL-1") == "\u2068Sapt &lt;b&gt;"


@pytest.mark.parametrize("word", [f"{'a' * 10_000}@{'b' * 10_000}", "a." * 10_000])
def test_a_very_long_word_that_is_no_address_takes_no_time(word):
    began = time.process_time()

    marked_up(word, "CL-1")

    assert time.process_time() - began < 0.5


def test_a_code_and_a_short_address_stay_on_one_line():
    line = marked_up("code tmzr-qwzv-xfmx, wsis-forum@example.org", "CL-1")
    long = marked_up(f"{'office' * 9}@example.org", "CL-1")

    assert '<bdi dir="ltr" style="white-space:nowrap">tmzr-qwzv-xfmx</bdi>' in line
    assert line.count("white-space:nowrap") == 2
    assert "nowrap" not in long


def test_no_line_parts_days_or_hours_at_their_dash():
    line = marked_up("9–10 مارس 2027، 09:30–10:30، 2026-2027", "CL-1")

    assert re.findall(r'<span style="white-space:nowrap">([^<]*)</span>', line) == [
        "9–10", "09:30–10:30",
    ]  # fmt: skip
    assert "<bdi" not in line


def test_a_link_that_somebody_typed_is_no_button(acknowledged):
    typed = f"{settings.SITE_URL}/r/abcd-efgh-ijkl-mnop-0/"
    said = {"respondent_email": "copy@example.org", "remarks": f"See:\n\n{typed}"}

    letters = acknowledged({"answer": "in_person", **said})

    buttons = {
        variant: [one["href"] for one in of_tag(read(html_of(letter)), "a") if "style" in one]
        for variant, letter in letters.items()
    }
    own = reply_url(letters["answer"].invitation.links.get())
    assert buttons == {"answer": [own], "copy": []}
