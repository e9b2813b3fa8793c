"""The demonstration's code is shown where `make run` serves it, and nowhere else."""

import subprocess

import pytest
from django.conf import settings as all_settings
from django.urls import reverse

from wsis_forum.tests.staff.people import AGAIN, CODE, LOGIN, SECRET, code, member, type_password

pytestmark = pytest.mark.django_db
SHOWN = 'id="demonstration-code"'


@pytest.fixture
def make_run(settings, monkeypatch, tmp_path):
    """What scripts/run.py gives to the programs that it starts."""
    settings.VAR_DIR = tmp_path
    monkeypatch.setenv("PORT", "8000")
    monkeypatch.setenv("DEMO_TOTP_SECRET", SECRET)
    monkeypatch.setenv("MAKE_RUN", "proof")
    proof = tmp_path / "make-run-8000"
    proof.write_text("proof")
    return proof


def page_of_codes(client, name="rassendyll", **more):
    type_password(client, name, **more)
    return client.get(CODE, **more).text


@pytest.mark.walk
def test_where_make_run_serves_the_page_shows_the_code(client, client_of, make_run):
    member()

    page = page_of_codes(client)

    assert SHOWN in page
    assert code() in page
    assert SHOWN not in client_of().get(LOGIN).text


def test_the_page_that_asks_again_shows_it_too(client, make_run):
    client.force_login(member())

    assert SHOWN in client.get(AGAIN).text
    assert SHOWN not in client.get(reverse("mfa_index")).text


@pytest.mark.parametrize(
    "header",
    [
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_X_FORWARDED_PROTO": "http"},
        {"HTTP_X_FORWARDED_HOST": "localhost"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_VIA": "1.1 zenda"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
        {"REMOTE_ADDR": "192.0.2.1"},
    ],
    ids=lambda header: next(iter(header)),
)
def test_a_request_that_came_through_something_is_not_shown_it(client, make_run, header):
    member()

    assert SHOWN not in page_of_codes(client, **header)


def test_who_has_a_secret_of_ones_own_is_not_shown_it(client, make_run, monkeypatch):
    member()
    monkeypatch.setenv("DEMO_TOTP_SECRET", SECRET[::-1])

    assert SHOWN not in page_of_codes(client)


@pytest.mark.parametrize("gone", ["MAKE_RUN", "DEMO_TOTP_SECRET", "PORT"])
def test_without_the_environment_of_make_run_there_is_none(client, make_run, monkeypatch, gone):
    member()
    monkeypatch.delenv(gone)

    assert SHOWN not in page_of_codes(client)


@pytest.mark.parametrize("change", [lambda proof: proof.unlink(), lambda p: p.write_text("older")])
def test_a_process_that_outlives_its_make_run_shows_none(client, make_run, change):
    member()
    change(make_run)

    assert SHOWN not in page_of_codes(client)


@pytest.mark.parametrize("deployed", [{"PROXIES": 1}, {"SITE_URL": "https://forum.example.org"}])
def test_a_deployment_shows_none(client, make_run, settings, deployed):
    member()
    for name, value in deployed.items():
        setattr(settings, name, value)

    assert SHOWN not in page_of_codes(client)


def test_only_the_script_of_make_run_sets_what_the_code_needs():
    told = subprocess.run(
        ["git", "grep", "--name-only", "-E", "MAKE_RUN|DEMO_TOTP_SECRET"],
        cwd=all_settings.BASE_DIR, check=True, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip

    assert [name for name in told if "/tests/" not in name] == [
        "delegations/demonstration/staff.py",
        "scripts/run.py",
        "wsis_forum/staff/demonstration.py",
    ]
