"""A rehearsal: an edition's year on a copy, and a database in force that does not know of it."""

import datetime as dt
import email
import email.policy
import hashlib
import json
import re
import sqlite3
from contextlib import closing
from io import StringIO
from typing import NamedTuple
from urllib.parse import unquote

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import override_settings
from django.utils import translation

from conftest import VARIABLES
from delegations.rehearsal.apart import SITE_URL, environment_of
from delegations.rehearsal.copying import COPIED, as_of_one_moment, write_copy
from delegations.rehearsal.diary import Diary
from delegations.rehearsal.incoming import plan_incoming
from delegations.rehearsal.marked_tests import staff_named
from delegations.rehearsal.report import write_report
from invitations.models import HeldChange, LetterTemplate, Minister, ReplyLink
from invitations.outbox.arming import arm
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MinisterFactory,
    MissionFactory,
    ReplyFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.smtp_peer import smtp_peer
from wsis_forum.env import Mailbox

LANGUAGES = ["en", "fr", "ar", "es", "ru", "zh-hans"]
LEFT_BEHIND = {
    *("StateAlias", "Alternate", "ReplyLink", "TelephoneCall", "CallListEntry", "Correspondence"),
    *("Reply", "Letter", "SignedOriginal", "CalendarEntry", "Delivery", "Bounce", "LetterEvent"),
    *("OriginalStep", "ListImport", "Tick", "Worker", "Setback", "Outage", "Arming"),
    *("DigestChoice", "Delegation", "Delegate", "DelegationChange", "Notice", "SpeakingSlot"),
    *("PolicyStatement", "StatementText", "DatesMove", "Reconfirmation", "ListExport"),
}


class Rehearsed(NamedTuple):
    folder: object
    said: dict
    before: dict
    after: dict
    sent: list
    live_tokens: set


def edition_of_seventeen():
    """An edition whose letters have left long ago, with a reply; it is over soon after its date."""
    edition = EditionFactory(
        symbol="wsis-2027",
        reply_before=dt.date(2027, 3, 16),
        opens_on=dt.date(2027, 3, 22),
        track_opens_on=dt.date(2027, 3, 23),
        track_closes_on=dt.date(2027, 3, 24),
        closes_on=dt.date(2027, 3, 25),
    )
    CircularFactory(edition=edition)
    StepFactory(edition=edition, days_before=21)
    StepFactory(edition=edition, days_before=7, variant="last")
    LetterTemplate.objects.update(first_approver=UserFactory(), second_approver=UserFactory())
    for number in range(17):
        rank = "HOG" if number == 16 else "MIN"
        minister = MinisterFactory(rank_id=rank, language=LANGUAGES[number % 6])
        InvitationFactory(edition=edition, minister=minister)
    MissionFactory().states.add(minister.member_state)
    LetterFactory(invitation=edition.invitations.first())
    ReplyFactory(invitation=edition.invitations.first())
    return edition


def tables():
    """The number of rows of each table, and a hash of all that stands in them."""
    return {
        model._meta.label: (len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())
        for model in apps.get_models(include_auto_created=True)
        for rows in [list(model._base_manager.order_by("pk").values_list())]
    }


def rehearse(*arguments, **options):
    said = StringIO()
    call_command("rehearse", *arguments, stdout=said, stderr=StringIO(), **options)
    return dict(line.split(": ", 1) for line in said.getvalue().splitlines())


@pytest.fixture(scope="module")
def rehearsed(django_db_setup, django_db_blocker, tmp_path_factory):
    """One rehearsal, with tests to a member of staff, of a deployment that is armed."""
    folder = tmp_path_factory.mktemp("rehearsal") / "walked"
    with django_db_blocker.unblock(), transaction.atomic(), smtp_peer() as peer:
        edition_of_seventeen()
        UserFactory(username="sapt", email="sapt@example.org")
        box = Mailbox("smtp", "127.0.0.1", peer.port, "", "", "none")
        with override_settings(MAILBOX=box, ARMING_KEY=arm()):
            before = tables()
            said = rehearse("wsis-2027", folder=folder, to_staff=["sapt"], seed="a")
            after = tables()
        tokens = set(ReplyLink.objects.values_list("token", flat=True))
        yield Rehearsed(folder, said, before, after, peer.taken, tokens)
        transaction.set_rollback(True)


@pytest.fixture
def copied(rehearsed):
    """Ask the database of the copy."""
    with closing(sqlite3.connect(rehearsed.folder / "wsis_forum.sqlite3")) as database:
        yield lambda sql: database.execute(sql).fetchall()


