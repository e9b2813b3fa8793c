"""Dates, lists and labels as each language prints them."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from invitations.text.typography import unbroken_courtesies

DAY = {
    "ar": "j F Y",
    "en": "j F Y",
    "es": r"j \d\e F \d\e Y",
    "fr": "j F Y",
    "ru": "j E Y\u00a0г.",
    "zh-hans": "Y年n月j日",
}
# Both ends in one month: the first day alone, the whole last day, and what joins them.
RANGE = {
    "ar": ("j", "j F Y", "–"),
    "en": ("j", "j F Y", "–"),
    "es": ("j", r"j \d\e F \d\e Y", " a "),
    "fr": ("j", "j F Y", " au "),
    "ru": ("j", "j E Y\u00a0г.", "–"),
    "zh-hans": ("Y年n月j日", "j日", "至"),
}


# The Arabic names of the months, in the west and in the east of the Arab world.
MONTHS = {
    "western": (
        "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو",
        "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
    ),
    "eastern": (
        "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران",
        "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول",
    ),
}  # fmt: skip


def arabic_month(day: dt.date) -> str:
    """Return the month's name by ``ARABIC_MONTHS``: ``western``, ``eastern``, or ``both``."""
    names = ("eastern", "western") if settings.ARABIC_MONTHS == "both" else [settings.ARABIC_MONTHS]
    return "/".join(MONTHS[name][day.month - 1] for name in names)


def formatted(day: dt.date, language: str, pattern: str) -> str:
    if language == "ar":
        pattern = pattern.replace("F", "".join(f"\\{letter}" for letter in arabic_month(day)))
    with translation.override(language):
        printed = date_format(day, pattern)
    return f"1er{printed[1:]}" if language == "fr" and day.day == 1 else printed


def format_date(day: dt.date, language: str) -> str:
    """Return ``15 January 2020``, ``15 janvier 2020``, ``1er janvier 2020``, ``2020年1月15日``."""
    return formatted(day, language, DAY[language])


WEEKDAY = {
    "ar": "{weekday}، {date}",
    "en": "{weekday} {date}",
    "es": "{weekday}, {date}",
    "fr": "{weekday} {date}",
    "ru": "{weekday}, {date}",
    "zh-hans": "{date}{weekday}",
}


def format_weekday(day: dt.date, language: str) -> str:
    """Return ``Wednesday 15 January 2020``, ``miércoles, 15 de enero de 2020``."""
    with translation.override(language):
        weekday = date_format(day, "l")
    return WEEKDAY[language].format(weekday=weekday, date=format_date(day, language))


# An hour of a day, and the name of its time zone.
HOUR = {
    "ar": ("{date}، {at:%H:%M}", " ({zone})"),
    "en": ("{date}, {at:%H:%M}", " ({zone})"),
    "es": ("{date}, a {las} {at.hour}.{at:%M} horas", " ({zone})"),
    "fr": ("{date} à {at.hour}\u00a0h\u00a0{at:%M}", " ({zone})"),
    "ru": ("{date}, {at:%H:%M}", " ({zone})"),
    "zh-hans": ("{date}{at:%H:%M}", "（{zone}）"),
}


def format_hour(at: dt.datetime, zone: str, language: str) -> str:
    """Return ``15 January 2020, 14:05 (Geneva time)``; ``at`` is local time in that zone."""
    _hour, zoned = HOUR[language]
    return day_and_hour(at, language) + zoned.format(zone=zone)


def day_and_hour(at: dt.datetime, language: str) -> str:
    hour, _zoned = HOUR[language]
    return hour.format(date=format_date(at.date(), language), at=at, las=las(at))


def las(at: dt.datetime) -> str:
    """Return the Spanish article of the hour: a la 1.05, a las 14.05."""
    return "la" if at.hour == 1 else "las"


def format_day(day: dt.date) -> str:
    """Return the date in the active language."""
    return format_date(day, active_language())


def format_day_and_hour(at: dt.datetime) -> str:
    """Return day and hour in the active language; ``at`` is local time."""
    return day_and_hour(at, active_language())


def active_language() -> str:
    return translation.get_language() or settings.LANGUAGE_CODE


# From an hour to another one of the same day.
HOURS = {
    "ar": "{date}، {at:%H:%M}–{until:%H:%M}",
    "en": "{date}, {at:%H:%M}–{until:%H:%M}",
    "es": "{date}, de {las} {at.hour}.{at:%M} a {las_until} {until.hour}.{until:%M} horas",
    "fr": "{date} de {at.hour}\u00a0h\u00a0{at:%M} à {until.hour}\u00a0h\u00a0{until:%M}",
    "ru": "{date}, {at:%H:%M}–{until:%H:%M}",
    "zh-hans": "{date}{at:%H:%M}至{until:%H:%M}",
}


def format_hours(at: dt.datetime, until: dt.datetime, zone: str, language: str) -> str:
    """Return ``Tuesday 15 January 2020, 14:05–15:30 (Geneva time)``, both in local time."""
    if at.date() != until.date():
        ends = (format_hour(one, zone, language) for one in (at, until))
        return " – ".join(ends)
    _hour, zoned = HOUR[language]
    date = format_weekday(at.date(), language)
    # In Russian a sentence begins with a capital, a weekday within it does not.
    date = date[0].lower() + date[1:] if language == "ru" else date
    articles = {"las": las(at), "las_until": las(until)}
    hours = HOURS[language].format(date=date, at=at, until=until, **articles)
    return hours + zoned.format(zone=zone)


NEXT_DAY = {"es": " y ", "fr": " et "}


