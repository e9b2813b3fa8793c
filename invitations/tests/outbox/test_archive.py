import csv
import hashlib
import io
import os
import re
import subprocess
import time
import tracemalloc
import zipfile

import pytest
from auditlog.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from invitations.files.frozen import freeze
from invitations.models import Letter
from invitations.outbox.archive import archive
from invitations.tests.desk import choose, signed_in
from invitations.tests.factories import CircularFactory, DeliveryFactory, LetterFactory
from invitations.tests.outbox.print_run.papers import damage

pytestmark = pytest.mark.django_db
LETTERS = reverse("admin:invitations_letter_changelist")
MAY = ("view_letter", "change_letter")


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """Damage done here stays here."""
    settings.MEDIA_ROOT = tmp_path / "files"


def sealed_letter(content=b"%PDF Sire,", **fields):
    """An approved letter with these frozen bytes."""
    name, sha256 = freeze(content, "letters", "pdf")
    now = timezone.now()
    return LetterFactory(
        **{
            "pdf": name,
            "sha256": sha256,
            "message_sha256": "0" * 64,
            "composed_at": now,
            "state": Letter.State.APPROVED,
            "approved_at": now,
            **fields,
        }
    )


def named(reference, **fields):
    return sealed_letter(circular=CircularFactory(reference=reference), **fields)


def opened(*letters):
    with archive(letters) as file:
        return zipfile.ZipFile(io.BytesIO(file.read()))


def rows(book):
    return list(csv.DictReader(io.StringIO(book.read("index.csv").decode("utf-8-sig"))))


def test_an_archive_holds_the_frozen_files_and_their_sums(tmp_path):
    one, other = sealed_letter(b"%PDF one"), sealed_letter(b"%PDF other", language="fr")

    book = opened(one, other)
    book.extractall(tmp_path)

    names = [name for name in book.namelist() if name.endswith(".pdf")]
    assert {book.read(name) for name in names} == {b"%PDF one", b"%PDF other"}
    assert all(re.fullmatch(r"CL-27-\d+-[0-9A-Z]{3}-invitation-(en|fr)-\d+\.pdf", n) for n in names)
    done = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=tmp_path, check=False)
    assert done.returncode == 0


def test_the_list_says_what_each_file_is_and_when_it_left():
    at = timezone.now().replace(microsecond=0)
    letter = sealed_letter(
        sealed_by="Ruritanian Union",
        time_stamped_at=at,
        invitation__minister__ref="RUR-7",
    )
    DeliveryFactory(letter=letter, state="handed_over", handed_over_at=at)

    (row,) = rows(opened(letter))

    state = letter.invitation.member_state
    assert (row["state"], row["iso"]) == (state.short_name_en, state.iso2)
    assert (row["minister_reference"], row["kind"], row["language"]) == (
        "RUR-7",
        "invitation",
        "en",
    )
    assert (row["sha256"], row["sealed_by"]) == (letter.sha256, "Ruritanian Union")
    assert row["dispatched"] == row["time_on_the_seal"] == at.isoformat()


def test_a_spreadsheet_runs_nothing_of_the_list():
    letter = sealed_letter(invitation__minister__ref="=1+1", sealed_by="@Union")

    (row,) = rows(opened(letter))

    assert (row["minister_reference"], row["sealed_by"]) == ("'=1+1", "'@Union")


@pytest.mark.parametrize("reference", ["../../etc/CL-19", "CL/19\\58", "CL-19\n58", "УЦ 19"])
def test_no_name_of_a_file_leads_out_of_its_folder(reference):
    name = opened(named(reference)).namelist()[0]

    assert re.fullmatch(r"[A-Za-z0-9-]+\.pdf", name)
    assert not name.startswith("-")


def test_an_archive_stops_at_a_damaged_letter_and_names_it(client):
    signed_in(client, *MAY)
    letter = sealed_letter()
    damage(letter)

    page = choose(client, LETTERS, "archive_selected", letter)

    (told,) = [str(message) for message in page.context["messages"]]
    assert told.startswith(f"The archive stopped at the damaged letter {letter}: ")


def test_one_letter_at_a_time_is_in_memory():
    letters = [sealed_letter(b"%PDF" + os.urandom(1_000_000)) for _number in range(20)]

    tracemalloc.start()
    with archive(letters) as file:
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert file.seek(0, io.SEEK_END) > 20_000_000

    assert peak < 6_000_000


# The desk


def test_whoever_drafts_takes_letters_out_and_that_is_on_file(client):
    user = signed_in(client, *MAY)
    letter, draft = sealed_letter(), LetterFactory()

    answer = choose(client, LETTERS, "archive_selected", letter, draft)

    book = zipfile.ZipFile(io.BytesIO(answer.getvalue()))
    assert answer["Content-Type"] == "application/zip"
    assert hashlib.sha256(book.read(book.namelist()[0])).hexdigest() == letter.sha256
    entry = LogEntry.objects.get(action=LogEntry.Action.ACCESS)
    assert (entry.actor, entry.object_repr) == (user, "letters: 1, ZIP")


@pytest.mark.parametrize(
    "fields", [{"state": "planned", "approved_at": None}, {"state": "cancelled"}]
)
def test_what_is_not_approved_is_in_no_archive(client, fields):
    signed_in(client, *MAY)

    page = choose(client, LETTERS, "archive_selected", sealed_letter(**fields))

    said = [str(message) for message in page.context["messages"]]
    assert said[0].endswith("Only an approved letter goes into an archive.")
    assert said[1] == "There is no letter for an archive among those chosen."


def test_who_may_only_view_letters_gets_no_archive(client):
    signed_in(client, "view_letter")

    page = choose(client, LETTERS, "archive_selected", sealed_letter())

    assert not page.streaming


def test_a_sign_in_of_a_while_ago_is_asked_again_first(client):
    signed_in(client, *MAY)
    session = client.session
    at = time.time() - 20 * 60
    records = [{"method": name, "at": at} for name in ("password", "mfa")]
    session["account_authentication_methods"] = records
    session.save()

    asked = client.post(
        LETTERS, {"action": "archive_selected", "_selected_action": [sealed_letter().pk]}
    )

    assert asked.status_code == 302
    assert "reauthenticate" in asked.url
