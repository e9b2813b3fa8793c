"""The registration desk's list beside the delegations: compared, told, never merged, not kept."""

import io
import time

import openpyxl
import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from delegations.models import Delegate, Delegation
from delegations.tests.offices import coming
from delegations.tests.rows import all_rows
from invitations.replies import record_reply
from invitations.tests.factories import EditionFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]
PAGE = "desk:registered"


@pytest.fixture
def desk(client):
    user = UserFactory()
    user.groups.add(Group.objects.get(name="Speakers' desk"))
    client.force_login(user)
    return client


@pytest.fixture
def edition():
    return EditionFactory()


def delegation(edition, state, *names):
    """The delegates of a State that comes; returns the invitation."""
    invitation = coming(state, edition=edition)
    named = Delegation.objects.create(edition=edition, member_state=invitation.member_state)
    for name in names:
        Delegate.objects.create(delegation=named, name=name)
    return invitation


def csv_file(*lines, name="badges.csv"):
    return SimpleUploadedFile(name, "\n".join(lines).encode())


def workbook(*rows, struck=()):
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    for number in struck:
        for cell in book.active[number]:
            cell.font = openpyxl.styles.Font(strike=True)
    book.save(file)
    return SimpleUploadedFile("badges.xlsx", file.getvalue())


def compare(client, file, **more):
    return client.post(reverse(PAGE), {"file": file, "kind": "page", **more})


def sides(answer):
    """Name and remark of each row, of both sides."""
    assert "sides" in answer.context, answer.context["form"].errors
    return [[(row.name, row.remark) for row, _ in one["rows"]] for one in answer.context["sides"]]


def test_both_sides_are_told_and_who_stands_on_both_is_counted(desk, edition):
    delegation(edition, "Ruritania", "Flavia Elphberg", "Fritz von Tarlenheim")

    answer = compare(desk, csv_file("State;Name", "Ruritania;Flavia Elphberg", "Ruritania;Sapt"))

    assert sides(answer) == [[("Fritz von Tarlenheim", "")], [("Sapt", "")]]
    assert answer.context["on_both"] == 1
    assert answer.context["sides"][1]["rows"][0][0].more == "Line 3"


@pytest.mark.parametrize(
    "registered",
    [
        "ELPHBERG, Flávia José", "José Flavia Elphberg", "flavia-jose elphberg",
        "Elphberg  Flavia\u00a0Jose\u0301",
    ],
)  # fmt: skip
def test_case_accents_signs_and_the_order_of_parts_do_not_matter(desk, edition, registered):
    delegation(edition, "Ruritania", "Flavia José Elphberg")

    answer = compare(desk, csv_file("State;Name", f"Ruritania;{registered}"))

    assert sides(answer) == [[], []]


def test_what_is_only_near_is_told_on_both_sides_and_never_taken(desk, edition):
    delegation(edition, "Ruritania", "Flavia Maria Elphberg")

    answer = compare(desk, csv_file("State;Name", "Ruritania;Flavia Elphberg"))

    assert sides(answer) == [
        [("Flavia Maria Elphberg", "Perhaps registered as Flavia Elphberg, line 2.")],
        [("Flavia Elphberg", "Perhaps nominated as Flavia Maria Elphberg.")],
    ]


def test_one_name_of_two_states_is_not_one_person(desk, edition):
    delegation(edition, "Ruritania", "Flavia Elphberg")
    delegation(edition, "Strelsau")

    answer = compare(desk, csv_file("State;Name", "Strelsau;Flavia Elphberg"))

    told = "Somebody of this name is registered for Strelsau, line 2."
    assert sides(answer) == [
        [("Flavia Elphberg", told)],
        [("Flavia Elphberg", "Somebody of this name is nominated by Ruritania.")],
    ]


