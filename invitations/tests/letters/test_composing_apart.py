"""What goes wrong with one letter is that letter's, and keeps no other."""

import datetime as dt
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from invitations import tasks
from invitations.files.frozen import freeze
from invitations.letters import composing, composing_queue
from invitations.letters.checks.reasons import reasons_not_composed
from invitations.letters.circulars import (
    pass_on_to_planned,
    plan_circular,
    plan_invitation_letters,
    plan_notes,
)
from invitations.letters.composing_queue import (
    claim_to_compose,
    compose_planned,
    note_records,
    try_composing_again,
)
from invitations.letters.planning import try_waiting_again
from invitations.models import ForumEdition, HeldChange, JobRun, Letter, LetterTemplate, Reply
from invitations.replies import record_reply
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MissionFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.letters.drafts import claimed, compose_after_save

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
# Python's own mail library decodes it to a line break, and refuses to write such a header.
POISON = "=?utf-8?q?=0d=0aBcc=3Ax?=@example.org"


@pytest.fixture
def acknowledged(reached, approved_texts):
    """Plan the acknowledgement of an answer; a poisoned one goes to an address no mail can have."""

    def make(poisoned=False):
        reply = record_reply(
            reached(), {"answer": "in_person", "respondent_email": "cabinet@example.org"}
        )
        if poisoned:
            Reply.objects.filter(pk=reply.pk).update(respondent_email=POISON)
        reply.acknowledgements.exclude(variant="copy").update(state="cancelled")
        return reply.acknowledgements.get(variant="copy")

    return make


def state_of(letter):
    letter.refresh_from_db()
    return letter.state


def later(minutes):
    return time_machine.travel(timezone.now() + minutes * MINUTE)


def test_ten_letters_that_cannot_be_composed_keep_no_other(acknowledged):
    poisoned = [acknowledged(poisoned=True) for _number in range(10)]
    good = acknowledged()

    tasks.compose_planned()

    assert state_of(good) == "approved"
    assert {state_of(letter) for letter in poisoned} == {"planned"}
    assert JobRun.objects.get(name="compose_planned").ended_at


def test_the_letter_says_which_address_no_mail_server_takes(acknowledged):
    letter = acknowledged(poisoned=True)

    compose_planned()

    event = letter.events.latest("pk")
    assert (event.state, event.delivery) == ("failed", None)
    assert event.reason.endswith("Bcc=3Ax?=@example.org: no mail server takes it as an address")


def released():
    """A second person has released what changed, and saw nothing odd in it."""
    HeldChange.objects.update(state="released", decided_by=UserFactory(), decided_at=timezone.now())


def test_the_letter_says_what_went_wrong_and_nobodys_data(acknowledged, caplog):
    letter = acknowledged()
    ForumEdition.objects.update(name_en="Forum\u2028Bcc: Elphberg@example.org")
    released()

    compose_planned()

    event = letter.events.latest("pk")
    assert (event.state, event.delivery) == ("failed", None)
    assert event.reason.startswith("It could not be composed (ValueError, Subject in ")
    told = event.reason + caplog.text
    assert f"Letter {letter.pk} could not be composed: ValueError, Subject" in caplog.text
    assert not any(word in told for word in ("Bcc", "example.org", "Elphberg", "Traceback"))


def test_a_name_of_the_edition_that_no_subject_can_hold_keeps_that_edition_alone(composed):
    poisoned, sound = EditionFactory(), EditionFactory()
    ForumEdition.objects.filter(pk=poisoned.pk).update(name_en="Forum\u20282027")

    assert composed(edition=poisoned).state == "planned"
    assert composed(edition=sound).state == "composed"


def test_what_the_database_does_not_keep_is_that_letters_alone(acknowledged):
    """A subject that is too long: PostgreSQL refuses the row, and goes on with the next one."""
    letter = acknowledged()
    good = acknowledged()
    edition = letter.invitation.edition
    ForumEdition.objects.filter(pk=edition.pk).update(name_en="Forum " * 19)
    released()
    LetterTemplate.objects.filter(kind="acknowledgement").update(subject="$forum $forum $forum")

    assert compose_planned() >= 1

    assert state_of(good) == "approved"
    assert state_of(letter) == ("planned" if connection.vendor == "postgresql" else "approved")


