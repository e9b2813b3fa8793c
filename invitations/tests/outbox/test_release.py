"""A second person releases a held change; one person takes it back."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from invitations.audit import acting
from invitations.letters.planning import known_addresses
from invitations.letters.released import held_changes
from invitations.models import HeldChange, Minister, Mission
from invitations.models.held.proposals import save_or_propose
from invitations.outbox.release import (
    release_alone,
    release_change,
    take_back_change,
    why_not_taken_back,
)
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    MinisterFactory,
    MissionFactory,
    UserFactory,
)
from invitations.tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(reached):
    return reached(minister__to_emails="office@example.org")


def address_changed(office, address="new@example.org", by=None):
    minister = Minister.objects.get(pk=office.minister_id)
    minister.to_emails = address
    with acting(by):
        minister.save()
    return HeldChange.objects.waiting().get()


def test_a_second_person_releases_it(office):
    change, second = address_changed(office, by=UserFactory()), UserFactory()

    release_change(change, second, change.mark, "By telephone.")

    change.refresh_from_db()
    assert (change.state, change.decided_by) == ("released", second)
    assert change.decision_reason == "By telephone."


def test_nobody_who_changed_it_releases_it(office):
    first, second = UserFactory(), UserFactory()
    address_changed(office, "a@example.org", by=first)
    change = address_changed(office, "b@example.org", by=second)

    for person in (first, second):
        with pytest.raises(ValidationError, match="you changed it"):
            release_change(change, person, change.mark)

    release_change(change, UserFactory(), change.mark)


def test_only_what_was_looked_at_is_released_or_taken_back(office):
    shown = address_changed(office, "a@example.org").mark
    change = address_changed(office, "b@example.org")

    for verb in (release_change, take_back_change):
        with pytest.raises(ValidationError, match="changed again since you looked"):
            verb(change, UserFactory(), shown)


def test_a_change_is_decided_once(office):
    change = address_changed(office)
    release_change(change, UserFactory(), change.mark)

    with pytest.raises(ValidationError, match="decided already"):
        take_back_change(change, UserFactory(), change.mark)


def test_one_person_takes_it_back_even_their_own(office):
    person = UserFactory()
    change = address_changed(office, by=person)

    take_back_change(change, person, change.mark)

    change.refresh_from_db()
    office.minister.refresh_from_db()
    assert change.state == "taken_back"
    assert office.minister.to_emails == "office@example.org"
    assert not HeldChange.objects.waiting().exists()


def test_what_was_taken_back_and_who_had_changed_it_can_still_be_read(office):
    person = UserFactory()
    change = address_changed(office, "wrong@example.org", by=person)

    take_back_change(change, UserFactory(), change.mark)

    change.refresh_from_db()
    assert change.changed == {"to_emails": ("office@example.org", "wrong@example.org")}
    assert change.asked_by == person


def test_after_a_release_the_next_change_is_held_against_it(office):
    change = address_changed(office, "a@example.org")
    release_change(change, UserFactory(), change.mark)

    change = address_changed(office, "b@example.org")

    assert change.changed == {"to_emails": ("a@example.org", "b@example.org")}


def renamed(office, name="Hentzau"):
    minister = Minister.objects.get(pk=office.minister_id)
    minister.family_name = name
    minister.full_clean()
    minister.save()
    return HeldChange.objects.waiting().get()


def test_a_name_that_is_taken_back_is_the_one_by_which_lists_know_the_person(office):
    change = renamed(office)

    take_back_change(change, UserFactory(), change.mark)

    minister = Minister.objects.get()
    assert (minister.name, minister.name_key) == ("Flavia Elphberg", "flavia elphberg")


def test_taking_back_a_name_refuses_one_that_somebody_else_bears_meanwhile(office):
    change = renamed(office)
    MinisterFactory(member_state=office.member_state)

    with pytest.raises(ValidationError, match="has a minister of that name"):
        take_back_change(change, UserFactory(), change.mark)
    assert why_not_taken_back(change) == "This State has a minister of that name."


def test_a_change_of_who_has_an_older_key_than_a_namesake_is_taken_back(office):
    Minister.objects.update(given_name="Fla\u02bcvia", name_key="fla\u02bcvia elphberg")
    HeldChange.objects.all().delete()
    MinisterFactory(member_state=office.member_state, given_name="Fla’via")
    change = address_changed(office)

    assert why_not_taken_back(change) == ""
    take_back_change(change, UserFactory(), change.mark)

    office.minister.refresh_from_db()
    told = (office.minister.to_emails, office.minister.name_key)
    assert told == ("office@example.org", "fla\u02bcvia elphberg")


def test_a_name_is_not_approved_that_another_mission_took_meanwhile(office):
    mission = MissionFactory(name="Mission of Zenda", states=[office.member_state])
    mission.name = "Mission of Hentzau"
    change = save_or_propose(mission)
    Mission.objects.create(name="Mission of Hentzau")

    with pytest.raises(ValidationError, match="already exists"):
        release_change(change, UserFactory(), change.mark)


@pytest.fixture
def allowed(office):
    """The edition lets an approver alone release a corrected address."""
    office.edition.releases_alone = True
    office.edition.save()
    HeldChange.objects.all().delete()


def released_alone(office, by):
    change = address_changed(office, by=by)
    release_alone(change, by, change.mark, "The plane leaves at six.")
    change.refresh_from_db()
    return change


def test_an_approver_alone_releases_a_corrected_address_where_the_edition_allows_it(
    office, allowed
):
    person = UserFactory()

    change = released_alone(office, person)

    assert (change.state, change.alone_by) == ("alone", person)
    assert change.alone_reason == "The plane leaves at six."
    assert not held_changes(office)


def test_nobody_releases_alone_without_leave_or_reason_or_more_than_an_address(office):
    change, person = address_changed(office), UserFactory()
    with pytest.raises(ValidationError, match="does not allow"):
        release_alone(change, person, change.mark, "Now.")

    office.edition.releases_alone = True
    office.edition.save()
    with pytest.raises(ValidationError, match="does not allow"):
        release_alone(change, person, change.mark, "Now.")

    HeldChange.objects.exclude(pk=change.pk).delete()
    with pytest.raises(ValidationError, match="Say why"):
        release_alone(change, person, change.mark, " ")

    Minister.objects.update(portfolio="Minister of Plots")
    change.refresh_from_db()
    with pytest.raises(ValidationError, match="Only a corrected address"):
        release_alone(change, person, change.mark, "Now.")


def test_a_second_person_confirms_what_was_released_alone(office, allowed):
    person = UserFactory()
    change = released_alone(office, person)

    with pytest.raises(ValidationError, match="you released it alone"):
        release_change(change, person, change.mark)
    release_change(change, UserFactory(), change.mark)

    assert HeldChange.objects.get().state == "released"


def test_a_second_person_reverses_what_was_released_alone(office, allowed):
    change = released_alone(office, UserFactory())

    take_back_change(change, UserFactory(), change.mark, "Not theirs.")

    office.minister.refresh_from_db()
    assert office.minister.to_emails == "office@example.org"
    assert HeldChange.objects.get().state == "taken_back"


def test_what_was_changed_once_more_is_not_reversed_blindly(office, allowed):
    change = released_alone(office, UserFactory())
    address_changed(office, "third@example.org")

    with pytest.raises(ValidationError, match="changed once more"):
        take_back_change(change, UserFactory(), change.mark)


def test_what_was_released_alone_and_changes_again_waits_again(office, allowed):
    released_alone(office, UserFactory())

    change = address_changed(office, "third@example.org")

    assert change.changed == {"to_emails": ("new@example.org", "third@example.org")}
    assert known_addresses(office) == {"new@example.org"}


def test_both_changes_are_taken_back_the_last_one_first(office, allowed):
    first = released_alone(office, UserFactory())
    second = address_changed(office, "third@example.org")

    for change in (second, first):
        take_back_change(change, UserFactory(), change.mark)

    office.minister.refresh_from_db()
    assert office.minister.to_emails == "office@example.org"
    assert set(HeldChange.objects.values_list("state", flat=True)) == {"taken_back"}


def test_an_edition_that_does_not_use_the_address_forbids_nothing(office, allowed, reached):
    reached(edition=EditionFactory())
    HeldChange.objects.all().delete()

    assert released_alone(office, UserFactory()).is_alone


def test_every_edition_that_uses_the_address_has_to_allow_it(office, allowed, frozen_letter):
    strict = EditionFactory()
    frozen_letter(invitation=InvitationFactory(edition=strict, minister=office.minister))
    change = address_changed(office)

    with pytest.raises(ValidationError, match="does not allow"):
        release_alone(change, UserFactory(), change.mark, "Now.")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="Races need PostgreSQL.")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_at_once_one_decides(office):
    change, first, second = address_changed(office), UserFactory(), UserFactory()

    said = at_once(
        lambda: release_change(change, first, change.mark),
        lambda: take_back_change(change, second, change.mark),
    )

    assert sorted(map(type, said), key=str) == sorted([type(None), ValidationError], key=str)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="Races need PostgreSQL.")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_two_changes_at_once_one_row_is_left(office):
    at_once(
        lambda: address_changed(office, "a@example.org"),
        lambda: address_changed(office, "b@example.org"),
    )

    change = HeldChange.objects.waiting().get()
    office.minister.refresh_from_db()
    assert change.changed == {"to_emails": ("office@example.org", office.minister.to_emails)}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="Races need PostgreSQL.")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_change_during_a_release_is_held_or_refuses_it(office):
    change = address_changed(office, "a@example.org")

    said = at_once(
        lambda: release_change(change, UserFactory(), change.mark),
        lambda: address_changed(office, "b@example.org"),
    )

    waiting = HeldChange.objects.waiting().get()
    released = "a@example.org" if said[0] is None else "office@example.org"
    assert waiting.changed == {"to_emails": (released, "b@example.org")}