def format_range(first: dt.date, last: dt.date, language: str) -> str:
    """Return ``6–9 April 2020``, ``6 au 9 avril 2020``; two days in a row in French, ``7 et 8``."""
    if first == last:
        return format_date(first, language)
    start, end, joined = RANGE[language]
    if last - first == dt.timedelta(days=1):
        joined = NEXT_DAY.get(language, joined)
    if (first.year, first.month) != (last.year, last.month):
        joined = joined if joined.strip(" –") else " – "
        return f"{format_date(first, language)}{joined}{format_date(last, language)}"
    return f"{formatted(first, language, start)}{joined}{formatted(last, language, end)}"


# What stands before one day on which something takes place, two in a row, or more.
ON = {
    "ar": ("في ", "في الفترة ", "في الفترة "),
    "en": ("on ", "on ", "on "),
    "es": ("el ", "los días ", "los días "),
    "fr": ("le ", "les ", "du "),
    "ru": ("", "", ""),
    "zh-hans": ("", "", ""),
}


def on_days(first: dt.date, last: dt.date, language: str) -> str:
    """Return ``on 6–9 April 2020``, ``du 6 au 9 avril 2020``, ``les 7 et 8``, ``le 7``."""
    before = ON[language][min((last - first).days, 2)]
    return before + format_range(first, last, language)


# A day, before the name of its month and its year; in a range the first day stands before it.
UNBROKEN = {
    "ar": r"(?:\d{1,2}–)?\d{1,2} (?:{months}) \d{4}",
    "en": r"(?:\d{1,2}–)?\d{1,2} (?:{months}) \d{4}",
    "es": r"(?:\d{1,2} [ay] )?\d{1,2} de (?:{months}) de \d{4}",
    "fr": r"(?:\d{1,2}(?:er)? (?:au|et) )?\d{1,2}(?:er)? (?:{months}) \d{4}",
    "ru": r"(?:\d{1,2}–)?\d{1,2} (?:{months}) \d{4}\u00a0г\.",
    "zh-hans": r"\d{4}年\d{1,2}月\d{1,2}日(?:至\d{1,2}日)?",
}


def dates_in(language: str) -> re.Pattern[str]:
    """Return the pattern of the dates and ranges that letters in the language print."""
    month = "E" if language == "ru" else "F"
    names = [formatted(dt.date(2020, number, 2), language, month) for number in range(1, 13)]
    months = "|".join(map(re.escape, names))
    return re.compile(r"(?<!\d)" + UNBROKEN[language].replace("{months}", months))


def format_list(items: Sequence[str], language: str) -> str:
    """Return ``a, b and c`` in the language."""
    if len(items) < 2:
        return "".join(items)
    with translation.override(language):
        # Translators: between the items of a list, but for the last two.
        comma = "، و" if language == "ar" else _(", ")
        # Translators: between the last two items of a list.
        last = _(" and ")
    return comma.join(items[:-1]) + last + items[-1]


def comma_list(items: Iterable[object]) -> str:
    """Return ``a, b, c`` in the active language, without empty items."""
    return _(", ").join(filter(None, map(str, items)))


# Full-width signs, which bring along the space that stands behind them.
SPACED = "。；：，！？、）」』》”"  # noqa: RUF001


def running_text(sentences: Iterable[object]) -> str:
    """Return the sentences one after the other, without empty ones; in Chinese without spaces."""
    text = ""
    for said in filter(None, map(str, (one or "" for one in sentences))):
        is_spaced = not text or (in_chinese() and text[-1] in SPACED)
        text += said if is_spaced else f" {said}"
    return text


def in_chinese() -> bool:
    return translation.get_language() == "zh-hans"


def with_honorific(honorific: str, name: str) -> str:
    """Return ``Ms. Name`` in the active language; in Chinese, the honorific follows the name."""
    if in_chinese():
        return f"{name}{honorific or ''}"
    return unbroken_courtesies(f"{honorific or ''}\u00a0{name}".strip("\u00a0"))


def labelled(label: object, words: object) -> str:
    """Return ``label: words`` in the active language, with its colon."""
    return _("%(label)s: %(words)s") % {"label": label, "words": words}


def bracketed(label: object, words: object) -> str:
    """Return ``label (words)`` in the active language, with its brackets."""
    return str(label) + _(" (%(words)s)") % {"words": words}


def left_to_right(figures: str) -> str:
    """Return day and hour marked so that Arabic text around them keeps their order."""
    return f"\u2066{figures}\u2069" if figures and translation.get_language_bidi() else figures


def keep_own_order(text: str) -> str:
    """Return each line marked so that text of the active language around it keeps its order.

    A line in the language's own direction stays as it is.
    """
    return "\n".join(
        f"\u2068{line}\u2069" if runs_otherwise(line) else line for line in text.split("\n")
    )


def right_to_left(text: str) -> str:
    """Return each line with Arabic in it marked so that it reads right in any pane.

    A line without is left alone: a link stays as it is, with nothing around it.
    """
    return "\n".join(
        f"\u2067{line}\u2069" if is_arabic(line) else line for line in text.split("\n")
    )


def is_arabic(line: str) -> bool:
    return bool({unicodedata.bidirectional(sign) for sign in line} & {"R", "AL"})


def runs_otherwise(line: str) -> bool:
    """Whether the line has letters of the other direction, or, in Arabic, only digits and signs."""
    kinds = {unicodedata.bidirectional(sign) for sign in line}
    if not translation.get_language_bidi():
        return bool(kinds & {"R", "AL", "AN"})
    return "L" in kinds or (bool(line.strip()) and not kinds & {"R", "AL"})