def test_the_pause_grows_until_four_hours(acknowledged):
    letter = acknowledged(poisoned=True)
    pauses = []
    with time_machine.travel("2027-03-01 09:00Z", tick=False) as clock:
        for _try in range(8):
            compose_planned()
            letter.refresh_from_db()
            pauses.append((letter.compose_again_at - timezone.now()) / MINUTE)
            clock.move_to(letter.compose_again_at)

    assert pauses == [5, 10, 20, 40, 80, 160, 240, 240]
    assert letter.failed_attempts == 8
    assert letter.events.filter(state="failed").count() == 1


def test_a_letter_that_pauses_is_not_tried(acknowledged):
    letter = acknowledged(poisoned=True)
    compose_planned()
    Reply.objects.update(respondent_email="cabinet@example.org")

    with later(4):
        assert compose_planned() == 0
    with later(6):
        assert compose_planned() == 1

    assert state_of(letter) == "approved"
    assert (letter.failed_attempts, letter.waiting_reason) == (0, "")


def test_no_pause_is_longer_because_a_clock_ran_ahead(acknowledged):
    acknowledged(poisoned=True)
    with later(days := 10 * 24 * 60):
        compose_planned()
    Reply.objects.update(respondent_email="cabinet@example.org")

    assert compose_planned() == 1

    leased = acknowledged()
    with later(days):
        claimed(leased.pk)
    compose_planned()
    with later(6):
        assert compose_planned() == 1


def test_somebody_says_that_it_is_to_be_tried_again_now(acknowledged):
    letter, person = acknowledged(poisoned=True), UserFactory()
    compose_planned()
    Reply.objects.update(respondent_email="cabinet@example.org")

    try_composing_again(letter, person)

    assert letter.events.latest("pk").actor == person
    assert compose_planned() == 1


def test_what_has_failed_comes_after_what_was_never_tried(acknowledged, monkeypatch):
    failed = acknowledged(poisoned=True)
    compose_planned()
    new = acknowledged()
    with later(6):
        assert composing_queue.planned_letters(None, Letter.Kind.values) == [new.pk, failed.pk]


def test_a_lost_database_ends_the_tick(acknowledged, monkeypatch):
    letter = acknowledged()

    def lost(*args):
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(composing_queue, "compose_letter", lost)

    with pytest.raises(OperationalError):
        compose_planned()

    with later(6):
        composing_queue.note_vanished()
    letter.refresh_from_db()
    assert (letter.failed_attempts, letter.composing_until) == (0, None)


def test_a_letter_of_which_nothing_can_be_written_keeps_no_other(acknowledged, unwritable):
    stuck, good = acknowledged(poisoned=True), acknowledged()
    unwritable(stuck, but="planned")

    assert compose_planned() == 1
    with later(6):
        later_one = acknowledged()
        assert compose_planned() == 1

    assert (state_of(stuck), state_of(good), state_of(later_one)) == (
        "planned", "approved", "approved",
    )  # fmt: skip


def test_letters_that_wait_and_then_meet_something_else_keep_no_other(acknowledged):
    letter = acknowledged()
    texts = LetterTemplate.objects.filter(kind="acknowledgement")
    texts.update(first_approver=None, second_approver=None)
    compose_planned()
    Letter.objects.filter(pk=letter.pk).update(second_language="xx")
    texts.update(first_approver=UserFactory(), second_approver=UserFactory())

    compose_after_save()

    letter.refresh_from_db()
    assert letter.waiting_reason.startswith("It could not be composed (ValueError in ")