def mails_of(rehearsed):
    files = sorted((rehearsed.folder / "mail").iterdir())
    return {one.name: email.message_from_bytes(one.read_bytes(), policy=email.policy.default)
            for one in files}  # fmt: skip


def test_the_database_in_force_is_as_it_was_but_for_the_history_of_the_tests(rehearsed):
    changed = {name for name, found in rehearsed.after.items() if rehearsed.before[name] != found}

    assert changed == {"auditlog.LogEntry"}
    number = "auditlog.LogEntry"
    assert rehearsed.after[number][0] == rehearsed.before[number][0] + 1


def test_the_mail_server_gets_marked_tests_to_staff_and_nothing_else(rehearsed):
    assert {tuple(one.addresses) for one in rehearsed.sent} == {("sapt@example.org",)}
    found = [email.message_from_bytes(one.content, policy=email.policy.default)
             for one in rehearsed.sent]  # fmt: skip
    assert all(one["Subject"].startswith("[TEST] ") for one in found)
    assert all(one["To"] == "sapt@example.org" for one in found)
    assert len(found) == int(rehearsed.said["tests"]) > 6


def test_the_report_names_each_mail_in_order_and_each_mail_is_there(rehearsed):
    page = (rehearsed.folder / "report.html").read_text()

    named = map(unquote, re.findall(r'href="mail/([^"]+)"', page))
    hours = re.findall(r'<time datetime="([^"]+)"', page)
    assert sorted(named) == sorted(mails_of(rehearsed))
    assert hours == sorted(hours, key=dt.datetime.fromisoformat)
    assert len(hours) == sum(int(rehearsed.said[what]) for what in ("left", "came", "held"))
    assert rehearsed.said["report"] == str(rehearsed.folder / "report.html")


def test_links_and_codes_of_a_rehearsal_open_nothing(rehearsed):
    for mail in mails_of(rehearsed).values():
        text = mail.get_body(("plain",)).get_content()
        assert not any(token in text for token in rehearsed.live_tokens)
        assert all(link.startswith(SITE_URL) for link in re.findall(r"https?://\S+/r/\S+", text))
    assert any("/r/" in mail.get_body(("plain",)).get_content()
               for mail in mails_of(rehearsed).values())  # fmt: skip


def test_what_was_held_says_why(rehearsed):
    page = (rehearsed.folder / "report.html").read_text()

    held = " ".join(re.findall(r'<tr class="held">.*?</tr>', page, re.S))
    for because in (
        "the office has answered",
        "the letter has not reached the office",
        "a holding reply stands in",
    ):
        assert because in held


def test_offices_say_everything_that_offices_say(copied):
    answers = {answer for (answer,) in copied("SELECT answer FROM invitations_reply")}
    statuses = {status for (status,) in copied("SELECT status FROM invitations_reply")}
    bounced = copied("SELECT kind, count(*) FROM invitations_bounce GROUP BY kind")
    late = "SELECT count(*) FROM invitations_reply WHERE received_at > '2027-03-15 23:00:00'"

    assert {"in_person", "represented", "attends_only", "video", "written", "regrets"} <= answers
    assert {"standing", "superseded", "set_aside", "confirming", "noted"} <= statuses
    assert {kind for kind, _number in bounced} == {"hard", "soft", "delayed"}
    assert copied(late)[0][0] >= 5


def test_the_year_ends_with_the_last_acknowledgement(copied):
    waiting = "SELECT count(*) FROM invitations_letter WHERE state IN ('planned', 'composed')"
    in_outbox = "SELECT count(*) FROM invitations_delivery WHERE state IN ('queued', 'deferred')"
    kinds = "SELECT DISTINCT kind FROM invitations_letter WHERE state = 'approved'"

    by_hand = (
        "SELECT count(*) FROM invitations_delivery WHERE channel = 'hand' AND state = 'handed_over'"
    )

    assert copied(waiting) == copied(in_outbox) == [(0,)]
    assert copied(by_hand)[0][0] >= 1
    assert {kind for (kind,) in copied(kinds)} >= {
        "invitation", "note", "reminder", "acknowledgement",
    }  # fmt: skip


def test_the_copy_has_no_password_and_no_address_of_staff(copied):
    accounts = copied("SELECT password, email FROM auth_user WHERE username = 'sapt'")

    assert accounts == [("", "")]


def test_the_folder_is_for_its_owner_and_keeps_no_second_copy(rehearsed):
    assert rehearsed.folder.stat().st_mode & 0o777 == 0o700
    assert not (rehearsed.folder / "copy.json").exists()


