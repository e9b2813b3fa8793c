"""Sessions and locks in the words of the desk: browsers by name and system, hours by its clock."""

import datetime as dt

import pytest
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.urls import reverse

from invitations.tests.desk import choose
from wsis_forum.staff.names import browser_called

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
ENGINE = "AppleWebKit/537.36 (KHTML, like Gecko)"
EDGE = f"{WINDOWS} {ENGINE} Chrome/130.0.0.0 Safari/537.36 Edg/130.0.2849.80"


@pytest.mark.parametrize(
    ("said", "called"),
    [
        (EDGE, "Edge 130, Windows"),
        (f"{WINDOWS} {ENGINE} Chrome/131.0.0.0 Safari/537.36", "Chrome 131, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
         "Firefox 132, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
         " (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1", "Safari 18, iPhone"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("x" * 90, "x" * 40 + "…"),
        ("", "unknown"),
    ],
)  # fmt: skip
def test_a_browser_is_called_by_name_and_system(said, called):
    assert browser_called(said) == called


def test_the_list_of_sessions_has_the_short_name_and_the_rest_in_its_title(
    admin_client, admin_user
):
    UserSession.objects.create(user=admin_user, session_key="zenda", ip="::1", user_agent=EDGE)

    page = admin_client.get(reverse("admin:usersessions_usersession_changelist")).text

    assert f'<bdi dir="ltr" title="{EDGE}">Edge 130, Windows</bdi>' in page
    assert "User agent" not in page


def test_freeing_names_account_and_hour_in_the_words_and_zone_of_the_desk(admin_client):
    lock = AccessAttempt.objects.create(
        username="sapt", ip_address="192.0.2.1", user_agent=EDGE, failures_since_start=5
    )
    AccessAttempt.objects.update(attempt_time=dt.datetime(2099, 3, 1, 8, tzinfo=dt.UTC))

    page = choose(
        admin_client, reverse("admin:axes_accessattempt_changelist"), "free_selected", lock
    )

    assert "sapt, 192.0.2.1" in page.text
    assert "locked until: 1 March 2099, 09:15" in page.text
    assert "Attempted" not in page.text
