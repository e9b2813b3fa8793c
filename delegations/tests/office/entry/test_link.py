import datetime as dt

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from delegations.office.access import link_cookie_name, link_digests
from delegations.office.views.entry import client_address
from delegations.tests.office.entry.addresses import address_of, office_of, offices_of
from delegations.tests.rows import all_rows
from invitations.links import end_link, replace_link
from invitations.models import Invitation
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    MinisterFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def test_a_link_opens_the_page_of_its_office(client):
    invitation = InvitationFactory()

    response = client.get(address_of(invitation))

    assert response.status_code == 302
    assert response.url == office_of(invitation)
    assert client.get(response.url).status_code == 200


def test_a_browser_holds_several_invitations(client):
    one, other = InvitationFactory(), InvitationFactory()
    for invitation in (one, other, one):
        client.get(address_of(invitation))

    assert offices_of(client) == [one.pk, other.pk]
    assert client.get(office_of(one)).status_code == 200
    assert client.get(office_of(other)).status_code == 200


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_a_link_changes_no_row(client, method):
    invitation = InvitationFactory()
    before = all_rows()

    getattr(client, method)(address_of(invitation))
    getattr(client, method)(office_of(invitation))

    assert all_rows() == before


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_link_takes_nothing_but_get_and_head(client, method):
    response = getattr(client, method)(address_of(InvitationFactory()))

    assert response.status_code == 405


@pytest.mark.parametrize("token", ["forged", "a" * 2000, "☃", "ab%ed%a0%80", "..%2f", ""])
def test_an_unknown_token_leads_to_the_code_and_says_why(client, token):
    response = client.get(f"/r/{token}/", follow=True)

    [*_steps, (address, _status)] = response.redirect_chain
    assert address == "/code/?wrong-link=1"
    page = response.content.decode()
    assert "The link that you followed opens nothing: it may be incomplete" in page
    assert "mailto:forum@example.org" not in page  # no edition yet
    assert 'name="code"' in page
    assert not offices_of(client)


def test_a_link_that_a_mail_program_broke_in_two_leads_to_the_code(client):
    invitation = InvitationFactory()
    whole = address_of(invitation)

    for broken in (whole[:-9], whole[:-9] + "/", "/r/"):
        page = client.get(broken, follow=True).content.decode()
        assert "it may be incomplete" in page
        assert f"mailto:{invitation.edition.contact_email}" in page


@pytest.mark.parametrize("added", ["", ".", "/.", ").", "/>", "/%20and", "%C2%A0"])
def test_a_link_opens_with_signs_at_its_end_that_belong_to_the_text_around_it(client, added):
    invitation = InvitationFactory()

    response = client.get(address_of(invitation).rstrip("/") + added, follow=True)

    assert response.status_code == 200
    assert offices_of(client) == [invitation.pk]


def test_the_page_of_the_code_keeps_saying_why_in_another_language(client):
    page = client.post("/code/?wrong-link=1", {"language": "fr", "code": "bcdf"})

    assert page["Content-Language"] == "fr"
    assert 'role="status"' in page.content.decode()
    assert 'value="bcdf"' in page.content.decode()


def test_a_draft_opens_as_little_as_a_wrong_link(client):
    draft = InvitationFactory(status=Invitation.Status.DRAFT)

    assert client.get(address_of(draft)).url == "/code/?wrong-link=1"


def test_a_withdrawn_invitation_is_gone(client):
    invitation = InvitationFactory(status=Invitation.Status.WITHDRAWN)

    response = client.get(address_of(invitation))

    assert response.status_code == 410
    assert "This invitation has been withdrawn" in response.content.decode()
    assert "mailto:forum@example.org" in response.content.decode()
    assert not offices_of(client)


def test_a_link_that_ended_with_no_new_one_says_how_to_reply_meanwhile(client):
    """As while a hand-over waits: nobody is sent to look for a link that there is not."""
    invitation = InvitationFactory()
    old = address_of(invitation)
    end_link(invitation, 1, UserFactory(), "Who held the office has left.")

    page = client.get(old).content.decode()

    assert "This link and its code have ended" in page
    assert "reply by letter, note verbale" in page
    assert "replaced" not in page
    assert "mailto:forum@example.org" in page


def test_a_replaced_link_is_gone_and_the_new_one_opens(client):
    invitation = InvitationFactory()
    old = address_of(invitation)
    replace_link(invitation, 1, UserFactory(), "It was forwarded.")

    response = client.get(old)

    assert response.status_code == 410
    assert "This link has been replaced" in response.content.decode()
    assert "mailto:forum@example.org" in response.content.decode()
    assert client.get(address_of(invitation)).status_code == 302


def test_a_closed_edition_takes_no_reply(client):
    closed_at = timezone.now() - dt.timedelta(hours=1)
    invitation = InvitationFactory(edition=EditionFactory(replies_closed_at=closed_at))

    response = client.get(address_of(invitation), follow=True)

    assert response.status_code == 410
    assert "Replies to this invitation are closed" in response.content.decode()
    assert "mailto:forum@example.org" in response.content.decode()


def test_an_edition_that_closes_later_still_takes_replies(client):
    closes_at = timezone.now() + dt.timedelta(hours=1)
    invitation = InvitationFactory(edition=EditionFactory(replies_closed_at=closes_at))

    assert client.get(address_of(invitation)).status_code == 302


@pytest.mark.parametrize("status", Invitation.Status.values)
def test_a_link_is_stored_nowhere_and_told_to_nobody(client, status):
    response = client.get(address_of(InvitationFactory(status=status)))

    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "no-referrer"


