"""Each list taken out, and read again: its rows are those that the page shows."""

import csv
import io
import re

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.test import TestCase
from django.urls import reverse
from pypdfium2 import PdfDocument
from unfold.templatetags.unfold_list import results

from delegations.models import DelegationChange
from delegations.tests.lists import (
    PAGES,
    file_what_the_demonstration_lacks,
    list_shown,
    rows_in,
    rows_read,
    rows_shown,
    sheet_in,
    take_out_url,
    text_shown,
    words_of,
)
from invitations.admin.list_columns import list_url
from invitations.models import (
    Correspondence,
    Delivery,
    Invitation,
    Letter,
    MemberState,
    Mission,
    Reply,
)
from invitations.tests.desk import browser_of
from invitations.tests.factories import EditionFactory, MemberStateFactory, UserFactory
from invitations.tests.unset import not_set_in_type

A_DATE = re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}(, \d\d:\d\d)?")


def workbook_of(page, browser):
    answer = browser.post(take_out_url(page.model), {"kind": "xlsx"})
    assert answer.status_code == 200, page
    return answer.getvalue()


class EachList(TestCase):
    @classmethod
    def setUpTestData(cls):
        # The demonstration invites whom it finds: a few are enough.
        for language in ["en", "fr", "ar", "es", "ru", "zh-hans"] * 2:
            MemberStateFactory(language=language)
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("DEMO_PASSWORD", "of-the-tests-alone")
            not_set_in_type(environment)
            call_command("demo", stdout=io.StringIO())
        cls.user = UserFactory(is_superuser=True, username="sapt")
        mission = Mission.objects.create(name="=HYPERLINK(1)", phone="+41 22 555 0100")
        file_what_the_demonstration_lacks(mission, cls.user)
        browser = browser_of(cls.user)
        cls.workbooks = [workbook_of(page, browser) for page in PAGES]

    def setUp(self):
        self.client.force_login(self.user)

    def test_each_list_is_read_again_row_by_row(self):
        filled = set()
        for page, workbook in zip(PAGES, self.workbooks, strict=True):
            headings, rows = rows_in(sheet_in(workbook))
            headings_shown, shown = list_shown(self.client, list_url(page.model))
            assert rows == shown, page
            assert headings == headings_shown
            filled |= {page.opts.model_name} if rows else set()

        assert filled == {page.opts.model_name for page in PAGES}

    def test_what_a_list_shows_as_a_date_a_workbook_holds_as_one(self):
        dates, words = 0, []
        for page, workbook in zip(PAGES, self.workbooks, strict=True):
            for cell in (cell for row in sheet_in(workbook).iter_rows() for cell in row):
                dates += cell.is_date
                words += [(page.opts.label, cell.value)] * bool(A_DATE.fullmatch(str(cell.value)))

        assert dates > 100
        assert words == []

    def test_filter_search_and_order_of_the_list_are_kept(self):
        for asked in ({"status__exact": "issued"}, {"answer": "silent"}, {"o": "-2"}, {"q": "zz"}):
            address = "&".join(f"{name}={value}" for name, value in asked.items())
            url = f"{take_out_url(Invitation)}?{address}"
            _headings, rows = rows_read(self.client.post(url, {"kind": "xlsx"}))
            answer = self.client.get(list_url(Invitation), asked)
            assert len(rows) == answer.context["cl"].result_count, asked
            first = [[text_shown(cell) for cell in row] for row in results(answer.context["cl"])]
            assert rows[:20] == [[one for one in row if one is not None] for row in first], asked

    def test_a_file_of_several_editions_names_that_of_each_row(self):
        edition = Invitation.objects.first().edition
        lists = [Invitation, Letter, Delivery, Reply, Correspondence]
        assert "Edition" not in self.headings_and_rows(Invitation)[0]

        EditionFactory(symbol="wsis-2028")

        for model in lists:
            headings, rows = self.headings_and_rows(model)
            assert headings[-1] == "Edition", model
            assert {row[-1] for row in rows} - {""} == {edition.name}, model
        chosen = f"?edition__id__exact={edition.pk}"
        assert "Edition" not in self.headings_and_rows(Invitation, chosen)[0]

    def headings_and_rows(self, model, chosen=""):
        return rows_read(self.client.post(take_out_url(model) + chosen, {"kind": "xlsx"}))

    def test_what_the_secretariat_changed_says_of_which_delegation(self):
        change = DelegationChange.objects.get(user=self.user)

        answer = self.client.post(take_out_url(DelegationChange), {"kind": "xlsx"})

        _headings, rows = rows_read(answer)
        (row,) = (row for row in rows if "'=1+1" in row)
        assert str(change.delegation) in row

    def test_csv_holds_the_same_rows(self):
        answer = self.client.post(take_out_url(MemberState), {"kind": "csv"})

        file = answer.getvalue()
        assert file.startswith(b"\xef\xbb\xbf")
        assert ".csv" in answer["Content-Disposition"]
        lines = csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""))
        _headings, *rows = [[words_of(cell) for cell in line] for line in lines]
        assert rows == rows_shown(self.client, list_url(MemberState))

    def test_pdf_holds_the_same_rows(self):
        answer = self.client.post(take_out_url(MemberState), {"kind": "pdf"})

        file = answer.getvalue()
        assert ".pdf" in answer["Content-Disposition"]
        told = "".join(page.get_textpage().get_text_range() for page in PdfDocument(file))
        shown = rows_shown(self.client, list_url(MemberState))
        assert f"{len(shown)} rows." in told
        squeezed = "".join(told.split())
        assert [row for row in shown if "".join(row[0].split()) not in squeezed] == []

    def test_no_list_is_read_by_a_cursor_that_stays_open_at_the_server(self):
        """Behind a pooler another connection would not know it."""
        if connection.vendor != "postgresql":
            self.skipTest("SQLite has no server: set DATABASE_URL.")
        names = []

        def note(execute, sql, params, many, context):
            names.append(context["cursor"].cursor.name)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            for page in PAGES:
                self.client.post(take_out_url(page.model), {"kind": "csv"}).getvalue()
            self.client.post(reverse("desk:silent_take_out"), {"kind": "csv"}).getvalue()
            inside = set(names)
            list(Invitation.objects.iterator())

        assert inside == {None}
        # What is looked for would be found.
        assert names[-1] is not None

    def test_each_file_leaves_a_row_that_says_who_what_and_how_many(self):
        number = Mission.objects.count()

        self.client.post(take_out_url(Mission), {"kind": "csv"}).getvalue()

        entry = LogEntry.objects.filter(additional_data__act="taken_out").latest("pk")
        assert entry.actor == self.user
        assert entry.object_repr == f"permanent missions: {number}, CSV"

    def test_looking_at_the_question_takes_nothing_out(self):
        before = LogEntry.objects.count()

        page = self.client.get(f"{take_out_url(Invitation)}?answer=silent&q=a")

        assert page.context["filters"] == ["Standing answer: silent", "Search: a"]
        assert LogEntry.objects.count() == before
        assert self.client.post(take_out_url(Invitation), {"kind": "exe"}).status_code == 200
        assert LogEntry.objects.count() == before

    def test_a_list_to_which_one_of_our_links_led_is_taken_out_too(self):
        state = Invitation.objects.first().member_state

        page = self.client.get(f"{take_out_url(Invitation)}?member_state__id__exact={state.pk}")
        others = {
            (one.model, lookup): self.client.get(f"{take_out_url(one.model)}?{lookup}=1")
            for one in PAGES
            for lookup in (*one.linked_lookups, "pk")
        }

        assert page.context["filters"] == [f"Member State: {state}"]
        assert {answer.status_code for answer in others.values()} == {200}

    def test_what_the_list_refuses_is_not_taken_out(self):
        url = f"{take_out_url(Invitation)}?minister__to_emails__startswith=a"

        assert self.client.post(url, {"kind": "csv"}).status_code == 400

    def test_pdf_of_too_many_rows_says_so(self):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("invitations.admin.exports.MOST_PRINTED", 1)
            answer = self.client.post(take_out_url(MemberState), {"kind": "pdf"})

        assert answer.status_code == 200
        (refusal,) = answer.context["form"].errors["kind"]
        assert refusal.startswith("A PDF holds at most 1 rows")

    def test_who_may_read_a_list_alone_takes_nothing_out(self):
        for group, status in (("Readers", 403), ("Registrars", 200)):
            user = UserFactory()
            user.groups.add(Group.objects.get(name=group))
            self.client.force_login(user)
            answer = self.client.get(list_url(Invitation))
            assert ("take_out_url" in answer.context) == (status == 200)
            assert self.client.get(take_out_url(Invitation)).status_code == status
            answer = self.client.post(take_out_url(Invitation), {"kind": "csv"})
            assert answer.status_code == status
            answer.getvalue()

    def test_a_long_list_is_handed_over_whole_though_read_some_rows_at_a_time(self):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("invitations.admin.export_cells.AT_ONCE", 5)
            answer = self.client.post(f"{take_out_url(MemberState)}?o=1", {"kind": "xlsx"})

        _headings, rows = rows_read(answer)
        assert len(rows) > 10
        assert rows == rows_shown(self.client, f"{list_url(MemberState)}?o=1")
