import hashlib
from io import StringIO

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command
from django.db import IntegrityError
from django.views.debug import SafeExceptionReporterFilter

from invitations.models import Arming
from invitations.outbox.arming import arm, database_identity, reason_sending_is_off
from invitations.tests.seals import use_seal
from wsis_forum.env import Mailbox

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mail_server_of_the_house(settings):
    settings.MAILBOX = Mailbox("smtp", "mail.example.org", 25, "", "", "none")


def arm_sending(*options):
    """Return the lines that scripts read, and what is told to a person beside them."""
    out, err = StringIO(), StringIO()
    call_command("arm_sending", *options, stdout=out, stderr=err)
    return out.getvalue().splitlines(), err.getvalue()


def test_the_history_of_the_arming_names_who_armed_it(monkeypatch):
    monkeypatch.setenv("LOGNAME", "tarlenheim")

    arm_sending()
    arm_sending("--new-key", "--by", "Fritz von Tarlenheim")

    entries = LogEntry.objects.get_for_object(Arming.objects.get()).order_by("pk")
    assert [entry.additional_data["named"] for entry in entries] == [
        "tarlenheim",
        "Fritz von Tarlenheim",
    ]


def test_arming_warns_thirty_days_before_the_certificate_of_the_seal_ends(settings, tmp_path):
    use_seal(settings, tmp_path / "seal.p12", days=29)

    said, told = arm_sending()

    assert said[0].startswith("Sending is armed")
    assert "The certificate of the seal (Ruritanian Union of Telegraphs) is valid until" in told
    assert "put a new one into SEAL_FILE" in told


def test_arming_says_nothing_of_a_seal_that_lasts_or_that_is_not_there(settings, tmp_path):
    without = arm_sending()
    use_seal(settings, tmp_path / "seal.p12", days=31)

    assert "seal" not in arm_sending()[1] + without[1]


def test_nothing_is_sent_until_someone_has_armed_the_deployment():
    assert "arm_sending" in reason_sending_is_off()


def test_a_host_with_the_key_of_an_armed_deployment_may_write(settings):
    settings.ARMING_KEY = arm()

    assert reason_sending_is_off() == ""


def test_a_host_without_the_key_is_mute():
    arm()

    assert "this host has no ARMING_KEY" in reason_sending_is_off()


@pytest.mark.parametrize("key", ["another", "0" * 48, "клю\u0301ч", "\udcff"])
def test_a_host_with_another_key_is_mute(settings, key):
    arm()
    settings.ARMING_KEY = key

    assert "is not the one" in reason_sending_is_off()


def test_the_hash_is_not_the_key(settings):
    arm()
    settings.ARMING_KEY = Arming.objects.get().key_sha256

    assert "is not the one" in reason_sending_is_off()


def test_the_database_knows_the_key_by_its_hash_alone():
    key = arm()

    arming = Arming.objects.values().get()
    assert len(bytes.fromhex(key)) >= 16
    assert arming["key_sha256"] == hashlib.sha256(key.encode()).hexdigest()
    assert key not in str(arming)


def test_a_page_that_shows_an_error_leaves_the_key_out(settings):
    settings.ARMING_KEY = key = arm()

    assert key not in str(SafeExceptionReporterFilter().get_safe_settings())


def test_arming_twice_is_arming_once_and_the_key_stays(settings):
    settings.ARMING_KEY = arm()

    assert arm() == ""

    assert reason_sending_is_off() == ""
    assert Arming.objects.count() == 1


def test_another_key_ends_the_earlier_one(settings):
    settings.ARMING_KEY = arm()

    another = arm(anew=True)

    assert "is not the one" in reason_sending_is_off()
    settings.ARMING_KEY = another
    assert reason_sending_is_off() == ""


def test_a_deployment_of_another_name_is_a_copy_and_mute(settings):
    settings.ARMING_KEY = arm()
    settings.DEPLOYMENT = "restored"

    assert "this is a copy" in reason_sending_is_off()


def test_the_same_rows_in_another_database_are_a_copy_and_mute(settings):
    settings.ARMING_KEY = arm()
    Arming.objects.update(database="another")

    assert "this is a copy" in reason_sending_is_off()


def test_a_copy_that_takes_the_place_of_the_other_is_armed_by_itself(settings):
    earlier = arm()
    settings.DEPLOYMENT = "successor"

    settings.ARMING_KEY = arm()

    assert reason_sending_is_off() == ""
    assert earlier != settings.ARMING_KEY
    settings.DEPLOYMENT, settings.ARMING_KEY = "tests", earlier
    assert "this is a copy" in reason_sending_is_off()


def test_one_database_holds_one_arming():
    arm()

    with pytest.raises(IntegrityError, match="one_arming"):
        Arming.objects.create(pk=2, deployment="second", database="second")


def test_an_arming_of_an_earlier_version_says_what_to_run(settings):
    Arming.objects.create(pk=1, deployment="tests", database=database_identity())

    assert (
        "by an earlier version, without a key. Run “manage.py arm_sending”"
        in reason_sending_is_off()
    )

    settings.ARMING_KEY = arm()
    assert reason_sending_is_off() == ""


def test_a_folder_needs_no_arming(settings, tmp_path):
    settings.MAILBOX = Mailbox("file", folder=str(tmp_path))

    assert reason_sending_is_off() == ""


def test_the_database_is_named_by_more_than_its_rows():
    arm()

    arming = Arming.objects.get()
    assert arming.database == database_identity()
    assert len(arming.database) > 5


def test_whether_anything_may_leave_takes_two_queries(settings, django_assert_max_num_queries):
    settings.ARMING_KEY = arm()

    with django_assert_max_num_queries(2):
        assert reason_sending_is_off() == ""


# manage.py arm_sending


def test_the_command_shows_the_key_on_a_line_of_its_own(settings):
    (said, settings.ARMING_KEY), told = arm_sending()

    assert said.startswith("Sending is armed for tests: ")
    assert "ARMING_KEY" in told
    assert settings.ARMING_KEY not in said + told
    assert reason_sending_is_off() == ""


def test_the_command_run_twice_shows_no_key_again(settings):
    (_said, settings.ARMING_KEY), _told = arm_sending()

    (said,), told = arm_sending()

    assert said.startswith("Sending is armed for tests, and its key stays: ")
    assert told == ""
    assert reason_sending_is_off() == ""


def test_the_command_run_twice_says_that_the_host_has_no_key():
    arm_sending()

    _said, told = arm_sending()

    assert "this host has no ARMING_KEY" in told


def test_the_command_makes_another_key_where_it_is_asked_to(settings):
    (_said, earlier), _told = arm_sending()

    (_said, settings.ARMING_KEY), _told = arm_sending("--new-key")

    assert earlier != settings.ARMING_KEY
    assert reason_sending_is_off() == ""
