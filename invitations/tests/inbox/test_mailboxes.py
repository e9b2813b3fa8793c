"""Against a real IMAP server of our own."""

import datetime as dt
import logging
import subprocess
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import override_settings
from django.utils import timezone

from invitations import tasks
from invitations.files.frozen import thaw
from invitations.inbox import mailboxes
from invitations.inbox.mailboxes import read_mailboxes
from invitations.models import Bounce, Correspondence, JobError, JobRun
from invitations.tests.factories import DeliveryFactory, InvitationFactory
from invitations.tests.imap_peer import imap_peer
from invitations.tests.reports import report, written
from scripts.peers.ports import free_port
from wsis_forum import env

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def running():
    with imap_peer() as peer:
        yield peer


@pytest.fixture
def server(running):
    running.clear()
    return running


@pytest.fixture
def intray(server, settings):
    settings.INTRAY = server.box
    return server


def mails(count):
    return [written(name=f"<answer-{number}@example.org>") for number in range(count)]


def test_mail_is_filed_and_moved_to_a_folder_of_its_own(intray):
    invitation = InvitationFactory(minister__to_emails="office@example.org")
    intray.put(*mails(3))

    assert read_mailboxes() == (3, [])

    assert invitation.correspondence.count() == 3
    assert (intray.holds(), intray.holds("Filed"), intray.holds("Filed", "SEEN")) == (0, 3, 3)


def test_the_hour_at_which_the_mail_server_got_it_is_kept(intray):
    intray.put(*mails(1))

    read_mailboxes()

    assert timezone.now() - Correspondence.objects.get().received_at < dt.timedelta(minutes=1)


def test_mail_that_somebody_has_opened_before_is_filed_too(intray):
    intray.put(*mails(1), flags=r"(\Seen)")

    assert read_mailboxes().taken == 1


def test_a_second_reading_finds_nothing(intray):
    intray.put(*mails(1))
    read_mailboxes()

    assert read_mailboxes() == (0, [])


def test_a_reader_that_dies_before_it_marks_a_mail_files_it_once(intray, monkeypatch):
    intray.put(*mails(2))

    def die(*args):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(mailboxes, "mark_as_read", die)
        with pytest.raises(SystemExit):
            read_mailboxes()
    assert (Correspondence.objects.count(), intray.holds()) == (1, 2)

    assert read_mailboxes() == (2, [])

    assert (Correspondence.objects.count(), intray.holds()) == (2, 0)


def test_where_mails_cannot_be_moved_they_are_marked(settings):
    with imap_peer(moves=False) as peer:
        settings.INTRAY = peer.box
        peer.put(*mails(2))

        assert (read_mailboxes().taken, read_mailboxes().taken) == (2, 0)

        assert (peer.holds(), peer.holds(wanted="UNSEEN")) == (2, 0)


def test_a_reading_takes_the_oldest_fifty(intray):
    intray.put(*mails(51))

    assert read_mailboxes().taken == 50

    assert intray.holds() == 1
    assert not Correspondence.objects.filter(message_id="<answer-50@example.org>").exists()


def test_a_reading_ends_when_its_time_is_over(intray):
    intray.put(*mails(2))

    assert read_mailboxes(within=dt.timedelta(microseconds=1)).taken == 0


def test_of_a_mail_that_is_too_large_the_head_is_filed(intray, monkeypatch):
    monkeypatch.setattr(mailboxes, "LARGEST", 1000)
    invitation = InvitationFactory(minister__to_emails="office@example.org")
    intray.put(written("a" * 1000))

    read_mailboxes()

    filed = invitation.correspondence.unread().get()
    assert filed.summary == (
        "Re: Invitation\nToo large to be filed: read it in the mailbox itself."
    )
    assert intray.holds("Filed") == 1


@pytest.fixture
def stumbling(monkeypatch):
    """Let the reading of mails with these words in them fail."""

    def over(*words):
        file_mail = mailboxes.file_mail

        def stumble(content, *args):
            if any(word in content for word in words):
                raise ValueError("Fritz von Tarlenheim")
            return file_mail(content, *args)

        monkeypatch.setattr(mailboxes, "file_mail", stumble)

    return over


def test_a_mail_that_cannot_be_read_is_filed_as_it_came_and_keeps_no_other(
    intray, stumbling, caplog
):
    intray.put(*mails(2))
    stumbling(b"<answer-0@")

    assert read_mailboxes() == (2, [])

    assert (intray.holds(), intray.holds("Filed")) == (0, 2)
    filed = Correspondence.objects.unread().unmatched().get(summary__startswith="This mail could")
    assert b"<answer-0@" in thaw(filed.message.name, filed.message_sha256)
    assert "could not be read: ValueError" in caplog.text
    assert "Tarlenheim" not in caplog.text


def test_fifty_mails_that_cannot_be_read_hold_up_the_next_one_for_one_reading(intray, stumbling):
    intray.put(*mails(51))
    stumbling(*(f"<answer-{number}@".encode() for number in range(50)))

    assert (read_mailboxes().taken, read_mailboxes().taken) == (50, 1)

    assert Correspondence.objects.filter(message_id="<answer-50@example.org>").exists()


