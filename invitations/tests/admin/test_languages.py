"""The desk in the six languages: the switch, and what stands on its pages."""

import datetime as dt
import re
from html import unescape

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation.trans_real import translation as catalogue

from invitations.models import Rank
from invitations.tests.desk import signed_in
from invitations.tests.factories import (
    DeliveryFactory,
    EditionFactory,
    MemberStateFactory,
    ReplyFactory,
    StepFactory,
)
from invitations.text.dates import comma_list, format_weekday, labelled

pytestmark = pytest.mark.django_db

OURS = {"invitations", "delegations"}


@pytest.fixture(autouse=True)
def language_of_other_tests():
    """A request leaves its language active: the next test gets its own back."""
    with translation.override("en"):
        yield


def cells(response):
    """The words that stand alone between two tags."""
    return set(re.findall(r">\s*([^<>]+?)\s*<", response.content.decode()))


def labels(response):
    """The words of headings and labels, without the language that a column of six is for."""
    named = re.findall(r"<(th|label|h2)\b[^>]*>(.*?)</\1>", response.content.decode(), re.DOTALL)
    bare = [
        re.sub(r"<(span|script)[^>]*symbols.*?</\1>|<[^>]+>", " ", words) for _tag, words in named
    ]
    words = [re.sub(r" \[[\w-]+\]|[:*]$", "", " ".join(unescape(one).split())) for one in bare]
    # An hour in the first column of a list is no label.
    words = [word.strip() for word in words if not re.search(r"\d{4}, \d\d:\d\d$", word)]
    return {word for word in words if re.search(r"[a-z]{3}", word)}


def uncapped(word):
    return word[:1].lower() + word[1:]


def in_language(client, code):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = code


# The switch


def test_switch_offers_the_six_languages_each_by_its_own_name(client):
    signed_in(client)

    page = client.get(reverse("admin:index")).content.decode()

    for code, _name in settings.LANGUAGES:
        assert f'<input name="language" type="hidden" value="{code}">' in page
    for name in ("العربيّة", "简体中文", "English", "français", "Русский", "español"):
        assert name in page


def test_switch_comes_back_to_the_page_with_its_filters(client):
    signed_in(client, "view_invitation")
    page = "http://testserver" + reverse("admin:invitations_invitation_changelist") + "?reached=no"

    response = client.post(
        reverse("set_language"),
        {"language": "fr", "next": ""},
        headers={"referer": page},
        follow=True,
    )

    assert response.redirect_chain == [(page, 302)]
    assert '<html lang="fr" dir="ltr"' in response.content.decode()


def test_chosen_language_is_kept_for_a_year(client):
    signed_in(client)

    client.post(reverse("set_language"), {"language": "ar"})

    assert client.cookies[settings.LANGUAGE_COOKIE_NAME]["max-age"] == 365 * 24 * 3600
    assert '<html lang="ar" dir="rtl"' in client.get(reverse("admin:index")).content.decode()


def test_two_members_of_staff_have_each_their_own_language(client):
    other = Client()
    signed_in(client)
    signed_in(other)

    client.post(reverse("set_language"), {"language": "ru"})

    assert '<html lang="ru"' in client.get(reverse("admin:index")).content.decode()
    assert '<html lang="en"' in other.get(reverse("admin:index")).content.decode()


# What stands on the pages


PAGES = [
    "index",
    "invitations_delivery_queue",
    *(
        f"invitations_{model}_{page}"
        for model in ("forumedition", "invitation", "minister", "mission", "reminderstep")
        for page in ("changelist", "add")
    ),
    "invitations_circular_changelist",
    "invitations_letter_changelist",
    "invitations_delivery_changelist",
    "invitations_reply_changelist",
    "auditlog_logentry_changelist",
]


@pytest.mark.parametrize("page", PAGES)
def test_desk_shows_no_heading_and_no_label_that_the_catalogue_lacks(admin_client, page):
    french = catalogue("fr")._catalog

    # The names of ranks have columns of their own, and languages their own names everywhere.
    said = labels(admin_client.get(reverse(f"admin:{page}")))
    words = said - set(map(str, Rank.objects.all())) - set(dict(settings.LANGUAGES).values())

    assert words
    assert {word for word in words if word not in french and uncapped(word) not in french} == set()


