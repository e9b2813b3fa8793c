"""A letter is written in the languages of its minister today, a note in that of its mission."""

import pytest
from django.core.exceptions import ValidationError

from invitations.letters.approval import approve_letter, recompose_letter
from invitations.letters.circulars import plan_invitation_letters
from invitations.letters.composing_queue import compose_planned
from invitations.models import HeldChange, Letter, LetterTemplate, Minister, Mission
from invitations.models.held.outdated import outdated_letters
from invitations.tests.factories import MissionFactory, UserFactory
from invitations.tests.letters.drafts import compose_after_save, drafted, under_one_note

pytestmark = pytest.mark.django_db

IN_ANOTHER = "It would be written in another language now: have it composed anew"


def approve(letter):
    return approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)


def composed_again(letter):
    anew = recompose_letter(letter, UserFactory())
    compose_planned()
    return Letter.objects.get(pk=anew.pk)


@pytest.mark.parametrize("today", [("fr", ""), ("en", "fr"), ("fr", "en")])
def test_a_letter_in_the_language_of_yesterday_is_not_approved(composed, today):
    letter = composed(portfolio_in_second_language="Ministre des communications")
    Minister.objects.update(language=today[0], second_language=today[1])

    assert IN_ANOTHER in str(outdated_letters(Letter.objects.all())[letter.pk].reason)
    with pytest.raises(ValidationError, match=IN_ANOTHER):
        approve(letter)

    anew = composed_again(letter)
    assert (anew.language, anew.second_language) == today
    assert approve(anew).state == Letter.State.APPROVED


def test_a_second_language_that_is_the_first_one_changes_nothing(composed):
    letter = composed()
    Minister.objects.update(second_language="en")

    assert approve(letter).state == Letter.State.APPROVED


def test_a_language_is_compared_and_not_held(composed):
    letter = approve(composed())
    minister = letter.invitation.minister
    minister.language = "fr"
    minister.save()

    assert not HeldChange.objects.exists()


def test_a_letter_planned_in_the_language_of_yesterday_is_approved_as_it_is_composed():
    draft = drafted()
    plan_invitation_letters(draft.edition)
    Minister.objects.update(language="es")

    compose_planned()

    letter = draft.letters.get()
    assert letter.language == "es"
    assert approve(letter).state == Letter.State.APPROVED


def test_a_letter_composed_before_languages_were_noted_is_approved_as_before(composed):
    letter = composed()
    del letter.composed_with["Languages"]
    letter.save()
    Minister.objects.update(language="fr")

    assert approve(letter).state == Letter.State.APPROVED


def test_a_letter_that_waits_for_a_text_in_its_language_of_today_is_tried_once_it_is_there():
    draft = drafted()
    plan_invitation_letters(draft.edition)
    Minister.objects.update(language="es")
    text = LetterTemplate.objects.get(kind="invitation", variant="", language="es")
    LetterTemplate.objects.filter(pk=text.pk).delete()
    for _tick in range(2):
        compose_planned()
    assert draft.letters.get().waiting_reason

    text.save()
    compose_after_save()

    assert draft.letters.get().state == Letter.State.COMPOSED


def test_a_note_in_the_language_of_yesterday_is_composed_again_in_that_of_its_mission():
    note = under_one_note(language="en").letters.get(kind="note")
    for letter in note.covers.all():
        approve(letter)
    Mission.objects.update(language="fr", greeted_as="à la Mission permanente de la Ruritanie")

    assert IN_ANOTHER in str(outdated_letters(Letter.objects.all())[note.pk].reason)
    with pytest.raises(ValidationError, match=IN_ANOTHER):
        approve(note)

    anew = composed_again(note)
    assert anew.language == "fr"
    assert "présente ses compliments à la Mission permanente" in anew.paper
    assert approve(anew).state == Letter.State.APPROVED


def test_a_mission_s_language_outdates_no_letter_to_a_minister(composed):
    letter = composed()
    MissionFactory(language="en", states=[letter.invitation.member_state])
    anew = composed_again(letter)
    Mission.objects.update(language="fr")

    assert approve(anew).state == Letter.State.APPROVED
