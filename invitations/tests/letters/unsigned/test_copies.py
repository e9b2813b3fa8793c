"""A letter as a Word document for those who must sign on paper."""

import io
import zipfile

import docx
import pytest
from auditlog.models import LogEntry
from django.urls import reverse
from django.utils import timezone, translation
from docx.oxml.ns import qn
from docx.shared import Cm

from invitations.letters.unsigned.copies import mark, unsigned_copy
from invitations.letters.words import BETWEEN_LANGUAGES
from invitations.tests.desk import choose, signed_in
from invitations.tests.factories import CircularFactory, LetterFactory

pytestmark = pytest.mark.django_db

LETTERS = reverse("admin:invitations_letter_changelist")
PAPER = "Excellency,\n\nI invite **you** to the *Forum*:\n\n- one\n- two\n\nSee [our page](https://x.org)."


def approved(**fields):
    return LetterFactory(
        **{
            "state": "approved",
            "composed_at": timezone.now(),
            "approved_at": timezone.now(),
            "sha256": "0" * 64,
            "message_sha256": "0" * 64,
            "addressee": "H.E. Ms. Flavia Elphberg\nRuritania",
            "subject": "Invitation",
            "paper": PAPER,
            **fields,
        }
    )


def opened(content):
    return docx.Document(io.BytesIO(content))


def lines(document):
    return [paragraph.text for paragraph in document.paragraphs]


def test_the_copy_says_what_the_letter_says_in_its_order():
    letter = approved(circular=CircularFactory(reference="CL-27/9"))

    said = lines(opened(unsigned_copy(letter)))

    assert said == [
        "Geneva, 1 February 2027", "CL-27/9", "H.E. Ms. Flavia Elphberg", "Ruritania",
        "Invitation", "Excellency,", "I invite you to the Forum:", "one", "two",
        "See our page (https://x.org).", "Michael Strelsau", "Secretary-General",
    ]  # fmt: skip


def test_emphasis_and_lists_are_those_of_the_printed_letter():
    document = opened(unsigned_copy(approved()))

    runs = [run for paragraph in document.paragraphs for run in paragraph.runs]
    assert [run.text for run in runs if run.bold] == ["Invitation", "you"]
    assert [run.text for run in runs if run.italic] == ["Forum"]
    styles = [paragraph.style.name for paragraph in document.paragraphs]
    assert styles.count("List Bullet") == 2


def marked(document):
    return [paragraph.text for paragraph in document.sections[0].header.paragraphs]


def test_each_page_is_marked_once_in_the_letter_s_language():
    document = opened(unsigned_copy(approved(language="fr")))

    with translation.override("fr"):
        assert mark() in marked(document)
        assert mark() not in lines(document)


def test_arabic_runs_from_right_to_left_in_each_paragraph_and_word():
    document = opened(unsigned_copy(approved(language="ar", paper="صاحب السعادة،\n\nأدعوكم")))

    for paragraph in [*document.paragraphs, document.sections[0].header.paragraphs[-1]]:
        assert paragraph._p.pPr.find(qn("w:bidi")) is not None
        for run in paragraph.runs:
            is_latin = run.text.lstrip("\u200e").isascii()
            assert bool(run.font.rtl) != is_latin
            said = run._r.rPr.find(qn("w:lang")).attrib
            assert said == ({qn("w:val"): "en-GB"} if is_latin else {qn("w:bidi"): "ar-SA"})


@pytest.mark.parametrize(
    "from_left",
    [
        "CL-27/9",
        "+41\xa022\xa0555\xa001\xa000",
        "70/125",
        "https://forum.example.org/a",
        "a@example.org",
    ],
)
def test_numbers_and_names_in_arabic_keep_their_order(from_left):
    paper = f"السطر \u2066{from_left}\u2069\u200e. والسطر"

    document = opened(unsigned_copy(approved(language="ar", paper=paper)))

    (line,) = (one for one in document.paragraphs if "السطر" in one.text)
    # What begins with no letter has a sign before it, by which any program knows its direction.
    from_left = from_left if from_left[0].isalpha() else f"\u200e{from_left}"
    assert [(run.text, bool(run.font.rtl)) for run in line.runs] == [
        ("السطر ", True), (from_left, False), (". والسطر", True),
    ]  # fmt: skip


def test_days_and_years_in_arabic_go_with_its_words():
    document = opened(unsigned_copy(approved(language="ar", paper="8–11 مارس 2027، جنيف")))

    (line,) = (one for one in document.paragraphs if "مارس" in one.text)
    assert [run.text for run in line.runs] == ["8–11 مارس 2027، جنيف"]


