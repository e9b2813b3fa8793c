import re

import pytest
import time_machine

pytestmark = pytest.mark.django_db

SECURITY = "/.well-known/security.txt"


def test_search_engines_are_kept_from_offices_and_from_the_desk(client):
    answer = client.get("/robots.txt")

    refused = re.findall(r"^Disallow: (\S+)$", answer.content.decode(), re.M)
    assert answer["Content-Type"].startswith("text/plain")
    assert {"/admin/", "/office/", "/r/"} <= set(refused)
    assert not answer.cookies


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("security@example.org", "mailto:security@example.org"),
        ("https://example.org/security", "https://example.org/security"),
    ],
)
def test_who_finds_a_fault_reads_where_to_tell_it(client, settings, named, said):
    settings.SECURITY_CONTACT = named
    settings.SITE_URL = "https://forum.example.org"

    with time_machine.travel("2027-02-10T09:00Z", tick=False):
        answers = [client.get(address) for address in (SECURITY, "/security.txt")]

    for answer in answers:
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.content.decode().splitlines() == [
            f"Contact: {said}",
            "Expires: 2027-05-11T00:00:00Z",
            "Preferred-Languages: en, fr",
            "Canonical: https://forum.example.org/.well-known/security.txt",
        ]


def test_a_deployment_that_names_no_place_has_no_such_notice(client):
    assert client.get(SECURITY).status_code == 404
