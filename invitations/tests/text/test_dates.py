import datetime as dt

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from invitations.models import Language
from invitations.text.dates import (
    DAY,
    dates_in,
    format_date,
    format_day,
    format_day_and_hour,
    format_hour,
    format_hours,
    format_list,
    format_range,
    keep_own_order,
    on_days,
    running_text,
    with_honorific,
)

DAYS = st.dates(dt.date(2019, 1, 1), dt.date(2040, 12, 31))
LANGUAGES = st.sampled_from(Language.values)


@pytest.mark.parametrize(
    ("language", "printed"),
    [
        ("ar", "15 يناير 2020"),
        ("en", "15 January 2020"),
        ("es", "15 de enero de 2020"),
        ("fr", "15 janvier 2020"),
        ("ru", "15 января 2020\u00a0г."),
        ("zh-hans", "2020年1月15日"),
    ],
)
def test_a_date_is_printed_as_its_language_prints_it(language, printed):
    assert format_date(dt.date(2020, 1, 15), language).lower() == printed.lower()


def test_the_first_of_a_month_is_premier_in_french():
    assert format_date(dt.date(2020, 1, 1), "fr") == "1er janvier 2020"
    assert format_date(dt.date(2020, 1, 11), "fr") == "11 janvier 2020"


@pytest.mark.parametrize(
    ("language", "printed"),
    [
        ("ar", "الثلاثاء، 7 أبريل 2020، 09:30–12:30 (Z)"),
        ("en", "Tuesday 7 April 2020, 09:30–12:30 (Z)"),
        ("es", "martes, 7 de abril de 2020, de las 9.30 a las 12.30 horas (Z)"),
        ("fr", "mardi 7 avril 2020 de 9\u00a0h\u00a030 à 12\u00a0h\u00a030 (Z)"),
        ("ru", "вторник, 7 апреля 2020\u00a0г., 09:30–12:30 (Z)"),
        ("zh-hans", "2020年4月7日星期二09:30至12:30（Z）"),
    ],
)
def test_hours_of_one_day_are_printed_as_their_language_prints_them(language, printed):
    at, until = dt.datetime(2020, 4, 7, 9, 30), dt.datetime(2020, 4, 7, 12, 30)  # noqa: DTZ001

    assert format_hours(at, until, "Z", language) == printed


def test_hours_that_end_on_another_day_name_both_days():
    at, until = dt.datetime(2020, 4, 7, 22), dt.datetime(2020, 4, 8, 1)  # noqa: DTZ001

    assert format_hours(at, until, "Z", "en") == "7 April 2020, 22:00 (Z) – 8 April 2020, 01:00 (Z)"


@pytest.mark.parametrize(
    ("first", "last", "language", "printed"),
    [
        ((4, 6), (4, 9), "en", "6–9 April 2020"),
        ((4, 6), (4, 9), "fr", "6 au 9 avril 2020"),
        ((4, 7), (4, 8), "fr", "7 et 8 avril 2020"),
        ((4, 1), (4, 3), "fr", "1er au 3 avril 2020"),
        ((4, 6), (4, 9), "es", "6 a 9 de abril de 2020"),
        ((4, 6), (4, 9), "ru", "6–9 апреля 2020\u00a0г."),
        ((4, 6), (4, 9), "zh-hans", "2020年4月6日至9日"),
        ((4, 6), (4, 6), "en", "6 April 2020"),
        ((4, 30), (5, 2), "en", "30 April 2020 – 2 May 2020"),
        ((4, 30), (5, 1), "fr", "30 avril 2020 et 1er mai 2020"),
        ((4, 30), (5, 2), "zh-hans", "2020年4月30日至2020年5月2日"),
    ],
)
def test_a_range_says_once_what_both_ends_share(first, last, language, printed):
    ends = (dt.date(2020, *first), dt.date(2020, *last))

    assert format_range(*ends, language).lower() == printed.lower()


@pytest.mark.parametrize(
    ("last", "language", "printed"),
    [
        (9, "fr", "du 6 au 9 avril 2020"),
        (7, "fr", "les 6 et 7 avril 2020"),
        (6, "fr", "le 6 avril 2020"),
        (9, "es", "los días 6 a 9 de abril de 2020"),
        (7, "es", "los días 6 y 7 de abril de 2020"),
        (6, "es", "el 6 de abril de 2020"),
        (9, "en", "on 6–9 April 2020"),
        (6, "en", "on 6 April 2020"),
        (9, "ar", "في الفترة 6–9 أبريل 2020"),
        (6, "ar", "في 6 أبريل 2020"),
        (9, "ru", "6–9 апреля 2020\u00a0г."),
        (6, "zh-hans", "2020年4月6日"),
    ],
)
def test_days_within_a_sentence_stand_as_their_number_wants(last, language, printed):
    days = (dt.date(2020, 4, 6), dt.date(2020, 4, last))

    assert on_days(*days, language) == printed


@given(DAYS, LANGUAGES)
def test_a_printed_date_names_its_year_and_its_day(day, language):
    printed = format_date(day, language)

    assert str(day.year) in printed
    assert str(day.day) in printed


@given(DAYS, st.integers(0, 400), LANGUAGES)
def test_a_printed_range_names_both_days_and_ends_as_its_last_one(first, days, language):
    last = first + dt.timedelta(days=days)

    printed = format_range(first, last, language)

    assert str(first.day) in printed
    assert str(last.day) in printed
    assert {str(first.year), str(last.year)} <= set(
        "".join(sign if sign.isdigit() else " " for sign in printed).split()
    )


@given(DAYS, DAYS, LANGUAGES)
def test_two_days_are_never_printed_alike(one, other, language):
    assert (format_date(one, language) == format_date(other, language)) == (one == other)


