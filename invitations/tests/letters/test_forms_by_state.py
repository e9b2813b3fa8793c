"""Whom, and how: forms of address by State, and who is addressed by none that is not sure."""

import re

import pytest
from django.core.exceptions import ValidationError

from invitations.data import missing_forms_of_address, table
from invitations.letters.addressing import formal_address
from invitations.models import FormOfAddress, Letter, MemberState
from invitations.tests.factories import MemberStateFactory, MinisterFactory

pytestmark = pytest.mark.django_db


def holder(state, rank, gender="m", **fields):
    """Return the holder of an office of a State that has its shipped forms."""
    state = MemberStateFactory(iso3=state)
    missing = missing_forms_of_address({"FormOfAddress": FormOfAddress, "MemberState": MemberState})
    FormOfAddress.objects.bulk_create(missing)
    return MinisterFactory(
        member_state=state, rank_id=rank, address_gender=gender, given_name="Rudolf", **fields
    )


@pytest.mark.parametrize(
    ("who", "language", "name", "opening"),
    [
        ("BEL MON m", "fr", "Sa Majesté le Roi Rudolf Elphberg", "Sire,"),
        ("GBR MON f", "en", "Her Majesty Queen Rudolf Elphberg", "Your Majesty,"),
        ("GBR MON f", "fr", "Sa Majesté la Reine Rudolf Elphberg", "Madame,"),
        ("GBR MON x", "en", "H.M. Rudolf Elphberg", "Your Majesty,"),
        ("OMN MON m", "ar", "صاحب الجلالة السلطان Rudolf Elphberg", "صاحب الجلالة،"),
        (
            "SAU MON m", "ar",
            "خادم الحرمين الشريفين الملك Rudolf Elphberg", "خادم الحرمين الشريفين،",
        ),
        ("KWT MON m", "ar", "حضرة صاحب السمو الشيخ Rudolf Elphberg", "حضرة صاحب السمو،"),
        ("QAT MON m", "fr", "Son Altesse le Cheikh Rudolf Elphberg", "Altesse,"),
        ("JPN MON m", "es", "Su Majestad el Emperador Rudolf Elphberg", "Majestad:"),
        ("LUX MON m", "fr", "Son Altesse Royale le Grand-Duc Rudolf Elphberg", "Monseigneur,"),
        ("MCO MON m", "fr", "Son Altesse Sérénissime le Prince Rudolf Elphberg", "Monseigneur,"),
        ("VAT MON m", "fr", "Sa Sainteté le Pape Rudolf Elphberg", "Très Saint-Père,"),
        ("VAT CARD m", "en", "His Eminence Cardinal Rudolf Elphberg", "Your Eminence,"),
        ("ARE HOS m", "en", "His Highness Sheikh Rudolf Elphberg", "Your Highness,"),
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
        ("ESP CROWN f", "ar", "صاحبة السمو الملكي الأميرة Rudolf Elphberg", "صاحبة السمو الملكي،"),
        ("JPN CROWN m", "zh-hans", "Rudolf Elphberg皇嗣殿下", "尊敬的殿下："),  # noqa: RUF001
        (
            "CIV MINETAT m", "fr",
            "Son Excellence Monsieur Rudolf Elphberg", "Monsieur le Ministre d’État,",
        ),
        (
            "CHE MIN f", "fr",
            "Son Excellence Madame Rudolf Elphberg", "Madame la Conseillère fédérale,",
        ),
        ("CHE MIN x", "fr", "Son Excellence Rudolf Elphberg", "Excellence,"),
        ("CHE MIN f", "en", "H.E. Ms. Rudolf Elphberg", "Excellency,"),
        ("MEX MIN f", "es", "Su Excelencia la Sra. Rudolf Elphberg", "Señora Secretaria:"),
        ("EGY SECST f", "ar", "سعادة السيدة Rudolf Elphberg", "سعادة وكيلة الوزارة،"),
        ("TUN SECST m", "ar", "سعادة السيد Rudolf Elphberg", "سعادة كاتب الدولة،"),
        ("BOL VPRES m", "es", "Su Excelencia el Sr. Rudolf Elphberg", "Excelencia:"),
    ],
)  # fmt: skip
def test_each_is_addressed_as_the_state_has_it(who, language, name, opening):
    addressed = formal_address(holder(*who.split()), language)

    assert (addressed.name, addressed.salutation) == (name, opening)


