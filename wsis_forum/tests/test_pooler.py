"""Offices and workers behind PgBouncer, which gives each transaction any connection it has."""

import os
import subprocess
import sys
from collections import Counter
from functools import partial

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from delegations.tests.offices import browser, invited, page_of, words_of
from invitations.files.frozen import freeze
from invitations.models import Letter, Reply
from invitations.outbox.arming import arm
from invitations.outbox.dispatch import dispatch_outbox
from invitations.tests.factories import DeliveryFactory, LetterFactory
from invitations.tests.races import at_once
from invitations.tests.smtp_peer import smtp_peer
from scripts.peers.servers import PgBouncer, ProgramMissing
from wsis_forum import env
from wsis_forum.env import Mailbox


def test_a_pooler_is_told_by_the_address_of_the_database(monkeypatch):
    def read(url):
        monkeypatch.setenv("DATABASE_URL", url)
        return env.database(default="")

    pooled = read("postgres://clerk@192.0.2.1:6432/forum?pooled=yes")

    assert pooled["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert "pooled" not in pooled["OPTIONS"]
    assert read("postgres://clerk@192.0.2.1/forum")["DISABLE_SERVER_SIDE_CURSORS"] is False


@pytest.mark.program
def test_migrate_does_not_go_through_a_pooler():
    pooled = {"DATABASE_URL": "postgres://clerk@127.0.0.1:9/forum?pooled=yes"}

    done = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=settings.BASE_DIR, env=os.environ | pooled,
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert "let DATABASE_URL name PostgreSQL itself" in done.stderr


# Through a pooler with two connections

needs_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="PgBouncer speaks PostgreSQL: set DATABASE_URL."
)


@pytest.fixture
def pooler(transactional_db, monkeypatch, tmp_path_factory):
    """The tests' database behind PgBouncer; threads of the test connect through it too."""
    folder = tmp_path_factory.mktemp("pooler")
    for above in (folder, *folder.parents[:-2]):
        above.chmod(0o711)
    database = connection.settings_dict
    try:
        pooler = PgBouncer(folder / "pgbouncer", int(database["PORT"] or 5432), connections=2)
    except ProgramMissing as missing:
        pytest.skip(str(missing))
    here = {"HOST": "127.0.0.1", "PORT": str(pooler.port), "DISABLE_SERVER_SIDE_CURSORS": True}
    connection.close()
    with monkeypatch.context() as patch:
        for name, value in here.items():
            patch.setitem(database, name, value)
        yield pooler
        connection.close()
    pooler.stop()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@needs_postgresql
def test_eight_offices_answer_at_once(pooler):
    offices = [invited(f"Ruritania {number}") for number in range(8)]

    def answer(invitation):
        client = browser(invitation)
        words = words_of(invitation, remarks=f"Train {invitation.pk}")
        return client.post(page_of(invitation), words | {"step": "record"}).status_code

    told = at_once(*(partial(answer, invitation) for invitation in offices))

    assert set(told) <= {200, 302}
    assert Counter(Reply.objects.standing().values_list("remarks", flat=True)) == {
        f"Train {invitation.pk}": 1 for invitation in offices
    }


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@needs_postgresql
def test_three_workers_hand_over_each_letter_once(pooler, settings):
    frozen, sha256 = freeze(b"Subject: Invitation\r\n\r\nExcellency,\r\n", "messages", "eml")
    now = timezone.now()
    letter = LetterFactory(
        state=Letter.State.APPROVED, approved_at=now, composed_at=now, message=frozen,
        message_sha256=sha256, recipients=[["to", "office@example.org"]],
    )  # fmt: skip
    for _number in range(30):
        DeliveryFactory(letter=letter)
    with smtp_peer() as peer:
        settings.MAILBOX = Mailbox("smtp", "127.0.0.1", peer.port, "", "", "none")
        settings.ARMING_KEY = arm()

        handed_over = at_once(dispatch_outbox, dispatch_outbox, dispatch_outbox)

        addresses = Counter(address for one in peer.taken for address in one.addresses)
    assert sum(handed_over) == len(addresses) == 30
    assert set(addresses.values()) == {1}
