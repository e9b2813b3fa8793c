"""Every address of an office, by every method, from everybody who may knock."""

import itertools
import re
import uuid
from functools import partial

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse
from django.utils import translation

from delegations.models import Delegate, Delegation, PolicyStatement, StatementText
from delegations.office.urls import urlpatterns
from delegations.tests.offices import browser, invited, page_of, text, words_of
from delegations.tests.rows import all_rows
from invitations.replies import record_reply
from invitations.tests.databases import AS_DEPLOYED
from invitations.tests.factories import AnnouncedEditionFactory

pytestmark = [
    pytest.mark.walk,
    pytest.mark.django_db,
    # WeasyPrint leaves the colour profile of a PDF/A open.
    pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning"),
]

METHODS = ["get", "head", "post", "put", "patch", "delete", "options", "trace"]
PAGES = ["answer", "recorded", "statement", "delegation", "add", "list"]


@pytest.fixture(autouse=True)
def in_february(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel("2027-02-10T09:00Z", tick=False), translation.override("en"):
        yield


def at_work(state):
    """An office that has given everything it is asked for."""
    invitation = invited(state)
    record_reply(invitation, {"answer": "in_person", "remarks": f"Secret of {state}."})
    delegation = Delegation.objects.create(
        edition=invitation.edition, member_state=invitation.member_state
    )
    Delegate.objects.create(delegation=delegation, name=f"Secret of {state}")
    PolicyStatement.objects.create(delegation=delegation, speaker_name=f"Secret of {state}")
    data = {"invitation": invitation.pk, "texts": [SimpleUploadedFile("a.txt", state.encode())]}
    client = browser(invitation)
    client.post(page_of(invitation, "files"), data)
    draft = words_of(invitation, form_key=draft_of(invitation), remarks=f"Secret of {state}.")
    client.post(page_of(invitation), draft | {"step": "check"})
    return invitation


def draft_of(invitation):
    return uuid.UUID(int=invitation.pk)


def addresses(invitation, other):
    """Each address with the rows of the one office and of the other."""
    for pattern in urlpatterns:
        if "invitation_id" not in pattern.pattern.converters:
            continue
        if "form_key" in pattern.pattern.converters:
            for of in (invitation, other):
                yield reverse("office:summary", args=[invitation.pk, draft_of(of)])
            continue
        if "pk" not in pattern.pattern.converters:
            yield page_of(invitation, pattern.name)
            continue
        for of in (invitation, other):
            row = (
                StatementText.objects.filter(filed_by=of)
                if pattern.name in ("text", "text_off")
                else Delegate.objects.filter(delegation__member_state=of.member_state)
            ).get()
            yield reverse(f"office:{pattern.name}", args=[invitation.pk, row.pk])


def every_address(invitation, other, visitor, at_most=4):
    """Each address that the site knows outside the admin, found from its list of addresses.

    A new kind of variable part has to be told here what to put in its place.
    """
    row = Delegate.objects.filter(delegation__member_state=invitation.member_state).get()
    values = {
        "invitation_id": [invitation.pk, other.pk, 0, 10**30],
        "pk": [row.pk, 10**30, 0],
        "token": [visitor.links.get().token, "a" * 500],
        "rest": [f"{visitor.links.get().token}/.", "☃"],
        "form_key": [draft_of(invitation), draft_of(other)],
        "kind": ["privacy", "nowhere"],
        "page": ["CODE", "States/%0A"],
        "place": ["en/index.html", "../built"],
        "symbol": [invitation.edition.symbol, "nowhere", "a" * 500],
    }
    fewer = {name: choice[:at_most] for name, choice in values.items()}
    return addresses_below(get_resolver().url_patterns, "", fewer)


def addresses_below(patterns, before, values):
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if route.startswith("admin/"):
            continue
        if isinstance(pattern, URLResolver):
            yield from addresses_below(pattern.url_patterns, route, values)
        else:
            yield from filled_in(route, values)


def filled_in(route, values):
    names = re.findall(r"<(?:\w+:)?(\w+)>", route)
    for chosen in itertools.product(*(values[name] for name in names)):
        url = "/" + route
        for value in chosen:
            url = re.sub(r"<[^>]+>", str(value), url, count=1)
        yield url


def meetings(oddities, ways, addresses):
    """Each oddity at each address in both ways where a deployment runs, elsewhere by turns.

    There each is met by every second address, and each address by every second one.
    """
    for (number, oddity), (turn, way) in itertools.product(enumerate(oddities), enumerate(ways)):
        for place, url in enumerate(addresses()):
            if AS_DEPLOYED or (number + 2 * turn + place) % 4 == 0:
                yield oddity, way, url


def body(response):
    return b"".join(response) if response.streaming else response.content


@pytest.mark.parametrize("method", METHODS)
def test_nothing_of_another_office_is_shown_and_nothing_breaks(method):
    one, other = at_work("Zenda"), at_work("Strelsau")
    holder, stranger, nobody = browser(one), browser(other), Client()
    headers = {"HTTP_ACCEPT_LANGUAGE": "\xff;q=x", "HTTP_REFERER": "javascript:alert(1)"}

    for url in addresses(one, other):
        for client in (holder, stranger, nobody):
            response = getattr(client, method)(url, **headers)
            assert response.status_code < 500
            hidden = b"Strelsau" if client is holder else b"Zenda"
            assert hidden not in body(response), (url, method)


def test_a_form_full_of_nonsense_changes_nothing():
    one, other = at_work("Ruritania"), at_work("Strelsau")
    client, before = browser(one), all_rows()
    nonsense = dict.fromkeys(
        ("invitation", "form_key", "seen", "step", "from", "answer", "role", "name", "mode",
         "first_choice", "texts", "photo", "replaces", "file", "lines"),
        "9" * 500 + "\0\u202e",
    )  # fmt: skip

    for url in addresses(one, other):
        assert client.post(url, nonsense).status_code < 500
    assert all_rows() == before


SECRET = b"Secret of Ruritania"
ODD_HEADERS = [
    {"HTTP_ACCEPT_LANGUAGE": "\xff;q=x, zh-hans;q=99, \x00", "HTTP_REFERER": "http://[::1"},
    {"HTTP_ACCEPT_LANGUAGE": "a-" * 3000, "HTTP_REFERER": "\xed\xa0\x80"},
    {"HTTP_HOST": "evil.example.org"},
    {"HTTP_HOST": "[::1\x00"},
    {"HTTP_X_FORWARDED_FOR": "\x00, \xed\xa0,,", "HTTP_X_FORWARDED_PROTO": "\xff"},
    {"HTTP_COOKIE": "sessionid=\x00\xff; csrftoken=\xe2\x80\xae; django_language=\xed"},
    {"HTTP_COOKIE": "office-1=\x00\xff; csrftoken=\xe2\x80\xae"},
    {"HTTP_COOKIE": "django_language=" + "x" * 5000 + "; messages=\xff; sessionid=../../etc"},
    {"HTTP_COOKIE": "office-1=7:1:x; messages=\x00"},
    {"HTTP_IF_MODIFIED_SINCE": "\xff", "HTTP_RANGE": "bytes=9-1", "HTTP_IF_NONE_MATCH": "\x00"},
    {"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE", "HTTP_AUTHORIZATION": "Basic \xff\x00"},
    {"QUERY_STRING": "in=%00&%ff=%ed%a0%80&in=\x00&&=&a=" + "b" * 9000},
    {"QUERY_STRING": "in=fr&in=%E2%80%AE"},
]
ODD_BODIES = [
    ("application/json", b'{"answer": "in_person"}'),
    ("text/plain; charset=nowhere", b"\xff\x00"),
    ("application/x-www-form-urlencoded; charset=utf-7", b"answer=+AAA-"),
    ("application/x-www-form-urlencoded", b"answer=%00%ff&invitation=%ed%a0%80&language=%00&&=&;"),
    ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _field in range(5001))),
    ("application/x-www-form-urlencoded", b"remarks=" + b"x" * 3_000_000),
    ("multipart/form-data", b"--edge\r\n"),
    ("multipart/form-data; boundary=\xff", b"--edge\r\n"),
    ("multipart/form-data; boundary=" + "x" * 300, b"--edge\r\n"),
    ("multipart/form-data; boundary=edge", b"--edge\r\nContent-Disposition: form-data; name=\xff"),
    (
        "multipart/form-data; boundary=edge",
        b"--edge\r\nContent-Disposition: form-data; name=photo; filename*=utf-8''%00%2e%2e\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n!\r\n--edge--\r\n",
    ),
    (
        "multipart/form-data; boundary=edge",
        b"--edge\r\nContent-Disposition: form-data; name=texts; filename=a.pdf\r\n\r\n%PDF cut off",
    ),
]


