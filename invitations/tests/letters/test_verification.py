# ruff: noqa: RUF001 (signs that look alike are what is tested)
import datetime as dt

import pytest
from django.utils import timezone

from invitations.files.frozen import freeze, thaw
from invitations.letters.verification import (
    LetterStanding,
    LetterVerdict,
    verify_check_code,
    verify_pdf,
)
from invitations.models import Letter
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MissionFactory,
    ReplyFactory,
)

pytestmark = pytest.mark.django_db

CODE = "4821903577162048"
PDF = b"%PDF-1.7 Sire, the Forum is annual."
UNKNOWN = LetterVerdict(LetterStanding.UNKNOWN)


def letter_on_paper(code=CODE, pdf=PDF, **fields):
    """An approved letter, unless told otherwise."""
    now = timezone.now()
    name, sha256 = freeze(pdf, "letters", "pdf")
    frozen = {"pdf": name, "sha256": sha256, "message_sha256": "0" * 64, "composed_at": now}
    approved = {"state": Letter.State.APPROVED, "approved_at": now, "check_code": code}
    return LetterFactory(**(frozen | approved | fields))


def replace(letter, kind=Letter.Kind.REPLACEMENT, code="1" * 16, pdf=b"%PDF-anew", **fields):
    circular = CircularFactory(
        edition=letter.invitation.edition, kind=kind, dated_on=dt.date(2027, 3, 3)
    )
    return letter_on_paper(
        code,
        pdf,
        invitation=letter.invitation,
        circular=circular,
        kind=kind,
        replaces=letter,
        **fields,
    )


@pytest.mark.parametrize(
    "typed",
    [
        "4821 9035 7716 2048",
        "4821903577162048",
        "4821-9035–7716—2048",
        " 4821\u00a09035\t7716 2048\n",
        "٤٨٢١ ٩٠٣٥ ٧٧١٦ ٢٠٤٨",
        "۴۸۲۱ ۹۰۳۵ ۷۷۱۶ ۲۰۴۸",
        "４８２１　９０３５　７７１６　２０４８",
        "\u200f4821 9035 7716 2048\0",
    ],
)
def test_a_check_code_is_read_however_it_is_typed(typed):
    letter = letter_on_paper()

    assert verify_check_code(typed) == LetterVerdict(
        LetterStanding.ISSUED, letter.circular.reference, dt.date(2027, 2, 1)
    )


def test_the_very_file_that_was_issued_is_ours():
    letter = letter_on_paper()

    assert verify_pdf(PDF) == LetterVerdict(
        LetterStanding.ISSUED, letter.circular.reference, dt.date(2027, 2, 1)
    )
    assert verify_pdf(PDF + b"\n") == UNKNOWN


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "    ",
        "\0",
        "☃",
        "None",
        "4821 9035 7716",
        "4821 9035 7716 2049",
        "4821 9035 7716 20480",
        "9" * 100_000,
    ],
)
def test_another_code_is_not_ours(typed, django_assert_num_queries):
    letter_on_paper()
    letter_on_paper(None, pdf=b"%PDF-without code")

    with django_assert_num_queries(1):
        assert verify_check_code(typed) == UNKNOWN


@pytest.mark.parametrize("content", [b"", b"%PDF-", b"\0" * 1000])
def test_another_file_is_not_ours(content):
    letter_on_paper()
    LetterFactory()

    assert verify_pdf(content) == UNKNOWN


def test_a_reply_code_is_not_ours():
    letter = letter_on_paper()

    assert verify_check_code(letter.invitation.links.get().code) == UNKNOWN


@pytest.mark.parametrize("state", ["composed", "cancelled"])
def test_a_letter_that_is_not_approved_was_not_issued(state):
    letter_on_paper(state=state, approved_at=None)

    assert verify_check_code(CODE) == UNKNOWN
    assert verify_pdf(PDF) == UNKNOWN


def test_a_letter_cancelled_after_its_approval_was_not_issued():
    letter_on_paper(state=Letter.State.CANCELLED)

    assert verify_check_code(CODE) == UNKNOWN


