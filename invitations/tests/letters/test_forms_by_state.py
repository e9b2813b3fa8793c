"""Whom, and how: forms of address by State, and who is addressed by none that is not sure."""

import re

import pytest
from django.core.exceptions import ValidationError

from invitations.data import add_forms_of_address, table
from invitations.letters.addressing import formal_address
from invitations.models import FormOfAddress, Letter, MemberState
from invitations.tests.factories import MemberStateFactory, MinisterFactory

pytestmark = pytest.mark.django_db


def holder(state, rank, gender="m", **fields):
    """Return the holder of an office of a State that has its shipped forms."""
    state = MemberStateFactory(iso3=state)
    add_forms_of_address({"FormOfAddress": FormOfAddress, "MemberState": MemberState})
    return MinisterFactory(
        member_state=state, rank_id=rank, address_gender=gender, given_name="Rudolf", **fields
    )


@pytest.mark.parametrize(
    ("who", "language", "name", "opening"),
    [
        ("BEL MON m", "fr", "Sa Majesté le Roi Rudolf Elphberg", "Sire,"),
        ("GBR MON f", "en", "H.M. Queen Rudolf Elphberg", "Your Majesty,"),
        ("OMN MON m", "ar", "صاحب الجلالة السلطان Rudolf Elphberg", "صاحب الجلالة،"),
        (
            "SAU MON m", "ar",
            "خادم الحرمين الشريفين الملك Rudolf Elphberg", "خادم الحرمين الشريفين،",
        ),
        ("KWT MON m", "ar", "حضرة صاحب السمو الشيخ Rudolf Elphberg", "صاحب السمو،"),
        ("QAT MON m", "fr", "Son Altesse le Cheikh Rudolf Elphberg", "Altesse,"),
        ("JPN MON m", "es", "Su Majestad el Emperador Rudolf Elphberg", "Majestad:"),
        ("LUX MON m", "fr", "Son Altesse Royale le Grand-Duc Rudolf Elphberg", "Monseigneur,"),
        ("MCO MON m", "fr", "Son Altesse Sérénissime le Prince Rudolf Elphberg", "Monseigneur,"),
        ("VAT MON m", "fr", "Sa Sainteté le Pape Rudolf Elphberg", "Très Saint-Père,"),
        ("VAT CARD m", "en", "His Eminence Cardinal Rudolf Elphberg", "Your Eminence,"),
        ("ARE HOS m", "en", "H.H. Sheikh Rudolf Elphberg", "Your Highness,"),
        ("CAN GOVGEN f", "en", "H.E. Ms. Rudolf Elphberg", "Excellency,"),
        ("CAN GOVGEN f", "fr", "Son Excellence Madame Rudolf Elphberg", "Excellence,"),
        (
            "ESP HOG m", "es",
            "Su Excelencia el Sr. Rudolf Elphberg", "Señor Presidente del Gobierno:",
        ),
        ("ESP CROWN f", "es", "Su Alteza Real la Princesa Rudolf Elphberg", "Alteza Real:"),
        (
            "MCO HOG m", "fr",
            "Son Excellence Monsieur Rudolf Elphberg", "Monsieur le Ministre d’État,",
        ),
        (
            "FRA HOG f", "fr",
            "Son Excellence Madame Rudolf Elphberg", "Madame la Première Ministre,",
        ),
        ("CHL HOG m", "fr", "Son Excellence Monsieur Rudolf Elphberg", "Excellence,"),
        ("KWT HOG m", "ar", "سمو الشيخ Rudolf Elphberg", "سمو رئيس مجلس الوزراء،"),
        (
            "SAU HOG m", "ar",
            "صاحب السمو الملكي الأمير Rudolf Elphberg", "صاحب السمو الملكي رئيس مجلس الوزراء،",
        ),
        ("MAR HOG m", "ar", "معالي السيد Rudolf Elphberg", "معالي رئيس الحكومة،"),
        ("DZA HOG m", "ar", "معالي السيد Rudolf Elphberg", "معالي الوزير الأول،"),
        ("JOR HOG m", "ar", "دولة السيد Rudolf Elphberg", "دولة رئيس الوزراء،"),
        ("KWT CROWN m", "ar", "سمو الشيخ Rudolf Elphberg", "سمو ولي العهد،"),
        ("JOR CROWN m", "ar", "صاحب السمو الملكي الأمير Rudolf Elphberg", "صاحب السمو الملكي،"),
        ("EGY SECST f", "ar", "سعادة السيدة Rudolf Elphberg", "سعادة وكيلة الوزارة،"),
        ("TUN SECST m", "ar", "سعادة السيد Rudolf Elphberg", "سعادة كاتب الدولة،"),
        ("BOL VPRES m", "es", "Su Excelencia el Sr. Rudolf Elphberg", "Excelencia:"),
    ],
)  # fmt: skip
def test_each_is_addressed_as_the_state_has_it(who, language, name, opening):
    addressed = formal_address(holder(*who.split()), language)

    assert (addressed.name, addressed.salutation) == (name, opening)


