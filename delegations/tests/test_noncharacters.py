"""What Unicode calls no character is typed nowhere, and what is on file breaks no export."""

import io

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, models, transaction
from django.db.models import Value
from django.db.models.functions import Concat
from django.test import TestCase
from django.urls import reverse
from openpyxl import load_workbook

from delegations.models import Delegate
from delegations.tests.lists import PAGES, file_what_the_demonstration_lacks, take_out_url
from delegations.tests.offices import browser, coming, page_of
from invitations.admin.list_columns import list_url
from invitations.admin.setup.minister_import import MinisterResource
from invitations.models import ForumEdition, Letter, Minister, Mission
from invitations.tests.desk import browser_of
from invitations.tests.factories import MemberStateFactory, UserFactory
from invitations.tests.unset import not_set_in_type

# A code of the machine, typed by none: pages and clocks are found by it.
CODES = {"symbol", "time_zone", "iso2", "iso3", "sha256", "message_sha256", "pdf", "message"}
SIGNS = "\ufffe\uffff\ufdd0\ufdef\U0001fffe\U0010ffff"


def holds_signs(words):
    return any(sign in words for sign in SIGNS)


def spoil(model):
    """Put the signs behind the words of each column of the table that can hold them."""
    for field in model._meta.concrete_fields:
        is_text = isinstance(field, models.CharField | models.TextField)
        if not is_text or field.choices or field.primary_key or field.name in CODES:
            continue
        rows = models.QuerySet(model).exclude(**{field.attname: ""})
        try:
            with transaction.atomic():
                rows.update(**{field.attname: Concat(field.attname, Value(SIGNS))})
        except DatabaseError:
            continue  # too short, or bound by a constraint: it never holds them


@pytest.mark.django_db
@pytest.mark.usefixtures("in_february")
def test_an_office_is_refused_a_name_that_holds_one():
    invitation = coming("Ruritania")
    words = {"invitation": invitation.pk, "role": "adviser", "name": f"Fritz{SIGNS}"}

    response = browser(invitation).post(page_of(invitation, "add"), words)

    assert "signs that are no writing" in response.content.decode()
    assert not Delegate.objects.exists()


class EachExport(TestCase):
    @classmethod
    def setUpTestData(cls):
        for language in ["en", "fr", "ar", "es", "ru", "zh-hans"] * 2:
            MemberStateFactory(language=language)
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("DEMO_PASSWORD", "of-the-tests-alone")
            not_set_in_type(environment)
            call_command("demo", stdout=io.StringIO())
        cls.user = UserFactory(is_superuser=True, username="sapt")
        mission = Mission.objects.create(name="Mission of Ruritania")
        file_what_the_demonstration_lacks(mission, cls.user)
        for app in ("invitations", "delegations"):
            for model in apps.get_app_config(app).get_models():
                spoil(model)

    def setUp(self):
        self.browser = browser_of(self.user)

    def taken_out(self, model, kind):
        answer = self.browser.post(take_out_url(model), {"kind": kind})
        assert answer.status_code == 200, model
        return answer.getvalue()

    def test_each_list_is_taken_out_as_a_workbook(self):
        for page in PAGES:
            book = load_workbook(io.BytesIO(self.taken_out(page.model, "xlsx")))
            for row in book.active.iter_rows(values_only=True):
                assert not holds_signs("".join(map(str, row))), page

    def test_each_list_is_taken_out_as_csv(self):
        for page in PAGES:
            assert not holds_signs(self.taken_out(page.model, "csv").decode()), page

    def test_a_list_is_taken_out_as_pdf(self):
        for model in (Delegate, Mission, Letter):
            assert self.taken_out(model, "pdf").startswith(b"%PDF")

    def test_what_was_searched_for_breaks_no_workbook(self):
        address = f"{take_out_url(Delegate)}?q={SIGNS}"

        assert self.browser.post(address, {"kind": "xlsx"}).getvalue().startswith(b"PK")

    def test_ministers_are_exported_for_an_import(self):
        names = MinisterResource().get_export_order()
        columns = {f"ministerresource_{name}": "on" for name in names}
        for chosen in ("0", "1"):
            asked = {"format": chosen, "resource": "0", **columns}
            answer = self.browser.post(f"{list_url(Minister)}export/", asked)
            assert "attachment" in answer["Content-Disposition"]

    def test_contacts_are_taken_out_as_cards(self):
        edition, state = ForumEdition.objects.first(), Minister.objects.first().member_state
        of = [edition.symbol, state.iso3]

        answer = self.browser.post(reverse("desk:contacts", args=of))

        assert not holds_signs(answer.content.decode())
