"""The address of a Russian letter stands in the dative, as a person wrote it down."""

# ruff: noqa: RUF001 -- the letters are Russian ones
import pytest
from django.core.exceptions import ValidationError

from invitations.letters.addressing import formal_address
from invitations.letters.composing_queue import compose_planned
from invitations.letters.context import dead_keys
from invitations.letters.words import letter_texts
from invitations.models import FormOfAddress, Letter, Minister
from invitations.replies import record_reply
from invitations.tests.factories import MinisterFactory, MissionFactory
from invitations.tests.letters.drafts import compose_after_save

pytestmark = pytest.mark.django_db

RUSSIAN = {
    "language": "ru",
    "address_gender": "m",
    "given_name": "Rudolf",
    "name_in_script": "Рудольф Эльфберг",
    "portfolio": "Министр связи",
    "name_in_dative": "Рудольфу Эльфбергу",
    "portfolio_in_dative": "Министру связи",
}


def refusal(minister):
    with pytest.raises(ValidationError) as refused:
        formal_address(minister, "ru")
    return refused.value.messages[0]


def test_a_russian_letter_says_to_whom():
    addressed = formal_address(MinisterFactory(**RUSSIAN), "ru")

    assert addressed.lines[:2] == [
        "Его Превосходительству г-ну Рудольфу Эльфбергу",
        "Министру связи",
    ]
    assert addressed.name == "Его Превосходительство г-н Рудольф Эльфберг"


def test_other_languages_have_no_dative():
    addressed = formal_address(MinisterFactory(**RUSSIAN), "en")

    assert addressed.lines[:2] == ["H.E. Mr. Rudolf Elphberg", "Министр связи"]


def test_a_king_s_title_stands_in_the_dative():
    king = MinisterFactory(**RUSSIAN | {"rank_id": "MON"})

    assert formal_address(king, "ru").lines[0] == "Его Величеству Королю Рудольфу Эльфбергу"


@pytest.mark.parametrize("missing", ["name_in_dative", "portfolio_in_dative"])
def test_a_russian_letter_waits_for_a_dative_and_says_so(composed, missing):
    letter = composed(**RUSSIAN | {missing: ""})

    assert letter.state == Letter.State.PLANNED
    assert "write name and portfolio in the dative" in letter.waiting_reason
    Minister.objects.update(**{missing: RUSSIAN[missing]})
    compose_after_save()
    letter.refresh_from_db()
    assert RUSSIAN[missing] in letter.addressee


def test_a_form_that_staff_gave_no_dative_is_not_guessed():
    FormOfAddress.objects.update(courtesy_dative="")

    assert "stands in the dative" in refusal(MinisterFactory(**RUSSIAN))


def test_a_courtesy_of_one_s_own_needs_the_whole_name_as_printed():
    minister = MinisterFactory(**RUSSIAN, honorific="Его Светлость")

    assert "courtesy of its own" in refusal(minister)
    minister.name_as_printed = "Его Светлости князю Рудольфу"
    assert formal_address(minister, "ru").lines[:2] == [
        "Его Светлости князю Рудольфу",
        "Министру связи",
    ]


def test_who_is_not_named_needs_the_function_alone():
    nobody = {"given_name": "", "family_name": "", "name_in_script": "", "name_in_dative": ""}
    minister = MinisterFactory(**RUSSIAN | nobody)

    assert formal_address(minister, "ru").lines[0] == "Министру связи"


@pytest.mark.usefixtures("approved_texts")
def test_a_reply_is_acknowledged_though_a_dative_lacks(reached):
    minister = {f"minister__{name}": value for name, value in RUSSIAN.items()}
    invitation = reached(**minister | {"minister__name_in_dative": ""})
    invitation.letters.update(language="ru")

    record_reply(invitation, {"answer": "in_person"})
    compose_planned()

    letter = invitation.letters.get(kind="acknowledgement")
    assert letter.state == Letter.State.APPROVED
    assert "Его Превосходительство г\u2011н Рудольф Эльфберг" in letter.mail


def test_a_note_names_whom_it_covers_in_the_nominative(composed):
    letter = composed(**RUSSIAN)
    mission = MissionFactory(language="ru")
    note = letter.circular.letters.create(
        kind="note", mission=mission, invitation=letter.invitation, language="ru"
    )
    note.covers.add(letter)

    paper = letter_texts(note, dead_keys())[0].paper

    assert "Его Превосходительство г\u2011н Рудольф Эльфберг" in paper
