import datetime as dt
import email
import os
import subprocess
import sys
import zipfile
from io import BytesIO

import page
import pikepdf
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from django.conf import settings as site
from django.urls import reverse
from django.utils import timezone
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import SimpleSigner

from invitations.files.frozen import thaw
from invitations.files.sealing import seal_warning
from invitations.letters.approval import approve_letter
from invitations.letters.composing_queue import compose_planned
from invitations.letters.verification import verify_pdf
from invitations.mail.html_part import html_alone, plain_alone
from invitations.models import Delivery, Language, Letter
from invitations.outbox.archive import archive, archive_name
from invitations.outbox.envelopes import pack_envelopes
from invitations.outbox.print_run import print_run
from invitations.tests.factories import EditionFactory, MissionFactory, StepFactory, UserFactory
from invitations.tests.letters.drafts import compose_after_save
from invitations.tests.seals import (
    NO_PDFSIG,
    OWNER,
    make_seal,
    seal_status,
    use_seal,
    what_pdfsig_says,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def seal(settings, tmp_path):
    """A seal with which all letters are sealed; its certificate."""
    return use_seal(settings, tmp_path / "seal.p12")


def pdf_of(letter):
    return thaw(letter.pdf.name, letter.sha256)


def approved(letter):
    return approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)


def attached(message):
    parts = email.message_from_bytes(message).walk()
    kind = "application/pdf"
    return [one.get_payload(decode=True) for one in parts if one.get_content_type() == kind]


def signed_in(content):
    """Return what the only signature signs, by its kind."""
    (signature,) = PdfFileReader(BytesIO(content)).embedded_signatures
    signed = signature.signer_info["signed_attrs"]
    return {one["type"].native: one["values"].native for one in signed}


def test_without_a_seal_a_letter_is_as_it_was(composed):
    letter = composed()

    assert b"/Sig" not in pdf_of(letter)
    assert (letter.unsealed_size, letter.sealed_by, letter.seal_valid_until) == (0, "", None)


def test_a_sealed_letter_is_valid_and_says_whose_seal_it_is(composed, seal):
    letter = composed()

    status = seal_status(pdf_of(letter), seal)

    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert letter.sealed_by == OWNER
    assert letter.seal_valid_until == seal.not_valid_after_utc


@NO_PDFSIG
def test_other_readers_find_the_seal_valid_too(composed, seal, tmp_path):
    said = what_pdfsig_says(pdf_of(composed()), tmp_path)

    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said


@pytest.mark.parametrize(
    "key",
    [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())],
    ids=["RSA", "elliptic curve"],
)
def test_the_key_of_a_seal_may_be_of_either_kind(composed, settings, tmp_path, key):
    certificate = use_seal(settings, tmp_path / "seal.p12", key=key)

    assert seal_status(pdf_of(composed()), certificate).bottom_line


def test_what_is_signed_beside_a_letter_s_hash_is_written_once(composed, seal, monkeypatch):
    written = []
    stock = SimpleSigner.signed_attrs

    async def counted(*args, **kwargs):
        written.append(args)
        return await stock(*args, **kwargs)

    monkeypatch.setattr(SimpleSigner, "signed_attrs", counted)

    first, second = (pdf_of(composed()) for _letter in range(2))

    assert len(written) == 1
    assert seal_status(first, seal).bottom_line
    assert seal_status(second, seal).bottom_line
    own, other = signed_in(first), signed_in(second)
    assert own.pop("message_digest") != other.pop("message_digest")
    assert own == other
    assert own.keys() == {"content_type", "signing_certificate_v2"}


def test_a_changed_byte_is_found(composed, seal):
    letter = composed()
    content = bytearray(pdf_of(letter))
    place = letter.unsealed_size // 2
    content[place] ^= 1

    status = seal_status(bytes(content), seal)

    assert not status.intact
    assert not status.bottom_line


