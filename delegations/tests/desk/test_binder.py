"""The binder for the hour when the system is dark: opened, read, and compared with the database."""

import datetime as dt
import time
import unicodedata
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from delegations.desk.binder import printing
from delegations.desk.binder.nightly import write_binder
from delegations.desk.binder.printing import binder_context, binder_of
from delegations.models import HighLevelSession, PolicyStatement, SpeakingSlot
from delegations.tests.api.published import published_edition, session_of, speaker_of
from delegations.tests.places import announced
from invitations.models import ForumEdition, JobError, MemberState, Mission, Reply, SessionHours
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    ReplyFactory,
)
from invitations.tests.gnupg import opened, pair_of_keys
from invitations.tests.reading import ask

pytestmark = [pytest.mark.program, pytest.mark.django_db]

LANGUAGES = ["en", "fr", "ar", "es", "ru", "zh-hans"]
# A quarter past two at night in Geneva.
NIGHT = dt.datetime(2027, 2, 10, 1, 15, tzinfo=dt.UTC)


@pytest.fixture
def keys(tmp_path):
    with pair_of_keys(tmp_path) as (public, private):
        yield public, private


@pytest.fixture
def folder(keys, settings, tmp_path):
    """A deployment that has a key, and where its binders lie."""
    settings.BINDER_KEY = str(keys[0])
    settings.BINDER_FOLDER = tmp_path / "binders"
    return settings.BINDER_FOLDER


@pytest.fixture
def blank_pages(monkeypatch):
    """The pages are not set in type, for tests that look at no more than the files."""
    monkeypatch.setattr(printing, "typeset_binder", str.encode)


def names(folder):
    return sorted(file.name for file in folder.iterdir())


def bare(text):
    """The text without what only lays it out, and with whole letters instead of their shapes."""
    plain = unicodedata.normalize("NFKC", text)
    kept = (sign for sign in plain if unicodedata.category(sign) != "Cf")
    return "".join("".join(kept).split())


def read(pdf):
    return ask(pdf, "pdftotext", "-raw", "-", "-")


def told(edition):
    """What the database says of the edition that the binder has to say."""
    live = edition.invitations.exclude(status="withdrawn").select_related("minister")
    for invitation in live:
        minister = invitation.minister
        yield str(minister)
        yield from f"{minister.to_emails} {minister.cc_emails}".split()
        yield invitation.focal_point_email
    for reply in Reply.objects.filter(invitation__in=live, status="standing"):
        yield from (reply.respondent_name, reply.respondent_phone, reply.remarks)
        yield reply.substitute_name
    for slot in SpeakingSlot.objects.standing().filter(session__edition=edition):
        yield slot.delegation.statement.speaker_name
        yield slot.session.title
    for statement in PolicyStatement.objects.standing().filter(delegation__edition=edition):
        yield from (statement.speaker_name, statement.title)
    for mission in Mission.objects.filter(states__in=live.values("member_state")):
        yield from (mission.name, mission.phone, *mission.emails.split())


def test_without_a_key_there_is_no_binder(settings, tmp_path):
    settings.BINDER_FOLDER = tmp_path / "binders"
    EditionFactory()

    assert write_binder(NIGHT) == 0
    with pytest.raises(CommandError, match="Set BINDER_KEY"):
        call_command("write_binder")
    assert not settings.BINDER_FOLDER.exists()