def test_two_lines_of_one_name_are_not_taken_for_one_delegate_twice(desk, edition):
    delegation(edition, "Ruritania", "Flavia Elphberg")
    line = "Ruritania;Flavia Elphberg"

    answer = compare(desk, csv_file("State;Name", line, line))

    told = "More than once on the list: the delegate of this name is registered."
    assert sides(answer) == [[], [("Flavia Elphberg", told)]]


def test_two_delegates_of_one_name_need_two_lines(desk, edition):
    delegation(edition, "Ruritania", "Ali Sapt", "Sapt Ali")

    answer = compare(desk, csv_file("State;Name", "Ruritania;Ali Sapt"))

    assert sides(answer) == [[("Sapt Ali", "")], []]


def test_who_is_named_by_a_state_that_does_not_come_any_more_is_told(desk, edition):
    invitation = delegation(edition, "Ruritania", "Flavia Elphberg")
    record_reply(invitation, {"answer": "regrets"})

    answer = compare(desk, csv_file("State;Name", "Ruritania;Flavia Elphberg"))

    told = "Named by a delegation that does not come."
    assert sides(answer) == [[], [("Flavia Elphberg", told)]]


def test_a_state_that_is_not_known_or_not_said_is_told_at_its_line(desk, edition):
    delegation(edition, "Ruritania", "Flavia Elphberg")

    answer = compare(desk, csv_file("State;Name", "Atlantis;Flavia Elphberg", ";Rupert Hentzau"))

    unknown = "This code or name is not on the list of Member States of this system."
    assert sides(answer)[1] == [
        ("Flavia Elphberg", unknown),
        ("Rupert Hentzau", "The list says no State."),
    ]
    assert sides(answer)[0] == [
        ("Flavia Elphberg", "Somebody of this name is registered for Atlantis, line 2.")
    ]


def test_a_name_in_several_columns_is_put_together_and_said_once(desk, edition):
    delegation(edition, "Ruritania", "Flavia Elphberg", "Rupert Hentzau")
    rows = [
        ["Prénom", "Nom de famille", "Badge name", "Pays"],
        ["Flavia", "ELPHBERG", None, "Ruritania"],
        ["Rupert", "Hentzau", "Rupert Hentzau", "Ruritania"],
    ]

    answer = compare(desk, workbook(*rows))

    assert sides(answer) == [[], []]


def test_lines_struck_through_above_the_headings_or_without_a_name_are_told(desk, edition):
    delegation(edition, "Ruritania", "Flavia Elphberg")
    rows = [
        ["Badges", "as of today"], ["Country", "Full name"], ["Ruritania", "Rupert Hentzau"],
        ["Ruritania", "Flavia Elphberg"], ["Ruritania", "–"],
    ]  # fmt: skip

    answer = compare(desk, workbook(*rows, struck=[3]))

    assert sides(answer) == [[], []]
    told = " ".join(answer.context["told"])
    for sentence in (
        "Lines above the headings, not read: 1.",
        "Rows struck through, left out: 3.",
        "Lines without a name, not compared: 5.",
    ):
        assert sentence in told


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (b"Name;Role\nFlavia;Head", "badges.csv lacks a column that it needs: State."),
        (b"State;Role\nXRU;Head", "badges.csv lacks a column that it needs: Name."),
        (b"State;Name\n", "badges.csv has no row under its header."),
        (b"%PDF-1.7", "badges.csv is no spreadsheet: save the list as XLSX or CSV."),
        (b'State;Name\nXRU;"Flavia', "Line 2 of badges.csv cannot be read as CSV"),
        (b"State;Name\n" + b"XRU;Flavia\n" * 10_001, "badges.csv has more than 10000 rows."),
        (b"", "The submitted file is empty."),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_in_words(desk, edition, file, why):
    answer = compare(desk, SimpleUploadedFile("badges.csv", file))

    assert why in " ".join(answer.context["form"].errors["file"])
    assert "sides" not in answer.context


