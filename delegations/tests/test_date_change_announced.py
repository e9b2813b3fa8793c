"""What is said of a move: of answers on its page, each kind its own sentence; then on the board."""

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.urls import reverse

from delegations.tests.offices import coming, invited, text
from invitations.models import CalendarEntry
from invitations.tests.factories import EditionFactory, StepFactory, UserFactory
from invitations.tests.moving import ONLINE, later, moved

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    return EditionFactory()


@pytest.fixture
def drafter():
    user = UserFactory()
    user.groups.add(Group.objects.get(name="Drafters"))
    return user


def dates_page(edition):
    return reverse("admin:invitations_forumedition_dates", args=[edition.pk])


def typed(edition, kind="moved", days=21, **more):
    dates = {name: day.isoformat() for name, day in later(edition, days).items()}
    return {**dates, "kind": kind, "days": days, "look": "yes", **more}


ASKED = {
    "moved": "each office that has answered is asked whether its answer holds on the new dates",
    "postponed": "no office is asked anything: reminders and the deadline rest",
    "online": "is asked whether its answer holds online",
}


@pytest.mark.parametrize(("kind", "told"), ASKED.items())
def test_each_kind_of_move_says_what_its_offices_are_asked(client, edition, drafter, kind, told):
    client.force_login(drafter)
    of_form = {"answers_offered": ONLINE} if kind == "online" else {}

    page = text(client.post(dates_page(edition), typed(edition, kind, **of_form)))

    assert told in page
    assert [one for one in ASKED.values() if one in page] == [told]


def test_a_deadline_that_moves_alone_asks_nobody_and_says_so(client, edition, drafter):
    client.force_login(drafter)
    day = later(edition, 5)["reply_before"].isoformat()

    page = text(
        client.post(dates_page(edition), typed(edition, days=0, look="yes", reply_before=day))
    )

    assert "no office is asked anything: the days of the event stay" in page


def test_before_a_kind_is_chosen_the_page_promises_nothing(client, edition, drafter):
    client.force_login(drafter)

    page = text(client.get(dates_page(edition)))

    assert "What offices are asked stands here once it is chosen." in page
    assert not any(one in page for one in ASKED.values())


def test_in_french_a_colon_stands_apart_from_its_label(client, edition, drafter):
    StepFactory(edition=edition, days_before=7)
    client.force_login(drafter)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"

    page = client.get(dates_page(edition)).content.decode()

    assert "7 jours avant le dernier jour\u00a0: <bdi>" in page


def test_the_page_counts_the_offices_whose_calendars_have_the_track(client, edition, drafter):
    for state in ("Ruritania", "Zenda"):
        invitation = invited(state, edition=edition)
    letter = invitation.letters.get()
    CalendarEntry.objects.create(invitation=invitation, letter=letter, sequence=0)
    client.force_login(drafter)

    page = text(client.get(dates_page(edition), later(edition)))

    assert "1 office has the Track in its calendar: it is told by mail." in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_board_after_a_move_takes_as_many_queries_for_three_offices_as_for_one(
    client, edition, django_assert_num_queries, number
):
    for one in range(number):
        coming(f"Ruritania {one}", edition=edition)
    moved(edition)
    client.force_login(UserFactory(is_superuser=True))
    board = reverse("desk:board")
    client.get(board)

    with django_assert_num_queries(13):
        client.get(board)