@pytest.mark.usefixtures("letters_not_set_in_type")
def test_opened_it_says_what_the_database_says_in_six_scripts(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("DEMO_PASSWORD", "of-the-tests-alone")
    for number in range(15):
        MemberStateFactory(language=LANGUAGES[number % 6])
    with time_machine.travel("2026-11-25T10:00Z", tick=False):
        call_command("demo", stdout=StringIO(), stderr=StringIO())
        call_command("write_binder", stdout=StringIO())

    (file,) = folder.iterdir()
    content = file.read_bytes()
    pages = read(opened(tmp_path, content))
    edition = ForumEdition.objects.get()
    words = {word for word in told(edition) if word}
    assert len(words) > 60
    assert [word for word in words if bare(word) not in bare(pages)] == []
    assert bare("As of 25 November 2026, 11:00") in bare(pages)
    number = pages.count("\f")
    assert all(f"Page {page} of {number}" in pages for page in range(1, number + 1))
    # A form of each language, for offices that ask for one.
    assert all(words in pages for words in ("Segments", "Сегменты", "Segmentos"))
    assert b"%PDF" not in content
    assert oct(file.stat().st_mode)[-3:] == "600"


def test_what_stands_no_more_and_who_was_withdrawn_is_not_in_it(in_february):
    edition = EditionFactory()
    invitation = InvitationFactory(edition=edition)
    stands = ReplyFactory(invitation=invitation, remarks="By train.", partnership_interest=True)
    ReplyFactory(invitation=stands.invitation, status="superseded", remarks="By ship.")
    withdrawn = MinisterFactory(family_name="Hentzau")
    InvitationFactory(edition=edition, minister=withdrawn, status="withdrawn")

    pages = read(binder_of(edition, timezone.now()))

    assert "By train." in pages
    assert "By ship." not in pages
    # A list of its own.
    assert "Partnership" not in pages
    assert "Hentzau" not in pages


def test_a_contested_reply_stands_beneath_the_one_that_holds(in_february):
    reply = ReplyFactory(channel="online")
    ReplyFactory(invitation=reply.invitation, channel="fax", status="contested", answer="regrets")

    pages = read(binder_of(reply.invitation.edition, timezone.now()))

    assert "Inperson" in bare(pages)
    assert "Regrets(contested)" in bare(pages)


def test_only_the_principal_invitation_of_a_state_is_silent(in_february):
    one = InvitationFactory()
    courtesy = MinisterFactory(member_state=one.member_state, given_name="Rupert")
    InvitationFactory(edition=one.edition, minister=courtesy, is_principal=False)

    told = binder_context(one.edition, timezone.now())
    [state] = told["replies"]

    assert told["silent"] == 1
    assert [row[1] for row in state.rows] == [["Silent"], []]
    assert [row[0][-1] for row in state.rows] == ["Minister of Communications", "By courtesy"]


def test_a_state_that_is_invited_by_courtesy_alone_is_in_it(in_february):
    one = InvitationFactory(is_principal=False, minister__member_state__invited_by_default=False)

    told = binder_context(one.edition, timezone.now())

    [state] = told["replies"]
    assert state.rows[0][0][-1] == "By courtesy"
    assert [state.name] == [one.name for one in told["contacts"]]


def test_a_statement_in_writing_waits_for_no_place(in_february):
    edition = published_edition()
    session = session_of(edition, 9)
    announced(session, "Ruritania")
    announced(session, "Strelsau", mode="written")
    announced(session, "Zenda", answer="written")
    announced(session, "Hentzau", answer="regrets")

    told = binder_context(edition, timezone.now())

    assert [row[0] for row in told["without_place"]] == [["Ruritania"]]
    assert sorted(row[0] for row in told["in_writing"]) == [["Strelsau"], ["Zenda"]]
    assert "Ruritania" in read(binder_of(edition, timezone.now()))


def test_its_list_of_speakers_is_the_public_one(in_february, client):
    edition = published_edition()
    ForumEdition.objects.update(speakers_published_at=timezone.now())
    moved, called_off = session_of(edition, 9), session_of(edition, 11)
    speaker_of(moved, MemberStateFactory(short_name="Ruritania"))
    speaker_of(called_off, MemberStateFactory(short_name="Strelsau"))
    # Planned anew and not approved yet; stopped, and planned again by one person alone.
    HighLevelSession.objects.filter(pk=moved.pk).update(title="Later", room="Room B")
    SessionHours.objects.filter(session=called_off).update(is_called_off=True)

    told = binder_context(edition, timezone.now())
    page = client.get(reverse("office:speakers", args=[edition.symbol])).context["sessions"]

    [(as_published, _hour, slots)] = page
    [session] = told["sessions"]
    assert (session.title, session.room) == (as_published.title, "Room A")
    assert [row[1] for row in session.speakers] == [["Ruritania"]]
    assert len(slots) == 1
    assert [row[0] for row in told["without_place"]] == [["Strelsau"]]


def test_it_is_written_once_each_night_and_kept_for_some_days(folder, settings, blank_pages):
    EditionFactory(symbol="wsis-2027")
    settings.BINDER_DAYS = 2

    evening = write_binder(NIGHT - dt.timedelta(hours=1))
    nights = [write_binder(NIGHT + dt.timedelta(days=day)) for day in (0, 0, 1, 2, 3)]

    assert (evening, nights) == (0, [1, 0, 1, 1, 1])
    assert names(folder) == [f"binder-wsis-2027-2027-02-{day}.pdf.gpg" for day in (11, 12, 13)]


def edition_of(symbol, opens):
    days = dict.fromkeys(("opens_on", "track_opens_on", "track_closes_on", "closes_on"), opens)
    return EditionFactory(symbol=symbol, reply_before=opens - dt.timedelta(days=40), **days)


def test_each_edition_that_has_invited_and_is_not_over_has_its_own(
    folder, in_february, blank_pages
):
    for symbol, opens in (("over", "2026-04-02"), ("near", "2027-04-02"), ("far", "2027-10-04")):
        InvitationFactory(edition=edition_of(symbol, dt.date.fromisoformat(opens)))
    edition_of("begun", dt.date(2028, 4, 3))

    assert [write_binder(now=NIGHT), write_binder(now=NIGHT)] == [2, 0]
    assert names(folder) == [f"binder-{one}-2027-02-10.pdf.gpg" for one in ("far", "near")]


def test_what_a_killed_worker_left_of_a_binder_is_kept_no_longer(folder, settings, blank_pages):
    EditionFactory(symbol="wsis-2027")
    settings.BINDER_DAYS = 2
    write_binder(NIGHT)
    (file,) = folder.iterdir()
    file.rename(folder / f"{file.name}.4711.part")

    for day in (1, 2, 3):
        write_binder(NIGHT + dt.timedelta(days=day))

    assert names(folder) == [f"binder-wsis-2027-2027-02-{day}.pdf.gpg" for day in (11, 12, 13)]


def test_by_hand_it_takes_the_place_of_todays_and_leaves_other_files(folder, blank_pages):
    EditionFactory(symbol="wsis-2027")
    write_binder(NIGHT)
    (file,) = folder.iterdir()
    before = file.read_bytes()
    (folder / "binder-of-last-year.pdf").write_text("kept")

    assert write_binder(NIGHT + dt.timedelta(hours=8), by_hand=True) == 1

    assert names(folder) == ["binder-of-last-year.pdf", file.name]
    assert file.read_bytes() != before


def test_a_key_that_is_refused_is_told_and_nothing_is_written(folder, settings, tmp_path):
    EditionFactory()
    settings.BINDER_KEY = str(tmp_path / "nowhere")

    assert write_binder(NIGHT) == 0
    with pytest.raises(CommandError, match="nowhere"):
        call_command("write_binder")

    assert "nowhere" in JobError.objects.get(job="write_binder").reason
    assert not folder.exists()


def test_the_binder_of_193_states_takes_less_than_a_minute(folder, in_february):
    call_command("load_member_states", stdout=StringIO())
    edition = EditionFactory()
    for state in MemberState.objects.invited():
        minister = MinisterFactory(
            member_state=state, to_emails=f"{state.iso3}@example.org", postal_address="1 Castle"
        )
        invitation = InvitationFactory(edition=edition, minister=minister)
        ReplyFactory(invitation=invitation, respondent_name="Colonel Sapt", remarks="By train.")
    began = time.process_time()

    write_binder(by_hand=True)

    # Without nice, on a machine that does nothing else, this is what the clock says.
    assert time.process_time() - began < 60
    assert edition.invitations.count() >= 193
