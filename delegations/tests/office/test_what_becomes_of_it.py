"""What becomes of a statement and a delegation on file when the answer changes."""

import re
import uuid

import pytest

from delegations.models import PolicyStatement
from delegations.nominations import nominate_delegate
from delegations.statements import submit_statement
from delegations.tests.offices import browser, coming, page_of, text, words_of
from delegations.tests.states import PERSON, STATEMENT
from invitations.letters.issuing import make_principal
from invitations.replies import record_reply
from invitations.tests.factories import InvitationFactory, MinisterFactory, UserFactory
from invitations.tests.reading import ask

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("in_february"),
    # WeasyPrint leaves the colour profile of a PDF/A open.
    pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning"),
]
STATEMENT_KEPT = "The policy statement that is on file is not expected with this answer."
DELEGATION_KEPT = "The delegation that is on file is not expected with this answer."


@pytest.fixture
def invitation():
    """An office that comes in person, and has announced its statement and a delegate."""
    invitation = coming("Ruritania")
    name = {"speaker_name": invitation.minister.name}
    submit_statement(invitation, STATEMENT | name, "")
    nominate_delegate(invitation, PERSON | {"name": "Fritz von Tarlenheim"}, uuid.uuid4())
    return invitation


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("regrets", {STATEMENT_KEPT, DELEGATION_KEPT}),
        ("attends_only", {STATEMENT_KEPT}),
        ("video", {DELEGATION_KEPT}),
        ("in_person", set()),
        ("holding", set()),
    ],
)
def test_the_summary_says_what_the_answer_no_longer_asks_for(invitation, answer, told):
    words = words_of(invitation, answer=answer, step="check")

    page = text(browser(invitation).post(page_of(invitation), words, follow=True))

    assert {said for said in (STATEMENT_KEPT, DELEGATION_KEPT) if said in page} == told


def test_after_regrets_the_pages_say_that_both_are_kept(invitation):
    client = browser(invitation)
    words = words_of(invitation, answer="regrets")

    thanks = text(client.post(page_of(invitation), words, follow=True))
    filed = text(client.get(page_of(invitation)))

    for page in (thanks, filed):
        assert STATEMENT_KEPT in page
        assert DELEGATION_KEPT in page
        assert page.count("on file, but not expected with this answer") == 2


def test_after_regrets_what_is_on_file_is_shown_and_nothing_is_asked_about_it(invitation):
    record_reply(invitation, {"answer": "regrets"})
    client = browser(invitation)

    statement = text(client.get(page_of(invitation, "statement")))
    delegation = text(client.get(page_of(invitation, "delegation")))

    assert "no statement is expected" in statement
    assert "may be added later" not in statement
    assert "Fritz von Tarlenheim" in delegation
    assert "the registration of each participant" not in delegation


def test_people_are_kept_on_while_another_minister_comes_and_the_statement_is_not(invitation):
    minister = MinisterFactory(member_state=invitation.member_state, family_name="Sapt")
    other = InvitationFactory(
        minister=minister, edition=invitation.edition, is_principal=False, status="issued"
    )
    record_reply(other, {"answer": "in_person"})
    words = words_of(invitation, answer="regrets", step="check")

    page = text(browser(invitation).post(page_of(invitation), words, follow=True))

    assert STATEMENT_KEPT in page
    assert DELEGATION_KEPT not in page


def test_an_office_reads_that_its_statement_follows_the_minister_who_is_principal_now(invitation):
    minister = MinisterFactory(member_state=invitation.member_state, family_name="Sapt")
    other = InvitationFactory(minister=minister, edition=invitation.edition, is_principal=False)

    make_principal(other, UserFactory(), "The minister speaks for the State.")

    page = text(browser(invitation).get(page_of(invitation)))
    assert "follows the answer of another minister of your State, which brings none so far" in page
    assert STATEMENT_KEPT not in page


def test_after_a_substitute_the_statement_says_what_to_check(invitation):
    client = browser(invitation)
    words = words_of(invitation, answer="represented", substitute_name="Rudolf Rassendyll")
    client.post(page_of(invitation), words)

    page = text(client.get(page_of(invitation, "statement")))

    assert re.search("By the answer on file the speaker is \\W?Rudolf Rassendyll", page)
    assert "Please check the speaker’s name and function." in page
    assert "the answer now says otherwise: please check" in page


@pytest.mark.parametrize(
    ("answer", "mode", "differs"),
    [
        ("in_person", "in_person", False),
        ("video", "in_person", True),
        ("written", "video", True),
        ("written", "written", False),
        ("in_person", "video", True),
    ],
)
def test_answer_and_statement_are_compared_in_how_it_is_delivered(
    invitation, answer, mode, differs
):
    record_reply(invitation, {"answer": answer})
    PolicyStatement.objects.update(mode=mode)
    client = browser(invitation)

    pages = [text(client.get(page_of(invitation, name))) for name in ("statement", "answer")]

    assert ("Please correct the one that is wrong." in pages[0]) == differs
    assert ("the answer now says otherwise: please check" in pages[1]) == differs


def test_who_is_on_the_list_is_a_pdf_to_keep(invitation):
    client = browser(invitation)
    address = page_of(invitation, "delegation_record")
    assert f'href="{address}"' in text(client.get(page_of(invitation, "delegation")))

    receipt = client.get(address)

    assert receipt["Content-Type"] == "application/pdf"
    words = " ".join(ask(receipt.content, "pdftotext", "-", "-").split())
    assert "Adviser: Fritz von Tarlenheim" in words
    assert "1 person whose gender is not stated" in words


def test_while_nobody_is_named_there_is_no_list_to_keep():
    invitation = coming("Graustark")

    refused = browser(invitation).get(page_of(invitation, "delegation_record"))

    assert refused.status_code == 404
