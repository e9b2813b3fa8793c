"""Copies to sign: frozen pages without their letterhead, or without “(original signed)”."""

import io
import subprocess
import zipfile

import pytest
from auditlog.models import LogEntry
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageChops

from invitations.letters.composing_queue import compose_planned
from invitations.models import Language, Letter
from invitations.outbox.copies_to_sign import copy_to_sign
from invitations.tests.desk import choose, composed_letter, signed_in
from invitations.tests.factories import CircularFactory, MissionFactory
from invitations.tests.letters.test_pdf import about, lengthened, pdf_of
from invitations.tests.letters.test_two_signatories import BOTH
from invitations.tests.reading import ask
from invitations.tests.seals import use_seal

pytestmark = pytest.mark.django_db

LETTERS = reverse("admin:invitations_letter_changelist")
# In dots, a hundred to an inch.
WIDTH, HEIGHT = 827, 1170
BENEATH_LINE = 133  # the line with which the letterhead ends


def copied(letter, *without):
    ticks = ("without_letterhead", "without_original_signed")
    return copy_to_sign(letter, **{tick: tick in without for tick in ticks})


def words_in(pdf):
    return " ".join(ask(pdf, "pdftotext", "-", "-").split())


def page_of(pdf, number):
    picked = ["-f", str(number), "-l", str(number), "-singlefile"]
    command = ["pdftoppm", "-r", "100", "-gray", *picked]
    drawn = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    return Image.open(io.BytesIO(drawn))


def erased(letter, *without, page=1):
    """Where the copy is white and the letter is not: left, top, right, bottom; or nowhere."""
    frozen, copy = page_of(pdf_of(letter), page), page_of(copied(letter, *without), page)
    place = ImageChops.difference(frozen, copy).getbbox()
    assert copy.size == (WIDTH, HEIGHT)
    assert place is None or copy.crop(place).getextrema() == (255, 255)
    return place


def test_with_everything_the_copy_says_what_the_frozen_letter_says(composed):
    letter = composed(language="fr", second_language="ar")

    assert words_in(copied(letter)) == words_in(pdf_of(letter))
    assert (erased(letter), erased(letter, page=2)) == (None, None)


@pytest.mark.parametrize("language", Language.values)
def test_what_is_left_out_leaves_its_place_empty_and_nothing_else_moves(composed, language):
    letter = composed(language=language)

    left, _top, right, bottom = erased(letter, "without_letterhead")
    begins, above, ends, beneath = erased(letter, "without_original_signed")

    assert bottom == BENEATH_LINE
    assert right - left > 0.7 * WIDTH
    assert above > HEIGHT / 2
    assert beneath - above < 30
    assert ends - begins < WIDTH / 4
    assert (begins > WIDTH / 2) == (language == "ar")


def test_where_two_sign_neither_is_said_to_have_signed(composed):
    letter = composed(CircularFactory(**BOTH).edition)

    words = words_in(copied(letter, "without_original_signed"))

    # Readers put what stands side by side in another order.
    left_out = ["(original", "signed)"] * 2
    assert sorted([*words.split(), *left_out]) == sorted(words_in(pdf_of(letter)).split())


def test_each_language_has_a_letterhead_and_a_signature_of_its_own(composed):
    letter = composed(language="fr", second_language="ar")

    for page in (1, 2):
        assert erased(letter, "without_letterhead", page=page)[3] == BENEATH_LINE
        assert erased(letter, "without_original_signed", page=page)[1] > HEIGHT / 2


def test_a_second_page_has_no_letterhead_to_lose(composed):
    lengthened(4)
    letter = composed()

    assert about(letter)["Pages"] == "2"
    assert erased(letter, "without_letterhead", page=2) is None
    assert erased(letter, "without_original_signed", page=1) is None
    assert erased(letter, "without_original_signed", page=2)


def test_a_note_verbale_bears_initials_and_loses_its_letterhead_alone(composed):
    letter, mission = composed(), MissionFactory()
    mission.states.add(letter.invitation.member_state)
    letter.circular.letters.create(
        kind="note", mission=mission, invitation=letter.invitation, language="en"
    ).covers.add(letter)
    compose_planned()

    note = letter.notes.get()

    assert erased(note, "without_original_signed") is None
    assert erased(note, "without_letterhead")[3] == BENEATH_LINE


def test_a_copy_bears_no_seal_and_the_sealed_letter_stays_as_it_is(composed, settings, tmp_path):
    use_seal(settings, tmp_path / "seal.p12")
    letter = composed()
    frozen = pdf_of(letter)

    copy = copied(letter, "without_letterhead")

    assert b"/ByteRange" in frozen
    assert b"/ByteRange" not in copy
    assert pdf_of(letter) == frozen


# The desk


@pytest.fixture
def approved(composed):
    """A letter that may be copied."""
    letter = composed()
    Letter.objects.filter(pk=letter.pk).update(state="approved", approved_at=timezone.now())
    return letter


def test_the_desk_asks_what_to_leave_out_and_gives_the_copy(client, approved):
    person = signed_in(client, "view_letter", "change_letter")

    page = choose(client, LETTERS, "copy_selected", approved).content.decode()
    ticked = {"without_original_signed": "on", "answered": "yes"}
    answer = choose(client, LETTERS, "copy_selected", approved, **ticked)

    assert "Without the letterhead" in page
    assert answer.filename.endswith("-to-sign.pdf")
    words = words_in(answer.getvalue())
    assert "Ruritanian Union of Telegraphs" in words
    assert "original signed" not in words
    taken = LogEntry.objects.get(actor=person, additional_data__act="taken_out")
    assert taken.object_repr == "letters: 1, PDF"


def test_several_copies_are_files_of_one_package(client, approved, composed):
    signed_in(client, "view_letter", "change_letter")
    other = composed(approved.invitation.edition, language="fr")
    Letter.objects.filter(pk=other.pk).update(state="approved", approved_at=timezone.now())

    answer = choose(client, LETTERS, "copy_selected", approved, other, answered="yes")

    with zipfile.ZipFile(io.BytesIO(answer.getvalue())) as book:
        words = [words_in(book.read(name)) for name in book.namelist()]
    assert sorted(words) == sorted(words_in(pdf_of(one)) for one in (approved, other))


def test_a_damaged_letter_is_not_copied(client, approved):
    signed_in(client, "view_letter", "change_letter")
    Letter.objects.filter(pk=approved.pk).update(sha256="0" * 64)

    page = choose(client, LETTERS, "copy_selected", approved, answered="yes")

    (told,) = [str(message) for message in page.context["messages"]]
    assert f"damaged letter {approved}" in told


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "Only an approved letter goes into an archive."),
        (
            {"kind": "receipt", "variant": "statement", "state": "approved"},
            "Reminders and acknowledgements go by e-mail: choose the letter.",
        ),
    ],
)
def test_only_an_approved_letter_on_paper_is_copied(client, fields, why):
    signed_in(client, "view_letter", "change_letter")
    letter = composed_letter(**fields, **({"approved_at": timezone.now()} if fields else {}))

    asked = choose(client, LETTERS, "copy_selected", letter)
    answered = choose(client, LETTERS, "copy_selected", letter, answered="yes")

    for page in (asked, answered):
        assert [str(one) for one in page.context["messages"]] == [f"{letter}: {why}"]
