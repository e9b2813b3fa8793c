"""Of whom letters speak in the third person: crowns, the Pope, cardinals."""

import re

import pytest
from django.core.exceptions import ValidationError

from invitations.data import load_shipped
from invitations.files.frozen import thaw
from invitations.letters.checks.audience import CROWNS, audience_lacks
from invitations.letters.checks.warnings import AS_TO_A_MINISTER, flawed, flaws_in
from invitations.letters.composing_queue import compose_planned
from invitations.letters.context import dead_keys, printed_terms_in
from invitations.letters.words import letter_texts
from invitations.models import FormOfAddress, Language, Letter, LetterTemplate, Term
from invitations.replies import record_reply
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
    StepFactory,
)
from invitations.tests.letters.drafts import compose_after_save
from invitations.tests.moving import moved
from invitations.tests.reading import ask

pytestmark = pytest.mark.django_db

KING = {"rank_id": "MON", "address_gender": "m"}
PRINTED = {
    "name_as_printed": "Son Altesse Royale le Grand-Duc",
    "salutation_as_printed": "Monseigneur,",
    "closing_as_printed": "Je prie Votre Altesse Royale d’agréer ma considération.",
}
KINDS = ["invitation", "replacement", "notice", "corrigendum"]
# How each language says “you” to a minister.
YOU = {
    "en": (
        r"\byour?s?\b"
        r"(?! (royal |serene |imperial )?(majesty|highness|holiness|eminence|excellency))"
    ),
    "fr": r"\b(vous|votre|vos)\b(?! (majesté|altesse|sainteté|éminence))",
    "es": r"\b(usted|\w+[ai]rle)\b",
    "ru": r"\b(вы|вас|вам|вами|ваш|ваша)\b",
    "ar": r"\b(حكومتكم|وفدكم|بردكم|ردكم|بيانكم|إليكم|بدعوتكم|أدعوكم|مكتبكم|\w+تم)\b",
    "zh-hans": r"您|贵国",
}


def speaks_to_addressee(words, language):
    return [found.group() for found in re.finditer(YOU[language], words, re.IGNORECASE)]


@pytest.mark.parametrize("language", Language.values)
@pytest.mark.parametrize("kind", KINDS)
def test_no_text_for_crowns_says_you(language, kind):
    of = {"kind": kind, "language": language}
    usual = LetterTemplate.objects.get(**of, variant="")
    crown = LetterTemplate.objects.get(**of, variant="crown")

    crown.clean()
    assert speaks_to_addressee(usual.paper + usual.mail, language)
    assert speaks_to_addressee(crown.subject + crown.paper + crown.mail, language) == []


@pytest.mark.parametrize("language", Language.values)
@pytest.mark.parametrize("variant", ["postponed", "online", "inperson", "lastday"])
def test_the_notice_of_a_move_that_is_none_of_days_says_you_to_nobody(language, variant):
    """It has no text beside it for crowns: one and the same goes to kings and to ministers."""
    notice = LetterTemplate.objects.get(kind="notice", variant=variant, language=language)
    notice.clean()
    around = printed_terms_in(language, notice.variant)

    assert speaks_to_addressee(f"{notice.subject}\n{notice.paper}\n{notice.mail}", language) == []
    assert around["reply_online"] == printed_terms_in(language, "crown")["reply_online"]


@pytest.mark.walk
@pytest.mark.parametrize("language", Language.values)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("optional", ["", None])
def test_no_letter_to_a_crown_has_a_flaw_whether_a_field_is_empty_or_not(
    composed, composed_after, language, kind, optional
):
    left_out = ("theme", "organizers", "background", "contact_fax", "website", "partnership_link")
    empty = {} if optional is None else dict.fromkeys(left_out, optional)
    edition = EditionFactory(original_ranks=[], **empty)

    if kind == "invitation":
        letter = composed(edition, language=language, **KING)
    else:
        letter = composed_after(kind, edition, language=language, **KING)

    assert letter.variant == "crown", letter.waiting_reason
    assert flaws_in(letter) == []
    assert speaks_to_addressee(letter.subject + letter.paper + letter.mail, language) == []
    assert not re.search(r"\[\[|\n\n\n|  |\$", letter.paper + letter.mail + letter.subject)


