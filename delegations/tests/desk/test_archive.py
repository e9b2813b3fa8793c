"""A whole edition in a folder, which any program reads."""

import csv
import hashlib

import pytest
from auditlog.models import LogEntry
from django.core.management import CommandError, call_command

from delegations.models import Delegate, Delegation, PolicyStatement, StatementText
from invitations.files.frozen import freeze
from invitations.letters.issuing import withdraw_invitation
from invitations.models import Correspondence
from invitations.tests.conftest import frozen_letter
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    MinisterFactory,
    ReplyFactory,
    UserFactory,
)

__all__ = ["frozen_letter"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation():
    signed = {"original_signed_by": "Rudolf Rassendyll", "original_signed_on": "2027-02-01"}
    edition = EditionFactory(symbol="wsis-2027")
    CircularFactory(edition=edition, reference="CL-27/1", **signed)
    return InvitationFactory(edition=edition)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "archive"


def archived(folder):
    call_command("archive_edition", "wsis-2027", str(folder))
    return {path.name: path for path in folder.rglob("*") if path.is_file()}


def rows(path):
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def letter_of(invitation, frozen_letter, **fields):
    circular = invitation.edition.circulars.get()
    return frozen_letter(invitation=invitation, circular=circular, kind="invitation", **fields)


def with_text(invitation):
    delegation = Delegation.objects.create(
        edition=invitation.edition, member_state=invitation.member_state
    )
    Delegate.objects.create(delegation=delegation, role="head", name="Sapt Zenda")
    statement = PolicyStatement.objects.create(delegation=delegation)
    name, sha256 = freeze(b"We trust.", "texts", "txt")
    StatementText.objects.create(
        statement=statement,
        filed_by=invitation,
        file=name,
        sha256=sha256,
        kind="txt",
        size=9,
        called="a.txt",
    )


def test_archive_says_who_was_invited_when_by_whom_signed_and_what_was_answered(
    invitation, frozen_letter, folder
):
    letter_of(invitation, frozen_letter)
    ReplyFactory(invitation=invitation, answer="in_person")
    with_text(invitation)

    [row] = rows(archived(folder)["invitations.csv"])

    assert row["iso3"] == invitation.member_state.iso3
    assert (row["letter"], row["original_signed_by"]) == ("CL-27/1", "Rudolf Rassendyll")
    assert (row["answer"], row["texts_of_statement"]) == ("in_person", "1")
    assert row["in_force_since"].endswith("+00:00")


def test_archive_has_every_file_and_the_sum_of_each(invitation, frozen_letter, folder):
    letter_of(invitation, frozen_letter)
    with_text(invitation)
    name, sha256 = freeze(b"%PDF scanned", "scans", "pdf")
    came = {"invitation": invitation, "channel": "fax", "scan": name, "scan_sha256": sha256}
    Correspondence.objects.create(received_at="2027-02-03T09:00Z", **came)

    found = archived(folder)

    sums = dict(line.split("  ")[::-1] for line in found["SHA256SUMS"].read_text().splitlines())
    files = {str(path.relative_to(folder)): path for path in found.values()}
    assert files.keys() - sums.keys() == {"SHA256SUMS"}
    assert {name.split("/")[0] for name in sums if "/" in name} == {"mail", "came-in", "statements"}
    for name, expected in sums.items():
        assert hashlib.sha256(files[name].read_bytes()).hexdigest() == expected


def test_archive_names_no_delegate_and_no_address_of_who_answered(
    invitation, frozen_letter, folder
):
    with_text(invitation)
    ReplyFactory(invitation=invitation, respondent_email="cabinet@example.org")

    written = b"".join(path.read_bytes() for path in archived(folder).values())

    assert b"Sapt Zenda" not in written
    assert b"cabinet@example.org" not in written


def test_what_a_state_did_is_told_once_after_its_minister_changed(
    invitation, frozen_letter, folder
):
    with_text(invitation)
    withdraw_invitation(invitation, UserFactory(), "A change of government.")
    after = MinisterFactory(member_state=invitation.member_state, given_name="Rupert")
    InvitationFactory(edition=invitation.edition, minister=after)

    found = rows(archived(folder)["invitations.csv"])

    assert [(row["minister"], row["texts_of_statement"]) for row in found] == [
        ("Flavia Elphberg", "0"),
        ("Rupert Elphberg", "1"),
    ]


def test_another_edition_stays_out(invitation, folder):
    other = InvitationFactory(edition__symbol="wsis-2028", minister__family_name="Hentzau")

    found = archived(folder)

    assert other.member_state.iso3 not in found["invitations.csv"].read_text()


def test_damaged_file_is_named_and_stops_no_other(invitation, frozen_letter, folder):
    letter_of(invitation, frozen_letter, message_sha256="0" * 64)
    with_text(invitation)

    with pytest.raises(CommandError, match="not what was frozen"):
        archived(folder)

    assert "mail/" in (folder / "DAMAGED.txt").read_text()
    assert list((folder / "statements").iterdir())


def test_folder_that_is_there_is_left_alone(invitation, folder):
    folder.mkdir()

    with pytest.raises(CommandError, match="is there already"):
        archived(folder)

    assert not list(folder.iterdir())


def test_unknown_edition_is_refused(folder):
    with pytest.raises(CommandError, match="wsis-1999"):
        call_command("archive_edition", "wsis-1999", str(folder))


def test_history_of_the_edition_says_that_it_was_archived(invitation, folder):
    archived(folder)

    acts = LogEntry.objects.get_for_object(invitation.edition)
    assert any((one.additional_data or {}).get("act") == "taken_out" for one in acts)
