"""Faults of the shipped words that a reader of the language sees at once."""

import re

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from invitations.data import HERE
from invitations.letters.composing_queue import compose_planned
from invitations.letters.context import dead_keys
from invitations.letters.pdf import letter_context
from invitations.letters.words import letter_texts
from invitations.minister_import.states import load_shipped_states
from invitations.models import Language, MemberState
from invitations.tests.factories import MissionFactory
from invitations.tests.reading import printed

WORDS = {path.name: path.read_text("utf-8") for path in sorted((HERE / "templates").glob("*.md"))}
MAY_LACK = r"\$\{?(contact_fax|partnership_link|organizers|background|theme)\b"
EXAMPLE = settings.BASE_DIR / "delegations/data/editions.json"

# What no text of the language may hold.
FAULTS = {
    "en": r"(in|of|to|concerning) \$(forum|organization)\b",
    "es": r"\b(de|a) el \b|Tengo el honor[^.]*\b(tuve|tengo) el honor|(?i:\boficina\b)",
    "fr": r"\b(de|à) les? \b| [:;?!»]|« ",
    "ru": r" г\.",
    "zh-hans": r"代表代表|[\u4e00-\u9fff}][,;:?!]|[\uff1a\uff1b\uff0c。\uff1f\uff01、] ",
}


def found_in(language, pattern):
    """Return what the pattern matches in the texts of the language, by their names."""
    of_language = {name: text for name, text in WORDS.items() if name.endswith(f".{language}.md")}
    matches = {
        name: re.search(pattern, text.removeprefix("Subject: "))
        for name, text in of_language.items()
    }
    return {name: match.group() for name, match in matches.items() if match}


@pytest.mark.parametrize("language", FAULTS)
def test_no_text_has_a_fault_of_its_language_s_typography(language):
    assert found_in(language, FAULTS[language]) == {}


# “I” and “we” of one letter, by language: the signatory speaks, and not the secretariat.
SPEAKING = {
    "ar": (r"\bأتشرف|\bأود|\bأرجو", r"\bونرجو"),
    "en": (r"\bI\b", r"\b[Ww]e\b"),
    "fr": (r"\b[Jj]e\b|\bJ’", r"\bnous\b|\bnos\b"),
    "ru": (r"\bИмею|\bПрошу", r"\bПросим|\bнаши\b"),  # noqa: RUF001 -- in Russian
}


@pytest.mark.parametrize("language", SPEAKING)
@pytest.mark.parametrize("variant", ["", "-crown"])
def test_a_corrigendum_speaks_as_one_person(language, variant):
    text = WORDS[f"corrigendum{variant}.{language}.md"]
    i, we = SPEAKING[language]

    assert re.search(i, text)
    assert not re.search(we, text)


# Words that agree with the gender of who signs, or of who is invited; a note has neither.
AGREEING = {
    "ar": r"\b(?:ممتن|شاكر|مسرور|سعيد)اً",
    "es": r"\b(?:agradecido|complacido|honrado|invitado|convidado)\b",
    "fr": r"(?i)\b(?:je (?:vous )?(?:suis|serais?)|vous (?:êtes|serez|étiez)) \w+(?:é|i|u|ant)\b",
    "ru": r"\b(?:рад|признателен|благодарен|приглашен|должен|готов)\b",
}


@pytest.mark.parametrize("language", AGREEING)
def test_no_text_agrees_with_one_gender_of_who_signs_or_is_invited(language):
    found = found_in(language, AGREEING[language])

    assert not [name for name in found if not name.startswith("note")]


# One letter, or more than one, above whatever number of originals.
NUMBERED = {
    "ar": r"أصل الرسالة|أصل رسالة|المرسَل إليه\b",
    "en": r"\b[Ll]etters?\b|\boriginals\b|the original\b(?!,)",
    "es": r"\b[Cc]artas?\b|\bel original\b",
    "fr": r"\b[Ll]ettres?\b|\bl’original\b|\bcet original\b",
    "ru": r"\b[Пп]исьм|\bподлинника\b|\bподлинник\b|\$addressees",  # noqa: RUF001 -- in Russian
    "zh-hans": r"[一两]封|各函",
}


@pytest.mark.parametrize("language", NUMBERED)
def test_a_note_above_originals_is_right_above_one_and_above_several(language):
    assert not re.search(NUMBERED[language], WORDS[f"note-original.{language}.md"])


@pytest.mark.parametrize("language", Language.values)
@pytest.mark.parametrize("kind", ["holding", "contested", "copy", "answer", "accepts", "regrets"])
def test_a_mail_about_a_reply_says_in_its_first_sentence_whose_invitation_it_is(kind, language):
    mail = WORDS[f"acknowledgement-{kind}.{language}.md"].partition("--- mail\n")[2]
    _opening, sentence, addressee = mail.split("\n\n")[:3]

    assert sentence.endswith((":", "："))  # noqa: RUF001 -- in Chinese
    assert not re.search(r"[.?؟。] ?(?!\Z)", sentence)
    assert {*addressee.splitlines()} == {"$minister", "$portfolio", "$member_state"}