WORDS = [
    ("MON m BEL", "fr", ("inviter Votre Majesté", "le Gouvernement de Votre Majesté a")),
    ("MON f DNK", "en", ("to invite Your Majesty", "what Your Majesty’s Government has")),
    ("MON m VAT", "fr", ("inviter Votre Sainteté", "ce que le Saint-Siège a accompli")),
    ("MON m VAT", "en", ("to invite Your Holiness", "what the Holy See has achieved")),
    ("MON m MCO", "fr", ("inviter Votre Altesse Sérénissime", "de Votre Altesse Sérénissime a")),
    ("MON m QAT", "ar", ("بدعوة سموكم إلى", "إنجازات حكومة سموكم")),
    ("MON m SAU", "ar", ("بدعوة مقامكم الكريم إلى", "إنجازات حكومة خادم الحرمين الشريفين")),
    ("CARD m VAT", "es", ("invitar a Vuestra Eminencia", "lo que la Santa Sede ha logrado")),
    ("HRH f JOR", "ru", ("пригласить Ваше Королевское Высочество", "Вашего Королевского Высо")),
    ("MON m JPN", "zh-hans", ("邀请陛下参加", "陛下的政府")),
    ("HOG m KWT", "en", ("to invite Your Highness", "Your Highness’s Government")),
    ("GOVGEN f CAN", "en", ("to invite Your Excellency", "what the Government of Canada has")),
    ("GOVGEN m CAN", "fr", ("inviter Votre Excellence", "le Gouvernement du Canada a accompli")),
    ("GOVGEN m JAM", "es", ("invitar a Vuestra Excelencia", "lo que el Gobierno de su país ha")),
]


@pytest.mark.parametrize(("who", "language", "said"), WORDS)
def test_a_letter_speaks_of_the_person_and_of_their_government(
    historical, composed, who, language, said
):
    rank, gender, iso3 = who.split()
    state = MemberStateFactory(iso3=iso3)
    load_shipped(historical)

    letter = composed(member_state=state, rank_id=rank, address_gender=gender, language=language)

    assert letter.state == "composed", letter.waiting_reason
    assert [words for words in said if words not in letter.paper] == []


def test_what_is_printed_around_the_text_says_your_of_nothing(composed):
    letter, to_minister = composed(**KING), composed()

    printed, usual = (
        " ".join(ask(thaw(one.pdf.name, one.sha256), "pdftotext", "-", "-").split())
        for one in (letter, to_minister)
    )
    assert "Reply online" in printed
    assert speaks_to_addressee(printed, "en") == []
    assert "Your reply online" in usual


def test_what_is_written_to_a_royal_highness_is_no_circular_and_no_copy(composed):
    edition = EditionFactory(original_ranks=[])
    printed, usual = (
        " ".join(ask(thaw(one.pdf.name, one.sha256), "pdftotext", "-", "-").split())
        for one in (composed(edition=edition, rank_id=rank) for rank in ("HRH", "MIN"))
    )

    for label in ("Circular letter", "(original signed)"):
        assert label in usual
        assert label not in printed


@pytest.mark.parametrize("kind", ["moved", "postponed", "online"])
def test_a_notice_to_a_royal_highness_is_no_circular_either(issued, kind):
    edition = EditionFactory(original_ranks=[])
    invitations = [issued(edition=edition, rank_id=rank) for rank in ("HRH", "MIN")]
    notice = moved(edition, kind).notice
    letters = [notice_to(invitation, notice) for invitation in invitations]
    compose_planned()

    printed, usual = map(words_on_paper, letters)

    assert "Circular letter" in usual
    assert "Circular letter" not in printed


def notice_to(invitation, circular):
    first = invitation.letters.get(kind="invitation")
    return Letter.objects.create(
        invitation=invitation, circular=circular, kind="notice", language="en", replaces=first
    )


def words_on_paper(letter):
    letter.refresh_from_db()
    assert letter.state == "composed", letter.waiting_reason
    return " ".join(ask(thaw(letter.pdf.name, letter.sha256), "pdftotext", "-", "-").split())


def test_a_signed_original_keeps_the_text_of_a_postponement_where_others_are_addressed_alike(
    issued,
):
    edition = EditionFactory(original_ranks=["HOG"])
    CircularFactory(edition=edition, addressed_to="To the ministers of the Member States")
    first = issued(edition=edition, rank_id="HOG")
    letter = notice_to(first, moved(edition, "postponed").notice)

    compose_planned()

    letter.refresh_from_db()
    assert (letter.state, letter.variant) == ("composed", "postponed"), letter.waiting_reason


def test_a_letter_to_a_crown_waits_for_the_terms_around_it(composed):
    Term.objects.filter(key="reply_code_crown", language="en").delete()

    letter = composed(**KING)

    assert letter.waiting_reason == "Missing in English: the terms reply_code_crown."


def test_a_minister_is_spoken_to(composed):
    letter = composed()

    assert letter.variant == ""
    assert "to invite you" in letter.paper


def test_a_letter_waits_for_the_text_for_crowns_and_the_audience_names_it(composed):
    LetterTemplate.objects.filter(kind="invitation", variant="crown", language="fr").delete()

    letter = composed(**KING, language="fr")

    assert letter.waiting_reason == "No approved text: invitation crown, French."
    [french] = audience_lacks(letter.circular, [], [letter.invitation])
    assert (french.language, french.called, french.has_text) == ("fr", CROWNS, False)
    assert french.letters == 1


