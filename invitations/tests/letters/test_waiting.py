"""Letters that wait rest until something behind them changes, and then are tried at once."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from invitations.letters import composing_queue
from invitations.letters.approval import revise_template
from invitations.letters.circulars import plan_invitation_letters
from invitations.letters.composing_queue import compose_planned, try_composing_again
from invitations.links import new_link
from invitations.models import (
    FormOfAddress,
    HeldChange,
    Letter,
    LetterTemplate,
    Mission,
    Rank,
    ReminderStep,
    Term,
)
from invitations.replies import record_reply
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    LetterFactory,
    MissionFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.letters.changes import CHANGES, PRINTED, UNUSED, new_mission, set_on
from invitations.tests.letters.drafts import claimed, drafted
from invitations.tests.replies.replying import REGRETS
from invitations.tests.seals import make_seal, use_seal

pytestmark = pytest.mark.django_db


def rested(letter):
    """Let the clock tick until the letter is tried no more, and return it."""
    compose_planned()
    compose_planned()
    letter.refresh_from_db()
    assert letter.waits_with, letter.waits_because
    return letter


@pytest.fixture
def waiting():
    """A letter that waits for a link, beside a mission with an address."""
    draft = drafted()
    MissionFactory(emails="mission@example.org").states.add(draft.member_state)
    plan_invitation_letters(draft.edition)
    draft.links.all().delete()
    return rested(draft.letters.get())


@pytest.fixture
def tries(monkeypatch):
    """Let the clock tick, and return the keys of the letters that were tried by themselves."""
    compose, tried = composing_queue.compose_letter, []

    def tick():
        tried.clear()
        compose_planned()
        return list(tried)

    def noted(letter):
        tried.append(letter.pk)
        return compose(letter)

    monkeypatch.setattr(composing_queue, "compose_letter", noted)
    return tick


def test_a_letter_behind_which_nothing_changed_is_not_tried_again(waiting, tries):
    assert [tries() for _minute in range(3)] == [[], [], []]

    waiting.refresh_from_db()
    assert waiting.waits_because.startswith("Its link has ended")


def test_a_letter_that_rests_counts_as_looked_at(waiting):
    Letter.objects.update(compose_again_at=timezone.now() - dt.timedelta(hours=1))

    compose_planned()

    waiting.refresh_from_db()
    assert waiting.compose_again_at > timezone.now() - dt.timedelta(minutes=1)


def another_text(letter):
    text = LetterTemplate.objects.get(kind="invitation", variant="", language="en")
    revise_template(text, UserFactory(), text.subject, f"{text.paper}\n", text.mail)


def fewer_missions(letter):
    Mission.objects.get().states.remove(letter.invitation.member_state)


BEHIND = {
    **CHANGES,
    **PRINTED,
    "text": another_text,
    "date on the letter": set_on(lambda one: one.circular, dated_on=dt.date(2020, 1, 9)),
    "ranks by original": set_on(lambda one: one.invitation.edition, original_ranks=["MIN"]),
    "postal address": set_on(lambda one: one.invitation.edition, postal_address="Zenda"),
    "greeting": set_on(lambda one: Mission.objects.get(), greeted_as="to the Legation"),
    "fewer missions": fewer_missions,
    "minister's rank": set_on(lambda one: one.invitation.minister, rank=Rank(pk="HOS")),
    "confidence": set_on(
        lambda one: FormOfAddress.objects.get(language="en", form="MIN", gender="f"),
        confidence="low",
    ),
}


@pytest.mark.parametrize("change", BEHIND.values(), ids=BEHIND)
def test_a_letter_is_tried_again_once_something_behind_it_changed(waiting, tries, change):
    change(waiting)

    assert tries() == [waiting.pk]
    assert tries() == []


@pytest.mark.parametrize("name", ["another form", "another term", "another State's mission"])
def test_a_letter_is_not_tried_again_for_what_it_cannot_use(waiting, tries, name):
    UNUSED[name](waiting)

    assert waiting.pk not in tries()


def test_a_letter_is_tried_again_on_the_next_day_in_any_case(waiting, tries):
    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        assert tries() == [waiting.pk]
        assert tries() == []


def test_what_somebody_wants_to_be_tried_is_tried(waiting, tries):
    Letter.objects.update(failed_attempts=1)
    waiting.refresh_from_db()

    try_composing_again(waiting, UserFactory())

    assert tries() == [waiting.pk]


def test_what_changes_while_a_letter_is_tried_has_it_tried_again(waiting, tries):
    _resting, marks = composing_queue.waiting_still()
    letter = claimed(waiting.pk)
    letter.waits_with = marks[waiting.pk]
    CHANGES["minister's name"](waiting)
    composing_queue.compose_or_say_why(letter)

    assert tries() == [waiting.pk]
    assert tries() == []


# What is put right lets it be composed


def planned(**fields):
    draft = drafted(**fields)
    plan_invitation_letters(draft.edition)
    return draft.letters.get()


def is_composed(letter):
    compose_planned()
    letter.refresh_from_db()
    return letter.state in ("composed", "approved")


def test_a_new_link_lets_the_letter_be_composed(waiting):
    new_link(waiting.invitation).save()

    assert is_composed(waiting)


def test_a_function_in_the_dative_lets_a_russian_letter_be_composed():
    letter = rested(planned(minister__language="ru", minister__portfolio_in_dative=""))

    set_on(lambda one: one.invitation.minister, portfolio_in_dative="Министру связи")(letter)

    assert is_composed(letter)


def test_a_form_of_the_state_lets_its_king_be_addressed():
    FormOfAddress.objects.filter(form="MON").update(confidence="low")
    letter = rested(planned(minister__rank_id="MON", minister__address_gender="m"))

    FormOfAddress.objects.create(
        language="en", form="MON", gender="m", member_state=letter.invitation.member_state,
        courtesy="His Majesty", salutation="Your Majesty,", closing="Yours", confidence="high",
    )  # fmt: skip

    assert is_composed(letter)


@pytest.mark.parametrize("model", [Term, LetterTemplate])
def test_what_was_deleted_of_the_words_lets_it_be_composed_once_it_is_back(model):
    letter = planned()
    rows = list(model.objects.filter(language="en"))
    model.objects.filter(language="en")._raw_delete("default")
    rested(letter)

    model.objects.bulk_create(rows)

    assert is_composed(letter)


def test_a_seal_that_is_fit_lets_letters_be_composed(settings, tmp_path):
    file = tmp_path / "seal.p12"
    use_seal(settings, file)
    file.write_bytes(b"none")
    letter = rested(planned())

    make_seal(file)

    assert is_composed(letter)


@pytest.fixture
def alike():
    """Make two letters of one circular that wait for the same reason, the one made first first."""

    def make(**fields):
        edition = EditionFactory(original_ranks=[])
        for _number in range(2):
            drafted(edition=edition, **fields)
        plan_invitation_letters(edition)
        letters = [rested(letter) for letter in Letter.objects.order_by("pk")]
        assert letters[0].waits_because == letters[1].waits_because
        return letters

    return make


def test_a_form_of_one_state_lets_its_letter_be_composed_though_another_waits_alike(alike):
    FormOfAddress.objects.filter(language="en", form="MIN")._raw_delete("default")
    first, other = alike()

    FormOfAddress.objects.create(
        language="en", form="MIN", gender="f", member_state=first.invitation.member_state,
        salutation="Your Excellency,", closing="Yours", confidence="high",
    )  # fmt: skip

    assert is_composed(first)
    assert not is_composed(other)


def test_a_letter_waits_for_no_text_for_crowns_once_its_minister_is_none(alike):
    LetterTemplate.objects.filter(language="en", variant="crown")._raw_delete("default")
    first, other = alike(minister__rank_id="MON", minister__address_gender="m")

    set_on(lambda one: one.invitation.minister, rank_id="MIN")(first)
    set_on(lambda one: one.invitation.minister, portfolio="Crown Prince")(other)

    assert is_composed(first)
    assert not is_composed(other)


def test_another_text_of_its_circular_lets_the_letter_be_composed():
    LetterTemplate.objects.filter(language="en", variant="circular")._raw_delete("default")
    draft = drafted()
    set_on(lambda one: one.edition.circulars.get(), variant="circular")(draft)
    plan_invitation_letters(draft.edition)
    letter = rested(draft.letters.get())

    set_on(lambda one: one.circular, variant="")(letter)

    assert is_composed(letter)


def note_over(letter, **post):
    mission = MissionFactory(**post)
    mission.states.add(letter.invitation.member_state)
    note = letter.circular.letters.create(
        kind="note", mission=mission, invitation=letter.invitation, language="en"
    )
    note.covers.add(letter)
    return note


def test_a_greeting_lets_the_note_to_that_mission_be_composed(composed, tries):
    notes = [note_over(composed(), greeted_as="") for _number in range(2)]
    for note in notes:
        rested(note)

    set_on(lambda one: one.mission, greeted_as="to the Legation of Ruritania")(notes[1])

    assert tries() == [notes[1].pk]
    notes[1].refresh_from_db()
    assert notes[1].state == "composed"


def test_a_note_is_composed_once_the_letter_that_it_covers_is(waiting):
    note = rested(note_over(waiting))
    assert note.waits_because == "It waits for the letters that it covers."

    new_link(waiting.invitation).save()
    compose_planned()

    assert is_composed(note)


@pytest.mark.parametrize("name", ["minister's name", "State's name", "form of address"])
def test_a_note_is_tried_again_once_something_behind_its_letter_changed(waiting, tries, name):
    note = rested(note_over(waiting))
    # The note is to another State than the letter is.
    note.invitation = drafted(edition=waiting.invitation.edition)
    note.save()
    rested(note)

    CHANGES[name](waiting)

    assert note.pk in tries()


@pytest.fixture
def acknowledgement(reached, approved_texts):
    """Make the acknowledgement of a reply to an office that has no address."""
    invitation = reached(minister__to_emails="")
    HeldChange.objects.all().delete()
    return rested(record_reply(invitation, REGRETS).acknowledgements.get())


def test_a_released_address_lets_an_acknowledgement_leave(acknowledgement, tries):
    minister = acknowledgement.invitation.minister
    minister.to_emails = "office@example.org"
    minister.save()
    assert tries() == [acknowledgement.pk]
    rested(acknowledgement)

    HeldChange.objects.update(state="released", decided_by=UserFactory(), decided_at=timezone.now())

    assert is_composed(acknowledgement)


def test_a_step_that_is_approved_lets_its_reminder_leave(reached, approved_texts):
    invitation = reached()
    step = StepFactory(edition=invitation.edition, second_approver=None)
    letter = LetterFactory(
        invitation=invitation, kind="reminder", variant="first", step=step,
        reply_before=step.edition.reply_before, leave_before=step.edition.deadline,
    )  # fmt: skip
    rested(letter)

    ReminderStep.objects.update(second_approver=UserFactory())

    assert is_composed(letter)


def test_a_letter_that_is_approved_lets_its_reminder_leave(issued, approved_texts):
    invitation = issued()
    inviting = invitation.letters.get()
    Letter.objects.update(state="cancelled")
    step = StepFactory(edition=invitation.edition)
    letter = LetterFactory(
        invitation=invitation, kind="reminder", variant="first", step=step,
        reply_before=step.edition.reply_before, leave_before=step.edition.deadline,
    )  # fmt: skip
    rested(letter)

    Letter.objects.filter(pk=inviting.pk).update(state="approved")

    assert is_composed(letter)


# However many wait


@pytest.mark.parametrize("number", [1, 4])
def test_many_letters_that_rest_are_looked_at_in_as_many_queries_as_one(
    composed, django_assert_num_queries, number
):
    edition = EditionFactory()
    CircularFactory(edition=edition)
    for _number in range(number):
        letter = composed(edition=edition)
        new_mission(letter)
        note_over(letter, greeted_as="")
    rested(Letter.objects.planned().first())

    with django_assert_num_queries(27):
        compose_planned()
