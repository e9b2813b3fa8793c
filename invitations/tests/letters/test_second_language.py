"""A letter in two languages: each prints the function, the opening and the courtesy of its own."""

# ruff: noqa: RUF001 -- the words are Russian ones
import pytest

from invitations.letters.addressing import formal_address
from invitations.letters.approval import approve_letter, recompose_letter
from invitations.letters.checks.audience import audience_lacks
from invitations.letters.composing_queue import compose_planned
from invitations.letters.context import dead_keys
from invitations.letters.words import letter_texts
from invitations.models import HeldChange, Letter, Minister
from invitations.models.held.outdated import outdated_letters
from invitations.replies import record_reply
from invitations.tests.factories import (
    CircularFactory,
    InvitationFactory,
    LetterFactory,
    MinisterFactory,
    MissionFactory,
    UserFactory,
)
from invitations.tests.letters.drafts import compose_after_save

pytestmark = pytest.mark.django_db

BILINGUAL = {
    "language": "fr",
    "second_language": "en",
    "portfolio": "Ministre des postes",
    "portfolio_in_second_language": "Minister of Posts",
}
RUSSIAN_TOO = {
    "second_language": "ru",
    "name_in_script": "Флавия Эльфберг",
    "name_in_dative": "Флавии Эльфберг",
    "portfolio_in_second_language": "Министр почты",
    "portfolio_in_dative": "Министру почты",
}
MISSING = "Missing in English: portfolio in the second language."


def words_of(letter):
    return [(text.addressee, text.paper) for text in letter_texts(letter, dead_keys())]


def test_each_language_has_its_function_opening_and_courtesy(composed):
    (french, french_words), (english, english_words) = words_of(composed(**BILINGUAL))

    assert french[:2] == ["Son Excellence Madame Flavia Elphberg", "Ministre des postes"]
    assert english[:2] == ["H.E. Ms. Flavia Elphberg", "Minister of Posts"]
    assert french_words.startswith("Madame la Ministre,")
    assert english_words.startswith("Excellency,")


def test_a_letter_waits_for_the_function_in_its_second_language(composed):
    letter = composed(**BILINGUAL | {"portfolio_in_second_language": " "})

    assert (letter.state, letter.waiting_reason) == (Letter.State.PLANNED, MISSING)
    assert letter.waits_for == [["en", "minister", "portfolio_in_second_language"]]
    Minister.objects.update(portfolio_in_second_language="Minister of Posts")
    compose_after_save()
    letter.refresh_from_db()
    assert letter.state == Letter.State.COMPOSED


@pytest.mark.parametrize("who", [{"portfolio": ""}, {"second_language": ""}])
def test_nothing_is_asked_for_where_there_is_no_function_or_no_second_language(composed, who):
    letter = composed(**BILINGUAL | {"portfolio_in_second_language": ""} | who)

    assert letter.state == Letter.State.COMPOSED


def test_a_circular_to_all_alike_prints_no_function(composed):
    circular = CircularFactory(addressed_to_en="To the ministers", addressed_to_fr="Aux ministres")

    letter = composed(edition=circular.edition, **BILINGUAL | {"portfolio_in_second_language": ""})

    assert "Ministre des postes" not in letter.addressee
    assert letter.state == Letter.State.COMPOSED


def test_the_second_address_stands_in_the_dative_where_it_is_russian():
    minister = MinisterFactory(**BILINGUAL | RUSSIAN_TOO)

    assert formal_address(minister, "ru").lines[:2] == [
        "Ее Превосходительству г-же Флавии Эльфберг",
        "Министру почты",
    ]
    assert formal_address(minister, "ru", listed=True).lines[1] == "Министр почты"
    assert formal_address(minister, "fr").lines[1] == "Ministre des postes"


def test_a_test_letter_names_the_hole():
    minister = MinisterFactory(**BILINGUAL | {"portfolio_in_second_language": ""})
    invitation = InvitationFactory(minister=minister)
    letter = LetterFactory(invitation=invitation, language="fr", second_language="en")

    french, english = letter_texts(letter, dead_keys(), specimen=True)

    assert french.addressee[1] == "Ministre des postes"
    assert english.addressee[1] == "[missing: portfolio in the second language]"


def test_a_note_in_that_language_lists_the_function_in_it(composed):
    letter = composed(**BILINGUAL)
    note = letter.circular.letters.create(
        kind="note",
        mission=MissionFactory(language="en"),
        invitation=letter.invitation,
        language="en",
    )
    note.covers.add(letter)

    assert "Minister of Posts" in letter_texts(note, dead_keys())[0].paper


def test_the_audience_names_whose_function_lacks():
    circular = CircularFactory()
    invitation = InvitationFactory(
        edition=circular.edition,
        **{f"minister__{name}": value for name, value in BILINGUAL.items()}
        | {"minister__portfolio_in_second_language": ""},
    )

    lacking = {one.language: one.receivers for one in audience_lacks(circular, [invitation])}

    [(lack, minister)] = lacking["en"]
    assert (lack.column, minister) == ("portfolio_in_second_language", invitation.minister)
    assert lacking["fr"] == []


@pytest.mark.usefixtures("approved_texts")
def test_a_mail_that_names_the_function_names_it_in_each_language(reached):
    invitation = reached(**{f"minister__{name}": value for name, value in BILINGUAL.items()})
    invitation.letters.update(language="fr", second_language="en")

    record_reply(invitation, {"answer": "in_person"})
    compose_planned()

    french, english = invitation.letters.get(kind="acknowledgement").mail.split("* * *")
    assert "Ministre des postes" in french
    assert "Minister of Posts" in english


def test_the_function_in_the_second_language_is_held_and_outdates_a_letter(composed):
    waiting, approved = composed(**BILINGUAL), composed(**BILINGUAL)
    approve_letter(approved, UserFactory(), approved.sha256, approved.message_sha256)

    for letter in (waiting, approved):
        minister = letter.invitation.minister
        minister.portfolio_in_second_language = "Minister of Telegraphs"
        minister.save()

    assert list(outdated_letters(Letter.objects.all())) == [waiting.pk]
    [change] = HeldChange.objects.waiting()
    assert change.changed == {
        "portfolio_in_second_language": ("Minister of Posts", "Minister of Telegraphs")
    }
    assert change.object_id == str(approved.invitation.minister_id)


@pytest.mark.parametrize("today", [("fr", ""), ("es", "")])
def test_a_letter_that_waited_is_composed_in_the_languages_that_its_minister_has_today(
    composed, today
):
    letter = composed(**BILINGUAL | {"portfolio_in_second_language": ""})
    Minister.objects.update(language=today[0], second_language=today[1])

    compose_after_save()

    letter.refresh_from_db()
    assert letter.state == Letter.State.COMPOSED
    assert (letter.language, letter.second_language) == today


def test_a_letter_is_composed_again_in_the_language_that_its_minister_has_today(composed):
    letter = composed(**BILINGUAL)
    Minister.objects.update(language="es", second_language="")

    anew = recompose_letter(letter, UserFactory())
    compose_planned()

    anew.refresh_from_db()
    assert (anew.state, anew.language, anew.second_language) == ("composed", "es", "")