@pytest.mark.parametrize(
    ("language", "style", "spoken_to"),
    [
        ("fr", r"Majesté|Altesse|Sainteté|Éminence", r"^Je prie Votre ({}).* d’agréer"),
        ("es", r"Majestad|Alteza|Santidad|Eminencia", r"^Ruego a Vuestra ({}).* que acepte "),
    ],
)
def test_a_majesty_a_highness_and_a_holiness_are_begged_in_the_third_person(
    language, style, spoken_to
):
    rows = [*table("forms_of_address"), *table("forms_of_address_by_state")]

    closings = [
        row["closing"]
        for row in rows
        if row["language"] == language and re.search(style, row["courtesy"] + row["salutation"])
    ]

    assert len(closings) > 20
    assert [each for each in closings if not re.search(spoken_to.format(style), each)] == []


@pytest.mark.parametrize("language", ["ar", "en", "es", "fr", "ru", "zh-hans"])
@pytest.mark.parametrize("state", ["BEL", "CAN", "JPN", "KWT", "MCO", "SAU"])
def test_no_head_of_a_monarchy_is_addressed_as_a_president(state, language):
    king = holder(state, "HOS")

    with pytest.raises(ValidationError, match="is sure to fit"):
        formal_address(king, language)


def test_a_name_opening_and_closing_as_printed_serve_where_no_form_fits():
    king = holder(
        "BEL", "HOS", name_as_printed="Sa Majesté le Roi", salutation_as_printed="Sire,",
        closing_as_printed="Veuillez agréer, Sire, l’expression de mon profond respect.",
    )  # fmt: skip

    addressed = formal_address(king, "fr")

    assert addressed.lines[0] == "Sa Majesté le Roi"
    assert (addressed.salutation, "Sire" in addressed.closing) == ("Sire,", True)


def test_an_opening_alone_does_not_do_since_the_closing_would_name_a_president():
    king = holder("BEL", "HOS", salutation_as_printed="Sire,")

    with pytest.raises(ValidationError, match="name, opening and closing as printed"):
        formal_address(king, "fr")


def test_no_form_of_low_confidence_serves_a_head_of_government():
    head = holder("FRA", "HOG")
    FormOfAddress.objects.filter(form="HOG", language="fr").update(confidence="low")

    with pytest.raises(ValidationError, match="is sure to fit"):
        formal_address(head, "fr")


def test_a_head_of_state_without_a_name_is_no_sir_or_madam():
    head = holder("CHL", "HOS", "x")
    head.given_name = head.family_name = ""

    assert formal_address(head, "en").salutation == "Excellency,"


def test_a_minister_is_addressed_even_by_a_form_of_low_confidence():
    minister = holder("EGY", "MIN", "x")

    assert formal_address(minister, "ar").salutation == "تحية طيبة وبعد،"


def test_a_letter_to_a_king_ranked_as_president_stays_planned_and_says_what_to_do(composed):
    state = MemberStateFactory(iso3="BEL", language="fr")

    letter = composed(member_state=state, language="fr", rank_id="HOS", address_gender="m")

    assert letter.state == Letter.State.PLANNED
    assert "correct rank or gender" in letter.waits_because


def test_a_state_s_own_form_wins_and_two_of_a_kind_are_refused():
    minister = holder("FRA", "MIN")
    own = FormOfAddress.objects.get(language="fr", form="MIN", gender="m")
    own.pk, own.member_state, own.salutation = None, minister.member_state, "Citoyen Ministre,"
    own.save()

    assert formal_address(minister, "fr").salutation == "Citoyen Ministre,"
    own.pk = None
    with pytest.raises(ValidationError, match="This State has such a form already"):
        own.full_clean()