@pytest.mark.parametrize("language", Language.values)
def test_a_sealed_letter_is_still_an_archive_copy_and_open_to_all(composed, seal, language):
    letter = composed(language=language)

    for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
        assert page.validate_pdf_bytes(pdf_of(letter), profile=profile).failures == []
    assert letter.sealed_by


def test_the_sealed_bytes_are_those_that_are_approved_and_sent(composed, seal):
    letter = approved(composed())

    message = thaw(letter.message.name, letter.message_sha256)

    assert attached(message) == [pdf_of(letter)]
    assert seal_status(attached(message)[0], seal).bottom_line
    assert verify_pdf(pdf_of(letter)).is_ours
    assert Delivery.objects.filter(letter=letter).exists()


def test_a_reminder_repeats_the_sealed_letter_also_while_the_seal_is_not_fit_for_use(
    composed, seal, settings, approved_texts
):
    letter = approved(composed())
    settings.SEAL_FILE = "none.p12"
    edition = letter.invitation.edition
    reminder = letter.invitation.letters.create(
        circular=letter.circular,
        kind=Letter.Kind.REMINDER,
        variant="first",
        language="en",
        step=StepFactory(edition=edition),
        reply_before=edition.reply_before,
        leave_before=timezone.now() + dt.timedelta(days=2),
    )

    compose_planned()

    reminder.refresh_from_db()
    assert reminder.waiting_reason == ""
    assert (reminder.sha256, reminder.sealed_by) == (letter.sha256, OWNER)
    assert attached(thaw(reminder.message.name, reminder.message_sha256)) == [pdf_of(letter)]


def test_a_letter_sealed_before_stays_valid_when_the_seal_changes(
    composed, seal, settings, tmp_path
):
    before = composed()
    renewed = use_seal(settings, tmp_path / "renewed.p12", owner="Ruritanian Union")

    after = composed()

    assert seal_status(pdf_of(before), seal).bottom_line
    assert seal_status(pdf_of(after), renewed).bottom_line
    assert (before.sealed_by, after.sealed_by) == (OWNER, "Ruritanian Union")


def test_another_file_in_the_same_place_is_used_without_a_new_start(composed, seal, settings):
    composed()
    renewed = use_seal(settings, type(site.BASE_DIR)(settings.SEAL_FILE), days=500)

    assert composed().seal_valid_until == renewed.not_valid_after_utc


def test_another_file_of_the_same_hour_in_the_same_place_is_used_too(composed, seal, settings):
    composed()
    path = type(site.BASE_DIR)(settings.SEAL_FILE)
    hour = path.stat().st_mtime_ns
    use_seal(settings, path.with_name("renewed.p12"), owner="Union of Telegraphs of Ruritania")
    path.with_name("renewed.p12").replace(path)
    os.utime(path, ns=(hour, hour))
    settings.SEAL_FILE = str(path)

    assert composed().sealed_by == "Union of Telegraphs of Ruritania"


@pytest.mark.parametrize("sign", ["\0", "\n", "\u202e", "\u200b"])
def test_the_owner_of_a_seal_is_named_without_signs_that_nobody_sees(
    composed, settings, tmp_path, sign
):
    use_seal(settings, tmp_path / "seal.p12", owner=f"Ruritanian Union{sign} of Telegraphs")

    letter = composed()

    assert (letter.waiting_reason, letter.sealed_by) == ("", OWNER)


# Before the approval


def test_until_its_approval_the_desk_shows_a_letter_without_the_seal(composed, seal, admin_client):
    letter = composed()
    address = reverse("admin:invitations_letter_pdf", args=[letter.pk])

    before = admin_client.get(address).content
    approved(letter)
    after = admin_client.get(address).content

    assert before == pdf_of(letter)[: letter.unsealed_size]
    assert before.endswith(b"%%EOF\n")
    assert b"/Sig" not in before
    assert after == pdf_of(letter)


