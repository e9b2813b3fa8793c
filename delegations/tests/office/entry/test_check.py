import datetime as dt

import pytest

from delegations.office.forms.codes import LETTER_LIMIT
from delegations.tests.office.entry.addresses import CHECK_PAGE, CODE_PAGE, offices_of
from delegations.tests.office.entry.codes import (
    CHECK_CODE,
    as_file,
    issued_letter,
    over_the_limits,
)
from invitations.models import Invitation
from invitations.tests.factories import CircularFactory, InvitationFactory, MinisterFactory

pytestmark = pytest.mark.django_db


def test_a_letter_of_ours_is_recognized_whatever_others_have_tried(client):
    issued_letter()
    over_the_limits("127.0.0.1")

    refused = client.post(CHECK_PAGE, {"code": "1234"})
    assert refused.status_code == 429
    assert f'href="{CODE_PAGE}"' in refused.content.decode()
    for given in ({"code": CHECK_CODE}, as_file()):
        response = client.post(CHECK_PAGE, given)
        assert response.status_code == 200
        assert "Issued by us" in response.content.decode()


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


def test_a_sealed_letter_says_whose_seal_it_carries_and_until_when(client):
    until = dt.datetime(2029, 5, 1, 12, tzinfo=dt.UTC)
    issued_letter(sealed_by="Ruritanian Union", seal_valid_until=until)

    for given in ({"code": CHECK_CODE}, as_file()):
        page = client.post(CHECK_PAGE, given).content.decode()
        assert "carries the electronic seal of Ruritanian Union." in page
        assert "The certificate of the seal is valid until 1 May 2029." in page


def test_a_letter_without_a_seal_says_so_where_letters_are_sealed(client, settings):
    issued_letter()
    told = "This letter was issued without an electronic seal."

    unsealed_house = client.post(CHECK_PAGE, as_file()).content.decode()
    settings.SEAL_FILE = "seal.p12"
    sealing_house = client.post(CHECK_PAGE, as_file()).content.decode()

    assert told not in unsealed_house
    assert told in sealing_house


def test_what_is_not_ours_is_told_nothing_about_seals(client, settings):
    settings.SEAL_FILE = "seal.p12"

    page = client.post(CHECK_PAGE, {"code": CHECK_CODE}).content.decode()

    assert "electronic seal" not in page


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


def test_a_language_chosen_midway_says_that_the_file_is_gone(client):
    page = client.post(CHECK_PAGE, as_file() | {"language": "en"}).content.decode()

    assert "please choose them again" in page
    assert "Not one of ours" not in page