def test_a_page_that_sends_no_referrer_holds_no_form_and_speaks_six_languages(client):
    address = address_of(InvitationFactory(status=Invitation.Status.WITHDRAWN))
    gone = client.get(address)

    assert "<form" not in gone.content.decode()
    for language, _name in settings.LANGUAGES:
        assert f'href="?in={language}"' in gone.content.decode()
        assert client.get(f"{address}?in={language}")["Content-Language"] == language
    assert "<form" in client.get("/nowhere/").content.decode()


def test_the_page_speaks_the_language_of_the_letter(client):
    invitation = InvitationFactory(minister=MinisterFactory(language="fr"))

    opened = client.get(address_of(invitation), follow=True)

    assert opened["Content-Language"] == "fr"
    assert '<html lang="fr" dir="ltr">' in opened.content.decode()


def test_the_page_speaks_the_language_that_the_visitor_chose(client):
    invitation = InvitationFactory(minister=MinisterFactory(language="fr"))
    client.post("/i18n/setlang/", {"language": "ar", "next": "/"})

    opened = client.get(address_of(invitation), follow=True)

    assert '<html lang="ar" dir="rtl">' in opened.content.decode()
    assert "bootstrap.rtl.min" in opened.content.decode()


def test_a_language_that_the_site_does_not_speak_counts_as_none_chosen(client):
    invitation = InvitationFactory(minister=MinisterFactory(language="fr"))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "pt"

    assert client.get(address_of(invitation), follow=True)["Content-Language"] == "fr"


def test_the_language_switch_comes_back_to_the_same_page(client):
    page = client.get("/nowhere/").content.decode()
    assert '<input type="hidden" name="next" value="/nowhere/">' in page

    response = client.post("/i18n/setlang/", {"language": "es", "next": "/nowhere/"})

    assert response.url == "/nowhere/"
    assert client.get("/")["Content-Language"] == "es"


def test_queries_of_an_opened_link(client, django_assert_num_queries):
    address = address_of(InvitationFactory())
    client.get(address)

    # The link with its invitation.
    with django_assert_num_queries(1):
        client.get(address)


def test_what_a_browser_holds_of_a_link_ends_some_weeks_after_it_was_opened(client):
    invitation = InvitationFactory()

    with time_machine.travel(timezone.now() - dt.timedelta(days=15)):
        client.get(address_of(invitation))
    assert client.get(office_of(invitation)).status_code == 404

    client.get(address_of(invitation))
    assert client.get(office_of(invitation)).status_code == 200


def test_what_a_browser_holds_of_a_link_goes_to_its_office_alone(client, settings):
    settings.SESSION_COOKIE_SECURE = True
    invitation = InvitationFactory()

    cookie = client.get(address_of(invitation)).cookies[link_cookie_name(invitation.pk)]

    assert (cookie["path"], cookie["max-age"]) == (office_of(invitation), 14 * 24 * 3600)
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    assert invitation.links.get().token not in str(cookie)


def test_over_tls_only_a_page_over_tls_can_give_a_browser_what_it_holds(client, settings):
    settings.SESSION_COOKIE_SECURE = True
    invitation = InvitationFactory()

    cookies = client.get(address_of(invitation)).cookies

    assert list(cookies) == [f"__Secure-{of}-{invitation.pk}" for of in ("office", "s")]
    assert client.get(office_of(invitation)).status_code == 200


def test_a_browser_that_opened_its_link_before_the_names_changed_still_holds_it(client, settings):
    invitation = InvitationFactory()
    client.get(address_of(invitation))
    assert offices_of(client) == [invitation.pk]

    settings.SESSION_COOKIE_SECURE = True

    assert client.get(office_of(invitation)).status_code == 200


def test_what_a_browser_holds_opens_no_other_office(client):
    one, other = InvitationFactory(), InvitationFactory()
    client.get(address_of(one))
    own, others = (client.cookies[link_cookie_name(one.pk)].value, link_cookie_name(other.pk))

    for forged in (own, link_digests(other.links.get().token)[0], other.links.get().token):
        client.cookies[others] = forged
        assert client.get(office_of(other)).status_code == 404


def test_a_link_given_out_again_under_an_old_number_is_not_held(client):
    invitation = InvitationFactory()
    client.get(address_of(invitation))

    invitation.links.update(token="another2another2another")

    assert client.get(office_of(invitation)).status_code == 404


@pytest.mark.parametrize(
    ("proxies", "address"),
    [(0, "192.0.2.1"), (1, "198.51.100.2"), (2, "203.0.113.3"), (9, "192.0.2.1")],
)
def test_the_address_is_what_our_own_proxies_saw(rf, settings, proxies, address):
    settings.PROXIES = proxies
    request = rf.get(
        "/",
        REMOTE_ADDR="192.0.2.1",
        headers={"X-Forwarded-For": "1.1.1.1, 203.0.113.3, 198.51.100.2"},
    )

    assert client_address(request) == address


@pytest.mark.parametrize("spoilt", ["/R/{}/", "/r/{}%0A", "/r/{}/%0A", "/r/{}%20/", "/r/%0A{}/"])
def test_a_link_in_capitals_or_broken_into_lines_opens_its_page(client, spoilt):
    invitation = InvitationFactory()
    token = invitation.links.get().token

    for written in (token, token.upper(), f"{token[:9]}%0A{token[9:]}"):
        page = client.get(spoilt.format(written), follow=True)

        assert page.redirect_chain[-1][0] == office_of(invitation)


@pytest.mark.parametrize(
    ("typed", "page"),
    [
        ("/CODE/", "/code/"),
        ("/Code", "/code/"),
        ("/code/%0A", "/code/"),
        ("/Check/", "/check/"),
        ("/STATES", "/states/"),
    ],
)
def test_an_address_in_capitals_or_with_a_break_leads_to_its_page(client, typed, page):
    assert client.get(typed).url == page
