import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from invitations.files.frozen import freeze
from invitations.letters.approval import approve_letter
from invitations.letters.circulars import plan_invitation_letters
from invitations.letters.composing_queue import compose_planned
from invitations.models import Letter, LetterEvent, LetterTemplate
from invitations.outbox.arming import arm
from invitations.tests.factories import (
    CircularFactory,
    DeliveryFactory,
    InvitationFactory,
    LetterFactory,
    UserFactory,
)
from invitations.tests.smtp_peer import smtp_peer
from wsis_forum.env import Mailbox

BODY = b"Subject: Invitation\r\n\r\n.A line may begin with a dot.\r\n.\r\nSo be it.\r\n"
# As messages were frozen once, with their date; now they get it when they leave.
CONTENT = b"Date: Mon, 01 Feb 2027 09:00:00 +0000\r\n" + BODY

# A busy machine is no fault of the code, and a run leaves nothing behind in the checkout.
hypothesis_settings.register_profile(
    "tests", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("tests")


def pytest_configure(config):
    # WeasyPrint leaves its colour profile open for the garbage collector.
    config.addinivalue_line("filterwarnings", "ignore:unclosed file .*sRGB2014:ResourceWarning")


@pytest.fixture
def mail_server(settings):
    with smtp_peer() as peer:
        settings.MAILBOX = Mailbox("smtp", "127.0.0.1", peer.port, "", "", "none")
        yield peer


@pytest.fixture
def peer(db, mail_server, settings):
    """A mail server, and a deployment that may write to ministers."""
    settings.ARMING_KEY = arm()
    return mail_server


@pytest.fixture
def mail_folder(settings, tmp_path):
    settings.MAILBOX = Mailbox("file", folder=str(tmp_path / "mail"))
    return tmp_path / "mail"


@pytest.fixture
def frozen_letter(db):
    """Make an approved letter with a small frozen message."""

    def make(content=CONTENT, **fields):
        name, sha256 = freeze(content, "messages", "eml")
        now = timezone.now()
        return LetterFactory(
            **{
                "state": Letter.State.APPROVED,
                "approved_at": now,
                "composed_at": now,
                "message": name,
                "message_sha256": sha256,
                "recipients": [["to", "office@example.org"]],
            }
            | fields
        )

    return make


@pytest.fixture
def queued(frozen_letter):
    """Make a delivery that is due, of a letter of its own."""

    def make(letter=None, **fields):
        return DeliveryFactory(letter=letter or frozen_letter(), **fields)

    return make


@pytest.fixture
def reached(frozen_letter):
    """Make an invitation whose letter was handed over on 1 February 2027."""

    def make(**fields):
        invitation = InvitationFactory(**fields)
        DeliveryFactory(letter=frozen_letter(invitation=invitation), arrived=True)
        return invitation

    return make


@pytest.fixture
def approved_texts(db):
    """Two people have approved the shipped words of what the machine sends by itself."""
    LetterTemplate.objects.update(first_approver=UserFactory(), second_approver=UserFactory())


@pytest.fixture
def composed(db):
    """Make a draft invitation and compose its letter."""

    def make(edition=None, **minister):
        fields = {f"minister__{name}": value for name, value in minister.items()}
        draft = InvitationFactory(
            status="draft", issued_at=None, **({"edition": edition} if edition else {}), **fields
        )
        if not draft.edition.circulars.exists():
            CircularFactory(edition=draft.edition)
        plan_invitation_letters(draft.edition)
        compose_planned(draft.edition)
        return draft.letters.in_force().get()

    return make


@pytest.fixture
def issued(composed):
    """Make an invitation whose letter was composed and approved, and waits in the outbox."""

    def make(**fields):
        letter = composed(**fields)
        approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)
        return letter.invitation

    return make


@pytest.fixture
def unwritable(db):
    """Make the database keep no event of a delivery or of a letter, but of one state."""

    def make(row, but):
        of = f"{row._meta.model_name}_id"
        bad = f"{of} = {row.pk} AND state <> '{but}'"
        if connection.vendor == "postgresql":
            run("SET CONSTRAINTS ALL IMMEDIATE")
            run(f"ALTER TABLE {events} ADD CONSTRAINT no CHECK (NOT ({bad})) NOT VALID")
            return
        bad = bad.replace(of, f"NEW.{of}").replace("state", "NEW.state")
        run(
            f"CREATE TRIGGER no BEFORE INSERT ON {events}"
            f" WHEN {bad} BEGIN SELECT RAISE(ABORT, 'no'); END"
        )

    def run(statement):
        with connection.cursor() as cursor:
            cursor.execute(statement)

    events = LetterEvent._meta.db_table
    yield make
    if not connection.in_atomic_block:
        run(f"ALTER TABLE {events} DROP CONSTRAINT no")
