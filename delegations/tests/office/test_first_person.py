"""Whom an answer names is not asked for again as the head of the delegation."""

import re

import pytest

from delegations.tests.office.statement.statements import speaking
from delegations.tests.offices import browser, coming, page_of
from invitations.models import Invitation
from invitations.tests.factories import InvitationFactory, MinisterFactory

pytestmark = pytest.mark.django_db


def begun(invitation):
    """Role, name and function with which the form of a person begins."""
    page = browser(invitation).get(page_of(invitation, "add")).content.decode()
    role = re.search(r'<option value="(\w+)" selected', page)
    said = [re.search(rf'name="{name}" value="([^"]*)"', page) for name in ("name", "function")]
    return tuple(found and found[1] for found in (role, *said))


def test_the_first_person_begins_as_the_minister_at_the_head():
    invitation = coming("Ruritania")

    assert begun(invitation) == ("head", "Flavia Elphberg", "Minister of Posts of Ruritania")


def test_the_first_person_begins_as_the_substitute_at_the_head():
    words = {"substitute_name": "Colonel Sapt", "substitute_function": "Aide"}

    assert begun(speaking("Ruritania", "represented", **words)) == ("head", "Colonel Sapt", "Aide")


def test_the_second_person_begins_as_nobody():
    invitation = coming("Ruritania")
    client = browser(invitation)
    first = client.get(page_of(invitation, "add")).content.decode()
    key = re.search(r'name="form_key" value="([^"]*)"', first)[1]
    words = {"invitation": invitation.pk, "form_key": key, "role": "adviser", "name": "Fritz"}

    client.post(page_of(invitation, "add"), words)

    assert begun(invitation) == (None, None, None)


def test_a_minister_invited_by_courtesy_is_not_taken_for_the_head():
    invitation = coming("Ruritania")
    Invitation.objects.update(is_principal=False)
    minister = MinisterFactory(member_state=invitation.member_state, family_name="Sapt")
    InvitationFactory(edition=invitation.edition, minister=minister)

    assert begun(invitation) == (None, None, None)


def test_where_no_other_is_the_principal_one_its_minister_is():
    invitation = coming("Ruritania")
    Invitation.objects.update(is_principal=False)

    assert begun(invitation) == ("head", "Flavia Elphberg", "Minister of Posts of Ruritania")
