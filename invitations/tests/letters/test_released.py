"""Automatic letters say what a second person released, and go where it says."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from invitations.letters.composing_queue import compose_planned
from invitations.models import (
    FormOfAddress,
    HeldChange,
    Invitation,
    Letter,
    Mission,
    Rank,
    Term,
)
from invitations.models.held.holding import names_of
from invitations.models.held.proposals import save_or_propose, write_approved
from invitations.outbox.release import release_change
from invitations.reminders.planning import queue_reminders
from invitations.replies import record_reply
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MissionFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.reading import message_of, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("approved_texts")]


@pytest.fixture
def office(reached):
    """An office in whose name one letter was approved, with a mission that gets the copies."""
    edition = EditionFactory()
    StepFactory(edition=edition)
    invitation = reached(edition=edition, minister__to_emails="office@example.org")
    MissionFactory(emails="mission@example.org", states=[invitation.member_state])
    return invitation


@pytest.fixture
def mission(office):
    return Mission.objects.get()


def remind(invitation, at="2027-03-10 09:00Z"):
    with time_machine.travel(at):
        queue_reminders()
        compose_planned()
    return invitation.letters.get(kind="reminder")


def addresses(letter):
    return [address for _line, address in letter.recipients]


def changed(row, **values):
    row.refresh_from_db()
    for name, value in values.items():
        setattr(row, name, value)
    save_or_propose(row)


def test_a_reminder_says_what_was_released_and_goes_where_it_was_released(office, mission):
    changed(office.edition, contact_name_en="Rupert", contact_email="rupert@elsewhere.example.org")
    changed(mission, emails="rupert@elsewhere.example.org")
    changed(office.minister, to_emails="hentzau@example.org", portfolio="Minister of Plots")

    letter = remind(office)

    message = message_of(letter)
    assert addresses(letter) == ["office@example.org", "mission@example.org"]
    assert message["Reply-To"] == "forum@example.org"
    assert "Fritz von Tarlenheim" in text_of(letter)
    assert "Rupert" not in text_of(letter)
    assert "Plots" not in letter.addressee
    assert HeldChange.objects.waiting().count() == 3


def test_an_acknowledgement_says_what_was_released_and_a_copy_goes_to_the_address_typed(office):
    changed(office.minister, to_emails="typed@example.org")

    record_reply(office, {"answer": "in_person", "respondent_email": "typed@example.org"})
    compose_planned()

    sent = office.letters.filter(kind="acknowledgement").order_by("variant")
    assert [addresses(letter) for letter in sent] == [
        ["office@example.org", "mission@example.org"],
        ["typed@example.org"],
    ]


def test_a_letter_that_is_approved_by_itself_has_the_new_words(office, composed):
    changed(office.edition, contact_email="rupert@example.org")

    letter = composed(edition=office.edition)

    assert "rupert@example.org" in letter.mail


def test_a_mission_made_after_the_letters_gets_no_copy_before_it_is_released(office):
    rupert = MissionFactory.build(emails="rupert@example.org")
    save_or_propose(rupert, "", [office.member_state_id])

    letter = remind(office)

    assert addresses(letter) == ["office@example.org", "mission@example.org"]


def test_a_mission_keeps_its_copy_while_its_removal_waits(office, mission):
    save_or_propose(mission, "", [])

    assert addresses(remind(office)) == ["office@example.org", "mission@example.org"]


def test_a_mission_that_moves_keeps_its_copy_while_that_waits(office, mission):
    changed(mission, city="Zenda")
    changed(office.edition, mission_city="Zenda")

    assert addresses(remind(office)) == ["office@example.org", "mission@example.org"]


def test_a_step_for_the_mission_goes_to_the_released_focal_point(office, mission):
    office.edition.reminder_steps.update(audience="mission", variant="last")
    changed(office, focal_point_email="rupert@example.org")

    assert addresses(remind(office)) == ["mission@example.org"]


def test_a_form_of_address_changes_when_it_is_released(office):
    form = FormOfAddress.objects.get(language="en", form="MIN", gender="f")
    changed(form, salutation="Hello, Rupert,")

    assert "Rupert" not in remind(office).mail


def test_a_form_of_the_state_that_was_never_released_leaves_the_general_one(office):
    form = FormOfAddress(
        language="en", form="MIN", gender="f", member_state=office.member_state,
        salutation="Hello, Rupert,", closing="Yours",
    )  # fmt: skip
    save_or_propose(form)

    letter = remind(office)

    assert letter.state == Letter.State.APPROVED
    assert "Rupert" not in letter.mail


def test_a_form_of_the_state_serves_until_its_move_is_released(office):
    own = FormOfAddress(
        language="en", form="MIN", gender="f", member_state=office.member_state,
        salutation="My dear Count,", closing="Yours",
    )  # fmt: skip
    proposal = save_or_propose(own)
    release_change(proposal, UserFactory(), proposal.mark)
    own = FormOfAddress.objects.get(member_state=office.member_state)
    changed(own, member_state=MemberStateFactory())

    assert "My dear Count," in remind(office).mail


def test_a_rank_and_a_state_have_their_released_form_and_name(office):
    changed(Rank.objects.get(pk="MIN"), form="HOS")
    changed(office.member_state, short_name_en="Strelsau", formal_name_en="Kingdom of Strelsau")

    letter = remind(office)

    assert "Strelsau" not in letter.addressee


def test_a_reminder_waits_while_a_new_deadline_does(office):
    edition = office.edition
    edition.refresh_from_db()
    edition.reply_before = edition.reply_before.replace(day=2)
    edition.save()

    letter = remind(office, "2027-03-11 09:00Z")

    assert letter.state == Letter.State.PLANNED
    assert "reply before" in letter.waiting_reason


def test_a_letter_asks_what_is_held_before_it_is_composed_and_after(office):
    with time_machine.travel("2027-03-10 09:00Z"):
        queue_reminders()
        with CaptureQueriesContext(connection) as asked:
            compose_planned()

    assert sum("invitations_heldchange" in query["sql"] for query in asked) == 2


def test_the_name_of_a_rank_changes_when_it_is_released(office):
    rank = Rank.objects.get(pk="MIN")
    changed(rank, name_en="Envoy of Hentzau")
    said = {"answer": "represented", "substitute_name": "Sapt", "substitute_rank": rank}
    record_reply(office, said)
    compose_planned()

    assert "Hentzau" not in office.letters.get(kind="acknowledgement").mail


def test_an_edition_that_one_person_ends_for_a_moment_holds_what_changes_meanwhile(office):
    EditionFactory(
        opens_on="2030-05-10", closes_on="2030-05-14", track_opens_on="2030-05-11",
        track_closes_on="2030-05-12", reply_before="2030-04-01",
    )  # fmt: skip
    office.edition.refresh_from_db()
    names = ["opens_on", "closes_on", "track_opens_on", "track_closes_on", "reply_before"]
    kept = {name: getattr(office.edition, name) for name in names}

    changed(office.edition, **dict.fromkeys(names, dt.date(2020, 1, 1)))
    changed(office.minister, to_emails="rupert@example.org")
    changed(office.edition, **kept)

    waiting = HeldChange.objects.waiting().values_list("content_type__model", flat=True)
    assert list(waiting) == ["minister"]


def test_no_letter_leaves_while_it_waits_that_replies_are_taken_again(office):
    changed(office.edition, replies_closed_at=timezone.now() - dt.timedelta(days=1))
    HeldChange.objects.all().delete()
    EditionFactory(
        opens_on="2030-05-10", closes_on="2030-05-14", track_opens_on="2030-05-11",
        track_closes_on="2030-05-12", reply_before="2030-04-01",
    )  # fmt: skip
    changed(office.edition, replies_closed_at=None)
    office.refresh_from_db()

    record_reply(office, {"answer": "in_person"})
    compose_planned()

    letter = office.letters.get(kind="acknowledgement")
    assert letter.state == Letter.State.PLANNED
    assert "replies are taken again" in letter.waiting_reason


def test_an_answer_that_came_in_time_is_acknowledged_after_replies_were_closed(office):
    record_reply(office, {"answer": "in_person"})
    changed(office.edition, replies_closed_at=timezone.now())
    HeldChange.objects.all().delete()
    compose_planned()

    assert office.letters.get(kind="acknowledgement").state == Letter.State.APPROVED


def test_names_of_held_rows_are_asked_for_once(django_assert_num_queries):
    invitations = [InvitationFactory() for _number in range(3)]

    with django_assert_num_queries(1):
        named = names_of(Invitation, [one.pk for one in invitations])

    assert [*named.values()] == [f"invitation: {one}" for one in invitations]


def test_the_holy_see_is_called_as_a_second_person_released_it(office):
    write_approved(office.member_state, {"iso3": "VAT"})
    changed(office.minister, rank_id="CARD", address_gender="m")
    HeldChange.objects.all().delete()
    changed(Term.objects.get(language="en", key="holy_see"), text="See of Rupert")

    record_reply(office, {"answer": "in_person"})
    compose_planned()

    acknowledgement = message_of(office.letters.get(kind="acknowledgement"))
    assert acknowledgement["Subject"].startswith("Holy See – ")
    assert "Rupert" not in acknowledgement.get_body(["plain"]).get_content()
