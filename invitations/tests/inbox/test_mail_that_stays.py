"""A mailbox whose server moves no mail: what is on file stays there, and keeps nothing away."""

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from imapclient import IMAPClient

from invitations.inbox import mailboxes
from invitations.inbox.mailboxes import read_mailboxes
from invitations.models import Correspondence, JobError
from invitations.tests.imap_peer import imap_peer
from invitations.tests.reports import written

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(tmp_path):
    """While this file is there, the quota is used up."""
    file = tmp_path / "full"
    file.touch()
    return file


@pytest.fixture(params=[True, False], ids=["moves", "marks"])
def intray(request, full, settings):
    with imap_peer(moves=request.param, refuses=full) as server:
        server.moves = request.param
        settings.INTRAY = server.box
        server.put(*(written(name=f"<answer-{number}@example.org>") for number in range(3)))
        yield server


def test_each_mail_is_filed_once_where_none_can_be_moved(intray, monkeypatch):
    monkeypatch.setattr(mailboxes, "BATCH", 2)

    taken = [read_mailboxes().taken for _tick in range(3)]
    intray.put(written(name="<newer@example.org>"))

    assert (taken, read_mailboxes().taken) == ([2, 1, 0], 1)
    assert Correspondence.objects.filter(message_id="<newer@example.org>").exists()
    assert (Correspondence.objects.count(), intray.holds()) == (4, 4)


def test_a_person_reads_why_mails_stay_until_they_are_moved(intray, full):
    with pytest.raises(CommandError, match="The quota is used up"):
        call_command("read_mailboxes")
    told = JobError.objects.get()
    full.unlink()

    read_mailboxes()

    assert told.item == "INTRAY_URL: Filed"
    assert told.reason.startswith("What is on file stays in the mailbox")
    assert not JobError.objects.exists()
    assert intray.holds("Filed") == (3 if intray.moves else 0)
    assert intray.holds(wanted="UNSEEN") == 0


def test_what_is_forgotten_of_them_is_read_again_and_filed_once(intray):
    read_mailboxes()
    cache.clear()

    assert read_mailboxes().taken == 3

    assert Correspondence.objects.count() == 3


@pytest.mark.parametrize("intray", [True], indirect=True, ids=["moves"])
def test_what_was_on_file_in_one_mailbox_is_no_mark_for_another(intray, settings, monkeypatch):
    select = IMAPClient.select_folder
    # As with some servers, whose folders all have the same number.
    monkeypatch.setattr(
        IMAPClient, "select_folder", lambda *given: select(*given) | {b"UIDVALIDITY": 1}
    )
    read_mailboxes()

    with imap_peer() as other:
        settings.INTRAY = other.box
        other.put(written(name="<elsewhere@example.org>"))
        read_mailboxes()

    assert Correspondence.objects.filter(message_id="<elsewhere@example.org>").exists()
