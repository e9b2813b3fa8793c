"""Proposed changes: a record in use has the values that two people agreed to, and no other."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet

from invitations.audit import acting
from invitations.models import ForumEdition, HeldChange, Mission, Term
from invitations.models.held.proposals import save_or_propose
from invitations.outbox.release import (
    release_alone,
    release_change,
    take_back_change,
    why_not_taken_back,
)
from invitations.tests.factories import MemberStateFactory, MissionFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reached_once")]


@pytest.fixture
def reached_once(reached):
    return reached()


@pytest.fixture
def term():
    return Term.objects.get(language="en", key="ref")


def typed(row, by=None, reason="", **values):
    row.refresh_from_db()
    for name, value in values.items():
        setattr(row, name, value)
    with acting(by or UserFactory()):
        return save_or_propose(row, reason)


def approve(change):
    release_change(change, UserFactory(), change.mark)


def on_file(row):
    return type(row).objects.values("language", "text", "source").get(pk=row.pk)


def test_what_one_person_types_is_in_no_table_until_a_second_one_approves_it(term):
    change = typed(term, text="Our ref.:", reason="They wrote.")
    assert (on_file(term)["text"], term.text, change.reason) == ("Ref.:", "Ref.:", "They wrote.")

    approve(change)

    assert on_file(term)["text"] == "Our ref.:"


def test_nobody_approves_what_they_proposed(term):
    person = UserFactory()
    change = typed(term, person, text="Our ref.:")

    with pytest.raises(ValidationError, match="second person"):
        release_change(change, person, change.mark)

    assert on_file(term)["text"] == "Ref.:"


def test_what_is_free_is_saved_at_once(term):
    typed(term, text="Our ref.:", source="a style guide")

    assert on_file(term) == {"language": "en", "text": "Ref.:", "source": "a style guide"}


def test_who_saves_the_row_untouched_changes_no_proposal(term):
    change = typed(term, text="Our ref.:")

    assert typed(term, source="a style guide") is None

    again = HeldChange.objects.get()
    assert (again.mark, again.contributors.count()) == (change.mark, 1)


def test_who_proposes_another_column_leaves_what_was_proposed_before(term):
    first = typed(term, text="Our ref.:")
    second = typed(term, key="reference")

    assert (first.pk, second.contributors.count()) == (second.pk, 2)
    assert second.changed == {"text": ("Ref.:", "Our ref.:"), "key": ("ref", "reference")}


def test_what_is_discarded_was_never_in_the_table(term):
    change = typed(term, text="Our ref.:")
    assert why_not_taken_back(change) == ""

    take_back_change(change, change.asked_by, change.mark)

    change.refresh_from_db()
    assert (change.state, on_file(term)["text"]) == ("taken_back", "Ref.:")


def test_what_changed_since_it_was_proposed_is_not_written_over(term):
    change = typed(term, text="Our ref.:", language="fr", key="odd")
    Term.objects.filter(pk=term.pk)._update([(Term._meta.get_field("text"), None, "Reference:")])

    with pytest.raises(ValidationError, match="Changed since this was proposed: text"):
        approve(change)

    assert on_file(term)["language"] == "en"


def test_what_others_changed_beside_it_stays(term):
    change = typed(term, text="Our ref.:")
    Term.objects.filter(pk=term.pk)._update([(Term._meta.get_field("key"), None, "reference")])

    approve(change)

    term.refresh_from_db()
    assert (term.key, term.text) == ("reference", "Our ref.:")


def test_what_is_not_valid_any_more_is_refused(term):
    change = typed(term, key="subject")

    with pytest.raises(ValidationError, match="exists"):
        approve(change)


def test_a_new_row_is_there_once_it_is_approved(term):
    change = typed_new(key="odd", language="en", text="Odd", source="a style guide")
    assert not Term.objects.filter(key="odd").exists()
    assert change.row is None

    approve(change)

    change.refresh_from_db()
    assert change.row == Term.objects.get(key="odd", source="a style guide")


def test_several_new_rows_are_proposed_beside_each_other():
    changes = [typed_new(key=key, language="en", text="Odd") for key in ("odd", "odder", "odd")]
    approve(changes[0])
    approve(changes[1])

    with pytest.raises(ValidationError, match="exists"):
        approve(changes[2])


def typed_new(**values):
    with acting(UserFactory()):
        return save_or_propose(Term(**values))


def test_a_mission_that_is_new_serves_a_state_once_that_is_approved(reached_once):
    mission, state = MissionFactory.build(name="Mission at the Lake"), reached_once.member_state

    change = save_or_propose(mission, "", [state.pk])

    assert (mission.pk is not None, [*mission.states.all()]) == (True, [])
    assert change.changed == {"states": ([], [state.pk])}
    approve(change)
    assert [*mission.states.all()] == [state]


def test_a_mission_keeps_its_states_and_addresses_until_others_are_approved(reached_once):
    state, later = reached_once.member_state, MemberStateFactory()
    mission = MissionFactory(emails="lake@example.org", states=[state])
    mission.emails = "new@example.org"

    change = save_or_propose(mission, "", [later.pk])

    assert Mission.objects.get(emails="lake@example.org").states.get() == state
    approve(change)
    assert Mission.objects.get(emails="new@example.org").states.get() == later


def test_a_mission_that_serves_nobody_in_use_is_saved_with_its_states():
    mission, state = MissionFactory.build(), MemberStateFactory()

    assert save_or_propose(mission, "", [state.pk]) is None
    assert mission.states.get() == state


def test_a_state_that_was_deleted_since_is_not_served(reached_once):
    later = MemberStateFactory()
    mission = MissionFactory(states=[reached_once.member_state])
    change = save_or_propose(mission, "", [later.pk])
    later.delete()

    with pytest.raises(ValidationError, match="deleted since"):
        approve(change)

    assert mission.states.get() == reached_once.member_state


def test_a_state_that_no_letter_uses_is_deleted_and_nothing_waits():
    MemberStateFactory().delete()

    assert not HeldChange.objects.exists()


def test_the_circular_of_approved_letters_has_its_reference_until_another_is_approved(reached_once):
    circular = reached_once.letters.get().circular
    before = circular.reference

    change = typed(circular, reference="CL/Hentzau", place_fr="Zenda")

    circular.refresh_from_db()
    assert (circular.reference, circular.place_fr) == (before, "Zenda")
    approve(change)
    circular.refresh_from_db()
    assert circular.reference == "CL/Hentzau"


def test_a_correction_of_one_alone_is_written_and_can_be_undone(reached_once):
    QuerySet(ForumEdition).update(releases_alone=True)
    mission = MissionFactory(emails="lake@example.org", states=[reached_once.member_state])
    change = typed(mission, emails="new@example.org")

    release_alone(change, UserFactory(), change.mark, "They telephoned.")
    assert Mission.objects.get().emails == "new@example.org"

    take_back_change(change, UserFactory(), change.mark)
    assert Mission.objects.get().emails == "lake@example.org"


STATES = {
    "add": lambda mission, state: mission.states.add(MemberStateFactory(), state),
    "set": lambda mission, state: mission.states.set([state]),
    "remove": lambda mission, state: mission.states.remove(mission.states.get()),
    "clear": lambda mission, state: mission.states.clear(),
    "add from the State": lambda mission, state: state.missions.add(mission),
    "set from the State": lambda mission, state: mission.states.get().missions.set([]),
    "remove from the State": lambda mission, state: mission.states.get().missions.remove(mission),
    "clear from the State": lambda mission, state: mission.states.get().missions.clear(),
}


@pytest.mark.parametrize("write", STATES.values(), ids=STATES)
def test_nothing_else_changes_the_states_of_a_mission_in_use(reached_once, reached, write):
    mission = MissionFactory(states=[reached_once.member_state])
    in_use = reached(edition=reached_once.edition).member_state

    with pytest.raises(ValidationError, match="Propose the change"), transaction.atomic():
        write(mission, in_use)

    assert mission.states.get() == reached_once.member_state


@pytest.mark.parametrize("write", STATES.values(), ids=STATES)
def test_the_states_of_a_mission_not_in_use_are_set_at_once(write):
    mission = MissionFactory(states=[MemberStateFactory()])
    before = {*mission.states.all()}

    write(mission, MemberStateFactory())

    assert {*mission.states.all()} != before


def test_a_reader_has_to_read_new_words_once_they_are_approved(term):
    Term.objects.filter(pk=term.pk).update(reviewed_by=UserFactory())
    change = typed(term, text="Our ref.:")
    term.refresh_from_db()
    assert term.reviewed_by

    approve(change)

    term.refresh_from_db()
    assert term.reviewed_by is None


ROADS = {
    "save": lambda row: with_text(row).save(),
    "save of one column": lambda row: with_text(row).save(update_fields=["text"]),
    "update": lambda row: Term.objects.filter(pk=row.pk).update(text="Odd"),
    "update by the database": lambda row: Term.objects.filter(pk=row.pk).update(text=F("key")),
    "bulk update": lambda row: Term.objects.bulk_update([with_text(row)], ["text"]),
    "create": lambda _row: Term.objects.create(key="odd", language="en", text="Odd"),
    "bulk create": lambda _row: Term.objects.bulk_create([Term(key="odd", language="en")]),
    "get or create": lambda _row: Term.objects.get_or_create(key="odd", language="en"),
    "delete": lambda row: row.delete(),
    "delete many": lambda row: Term.objects.filter(pk=row.pk).delete(),
}


def with_text(row):
    row.text = "Odd"
    return row


@pytest.mark.parametrize("road", ROADS.values(), ids=ROADS)
def test_no_other_road_writes_a_row_in_use(term, road):
    with pytest.raises(ValidationError, match="approved letters use it"), transaction.atomic():
        road(term)

    assert on_file(term)["text"] == "Ref.:"


@pytest.mark.parametrize("road", ROADS.values(), ids=ROADS)
def test_a_row_not_in_use_is_written_at_once(reached_once, term, road):
    reached_once.letters.update(state="cancelled", approved_at=None, approved_by=None)
    before = on_file(term), Term.objects.count()

    road(term)

    assert (list(Term.objects.filter(pk=term.pk).values()), Term.objects.count()) != before
    assert not HeldChange.objects.exists()


def test_the_guard_takes_as_many_queries_for_many_rows_as_for_one(django_assert_max_num_queries):
    rows = list(Term.objects.all())

    with django_assert_max_num_queries(8):
        Term.objects.bulk_update(rows, ["source"])
    with pytest.raises(ValidationError), django_assert_max_num_queries(9):
        Term.objects.bulk_update(map(with_text, rows), ["text"])


def test_a_proposal_by_a_command_needs_one_approver(term):
    term.text = "Our ref.:"
    change = save_or_propose(term)

    approve(change)

    assert on_file(term)["text"] == "Our ref.:"
