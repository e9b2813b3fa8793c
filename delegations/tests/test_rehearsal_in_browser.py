"""A rehearsal as who asked for it sees it: the command, then its report in a browser."""

import email
import email.policy

import pytest
from playwright.sync_api import expect

from delegations.tests.browser import browser_page
from delegations.tests.rehearsals import edition_of, rehearse
from invitations.models import LetterTemplate
from scripts.peers.browsers import chromium

ROWS = """
rows => rows.map((row) => ({
    what: row.className,
    at: Date.parse(row.querySelector("time").dateTime),
    subject: row.cells[4].querySelector("bdi").innerText,
    reason: row.cells[4].querySelector("span")?.innerText ?? "",
    file: decodeURIComponent(row.querySelector("a")?.pathname ?? ""),
}))
"""


@pytest.mark.browser
@pytest.mark.django_db
def test_the_year_is_read_from_the_first_letter_to_the_last_acknowledgement(tmp_path):
    edition = edition_of(6)
    LetterTemplate.objects.filter(kind="reminder", variant="last").update(second_approver=None)
    folder = tmp_path / "year"

    said = rehearse(edition.symbol, folder=folder, seed="a")

    with chromium() as browser, browser_page(browser) as page:
        page.goto((folder / "report.html").as_uri())
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Rehearsal of {edition}")
        rows = page.locator(".year tbody tr").evaluate_all(ROWS)

    left, held = ([row for row in rows if row["what"] == what] for what in ("left", "held"))
    hours = [row["at"] for row in rows]
    assert hours == sorted(hours)
    assert len(rows) == sum(int(said[what]) for what in ("left", "came", "held"))
    assert "invitation to deliver a policy statement" in left[0]["subject"]
    assert max(row["at"] for row in rows if row["what"] == "came") < left[-1]["at"]
    assert all(row["reason"] for row in held)
    assert any("No approved text: reminder last" in row["reason"] for row in held)
    mails = [row for row in left if row["file"].endswith(".eml")]
    assert sorted(row["file"] for row in mails) == sorted(map(str, (folder / "mail").iterdir()))
    for row in mails:
        assert row["subject"] == subject_of(row["file"])


def subject_of(path):
    with open(path, "rb") as file:
        return email.message_from_binary_file(file, policy=email.policy.default)["Subject"]