@given(first=DAYS, days=st.integers(0, 27), language=LANGUAGES)
def test_every_printed_date_is_found_again_in_its_language(first, days, language):
    last = first + dt.timedelta(days)
    ends = [first] if first.month == last.month else [first, last]

    words = f"({format_range(first, last, language)})"

    assert len(dates_in(language).findall(words)) == len(ends)
    assert dates_in(language).fullmatch(format_date(first, language))
    assert len(ends) > 1 or dates_in(language).fullmatch(words[1:-1])


def test_every_language_has_its_dates():
    assert set(DAY) == set(Language.values)


@pytest.mark.parametrize(
    ("items", "printed"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_a_list_is_joined_in_words(items, printed):
    assert format_list(items, "en") == printed


def test_in_arabic_every_item_of_a_list_is_joined_by_and():
    assert format_list(["أ", "ب", "ج"], "ar") == "أ، وب وج"


@pytest.mark.parametrize(
    ("names", "printed"),
    [
        ("western", "15 أبريل 2020"),
        ("eastern", "15 نيسان 2020"),
        ("both", "15 نيسان/أبريل 2020"),
    ],
)
def test_the_names_of_the_months_in_arabic_are_a_setting(settings, names, printed):
    settings.ARABIC_MONTHS = names

    assert format_date(dt.date(2020, 4, 15), "ar") == printed


@pytest.mark.parametrize(
    ("language", "printed"),
    [
        ("ar", "15 يناير 2020، 14:05 (توقيت جنيف)"),
        ("en", "15 January 2020, 14:05 (توقيت جنيف)"),
        ("es", "15 de enero de 2020, a las 14.05 horas (توقيت جنيف)"),
        ("fr", "15 janvier 2020 à 14 h 05 (توقيت جنيف)"),
        ("zh-hans", "2020年1月15日14:05（توقيت جنيف）"),
    ],
)
def test_an_hour_is_printed_as_its_language_prints_it(language, printed):
    at = dt.datetime(2020, 1, 15, 14, 5, tzinfo=dt.UTC)

    said = format_hour(at, "توقيت جنيف", language)

    assert said.replace("\u00a0", " ") == printed


def test_no_line_parts_a_french_hour():
    at = dt.datetime(2020, 1, 15, 14, 5, tzinfo=dt.UTC)

    assert "à 14\u00a0h\u00a005 (" in format_hour(at, "heure de Genève", "fr")


@pytest.mark.parametrize(("hour", "article"), [(0, "las"), (1, "la"), (13, "las")])
def test_the_spanish_hour_has_its_article(hour, article):
    at, until = (dt.datetime(2020, 1, 15, hour, minute, tzinfo=dt.UTC) for minute in (5, 30))

    assert f"a {article} {hour}.05 horas" in format_hour(at, "Z", "es")
    assert f"de {article} {hour}.05 a {article} {hour}.30 horas" in format_hours(
        at, until, "Z", "es"
    )


def test_two_days_in_a_row_are_joined_by_and_in_spanish():
    assert format_range(dt.date(2020, 4, 7), dt.date(2020, 4, 8), "es") == "7 y 8 de abril de 2020"


@pytest.mark.parametrize(
    ("language", "typed", "stands"),
    [
        ("ar", "+41 22 555 01 99", "\u2068+41 22 555 01 99\u2069"),
        ("ar", "DEMO/58", "\u2068DEMO/58\u2069"),
        ("ar", "We come.\n\nنشكركم.", "\u2068We come.\u2069\n\nنشكركم."),
        ("ar", "الطابق 3، الغرفة 14.", "الطابق 3، الغرفة 14."),
        ("ar", "", ""),
        ("en", "محمد (الابن).", "\u2068محمد (الابن).\u2069"),
        ("en", "+41 22 555 01 99", "+41 22 555 01 99"),
        ("zh-hans", "部长先生", "部长先生"),
    ],
)
def test_a_line_that_runs_the_other_way_stands_apart(language, typed, stands):
    with translation.override(language):
        assert keep_own_order(typed) == stands


@pytest.mark.parametrize(
    ("language", "hour"),
    [
        ("en", "15 January 2020, 14:05"),
        ("fr", "15 janvier 2020 à 14\u00a0h\u00a005"),
        ("zh-hans", "2020年1月15日14:05"),
    ],
)
def test_a_day_and_an_hour_are_told_in_the_readers_language(language, hour):
    at = dt.datetime(2020, 1, 15, 14, 5, tzinfo=dt.UTC)

    with translation.override(language):
        assert format_day_and_hour(at) == hour
        assert hour.startswith(format_day(at.date()))


def test_without_a_language_a_day_is_told_in_that_of_the_site():
    with translation.override(None):
        assert format_day(dt.date(2020, 1, 15)) == "15 January 2020"


def test_a_russian_honorific_stays_in_one_piece_with_its_name():
    with translation.override("ru"):
        said = with_honorific("г-жа", "Эльфберг")

    assert said == "г-жа Эльфберг".replace("-", "\u2011").replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("language", "sentences", "told"),
    [
        ("en", ["It is saved.", "", "On file: a."], "It is saved. On file: a."),
        ("zh-hans", ["已保存。", None, "已存档a"], "已保存。已存档a"),
        ("zh-hans", ["缺少名称（英文）", "CL-19/58"], "缺少名称（英文）CL-19/58"),
        ("zh-hans", ["User unknown.", "已退回。"], "User unknown. 已退回。"),
        ("fr", ["« Oui »", "non"], "« Oui » non"),
        ("ar", [], ""),
    ],
)
def test_sentences_follow_each_other_as_the_language_has_it(language, sentences, told):
    with translation.override(language):
        assert running_text(sentences) == told
