"""Who is silent, taken out as a file: as the page shows it, by whom, and what it leaves on file."""

import io

import openpyxl
import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group
from django.urls import reverse

from delegations.tests.desk.silent import silent_state
from delegations.tests.lists import text_read
from invitations.tests.factories import EditionFactory, StepFactory, UserFactory

pytestmark = pytest.mark.django_db


def member(client, group):
    user = UserFactory()
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    return user


def rows_in(answer):
    book = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))
    return [[text_read(cell) for cell in row] for row in book.active.iter_rows()]


def test_the_silent_of_a_region_are_taken_out_in_the_order_of_the_page(in_february, client):
    user = member(client, "Registrars")
    edition = StepFactory(days_before=21).edition
    lately, long_ago = (silent_state(edition, "Africa", days) for days in (20, 40))
    silent_state(edition, "Europe", 30)
    shown = client.get(reverse("desk:silent"), {"region": "Africa", "sort": "letter"})

    question = client.get(shown.context["take_out_url"])
    headings, *rows = rows_in(client.post(shown.context["take_out_url"], {"kind": "xlsx"}))

    assert [row[0] for row in rows] == [row["state"] for row in shown.context["rows"]]
    assert [row[0] for row in rows] == [str(one.member_state) for one in (long_ago, lately)]
    assert headings == [str(column["words"]) for column in shown.context["columns"]]
    assert [row[2] for row in rows] == [row["left"] for row in shown.context["rows"]]
    assert rows[0][5] == "10 March 2027, mail"
    assert (question.context["filters"], question.context["number"]) == (["Region: Africa"], 2)
    assert question.context["list_url"].endswith(f"sort=letter&edition={edition.symbol}")
    entry = LogEntry.objects.get(additional_data__act="taken_out")
    assert (entry.actor, entry.object_repr) == (user, "invitations: 2, XLSX")


@pytest.mark.parametrize("group", ["Registrars", "Speakers' desk"])
def test_each_row_holds_what_the_page_shows_to_whoever_takes_it_out(in_february, client, group):
    member(client, group)
    edition = StepFactory(days_before=21).edition
    for region, days in (("Africa", 20), ("Europe", 30), ("Africa", 40)):
        silent_state(edition, region, days)

    for asked, number in (({}, 3), ({"region": "Africa"}, 2)):
        shown = client.get(reverse("desk:silent"), asked)
        _headings, *rows = rows_in(client.post(shown.context["take_out_url"], {"kind": "xlsx"}))
        assert len(rows) == number
        for row, cells in zip(shown.context["rows"], rows, strict=True):
            told = [row[name] for name in ("state", "region", "left", "addresses", "called")]
            assert cells[:5] == [str(one) for one in told]


@pytest.mark.parametrize(("kind", "begins"), [("csv", b"\xef\xbb\xbf"), ("pdf", b"%PDF")])
def test_the_file_has_the_kind_that_was_chosen(client, kind, begins):
    member(client, "Drafters")
    silent_state(EditionFactory(), "Africa", 8)

    answer = client.post(reverse("desk:silent_take_out"), {"kind": kind})

    assert answer.getvalue().startswith(begins)
    assert f".{kind}" in answer["Content-Disposition"]


def test_who_may_only_read_is_offered_no_file(client):
    member(client, "Readers")
    silent_state(EditionFactory(), "Africa", 8)

    assert "take_out_url" not in client.get(reverse("desk:silent")).context
    assert client.get(reverse("desk:silent_take_out")).status_code == 403


def test_without_an_edition_there_is_no_list_to_take_out(client):
    member(client, "Drafters")

    assert client.get(reverse("desk:silent_take_out")).status_code == 404
