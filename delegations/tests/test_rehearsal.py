"""A rehearsal: what it copies, what it invents, and what is refused."""

import datetime as dt
import json

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import translation

from conftest import VARIABLES
from delegations.rehearsal.apart import environment_of
from delegations.rehearsal.copying import COPIED, as_of_one_moment, copied_rows, write_copy
from delegations.rehearsal.diary import Diary
from delegations.rehearsal.incoming import plan_incoming
from delegations.rehearsal.marked_tests import staff_named
from delegations.rehearsal.report import write_report
from delegations.tests.rehearsals import LANGUAGES, edition_of_seventeen, rehearse
from invitations.models import Circular, ForumEdition, HeldChange, Minister
from invitations.outbox.arming import arm
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    UserFactory,
)
from invitations.tests.moving import moved
from wsis_forum.env import Mailbox

LEFT_BEHIND = {
    *("StateAlias", "Alternate", "ReplyLink", "TelephoneCall", "CallListEntry", "Correspondence"),
    *("Reply", "Letter", "SignedOriginal", "CalendarEntry", "Delivery", "Bounce", "LetterEvent"),
    *("OriginalStep", "JobRun", "Worker", "JobError", "StaffMail", "Outage", "Arming"),
    *("DigestChoice", "Delegation", "Delegate", "DelegationChange", "Notice", "SpeakingSlot"),
    *("PolicyStatement", "StatementText", "DateChange", "Reconfirmation"),
    *("PartnershipInterest", "Filed", "ReplyDraft", "SavedPage", "DeletedFile"),
    *("DroppedScan", "WebhookAddress", "WebhookMessage", "ApiToken", "ApiCall", "Erasure"),
}


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
    assert kept <= {"ARABIC_MONTHS", "FROM_EMAIL", "TIME_ZONE"}
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
    withdrawn = InvitationFactory(edition=edition, status="withdrawn", withdrawal_reason="x")
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
def test_letters_of_a_rehearsal_are_not_taken_for_older_than_a_move():
    edition = EditionFactory()
    moved(edition)

    [row] = copied_rows(ForumEdition, edition)

    assert row["fields"]["moved_at"] is None
    assert row["fields"]["opens_on"] == edition.opens_on


@pytest.mark.django_db
def test_no_notice_tells_of_a_move_whose_earlier_dates_no_letter_of_the_rehearsal_names():
    edition = EditionFactory()
    invited = CircularFactory(edition=edition)
    moved(edition)
    assert edition.circulars.filter(kind="notice").exists()

    assert [row["pk"] for row in copied_rows(Circular, edition)] == [invited.pk]


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


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no such transactions.")
def test_postgresql_refuses_to_write_while_the_copy_is_read():
    with pytest.raises(Exception, match="read-only transaction"), as_of_one_moment():
        EditionFactory()
