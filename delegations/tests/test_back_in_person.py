"""What was moved online comes back in person, on the page of the edition and on the office's."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from delegations.tests.offices import browser, coming, page_of, text
from invitations.models import DateChange, HeldChange, Reply
from invitations.models.edition import all_answers
from invitations.outbox.date_change.proposal import DATES
from invitations.tests.factories import UserFactory
from invitations.tests.moving import in_force, moved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]


@pytest.fixture
def invitation():
    return coming("Ruritania")


@pytest.fixture
def edition(invitation):
    return invitation.edition


@pytest.fixture
def drafter(client):
    user = UserFactory()
    user.groups.add(Group.objects.get(name="Drafters"))
    client.force_login(user)
    return user


def dates_page(edition):
    return reverse("admin:invitations_forumedition_dates", args=[edition.pk])


def kinds(client, edition):
    return dict(client.get(dates_page(edition)).context["form"].fields["kind"].choices)


def test_only_what_is_online_can_come_back(client, drafter, edition):
    assert "in_person" not in kinds(client, edition)
    assert "online" in kinds(client, edition)

    moved(edition, "online", days=0)

    assert "in_person" in kinds(client, edition)
    assert "online" not in kinds(client, edition)


def test_the_answers_of_before_it_went_online_are_proposed(client, drafter, edition):
    offered = ["in_person", "represented", "regrets"]
    type(edition).objects.update(answers_offered=offered)
    moved(edition, "online", days=0)
    moved(edition, days=7)

    form = client.get(dates_page(edition)).context["form"]

    assert form["answers_offered"].value() == offered


def test_asked_on_the_page_and_released_it_is_in_person_for_the_office(
    client, drafter, edition, invitation
):
    moved(edition, "online", days=0)
    edition.refresh_from_db()
    dates = {name: getattr(edition, name).isoformat() for name in DATES}
    office = browser(invitation)
    assert "The event is held online" in text(office.get(page_of(invitation)))
    what = {"kind": "in_person", "answers_offered": all_answers(), "reason": "All may travel."}

    answer = client.post(dates_page(edition), {**dates, **what, "days": 0})

    assert answer.status_code == 302, answer.context["form"].errors
    in_force(HeldChange.objects.waiting_dates().get().move)
    page = text(office.get(page_of(invitation)))
    assert "The event is held in person again" in page
    assert "Our reply is still valid" in page
    assert Reply.objects.get().answer == "in_person"
    assert DateChange.objects.first().kind == "in_person"


def test_it_offers_at_least_one_answer(client, drafter, edition):
    moved(edition, "online", days=0)
    edition.refresh_from_db()
    dates = {name: getattr(edition, name).isoformat() for name in DATES}
    what = {"kind": "in_person", "reason": "All may travel.", "days": 0}

    page = client.post(dates_page(edition), {**dates, **what})

    assert "Choose at least one answer that is offered." in text(page)
