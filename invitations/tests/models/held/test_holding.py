"""What automatic mail says and where it goes is held when it changes in use."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from invitations.audit import acting
from invitations.models import FormOfAddress, HeldChange, MemberState, Minister, Mission, Term
from invitations.models.held.proposals import save_or_propose
from invitations.tests.factories import (
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    MissionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(reached):
    return reached(minister__to_emails="office@example.org")


def address_changed(minister, address, by=None):
    minister = Minister.objects.get(pk=minister.pk)
    minister.to_emails = address
    with acting(by):
        minister.save()


def test_before_the_first_approved_letter_changes_stand():
    draft = InvitationFactory(status="draft", issued_at=None)

    address_changed(draft.minister, "new@example.org")
    draft.edition.contact_name_en = "Sapt"
    draft.edition.save()
    FormOfAddress.objects.update(closing="Yours sincerely,")

    assert not HeldChange.objects.exists()


LAST_YEAR = {
    "reply_before": "2020-01-01",
    "opens_on": "2020-02-01",
    "track_opens_on": "2020-02-01",
    "track_closes_on": "2020-02-02",
    "closes_on": "2020-02-02",
}
CLOSED = dt.datetime(2020, 2, 3, tzinfo=dt.UTC)


@pytest.fixture
def over(office):
    """The office's edition is over, another one is to come, and nothing waits."""
    office.edition.__class__.objects.filter(pk=office.edition_id).update(**LAST_YEAR)
    InvitationFactory()
    HeldChange.objects.all().delete()
    office.edition.refresh_from_db()
    return office.edition


def closed(edition, at=CLOSED):
    edition.replies_closed_at = at
    edition.save()


def test_an_edition_that_is_over_holds_no_address_once_its_replies_are_closed(office, over):
    closed(over)
    HeldChange.objects.all().delete()

    address_changed(office.minister, "new@example.org")

    assert not HeldChange.objects.exists()


def test_an_edition_that_is_over_holds_addresses_while_it_takes_replies(office, over):
    address_changed(office.minister, "new@example.org")
    over.contact_email = "new@example.org"
    over.save()

    kinds = HeldChange.objects.waiting().values_list("content_type__model", flat=True)
    assert set(kinds) == {"minister", "forumedition"}


def test_what_everybody_reads_is_held_between_editions_too(office, over):
    closed(over)
    HeldChange.objects.all().delete()

    over.name_en = "Forum of Zenda"
    over.save()
    office.member_state.short_name_en = "Greater Ruritania"
    save_or_propose(office.member_state)

    kinds = HeldChange.objects.waiting().values_list("content_type__model", flat=True)
    assert set(kinds) == {"memberstate", "forumedition"}


def test_nobody_closes_the_replies_alone_to_change_an_address_meanwhile(office, over):
    closed(over)
    address_changed(office.minister, "new@example.org")
    closed(over, None)

    assert HeldChange.objects.waiting().get().row == office.minister


def test_replies_that_are_taken_again_wait_for_a_second_person(office, over):
    closed(over)
    HeldChange.objects.all().delete()

    closed(over, None)

    assert HeldChange.objects.waiting().get().row == over


def test_a_change_names_what_it_touches_who_asked_and_whom_it_concerns(office):
    person = UserFactory()

    address_changed(office.minister, "new@example.org", person)

    change = HeldChange.objects.get()
    assert change.row == office.minister
    assert change.changed == {"to_emails": ("office@example.org", "new@example.org")}
    assert change.asked_by == person
    assert list(change.states.all()) == [office.member_state]
    assert change.is_waiting


def test_two_changes_wait_as_one_and_name_both_who_asked(office):
    first, second = UserFactory(), UserFactory()

    address_changed(office.minister, "new@example.org", first)
    address_changed(office.minister, "newer@example.org", second)

    change = HeldChange.objects.get()
    assert change.changed == {"to_emails": ("office@example.org", "newer@example.org")}
    assert set(change.contributors.all()) == {first, second}


def test_a_change_back_dissolves_it(office):
    address_changed(office.minister, "new@example.org")
    address_changed(office.minister, "office@example.org")

    assert not HeldChange.objects.waiting().exists()
    assert HeldChange.objects.get().state == "dissolved"


def test_what_automatic_mail_does_not_use_changes_at_once(office):
    minister = office.minister
    minister.postal_address = "1, Zenda Square"
    minister.save()
    office.focal_point_name = "Sapt"
    office.save(update_fields=["focal_point_name"])

    assert not HeldChange.objects.exists()


