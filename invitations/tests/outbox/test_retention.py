import pytest
import time_machine
from django.utils import timezone

from invitations.files.frozen import StoreUnavailable
from invitations.models import ReplyDraft, SavedPage
from invitations.models.deleted_files import DeletedFile
from invitations.outbox import retention as expired
from invitations.outbox.arming import arm
from invitations.outbox.retention import delete_expired
from invitations.tests.factories import InvitationFactory

TOMORROW = timezone.timedelta(days=1, minutes=1)


@pytest.fixture
def begun(db):
    """A page that an office was shown."""
    return SavedPage.objects.create(
        invitation=InvitationFactory(), name="a", language="en", status=200, content=b"x"
    )


def unreachable(*given):
    raise StoreUnavailable("The file store cannot be reached.")


@pytest.mark.usefixtures("begun")
def test_a_store_that_does_not_answer_keeps_no_form(monkeypatch, settings):
    settings.ARMING_KEY = arm()
    DeletedFile.objects.create(name="photos/ab/a.jpg")
    monkeypatch.setattr(expired, "remove_deleted_file", unreachable)

    with time_machine.travel(timezone.now() + TOMORROW), pytest.raises(StoreUnavailable):
        delete_expired()

    assert not SavedPage.objects.exists()
    assert DeletedFile.objects.exists()


@pytest.mark.usefixtures("begun")
def test_what_was_saved_today_stays_and_a_second_run_deletes_nothing():
    ReplyDraft.objects.create(
        invitation=InvitationFactory(), form_key="0" * 32, words="{}",
        kept_at=timezone.now() + TOMORROW,
    )  # fmt: skip

    with time_machine.travel(timezone.now() + TOMORROW):
        done = delete_expired(), delete_expired()

    assert done == (1, 0)
    assert ReplyDraft.objects.count() == 1