def test_a_mail_that_cannot_even_be_filed_stays_there_and_keeps_no_other(
    intray, stumbling, monkeypatch
):
    intray.put(*mails(2))
    stumbling(b"<answer-0@")
    monkeypatch.setattr(mailboxes, "file_unread", refusing)

    assert read_mailboxes() == (1, [])
    assert read_mailboxes() == (0, [])

    assert (intray.holds(), intray.holds("Filed")) == (1, 1)
    assert JobError.objects.get().item.startswith("UID ")


def refusing(*args):
    raise OverflowError


def test_a_mail_that_a_restored_store_lacks_is_kept_when_it_is_read_again(intray):
    intray.put(written())
    read_mailboxes()
    filed = Correspondence.objects.get()
    default_storage.delete(filed.message.name)

    intray.put(written())

    assert read_mailboxes() == (1, [])
    assert thaw(filed.message.name, filed.message_sha256) == written()
    assert Correspondence.objects.count() == 1


def test_a_mail_whose_twin_on_file_cannot_be_read_keeps_no_other(intray, settings):
    (Path(settings.MEDIA_ROOT) / "intray" / "a-folder.eml").mkdir(parents=True, exist_ok=True)
    first, other = mails(2)
    intray.put(first)
    read_mailboxes()
    Correspondence.objects.update(message="intray/a-folder.eml")
    intray.put(first.replace(b"Tarlenheim", b"Hentzau"), other)

    assert read_mailboxes() == (2, [])


def test_a_mail_with_a_charset_that_nobody_knows_is_filed_and_set_aside(intray):
    hostile = written().replace(b"\n\n", b'\nContent-Type: text/plain; charset="x\0y"\n\n\xe9', 1)
    intray.put(hostile)

    assert (read_mailboxes().taken, intray.holds()) == (1, 0)

    assert Correspondence.objects.unread().count() == 1


def test_a_store_that_is_away_leaves_the_mail_where_it_is(intray, settings, tmp_path):
    (tmp_path / "file").touch()
    intray.put(*mails(2))
    with override_settings(MEDIA_ROOT=tmp_path / "file"):
        _taken, [fault] = read_mailboxes()

    assert fault.startswith("INTRAY_URL: Files cannot be kept")
    assert (intray.holds(), Correspondence.objects.count()) == (2, 0)
    assert read_mailboxes().taken == 2


def test_a_lost_database_leaves_the_mail_where_it_is(intray, monkeypatch):
    intray.put(*mails(1))

    def lost(*args):
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(mailboxes, "record_report", lost)

    with pytest.raises(OperationalError):
        read_mailboxes()

    assert intray.holds() == 1


@pytest.mark.parametrize("moves", [True, False])
def test_what_somebody_has_marked_as_deleted_is_not_removed_for_good(settings, moves):
    with imap_peer(moves=moves) as peer:
        settings.INTRAY = peer.box
        deleted, waiting = mails(2)
        peer.put(deleted, flags=r"(\Deleted)")
        peer.put(waiting)

        read_mailboxes()

        assert peer.holds(wanted="DELETED") == 1


# Which mailbox


def test_a_report_in_the_in_tray_is_a_bounce(intray):
    delivery = DeliveryFactory(arrived=True, envelope="abcd2345efgh6789")
    intray.put(report(envid=delivery.envelope))

    read_mailboxes()

    delivery.refresh_from_db()
    assert delivery.state == "bounced"
    assert not Correspondence.objects.exists()


def test_mail_of_a_person_in_the_bounce_mailbox_is_filed(server, settings):
    settings.BOUNCES = server.box
    server.put(written(), report())

    assert read_mailboxes().taken == 2

    assert (Correspondence.objects.count(), Bounce.objects.count()) == (1, 1)


def test_one_mailbox_for_both_is_read_once(intray, settings):
    settings.BOUNCES = intray.box
    intray.put(*mails(1))

    assert read_mailboxes() == (1, [])


def test_without_a_mailbox_nothing_is_read():
    assert read_mailboxes() == (0, [])


def test_what_a_mailbox_says_that_nobody_foresaw_does_not_keep_the_other(
    server, settings, monkeypatch
):
    settings.INTRAY = server.box._replace(folder="Odd")
    settings.BOUNCES = server.box
    server.put(written())
    session = mailboxes.open_mailbox

    def odd(box):
        if box.folder == "Odd":
            raise KeyError("hentzau@example.org")
        return session(box)

    monkeypatch.setattr(mailboxes, "open_mailbox", odd)

    assert read_mailboxes().taken == 1

    job_error = JobError.objects.get(item="INTRAY_URL")
    assert job_error.reason.startswith("KeyError in ")
    assert job_error.again_at - job_error.at == dt.timedelta(minutes=5)


