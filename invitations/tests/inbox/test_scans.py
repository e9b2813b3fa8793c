"""Scans that are dropped at once, and what becomes of each."""

import datetime as dt
import hashlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import IntegrityError
from django.utils import timezone

from invitations.files.frozen import freeze, thaw
from invitations.inbox.recording import record_filed
from invitations.inbox.scans import Scan, drop_scan, read_scans
from invitations.models import Correspondence, DroppedScan, JobError
from invitations.replies import file_correspondence
from invitations.tests.factories import InvitationFactory, UserFactory
from invitations.tests.paper import drop, letter_of, on_file
from invitations.tests.replies.replying import REGRETS
from invitations.tests.sheets import as_file, sheet

pytestmark = pytest.mark.django_db

State = DroppedScan.State


def test_a_dropped_scan_is_correspondence_of_nobody_yet_and_kept_as_it_came():
    registrar, yesterday = UserFactory(), timezone.now() - dt.timedelta(days=1)

    row = drop_scan(Scan("fax.png", b"a fax", "png"), registrar, "letter", yesterday)

    filed = Correspondence.objects.get()
    assert (row.correspondence, row.state) == (filed, State.WAITING)
    assert (filed.channel, filed.received_at, filed.recorded_by) == (
        "letter", yesterday, registrar,
    )  # fmt: skip
    assert (filed.invitation, filed.dealt_with_at) == (None, None)
    assert thaw(filed.scan.name, filed.scan_sha256) == b"a fax"


def test_the_same_file_twice_is_on_file_once_and_says_so():
    first, second = drop(b"a fax", "one.png"), drop(b"a fax", "two.png")

    assert second.state == State.TWICE
    assert second.told == "one.png"
    assert second.correspondence == first.correspondence == Correspondence.objects.get()


def test_a_file_that_came_before_by_itself_is_named_as_it_was_filed():
    digest = hashlib.sha256(b"a fax").hexdigest()
    on_file(reference="MFA/12", scan=f"scans/{digest}.png", scan_sha256=digest)

    assert drop(b"a fax").told == "fax, MFA/12"


def test_a_file_that_is_no_scan_is_not_kept_and_says_why():
    scan = Scan("list.xlsx", b"", "", "A scan is a PDF, PNG, JPEG or TIFF file.")

    row = drop_scan(scan, UserFactory(), "fax", timezone.now())

    assert (row.state, row.told) == (State.REFUSED, "A scan is a PDF, PNG, JPEG or TIFF file.")
    assert not Correspondence.objects.exists()


def test_the_database_itself_keeps_the_same_scan_once():
    row = drop(b"a fax")

    with pytest.raises(IntegrityError, match=r"the_same_scan_is_on_file_once|UNIQUE"):
        DroppedScan.objects.create(
            file_name="x", sha256=row.sha256, correspondence=row.correspondence,
            dropped_by=row.dropped_by,
        )  # fmt: skip


def test_what_is_read_is_kept_under_its_hash_with_the_pages_that_are_blank():
    row = drop(as_file(sheet(), sheet(lines=0), kind="TIFF"), kind="tiff")

    assert read_scans() == 1

    row.refresh_from_db()
    assert (row.state, row.total_pages, row.blank_pages) == (State.READ, 2, [2])
    assert all(thaw(page["name"], page["sha256"]) for page in row.pages)
    assert not row.is_blank


def test_whose_it_may_be_is_proposed_and_nobody_s_yet():
    invitation = InvitationFactory()
    row = drop(as_file(letter_of(invitation)))

    read_scans()

    row.refresh_from_db()
    assert (row.proposed, row.found) == (invitation, "code")
    assert row.correspondence.invitation is None


def test_no_link_or_code_of_an_office_is_kept_or_logged(caplog):
    invitation = InvitationFactory()
    row = drop(as_file(letter_of(invitation)))

    with caplog.at_level("DEBUG"):
        read_scans()

    row.refresh_from_db()
    kept = f"{row.pages} {row.told} {row.file_name} {caplog.text}"
    assert invitation.links.get().token not in kept


def test_what_cannot_be_read_stays_on_file_for_a_person():
    row = drop(b"\x89PNG\r\n\x1a\nbroken", name="RUR.png")

    read_scans()

    row.refresh_from_db()
    assert (row.state, row.pages) == (State.UNREAD, [])
    assert list(DroppedScan.objects.to_record()) == [row]


def test_reading_twice_reads_nothing_twice():
    drop(as_file(sheet()))

    assert (read_scans(), read_scans()) == (1, 0)


def test_one_scan_that_fails_stops_no_other():
    lost, sound = drop(as_file(sheet(lines=3))), drop(as_file(sheet(lines=4)))
    default_storage.delete(lost.correspondence.scan.name)

    assert read_scans() == 1

    assert list(DroppedScan.objects.to_read()) == [lost]
    assert DroppedScan.objects.get(state=State.READ) == sound
    assert JobError.objects.get().item == str(lost.pk)


def test_a_dropped_fax_that_is_filed_for_the_office_already_is_not_recorded_beside_it():
    invitation, registrar = InvitationFactory(), UserFactory()
    waits, scan = drop(b"a fax").correspondence, freeze(b"a fax", "scans", "png")
    on_file(invitation=invitation, scan=scan.name, scan_sha256=scan.sha256, reference="MFA/12")

    with pytest.raises(ValidationError, match="on file already, and nothing was recorded"):
        record_filed(waits, invitation, registrar, REGRETS)
    record_filed(waits, InvitationFactory(), registrar, REGRETS)

    assert not invitation.replies.exists()


def test_a_fax_is_filed_for_an_office_once():
    invitation, scan = InvitationFactory(), freeze(b"a fax", "scans", "png")
    file_correspondence(invitation, UserFactory(), "fax", timezone.now(), scan=scan)

    with pytest.raises(ValidationError, match="The same file is on file already"):
        file_correspondence(invitation, UserFactory(), "fax", timezone.now(), scan=scan)

    assert invitation.correspondence.count() == 1
