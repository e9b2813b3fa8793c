"""What is begun at the desk and approved by nobody is nobody's business outside."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from delegations.tests.offices import browser, invited, page_of
from invitations.models import ForumEdition, HeldChange
from invitations.replies import record_reply
from invitations.tests.factories import (
    AnnouncedEditionFactory,
    EditionFactory,
    HoursFactory,
    InvitationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

SECRET = "Forum of Zenda"
PUBLIC = ["/", "/code/", "/check/", "/states/", "/notices/privacy/", "/nowhere/", "/office/7/"]
OF_EDITION = [
    "/speakers/zenda-2028/",
    "/programme/zenda-2028.ics",
    *(f"/api/v1/editions/zenda-2028{of}" for of in ("", "/sessions", "/speakers", "/totals")),
]


@pytest.fixture(autouse=True)
def in_march():
    with time_machine.travel("2027-03-10T09:00Z", tick=False):
        yield


@pytest.fixture
def begun():
    """An edition sooner than all others, with all that the desk may enter before it invites."""
    edition = EditionFactory(
        symbol="zenda-2028",
        name=SECRET,
        theme=SECRET,
        organization=SECRET,
        contact_email="zenda@example.org",
        opens_on=dt.date(2027, 4, 10),
        closes_on=dt.date(2027, 4, 14),
        track_opens_on=dt.date(2027, 4, 11),
        track_closes_on=dt.date(2027, 4, 12),
        reply_before=dt.date(2027, 3, 1),
        speakers_published_at=timezone.now(),
    )
    HoursFactory(edition=edition, title=SECRET)
    InvitationFactory(edition=edition, status="draft")
    InvitationFactory(edition=edition, status="withdrawn", issued_at=None)
    return edition


def refuses(client, address):
    answer = client.get(address)
    return answer.status_code == 404 and SECRET not in answer.content.decode()


def test_an_edition_that_is_begun_stands_on_no_public_page(client, begun):
    AnnouncedEditionFactory(name="WSIS Forum 2027")

    for address in [*PUBLIC, *OF_EDITION, "/api/v1/editions"]:
        page = client.get(address).content.decode()
        assert SECRET not in page, address
        assert "zenda" not in page.replace(address, ""), address

    assert "WSIS Forum 2027" in client.get("/").content.decode()
    assert all("forum@example.org" in client.get(page).content.decode() for page in PUBLIC)


def test_what_is_of_an_edition_that_is_begun_is_not_there(client, begun):
    assert [address for address in OF_EDITION if not refuses(client, address)] == []


def test_a_form_that_is_refused_names_no_edition_that_is_begun(begun):
    strict = Client(enforce_csrf_checks=True)

    for address in ("/code/", "/check/", "/office/7/"):
        for client in (Client(), strict):
            page = client.post(address, {"code": "1234-5"}).content.decode()
            assert SECRET not in page, address
            assert "zenda@example.org" not in page, address


def test_where_nothing_is_announced_the_front_page_says_so(client, begun):
    page = client.get("/").content.decode()

    assert "No forum has been announced yet." in page
    assert "mailto:" not in page


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
def test_the_link_and_the_code_of_what_was_never_issued_open_nothing(client, begun, status):
    link = begun.invitations.get(status=status).links.get()

    opened = client.get(f"/r/{link.token}/", follow=True).content.decode()
    typed = client.post("/code/", {"code": link.code}, follow=True).content.decode()

    assert "/office/" not in opened + typed
    assert SECRET not in opened + typed


def test_with_its_first_invitation_an_edition_is_public_and_stays_so(client, begun):
    issued = InvitationFactory(edition=begun)
    assert SECRET in client.get("/").content.decode()
    assert [client.get(address).status_code for address in OF_EDITION] == [200] * 6

    type(issued).objects.filter(pk=issued.pk).update(
        status="withdrawn", withdrawn_at=timezone.now()
    )

    assert SECRET in client.get("/").content.decode()


def test_an_invitation_of_one_edition_announces_no_other(begun):
    AnnouncedEditionFactory(symbol="wsis-2027")

    assert [one.symbol for one in ForumEdition.objects.announced()] == ["wsis-2027"]
    assert ForumEdition.objects.announced().current().symbol == "wsis-2027"
    assert ForumEdition.objects.current() == begun


@pytest.mark.parametrize("editions", [1, 3])
def test_what_is_begun_costs_the_front_page_no_query(client, editions):
    AnnouncedEditionFactory()
    with CaptureQueriesContext(connection) as without:
        client.get("/")
    for _one in range(editions):
        InvitationFactory(edition=EditionFactory(), status="draft")

    with CaptureQueriesContext(connection) as beside_them:
        client.get("/")

    assert len(beside_them) == len(without)


# Changes that wait


@pytest.fixture
def changed():
    """An edition on whose words one person has laid hands since its letters left."""
    invitation = invited("Ruritania", edition=EditionFactory(symbol="wsis-2027"))
    edition = invitation.edition
    edition.name_en = edition.theme_en = edition.organization_en = edition.place_en = SECRET
    edition.partnership_link = edition.website = "https://zenda.example.org"
    edition.speakers_published_at = timezone.now()
    edition.save()
    return invitation


def test_what_waits_for_a_second_person_stands_on_no_public_page(client, changed):
    for address in [*PUBLIC, "/speakers/wsis-2027/"]:
        page = client.get(address).content.decode()
        assert SECRET not in page, address
        assert "https://zenda.example.org" not in page, address

    HeldChange.objects.update(state="released", decided_at=timezone.now(), decided_by=UserFactory())

    assert SECRET in client.get("/").content.decode()
    assert 'href="https://zenda.example.org"' in client.get("/").content.decode()


def seen_by(office):
    """All that the office of the invitation sees before it answers, and afterwards."""
    client = browser(office)
    pages = [client.get(address) for address in (page_of(office), page_of(office, "statement"))]
    if not office.replies.exists():
        record_reply(office, {"answer": "in_person"})
    names = ("answer", "change", "delegation", "statement", "recorded")
    pages += [client.get(page_of(office, name)) for name in names]
    client.post("/states/", {"step": "together"})
    return [*pages, client.get("/states/")]


def test_what_waits_for_a_second_person_is_seen_by_no_office(changed):
    for page in seen_by(changed):
        assert SECRET not in page.content.decode(), page.request
        assert "https://zenda.example.org" not in page.content.decode(), page.request

    HeldChange.objects.update(state="released", decided_at=timezone.now(), decided_by=UserFactory())

    assert [SECRET in page.content.decode() for page in seen_by(changed)] == [True] * 8


def test_a_link_that_is_gone_says_what_was_released(client, changed):
    link = changed.links.get()
    type(link).objects.filter(pk=link.pk).update(replaced_at=timezone.now())

    gone = client.get(f"/r/{link.token}/")

    assert gone.status_code == 410
    assert SECRET not in gone.content.decode()


def test_that_replies_are_closed_holds_before_it_is_released(changed):
    edition = ForumEdition.objects.get(pk=changed.edition_id)
    edition.replies_closed_at = timezone.now()
    edition.save()

    assert browser(changed).get(page_of(changed)).status_code == 410


def test_last_year_s_edition_stays_guarded_while_the_next_is_begun(client, changed):
    edition = changed.edition
    ForumEdition._base_manager.update(replies_closed_at=dt.datetime(2027, 5, 1, tzinfo=dt.UTC))
    HeldChange.objects.all().delete()
    with time_machine.travel("2027-09-01T09:00Z", tick=False):
        EditionFactory(
            symbol="wsis-2028",
            reply_before=dt.date(2028, 4, 1),
            opens_on=dt.date(2028, 5, 1),
            track_opens_on=dt.date(2028, 5, 1),
            track_closes_on=dt.date(2028, 5, 2),
            closes_on=dt.date(2028, 5, 2),
        )
        edition = ForumEdition.objects.get(pk=edition.pk)
        edition.contact_email = "rupert@example.org"
        edition.save()

        page = client.get("/code/").content.decode()

    assert "rupert@example.org" not in page
    assert "forum@example.org" in page
