"""Nothing that one person typed is in mail that leaves by itself: of each kind, to each reader."""

import pytest
import time_machine

from delegations.tests.office.statement.statements import announced
from delegations.tests.offices import browser
from delegations.tests.typed_alone import (
    LEADING_ELSEWHERE,
    SHORTEST_MARK,
    add_rows,
    rows_behind,
    type_all,
)
from invitations.letters.composing_queue import compose_planned
from invitations.models import Invitation, Language, LetterTemplate, Rank
from invitations.reminders.calendar_updates import update_calendars
from invitations.reminders.planning import queue_reminders
from invitations.replies import record_reply
from invitations.tests.conftest import frozen_letter, reached
from invitations.tests.databases import AS_DEPLOYED
from invitations.tests.factories import (
    EditionFactory,
    HoursFactory,
    MemberStateFactory,
    MissionFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.hours import move
from invitations.tests.reading import message_of
from invitations.tests.reminding import geneva, left_by_mail

__all__ = ["frozen_letter", "reached"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]

LANGUAGES = Language.values if AS_DEPLOYED else [Language.ARABIC, Language.ENGLISH]
# While these wait for a second person, no reminder leaves.
DAYS = ("opens_on", "closes_on", "track_opens_on", "track_closes_on")
KEEPING_BACK = {*DAYS, "reply_before", "replies_closed_at"}
# When the steps to offices and missions are due, and the one that follows a yes.
FIRST, LAST, AFTER_A_YES = geneva(10), geneva(24), geneva(20, month=4)
LEAVING = {
    "acknowledgement answer", "acknowledgement copy", "calendar", "receipt statement",
    "reminder first", "reminder last", "reminder speaker",
}  # fmt: skip


@pytest.fixture
def edition():
    edition = EditionFactory()
    LetterTemplate.objects.update(first_approver=UserFactory(), second_approver=UserFactory())
    StepFactory(edition=edition, days_before=21, variant="first")
    StepFactory(edition=edition, days_before=7, variant="last", audience="mission")
    asked = {"asks_for": "speaker", "variant": "speaker", "audience": "focal"}
    StepFactory(edition=edition, days_before=20, **asked)
    HoursFactory(edition=edition, published_at=geneva(1))
    return edition


@pytest.fixture
def written_to(reached, edition):
    """Make an office that has its letter, its mission and its focal point."""

    def make(state, language, iso3="", **fields):
        own = {"iso3": iso3} if iso3 else {}
        named = MemberStateFactory(short_name=state, formal_name=f"Kingdom of {state}", **own)
        person = {"minister__member_state": named, "minister__language": language, **fields}
        office = reached(edition=edition, focal_point_email=f"{named.iso2}@example.org", **person)
        office.letters.update(language=language)
        MissionFactory(city=edition.mission_city, states=[named])
        return office

    return make


def answered(office, **words):
    """The office has said yes with a substitute, and was told its calendar."""
    said = {"answer": "represented", "segments": ["opening"], "substitute_name": "Sapt"}
    record_reply(office, said | {"substitute_rank": Rank.objects.get(code="MIN")} | words)
    compose_planned()
    left_by_mail(office.letters.get(kind="acknowledgement"))


def leave(offices):
    """Let mail of each kind leave to these offices, and return the kinds and all it says."""
    cardinal, first = (Invitation.objects.get(pk=office.pk) for office in offices[:2])
    with time_machine.travel(geneva(9), tick=False):
        move(at=geneva(8))
        update_calendars()
        compose_planned()
    with time_machine.travel(geneva(9, 15), tick=False):
        for office in (cardinal, first):
            record_reply(office, {"answer": "in_person", "respondent_email": "x@example.org"})
        announced(browser(first), first)
    for at in (geneva(9, 18), FIRST, LAST, AFTER_A_YES):
        with time_machine.travel(at, tick=False):
            queue_reminders()
            compose_planned()
    return words_of(offices)


def words_of(offices):
    kinds, said = set(), []
    for office in offices:
        for letter in office.letters.exclude(message="").exclude(kind="invitation"):
            message = message_of(letter)
            parts = [part.get_content() for part in message.walk() if not part.is_multipart()]
            kinds.add(f"{letter.kind} {letter.variant}".strip())
            said.append("\n".join(map(str, [letter.pk, *message.values(), *parts])))
    return kinds, said


@pytest.mark.parametrize("but", [set(), LEADING_ELSEWHERE], ids=["all", "words"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_mail_that_leaves_by_itself_says_what_one_person_typed(written_to, language, but):
    with time_machine.travel("2027-03-08T09:00Z", tick=False):
        cardinal = {"minister__rank_id": "CARD", "minister__address_gender": "m"}
        offices = [written_to(state, language) for state in ("Ruritania", "Zenda", "Hentzau")]
        offices.insert(0, written_to("Graustark", language, "VAT", **cardinal))
        for office in offices[:3]:
            answered(office)
        marks = type_all(rows_behind(offices, language), but=KEEPING_BACK | but)
        marks.append(add_rows(offices[0].member_state, language))

    kinds, said = leave(offices)

    seen = "\n".join(said)
    assert [mark for mark in marks if len(mark) >= SHORTEST_MARK and mark in seen] == []
    assert kinds == LEAVING
