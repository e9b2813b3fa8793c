import asyncio
import datetime as dt
import logging
import re
import socket
import time
from threading import Timer

import page
import pytest
from django.urls import reverse
from django.utils import timezone

from invitations.files import time_stamps
from invitations.files.frozen import thaw
from invitations.letters.approval import approve_letter
from invitations.letters.composing_queue import compose_planned
from invitations.models import Letter, Outage
from invitations.tests.factories import UserFactory
from invitations.tests.letters.drafts import drafted
from invitations.tests.seals import NO_PDFSIG, seal_status, use_seal, what_pdfsig_says
from invitations.tests.tsa_peer import NAME, basic, tsa_peer
from wsis_forum.env import read_time_stamp_service

pytestmark = pytest.mark.django_db
WAITS = "The time-stamp service gives no time stamp ({}): letters wait until it does."
CLOCK = "its clock and that of this machine are more than two minutes apart"
NO_STAMP = "its answer is no time stamp of this seal"
SLOW = ("silent", "drips")
FAULTS = {
    "fails": "it answered with the HTTP status 500",
    "sends on": "it answered with the HTTP status 302",
    "refuses the password": "it answered with the HTTP status 401",
    "refuses": "it refused",
    "fast clock": CLOCK,
    "too large": "its time stamp is too large",
    **dict.fromkeys(SLOW, "it did not answer in time"),
    **dict.fromkeys(
        ["garbage", "nothing", "half", "grants nothing", "wrong nonce", "no nonce",
         "another seal", "torn", "another use", "past certificate", "unknown key"], NO_STAMP,
    ),
}  # fmt: skip


@pytest.fixture
def seal(settings, tmp_path):
    return use_seal(settings, tmp_path / "seal.p12")


@pytest.fixture
def peer(settings, seal):
    """A service that all seals are stamped by, and that is asked with a name and a password."""
    with tsa_peer() as peer:
        settings.SEAL_TSA, settings.SEAL_TSA_PASSWORD = peer.address, "registry:of-this-test-alone"
        yield peer


def asked_again():
    """The pause after a fault is over."""
    time_stamps.time_stamp_service().silent_until = 0


def pdf_of(letter):
    return thaw(letter.pdf.name, letter.sha256)


def test_a_seal_bears_the_time_that_the_service_has_stamped(composed, peer, seal):
    letter = composed()

    status = seal_status(pdf_of(letter), seal, peer.certificate)

    assert status.bottom_line
    assert status.timestamp_validity.valid
    assert status.timestamp_validity.trusted
    assert status.timestamp_validity.timestamp == letter.time_stamped_at
    assert abs(letter.time_stamped_at - timezone.now()) < dt.timedelta(minutes=1)
    assert (letter.time_stamped_by, letter.lacks_time_stamp) == (NAME, False)
    assert peer.asked == [basic("registry", "of-this-test-alone")]


@NO_PDFSIG
def test_other_readers_find_the_stamped_seal_valid_too(composed, peer, tmp_path):
    said = what_pdfsig_says(pdf_of(composed()), tmp_path)

    assert "Signature is Valid." in said
    assert "Total document signed" in said


def test_a_stamped_letter_is_still_an_archive_copy_and_open_to_all(composed, peer):
    content = pdf_of(composed())

    for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
        assert page.validate_pdf_bytes(content, profile=profile).failures == []


def test_a_seal_outlives_its_certificate_where_it_bears_a_time(composed, peer, seal):
    content = pdf_of(composed())
    later = timezone.now() + dt.timedelta(days=500)

    assert seal_status(content, seal, peer.certificate, at=later).bottom_line
    assert not seal_status(content, seal, at=later).bottom_line


@pytest.mark.parametrize(("does", "fault"), FAULTS.items())
def test_an_answer_that_does_not_fit_is_not_believed(peer, monkeypatch, does, fault):
    peer.does = does
    if does in SLOW:
        monkeypatch.setattr(time_stamps, "WITHIN", 0.5)

    with pytest.raises(time_stamps.NoTimeStamp, match=re.escape(fault)):
        asyncio.run(time_stamps.time_stamp_service().async_timestamp(bytes(range(32)), "sha256"))