@pytest.mark.parametrize("kind", [Letter.Kind.NOTICE, Letter.Kind.CORRIGENDUM])
def test_a_letter_that_is_only_referred_to_remains_issued(kind):
    letter = letter_on_paper()
    replace(letter, kind)

    assert verify_check_code(CODE).standing == LetterStanding.ISSUED
    assert verify_check_code("1" * 16).standing == LetterStanding.ISSUED


def test_a_replaced_letter_says_when_it_was_replaced():
    letter = letter_on_paper()
    replacement = replace(letter)

    assert verify_check_code(CODE) == LetterVerdict(
        LetterStanding.REPLACED, letter.circular.reference, dt.date(2027, 2, 1), dt.date(2027, 3, 3)
    )
    assert verify_check_code("1" * 16) == LetterVerdict(
        LetterStanding.ISSUED, replacement.circular.reference, dt.date(2027, 3, 3)
    )
    assert verify_pdf(b"%PDF-anew").standing == LetterStanding.ISSUED


@pytest.mark.parametrize("state", ["composed", "cancelled"])
def test_a_replacement_that_is_not_approved_replaces_nothing(state):
    replace(letter_on_paper(), state=state, approved_at=None)

    assert verify_check_code(CODE).standing == LetterStanding.ISSUED


def test_a_letter_of_a_withdrawn_invitation_says_so():
    letter = letter_on_paper(invitation=InvitationFactory(status="withdrawn"))
    withdrawn = LetterVerdict(
        LetterStanding.WITHDRAWN, letter.circular.reference, dt.date(2027, 2, 1)
    )

    assert verify_check_code(CODE) == verify_pdf(PDF) == withdrawn
    replace(letter)
    assert verify_check_code(CODE) == withdrawn


def test_a_note_verbale_outlives_one_invitation_of_those_it_covers():
    withdrawn = InvitationFactory(status="withdrawn")
    letter_on_paper(invitation=withdrawn, kind=Letter.Kind.NOTE, mission=MissionFactory())

    assert verify_check_code(CODE).standing == LetterStanding.ISSUED


def test_a_reminder_and_its_invitation_share_one_file(reminder_of):
    letter = letter_on_paper()
    reminder_of(letter)

    assert verify_pdf(PDF).standing == LetterStanding.ISSUED


def test_a_reminder_alone_and_an_acknowledgement_are_not_ours(reminder_of):
    letter = letter_on_paper(state=Letter.State.CANCELLED)
    reminder_of(letter)
    letter_on_paper(
        "2" * 16,
        b"%PDF-thanks",
        invitation=letter.invitation,
        kind=Letter.Kind.ACKNOWLEDGEMENT,
        reply=ReplyFactory(invitation=letter.invitation),
    )

    assert verify_pdf(PDF) == verify_pdf(b"%PDF-thanks") == verify_check_code("2" * 16) == UNKNOWN


@pytest.fixture
def reminder_of():
    def make(letter):
        edition = letter.invitation.edition
        step = edition.reminder_steps.create(days_before=21)
        return letter_on_paper(
            None,
            invitation=letter.invitation,
            kind=Letter.Kind.REMINDER,
            step=step,
            reply_before=edition.reply_before,
            leave_before=timezone.now(),
        )

    return make


def test_what_was_composed_and_approved_is_ours_by_code_and_by_file(issued):
    letter = issued(edition=EditionFactory()).letters.get()

    by_code = verify_check_code(letter.check_code)

    assert by_code.standing == LetterStanding.ISSUED
    assert verify_pdf(thaw(letter.pdf.name, letter.sha256)) == by_code


def test_a_verdict_says_nothing_about_whom_the_letter_addresses():
    told = {"standing", "reference", "dated_on", "replaced_on", "sealed_by", "seal_valid_until"}
    told |= {"sealed_on", "time_from"}

    assert set(LetterVerdict._fields) == told


def test_a_sealed_letter_is_told_with_its_seal_also_when_it_is_replaced():
    until = dt.datetime(2029, 1, 1, tzinfo=dt.UTC)
    letter = letter_on_paper(sealed_by="Ruritanian Union", seal_valid_until=until)
    replace(letter)

    for verdict in (verify_pdf(PDF), verify_check_code(CODE)):
        assert verdict.standing == LetterStanding.REPLACED
        assert (verdict.sealed_by, verdict.seal_valid_until) == ("Ruritanian Union", until)
