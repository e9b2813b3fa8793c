"""When a function was written, where a second person decides about its words."""

import pytest

from invitations.letters.checks.former_languages import former_languages
from invitations.models import HeldChange
from invitations.outbox.release import release_change, take_back_change
from invitations.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
SPANISH = "Ministra de Comunicaciones"


@pytest.fixture
def minister(issued):
    """A minister with an approved letter, whose letters were in English at first."""
    return issued(language="en", portfolio="Minister of Posts").minister


def changed(minister, **fields):
    for field, value in fields.items():
        setattr(minister, field, value)
    minister.save()
    return HeldChange.objects.waiting().of(minister).first()


def test_a_function_that_was_taken_back_is_doubted_as_before(minister):
    changed(minister, language="es")
    change = changed(minister, portfolio=SPANISH)
    assert former_languages([minister]) == {}

    take_back_change(change, UserFactory(), change.mark)

    minister.refresh_from_db()
    assert minister.portfolio == "Minister of Posts"
    assert former_languages([minister]) == {minister.pk: "en"}


def test_who_releases_a_function_does_not_write_it(minister):
    change = changed(minister, portfolio="Minister of Communications")
    changed(minister, language="es")

    release_change(change, UserFactory(), change.mark)

    assert former_languages([minister]) == {minister.pk: "en"}