@pytest.mark.parametrize(
    "write",
    [
        lambda rows: rows.update(to_emails="new@example.org"),
        lambda rows: rows.bulk_update([changed(rows.get())], ["to_emails"]),
        lambda rows: changed(rows.get()).save(update_fields=["to_emails"]),
    ],
    ids=["update", "bulk update", "named fields"],
)
def test_rows_that_are_written_at_once_are_held_too(office, write):
    write(Minister.objects.filter(pk=office.minister_id))

    assert HeldChange.objects.get().row == office.minister


def changed(minister):
    minister.to_emails = "new@example.org"
    return minister


def test_a_text_that_is_named_without_its_language_is_refused_too(office):
    states = MemberState.objects.filter(pk=office.member_state_id)

    for written in ({"short_name": "Zenda"}, {"short_name_fr": "Zenda"}):
        with pytest.raises(ValidationError, match="Propose the change"):
            states.update(**written)


def test_what_letters_use_is_not_deleted(office):
    mission = MissionFactory(states=[office.member_state])

    for delete in (
        mission.delete,
        Mission.objects.all().delete,
        FormOfAddress.objects.first().delete,
        Term.objects.all().delete,
    ):
        with pytest.raises(ValidationError), transaction.atomic():
            delete()


def test_a_form_of_one_state_is_held_for_its_letters_alone(office):
    said = {"language": "en", "form": "MIN", "gender": "f", "salutation": "My Lady,"}
    elsewhere = FormOfAddress(member_state=MemberStateFactory(), closing="Yours", **said)
    FormOfAddress.objects.bulk_create([elsewhere])

    change = save_or_propose(
        FormOfAddress(member_state=office.member_state, closing="Yours", **said)
    )

    assert change.after["member_state_id"] == office.member_state_id
    assert set(change.states.all()) == {office.member_state}


def test_one_change_of_a_record_waits(office):
    address_changed(office.minister, "new@example.org")
    change = HeldChange.objects.get()

    with pytest.raises(IntegrityError, match=r"one_change_of_a_record_waits|UNIQUE"):
        HeldChange.objects.create(content_type=change.content_type, object_id=change.object_id)


def test_nobody_releases_their_own_change(office):
    person = UserFactory()
    address_changed(office.minister, "new@example.org", person)

    with pytest.raises(IntegrityError, match="nobody_releases_their_own_change"):
        HeldChange.objects.update(
            state="released", decided_by=person, decided_at="2027-03-01T00:00Z"
        )


@pytest.fixture
def replaced(office):
    """Another minister stands in the office's invitation; the released one has no other."""
    other = MinisterFactory(member_state=office.member_state, given_name="Rupert")
    office.minister = other
    office.save()
    return Minister.objects.exclude(pk=other.pk).get()


def test_the_released_minister_is_in_use_while_another_one_waits(office, replaced):
    address_changed(replaced, "new@example.org")

    change = HeldChange.objects.of(replaced).get()
    assert change.is_waiting
    assert list(change.states.all()) == [office.member_state]


def test_the_state_of_the_released_minister_is_in_use_while_another_one_waits(office, replaced):
    elsewhere = MemberStateFactory()
    replaced.member_state = elsewhere
    replaced.save()
    HeldChange.objects.of(replaced).delete()

    elsewhere.short_name = "Strelsau"
    save_or_propose(elsewhere)

    change = HeldChange.objects.of(elsewhere).get()
    assert list(change.states.all()) == [office.member_state]


def test_the_released_state_of_a_minister_is_in_use_while_another_one_waits(office):
    released, minister = MemberStateFactory(), office.minister
    minister.member_state = released
    minister.save()
    HeldChange.objects.all().delete()
    minister.member_state = office.member_state
    minister.save()

    released.short_name = "Strelsau"
    save_or_propose(released)

    change = HeldChange.objects.of(released).get()
    assert list(change.states.all()) == [office.member_state]


def test_the_released_minister_of_two_invitations_concerns_both_states(office, replaced):
    other = InvitationFactory(
        minister=replaced, member_state=MemberStateFactory(), edition=office.edition
    )

    address_changed(replaced, "new@example.org")

    change = HeldChange.objects.of(replaced).get()
    assert set(change.states.all()) == {office.member_state, other.member_state}
