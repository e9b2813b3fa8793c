"""The mark of a host: a database that counts fewer batches was put back as it was earlier."""

from contextlib import suppress
from threading import Thread

import pytest
from auditlog.models import LogEntry
from django.urls import reverse

from invitations.files.host_marks import mark_file, marked, raise_mark
from invitations.models import Arming
from invitations.outbox import dispatch
from invitations.outbox.arming import PutBack, arm, count_batch, reason_sending_is_off
from invitations.outbox.dispatch import dispatch_outbox

PUT_BACK = "was put back as it was earlier"


@pytest.fixture
def armed(db, settings, peer, tmp_path):
    """A host of its own folder, whose database has sent a batch and was put back."""
    settings.VAR_DIR = tmp_path / "var"
    before = Arming.objects.values("batches").get()
    count_batch()
    Arming.objects.update(**before)
    return peer


def test_a_row_put_back_sends_nothing_and_says_so(armed, queued, admin_client, client, settings):
    settings.METRICS_TOKEN = "of-this-test-alone"
    bearer = {"Authorization": "Bearer of-this-test-alone"}
    queued()

    assert dispatch_outbox() == 0
    assert armed.taken == []
    assert PUT_BACK in reason_sending_is_off()
    assert PUT_BACK in admin_client.get(reverse("admin:invitations_delivery_queue")).text
    assert "database put back" in client.get("/healthz", headers=bearer).text.splitlines()


def test_a_named_person_lets_it_send_under_another_key(armed, queued, settings):
    queued()
    counted = Arming.objects.get().batches

    settings.ARMING_KEY = arm(by="Fritz von Tarlenheim")

    assert settings.ARMING_KEY
    assert dispatch_outbox() == 1
    assert Arming.objects.get().batches > counted
    entry = LogEntry.objects.get_for_object(Arming.objects.get()).latest("pk")
    assert entry.additional_data["named"] == "Fritz von Tarlenheim"


def test_offices_may_answer_while_nothing_leaves(armed, settings):
    settings.ARMING_KEY = arm(links_only=True)
    assert "somebody stopped all sending" in reason_sending_is_off()

    assert arm() == ""

    assert reason_sending_is_off() == ""


def test_another_host_without_a_mark_takes_what_the_database_counts(peer, settings, tmp_path):
    count_batch()
    settings.VAR_DIR = tmp_path / "another-host"

    assert reason_sending_is_off() == ""

    assert marked(Arming.objects.get().key_sha256) == Arming.objects.get().batches == 1


def test_a_host_that_sends_nothing_keeps_up_by_looking(peer, settings, tmp_path):
    here, there = settings.VAR_DIR, tmp_path / "another-host"
    assert reason_sending_is_off() == ""
    settings.VAR_DIR = there
    count_batch()
    settings.VAR_DIR = here
    assert reason_sending_is_off() == ""

    Arming.objects.update(batches=0)

    assert PUT_BACK in reason_sending_is_off()


def test_a_batch_is_counted_before_its_mails_leave_and_again_at_the_end(peer, queued, monkeypatch):
    queued()
    seen = []
    deliver = dispatch.deliver
    monkeypatch.setattr(
        dispatch,
        "deliver",
        lambda *given: seen.append(Arming.objects.get().batches) or deliver(*given),
    )

    assert dispatch_outbox() == 1

    # A dump of meanwhile counts one, and what left after it two.
    arming = Arming.objects.get()
    assert (seen, arming.batches, marked(arming.key_sha256)) == ([1], 2, 2)


def test_an_idle_run_counts_nothing(peer):
    assert dispatch_outbox() == 0

    assert Arming.objects.get().batches == 0


def test_what_stopped_between_count_and_mark_is_caught_up(peer, queued):
    queued()
    # The process was killed after its commit, and before it wrote the mark.
    Arming.objects.update(batches=7)

    assert dispatch_outbox() == 1

    assert marked(Arming.objects.get().key_sha256) == 9


def test_a_count_that_is_not_committed_leaves_no_mark(peer, monkeypatch):
    def lost(*_given, **_named):
        raise ConnectionError

    monkeypatch.setattr(Arming.objects, "get", lost)
    with suppress(ConnectionError):
        count_batch()
    monkeypatch.undo()

    arming = Arming.objects.get()
    assert (arming.batches, marked(arming.key_sha256)) == (0, 0)
    assert reason_sending_is_off() == ""


def test_a_database_put_back_in_mid_run_stops_the_next_batch(armed):
    with pytest.raises(PutBack):
        count_batch()


def test_a_mark_is_never_lowered_by_two_who_write_at_once(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    writers = [Thread(target=raise_mark, args=("key", number)) for number in range(40, 0, -1)]

    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    raise_mark("key", 3)

    assert marked("key") == 40
    assert [one.name for one in tmp_path.iterdir()] == [mark_file("key").name]


@pytest.mark.parametrize("content", ["", "seven"])
def test_a_mark_that_cannot_be_read_keeps_the_host_mute(armed, content):
    file = mark_file(Arming.objects.get().key_sha256)
    file.write_text(content)

    assert str(file) in reason_sending_is_off()


def test_a_host_that_can_keep_no_mark_is_mute_and_says_where(peer, settings, tmp_path):
    Arming.objects.update(batches=1)
    (tmp_path / "file").touch()
    settings.VAR_DIR = tmp_path / "file"

    assert str(tmp_path / "file") in reason_sending_is_off()


def test_a_folder_of_mail_counts_nothing(queued, mail_folder, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    queued()

    assert dispatch_outbox() == 1

    assert not Arming.objects.exists()
    assert not [*tmp_path.glob("batches*")]