def test_until_its_approval_a_message_is_given_out_without_its_letter(composed, seal, admin_client):
    letter = composed()
    address = reverse("admin:invitations_letter_message", args=[letter.pk])

    before = admin_client.get(address).content
    approved(letter)
    after = admin_client.get(address).content

    assert attached(before) == []
    assert plain_alone(before) == plain_alone(after)
    assert html_alone(before) == html_alone(after)
    assert after == thaw(letter.message.name, letter.message_sha256)


def test_a_letter_called_back_before_its_approval_never_shows_its_seal(
    composed, seal, admin_client
):
    letter = composed()
    Letter.objects.filter(pk=letter.pk).update(state=Letter.State.CANCELLED)

    shown = admin_client.get(reverse("admin:invitations_letter_pdf", args=[letter.pk])).content

    assert b"/Sig" not in shown


def test_without_a_seal_the_message_is_given_out_as_it_is_frozen(composed, admin_client):
    letter = composed()

    shown = admin_client.get(reverse("admin:invitations_letter_message", args=[letter.pk])).content

    assert shown == thaw(letter.message.name, letter.message_sha256)


def test_the_page_of_a_letter_says_why_it_opens_without_the_seal(composed, seal, admin_client):
    letter = composed()

    shown = admin_client.get(reverse("admin:invitations_letter_change", args=[letter.pk]))

    assert f"It carries the electronic seal of {OWNER}" in shown.content.decode()
    assert "it opens without the seal" in shown.content.decode()


def test_the_page_of_approval_says_whose_hash_it_shows(composed, seal, admin_client):
    letter = composed()
    chosen = {"action": "approve_selected", "_selected_action": [letter.pk]}

    shown = admin_client.post(reverse("admin:invitations_letter_changelist"), chosen)

    assert letter.sha256 in shown.content.decode()
    assert "This is the hash of the sealed file." in shown.content.decode()


def test_the_message_of_a_note_is_given_out_without_its_letters(composed, seal, admin_client):
    letter = composed()
    mission = MissionFactory(language="en", states=[letter.invitation.member_state])
    note = letter.circular.letters.create(
        kind="note", mission=mission, invitation=letter.invitation, language="en"
    )
    note.covers.add(letter)
    compose_planned()
    note.refresh_from_db()

    address = reverse("admin:invitations_letter_message", args=[note.pk])
    shown = attached(admin_client.get(address).content)

    assert shown == []
    assert note.unsealed_size
    assert letter.unsealed_size


def test_a_print_run_has_the_pages_without_a_torn_seal_and_the_sealed_file(composed, seal):
    letter = approved(composed(postal_address="Palace Square 1\n10000 Strelsau"))

    with print_run(pack_envelopes([letter])) as file, pikepdf.open(file) as book:
        assert "/AcroForm" not in book.Root
        notes = [one for sheet in book.pages for one in sheet.get("/Annots", [])]
        assert not [one for one in notes if one.Subtype == "/Widget"]
        ((name, carried),) = book.attachments.items()
        assert name == archive_name(letter)
        assert carried.get_file().read_bytes() == pdf_of(letter)


def test_a_print_run_without_a_seal_carries_no_file(composed):
    letter = approved(composed(postal_address="Palace Square 1\n10000 Strelsau"))

    with print_run(pack_envelopes([letter])) as file, pikepdf.open(file) as book:
        assert not book.attachments


def test_an_archive_of_letters_carries_the_sealed_file_as_it_left(composed, seal):
    letter = approved(composed())

    with archive([letter]) as file, zipfile.ZipFile(file) as book:
        carried = [book.read(name) for name in book.namelist() if name.endswith(".pdf")]

    assert carried == [pdf_of(letter)]
    assert seal_status(carried[0], seal).bottom_line


# A seal that is not fit for use


@pytest.mark.parametrize("fault", ["password", "file", "content"])
def test_a_seal_that_cannot_be_read_keeps_letters_planned(
    composed, seal, settings, fault, tmp_path
):
    if fault == "password":
        settings.SEAL_PASSWORD = "another"
        make_seal(tmp_path / "seal.p12", days=401)
    elif fault == "file":
        settings.SEAL_FILE = str(tmp_path / "none.p12")
    else:
        (tmp_path / "seal.p12").write_text("no seal")

    letter = composed()

    assert letter.state == Letter.State.PLANNED
    assert letter.waiting_reason.startswith("The seal cannot be read: ask whoever runs the site")
    assert letter.failed_attempts == 0


