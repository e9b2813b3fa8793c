import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from invitations.models import HeldChange, Minister, ReminderStep
from invitations.models.held.proposals import save_or_propose
from invitations.tests.desk import signed_in
from invitations.tests.factories import EditionFactory, MissionFactory, ReplyFactory, StepFactory
from invitations.tests.reminding import edition_with_three_steps, geneva, own_calendar

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.fixture
def monday():
    with time_machine.travel(geneva(1), tick=False):
        yield


@pytest.fixture
def edition(db):
    return edition_with_three_steps()


def page(edition):
    return reverse("admin:invitations_forumedition_reminders", args=[edition.pk])


def shown(client, edition):
    return " ".join(client.get(page(edition)).content.decode().split())


def test_the_page_says_who_gets_what_on_which_day(admin_client, edition, reached):
    invitation = reached(edition=edition, minister__to_emails="office@example.org")
    MissionFactory(emails="mission@example.org", states=[invitation.member_state])
    HeldChange.objects.all().delete()

    said = shown(admin_client, edition)

    assert "Wednesday 10 March 2027" in said
    assert "Wednesday 24 March 2027" in said
    assert "Monday 29 March 2027" in said
    assert said.count("1 office<") == 3
    assert "office@example.org" in said
    assert "mission@example.org" in said
    assert "Flavia Elphberg" in said
    assert '09:00 <span class="text-subtle">Geneva time' in said


def test_reminders_go_to_the_released_addresses_while_others_wait(admin_client, edition, reached):
    invitation = reached(edition=edition, minister__to_emails="office@example.org")
    mission = MissionFactory(emails="mission@example.org", states=[invitation.member_state])
    mission.emails = "rupert@example.org"
    save_or_propose(mission)
    Minister.objects.update(to_emails="rupert@example.org")

    said = shown(admin_client, edition)

    assert "office@example.org" in said
    assert "mission@example.org" in said
    assert "rupert@example.org" not in said


def test_the_hour_is_named_with_its_zone(admin_client, edition, reached):
    own_calendar(reached, edition, "US", "America/New_York")

    assert '09:00 <span class="text-subtle">America/New York' in shown(admin_client, edition)


def test_who_gets_none_stands_under_the_reason(admin_client, edition, reached):
    ReplyFactory(invitation=reached(edition=edition))

    said = shown(admin_client, edition)

    assert "… the office has answered" in said
    assert "No reminder is to come." in said


def test_a_step_of_an_edition_that_rests_says_that_it_rests(admin_client, edition):
    edition.awaits_last_day = True
    edition.save()

    said = shown(admin_client, edition)

    assert said.count("without a last day to reply") > 1
    assert "it gives way to that one" not in said


def test_a_step_that_nobody_gets_says_why(admin_client, edition):
    StepFactory(edition=edition, days_before=22)
    StepFactory(edition=edition, days_before=30, second_approver=None)
    edition.quiet_periods.create(first_on=dt.date(2027, 3, 25), last_on=dt.date(2027, 3, 31))
    StepFactory(edition=edition, days_before=0)

    said = shown(admin_client, edition)

    assert "it gives way to that one" in said
    assert "not approved by two people" in said
    assert "no working day is left before the deadline" in said


def test_steps_stand_by_day_and_name_the_day_from_which_they_count_back(admin_client, edition):
    """What is asked after a yes has another last day than the reply."""
    asked = {"medium": "mail", "audience": "focal"}
    for what, days in (("head", 28), ("speaker", 42)):
        StepFactory(edition=edition, asks_for=what, variant=what, days_before=days, **asked)

    said = shown(admin_client, edition)

    reply = said.index("2 days before the last day")
    speaker = said.index("42 days before the eve of the High-Level Track")
    assert reply < speaker < said.index("28 days before the eve of the High-Level Track")


def test_an_edition_without_steps_says_what_to_do(admin_client):
    edition = EditionFactory()

    said = shown(admin_client, edition)

    reason = "the edition has no reminder step that asks for the reply"
    assert f"Nobody is reminded: {reason}." in said
    assert "Add a step" in said


def test_a_step_is_called_by_the_name_that_the_edition_has_for_its_track(admin_client):
    edition = EditionFactory(track_name="Ministers’ Days")
    asked = {"asks_for": "head", "variant": "head", "medium": "mail", "audience": "focal"}
    StepFactory(edition=edition, days_before=28, **asked)

    said = shown(admin_client, edition)

    assert "28 days before the eve of “Ministers’ Days”" in said
    assert "High-Level Track" not in said


def test_the_page_is_reached_from_the_edition_and_from_the_steps(admin_client, edition):
    detail = reverse("admin:invitations_forumedition_change", args=[edition.pk])
    steps = reverse("admin:invitations_reminderstep_changelist")

    assert "Reminders to come" in admin_client.get(detail).content.decode()
    assert "Reminders to come" in admin_client.get(steps).content.decode()
    found = admin_client.get(reverse("admin:invitations_reminderstep_reminders_page"))
    assert found.url == page(edition)


def test_who_may_not_see_invitations_does_not_see_the_page(client, edition):
    signed_in(client, "view_forumedition", "view_reminderstep")

    assert client.get(page(edition)).status_code == 403


def test_who_may_see_both_sees_the_page(client, edition):
    signed_in(client, "view_invitation", "view_reminderstep")

    assert client.get(page(edition)).status_code == 200


def test_a_step_without_a_day_is_listed_all_the_same(admin_client, edition):
    edition.quiet_periods.create(first_on=dt.date(2027, 2, 1), last_on=dt.date(2027, 3, 31))

    listed = admin_client.get(reverse("admin:invitations_reminderstep_changelist"))

    assert listed.status_code == 200
    assert ReminderStep.objects.first().due_on is None


@pytest.mark.parametrize("offices", [1, 3])
def test_the_page_costs_the_same_for_one_office_and_for_three(
    admin_client, edition, reached, offices, django_assert_num_queries
):
    for _number in range(offices):
        reached(edition=edition)

    with django_assert_num_queries(17):
        admin_client.get(page(edition))
