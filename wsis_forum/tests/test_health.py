import datetime as dt
from math import inf
from threading import Event

import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from invitations import tasks
from invitations.files.sealing import certificate_in
from invitations.models import Arming, JobError, JobRun, Outage, Worker
from invitations.outbox.arming import arm
from invitations.tests.factories import DeliveryFactory, LetterFactory
from invitations.tests.seals import use_seal
from wsis_forum import health
from wsis_forum.env import Mailbox
from wsis_forum.tests.running import said_by

pytestmark = pytest.mark.django_db


JOBS = tuple(settings.CELERY_BEAT_SCHEDULE)


@pytest.fixture
def ticking():
    """Each job of the clock has ended just now."""
    now = timezone.now()
    for name in JOBS:
        JobRun.objects.create(name=name, began_at=now, ended_at=now)


@pytest.fixture(autouse=True)
def nothing_known_yet():
    caches["template_fragments"].delete(health.TAKES_REPLIES)


@pytest.fixture
def bearer(settings):
    settings.METRICS_TOKEN = "of-this-test-alone"
    return {"headers": {"Authorization": "Bearer of-this-test-alone"}}


@pytest.fixture
def probed(client, bearer):
    """The status and lines for a probe that bears the token."""

    def probe():
        answer = client.get("/healthz", **bearer)
        return answer.status_code, answer.content.decode().splitlines()

    return probe


# /healthz


