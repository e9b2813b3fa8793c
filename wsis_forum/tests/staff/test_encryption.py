"""The database holds no secret by which somebody could sign in."""

import json

import pytest
from allauth.mfa.models import Authenticator

from wsis_forum import env
from wsis_forum.tests.staff.people import (
    CODE,
    DESK,
    SECRET,
    code,
    member,
    recovery_codes,
    type_code,
    type_password,
)

pytestmark = pytest.mark.django_db
SEED = "c0ffee" * 13


def test_secrets_of_apps_and_recovery_codes_are_encrypted():
    member()

    kept = {row.type: row.data for row in Authenticator.objects.all()}

    assert SECRET not in json.dumps(kept)
    assert kept["totp"]["secret"].startswith("gAAAA")
    assert kept["recovery_codes"]["seed"].startswith("gAAAA")


def test_a_secret_that_was_kept_in_clear_serves_and_is_encrypted_then(client):
    user = member()
    Authenticator.objects.filter(type="totp").update(data={"secret": SECRET})
    codes = Authenticator.objects.filter(type="recovery_codes")
    codes.update(data={"seed": SEED, "used_mask": 0})
    first = recovery_codes(user)[0]

    type_password(client)
    assert type_code(client, first).url == DESK

    assert not {SECRET, SEED} & {str(row.data) for row in Authenticator.objects.all()}
    assert all("gAAAA" in str(row.data) for row in Authenticator.objects.all())
    assert first not in recovery_codes(user)


def test_under_a_new_key_the_older_one_still_opens_what_it_closed(client, settings):
    member()
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key"
    type_password(client)
    assert type_code(client, code()).url == DESK
    client.logout()

    settings.SECRET_KEY_FALLBACKS = []
    type_password(client)

    assert type_code(client, code(later=1)).url == DESK


def test_what_no_key_opens_is_a_wrong_code_and_no_fault(client, settings, caplog):
    member()
    settings.SECRET_KEY = "another-key"

    type_password(client)
    answer = type_code(client, code())

    assert answer.status_code == 200
    assert answer.request["PATH_INFO"] == CODE
    assert "SECRET_KEY" in caplog.text


@pytest.mark.parametrize(
    ("written", "keys"), [("one", ["one"]), ("one\ntwo\r\n\nthree\n", ["one", "two", "three"])]
)
def test_older_keys_stand_below_the_key(written, keys):
    assert env.keys(written) == keys
