"""Offices are told the contact that a second person released."""

import pytest
from django.urls import reverse
from django.utils import timezone

from delegations.office.views.errors import fault
from delegations.tests.offices import browser, page_of
from invitations.models import HeldChange, LetterTemplate
from invitations.tests.desk import composed_letter
from invitations.tests.factories import InvitationFactory, ReplyFactory, UserFactory
from invitations.tests.reading import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation(db):
    """An office that has answered; one person has turned the contact to another address."""
    invitation = InvitationFactory()
    composed_letter(invitation=invitation, state="approved", approved_at=timezone.now())
    ReplyFactory(invitation=invitation)
    edition = invitation.edition
    edition.contact_email, edition.contact_phone = "rupert@example.org", "+41 22 555 0999"
    edition.speakers_published_at = timezone.now()
    edition.save()
    return invitation


def told(client, url):
    page = client.get(url).content.decode()
    assert "rupert@example.org" not in page
    assert "555 0999" not in page
    return page


@pytest.mark.parametrize("name", ["answer", "delegation", "statement"])
def test_the_pages_of_an_office_name_the_released_contact(invitation, name):
    assert "forum@example.org" in told(browser(invitation), page_of(invitation, name))


@pytest.mark.parametrize("name", ["home", "code", "check"])
def test_the_public_pages_name_the_released_contact(invitation, client, name):
    assert "forum@example.org" in told(client, reverse(f"office:{name}"))


def test_a_link_that_is_gone_names_the_released_contact(invitation, client):
    link = invitation.links.get()
    link.replaced_at = timezone.now()
    link.save()

    url = reverse("office:open", args=[link.token])

    assert "forum@example.org" in told(client, url)


def test_a_page_that_reports_a_fault_names_the_released_contact(invitation, rf):
    page = fault(rf.get("/")).content.decode()

    assert "forum@example.org" in page
    assert "rupert@example.org" not in page


def test_the_record_of_an_answer_says_what_was_released(invitation):
    approver, second = UserFactory(), UserFactory()
    LetterTemplate.objects.update(first_approver=approver, second_approver=second)
    pdf = browser(invitation).get(page_of(invitation, "record")).content
    record = ask(pdf, "pdftotext", "-raw", "-", "-")

    assert "forum@example.org" in record
    assert "rupert" not in record


def test_the_contact_changes_when_it_is_released(invitation, client):
    HeldChange.objects.update(state="released", decided_at=timezone.now(), decided_by=UserFactory())

    page = client.get(reverse("office:home")).content.decode()

    assert "rupert@example.org" in page
