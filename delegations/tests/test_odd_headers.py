"""Whatever header a browser or a proxy sends, an office can answer and the desk can save."""

import pytest
from auditlog.models import LogEntry
from django.urls import reverse

from delegations.tests.offices import browser, invited, page_of, words_of
from invitations.models import Minister, Reply
from invitations.tests.desk import as_sent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

FORWARDED = [
    "unknown", "unknown, 203.0.113.9", "_hidden, 203.0.113.9", "10.0.0.1 , 203.0.113.9", " , ,", "",
    "fe80::1%eth0", "203.0.113.9%eth0", "203.0.113.9:4711", "[2001:db8::9]:4711", "2001:db8::9%1",
    "8.8.8.8, \xed\xa0\x80", "'; DROP TABLE", "1.2.3", "9" * 8000, "1.1.1.1," * 1000,
]  # fmt: skip
LONG = "x" * 6000
ODD = {
    "HTTP_HOST": [
        "evil.example.org", "[::1", "", "127.0.0.1:99999", "127.0.0.1:x", "a b", "\xff", LONG,
        "127.0.0.1\x00", "127.0.0.1,evil.example.org",
    ],
    "HTTP_ACCEPT_LANGUAGE": [
        "", "*", "\xff;q=x", "zh-hans;q=99", "a-" * 3000, "fr;q=", "fr;q=-1", ",,,;", "\x00", LONG,
    ],
    "HTTP_RANGE": [
        "bytes=9-1", "bytes=-", "bytes=0-" + "9" * 400, "\xff", "lines=1", "bytes=0-0,1-1", "",
        "bytes=-99999999", "\x00", LONG,
    ],
    "HTTP_IF_NONE_MATCH": ["", "*", '"', 'W/"', '"\xff"', "\x00", "x", '"a","b', ",", LONG],
    "HTTP_IF_MODIFIED_SINCE": [
        "", "x", "0", "Thu, 99 Foo 9999 99:99:99 GMT", "Mon, 01 Jan 0000 00:00:00 GMT", "\xff",
        "\x00", "-1", "9" * 400, LONG,
    ],
    "CONTENT_TYPE": [
        "", "x", "application/json", "text/plain; charset=nowhere", "multipart/form-data", "\x00",
        "multipart/form-data; boundary=\xff", "\xff/\xff", "text/plain; charset=\xff", LONG,
    ],
    "CONTENT_LENGTH": ["", "x", "-1", "1.5", "9" * 400, "0x10", "\xb2", "1_0", " 5", "\x00"],
    "HTTP_USER_AGENT": [
        "", "\x00", "\xff", "<b>", "\ud800", "\xed\xa0\x80", "a\nb", "'", "%s", LONG,
    ],
    "HTTP_REFERER": [
        "", "http://[::1", "\xff", "javascript:alert(1)", "//", "http://a:b", "\x00", "x", "null",
        LONG,
    ],
    "HTTP_ORIGIN": [
        "null", "", "http://[::1", "\xff", "http://a:b", "file://", "\x00", "x", LONG,
        "https://evil.example.org",
    ],
    "HTTP_X_REQUEST_ID": [
        "", "x", "\x00", "\xff", "a" * 33, "A" * 32, "a\nb", "%s", "-" * 36, LONG,
    ],
    "HTTP_X_CORRELATION_ID": ["", "x", "\x00", "\xff", "a" * 256, "A", "a\nb", "%s", "-", LONG],
    "HTTP_X_FORWARDED_PORT": [
        "", "x", "-1", "0", "9" * 30, "\xb2", "\x00", "1.5", "443, 443", LONG,
    ],
    "HTTP_X_FORWARDED_PROTO": [
        "", "x", "\xff", "http", "https, http", "\x00", "HTTPS", "ftp", ",", LONG,
    ],
    "HTTP_X_FORWARDED_HOST": [
        "", "x", "\xff", "[::1", "a b", "evil.example.org", ",", "\x00", "a:b", LONG,
    ],
    "HTTP_COOKIE": [
        "", ";", "=", "\xff", "a=\x00", "django_language=" + LONG, "messages=\xff",
        "sessionid=../../etc", "csrftoken=\xe2\x80\xae", "office-1=7:1:x",
    ],
    "HTTP_AUTHORIZATION": [
        "", "Basic", "Basic \xff", "Bearer", "Bearer \x00", "x", "\xff", "Digest a=", ":", LONG,
    ],
}  # fmt: skip
# With these a form is not read, or a browser is not let in: that is an answer too.
REFUSING = {"HTTP_HOST", "CONTENT_TYPE", "CONTENT_LENGTH", "HTTP_COOKIE"}


def answers(client, invitation, remarks="", **headers):
    return client.post(page_of(invitation), words_of(invitation, remarks=remarks), **headers)


@pytest.mark.walk
@pytest.mark.parametrize("proxies", [0, 1])
@pytest.mark.parametrize("header", FORWARDED)
def test_an_office_answers_behind_any_proxy(settings, header, proxies):
    settings.PROXIES = proxies
    invitation = invited("Ruritania")

    response = answers(browser(invitation), invitation, HTTP_X_FORWARDED_FOR=header)

    assert response.status_code < 400
    assert Reply.objects.standing().get().invitation == invitation


@pytest.mark.walk
@pytest.mark.parametrize("proxies", [0, 1])
@pytest.mark.parametrize("header", FORWARDED)
def test_the_desk_saves_behind_any_proxy(admin_client, settings, header, proxies):
    settings.PROXIES = proxies
    minister = invited("Ruritania").minister
    page = reverse("admin:invitations_minister_change", args=[minister.pk])
    sent = as_sent(admin_client.get(page)) | {"family_name": "Elphberg"}

    response = admin_client.post(page, sent, HTTP_X_FORWARDED_FOR=header)

    assert response.status_code == 302
    assert Minister.objects.get(pk=minister.pk).family_name == "Elphberg"


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "8.8.8.8, 203.0.113.9", "127.0.0.1"),
        (1, "8.8.8.8, 203.0.113.9", "203.0.113.9"),
        (1, "203.0.113.9:4711", "203.0.113.9"),
        (1, "[2001:db8:0:9::9]:4711", "2001:db8:0:9::"),
        (1, "fe80::9%eth0", "fe80::"),
        (2, "203.0.113.7, 203.0.113.9", "203.0.113.7"),
        (1, "203.0.113.9, unknown", None),
    ],
)
def test_the_history_has_the_address_that_our_own_proxies_saw(settings, proxies, header, address):
    settings.PROXIES = proxies
    invitation = invited("Ruritania")
    client, before = browser(invitation), LogEntry.objects.count()

    answers(client, invitation, HTTP_X_FORWARDED_FOR=header, HTTP_X_FORWARDED_PORT="443")

    found = LogEntry.objects.get_for_objects(Reply.objects.all())
    assert LogEntry.objects.count() > before
    assert set(found.values_list("remote_addr", "remote_port")) == {(address, None)}


@pytest.mark.parametrize("name", ODD)
def test_an_office_answers_with_any_header(settings, name):
    settings.PROXIES = 1
    invitation = invited("Ruritania")

    for number, spelling in enumerate(ODD[name], start=1):
        client = browser(invitation)
        response = answers(client, invitation, f"Reply {number}", **{name: spelling})
        assert response.status_code < 500, spelling
        assert Reply.objects.count() == number or name in REFUSING, spelling
