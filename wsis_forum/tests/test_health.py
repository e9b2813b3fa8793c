import datetime as dt
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from invitations.arming import arm
from invitations.models import Arming, Tick, Worker
from invitations.tests.factories import DeliveryFactory, LetterFactory
from wsis_forum.env import Mailbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticking():
    return Tick.objects.create(
        name="dispatch_outbox", began_at=timezone.now(), ended_at=timezone.now()
    )


# /healthz


def test_a_deployment_that_works_its_outbox_is_well(client, ticking):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_the_probe_is_cheap(client, ticking, django_assert_num_queries):
    with django_assert_num_queries(3):
        client.get("/healthz")


def test_an_outbox_that_was_not_worked_for_five_minutes_is_a_fault(client, ticking):
    Tick.objects.update(ended_at=timezone.now() - dt.timedelta(minutes=6))

    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (503, b"ticks\n")


def test_a_clock_that_never_began_is_a_fault(client):
    assert client.get("/healthz").content == b"ticks\n"


def test_a_migration_that_is_not_applied_is_a_fault(client, ticking):
    MigrationRecorder(connection).record_unapplied("invitations", "0001_initial")

    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (503, b"migrations\n")


def test_a_database_that_does_not_answer_is_a_fault():
    probe = (
        "import django; django.setup(); from django.test import Client;"
        "answer = Client().get('/healthz', headers={'Host': 'localhost'});"
        "print(answer.status_code, answer.content)"
    )

    done = subprocess.run(
        [sys.executable, "-c", probe],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "DATABASE_URL": "sqlite:////nowhere/forum.sqlite3",
            "DJANGO_SETTINGS_MODULE": "wsis_forum.settings",
        },
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.stdout == "503 b'database\\n'\n", done.stderr


def test_the_probe_reads_only(client):
    assert client.post("/healthz").status_code == 405


def test_a_probe_inside_the_house_needs_no_tls(client, ticking, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get("/healthz").status_code == 200
    assert client.get("/metrics").status_code == 301


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


def test_an_empty_outbox_has_figures_too(figures):
    read = figures()

    assert read['wsis_forum_deliveries{state="queued"}'] == 0
    assert read["wsis_forum_oldest_due_seconds"] == read["wsis_forum_workers"] == 0


def test_figures_say_that_a_copy_may_not_send(figures, settings):
    settings.MAILBOX = Mailbox("smtp", "mail.example.org", 25)
    arm()
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
def test_figures_are_read_anew_by_five_statements(figures, django_assert_num_queries, rows):
    for _number in range(rows):
        DeliveryFactory()

    with django_assert_num_queries(5):
        figures()
