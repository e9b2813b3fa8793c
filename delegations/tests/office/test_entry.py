import datetime as dt
import hashlib
import logging
import re

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.views.defaults import permission_denied, server_error

from delegations.office.access import link_cookie_name, link_digest
from delegations.office.forms.codes import LETTER_LIMIT
from delegations.office.throttle import WRONG_FROM_ALL, WRONG_FROM_ONE, count_wrong
from delegations.office.views.entry import client_address
from invitations.links import grouped, replace_link
from invitations.models import Invitation, Letter
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MinisterFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_february():
    with time_machine.travel("2027-02-10T09:00Z"), translation.override("en"):
        yield


def address_of(invitation):
    return reverse("office:open", args=[invitation.links.latest("version").token])


def office_of(invitation):
    return reverse("office:answer", args=[invitation.pk])


def all_rows():
    """What stands in every table."""
    models = apps.get_models()
    return {m._meta.label: list(m._base_manager.order_by("pk").values()) for m in models}


def offices_of(client):
    """The invitations to which the browser holds a link."""
    names = [name for name, morsel in client.cookies.items() if morsel.value]
    return sorted(int(name.removeprefix("office-")) for name in names if "office-" in name)


def test_the_front_page_names_the_editions_to_come_and_whom_to_write_to(client):
    EditionFactory(name="WSIS Forum 2027", theme="Building bridges")
    EditionFactory(
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


def test_the_front_page_names_the_last_edition_when_none_is_to_come(client):
    EditionFactory(name="WSIS Forum 2027")

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


@pytest.mark.parametrize("token", ["forged", "%00", "..%2f", "a" * 2000, "☃", "ab%ed%a0%80"])
def test_an_unknown_token_is_not_found(client, token):
    response = client.get(f"/r/{token}/")

    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()


def test_a_draft_is_not_found(client):
    draft = InvitationFactory(status=Invitation.Status.DRAFT)

    assert client.get(address_of(draft)).status_code == 404


def test_a_withdrawn_invitation_is_gone(client):
    invitation = InvitationFactory(status=Invitation.Status.WITHDRAWN)

    response = client.get(address_of(invitation))

    assert response.status_code == 410
    assert "This invitation has been withdrawn" in response.content.decode()
    assert "mailto:forum@example.org" in response.content.decode()
    assert not offices_of(client)


def test_a_replaced_link_is_gone_and_the_new_one_opens(client):
    invitation = InvitationFactory()
    old = address_of(invitation)
    replace_link(invitation, UserFactory(), "It was forwarded.")

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


def test_a_page_that_sends_no_referrer_holds_no_form(client):
    gone = client.get(address_of(InvitationFactory(status=Invitation.Status.WITHDRAWN)))

    assert "<form" not in gone.content.decode()
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


def test_the_page_that_reports_a_fault_asks_for_nothing(rf, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = server_error(rf.get("/"))

    assert response.status_code == 500
    assert "The fault is ours" in response.content.decode()


def test_a_page_that_is_not_permitted_says_so(rf):
    response = permission_denied(rf.get("/"), PermissionDenied())

    assert response.status_code == 403
    assert "This page is not open to you" in response.content.decode()


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


def test_what_a_browser_holds_opens_no_other_office(client):
    one, other = InvitationFactory(), InvitationFactory()
    client.get(address_of(one))
    own, others = (client.cookies[link_cookie_name(one.pk)].value, link_cookie_name(other.pk))

    for forged in (own, link_digest(other.links.get().token), other.links.get().token):
        client.cookies[others] = forged
        assert client.get(office_of(other)).status_code == 404


def test_a_link_given_out_anew_under_an_old_number_is_not_held(client):
    invitation = InvitationFactory()
    client.get(address_of(invitation))

    invitation.links.update(token="another2another2another")

    assert client.get(office_of(invitation)).status_code == 404


CODE_PAGE, CHECK_PAGE = "/code/", "/check/"
OPENS_NOTHING = "This code opens nothing"
CHECK_CODE = "4821903577162048"
PDF = b"%PDF-1.7 Sire, the Forum is annual."


def printed_code_of(invitation):
    return grouped(invitation.links.latest("version").code)


def issued_letter(**fields):
    now = timezone.now()
    issued = {"state": Letter.State.APPROVED, "approved_at": now, "composed_at": now}
    frozen = {"sha256": hashlib.sha256(PDF).hexdigest(), "message_sha256": "0" * 64}
    return LetterFactory(**({"check_code": CHECK_CODE} | issued | frozen | fields))


def as_file(content=PDF, name="letter.pdf"):
    return {"letter": SimpleUploadedFile(name, content)}


def words_of(response):
    """What the page says, but for what its fields hold."""
    return re.sub(r'value="[^"]*"', "", response.content.decode())


def test_the_front_page_leads_to_the_code_and_to_the_check(client):
    EditionFactory()

    page = client.get("/").content.decode()

    assert f'href="{CODE_PAGE}">Confirm with your code</a>' in page
    assert f'<a href="{CHECK_PAGE}">' in page


@pytest.mark.parametrize("page", [CODE_PAGE, CHECK_PAGE])
@pytest.mark.parametrize("method", ["get", "head"])
def test_a_page_that_takes_a_code_is_shown_and_changes_nothing(client, page, method):
    invitation = InvitationFactory()
    before = all_rows()

    response = getattr(client, method)(page, {"code": printed_code_of(invitation)})

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"
    assert all_rows() == before
    assert not offices_of(client)


@pytest.mark.parametrize("page", [CODE_PAGE, CHECK_PAGE])
def test_a_page_that_takes_a_code_stands_before_the_first_edition(client, page):
    assert client.get(page).status_code == 200
    assert client.post(page, {"code": "bcdf"}).status_code == 200


@pytest.mark.parametrize("page", [CODE_PAGE, CHECK_PAGE])
def test_a_code_from_another_site_is_not_taken(page):
    invitation = InvitationFactory()

    response = Client(enforce_csrf_checks=True).post(page, {"code": printed_code_of(invitation)})

    assert response.status_code == 403


def test_a_code_opens_what_the_link_opens(client):
    invitation = InvitationFactory()

    response = client.post(CODE_PAGE, {"code": f" {printed_code_of(invitation).upper()} "})

    assert response.status_code == 302
    assert response.url == office_of(invitation)
    assert offices_of(client) == [invitation.pk]
    assert client.get(response.url).status_code == 200


def gone_by_withdrawal():
    return printed_code_of(InvitationFactory(status=Invitation.Status.WITHDRAWN))


def gone_by_replacement():
    invitation = InvitationFactory()
    code = printed_code_of(invitation)
    replace_link(invitation, UserFactory(), "It was forwarded.")
    return code


@pytest.mark.parametrize(
    ("code_of_the_gone", "words"),
    [
        (gone_by_withdrawal, "This invitation has been withdrawn"),
        (gone_by_replacement, "This link has been replaced"),
    ],
)
def test_a_code_that_opens_no_more_says_what_the_link_says(client, code_of_the_gone, words):
    response = client.post(CODE_PAGE, {"code": code_of_the_gone()})

    assert response.status_code == 410
    assert words in response.content.decode()
    assert not offices_of(client)


def test_a_malformed_an_unknown_and_a_draft_s_code_get_one_answer(
    client, django_assert_num_queries
):
    drafts = printed_code_of(InvitationFactory(status=Invitation.Status.DRAFT))
    answers = set()
    for typed in ("x", "bcdf-ghjk-mnpq", drafts, CHECK_CODE, "\0", "b" * 5000):
        # The code, the edition whose contact is named.
        with django_assert_num_queries(2):
            response = client.post(CODE_PAGE, {"code": typed})
        assert OPENS_NOTHING in response.content.decode()
        answers.add((response.status_code, words_of(response)))

    assert len(answers) == 1
    assert answers.pop()[0] == 200
    assert not offices_of(client)


def test_a_wrong_code_is_kept_on_the_page(client):
    page = client.post(CODE_PAGE, {"code": "BCDF-ghjk <mnpr"}).content.decode()

    assert 'value="BCDF-ghjk &lt;mnpr"' in page
    assert OPENS_NOTHING in page


def test_no_code_is_no_try(client):
    for _time in range(WRONG_FROM_ONE + 1):
        response = client.post(CODE_PAGE, {"code": "  "})

    assert "Please type the code." in response.content.decode()


@pytest.mark.parametrize(("page", "code"), [(CODE_PAGE, "bcdf"), (CHECK_PAGE, "4821")])
def test_a_language_chosen_midway_keeps_what_was_typed(client, page, code):
    response = client.post(page, {"code": code, "language": "ar"})

    assert response.status_code == 200
    assert '<html lang="ar" dir="rtl">' in response.content.decode()
    assert f'value="{code}"' in response.content.decode()
    assert "is-invalid" not in response.content.decode()
    assert client.get(page)["Content-Language"] == "ar"


def test_a_language_that_does_not_exist_changes_nothing(client):
    response = client.post(CODE_PAGE, {"code": "bcdf", "language": "tlh"})

    assert response["Content-Language"] == "en"


@pytest.mark.parametrize("page", [CODE_PAGE, CHECK_PAGE])
def test_after_ten_wrong_codes_the_page_says_that_there_are_many(client, page):
    EditionFactory()
    for _time in range(WRONG_FROM_ONE):
        assert client.post(page, {"code": "1234"}).status_code == 200

    response = client.post(page, {"code": "1234-5"})

    assert response.status_code == 429
    assert 590 < int(response["Retry-After"]) <= 600
    assert "Too many tries found nothing, this one too." in response.content.decode()
    assert "mailto:forum@example.org" in response.content.decode()
    assert 'value="1234-5"' in response.content.decode()


def over_the_limits(address):
    """A guesser behind the same address, and many more elsewhere."""
    for page in ("code", "check"):
        for number in range(WRONG_FROM_ALL):
            count_wrong(page, f"192.0.2.{number % 30}")
        for _time in range(WRONG_FROM_ONE):
            count_wrong(page, address)


def test_a_right_code_opens_whatever_others_have_tried(client):
    code = printed_code_of(InvitationFactory())
    over_the_limits("127.0.0.1")

    assert client.post(CODE_PAGE, {"code": "bcdf"}).status_code == 429
    assert client.post(CODE_PAGE, {"code": code}).status_code == 302


def test_a_letter_of_ours_is_recognized_whatever_others_have_tried(client):
    issued_letter()
    over_the_limits("127.0.0.1")

    assert client.post(CHECK_PAGE, {"code": "1234"}).status_code == 429
    for given in ({"code": CHECK_CODE}, as_file()):
        response = client.post(CHECK_PAGE, given)
        assert response.status_code == 200
        assert "Issued by us" in response.content.decode()


def test_over_the_limits_all_wrong_codes_still_get_one_answer(client, django_assert_num_queries):
    drafts = printed_code_of(InvitationFactory(status=Invitation.Status.DRAFT))
    over_the_limits("127.0.0.1")
    answers = set()
    for typed in ("x", "bcdf-ghjk-mnpq", drafts, CHECK_CODE):
        # The code, the edition whose contact is named.
        with django_assert_num_queries(2):
            response = client.post(CODE_PAGE, {"code": typed})
        answers.add((response.status_code, words_of(response)))

    assert len(answers) == 1
    assert answers.pop()[0] == 429


def test_another_address_is_counted_by_itself(client):
    for _time in range(WRONG_FROM_ONE):
        count_wrong("code", "127.0.0.1")

    there = client.post(CODE_PAGE, {"code": "bcdf"}, REMOTE_ADDR="192.0.2.1")
    forwarded = client.post(CODE_PAGE, {"code": "bcdf"}, HTTP_X_FORWARDED_FOR="192.0.2.1")

    assert (there.status_code, forwarded.status_code) == (200, 429)


@pytest.mark.parametrize("header", ["", ",", "not an address", "::1::1", "[", "\u00e9" * 3000])
def test_whatever_a_proxy_passes_on_a_code_is_answered(client, settings, header):
    settings.PROXIES = 1
    code = printed_code_of(InvitationFactory())

    wrong = client.post(CODE_PAGE, {"code": "bcdf"}, HTTP_X_FORWARDED_FOR=header)
    right = client.post(CODE_PAGE, {"code": code}, HTTP_X_FORWARDED_FOR=header)

    assert (wrong.status_code, right.status_code) == (200, 302)


def test_right_codes_and_found_letters_are_not_counted(client):
    letter = issued_letter()
    code = printed_code_of(letter.invitation)

    for _time in range(WRONG_FROM_ONE + 1):
        assert client.post(CODE_PAGE, {"code": code}).status_code == 302
        assert client.post(CHECK_PAGE, {"code": CHECK_CODE}).status_code == 200
        assert client.post(CHECK_PAGE, as_file()).status_code == 200


@pytest.mark.parametrize("page", [CODE_PAGE, CHECK_PAGE])
def test_what_is_typed_stands_in_no_log(client, page, caplog):
    caplog.set_level(logging.DEBUG)

    for _time in range(WRONG_FROM_ONE + 1):
        client.post(page, {"code": "secretly"}, REMOTE_ADDR="192.0.2.7")

    assert "Too Many Requests" in caplog.text
    assert "secretly" not in caplog.text
    assert "192.0.2.7" not in caplog.text


def test_an_issued_letter_is_recognized_by_its_code_and_by_its_file(client):
    reference = issued_letter().circular.reference

    for given in ({"code": "4821 9035 7716 2048"}, as_file()):
        page = client.post(CHECK_PAGE, given).content.decode()
        assert f"Issued by us on 1 February 2027, reference {reference}" in page


def test_the_date_of_a_letter_is_printed_in_the_language_of_the_page(client):
    issued_letter()
    client.post("/i18n/setlang/", {"language": "fr", "next": "/"})

    page = client.post(CHECK_PAGE, {"code": CHECK_CODE}).content.decode()

    assert "1er février 2027" in page


def test_a_replaced_letter_says_since_when(client):
    letter = issued_letter()
    anew = CircularFactory(
        edition=letter.invitation.edition, kind="replacement", dated_on=dt.date(2027, 3, 3)
    )
    issued_letter(
        invitation=letter.invitation,
        circular=anew,
        kind="replacement",
        replaces=letter,
        check_code="1" * 16,
        sha256="1" * 64,
    )

    page = client.post(CHECK_PAGE, {"code": CHECK_CODE}).content.decode()

    assert f"Issued, since replaced on 3 March 2027, reference {letter.circular.reference}" in page


def test_a_withdrawn_letter_says_so(client):
    letter = issued_letter(invitation=InvitationFactory(status=Invitation.Status.WITHDRAWN))

    page = client.post(CHECK_PAGE, as_file()).content.decode()

    assert f"Issued, since withdrawn, reference {letter.circular.reference}" in page


@pytest.mark.parametrize("given", [{"code": "4821 9035 7716 2049"}, as_file(b"%PDF-1.7 forged")])
def test_another_letter_is_not_ours(client, given):
    issued_letter()

    assert "Not one of ours" in client.post(CHECK_PAGE, given).content.decode()


def test_a_check_code_opens_no_invitation(client):
    issued_letter()

    assert OPENS_NOTHING in client.post(CODE_PAGE, {"code": CHECK_CODE}).content.decode()
    assert not offices_of(client)


def test_who_types_the_reply_code_to_check_a_letter_is_told_which_code_it_is(client):
    code = printed_code_of(issued_letter().invitation)
    answers = set()

    for typed in [code, code.upper(), "bcdf ghjk mnpq"] * WRONG_FROM_ONE:
        response = client.post(CHECK_PAGE, {"code": typed})
        answers.add((response.status_code, words_of(response)))

    [(status, said)] = answers
    assert status == 200
    assert "This is the code for the reply. The one to check a letter has sixteen digits." in said
    assert "Not one of ours" not in said
    link = f'<a href="{CODE_PAGE}">Enter the code printed in your letter</a>'
    assert link in response.content.decode()
    assert link not in client.get(CHECK_PAGE).content.decode()


def test_a_check_says_nothing_about_whom_the_letter_addresses(client):
    minister = MinisterFactory(
        given_name="Flavia", family_name="Elphberg", portfolio="Minister of Post", language="ru"
    )
    issued_letter(invitation=InvitationFactory(minister=minister), language="ru")

    response = client.post(CHECK_PAGE, {"code": CHECK_CODE})

    said = response.content.decode()
    assert response["Content-Language"] == "en"
    for secret in ("Elphberg", "Flavia", "Minister of Post", str(minister.member_state)):
        assert secret not in said
    assert not offices_of(client)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty"),
        (b"not a PDF at all", "This file is not a PDF, or it is damaged."),
        (b"%PDF-" + bytes(LETTER_LIMIT - 4), "The file may have 10 MB at most."),
    ],
)
def test_a_file_that_cannot_be_checked_is_refused_in_a_sentence(client, content, sentence):
    response = client.post(CHECK_PAGE, as_file(content))

    assert response.status_code == 200
    assert sentence in response.content.decode()
    assert "Not one of ours" not in response.content.decode()


def test_a_letter_is_a_pdf_by_its_content_not_by_its_name(client):
    issued_letter()

    page = client.post(CHECK_PAGE, as_file(name="letter.exe")).content.decode()

    assert "Issued by us on 1 February 2027" in page


@pytest.mark.parametrize("given", [{}, {"code": " "}, {"code": CHECK_CODE} | as_file()])
def test_a_check_wants_a_code_or_a_file(client, given):
    issued_letter()

    page = client.post(CHECK_PAGE, given).content.decode()

    assert "Please type the code or choose a file, one of the two." in page
    assert "Issued by us" not in page


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
