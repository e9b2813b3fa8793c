import datetime as dt

import pytest

from invitations.reminders.planning import queue_reminders
from invitations.reminders.send_check import reason_reminder_must_wait, reminders_not_sent_today
from invitations.tests.factories import ReplyFactory
from invitations.tests.reminding import geneva, handed_over, own_calendar, reminders

pytestmark = pytest.mark.django_db

# Before it leaves


@pytest.mark.parametrize(
    ("iso2", "zone", "rests"),
    [("ZZ", "", True), ("EG", "Africa/Cairo", False), ("FR", "Europe/Paris", True)],
)
def test_on_a_quiet_day_of_its_state_a_reminder_rests(edition, reached, iso2, zone, rests):
    invitation = own_calendar(reached, edition, iso2, zone)
    queue_reminders(geneva(11, 12))
    letter, sunday = reminders().get(), geneva(14, 12)

    assert reminders_not_sent_today(sunday).filter(pk=letter.pk).exists() == rests
    assert bool(reason_reminder_must_wait(invitation, letter, sunday)) == rests


def test_a_reminder_rests_while_another_is_less_than_three_days_old(edition, reached):
    invitation = reached(edition=edition)
    queue_reminders(geneva(19))
    first = reminders().get()
    queue_reminders(geneva(24))
    handed_over(first, geneva(24))
    last = reminders().get(variant="last")

    assert "less than 3 days ago" in reason_reminder_must_wait(invitation, last, geneva(25))
    assert reminders_not_sent_today(geneva(25)).filter(pk=last.pk).exists()
    assert reason_reminder_must_wait(invitation, last, geneva(30)) == ""
    assert not reminders_not_sent_today(geneva(30)).filter(pk=last.pk).exists()


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        ({"reply_before": dt.date(2027, 4, 2)}, "passed or moved"),
        ({"replies_closed_at": geneva(9)}, "passed or moved"),
    ],
)
def test_a_reminder_may_not_leave_when_its_edition_has_moved_or_closed(
    edition, reached, happens, reason
):
    invitation = reached(edition=edition)
    queue_reminders(geneva(10))
    for name, value in happens.items():
        setattr(edition, name, value)
    edition.save()

    assert reason in reason_reminder_must_wait(invitation, reminders().get(), geneva(10))


def test_a_reminder_may_not_leave_when_the_office_has_spoken(edition, reached):
    invitation = reached(edition=edition)
    queue_reminders(geneva(10))
    ReplyFactory(invitation=invitation)

    assert "answered" in reason_reminder_must_wait(invitation, reminders().get(), geneva(10))
