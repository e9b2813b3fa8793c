import datetime as dt

import pytest
import time_machine

from delegations.tests.office.entry.addresses import CHECK_PAGE, CODE_PAGE, address_of
from invitations.tests.factories import AnnouncedEditionFactory, InvitationFactory, MinisterFactory

pytestmark = pytest.mark.django_db


def test_the_front_page_names_the_editions_to_come_and_whom_to_write_to(client):
    AnnouncedEditionFactory(name="WSIS Forum 2027", theme="Building bridges")
    AnnouncedEditionFactory(
        name="WSIS Forum 2025",
        opens_on=dt.date(2025, 5, 10),
        closes_on=dt.date(2025, 5, 14),
        track_opens_on=dt.date(2025, 5, 11),
        track_closes_on=dt.date(2025, 5, 12),
        reply_before=dt.date(2025, 4, 1),
    )

    page = client.get("/").content.decode()

    assert "WSIS Forum 2027" in page
    assert "Building bridges" in page
    assert "10–14 May 2027" in page
    assert "11–12 May 2027" in page
    assert "mailto:forum@example.org" in page
    assert "WSIS Forum 2025" not in page


def test_the_front_page_of_one_edition_says_whose_it_is_and_whom_to_ask_once(client):
    AnnouncedEditionFactory(
        name="WSIS Forum 2027", organization="Ruritanian Telecommunication Union"
    )

    page = client.get("/").content.decode()

    masthead, _content = page.split("<main")
    assert "Ruritanian Telecommunication Union" in masthead
    assert "WSIS Forum 2027" in masthead
    assert page.count("mailto:forum@example.org") == 1


def test_the_front_page_names_the_last_edition_when_none_is_to_come(client):
    AnnouncedEditionFactory(name="WSIS Forum 2027")

    with time_machine.travel("2029-01-01T09:00Z"):
        page = client.get("/").content.decode()

    assert "WSIS Forum 2027" in page


def test_the_front_page_stands_before_the_first_edition(client):
    assert "No forum has been announced yet." in client.get("/").content.decode()


def test_the_front_page_shows_no_invitation(client):
    invitation = InvitationFactory(minister=MinisterFactory(family_name="Elphberg"))
    client.get(address_of(invitation))

    page = client.get("/").content.decode()

    assert "Elphberg" not in page
    assert str(invitation.member_state) not in page


def test_the_front_page_leads_to_the_code_and_to_the_check(client):
    AnnouncedEditionFactory()

    page = client.get("/").content.decode()

    assert f'href="{CODE_PAGE}">Confirm with your code</a>' in page
    assert f'<a href="{CHECK_PAGE}">' in page