def test_chinese_is_set_in_fonts_of_chinese_with_wide_quotation_marks():
    document = opened(unsigned_copy(approved(language="zh-hans", paper="“数字化”主题")))

    assert document.settings.element.find(qn("w:themeFontLang")).get(qn("w:eastAsia")) == "zh-CN"
    (run,) = (one for line in document.paragraphs for one in line.runs if "主题" in one.text)
    assert run._r.rPr.rFonts.get(qn("w:hint")) == "eastAsia"


def numbered(document):
    """Of each item with a number: its words, by what its list is known, and where that begins."""
    begins = {
        num.numId: num.xpath("w:lvlOverride/w:startOverride/@w:val")
        for num in document.part.numbering_part.element.num_lst
    }
    items = [one for one in document.paragraphs if one.style.name.startswith("List Number")]
    known = [one._p.pPr.numPr.numId.val for one in items]
    return [(one.text, key, *begins[key]) for one, key in zip(items, known, strict=True)]


def test_each_list_counts_by_itself_from_the_number_that_was_written():
    paper = "1. one\n2. two\n\nThen:\n\n4. four\n\n   and more\n\n5. five"

    document = opened(unsigned_copy(approved(paper=paper)))

    (_, first, start), (_, second, _), (words, third, other), (_, fourth, _) = numbered(document)
    assert (first == second, third == fourth, first == third) == (True, True, False)
    assert (start, words, other) == ("1", "four", "4")
    assert [one.text for one in document.paragraphs if one.style.name == "List Continue"] == [
        "and more"
    ]


def test_a_list_within_a_list_is_shown_as_one():
    document = opened(unsigned_copy(approved(paper="- one\n  - two\n    1. three")))

    styles = {one.text: one.style.name for one in document.paragraphs}
    assert [styles[one] for one in ("one", "two", "three")] == [
        "List Bullet", "List Bullet 2", "List Number 3",
    ]  # fmt: skip


def test_there_is_room_to_sign_on_the_page_on_which_the_letter_ends():
    document = opened(unsigned_copy(approved()))

    closing, signatory, title = document.paragraphs[-3:]
    assert closing.paragraph_format.keep_with_next
    assert signatory.paragraph_format.keep_with_next
    assert signatory.paragraph_format.space_before >= Cm(1.5)
    assert title.text == "Secretary-General"


def test_a_letter_in_two_languages_has_both_each_in_its_direction():
    letter = approved(
        language="fr", second_language="ar", paper=BETWEEN_LANGUAGES.join(["Excellence,", "سعادة"])
    )

    document = opened(unsigned_copy(letter))

    with translation.override("ar"):
        assert lines(document).count(mark()) == 1
    ways = {p.text: p._p.pPr is not None and p._p.pPr.find(qn("w:bidi")) is not None
            for p in document.paragraphs}  # fmt: skip
    assert (ways["Excellence,"], ways["سعادة"]) == (False, True)


def test_what_a_minister_is_called_is_no_mark_up_of_the_document():
    letter = approved(paper="Dear \\<b\\> & <script>alert(1)</script>,", addressee="<w:p/>\x0b")

    said = lines(opened(unsigned_copy(letter)))

    assert "Dear <b> & <script>alert(1)</script>," in said


def test_no_link_or_code_of_the_office_is_in_the_copy():
    letter = approved()
    link = letter.invitation.links.get()

    with zipfile.ZipFile(io.BytesIO(unsigned_copy(letter))) as package:
        whole = b"".join(package.read(name) for name in package.namelist())

    assert link.token.encode() not in whole
    assert link.code.encode() not in whole


def test_who_takes_copies_out_is_on_file(client):
    person = signed_in(client, "view_letter", "change_letter")
    one, other = approved(), approved(language="fr")

    alone = choose(client, LETTERS, "copy_selected", one)
    both = choose(client, LETTERS, "copy_selected", one, other)

    assert mark() in marked(opened(b"".join(alone.streaming_content)))
    with zipfile.ZipFile(io.BytesIO(b"".join(both.streaming_content))) as book:
        assert all(name.endswith("-unsigned.docx") for name in book.namelist())
        assert len(book.namelist()) == 2
    taken = LogEntry.objects.filter(actor=person, additional_data__act="taken_out")
    assert [entry.object_repr.rpartition(": ")[2] for entry in taken.order_by("pk")] == [
        "1, DOCX", "2, DOCX",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "fields", [{"state": "composed", "approved_at": None}, {"kind": "reminder"}]
)
def test_only_an_approved_letter_on_paper_is_copied(client, fields):
    signed_in(client, "view_letter", "change_letter")
    if fields.get("kind"):
        fields = {**fields, "kind": "receipt", "variant": "statement"}

    page = choose(client, LETTERS, "copy_selected", approved(**fields))

    assert "There is no letter to be copied among those chosen." in page.content.decode()