def test_numbers_and_words_that_lead_nowhere_break_nothing():
    one, other = at_work("Ruritania"), at_work("Strelsau")
    stranger, before = browser(other), all_rows()

    for url in every_address(one, other, other):
        response = stranger.get(url)
        assert response.status_code < 500 or url == "/healthz", url
        assert SECRET not in body(response), url
    assert all_rows() == before


def test_odd_headers_break_nothing_anywhere():
    one, other = at_work("Ruritania"), at_work("Strelsau")
    stranger, before = browser(other), all_rows()

    addresses = partial(every_address, one, other, other, at_most=2 if AS_DEPLOYED else 1)
    for headers, method, url in meetings(ODD_HEADERS, ("get", "post"), addresses):
        response = getattr(stranger, method)(url, **headers)
        assert response.status_code < 500 or url == "/healthz", (url, method, headers)
        assert SECRET not in body(response), (url, method)
    assert all_rows() == before


def test_odd_bodies_break_nothing_anywhere():
    one, other = at_work("Ruritania"), at_work("Strelsau")
    holder, before = browser(one), all_rows()

    addresses = partial(every_address, one, other, one, at_most=1)
    for (content_type, content), strict, url in meetings(ODD_BODIES, (False, True), addresses):
        holder.handler.enforce_csrf_checks = strict
        response = holder.generic("POST", url, content, content_type)
        assert response.status_code < 500, (url, strict, content[:99])
        assert b"Strelsau" not in body(response), url
    assert all_rows() == before