# What is refused


@pytest.mark.django_db
def test_a_folder_that_is_there_is_left_alone(tmp_path):
    CircularFactory(edition=InvitationFactory().edition)
    (tmp_path / "kept").write_text("of an earlier rehearsal")

    with pytest.raises(CommandError, match="is there already"):
        rehearse("wsis-1", folder=tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.django_db
def test_an_edition_without_letters_to_begin_with_is_refused(tmp_path):
    with pytest.raises(CommandError, match="no edition wsis-1999"):
        rehearse("wsis-1999", folder=tmp_path / "new")
    with pytest.raises(CommandError, match="has no circular of invitation"):
        rehearse(EditionFactory().symbol, folder=tmp_path / "new")
    with pytest.raises(CommandError, match="no invitations yet"):
        rehearse(CircularFactory().edition.symbol, folder=tmp_path / "new")

    assert not (tmp_path / "new").exists()


@pytest.mark.django_db
def test_tests_go_to_staff_alone_and_from_an_armed_deployment_alone(settings):
    UserFactory(username="guest", is_staff=False, email="guest@example.org")
    UserFactory(username="nowhere")
    settings.MAILBOX = Mailbox("smtp", "127.0.0.1", 9, "", "", "none")

    with pytest.raises(ValidationError, match="Nothing is sent"):
        staff_named(["guest"])
    settings.ARMING_KEY = arm()
    for name, why in (("guest", "no account of the staff"), ("nobody", "no account of the staff"),
                      ("nowhere", "no e-mail address")):  # fmt: skip
        with pytest.raises(ValidationError, match=why):
            staff_named([name])


@pytest.mark.django_db
def test_the_walk_itself_is_refused_outside_a_copy(tmp_path):
    with pytest.raises(CommandError, match="This is no copy"):
        call_command("walk_rehearsal", tmp_path / "copy.json")


def test_the_walk_knows_no_variable_of_the_deployment(monkeypatch, tmp_path):
    for name in VARIABLES:
        monkeypatch.setenv(name, "of the deployment")
        monkeypatch.setenv(f"{name}_FILE", "of the deployment")

    given = environment_of(tmp_path)

    kept = {name for name, value in given.items() if value == "of the deployment"}
    assert kept <= {"ARABIC_MONTHS", "FROM_EMAIL"}
    assert given["VAR_DIR"] == str(tmp_path)


def test_each_table_is_copied_or_left_behind_by_decision():
    models = {*apps.get_app_config("invitations").get_models(),
              *apps.get_app_config("delegations").get_models()}  # fmt: skip
    copied = {model.__name__ for model in COPIED}

    assert {model.__name__ for model in models} == (copied - {"User"}) | LEFT_BEHIND
    assert not copied & LEFT_BEHIND


@pytest.mark.django_db
def test_nothing_is_copied_that_leads_to_what_is_left_behind(tmp_path):
    edition = edition_of_seventeen()
    withdrawn = InvitationFactory(edition=edition, status="withdrawn", withdrawn_because="x")
    CircularFactory(edition=edition, kind="replacement", changes="A name.").chosen.add(withdrawn)
    kind = ContentType.objects.get_for_model(Minister)
    corrected = HeldChange.objects.create(content_type=kind, object_id=str(withdrawn.minister_id))
    corrected.letters.add(LetterFactory(invitation=edition.invitations.last()))

    write_copy(edition, tmp_path / "copy.json")

    rows = json.loads((tmp_path / "copy.json").read_text())
    there = {(row["model"], row["pk"]) for row in rows}
    for row in rows:
        for field in apps.get_model(row["model"])._meta.local_many_to_many:
            of = field.related_model._meta.label_lower
            assert {(of, key) for key in row["fields"].get(field.name, [])} <= there


# Invented replies, and the report


@pytest.mark.django_db
def test_the_same_seed_invents_the_same_replies():
    edition = edition_of_seventeen()
    since = dt.date(2027, 2, 1)

    first, again, other = (plan_incoming(edition, since, seed) for seed in ("a", "a", "b"))

    assert first == again
    assert [sent.at for sent in first] != [sent.at for sent in other]


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_speaks_each_language_in_its_direction(language, tmp_path):
    with translation.override(language):
        write_report(EditionFactory(), Diary(), tmp_path)

    page = (tmp_path / "report.html").read_text()
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such transactions.")
def test_postgresql_refuses_to_write_while_the_copy_is_read():
    with pytest.raises(Exception, match="read-only transaction"), as_of_one_moment():
        EditionFactory()
