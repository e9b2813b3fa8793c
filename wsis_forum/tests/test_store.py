"""All that keeps and reads files, on an S3-speaking store instead of a folder."""

import logging
import re
import traceback
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.conf import settings as configured
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone, translation

from delegations.models import StatementText
from delegations.tests.office.statement.statements import announced, file, send, speaking, text_url
from delegations.tests.offices import browser, text
from invitations.files.frozen import StoreUnavailable, Tampered, freeze, thaw
from invitations.letters.approval import approve_letter
from invitations.letters.checks.reasons import reasons_not_composed
from invitations.letters.circulars import plan_invitation_letters
from invitations.letters.composing_queue import compose_planned
from invitations.mail.outgoing import with_date
from invitations.models import DeletedFile, Delivery, JobRun, Letter, Outage
from invitations.models.deleted_files import let_go, remove_deleted_file
from invitations.outbox.arming import arm
from invitations.outbox.dispatch import dispatch_outbox
from invitations.tests.factories import CircularFactory, InvitationFactory, UserFactory
from invitations.tests.smtp_peer import smtp_peer
from scripts.peers.ports import free_port
from scripts.peers.store import Key, s3_peer
from wsis_forum import env
from wsis_forum.env import Mailbox
from wsis_forum.tests.running import said_by

NOBODY = Key("nobody", "of/nobody+at-all")
SORRY = "Files cannot be kept or read at the moment"


@pytest.fixture(scope="module")
def peer():
    with s3_peer() as peer:
        yield peer


@pytest.fixture
def use(settings, monkeypatch):
    """Make the site use the store of an address, as STORAGE_URL would."""

    def at(url):
        close()
        monkeypatch.setenv("STORAGE_URL", url)
        _folder, files = env.read_storage(default=configured.MEDIA_ROOT)
        settings.STORAGES = {**settings.STORAGES, "default": files}

    def close():
        if "OPTIONS" in configured.STORAGES["default"]:
            default_storage.client.close()

    yield at
    close()


@pytest.fixture
def bucket(peer, use):
    """A bucket of the test's own; the site keeps its files in a folder there."""
    name = peer.new_bucket()
    use(peer.url(f"{name}/the forum"))
    return name


@pytest.fixture
def planned(db):
    """Make an invitation whose letter waits to be composed."""
    invitation = InvitationFactory(status="draft", issued_at=None)
    CircularFactory(edition=invitation.edition)
    plan_invitation_letters(invitation.edition)
    return invitation.letters.get()


@pytest.fixture
def mail_server(db, settings):
    with smtp_peer() as server:
        settings.MAILBOX = Mailbox("smtp", "127.0.0.1", server.port, "", "", "none")
        settings.ARMING_KEY = arm()
        yield server


def composed_and_approved(letter):
    compose_planned(letter.invitation.edition)
    letter.refresh_from_db()
    approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)
    return letter.deliveries.get()


# Keeping and reading


def test_frozen_bytes_stand_in_the_bucket_under_a_name_made_from_their_hash(peer, bucket):
    content = bytes(range(256)) * 1000

    name, sha256 = freeze(content, "letters", "pdf")

    assert thaw(name, sha256) == content
    assert name == f"letters/{sha256[:2]}/{sha256}.pdf"
    assert peer.keys(bucket) == [f"the forum/{name}"]


def test_the_same_bytes_are_sent_once_and_read_by_one_request(peer, bucket):
    first = freeze(b"Excellency,", "messages", "eml")

    assert freeze(b"Excellency,", "messages", "eml") == first
    assert thaw(*first) == b"Excellency,"

    assert peer.asked(bucket) == ["HEAD", "PUT", "HEAD", "GET"]


def test_threads_share_what_connects_them_to_the_store(bucket):
    contents = [b"Excellency %d," % number * 10_000 for number in range(16)]

    with ThreadPoolExecutor(8) as threads:
        frozen = list(threads.map(lambda content: freeze(content, "letters", "pdf"), contents))
        thawed = list(threads.map(lambda one: thaw(*one), frozen))

    assert thawed == contents