@pytest.mark.parametrize("language", Language.values)
def test_a_mail_about_hours_says_in_its_first_sentence_whose_invitation_it_is(language):
    mail = WORDS[f"calendar.{language}.md"].partition("--- mail\n")[2]
    _opening, sentence, addressee = mail.split("\n\n")[:3]

    assert not re.search(r"[.?؟。] ?(?!\Z)", sentence)
    assert "$minister" in addressee


# Their words end with brackets: the zone of an hour, the country of a city.
BRACKETED = r"[(（][^)）]*\$\{?(?:received_at|last_day|city)\b[^)）]*[)）]"


def test_no_brackets_stand_around_words_that_have_brackets():
    found = {
        name: found.group() for name, text in WORDS.items() if (found := re.search(BRACKETED, text))
    }

    assert found == {}


def test_the_secretariat_has_a_capital_in_each_french_text():
    assert [
        name for name in WORDS if name.endswith(".fr.md") and "e secrétariat" in WORDS[name]
    ] == []


def test_what_an_organization_may_not_have_falls_away_in_every_text():
    found = {
        name: match.group()
        for name, text in WORDS.items()
        if (match := re.search(MAY_LACK, re.sub(r"\[\[.*?\]\]", "", text, flags=re.DOTALL)))
    }

    assert found == {}


# What a language has, or lacks, beside the others, and why.
OTHER_PLACEHOLDERS = {
    # Russian and Chinese name the days without a preposition; French, those of the Track.
    ("invitation-circular", "paper", "ru"): {"forum_dates", "on_forum_dates"},
    ("invitation-circular", "paper", "zh-hans"): {"forum_dates", "on_forum_dates"},
    ("invitation-circular", "mail", "fr"): {"forum_dates", "track_dates"},
    # Russian cannot decline whom a note covers, and lists them; nor whom a letter is sent to.
    ("note", "paper", "ru"): {"addressees"},
    ("note", "mail", "ru"): {"addressees"},
    ("thanks-crown", "mail", "ru"): {"styled"},
}


def test_each_text_has_the_same_placeholders_in_six_languages():
    found = {}
    for name, text in WORDS.items():
        kind, language, _md = name.rsplit(".", 2)
        parts = re.split("(?m)^--- (?:paper|mail)$", text, maxsplit=2)
        for field, words in zip(("subject", "paper", "mail"), parts, strict=True):
            found[kind, field, language] = set(re.findall(r"\$\{?(\w+)", words))

    other = {
        (kind, field, language): names ^ found[kind, field, "en"]
        for (kind, field, language), names in found.items()
        if names != found[kind, field, "en"]
    }
    assert other == OTHER_PLACEHOLDERS


@pytest.mark.django_db
def test_no_state_stands_on_paper_under_the_inverted_name_of_lists():
    load_shipped_states()

    found = {
        (state.iso3, language)
        for state in MemberState.objects.all()
        for language in Language.values
        if "(" in state.name_on_paper(language)
    }

    assert found == set()


def test_the_general_assembly_is_quoted_by_its_own_verbs():
    text = EXAMPLE.read_text("utf-8")

    assert "recognized the need to hold the WSIS Forum annually" in text
    assert not re.search("Assembly of the United Nations decided|a voulu|قررته|决议的决定", text)


@pytest.fixture
def note(composed):
    """Return a note verbale in a language, and what it covers."""

    def make(language):
        letter = composed(language=language, portfolio="总理" if language == "zh-hans" else "وزير")
        mission = MissionFactory(
            postal_address="1 chemin de Zenda\n1200 Geneva",
            language=language,
            states=[letter.invitation.member_state],
        )
        letter.circular.letters.create(
            kind="note", mission=mission, invitation=letter.invitation, language=language
        ).covers.add(letter)
        compose_planned()
        return letter.notes.get()

    return make


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ar", "zh-hans"])
def test_a_note_names_whom_it_covers_without_latin_commas(note, language):
    covered = letter_texts(note(language), dead_keys())[0].paper.split("\n\n")[1]

    assert "," not in covered
    assert ("总理Flavia" in covered) if language == "zh-hans" else ("، وزير، " in covered)


@pytest.mark.django_db
def test_an_address_keeps_its_own_order_in_an_arabic_note(note):
    letter = note("ar")

    sheets = letter_context(letter, letter_texts(letter, dead_keys()), dead_keys())["sheets"]

    html = render_to_string("letters/letter.html", {"sheets": sheets})
    assert "<p>&#x2068;1200 Geneva&#x2069;</p>" in html


@pytest.mark.django_db
def test_no_space_follows_a_full_width_colon_of_a_chinese_letter(composed):
    letter = composed(language="zh-hans")

    paper = letter_context(letter, letter_texts(letter, dead_keys()), dead_keys())["sheets"][0]

    said = [paper["terms"]["ref"], paper["terms"]["subject"], *paper["contacts"]]
    assert not [words for words in said if "\uff1a " in words]
    assert printed(letter).count(f"文号\uff1a{letter.circular.reference}") == 1
