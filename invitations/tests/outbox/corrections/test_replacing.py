import pytest
from django.core.exceptions import ValidationError

from invitations.letters.approval import approve_letter
from invitations.letters.circulars import circular_audience, plan_circular
from invitations.letters.composing_queue import compose_planned
from invitations.links import link_for_token
from invitations.models import Circular, Invitation, Letter
from invitations.outbox.corrections.replacing import replace_letters, replaceable
from invitations.tests.corrections import BECAUSE
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    MinisterFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def replacement(edition, *chosen):
    return CircularFactory(
        edition=edition, kind="replacement", changes="A name is put right.", chosen=chosen
    )


def only(*invitations):
    return Invitation.objects.filter(pk__in=[one.pk for one in invitations])


@pytest.fixture
def three(frozen_letter):
    """Three invitations of one edition, each with an approved letter."""
    edition = EditionFactory()
    made = [InvitationFactory(edition=edition) for _number in range(3)]
    for invitation in made:
        frozen_letter(invitation=invitation)
    return made


def test_the_audience_of_a_replacement_is_empty_until_letters_are_chosen(three):
    circular = replacement(three[0].edition)

    assert circular_audience(circular).addressed == []
    assert plan_circular(circular) == 0


def test_those_chosen_get_a_replacement_and_nobody_else(three):
    circular, by = replacement(three[0].edition), UserFactory()

    assert replace_letters(circular, only(*three[:2]), by, BECAUSE) == 2

    assert {one.invitation for one in circular.letters.all()} == set(three[:2])
    assert {one.replaces for one in circular.letters.all()} == {
        one.letters.get(kind="invitation") for one in three[:2]
    }
    assert circular_audience(circular).addressed == []


def test_a_second_run_makes_nothing_twice(three):
    circular, by = replacement(three[0].edition), UserFactory()
    replace_letters(circular, only(*three), by, BECAUSE)

    assert replace_letters(circular, only(*three), by, BECAUSE) == 0
    assert replace_letters(replacement(three[0].edition), only(*three), by, BECAUSE) == 0

    assert Letter.objects.filter(kind="replacement").count() == 3


def test_who_composed_a_replacement_does_not_approve_it(issued):
    invitation, by = issued(), UserFactory()
    circular = replacement(invitation.edition)
    replace_letters(circular, only(invitation), by, BECAUSE)
    compose_planned()
    letter = circular.letters.get()

    with pytest.raises(ValidationError, match="A second person has to approve"):
        approve_letter(letter, by, letter.sha256, letter.message_sha256)
    approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)

    assert Letter.objects.standing().get() == letter


def test_what_cannot_be_replaced_says_why(three, frozen_letter):
    withdrawn, waiting, left_office = three
    Invitation.objects.filter(pk=withdrawn.pk).update(status="withdrawn")
    replace_letters(replacement(waiting.edition), only(waiting), UserFactory(), BECAUSE)
    left_office.minister.successor = MinisterFactory(
        member_state=left_office.member_state, given_name="Rupert"
    )
    left_office.minister.save()
    silent = InvitationFactory(edition=waiting.edition)

    found = replaceable(Invitation.objects.all())

    assert found.letters == {}
    assert found.refused == {
        withdrawn: "This invitation is not in force.",
        waiting: "A replacement of its letter is under way already.",
        left_office: "Somebody else holds this office now: hand the invitation over.",
        silent: "It has no approved letter.",
    }


def test_the_link_stays_unless_a_new_one_is_asked_for(three):
    one, other, _third = three
    first, second = one.links.get(), other.links.get()
    replace_letters(replacement(one.edition), only(one), UserFactory(), BECAUSE)
    replace_letters(replacement(one.edition), only(other), UserFactory(), BECAUSE, new_links=True)

    assert link_for_token(first.token).gone_reason == ""
    assert link_for_token(second.token).gone_reason == "replaced"
    assert other.links.current().get().version == 2


def test_nothing_is_replaced_without_a_reason_or_by_another_kind_of_circular(three):
    with pytest.raises(ValidationError, match="Say why"):
        replace_letters(replacement(three[0].edition), only(*three), UserFactory(), " ")
    with pytest.raises(ValidationError, match="Only a circular of replacement"):
        replace_letters(Circular.objects.first(), only(*three), UserFactory(), BECAUSE)


@pytest.mark.parametrize("number", [1, 3])
def test_what_can_be_replaced_is_found_in_three_queries(three, django_assert_num_queries, number):
    with django_assert_num_queries(3):
        assert len(replaceable(only(*three[:number])).letters) == number