@pytest.mark.parametrize("language", ["ar", "en", "es", "fr", "ru", "zh-hans"])
def test_every_part_stands_in_every_language(language):
    invitation = at_work("Ruritania")
    client = browser(invitation)
    client.cookies["django_language"] = language

    for name in PAGES:
        response = client.get(page_of(invitation, name))
        assert response.status_code == 200
        assert response["Content-Language"] == language
        assert "unsafe-inline" not in response["Content-Security-Policy"]


def test_queries_of_a_reply_and_of_its_summary(
    django_assert_num_queries, django_assert_max_num_queries
):
    invitation = at_work("Ruritania")
    client = browser(invitation)
    words = words_of(invitation, answer="video", respondent_email="sapt@example.org")

    # The invitation by its link, and what waits of it; the State's replies, whether there is a
    # delegation, the delegation with its statement, the form of address, the reference.
    # What was typed is kept while older drafts go, in a savepoint, and read; and the link once
    # more with what waits, for the address of the summary.
    with django_assert_num_queries(14):
        client.get(client.post(page_of(invitation), words | {"step": "check"}).url)
    # A copy to the address typed, since it is none of the minister's or the missions'.
    with django_assert_max_num_queries(15):
        client.post(page_of(invitation), words | {"step": "record"})
    # As for the summary, where it is shown.
    with django_assert_num_queries(7):
        client.get(page_of(invitation))


def test_the_front_page_leads_to_the_packages_and_to_the_code(client):
    edition = AnnouncedEditionFactory(partnership_link="https://forum.example.org/partners")

    page = text(client.get(reverse("office:home")))

    assert edition.theme in page
    assert 'href="https://forum.example.org/partners"' in page
    assert f'href="{reverse("office:code")}"' in page