@pytest.mark.parametrize("fault", ["kind of key", "owner"])
def test_a_seal_that_nobody_could_check_keeps_letters_planned(composed, settings, fault, tmp_path):
    if fault == "owner":
        use_seal(settings, tmp_path / "seal.p12", owner=None)
    else:
        use_seal(settings, tmp_path / "seal.p12", key=ed25519.Ed25519PrivateKey.generate())

    letter = composed()

    assert letter.state == Letter.State.PLANNED
    assert "names the organization and has an RSA or an elliptic-curve key" in letter.waiting_reason
    assert letter.failed_attempts == 0
    assert seal_warning() == letter.waiting_reason


@pytest.mark.parametrize(
    ("key", "bits"),
    [
        (rsa.generate_private_key(65537, 1024), 1024),
        (ec.generate_private_key(ec.SECP224R1()), 224),
    ],
    ids=["RSA", "curve"],
)
def test_a_weak_key_seals_nothing_and_is_told_in_words(composed, settings, tmp_path, key, bits):
    use_seal(settings, tmp_path / "seal.p12", key=key)

    letter = composed()

    assert letter.state == Letter.State.PLANNED
    assert letter.waiting_reason.startswith(f"The key of the seal is too weak ({bits} bits)")
    assert "an RSA key of at least 2048 bits" in letter.waiting_reason


def test_a_past_certificate_keeps_letters_planned_until_there_is_a_new_one(
    composed, settings, tmp_path
):
    use_seal(settings, tmp_path / "seal.p12", days=-1)
    letter = composed()
    reason = letter.waiting_reason

    use_seal(settings, tmp_path / "renewed.p12")
    compose_after_save()

    letter.refresh_from_db()
    assert reason.startswith(f"The certificate of the seal ({OWNER}) is valid from ")
    assert "put a valid one into SEAL_FILE" in reason
    assert (letter.state, letter.sealed_by) == (Letter.State.COMPOSED, OWNER)


def test_a_letter_that_waits_for_a_seal_does_so_with_one_event(composed, settings, tmp_path):
    use_seal(settings, tmp_path / "seal.p12", days=-1)
    letter = composed()

    compose_planned()

    letter.refresh_from_db()
    assert letter.state == Letter.State.PLANNED
    assert letter.events.count() == 2


@pytest.mark.program
def test_the_web_never_loads_what_seals(tmp_path):
    ask = (
        "import sys, wsis_forum.wsgi, wsis_forum.urls;"
        "from django.urls import get_resolver; get_resolver().url_patterns;"
        "from invitations.letters.composing_queue import compose_planned;"
        "sys.exit(bool({'pyhanko', 'asn1crypto'} & sys.modules.keys()))"
    )
    environment = {
        "SECRET_KEY": "of-this-test-alone",
        "DJANGO_SETTINGS_MODULE": "wsis_forum.settings",
        "VAR_DIR": str(tmp_path),
    }

    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=site.BASE_DIR, env=environment, check=False
    )

    assert done.returncode == 0


def edition_in(year):
    """An edition of that year, whose last day is still ahead."""
    return EditionFactory(
        opens_on=dt.date(year, 5, 10),
        closes_on=dt.date(year, 5, 14),
        track_opens_on=dt.date(year, 5, 11),
        track_closes_on=dt.date(year, 5, 12),
        reply_before=dt.date(year, 4, 1),
    )


def test_a_year_later_the_seal_is_refused_and_the_letter_stays_approved(composed, seal):
    letter = approved(composed())

    with time_machine.travel(timezone.now() + dt.timedelta(days=500)):
        assert composed(edition_in(2029)).state == Letter.State.PLANNED

    letter.refresh_from_db()
    assert letter.state == Letter.State.APPROVED
