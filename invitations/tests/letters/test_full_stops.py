"""No sentence ends twice: dates end in «г.», hours in “p.m.”, names in “Ltd.”."""

import datetime as dt
import re

import pytest
from django.conf import settings
from django.utils import translation

from invitations.data import letter_templates
from invitations.letters.checks.warnings import as_read, flaws_in
from invitations.letters.context import edition_words
from invitations.letters.words import escape_markdown, fill_placeholders
from invitations.models import ForumEdition, Language, Letter
from invitations.text.dates import format_date, format_hour
from invitations.text.placeholders import PLACEHOLDERS

TWO_STOPS = "two full stops, one after the other"
STOP = {"zh-hans": "。"}
ADDRESS = re.compile("_link$|_page$|^website$|_email$")
A_DAY = dt.date(2027, 5, 3)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("by $organizers.", "by Sapt & Co."),
        ("by **$organizers**. And", "by **Sapt & Co.** And"),
        ("by ${organizers}. And", "by Sapt & Co. And"),
        ("by «$organizers».", "by «Sapt & Co.»."),
        ("by $organizers, and", "by Sapt & Co., and"),
        ("by $organizers...", "by Sapt & Co...."),
        ("in [[by $organizers]].", "in by Sapt & Co."),
        ("$$organizers. And", "$organizers. And"),
        ("in $city.", "in Streslau."),
    ],
)
def test_a_full_stop_after_words_that_end_with_one_is_left_out(text, printed):
    words = {"organizers": "Sapt & Co.", "city": "Streslau"}

    assert fill_placeholders(text, words) == printed


def test_a_chinese_full_stop_is_not_doubled():
    assert fill_placeholders("由${organizers}。", {"organizers": "公司。"}) == "由公司。"


@pytest.mark.parametrize(
    ("paper", "flaws"),
    [
        ("6–9 апреля 2020 г.. Тема", [TWO_STOPS]),
        ("**6–9 апреля 2020 г.**. Тема", [TWO_STOPS]),
        ("论坛。。", [TWO_STOPS]),
        ("And so on... and ../so", []),
        ("At 8 p.m. (p.m.).", []),
    ],
)
def test_two_full_stops_are_doubted(paper, flaws):
    assert flaws_in(Letter(language="en", paper=paper)) == flaws


def words_with_stops(language):
    """Words for each placeholder: the printed days, and names that end with a full stop."""
    days = dict.fromkeys(("opens_on", "closes_on", "track_opens_on", "track_closes_on"), A_DAY)
    edition = ForumEdition(**days, reply_before=A_DAY, time_zone="Europe/Zurich")
    hour = dt.datetime(2027, 5, 3, 16, 5, tzinfo=dt.UTC).astimezone(edition.zone)
    with translation.override(language):
        words = {name: str(word) for name, word in edition_words(edition, language).items()}
    of_letter = {
        "received_at": format_hour(hour, edition.time_zone_name, language),
        "dated_on": format_date(A_DAY, language),
        "replaced_on": format_date(A_DAY, language),
    }
    named = {
        # An address of the net ends with no full stop.
        name: "https://example.org" if ADDRESS.search(name) else f"Words{STOP.get(language, '.')}"
        for name in PLACEHOLDERS
    }
    return named | {name: word for name, word in words.items() if word} | of_letter


@pytest.mark.django_db
@pytest.mark.parametrize("language", Language.values)
def test_no_shipped_text_has_two_full_stops_whatever_its_words_end_with(language):
    words = words_with_stops(language)
    texts = [text for text in letter_templates() if text["language"] == language]

    found = {
        f"{text['kind']}-{text['variant']}": twice[0]
        for text in texts
        for filled in (
            fill_placeholders(text["subject"], words),
            as_read(fill_placeholders(text["paper"], escape_markdown(words))),
            fill_placeholders(text["mail"], words),
        )
        if (twice := re.search(r".{0,20}(?:\.\.|。。).{0,9}", filled))
    }

    assert len(texts) >= 33
    assert found == {}


# What Russian messages fill with a printed day, which ends in «г.» by itself.
DAYS = "before|after|forum_dates|dated_on|seal_valid_until"


def test_no_russian_message_has_a_full_stop_after_a_day():
    messages = (settings.BASE_DIR / "locale/ru/LC_MESSAGES/django.po").read_text("utf-8")

    translations = [line for line in messages.splitlines() if line.startswith("msgstr")]
    assert [line for line in translations if re.search(rf"%\((?:{DAYS})\)s\.(?!\w)", line)] == []