def test_every_label_of_a_model_can_be_translated():
    shown = [model for model in admin.site._registry if model._meta.app_label in OURS]

    of_the_column = [
        f"{model.__name__}.{field.name}"
        for model in shown
        for field in model._meta.get_fields()
        if field.concrete and field.editable and not field.auto_created
        if not isinstance(field.verbose_name, Promise)
        if field.verbose_name == field.name.replace("_", " ")
    ]

    assert of_the_column == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "status: composed, approved"),
        ("fr", "status\u00a0: composed, approved"),
        ("ar", "status: composed، approved"),
        ("zh-hans", "status：composed、approved"),  # noqa: RUF001 -- as Chinese prints it
    ],
)
def test_colon_and_comma_are_those_of_the_language(language, words):
    with translation.override(language):
        assert labelled("status", comma_list(["composed", "", "approved"])) == words


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ar", "الأربعاء، 15 يناير 2020"),
        ("en", "Wednesday 15 January 2020"),
        ("es", "miércoles, 15 de enero de 2020"),
        ("fr", "mercredi 15 janvier 2020"),
        ("ru", "Среда, 15 января 2020\u00a0г."),
        ("zh-hans", "2020年1月15日星期三"),
    ],
)
def test_day_of_the_week_stands_where_the_language_has_it(language, words):
    assert format_weekday(dt.date(2020, 1, 15), language) == words


def test_days_in_running_text_are_those_of_the_language(client):
    signed_in(client, "view_invitation", "view_reminderstep")
    edition = EditionFactory()
    StepFactory(edition=edition)
    in_language(client, "es")

    plan = client.get(reverse("admin:invitations_forumedition_reminders", args=[edition.pk]))
    overview = client.get(reverse("admin:index"))

    for page in (plan, overview):
        assert re.search(r"\d de [a-z]+ de 20\d\d", page.content.decode())


def test_line_of_an_address_is_named_in_the_language(client):
    signed_in(client, "view_delivery", "view_letter")
    delivery = DeliveryFactory(line="cc")
    in_language(client, "fr")

    page = client.get(reverse("admin:invitations_delivery_change", args=[delivery.pk]))

    assert ">Cc<" in re.sub(r"\s+", "", page.content.decode())


def test_a_refused_form_says_in_arabic_too_that_something_is_to_be_corrected(client):
    signed_in(client, "add_correspondence", "view_correspondence")
    in_language(client, "ar")

    page = client.post(reverse("admin:invitations_correspondence_add"), {}).content.decode()

    assert "يُرجى تصحيح الأخطاء أدناه." in page
    assert "لا توجد أخطاء لتصحيحها." not in page


def test_state_without_a_colour_is_named_not_coded(client):
    signed_in(client, "view_delivery", "view_letter", "view_reply", "view_invitation")
    DeliveryFactory(state="cancelled")
    ReplyFactory(status="set_aside")
    in_language(client, "fr")

    deliveries = client.get(reverse("admin:invitations_delivery_changelist"))
    replies = client.get(reverse("admin:invitations_reply_changelist"))

    assert {"cancelled", "set_aside"}.isdisjoint(cells(deliveries) | cells(replies))


def test_what_was_changed_is_found_under_the_names_of_the_desk(client):
    signed_in(client, "view_logentry")
    StepFactory()
    in_language(client, "fr")

    page = client.get(reverse("admin:auditlog_logentry_changelist"))

    assert "reminderstep" not in cells(page)
    assert "Étape de rappel" in cells(page) or "étape de rappel" in page.content.decode().lower()


def test_region_is_named_in_the_language_and_kept_by_its_code(client):
    signed_in(client, "view_memberstate")
    MemberStateFactory(region="Arab States")

    page = client.get(reverse("admin:invitations_memberstate_changelist"))

    assert "?region__exact=Arab+States" in page.content.decode().replace("%20", "+")
