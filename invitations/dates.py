"""Dates and lists as each language prints them. A leaf."""

import datetime as dt
from collections.abc import Sequence

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

DAY = {
    "ar": "j F Y",
    "en": "j F Y",
    "es": r"j \d\e F \d\e Y",
    "fr": "j F Y",
    "ru": r"j E Y г.",
    "zh-hans": "Y年n月j日",
}
# Both ends in one month: the first day alone, the whole last day, and what joins them.
RANGE = {
    "ar": ("j", "j F Y", "–"),
    "en": ("j", "j F Y", "–"),
    "es": ("j", r"j \d\e F \d\e Y", " a "),
    "fr": ("j", "j F Y", " au "),
    "ru": ("j", "j E Y г.", "–"),
    "zh-hans": ("Y年n月j日", "j日", "至"),
}


def printed_date(day: dt.date, language: str) -> str:
    """Return ``15 January 2020``, ``15 janvier 2020``, ``1er janvier 2020``, ``2020年1月15日``."""
    with translation.override(language):
        printed = date_format(day, DAY[language])
    return f"1er{printed[1:]}" if language == "fr" and day.day == 1 else printed


def printed_range(first: dt.date, last: dt.date, language: str) -> str:
    """Return ``6–9 April 2020``, ``6 au 9 avril 2020``; two days in a row in French, ``7 et 8``."""
    if first == last:
        return printed_date(first, language)
    start, end, joined = RANGE[language]
    if language == "fr" and last - first == dt.timedelta(days=1):
        joined = " et "
    if (first.year, first.month) != (last.year, last.month):
        joined = joined if joined.strip(" –") else " – "
        return f"{printed_date(first, language)}{joined}{printed_date(last, language)}"
    with translation.override(language):
        opening = date_format(first, start)
        if language == "fr" and first.day == 1:
            opening = "1er"
        return f"{opening}{joined}{date_format(last, end)}"


def printed_list(items: Sequence[str], language: str) -> str:
    """Return ``a, b and c`` in the language."""
    if len(items) < 2:
        return "".join(items)
    with translation.override(language):
        # Translators: between the items of a list, but for the last two.
        comma = _(", ")
        # Translators: between the last two items of a list.
        last = _(" and ")
    return comma.join(items[:-1]) + last + items[-1]