SHIPPED = [*table("forms_of_address"), *table("forms_of_address_by_state")]
BEGGED = {
    "ar": "^وأرجو من {} التفضل بقبول ",
    "en": "^I beg {} to accept ",
    "es": "^Ruego a {} que acepte ",
    "fr": "^Je prie {} d’agréer(, .*,)? l’",
    "ru": "^Прошу {} принять ",
    "zh-hans": "^恭请{}接受",
}


@pytest.mark.parametrize("language", BEGGED)
def test_a_majesty_a_highness_and_a_holiness_are_begged_in_the_third_person(language):
    rows = [row for row in SHIPPED if row["language"] == language and row["style"]]
    crowns = [row for row in rows if row["style"] != "excellency"]

    otherwise = [
        row["closing"]
        for row in crowns
        if not re.search(BEGGED[language].format(row["styled"]), row["closing"])
    ]

    assert len(crowns) > 20
    assert otherwise == []


def test_no_sovereign_is_assured_of_as_little_as_a_minister():
    low = ("فائق الاحترام", "顺致", "considération")

    said = [
        row["closing"] for row in SHIPPED if "MON" in row["forms" if "forms" in row else "form"]
    ]

    assert [closing for closing in said if any(words in closing for words in low)] == []


def test_a_sovereign_s_title_has_a_capital_in_russian():
    titles = {
        row["title"]
        for row in SHIPPED
        if row["language"] == "ru" and "MON" in row["forms" if "forms" in row else "form"]
    }

    assert {title for title in titles if title[:1].islower()} == {"шейх"}


@pytest.mark.parametrize(
    ("who", "state"),
    [
        ("VAT MON m", "Saint-Siège"),
        ("VAT CARD m", "Saint-Siège"),
        ("VAT MIN m", "État de la Cité du Vatican"),
    ],
)
def test_the_pope_and_a_cardinal_stand_for_the_holy_see(who, state):
    minister = holder(*who.split())
    minister.member_state.formal_name_fr = "État de la Cité du Vatican"

    assert formal_address(minister, "fr").lines[-1] == state


@pytest.mark.parametrize(
    ("who", "language", "function", "name"),
    [
        ("BEL MON m", "fr", "Roi des Belges", "Sa Majesté Rudolf Elphberg"),
        ("JPN MON m", "fr", "Empereur du Japon", "Sa Majesté Rudolf Elphberg"),
        ("LUX MON m", "es", "Gran Duque", "Su Alteza Real Rudolf Elphberg"),
        ("NOR CROWN m", "en", "Crown Prince", "His Royal Highness Rudolf Elphberg"),
        ("ESP MON m", "zh-hans", "西班牙国王", "Rudolf Elphberg陛下"),
        ("NOR HRH m", "en", "Princes’ Envoy", "His Royal Highness Prince Rudolf Elphberg"),
        ("FRA MIN m", "fr", "Ministre", "Son Excellence Monsieur Rudolf Elphberg"),
    ],
)
def test_no_title_is_printed_twice(who, language, function, name):
    assert formal_address(holder(*who.split(), portfolio=function), language).name == name


def test_no_title_is_printed_twice_in_the_dative():
    king = holder(
        "BEL", "MON", portfolio="Король", portfolio_in_dative="Королю Бельгии",
        name_in_dative="Рудольфу Эльфбергу",
    )  # fmt: skip

    form = FormOfAddress.objects.get(language="ru", form="MON", gender="m", member_state=None)
    assert formal_address(king, "ru").lines[0] == f"{form.courtesy_dative} {king.name_in_dative}"


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
    assert "correct rank or gender" in letter.waiting_reason


def test_a_state_s_own_form_wins_and_two_of_a_kind_are_refused():
    minister = holder("FRA", "MIN")
    own = FormOfAddress.objects.get(language="fr", form="MIN", gender="m")
    own.pk, own.member_state, own.salutation = None, minister.member_state, "Citoyen Ministre,"
    own.save()

    assert formal_address(minister, "fr").salutation == "Citoyen Ministre,"
    own.pk = None
    with pytest.raises(ValidationError, match="This State has such a form already"):
        own.full_clean()
