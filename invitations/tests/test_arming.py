import pytest

from invitations.arming import arm, database_identity, why_mute
from invitations.models import Arming
from wsis_forum.env import Mailbox

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mail_server_of_the_house(settings):
    settings.MAILBOX = Mailbox("smtp", "mail.example.org", 25, "", "", "none")


def test_nothing_is_sent_until_someone_has_armed_the_deployment():
    assert "arm_sending" in why_mute()


def test_an_armed_deployment_may_write():
    arm()

    assert why_mute() == ""


def test_arming_twice_is_arming_once():
    assert arm() == arm()

    assert Arming.objects.count() == 1


def test_a_deployment_of_another_name_is_a_copy_and_mute(settings):
    arm()
    settings.DEPLOYMENT = "restored"

    assert "this is a copy" in why_mute()


def test_the_same_rows_in_another_database_are_a_copy_and_mute():
    arm()
    Arming.objects.update(database="another")

    assert "this is a copy" in why_mute()


def test_a_copy_that_takes_the_place_of_the_other_is_armed_by_itself(settings):
    arm()
    settings.DEPLOYMENT = "successor"

    arm()

    assert why_mute() == ""


def test_a_folder_needs_no_arming(settings, tmp_path):
    settings.MAILBOX = Mailbox("file", folder=str(tmp_path))

    assert why_mute() == ""


def test_the_database_is_named_by_more_than_its_rows():
    arming = arm()

    assert arming.database == database_identity()
    assert len(arming.database) > 5