def test_a_letter_that_kills_its_worker_pauses_longer_each_time(acknowledged, monkeypatch):
    letter = acknowledged()

    tried = []

    def die(letter):
        tried.append(timezone.now())
        raise SystemExit

    with monkeypatch.context() as patched, time_machine.travel(0, tick=False) as clock:
        patched.setattr(composing_queue, "compose_letter", die)
        for _minute in range(60):
            with suppress(SystemExit):
                compose_planned()
            clock.shift(60)

    gaps = [(b - a) / MINUTE for a, b in pairwise(tried)]
    assert gaps == [6, 10, 20]
    letter.refresh_from_db()
    assert letter.waiting_reason == "the program stopped while composing it"
    assert compose_planned() == 1


def test_a_worker_that_was_only_slow_changes_nothing_of_the_next_ones_claim(acknowledged):
    letter = acknowledged()
    slow = claimed(letter.pk)
    with later(6):
        composing_queue.note_vanished()
        quick = claimed(letter.pk)

        composing_queue.could_not_compose(slow, "slow", timezone.now())

        letter.refresh_from_db()
        assert letter.composing_until == quick.composing_until
        assert letter.failed_attempts == 1


def test_a_pdf_that_cannot_be_read_is_its_reminders_alone(reached, approved_texts, settings):
    (Path(settings.MEDIA_ROOT) / "letters" / "a-folder.pdf").mkdir(parents=True, exist_ok=True)
    edition = EditionFactory()
    step = StepFactory(edition=edition)
    bad, good = (reminder(reached(edition=edition), step) for _number in range(2))
    bad.invitation.letters.inviting().update(pdf="letters/a-folder.pdf", sha256="0" * 64)

    compose_planned()

    assert (state_of(bad), bad.failed_attempts) == ("planned", 1)
    assert state_of(good) == "approved"


def reminder(invitation, step):
    pdf = freeze(b"%PDF-", "letters", "pdf")
    invitation.letters.inviting().update(pdf=pdf.name, sha256=pdf.sha256)
    return LetterFactory(
        invitation=invitation,
        circular=invitation.letters.get().circular,
        kind="reminder",
        variant=step.variant,
        step=step,
        reply_before=step.edition.reply_before,
        leave_before=step.edition.deadline,
    )


# What waits for a person


def drafted(edition=None, **fields):
    edition = edition or EditionFactory()
    if not edition.circulars.exists():
        CircularFactory(edition=edition)
    return InvitationFactory(edition=edition, status="draft", issued_at=None, **fields)


def test_a_letter_is_tried_at_the_next_tick_after_its_text_is_saved():
    draft = drafted(minister__language="ru", edition=EditionFactory(theme_ru=""))
    plan_invitation_letters(draft.edition)
    compose_planned()
    ForumEdition.objects.update(theme_ru="Тема")

    assert compose_after_save() == 1


def test_what_waits_comes_after_what_can_be_composed():
    waiting = drafted(minister__language="fr")
    plan_invitation_letters(waiting.edition)
    LetterTemplate.objects.filter(language="fr").delete()
    compose_planned()
    new = drafted(edition=waiting.edition)
    plan_invitation_letters(waiting.edition)

    try_waiting_again()
    order = composing_queue.planned_letters(None, Letter.Kind.values)

    assert order == [new.letters.get().pk, waiting.letters.get().pk]


@pytest.mark.parametrize("rows", [1, 3])
def test_letters_that_wait_cost_as_much_as_one_until_they_are_tried_again(
    django_assert_num_queries, rows
):
    edition = EditionFactory(theme_ru="")
    for _number in range(rows):
        drafted(edition, minister__language="ru")
    plan_invitation_letters(edition)
    compose_planned()

    with django_assert_num_queries(5):
        compose_planned()


def test_letters_that_wait_take_turns(acknowledged):
    acknowledged()
    for _number in range(2):
        draft = drafted(EditionFactory(), minister__language="fr")
        plan_invitation_letters(draft.edition)
    LetterTemplate.objects.all().delete()
    compose_planned()
    first, second, third = Letter.objects.planned().order_by("pk").values_list("pk", flat=True)

    try_waiting_again()
    Letter.objects.filter(pk=first).update(compose_again_at=timezone.now())

    assert composing_queue.planned_letters(None, Letter.Kind.values) == [second, third, first]