@pytest.mark.parametrize("stored", [b"Dear friend,", b"Excell", b""])
def test_other_bytes_under_the_name_are_not_given_out(peer, bucket, stored):
    name, sha256 = freeze(b"Excellency,", "messages", "eml")
    peer.s3.put_object(Bucket=bucket, Key=f"the forum/{name}", Body=stored)

    with pytest.raises(Tampered, match="not what was frozen"):
        thaw(name, sha256)


@pytest.mark.django_db
def test_a_file_that_no_row_names_goes_from_the_bucket_if_the_key_may_delete(peer, bucket, use):
    photos = [freeze(one, "photos/1", "png") for one in (b"of Flavia", b"of Sapt")]
    let_go(one.name for one in photos)
    gone = list(DeletedFile.objects.values_list("pk", flat=True))

    assert remove_deleted_file(gone[0]) == 1
    use(f"{for_readers(peer, bucket)}".replace("?", "/the forum?"))
    with pytest.raises(OSError, match="AccessDenied"):
        remove_deleted_file(gone[1])

    assert peer.keys(bucket) == [f"the forum/{photos[1].name}"]
    assert DeletedFile.objects.get().name == photos[1].name


def test_an_object_that_is_gone_is_missing(bucket):
    with pytest.raises(Tampered, match="missing"):
        thaw("messages/ab/none.eml", "0" * 64)


def test_nobody_reads_a_file_by_its_address(peer, bucket):
    name, _sha256 = freeze(b"Excellency,", "messages", "eml")
    address = f"http://127.0.0.1:{peer.port}/{bucket}/the%20forum/{name}"

    with pytest.raises(urllib.error.HTTPError, match="403") as refusal:
        urllib.request.urlopen(address, timeout=10)
    refusal.value.close()
    with pytest.raises(ValueError, match="no address"):
        default_storage.url(name)


# A store that is down, or refuses


def silent(peer, bucket):
    return peer.url(bucket, port=free_port())


def wrongly_signed(peer, bucket):
    return peer.url(bucket, Key(peer.key.name, NOBODY.secret))


def without_bucket(peer, bucket):
    return peer.url("nowhere")


def for_readers(peer, bucket):
    return peer.url(bucket, peer.reader)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (silent, "it does not answer: EndpointConnectionError"),
        (wrongly_signed, "it says 403"),
        (without_bucket, "it says NoSuchBucket"),
        (for_readers, "it says AccessDenied"),
    ],
)
def test_why_nothing_can_be_kept_stands_in_the_log(peer, use, caplog, address, said):
    bucket = peer.new_bucket()
    use(address(peer, bucket))

    with pytest.raises(StoreUnavailable, match=SORRY):
        freeze(b"Excellency,", "messages", "eml")

    assert said in caplog.text
    assert peer.keys(bucket) == []


@pytest.mark.parametrize("address", [silent, wrongly_signed, without_bucket])
def test_the_secret_stands_in_no_log_and_no_trace(peer, bucket, use, caplog, address):
    use(address(peer, bucket))

    with caplog.at_level(logging.INFO), pytest.raises(StoreUnavailable) as fault:
        freeze(b"Excellency,", "messages", "eml")

    told = caplog.text + "".join(traceback.format_exception(fault.value))
    assert not any(secret in told for secret in (NOBODY.secret, peer.key.secret))


@pytest.mark.parametrize("address", [silent, wrongly_signed, without_bucket])
def test_what_cannot_be_read_now_is_not_said_to_be_damaged(peer, bucket, use, address):
    frozen = freeze(b"Excellency,", "messages", "eml")
    use(address(peer, bucket))

    with pytest.raises(StoreUnavailable):
        thaw(*frozen)


def test_a_letter_stays_planned_until_the_store_answers(peer, bucket, use, planned):
    edition = planned.invitation.edition
    use(silent(peer, bucket))

    assert compose_planned(edition) == compose_planned(edition) == 0

    planned.refresh_from_db()
    assert (planned.state, planned.sha256, planned.composing_until) == ("planned", "", None)
    ((reason, number),) = reasons_not_composed(edition).items()
    assert (reason.startswith(SORRY), number) == (True, 1)
    use(peer.url(bucket))
    assert compose_planned(edition) == 1


