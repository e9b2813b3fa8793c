"""Where there is none of something, the desk says so in words, and counts no noun by zero."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from delegations.models import Delegation
from delegations.tests.offices import text
from invitations.admin.list_columns import list_url, state_url
from invitations.models import CallListEntry, MemberState
from invitations.tests.factories import (
    DeliveryFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
)
from invitations.tests.moving import later

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    return EditionFactory()


def letter_left(edition, at):
    now = timezone.now()
    letter = LetterFactory(
        invitation=InvitationFactory(edition=edition),
        state="approved",
        approved_at=now,
        composed_at=now,
        sha256="0" * 64,
        message_sha256="1" * 64,
    )
    DeliveryFactory(letter=letter, state="handed_over", handed_over_at=at)


def test_an_empty_list_counts_nothing(admin_client):
    admin_client.cookies["django_language"] = "fr"

    page = text(admin_client.get(list_url(CallListEntry)))

    assert "0 liste" not in page
    assert "0 ligne" not in page


@pytest.mark.parametrize(("rows", "said"), [(1, "1 row"), (2, "2 rows")])
def test_a_list_counts_its_rows(admin_client, rows, said):
    MemberStateFactory.create_batch(rows)

    assert f" {said}<" in text(admin_client.get(list_url(MemberState)))


def test_a_delegation_without_anybody_says_so(admin_client, edition):
    invitation = InvitationFactory(edition=edition)
    Delegation.objects.create(edition=edition, member_state=invitation.member_state)

    page = text(admin_client.get(state_url(edition, invitation.member_state)))

    assert "Delegation: nobody is named yet" in page


def test_the_page_of_the_dates_says_that_nobody_is_invited_and_nothing_is_on_file(
    admin_client, edition
):
    url = reverse("admin:invitations_forumedition_dates", args=[edition.pk])

    page = text(admin_client.get(url, later(edition)))

    assert "<li>No office is invited yet.</li> <li>No answer is on file.</li>" in page
    assert "calendars" not in page.partition("What hangs on it")[2].partition("</section>")[0]


def test_a_letter_of_today_left_no_zero_days_ago(admin_client, edition):
    letter_left(edition, timezone.now())

    page = text(admin_client.get(reverse("desk:silent"), {"edition": edition.symbol}))

    assert "0 days ago" not in page
    assert "less than a day ago" in page


def test_the_curve_says_that_no_state_has_answered(admin_client, edition):
    letter_left(edition, edition.deadline - dt.timedelta(days=30))

    page = text(admin_client.get(reverse("desk:board"), {"edition": edition.symbol}))

    assert "No State has answered so far." in page