def test_of_two_reasons_the_newest_is_shown_and_none_once_it_is_composed():
    draft = drafted(minister__language="ru", edition=EditionFactory(theme_ru="", place_ru="Рум"))
    plan_invitation_letters(draft.edition)
    compose_planned()
    first = dict(reasons_not_composed(draft.edition))
    ForumEdition.objects.update(theme_ru="Тема", place_ru="")
    compose_after_save()
    second = dict(reasons_not_composed(draft.edition))
    ForumEdition.objects.update(theme_ru="", place_ru="Рум")
    compose_after_save()

    assert list(first) == ["Missing in Russian: theme."]
    assert list(second) == ["Missing in Russian: place."]
    assert reasons_not_composed(draft.edition) == first
    ForumEdition.objects.update(theme_ru="Тема")
    assert compose_after_save() == 1
    assert reasons_not_composed(draft.edition) == {}


def test_a_note_finds_out_that_it_waits_before_it_is_rendered(monkeypatch):
    edition = EditionFactory()
    MissionFactory(states=[drafted(edition).member_state])
    circular = edition.circulars.get()
    plan_circular(circular)
    compose_planned()
    plan_notes(circular)
    soon = timezone.now() + MINUTE
    Letter.objects.exclude(kind="note").update(state="planned", sha256="", composing_until=soon)
    rendered = []
    monkeypatch.setattr(composing, "render_pdf", lambda *args: rendered.append(args))

    assert compose_planned() == 0

    note = circular.letters.get(kind="note")
    assert (note.waiting_reason, rendered) == ("It waits for the letters that it covers.", [])


# What is behind twenty is read at once


def queries_for(number):
    edition = EditionFactory()
    for _letter in range(number):
        drafted(edition)
    plan_invitation_letters(edition)
    with CaptureQueriesContext(connection) as queries:
        assert compose_planned(edition) == number
    return len(queries)


def test_each_further_letter_asks_for_text_and_form_and_is_written_and_asks_no_more():
    queries_for(1)  # what is asked once in a process

    claimed_and_written, asked_for_text_and_form = 6, 2
    assert queries_for(3) - queries_for(1) == 2 * (claimed_and_written + asked_for_text_and_form)


def test_a_letter_whose_circular_has_another_text_since_it_was_read_is_left_to_the_next_tick():
    draft = drafted()
    plan_invitation_letters(draft.edition)
    (noted,) = note_records([draft.letters.get().pk])
    circular = draft.letters.get().circular
    circular.variant = "other"
    circular.save()
    pass_on_to_planned(circular)

    assert claim_to_compose(noted) is None

    assert claimed(draft.letters.get().pk).circular.variant == "other"


def test_what_another_worker_has_tried_since_it_was_read_is_left_to_the_next_tick():
    draft = drafted(minister__language="ru", edition=EditionFactory(theme_ru=""))
    plan_invitation_letters(draft.edition)
    (noted,) = note_records([draft.letters.get().pk])
    compose_planned()

    assert claim_to_compose(noted) is None

    letter = draft.letters.get()
    assert (letter.waiting_reason, letter.composing_until) == ("Missing in Russian: theme.", None)
    try_waiting_again()
    assert claimed(letter.pk)


# The command counts them all


def test_compose_letters_counts_all_that_it_did_not_compose():
    edition = EditionFactory(theme_ru="")
    sound, waits, fails, leased = (
        drafted(edition, minister__language=language) for language in ("en", "ru", "en", "en")
    )
    plan_invitation_letters(edition)
    Letter.objects.filter(invitation=fails).update(
        failed_attempts=1,
        waiting_reason="It could not be composed.",
        compose_again_at=timezone.now() + MINUTE,
    )
    Letter.objects.filter(invitation=leased).update(composing_until=timezone.now() + MINUTE)

    said = call_command("compose_letters", edition=edition.symbol)

    assert said == (
        "1 letter composed. 1 waits: It could not be composed. "
        "1 waits: Missing in Russian: theme. 1 is being composed by another worker."
    )
    assert state_of(sound.letters.get()) == "composed"
    assert state_of(waits.letters.get()) == "planned"
