"""Which letters have to be composed anew is told for many at once, before their approval."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.letters.approval import approve_letter, recompose_letter
from invitations.letters.composing_queue import compose_planned
from invitations.models import ForumEdition, Letter
from invitations.models.held.outdated import outdated_letters
from invitations.tests.desk import composed_letter
from invitations.tests.factories import (
    EditionFactory,
    LetterFactory,
    MissionFactory,
    UserFactory,
)
from invitations.tests.letters.changes import (
    CHANGES,
    UNUSED,
    and_approved,
    each_change,
    new_mission,
    set_on,
)
from invitations.tests.letters.drafts import drafted

pytestmark = pytest.mark.django_db


@pytest.fixture
def note_over():
    """Make a composed note verbale over a letter."""

    def make(letter):
        return composed_letter(
            invitation=letter.invitation,
            circular=letter.circular,
            kind="note",
            mission=MissionFactory(),
            covers=[letter],
        )

    return make


@each_change
def test_what_changed_is_told_before_the_approval(minister_without_address, change):
    letter = minister_without_address()
    row = change(letter)

    found = outdated_letters(Letter.objects.all())

    (record,) = found[letter.pk].records
    assert record == f"{type(row).__name__} {row.pk}"


@pytest.mark.parametrize("change", UNUSED.values(), ids=UNUSED)
def test_a_letter_is_not_outdated_by_what_it_does_not_use(composed, change):
    letter = composed()
    change(letter)

    assert letter.pk not in outdated_letters(Letter.objects.all())


@pytest.mark.parametrize("number", [1, 4])
def test_many_letters_are_compared_in_as_many_queries_as_one(
    note_over, django_assert_num_queries, number
):
    edition = EditionFactory()
    letters = [
        composed_letter(
            invitation=drafted(edition=edition), kind=kind, replaces=LetterFactory(), **languages
        )
        for kind in ("invitation", "replacement")
        for languages in ({}, {"language": "fr", "second_language": "en"})
        for _number in range(number)
    ]
    for letter in letters:
        new_mission(letter)
    notes = [note_over(letter) for letter in letters]

    with django_assert_num_queries(22):
        found = outdated_letters(Letter.objects.all())

    assert {one.pk for one in [*letters, *notes]} == set(found)


def test_nothing_is_locked_before_the_approval(composed, django_assert_num_queries):
    composed()

    with django_assert_num_queries(16) as queries:
        outdated_letters(Letter.objects.all())

    assert not [one["sql"] for one in queries if "FOR NO KEY UPDATE" in one["sql"]]


def test_a_letter_of_which_it_is_not_known_is_outdated(composed):
    letter = composed()
    Letter.objects.update(composed_with={})

    assert "Nobody can tell" in str(outdated_letters(Letter.objects.all())[letter.pk].reason)


def test_only_letters_that_wait_for_approval_are_outdated(composed):
    letter, approved = composed(), composed()
    approve_letter(approved, UserFactory(), approved.sha256, approved.message_sha256)
    Letter.objects.update(composed_with={})

    assert list(outdated_letters(Letter.objects.all())) == [letter.pk]


def test_a_note_over_an_outdated_letter_is_outdated_with_it(composed, note_over):
    letter = composed()
    note = note_over(letter)
    assert not outdated_letters(Letter.objects.all())
    CHANGES["minister's name"](letter)

    found = outdated_letters(Letter.objects.filter(pk=note.pk))

    assert list(found) == [note.pk]
    assert "is to be composed anew" in str(found[note.pk].reason)


def test_a_note_over_a_letter_that_was_composed_again_is_outdated(composed, note_over):
    letter = composed()
    note = note_over(letter)
    recompose_letter(letter, UserFactory())
    compose_planned()

    found = outdated_letters(Letter.objects.all())

    assert list(found) == [note.pk]
    assert "was called back" in str(found[note.pk].reason)


@pytest.mark.parametrize("kind", ["notice", "corrigendum"])
@pytest.mark.parametrize("name", ["minister's name", "circular", "edition's text"])
def test_a_letter_that_refers_to_another_is_compared_too(kind, name):
    letter = composed_letter(kind=kind, replaces=LetterFactory())
    row = CHANGES[name](letter)

    found = outdated_letters(Letter.objects.all())

    assert found[letter.pk].records == [f"{type(row).__name__} {row.pk}"]


@pytest.fixture
def note_over_approved(note_over):
    """A composed note verbale in English over an approved letter in French."""
    letter = composed_letter(language="fr")
    Letter.objects.filter(pk=letter.pk).update(state="approved", approved_at=timezone.now())
    return note_over(letter)


OF_A_NOTE = {
    "greeting": set_on(lambda note: note.mission, greeted_as="to the Legation of Ruritania"),
    "address": set_on(lambda note: note.mission, emails="legation@example.org"),
    "postal address": set_on(lambda note: note.mission, postal_address="Zenda"),
    **{
        name: lambda note, name=name: and_approved(CHANGES[name])(note.covers.get())
        for name in ("minister's name", "State's name", "form of address", "circular", "term")
    },
}


@pytest.mark.parametrize("change", OF_A_NOTE.values(), ids=OF_A_NOTE)
def test_what_changed_behind_a_note_or_what_it_covers_is_told(note_over_approved, change):
    assert not outdated_letters(Letter.objects.all())

    row = change(note_over_approved)

    found = outdated_letters(Letter.objects.all())
    assert found[note_over_approved.pk].records == [f"{type(row).__name__} {row.pk}"]


def test_a_note_behind_which_something_changed_is_not_approved(note_over_approved):
    note = note_over_approved
    OF_A_NOTE["minister's name"](note)

    with pytest.raises(ValidationError, match="Changed since it was composed: minister"):
        approve_letter(note, UserFactory(), note.sha256, note.message_sha256)


def test_the_greeting_of_a_mission_outdates_no_other_letter(composed):
    letter = composed()
    mission = new_mission(letter)
    recompose_letter(letter, UserFactory())
    compose_planned()

    OF_A_NOTE["greeting"](LetterFactory(mission=mission))

    assert not outdated_letters(Letter.objects.all())


def test_a_mail_to_whom_a_signed_original_is_due_meanwhile_is_outdated():
    mailed, other = composed_letter(), composed_letter()
    ForumEdition.objects.filter(pk=mailed.invitation.edition_id).update(original_ranks=["MIN"])

    found = outdated_letters(Letter.objects.all())

    assert (mailed.pk in found, other.pk in found) == (True, False)
    assert str(found[mailed.pk].reason).startswith("A signed original is due to this rank now")


def test_an_original_that_is_not_due_any_more_is_outdated(composed):
    letter = composed(rank_id="HOS")
    ForumEdition.objects.update(original_ranks=[])

    found = outdated_letters(Letter.objects.all())

    assert "is not due to this rank any more" in str(found[letter.pk].reason)
