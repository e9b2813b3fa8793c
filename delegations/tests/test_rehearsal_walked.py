"""A rehearsal walked to its end: what it leaves in its folder, and in the database in force."""

import datetime as dt
import email
import email.policy
import hashlib
import json
import re
import sqlite3
from contextlib import closing
from typing import NamedTuple
from urllib.parse import unquote

import pytest
from django.apps import apps
from django.db import transaction
from django.test import override_settings

from delegations.rehearsal.apart import SITE_URL
from delegations.tests.rehearsals import ask_after_a_yes, edition_of_seventeen, rehearse
from invitations.models import NextStep, ReplyLink
from invitations.outbox.arming import arm
from invitations.tests.factories import UserFactory
from invitations.tests.smtp_peer import smtp_peer
from wsis_forum.env import Mailbox

pytestmark = [pytest.mark.walk, pytest.mark.django_db]


class Rehearsed(NamedTuple):
    folder: object
    said: dict
    before: dict
    after: dict
    sent: list
    live_tokens: set


def tables():
    """The number of rows of each table, and a hash of all that stands in them."""
    return {
        model._meta.label: (len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())
        for model in apps.get_models(include_auto_created=True)
        for rows in [list(model._base_manager.order_by("pk").values_list())]
    }


@pytest.fixture(scope="module")
def rehearsed(django_db_setup, django_db_blocker, tmp_path_factory):
    """One rehearsal, with tests to a member of staff, of a deployment that is armed."""
    folder = tmp_path_factory.mktemp("rehearsal") / "walked"
    with django_db_blocker.unblock(), transaction.atomic(), smtp_peer() as peer:
        ask_after_a_yes(edition_of_seventeen())
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


def test_the_copy_has_the_tables_and_constraints_of_this_version(copied):
    made = dict(copied("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"))
    models = [one for one in apps.get_models(include_auto_created=True) if not one._meta.proxy]

    for model in models:
        table = made.pop(model._meta.db_table)
        for column in model._meta.local_concrete_fields:
            assert f'"{column.column}" ' in table
        for constraint in model._meta.constraints:
            assert constraint.name in table or constraint.name in made
    assert not [name for name, sql in made.items() if sql.startswith("CREATE TABLE")]


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
    for reason in (
        "the office has answered",
        "the letter has not reached the office",
        "a holding reply stands in",
    ):
        assert reason in held


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


def test_who_said_yes_is_asked_for_what_is_not_filed_by_the_focal_point_alone(copied):
    asked = copied(
        """SELECT step.asks_for, letter.recipients, letter.waiting_reason FROM invitations_letter
        letter JOIN invitations_reminderstep step ON step.id = letter.step_id
        WHERE step.asks_for != '' AND letter.state != 'cancelled'"""
    )

    addresses = [one for _what, to, _why in asked for _line, one in json.loads(to)]
    waits = {why for _what, to, why in asked if json.loads(to) == []}
    assert {what for what, _to, _why in asked} <= set(NextStep.values)
    assert addresses
    assert all(one.startswith(("focal-", "mission")) for one in addresses), asked
    assert waits <= {"There is no address on file for this letter."}


def test_the_copy_has_no_password_and_no_address_of_staff(copied):
    accounts = copied("SELECT password, email FROM auth_user WHERE username = 'sapt'")

    assert accounts == [("", "")]


def test_the_folder_is_for_its_owner_and_keeps_no_second_copy(rehearsed):
    assert rehearsed.folder.stat().st_mode & 0o777 == 0o700
    assert not (rehearsed.folder / "copy.json").exists()
