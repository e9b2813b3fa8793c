"""No page of a list is heavy, however many rows the list has."""

import datetime as dt

import pytest
from django.contrib import admin
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from invitations.admin.base import ModelAdmin
from invitations.admin.list_columns import list_url
from invitations.models import FormOfAddress, ForumEdition, Invitation
from invitations.tests.desk import composed_letters, signed_in
from invitations.tests.factories import (
    CircularFactory,
    DeliveryFactory,
    InvitationFactory,
    MemberStateFactory,
    MissionFactory,
    ReplyFactory,
)

pytestmark = pytest.mark.django_db

HEAVIEST = 300_000
DRAFT = {
    "status": "draft",
    "issued_at": None,
    "minister__portfolio": "Minister of Communications, Informatics and Mass Media",
    "minister__cc_emails": "cabinet@ministry.example.org\nprotocol@ministry.example.org",
}


@pytest.mark.walk
def test_no_page_of_a_list_weighs_more_than_300_kilobytes(admin_client):
    # One more than a page has.
    for place in range(21):
        name = "The Most Serene Republic of Ruritania and the Isles beyond the Sea"
        state = MemberStateFactory(short_name=f"{name} {place}")
        delivery = DeliveryFactory(letter__invitation__member_state=state)
        ReplyFactory(invitation=delivery.letter.invitation)

    weights = {}
    for model, page in admin.site._registry.items():
        if isinstance(page, ModelAdmin):
            name = f"{model._meta.app_label}_{model._meta.model_name}"
            answer = admin_client.get(reverse(f"admin:{name}_changelist"))
            weights[name] = len(answer.content)

    assert weights["invitations_invitation"] > 100_000
    assert {name: weight for name, weight in weights.items() if weight > HEAVIEST} == {}


def test_the_rows_of_a_long_list_are_sorted_by_their_keys_alone(admin_client):
    for _number in range(21):
        InvitationFactory()
    admin_client.get(list_url(Invitation))

    with CaptureQueriesContext(connection) as asked:
        page = admin_client.get(list_url(Invitation), {"p": 2})

    listed = page.context["cl"]
    (last,) = listed.result_list
    (cut_off,) = [one["sql"] for one in asked if "OFFSET 20" in one["sql"]]
    assert last == list(listed.queryset)[-1]
    assert "background" not in cut_off


def test_all_rows_can_be_chosen_although_a_page_has_few(admin_client):
    for _number in range(30):
        MissionFactory()

    page = admin_client.get(reverse("admin:invitations_mission_changelist"))

    assert len(page.context["cl"].result_list) == 20
    assert "Select all 30" in page.content.decode()


class AllLettersToApprove(TestCase):
    @classmethod
    def setUpTestData(cls):
        circular = CircularFactory()
        composed_letters(
            {
                "circular": circular,
                "invitation": InvitationFactory(**DRAFT, edition=circular.edition),
            }
            for _place in range(193)
        )
        cls.address = reverse("admin:invitations_circular_approve", args=[circular.pk])

    def page(self):
        signed_in(self.client, "view_letter", "view_circular", "approve_letter")
        page = self.client.get(self.address).content
        assert page.count(b'name="letters"') == 193
        return page

    def test_their_page_is_as_light(self):
        assert len(self.page()) <= HEAVIEST

    def test_so_it_is_where_all_are_outdated(self):
        ForumEdition.objects.update(theme_en="Another theme")

        page = self.page()

        assert page.count(b"disabled") >= 193
        assert len(page) <= HEAVIEST


REMARKABLE = {
    "minister__address_gender": "x",
    "minister__portfolio": "",
    "minister__family_name": "",
    "minister__member_state__language_confidence": "low",
}


def test_remarks_on_each_of_all_letters_leave_that_page_light(client):
    """Each is late, without time stamp and with flawed words; all persons but one are doubtful."""
    signed_in(client, "view_letter", "view_circular", "approve_letter")
    circular = CircularFactory(dated_on=timezone.localdate() - dt.timedelta(days=9))
    FormOfAddress.objects.update(confidence="low")
    composed_letters(
        {
            "circular": circular,
            "invitation": InvitationFactory(
                **DRAFT | (REMARKABLE if place else {}), edition=circular.edition
            ),
            "lacks_time_stamp": True,
            "paper": "The Forum , ( ) held in Geneva.",
        }
        for place in range(193)
    )

    address = reverse("admin:invitations_circular_approve", args=[circular.pk])
    page = client.get(address).content

    assert page.count(b'name="letters"') == 193
    assert page.count(b"brackets with nothing in them</li>") == 1
    assert page.count(b"gender not known: confirm with the mission</li>") == 192
    # Each leads to whom something is to be mended of, also where all share what is.
    assert page.count(b"/admin/invitations/minister/") == 193
    assert len(page) <= HEAVIEST