def test_a_stranger_learns_whether_replies_are_taken_and_nothing_else(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_a_stranger_learns_no_reason_for_which_replies_are_not_taken(client, monkeypatch):
    monkeypatch.setattr(health, "reason_no_replies_are_taken", lambda: "migrations")

    answer = client.get("/healthz", headers={"Authorization": "Bearer another"})

    assert (answer.status_code, answer.content) == (503, b"not ok\n")


def test_however_often_strangers_ask_no_row_and_no_file_is_written(
    client, settings, tmp_path, django_assert_num_queries
):
    settings.MEDIA_ROOT = tmp_path
    client.get("/healthz")

    with django_assert_num_queries(0):
        for _time in range(20):
            assert client.get("/healthz").content == b"ok\n"

    assert list(tmp_path.rglob("*")) == []


def test_a_deployment_whose_jobs_run_is_well(client, ticking, bearer):
    answer = client.get("/healthz", **bearer)

    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_the_probe_is_cheap_and_leaves_no_row_behind(
    client, ticking, bearer, django_assert_num_queries
):
    with django_assert_num_queries(12):
        client.get("/healthz", **bearer)

    assert JobRun.objects.count() == len(JOBS)


@pytest.mark.parametrize("name", JOBS)
def test_a_job_that_is_late_is_told_and_replies_are_still_taken(probed, ticking, name):
    JobRun.objects.filter(name=name).update(ended_at=timezone.now() - dt.timedelta(minutes=6))

    assert probed() == (200, [f"late {name}"])


def test_a_clock_that_never_began_is_late(probed):
    assert probed() == (200, [f"late {name}" for name in JOBS])


def test_letters_that_no_worker_looks_at_are_told(probed, ticking):
    LetterFactory(planned_at=timezone.now() - dt.timedelta(minutes=16))

    assert probed() == (200, ["letters waiting"])


def test_letters_that_wait_for_a_person_are_no_fault(probed, ticking):
    now = timezone.now()
    LetterFactory(
        planned_at=now - dt.timedelta(days=1), compose_again_at=now, waiting_reason="No text."
    )

    assert probed() == (200, ["ok"])


def test_letters_that_could_not_be_composed_are_told(probed, ticking):
    LetterFactory(failed_attempts=1, compose_again_at=timezone.now() + dt.timedelta(hours=1))

    assert probed() == (200, ["letters failed"])


def test_what_a_job_could_not_do_is_told(probed, ticking):
    JobError.objects.create(job="read_mailboxes", item="INTRAY_URL")

    assert probed() == (200, ["faults"])


@pytest.mark.parametrize("of", Outage.Of.values)
def test_an_outage_that_keeps_letters_from_leaving_is_told_until_it_ends(
    probed, figures, ticking, of
):
    outage = Outage.objects.create(of=of, words="Connection refused")

    assert probed() == (200, ["seal" if of == Outage.Of.SEAL else f"outage {of}"])
    assert figures()[f'wsis_forum_outage{{of="{of}"}}'] == 1

    Outage.objects.filter(pk=outage.pk).update(ended_at=timezone.now())

    assert probed() == (200, ["ok"])
    assert figures()[f'wsis_forum_outage{{of="{of}"}}'] == 0


def test_when_the_time_stamp_service_answered_last_stands_below_what_is_amiss(
    probed, ticking, settings
):
    settings.SEAL_TSA = "https://stamps.example.org/"
    before = probed()
    at = dt.datetime(2026, 11, 27, 9, 5, tzinfo=dt.UTC)
    LetterFactory(time_stamped_at=at)
    LetterFactory(time_stamped_at=at - dt.timedelta(days=1))

    assert before == (200, ["ok", "time-stamps none yet"])
    assert probed() == (200, ["ok", "time-stamps 2026-11-27T09:05:00Z"])


def test_a_store_that_takes_no_file_is_told_and_replies_are_still_taken(
    probed, ticking, settings, tmp_path
):
    (tmp_path / "full").touch()
    settings.MEDIA_ROOT = tmp_path / "full"

    assert probed() == (200, ["store"])


@pytest.mark.usefixtures("ticking")
@pytest.mark.parametrize(("days", "told"), [(31, "ok"), (29, "seal"), (-1, "seal")])
def test_a_seal_is_told_thirty_days_before_it_ends(probed, settings, tmp_path, days, told):
    use_seal(settings, tmp_path / "seal.p12", days=days)

    tasks.compose_planned()

    assert probed() == (200, [told])


@pytest.mark.usefixtures("ticking")
def test_a_seal_that_cannot_be_opened_is_told_until_it_can(probed, settings, tmp_path):
    use_seal(settings, tmp_path / "seal.p12", days=29)
    tasks.compose_planned()
    settings.SEAL_PASSWORD = "another"
    use_seal(settings, tmp_path / "other.p12", password="of-another-seal")
    tasks.compose_planned()
    told, words = probed(), Outage.objects.standing().get().words

    use_seal(settings, tmp_path / "renewed.p12")
    tasks.compose_planned()

    assert (told, probed()) == ((200, ["seal"]), (200, ["ok"]))
    assert words.startswith("The seal cannot be read")


def test_the_probe_opens_no_seal(probed, ticking, settings, tmp_path, monkeypatch):
    certificate_in.cache_clear()
    use_seal(settings, tmp_path / "seal.p12", days=-1)

    assert probed() == (200, ["ok"])
    assert certificate_in.cache_info().misses == 0


def test_a_store_that_hangs_does_not_keep_the_probe(probed, ticking, monkeypatch):
    let_go = Event()
    monkeypatch.setattr(health, "DISKS_WITHIN", 0.1)
    monkeypatch.setattr(health, "store_takes_files", let_go.wait)

    assert (probed(), probed()) == ((200, ["store"]), (200, ["store"]))

    let_go.set()


@pytest.mark.usefixtures("ticking")
def test_a_share_of_the_backups_that_hangs_keeps_neither_probe_nor_figures(
    probed, figures, tmp_path, monkeypatch
):
    let_go = Event()
    monkeypatch.setattr(settings, "VAR_DIR", tmp_path)
    (tmp_path / "backups").mkdir()
    monkeypatch.setattr(health, "DISKS_WITHIN", 0.1)
    monkeypatch.setattr(health, "times_of_backups", let_go.wait)

    assert (probed(), probed()) == ((200, ["backup"]), (200, ["backup"]))
    assert figures()["wsis_forum_backup_age_seconds"] == inf

    let_go.set()


@pytest.mark.usefixtures("ticking")
def test_a_folder_of_backups_that_the_system_cannot_look_at_is_a_missing_backup(
    probed, tmp_path, monkeypatch
):
    (tmp_path / "no folder").touch()
    monkeypatch.setattr(settings, "VAR_DIR", tmp_path / "no folder")

    assert probed() == (200, ["backup"])


def test_the_probe_leaves_one_small_file_in_the_store(probed, ticking, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    probed()
    probed()

    (left,) = (file for file in tmp_path.rglob("*") if file.is_file())
    assert left.read_bytes() == b"ok"


@pytest.fixture
def read_only():
    """A connection that may only read, as that of a stand-by or of a disk remounted so is."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET TRANSACTION READ ONLY")
            yield
        else:
            cursor.execute("PRAGMA query_only = ON")
            yield
            cursor.execute("PRAGMA query_only = OFF")


def test_a_database_that_takes_no_write_is_a_fault(ticking, read_only, probed):
    assert probed() == (503, ["writes"])


def test_a_disk_of_the_database_without_space_is_a_fault(tmp_path, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "forum.sqlite3"))
    assert health.reason_no_replies_are_taken() == ""

    monkeypatch.setattr(health, "ENOUGH_SPACE", 10**18)

    assert health.reason_no_replies_are_taken() == (
        "writes" if connection.vendor == "sqlite" else ""
    )


def test_a_migration_that_is_not_applied_is_a_fault(client, ticking, bearer):
    MigrationRecorder(connection).record_unapplied("invitations", "0002_shipped_data")

    answer = client.get("/healthz", **bearer)

    assert (answer.status_code, answer.content) == (503, b"migrations\n")


@pytest.mark.program
def test_a_database_that_does_not_answer_is_a_fault(tmp_path):
    probe = (
        "import django; django.setup(); from django.test import Client;"
        "said = {'Host': 'localhost', 'Authorization': 'Bearer of-this-test-alone'};"
        "answer = Client().get('/healthz', headers=said);"
        "print(answer.status_code, answer.content)"
    )

    known = {"METRICS_TOKEN": "of-this-test-alone"}
    said = said_by(probe, tmp_path, DATABASE_URL="sqlite:////nowhere/forum.sqlite3", **known)

    assert said == "503 b'database\\n'\n"


def test_a_database_that_is_lost_while_it_is_asked_is_a_fault(probed, monkeypatch):
    def lost(now):
        raise OperationalError

    monkeypatch.setattr(health, "what_is_amiss", lost)

    assert probed() == (503, ["database"])


def test_the_probe_reads_only(client):
    assert client.post("/healthz").status_code == 405


def test_a_probe_inside_the_house_needs_no_tls(client, ticking, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/healthz").status_code == 200
    assert client.get("/metrics").status_code == 403


# /metrics


@pytest.fixture
def figures(client, settings):
    """Read the figures, by their name and labels."""
    settings.METRICS_TOKEN = "of-this-test-alone"

    def read():
        answer = client.get("/metrics", headers={"Authorization": "Bearer of-this-test-alone"})
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/plain; version=")
        lines = [line for line in answer.content.decode().splitlines() if line[0] != "#"]
        return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}

    return read


def test_without_a_token_in_the_settings_there_are_no_figures(client):
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize(
    "given", ["", "Bearer ", "Bearer another", "of-this-test-alone", "Bearer é"]
)
def test_figures_are_for_the_bearer_of_the_token(client, settings, given):
    settings.METRICS_TOKEN = "of-this-test-alone"

    answer = client.get("/metrics", headers={"Authorization": given})

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_figures_of_the_queue_come_from_the_tables(figures, ticking):
    DeliveryFactory(not_before=timezone.now() - dt.timedelta(hours=1))
    DeliveryFactory(arrived=True)
    DeliveryFactory(channel="pouch", address="")
    LetterFactory()
    Worker.objects.create(name="strelsau:1", seen_at=timezone.now())

    read = figures()

    assert read['wsis_forum_deliveries{state="queued"}'] == 1
    assert read['wsis_forum_deliveries{state="handed_over"}'] == 1
    assert read['wsis_forum_deliveries{state="uncertain"}'] == 0
    assert read['wsis_forum_letters{state="planned"}'] == 4
    assert read["wsis_forum_printed_letters_waiting"] == 1
    assert 3600 <= read["wsis_forum_oldest_due_seconds"] < 3700
    assert 0 <= read['wsis_forum_tick_age_seconds{job="dispatch_outbox"}'] < 100
    assert read["wsis_forum_workers"] == read["wsis_forum_may_send"] == 1
    assert read['wsis_forum_job_late{job="dispatch_outbox"}'] == 0
    assert read["wsis_forum_letters_failed"] == read["wsis_forum_letters_left_waiting"] == 0
    assert read['wsis_forum_takes_writes{place="database"}'] == 1
    assert read['wsis_forum_takes_writes{place="store"}'] == 1


def test_figures_tell_what_waits_and_what_failed(figures):
    long_ago = timezone.now() - dt.timedelta(minutes=16)
    LetterFactory(planned_at=long_ago)
    LetterFactory(failed_attempts=1)
    JobError.objects.create(job="hooks", item="Mailgun")

    read = figures()

    assert read["wsis_forum_letters_failed"] == read["wsis_forum_letters_left_waiting"] == 1
    assert read['wsis_forum_faults{job="hooks"}'] == 1
    assert read['wsis_forum_faults{job="send_digest"}'] == 0
    assert read['wsis_forum_job_late{job="compose_planned"}'] == 1


def test_an_empty_outbox_has_figures_too(figures):
    read = figures()

    assert read['wsis_forum_deliveries{state="queued"}'] == 0
    assert read["wsis_forum_oldest_due_seconds"] == read["wsis_forum_workers"] == 0


def test_figures_say_that_a_copy_may_not_send(figures, settings):
    settings.MAILBOX = Mailbox("smtp", "mail.example.org", 25)
    settings.ARMING_KEY = arm()
    assert figures()["wsis_forum_may_send"] == 1

    Arming.objects.update(database="another")

    assert figures()["wsis_forum_may_send"] == 0


def test_figures_name_nobody(client, settings):
    settings.METRICS_TOKEN = "of-this-test-alone"
    DeliveryFactory(address="flavia@example.org")

    page = client.get("/metrics", headers={"Authorization": "Bearer of-this-test-alone"})

    assert b"flavia" not in page.content
    assert b"Elphberg" not in page.content


@pytest.mark.parametrize("rows", [1, 3])
def test_figures_are_read_again_by_eleven_statements(figures, django_assert_num_queries, rows):
    for _number in range(rows):
        DeliveryFactory()

    with django_assert_num_queries(11):
        figures()
