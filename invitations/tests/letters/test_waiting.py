"""Letters that wait are tried every ten minutes, and at once when somebody saves a record."""

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from invitations.letters import composing_queue
from invitations.letters.approval import approve_text
from invitations.letters.circulars import plan_invitation_letters
from invitations.letters.composing_queue import (
    WAITS_FOR,
    compose_planned,
    try_composing_again,
)
from invitations.letters.planning import try_waiting_again
from invitations.links import NO_LINK, new_link
from invitations.models import (
    FormOfAddress,
    HeldChange,
    Letter,
    LetterTemplate,
    ReminderStep,
    Term,
)
from invitations.outbox.corrections.waiting_letters import close_link, renew_link
from invitations.outbox.release import release_change
from invitations.replies import record_reply
from invitations.tests.factories import (
    LetterFactory,
    MissionFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.letters.changes import set_on
from invitations.tests.letters.drafts import drafted
from invitations.tests.replies.replying import REGRETS
from invitations.tests.seals import make_seal, use_seal

pytestmark = pytest.mark.django_db


def rested(letter):
    """Let the clock tick, and return the letter, which waits."""
    compose_planned()
    letter.refresh_from_db()
    assert letter.waiting_reason
    return letter


@pytest.fixture
def waiting():
    """A letter that waits for a link, beside a mission with an address."""
    draft = drafted()
    MissionFactory(emails="mission@example.org", states=[draft.member_state])
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


def test_a_letter_that_waits_is_tried_again_after_ten_minutes(waiting, tries):
    assert tries() == []

    with time_machine.travel(timezone.now() + WAITS_FOR):
        assert tries() == [waiting.pk]
        assert tries() == []

    waiting.refresh_from_db()
    assert waiting.waiting_reason.startswith("Its link has ended")


def save_at_desk(admin_client, row, capture):
    page = reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[row.pk])
    form = admin_client.get(page).context["adminform"].form
    typed = {name: form[name].value() or "" for name in form.fields}
    with capture(execute=True):
        saved = admin_client.post(page, typed)
    assert saved.status_code == 302, saved.context["adminform"].errors


def test_a_letter_that_waits_is_tried_at_once_when_a_record_is_saved(
    waiting, tries, admin_client, django_capture_on_commit_callbacks
):
    term = Term.objects.get(key="ref", language="en")

    save_at_desk(admin_client, term, django_capture_on_commit_callbacks)

    assert tries() == [waiting.pk]
    assert tries() == []


def test_a_letter_that_waits_is_tried_at_once_when_a_change_is_released(
    acknowledgement, tries, django_capture_on_commit_callbacks
):
    minister = acknowledgement.invitation.minister
    minister.to_emails = "office@example.org"
    minister.save()
    change = HeldChange.objects.waiting().get()

    with django_capture_on_commit_callbacks(execute=True):
        release_change(change, UserFactory(), change.mark)

    assert tries() == [acknowledgement.pk]
    acknowledgement.refresh_from_db()
    assert not acknowledgement.waiting_reason


def test_a_letter_that_waits_is_tried_at_once_when_a_text_is_approved(
    waiting, tries, django_capture_on_commit_callbacks
):
    text = LetterTemplate.objects.filter(kind="reminder", first_approver=None).first()

    with django_capture_on_commit_callbacks(execute=True):
        approve_text(text, UserFactory(), text.mark)
    assert tries() == []
    with django_capture_on_commit_callbacks(execute=True):
        approve_text(text, UserFactory(), text.mark)

    assert tries() == [waiting.pk]


def test_a_new_link_lets_the_letter_be_composed_at_once(
    issued, tries, django_capture_on_commit_callbacks
):
    invitation = issued()
    close_link(invitation, 1, UserFactory(), "It was forwarded.")
    letter = rested(invitation.letters.in_force().get())

    with django_capture_on_commit_callbacks(execute=True):
        renew_link(invitation, NO_LINK, UserFactory(), "It is theirs again.")

    assert tries() == [letter.pk]
    letter.refresh_from_db()
    assert letter.state == "composed"


def test_who_composes_by_the_command_waits_no_ten_minutes(waiting):
    new_link(waiting.invitation).save()

    call_command("compose_letters", edition=waiting.invitation.edition.symbol)

    waiting.refresh_from_db()
    assert waiting.state == "composed"


def test_what_somebody_wants_to_be_tried_is_tried(waiting, tries):
    Letter.objects.update(failed_attempts=1)
    waiting.refresh_from_db()

    try_composing_again(waiting, UserFactory())

    assert tries() == [waiting.pk]


# What is put right lets it be composed


def planned(**fields):
    draft = drafted(**fields)
    plan_invitation_letters(draft.edition)
    return draft.letters.get()


def is_composed(letter):
    try_waiting_again()
    compose_planned()
    letter.refresh_from_db()
    return letter.state in ("composed", "approved")


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


def test_another_text_of_its_circular_lets_the_letter_be_composed():
    LetterTemplate.objects.filter(language="en", variant="circular")._raw_delete("default")
    draft = drafted()
    set_on(lambda one: one.edition.circulars.get(), variant="circular")(draft)
    plan_invitation_letters(draft.edition)
    letter = rested(draft.letters.get())

    set_on(lambda one: one.circular, variant="")(letter)

    assert is_composed(letter)


def note_over(letter, **post):
    mission = MissionFactory(**post, states=[letter.invitation.member_state])
    note = letter.circular.letters.create(
        kind="note", mission=mission, invitation=letter.invitation, language="en"
    )
    note.covers.add(letter)
    return note


def test_a_greeting_lets_the_note_to_that_mission_be_composed(composed):
    note = rested(note_over(composed(), greeted_as=""))

    set_on(lambda one: one.mission, greeted_as="to the Legation of Ruritania")(note)

    assert is_composed(note)


def test_a_note_is_composed_once_the_letter_that_it_covers_is(waiting):
    note = rested(note_over(waiting))
    assert note.waiting_reason == "It waits for the letters that it covers."

    new_link(waiting.invitation).save()
    assert is_composed(waiting)
    compose_planned()

    note.refresh_from_db()
    assert note.state == "composed"


@pytest.fixture
def acknowledgement(reached, approved_texts):
    """Make the acknowledgement of a reply to an office that has no address."""
    invitation = reached(minister__to_emails="")
    HeldChange.objects.all().delete()
    return rested(record_reply(invitation, REGRETS).acknowledgements.get())


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
