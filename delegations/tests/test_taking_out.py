"""Each list taken out, and read again: its rows are those that the page shows."""

import csv
import io
import re
from contextlib import suppress
from itertools import islice

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone
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
from invitations.admin.columns import at_hour, list_url
from invitations.admin.taking_out.background import ask_for_list, counted, take_out_lists
from invitations.admin.taking_out.lists import MOST_AT_ONCE
from invitations.models import (
    Correspondence,
    Delivery,
    Invitation,
    Letter,
    ListExport,
    MemberState,
    Mission,
    Reply,
    Setback,
)
from invitations.outbox.retention.expired import delete_expired
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
            ask_for_list(Invitation, "", "csv", 1, self.user)
            assert take_out_lists() == 1
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
            patch.setattr("invitations.admin.taking_out.page.MOST_PRINTED", 1)
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

    def test_long_list_is_made_by_a_worker_for_whoever_asked(self):
        long = dict.fromkeys(MOST_AT_ONCE, 1)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("invitations.admin.taking_out.lists.MOST_AT_ONCE", long)
            answer = self.client.post(f"{take_out_url(MemberState)}?o=1", {"kind": "xlsx"})
        wanted = ListExport.objects.get()
        page = reverse("admin:invitations_listexport_change", args=[wanted.pk])
        file = reverse("admin:invitations_listexport_file", args=[wanted.pk])
        assert answer["Location"] == page
        assert self.client.get(page)["Refresh"].startswith("3;")
        assert self.client.get(file).status_code == 404

        assert (take_out_lists(), take_out_lists()) == (1, 0)

        _headings, rows = rows_read(self.client.get(file))
        assert rows == rows_shown(self.client, f"{list_url(MemberState)}?o=1")
        shown = self.client.get(page)
        assert "Refresh" not in shown
        wanted.refresh_from_db()
        assert wanted.kept_until == wanted.ended_at + timezone.timedelta(days=1)
        assert at_hour(wanted.kept_until) in shown.content.decode()
        entry = LogEntry.objects.filter(additional_data__act="taken_out").latest("pk")
        assert (entry.actor, entry.object_repr) == (self.user, f"Member States: {len(rows)}, XLSX")
        self.client.force_login(UserFactory(is_superuser=True))
        assert self.client.get(file).status_code == 404
        assert self.client.get(page).status_code == 302

    def test_a_worker_makes_the_file_that_a_request_hands_over_and_keeps_it_packed(self):
        at_once = self.client.post(take_out_url(MemberState), {"kind": "csv"}).getvalue()
        wanted = ask_for_list(MemberState, "", "csv", 1, self.user)

        take_out_lists()

        wanted.refresh_from_db()
        answer = self.client.get(reverse("admin:invitations_listexport_file", args=[wanted.pk]))
        assert answer["Content-Length"] == str(len(at_once))
        assert answer.getvalue() == at_once
        assert len(wanted.content) < len(at_once)

    def test_the_page_tells_how_many_rows_a_worker_has_written(self):
        rows = MemberState.objects.count()
        wanted = ask_for_list(MemberState, "", "csv", rows, self.user)
        ListExport.objects.update(state="running", began_at=timezone.now())
        wanted.refresh_from_db()
        listed = self.client.get(list_url(MemberState)).context["cl"]
        page = reverse("admin:invitations_listexport_change", args=[wanted.pk])

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("invitations.admin.taking_out.background.AT_ONCE", 5)
            # The sixth is asked for once five are written.
            list(islice(counted(wanted, listed), 6))

        assert f"5 of {rows}" in self.client.get(page).content.decode()

    def test_file_of_a_long_list_goes_after_a_day(self):
        yesterday = timezone.now() - timezone.timedelta(days=1, minutes=1)
        wanted = ListExport.objects.create(
            model="invitations.mission", kind="csv", rows=1, asked_by=self.user, language="en",
            state="done", content=b"State", ended_at=yesterday,
        )  # fmt: skip
        file = reverse("admin:invitations_listexport_file", args=[wanted.pk])
        assert self.client.get(file).status_code == 404

        delete_expired()

        wanted.refresh_from_db()
        assert wanted.content is None
        assert "not kept any more" in self.client.get(list_url(ListExport)).content.decode()

    def test_a_list_that_ends_each_worker_is_given_up_and_says_so(self):
        wanted = ask_for_list(MemberState, "", "csv", 1, self.user)
        for _worker in range(4):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("invitations.admin.taking_out.background.made", killed)
                with suppress(Killed):
                    take_out_lists()
            long_ago = timezone.now() - timezone.timedelta(minutes=11)
            ListExport.objects.filter(state="running").update(began_at=long_ago)

        wanted.refresh_from_db()
        assert wanted.state == "refused"
        assert wanted.told.startswith("No file was made: it failed several times")
        assert not Setback.objects.exists()

    def test_a_list_whose_worker_was_killed_once_is_made_by_the_next(self):
        wanted = ask_for_list(MemberState, "", "csv", 1, self.user)
        long_ago = timezone.now() - timezone.timedelta(minutes=11)
        ListExport.objects.update(state="running", began_at=long_ago)

        assert take_out_lists() == 1

        wanted.refresh_from_db()
        assert wanted.state == "done"
        assert not Setback.objects.exists()

    def test_long_list_is_refused_to_who_lost_the_right(self):
        user = UserFactory()
        wanted = ListExport.objects.create(
            model="invitations.mission", kind="csv", rows=1, asked_by=user, language="en"
        )

        take_out_lists()

        wanted.refresh_from_db()
        assert (wanted.state, wanted.content) == ("refused", None)
        assert wanted.told == "You may not take this list out any more."


class Killed(BaseException):
    """A worker ends here, and nothing of it is run any more."""


def killed(wanted):
    raise Killed


@pytest.mark.django_db
def test_the_file_is_refused_to_who_may_not_read_the_list_any_more(client):
    user = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="take_out_lists"))
    wanted = ListExport.objects.create(
        model="invitations.mission", kind="csv", rows=1, asked_by=user, language="en",
        state="done", content=b"State", ended_at=timezone.now(),
    )  # fmt: skip
    file = reverse("admin:invitations_listexport_file", args=[wanted.pk])
    client.force_login(user)
    assert client.get(file).status_code == 403

    user.user_permissions.add(Permission.objects.get(codename="view_mission"))
    assert client.get(file).getvalue() == b"State"
