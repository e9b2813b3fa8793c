"""Whose a paper may be is only proposed: by its code, its words, or its file's name."""

import pytest

from invitations.inbox.proposals import proposal
from invitations.links import grouped_code, reply_url
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
    MinisterFactory,
)
from invitations.tests.paper import past_edition

pytestmark = pytest.mark.django_db


def state(iso2, iso3, name):
    return MemberStateFactory(iso2=iso2, iso3=iso3, short_name=name)


def invited(member_state, edition=None, **minister):
    minister = MinisterFactory(member_state=member_state, **minister)
    return InvitationFactory(minister=minister, edition=edition or EditionFactory())


@pytest.fixture
def ruritania():
    return invited(state("QR", "QRA", "Ruritania"))


def code_of(invitation):
    return reply_url(invitation.links.get(replaced_at=None))


def test_the_link_on_the_paper_goes_before_words_and_the_file_s_name(ruritania):
    other = InvitationFactory()
    words = f"Reply code {grouped_code(other.links.get().code)}"

    assert proposal([code_of(ruritania)], words, "QSA.pdf") == (ruritania, "code")


def test_a_code_that_is_no_link_of_ours_proposes_nobody(ruritania):
    strange = ["https://example.org/r/" + "a" * 21, "BEGIN:VCARD", "", "/" * 300]

    assert proposal(strange, "", "") == (None, "")


def test_a_link_of_any_address_is_known_by_its_token_alone(ruritania):
    token = ruritania.links.get().token

    assert proposal([f"HTTPS://old.example.org/r/{token}/?x=1"], "", "")[0] == ruritania


def test_the_link_of_a_letter_that_was_replaced_still_tells_whose_it_is(ruritania):
    link = code_of(ruritania)
    ruritania.status = "withdrawn"
    ruritania.save()
    successor = invited(ruritania.member_state, ruritania.edition, family_name="Sapt")

    assert proposal([link], "", "") == (successor, "code")


def test_a_code_of_an_invitation_in_whose_place_none_is_in_force_still_tells_whose_it_is(ruritania):
    ruritania.status = "withdrawn"
    ruritania.save()

    assert proposal([code_of(ruritania)], "", "") == (ruritania, "code")


def courtesy_to(invitation, name, **fields):
    minister = MinisterFactory(member_state=invitation.member_state, family_name=name)
    edition = invitation.edition
    return InvitationFactory(edition=edition, minister=minister, is_principal=False, **fields)


def test_the_code_of_a_courtesy_that_was_withdrawn_proposes_no_answer_of_the_state(ruritania):
    courtesy = courtesy_to(ruritania, "Hentzau", status="withdrawn")

    assert proposal([code_of(courtesy)], "", "") == (courtesy, "code")


def test_the_code_of_a_courtesy_to_a_predecessor_proposes_that_to_the_successor(ruritania):
    courtesy = courtesy_to(ruritania, "Hentzau", status="withdrawn")
    successor = courtesy_to(ruritania, "Tarlenheim")
    courtesy.minister.successor = successor.minister
    courtesy.minister.save()

    assert proposal([code_of(courtesy)], "", "") == (successor, "code")


def test_the_reply_code_and_the_check_code_in_the_text_tell_whose_it_is(ruritania):
    letter = LetterFactory(invitation=ruritania, check_code="1234567890123456")
    code = grouped_code(ruritania.links.get().code)

    assert proposal([], f"Our reply. Code: {code.upper()}.", "") == (ruritania, "code")
    assert proposal([], "Letter 1234 5678 9012 3456", "") == (letter.invitation, "words")


def test_the_codes_of_two_offices_on_one_paper_are_sure_of_neither(ruritania):
    other = InvitationFactory()
    codes = " ".join(grouped_code(one.links.get().code) for one in (ruritania, other))

    assert proposal([], codes, "") == (ruritania, "words")
    assert proposal([code_of(ruritania), code_of(other)], "", "") == (ruritania, "words")
    assert proposal([code_of(ruritania)] * 2, "", "") == (ruritania, "code")


def test_a_reference_and_a_state_in_the_text_tell_whose_it_is_and_of_which_edition(ruritania):
    past = past_edition()
    CircularFactory(edition=past, reference="CL-20/4")
    earlier = InvitationFactory(edition=past, minister=ruritania.minister)

    assert proposal([], "The Government of Ruritania regrets.", "")[0] == ruritania
    assert proposal([], "Your letter CL-20/4. Ruritania regrets.", "")[0] == earlier


def test_two_states_in_the_text_propose_neither(ruritania):
    invited(state("QS", "QSA", "Strelsau"))

    assert proposal([], "Ruritania and Strelsau", "") == (None, "")


def test_a_name_within_a_longer_one_is_not_named(ruritania):
    longer = invited(state("QE", "QEA", "Equatorial Ruritania"))

    assert proposal([], "The Republic of Equatorial Ruritania", "")[0] == longer


@pytest.mark.parametrize("name", ["QRA-0012.pdf", "fax QR 3.tif", "2027_QRA_reply.png"])
def test_the_code_of_a_state_in_the_file_s_name_tells_whose_it_is(ruritania, name):
    assert proposal([], "", name) == (ruritania, "name")


@pytest.mark.parametrize(
    "name", ["qra.pdf", "SCAN0012.PDF", "QRAB.pdf", "QRA QSA.pdf", "QR QS.pdf"]
)
def test_a_file_s_name_that_may_mean_something_else_proposes_nobody(ruritania, name):
    invited(state("QS", "QSA", "Strelsau"))

    assert proposal([], "", name) == (None, "")