def test_what_a_form_as_printed_means_in_the_text_is_not_guessed(composed):
    luxembourg = MemberStateFactory(iso3="LUX")

    letter = composed(member_state=luxembourg, rank_id="MON", language="fr", **PRINTED)

    assert (
        "The text for crowns needs a form of address in French that fits" in letter.waiting_reason
    )
    general = FormOfAddress.objects.get(form="MON", gender="f", language="fr", member_state=None)
    general.pk, general.member_state, general.styled = None, luxembourg, "Votre Altesse Royale"
    general.save()
    compose_after_save()
    letter.refresh_from_db()
    assert "J’ai l’honneur d’inviter Votre Altesse Royale" in letter.paper
    assert letter.paper.startswith("Monseigneur,")


@pytest.mark.parametrize("rank", ["MON", "CROWN", "CARD", "HOG"])
def test_nobody_s_gender_is_guessed_where_the_language_needs_it(composed, rank):
    letter = composed(rank_id=rank, address_gender="x", language="ar")

    assert letter.state == "planned"
    assert "is sure to fit" in letter.waiting_reason
    assert "not known" in letter.waiting_reason


def test_a_circular_with_a_text_of_its_own_keeps_it(composed):
    own = LetterTemplate.objects.get(kind="invitation", variant="crown", language="en")
    own.pk, own.variant = None, "household"
    own.save()
    circular = CircularFactory(variant="household")

    assert composed(edition=circular.edition, **KING).template == own


def test_a_crown_whose_form_has_no_style_is_doubted(composed):
    FormOfAddress.objects.update(style="")

    letter = composed(**KING)

    assert flawed([letter], {}) == {str(AS_TO_A_MINISTER): [letter]}


def test_a_style_needs_its_words():
    form = FormOfAddress.objects.get(form="MON", gender="m", language="en", member_state=None)
    form.styled = form.government = " "

    with pytest.raises(ValidationError) as refused:
        form.clean()

    assert set(refused.value.message_dict) == {"styled", "government"}


@pytest.mark.usefixtures("approved_texts")
def test_what_the_machine_writes_to_a_crown_speaks_to_the_office(reached):
    crown = {f"minister__{name}": value for name, value in KING.items()}
    invitation = reached(edition=EditionFactory(original_ranks=[]), **crown)

    record_reply(invitation, {"answer": "in_person"})
    compose_planned()

    mail = invitation.letters.get(kind="acknowledgement").mail
    assert mail.startswith("Madam, Sir,")
    assert "His Majesty King Flavia Elphberg" in mail
    assert "Your Majesty" not in mail


@pytest.mark.parametrize("language", Language.values)
@pytest.mark.parametrize("variant", ["answer", "holding", "contested"])
def test_no_subject_in_the_mailbox_of_a_crown_says_your(language, variant):
    of = {"kind": "acknowledgement", "variant": variant, "language": language}
    subject = LetterTemplate.objects.get(**of).subject

    assert speaks_to_addressee(subject, language) == []
    assert not re.search(r"\bsu |رسالتكم|إفادتكم", subject)


@pytest.mark.parametrize("language", Language.values)
def test_no_reminder_speaks_of_the_capital_since_it_may_go_to_the_office_there(language):
    texts = LetterTemplate.objects.filter(kind="reminder", language=language)

    assert len(texts) == 8
    assert not [one for one in texts if re.search("capital|столиц|العاصمة|首都", one.mail)]


@pytest.mark.usefixtures("approved_texts")
def test_a_reminder_to_a_minister_speaks_to_the_minister_and_to_a_highness_to_the_office(reached):
    said = []
    for rank in ("MIN", "HRH"):
        invitation = reached(minister__rank_id=rank)
        letter = LetterFactory(
            invitation=invitation, kind="reminder", variant="first",
            step=StepFactory(edition=invitation.edition),
            reply_before=invitation.edition.reply_before,
            leave_before="2027-03-01T09:00:00Z",
        )  # fmt: skip
        compose_planned(kinds=["reminder"])
        letter.refresh_from_db()
        said.append(letter.mail.partition("\n")[0])

    assert said == ["Excellency,", "Madam, Sir,"]


def test_a_preview_of_the_text_names_what_a_minister_lacks():
    text = LetterTemplate.objects.get(kind="invitation", variant="crown", language="en")
    letter = LetterFactory(invitation=InvitationFactory())

    [words] = letter_texts(letter, dead_keys(), text, specimen=True)

    assert r"to invite \[missing: style in running text\] to take part" in words.paper