def test_a_delivery_waits_until_the_store_answers(peer, bucket, use, planned, mail_server):
    delivery = composed_and_approved(planned)
    use(silent(peer, bucket))

    assert [dispatch_outbox() for _tick in range(2)] == [0, 0]

    delivery.refresh_from_db()
    assert (delivery.state, mail_server.taken) == (Delivery.State.DEFERRED, [])
    events = delivery.events.values_list("state", flat=True)
    assert list(events) == ["queued", "claimed", "deferred"]
    assert SORRY in delivery.events.latest("pk").server_words
    outage = Outage.objects.get(of="store", ended_at=None)
    use(peer.url(f"{bucket}/the forum"))
    assert dispatch_outbox() == 1
    outage.refresh_from_db()
    assert outage.ended_at is not None


@pytest.mark.django_db
def test_a_probe_tells_that_the_store_is_down(peer, bucket, use, client, settings):
    now = timezone.now()
    for name in configured.CELERY_BEAT_SCHEDULE:
        JobRun.objects.create(name=name, began_at=now, ended_at=now)

    settings.METRICS_TOKEN = "of-this-test-alone"
    bearer = {"headers": {"Authorization": "Bearer of-this-test-alone"}}
    assert client.get("/healthz", **bearer).content == b"ok\n"

    for address in (silent, wrongly_signed, without_bucket, for_readers):
        use(address(peer, bucket))
        assert client.get("/healthz", **bearer).content == b"store\n"


# From end to end


def test_a_letter_is_composed_and_sent_from_the_bucket(peer, bucket, planned, mail_server):
    delivery = composed_and_approved(planned)
    before = len(peer.asked(bucket))

    assert dispatch_outbox() == 1

    letter = Letter.objects.get(pk=delivery.letter_id)
    assert peer.asked(bucket)[before:] == ["GET"]
    frozen = thaw(letter.message.name, letter.message_sha256)
    assert mail_server.taken[0].content == with_date(frozen, letter.dated_at)
    kept = {f"the forum/{name}" for name in (letter.pdf.name, letter.message.name)}
    assert set(peer.keys(bucket)) == kept


@pytest.fixture
def speaker(db):
    with time_machine.travel("2027-02-10T09:00Z", tick=False), translation.override("en"):
        yield speaking("Ruritania")


def test_a_statement_s_text_is_filed_and_handed_back(peer, bucket, speaker):
    client = browser(speaker)
    announced(client, speaker)

    send(client, speaker, file(b"We trust.", "../a speech of Flavia.txt"))

    filed = StatementText.objects.get()
    assert b"".join(client.get(text_url(speaker, filed))) == b"We trust."
    (key,) = peer.keys(bucket)
    assert re.fullmatch(r"the forum/statements/[0-9a-f]{2}/[0-9a-f]{64}\.txt", key)


def test_a_text_that_cannot_be_kept_is_refused_in_words(peer, bucket, use, speaker):
    client = browser(speaker)
    announced(client, speaker)
    use(silent(peer, bucket))

    page = text(send(client, speaker, file(b"We trust.", "speech.txt")))

    assert f"speech.txt: {SORRY}" in page
    assert not StatementText.objects.exists()


def test_a_download_says_in_words_that_the_store_does_not_answer(
    peer, bucket, use, speaker, admin_client
):
    client = browser(speaker)
    announced(client, speaker)
    send(client, speaker, file(b"We trust.", "speech.txt"))
    filed = StatementText.objects.get()
    of_staff = reverse("admin:delegations_statementtext_file", args=[filed.pk])
    for address in (silent, without_bucket):
        use(address(peer, bucket))
        for asking, page in [(client, text_url(speaker, filed)), (admin_client, of_staff)]:
            response = asking.get(page)

            assert (response.status_code, response["Retry-After"]) == (503, "120")
            assert "no-store" in response["Cache-Control"]
            assert SORRY in text(response)


# What it costs where it is not used


@pytest.mark.program
def test_a_folder_brings_no_boto3_into_memory(tmp_path):
    program = (
        "import django, sys; django.setup();"
        "import invitations.tasks, wsis_forum.urls, wsis_forum.celery;"
        "from invitations.files.frozen import freeze, thaw; thaw(*freeze(b'.', 'letters', 'pdf'));"
        "print({'boto3', 'botocore', 'storages'} & sys.modules.keys())"
    )

    assert said_by(program, tmp_path) == "set()\n"