def test_nothing_of_the_list_is_kept(desk, edition):
    delegation(edition, "Ruritania", "Flavia Elphberg")
    desk.get(reverse(PAGE))
    before = all_rows()

    answer = compare(desk, csv_file("State;Name", "Ruritania;Rupert Hentzau"))

    assert "no-store" in answer["Cache-Control"]
    assert all_rows() == before


def test_the_comparison_is_taken_out_as_a_file_and_that_is_on_file(desk, edition):
    delegation(edition, "Ruritania", "Flavia Elphberg")
    file = csv_file("State;Name", "Ruritania;=Rupert", "Atlantis;Sapt")

    answer = compare(desk, file, kind="xlsx")

    book = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))
    _headings, *rows = book.active.iter_rows(values_only=True)
    assert [row[:4] for row in rows] == [
        ("Nominated and not registered", "Ruritania", "Flavia Elphberg", "Adviser"),
        ("Registered and not nominated", "Ruritania", "'=Rupert", "Line 2"),
        ("Registered and not nominated", "Atlantis", "Sapt", "Line 3"),
    ]
    entry = LogEntry.objects.get(additional_data__act="taken_out")
    assert entry.object_repr == "delegates: 3, XLSX"


@pytest.mark.parametrize(("kind", "begins"), [("csv", b"\xef\xbb\xbf"), ("pdf", b"%PDF")])
def test_the_file_has_the_kind_that_was_chosen(desk, edition, kind, begins):
    answer = compare(desk, csv_file("State;Name", "XRU;Rupert"), kind=kind)

    assert answer.getvalue().startswith(begins)


def test_more_than_a_pdf_holds_is_refused_in_words(desk, edition):
    file = csv_file("State;Name", *["Atlantis;Sapt"] * 501)

    answer = compare(desk, file, kind="pdf")

    assert "A PDF holds at most 500 rows" in answer.context["form"].errors["kind"][0]


def test_a_file_after_a_long_time_asks_who_it_is_and_keeps_no_list(desk, edition):
    session, at = desk.session, time.time() - 20 * 60
    records = [{"method": name, "at": at} for name in ("password", "mfa")]
    session["account_authentication_methods"] = records
    session.save()

    answer = compare(desk, csv_file("State;Name", "XRU;Rupert Hentzau"), kind="xlsx")

    assert answer.status_code == 302
    assert "Hentzau" not in str([one.get_decoded() for one in Session.objects.all()])
    assert not LogEntry.objects.filter(additional_data__act="taken_out").exists()


def test_who_does_not_see_delegates_does_not_see_the_page(client, edition):
    for group in ("Drafters", "Approvers", "Registrars", "Readers"):
        user = UserFactory()
        user.groups.add(Group.objects.get(name=group))
        client.force_login(user)
        assert client.get(reverse(PAGE)).status_code == 403
        assert compare(client, csv_file("State;Name", "XRU;Rupert")).status_code == 403
        shown = client.get(reverse("admin:index"))
        assert reverse(PAGE) not in shown.content.decode()


def test_who_takes_nothing_out_compares_on_the_page_alone(desk, edition):
    group = Group.objects.get(name="Speakers' desk")
    group.permissions.remove(group.permissions.get(codename="take_out_lists"))

    answer = compare(desk, csv_file("State;Name", "XRU;Rupert"), kind="xlsx")

    assert "kind" not in answer.context["form"].fields
    assert len(answer.context["sides"]) == 2


def test_without_an_edition_there_is_nothing_to_compare_with(desk):
    assert b"There is no edition yet" in desk.get(reverse(PAGE)).content


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_as_often_for_one_line_as_for_three(
    desk, edition, number, django_assert_num_queries
):
    for place in range(number):
        delegation(edition, f"State {place}", f"Flavia {place}", f"Rupert {place}")
    lines = [f"State {place};Flavia {place}" for place in range(number)]
    desk.get(reverse(PAGE))

    with django_assert_num_queries(10):
        compare(desk, csv_file("State;Name", *lines, "Atlantis;Sapt"))