def test_a_slow_look_up_of_its_name_leaves_a_service_no_more_time(peer, monkeypatch):
    look_up = socket.getaddrinfo
    monkeypatch.setattr(time_stamps, "WITHIN", 0.2)
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *name, **more: time.sleep(0.5) or look_up(*name, **more)
    )
    peer.does = "drips"
    # It would drip for hours.
    Timer(3, peer.released.set).start()
    began = time.monotonic()

    with pytest.raises(time_stamps.NoTimeStamp, match="it did not answer in time"):
        time_stamps.time_stamp_service().ask(b"")

    assert time.monotonic() - began < 2


def test_letters_wait_while_the_service_gives_no_time_stamp(composed, peer):
    peer.does = "fails"

    letter = composed()

    assert letter.state == Letter.State.PLANNED
    assert letter.waiting_reason == WAITS.format(FAULTS["fails"])
    assert letter.failed_attempts == 0
    assert Outage.objects.standing().get().words == FAULTS["fails"]


def test_letters_that_waited_are_composed_once_the_service_answers(composed, peer):
    peer.does = "fails"
    letter = composed()
    for _minute in range(3):
        compose_planned()
    peer.does = ""
    asked_again()

    compose_planned()

    letter.refresh_from_db()
    assert (letter.state, letter.time_stamped_by) == (Letter.State.COMPOSED, NAME)
    assert not Outage.objects.standing().exists()


def test_a_silent_service_is_not_asked_again_for_each_letter(composed, peer):
    peer.does = "fails"
    first = composed()
    edition = first.invitation.edition
    others = [drafted(edition=edition) for _number in range(2)]
    for other in others:
        other.letters.create(circular=first.circular, kind="invitation", language="en")

    compose_planned()
    compose_planned()

    reasons = Letter.objects.values_list("waiting_reason", flat=True)
    assert set(reasons) == {WAITS.format(FAULTS["fails"])}
    assert len(peer.asked) == 1
    assert Outage.objects.count() == 1


def test_letters_go_without_a_time_stamp_where_that_is_allowed_and_say_so(
    composed, peer, seal, settings, admin_client
):
    settings.SEAL_TSA_REQUIRED = False
    peer.does = "garbage"

    letter = composed()

    assert (letter.state, letter.lacks_time_stamp) == (Letter.State.COMPOSED, True)
    assert seal_status(pdf_of(letter), seal).bottom_line
    assert Outage.objects.standing().get().of == "time_stamps"
    chosen = {"action": "approve_selected", "_selected_action": [letter.pk]}
    approval = admin_client.post(reverse("admin:invitations_letter_changelist"), chosen)
    shown = admin_client.get(reverse("admin:invitations_letter_change", args=[letter.pk]))
    for page_of_desk in (approval, shown):
        assert "no time stamp: the service gave none" in page_of_desk.content.decode()


def test_the_page_of_a_letter_says_of_what_time_its_seal_is(composed, peer, admin_client):
    letter = composed()

    shown = admin_client.get(reverse("admin:invitations_letter_change", args=[letter.pk]))

    assert f"by the clock of {NAME}" in shown.content.decode()


def test_the_public_check_says_when_the_letter_was_sealed(composed, peer, client):
    letter = composed()
    approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)

    shown = client.post(reverse("office:check"), {"code": letter.check_code}, follow=True)

    assert f"by the clock of {NAME}" in shown.content.decode()


def test_no_log_and_no_reason_shows_the_password(composed, peer, caplog):
    peer.does = "sends on"
    caplog.set_level(logging.INFO)

    letter = composed()

    said = [caplog.text, letter.waiting_reason, *Outage.objects.values_list("words", flat=True)]
    assert "of-this-test-alone" not in " ".join(said)
    assert "cmVnaXN0cnk6" not in caplog.text


def test_no_address_but_that_of_the_service_gets_the_password(composed, peer):
    peer.does = "sends on"

    composed()

    assert len(peer.asked) == 1


def test_a_service_without_a_certificate_that_is_trusted_is_not_believed(composed, peer, settings):
    settings.SEAL_TSA = peer.address.replace("http:", "https:")

    assert composed().waiting_reason == WAITS.format("it cannot be reached")


def test_the_password_is_kept_apart_from_the_address(monkeypatch):
    monkeypatch.setenv("SEAL_TSA", "https://registry:a%3Ab@stamps.example.org:8443/tsa?policy=1")

    assert read_time_stamp_service() == (
        "https://stamps.example.org:8443/tsa?policy=1",
        "registry:a:b",
    )
