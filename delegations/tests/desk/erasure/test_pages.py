"""After an erasure the pages of what stays open as before, at the desk and for an office."""

import pytest
import time_machine
from django.contrib import admin
from django.urls import reverse
from django.utils import translation

from delegations.tests.desk.erasure.erased import NIGHT, at_night, came, over, photographed
from delegations.tests.desk.erasure.test_erasing import with_everything

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]
OFFICE = (
    "answer", "change", "recorded", "record", "track", "delegation", "add",
    "list", "statement", "statement_record",
)  # fmt: skip


@pytest.fixture
def edition():
    with time_machine.travel(NIGHT, tick=False) as clock, translation.override("en"):
        edition = over()
        photographed(with_everything(edition))
        came(edition, "Rudolf Rassendyll")
        at_night(clock)
        yield edition


def desk_pages():
    for model in admin.site._registry:
        if model._meta.proxy:
            continue
        named = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{named}_changelist")
        for row in model._base_manager.all()[:3]:
            for view in ("change", "history"):
                yield reverse(f"{named}_{view}", args=[row.pk])


@pytest.mark.walk
def test_each_page_of_the_desk_opens(admin_client, edition):
    answered = {url: admin_client.get(url).status_code for url in desk_pages()}

    assert {url: code for url, code in answered.items() if code != 200} == {}


@pytest.mark.walk
def test_each_page_of_an_office_opens_to_staff(admin_client, edition):
    invitation = edition.invitations.first()
    answered = {
        name: admin_client.get(reverse(f"office:{name}", args=[invitation.pk])).status_code
        for name in OFFICE
    }

    assert {url: code for url, code in answered.items() if code != 200} == {}
