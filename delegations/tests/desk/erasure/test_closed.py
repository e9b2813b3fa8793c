"""After an erasure nobody is named any more, and what stays is changed by nobody."""

import uuid

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from delegations.desk.erasure.erasing import ask_for_erasure, erase_personal_data
from delegations.models import Delegate, Delegation
from delegations.nominations import nominate_delegate
from delegations.tests.desk.erasure.erased import NIGHT, came, over, person
from delegations.tests.offices import browser, page_of, text
from invitations.admin.list_columns import change_url
from invitations.tests.desk import as_sent, composed_letter
from invitations.tests.factories import EditionFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]


@pytest.fixture
def edition():
    with time_machine.travel(NIGHT, tick=False), translation.override("en"):
        edition = over()
        came(edition)
        erase_personal_data()
        yield edition


def test_staff_read_that_the_names_were_erased_and_the_office_names_nobody(admin_client, edition):
    invitation = edition.invitations.get()

    page = text(admin_client.get(page_of(invitation, "delegation")))

    assert "The names of the delegates were erased" in page
    assert reverse("office:add", args=[invitation.pk]) not in page
    with pytest.raises(ValidationError, match="erased"):
        nominate_delegate(invitation, {"role": "adviser", "name": "Rudolf"}, uuid.uuid4())


@pytest.mark.parametrize("answer", ["in_person", "regrets"])
def test_the_offices_parts_count_nobody_whose_name_was_erased(admin_client, edition, answer):
    invitation = edition.invitations.get()
    invitation.replies.update(answer=answer)

    page = text(admin_client.get(page_of(invitation, "delegation")))

    assert part_said("the names were erased") in page
    assert "person named" not in page


def test_the_offices_parts_count_those_whose_names_are_left():
    delegation = came(EditionFactory())
    person(delegation, name="")
    invitation = delegation.edition.invitations.get()
    page = page_of(invitation, "delegation")

    of_two = text(browser(invitation).get(page))
    delegation.delegates.update(name="")
    of_nobody = text(browser(invitation).get(page))

    assert part_said("1 person named") in of_two
    assert part_said("nobody is named yet") in of_nobody


def part_said(state):
    return f'<span class="state">{state}</span>'


def test_what_is_asked_for_alone_closes_nothing():
    with time_machine.travel(NIGHT, tick=False), translation.override("en"):
        edition = over(months=None, links_open_for=365)
        invitation = edition.invitations.get(member_state=came(edition).member_state)
        ask_for_erasure(edition, UserFactory(), "The house decided so.")

        page = text(browser(invitation).get(page_of(invitation, "delegation")))

    assert "Zenobia Quixby" in page
    assert "were erased" not in page


def test_staff_name_nobody_and_change_no_row_that_stays(admin_client, edition):
    delegation, delegate = Delegation.objects.get(), Delegate.objects.get()
    added = reverse("admin:delegations_delegate_add")
    typed = {"delegation": delegation.pk, "role": "adviser", "name": "Rudolf Rassendyll"}

    refused = admin_client.post(added, typed)
    unchosen = admin_client.post(added, typed | {"delegation": ""})
    admin_client.post(change_url(delegate), typed)
    page = admin_client.get(change_url(delegation))
    saved = admin_client.post(change_url(delegation), as_sent(page))

    assert "The names of the delegates were erased" in text(refused)
    assert (unchosen.status_code, saved.status_code) == (200, 302)
    assert Delegate.objects.get().name == ""


def test_a_mail_whose_words_were_erased_says_so_in_place_of_its_file(admin_client, edition):
    mail = composed_letter(
        invitation=edition.invitations.get(), kind="receipt", variant="delegation",
        message="", message_sha256="3" * 64,
    )  # fmt: skip

    page = text(admin_client.get(change_url(mail)))

    assert "erased, with what else was collected for the edition" in page
