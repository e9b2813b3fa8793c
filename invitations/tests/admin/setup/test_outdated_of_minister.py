"""The page of a minister names the letters to that person which have to be composed anew."""

import pytest
from django.urls import reverse

from invitations.models import Letter
from invitations.tests.desk import composed_letter, signed_in
from invitations.tests.factories import MissionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter():
    return composed_letter()


def page_of(minister):
    return reverse("admin:invitations_minister_change", args=[minister.pk])


def link_to(letter):
    url = reverse("admin:invitations_letter_change", args=[letter.pk])
    return f'<a class="text-link" href="{url}">{letter.get_kind_display()}, {letter.circular}</a>'


def renamed(minister):
    minister.family_name = "Hentzau"
    minister.save()
    return minister


def test_it_names_the_letter_and_what_changed_and_leads_there(client, letter):
    signed_in(client, "view_minister", "view_letter")
    minister = renamed(letter.invitation.minister)
    note = composed_letter(
        kind="note", invitation=letter.invitation, mission=MissionFactory(), covers=[letter]
    )

    page = client.get(page_of(minister)).content.decode()

    assert "2 letters are outdated and cannot be approved" in page
    assert f"{link_to(letter)}: Changed since it was composed: minister: Flavia Hentzau" in page
    assert f"{link_to(note)}: A letter it covers is to be composed anew" in page


def test_it_names_no_letter_that_is_as_it_was_composed_or_approved(client, letter):
    signed_in(client, "view_minister", "view_letter")
    minister = letter.invitation.minister
    renamed(composed_letter().invitation.minister)

    before = client.get(page_of(minister)).content.decode()
    renamed(minister)
    Letter.objects.update(state="approved", approved_at=letter.composed_at)
    after = client.get(page_of(minister)).content.decode()

    assert "outdated" not in before + after


def test_it_tells_nothing_to_whom_letters_are_not_shown(client, letter):
    signed_in(client, "view_minister")

    page = client.get(page_of(renamed(letter.invitation.minister))).content.decode()

    assert "outdated" not in page