def test_a_mailbox_that_cannot_be_read_is_told_until_it_can_and_tried_by_each_tick(
    intray, settings
):
    settings.INTRAY = intray.box._replace(password="wrong")
    read_mailboxes()
    read_mailboxes()
    job_error = JobError.objects.get()
    told = (job_error.job, job_error.item, job_error.attempts)
    settings.INTRAY = intray.box

    read_mailboxes()

    assert told == ("read_mailboxes", "INTRAY_URL", 2)
    assert not JobError.objects.exists()


def test_a_mailbox_that_does_not_answer_does_not_keep_the_other(server, settings):
    settings.INTRAY = server.box._replace(port=free_port())
    settings.BOUNCES = server.box
    server.put(written())

    taken, faults = read_mailboxes()

    assert taken == 1
    assert len(faults) == 1
    assert faults[0].startswith("INTRAY_URL: ")
    assert "refused" in faults[0]


@pytest.mark.parametrize(
    ("field", "value"), [("password", "wrong"), ("user", "hentzau"), ("folder", "Nowhere")]
)
def test_a_mailbox_that_lets_nobody_in_is_told_by_name(intray, settings, field, value):
    settings.INTRAY = intray.box._replace(**{field: value})

    _taken, [fault] = read_mailboxes()

    assert fault.startswith("INTRAY_URL: ")
    assert len(fault) > len("INTRAY_URL: ")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate of 127.0.0.1 that nobody knows, with its key."""
    folder = tmp_path_factory.mktemp("certificate")
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
    name = "-subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    files = ["-keyout", folder / "key.pem", "-out", folder / "certificate.pem"]
    subprocess.run([*command.split(), *name.split(), *files], check=True, capture_output=True)
    both = folder / "both.pem"
    both.write_bytes(b"".join((folder / f"{n}.pem").read_bytes() for n in ("certificate", "key")))
    return both


def test_a_mailbox_is_read_over_tls_from_a_server_that_is_known_alone(
    certificate, settings, monkeypatch
):
    with imap_peer(certificate=certificate) as peer:
        settings.INTRAY = peer.box
        peer.put(*mails(1))

        _taken, [fault] = read_mailboxes()
        assert "certificate verify failed" in fault

        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert read_mailboxes() == (1, [])


def test_a_copy_that_may_not_write_reads_no_mail_either(intray, mail_server):
    intray.put(*mails(1))

    taken, [why] = read_mailboxes()

    assert (taken, intray.holds()) == (0, 1)
    assert why.startswith("Nothing is sent")


# By whom


def test_the_command_says_how_many(intray, capsys):
    intray.put(*mails(1))

    call_command("read_mailboxes")

    assert capsys.readouterr().out == "1 mail read.\n"


def test_the_command_fails_with_what_could_not_be_read(settings, server):
    settings.INTRAY = server.box._replace(port=free_port())

    with pytest.raises(CommandError, match=r"0 mails read\. INTRAY_URL: "):
        call_command("read_mailboxes")


def test_the_clock_reads_and_says_how_many(intray):
    intray.put(*mails(2))

    tasks.read_mailboxes()

    assert JobRun.objects.get(name="read_mailboxes").did == 2


def test_no_line_of_the_log_holds_a_name_or_an_address(intray, caplog):
    intray.put(written(), report())

    with caplog.at_level(logging.DEBUG, "invitations"):
        read_mailboxes()

    assert "example.org" not in caplog.text
    assert "Tarlenheim" not in caplog.text


# Where it is


@pytest.mark.parametrize(
    ("written_as", "read_as"),
    [
        (
            "imaps://forum:a%2Fb@mail.example.org/",
            ("mail.example.org", 993, "forum", "a/b", "tls", "INBOX"),
        ),
        (
            "imap://forum%40example.org:p@mail.example.org:144/Returned/2027",
            ("mail.example.org", 144, "forum@example.org", "p", "starttls", "Returned/2027"),
        ),
        ("imap://f:p@127.0.0.1/?security=none", ("127.0.0.1", 143, "f", "p", "none", "INBOX")),
    ],
)
def test_a_mailbox_is_an_address(monkeypatch, written_as, read_as):
    monkeypatch.setenv("INTRAY_URL", written_as)

    assert env.inbox("INTRAY_URL") == read_as


def test_the_address_of_a_mailbox_may_stand_in_a_file(monkeypatch, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("imaps://forum:p@mail.example.org/\n")
    monkeypatch.setenv("INTRAY_URL_FILE", str(secret))

    assert env.inbox("INTRAY_URL").host == "mail.example.org"


@pytest.mark.parametrize(
    "written_as",
    ["mail.example.org", "pop3://f:p@mail.example.org", "imaps://mail.example.org", "imaps://f:p@"],
)
def test_an_address_that_is_no_mailbox_is_refused_without_its_password(monkeypatch, written_as):
    monkeypatch.setenv("INTRAY_URL", written_as)

    with pytest.raises(ImproperlyConfigured, match="INTRAY_URL cannot be read") as refusal:
        env.inbox("INTRAY_URL")

    assert "f:p" not in str(refusal.value)
