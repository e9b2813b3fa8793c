import uuid

import pytest
import time_machine
from django.utils import translation

from delegations.nominations import (
    delegate_mark,
    nominate_delegate,
    nominate_delegates,
    remove_delegate,
)
from delegations.statements import file_text, submit_statement, take_text_off
from delegations.tests.office.statement.statements import session_of, speaking
from delegations.tests.offices import browser, page_of, text
from invitations.letters.circulars import call_back_circular
from invitations.letters.issuing import make_principal, withdraw_invitation
from invitations.models import HeldChange, Invitation, LetterTemplate, Minister
from invitations.replies import record_reply
from invitations.tests.factories import (
    CircularFactory,
    HoursFactory,
    InvitationFactory,
    LetterFactory,
    MinisterFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february", "own_files")]


@pytest.fixture
def invitation():
    return speaking("Ruritania")


def receipt_of(invitation, what):
    return invitation.letters.get(kind="receipt", variant=what)


def lines_of(invitation, what):
    receipt = receipt_of(invitation, what)
    with translation.override(receipt.language):
        return receipt.filed[receipt.language].splitlines()


def named(name, **words):
    return {"role": "adviser", "name": name} | words


def test_text_that_staff_file_once_the_event_is_over_is_answered_by_people(invitation):
    submit_statement(invitation, {"speaker_name": "Flavia"}, "")
    planned_at = receipt_of(invitation, "statement").planned_at

    with time_machine.travel("2027-06-01T09:00Z", tick=False):
        file_text(invitation, b"We trust.", "a.txt", staff=UserFactory())

    assert receipt_of(invitation, "statement").planned_at == planned_at


def test_the_receipt_of_a_statement_tells_what_stands_after_the_last_change(invitation):
    statement = submit_statement(invitation, {"speaker_name": "Flavia Elphberg"}, "")
    text = file_text(invitation, b"Excellencies, distinguished delegates.", "speech.txt")
    file_text(invitation, b"Excellencies.", "short.txt")

    take_text_off(invitation, text.pk)

    lines = lines_of(invitation, "statement")
    assert any("Flavia Elphberg" in line for line in lines)
    assert any("short.txt" in line for line in lines)
    assert not any("speech.txt" in line for line in lines)
    assert statement.delegation.member_state == invitation.member_state


def test_the_receipt_tells_of_a_text_that_staff_have_filed_for_the_office(invitation):
    submit_statement(invitation, {"speaker_name": "Flavia Elphberg"}, "")

    file_text(invitation, b"Excellencies.", "mailed.txt", staff=UserFactory())

    assert any("mailed.txt" in line for line in lines_of(invitation, "statement"))


def test_the_receipt_calls_a_session_as_two_people_have_published_it(invitation):
    first, second = session_of(invitation, "Dialogues"), session_of(invitation, "Round table")
    first.hours = HoursFactory(edition=invitation.edition, title="Dialogues")
    first.title_en = "Dialogues of nobody’s choice"
    first.save()

    words = {"first_choice_id": first.pk, "second_choice_id": second.pk}
    submit_statement(invitation, {"speaker_name": "Flavia Elphberg"} | words, "")

    lines = "\n".join(lines_of(invitation, "statement"))
    assert "Dialogues" in lines
    assert "nobody’s choice" not in lines
    assert "Round table" in lines


def test_the_same_statement_again_plans_no_second_receipt(invitation):
    submit_statement(invitation, {"speaker_name": "Flavia Elphberg"}, "")
    planned = receipt_of(invitation, "statement").planned_at

    submit_statement(invitation, {"speaker_name": "Flavia Elphberg"}, "")

    assert receipt_of(invitation, "statement").planned_at == planned


def test_the_receipt_of_a_delegation_names_people_and_says_nothing_else_of_them(invitation):
    nominate_delegate(invitation, named("Rupert Hentzau", email="r@example.org"), uuid.uuid4())

    nominate_delegates(
        invitation, [named("Sapt", needs="Ramp"), named("Fritz Tarlenheim")], uuid.uuid4()
    )

    lines = lines_of(invitation, "delegation")
    assert len(lines) == 3
    assert all(
        any(name in line for line in lines) for name in ("Hentzau", "Sapt", "Fritz Tarlenheim")
    )
    assert not any("example.org" in line or "Ramp" in line for line in lines)


def test_a_delegation_of_which_nobody_is_left_says_so(invitation):
    person = nominate_delegate(invitation, named("Rupert Hentzau"), uuid.uuid4())

    remove_delegate(invitation, person.pk, delegate_mark(person))

    (line,) = lines_of(invitation, "delegation")
    assert "Hentzau" not in line


def test_a_receipt_that_regrets_kept_back_leaves_once_another_minister_speaks_for_the_state(
    invitation,
):
    submit_statement(invitation, {"speaker_name": "Flavia Elphberg"}, "")
    other = InvitationFactory(
        edition=invitation.edition,
        minister=MinisterFactory(member_state=invitation.member_state, family_name="Sapt"),
        is_principal=False,
    )
    record_reply(other, {"answer": "in_person"})
    record_reply(invitation, {"answer": "regrets"})
    kept_back = receipt_of(invitation, "statement")
    invitation.letters.filter(pk=kept_back.pk).update(state="cancelled")

    make_principal(other, UserFactory(), "The minister speaks for the State.")

    again = invitation.letters.planned().get(kind="receipt")
    assert again.filed == kept_back.filed


def by_courtesy(invitation):
    """An invitation of another minister of the State."""
    sapt = MinisterFactory(member_state=invitation.member_state, family_name="Sapt")
    return InvitationFactory(edition=invitation.edition, minister=sapt, is_principal=False)


def test_a_receipt_that_was_kept_back_leaves_once_the_principal_invitation_is_withdrawn(invitation):
    submit_statement(invitation, {"speaker_name": "Flavia Elphberg"}, "")
    principal = by_courtesy(invitation)
    record_reply(principal, {"answer": "regrets"})
    make_principal(principal, UserFactory(), "The minister speaks for the State.")
    kept_back = receipt_of(invitation, "statement")
    invitation.letters.filter(pk=kept_back.pk).update(state="cancelled")

    withdraw_invitation(principal, UserFactory(), "The office was dissolved.")

    again = invitation.letters.planned().get(kind="receipt")
    assert again.filed == kept_back.filed


def test_a_receipt_stays_kept_back_while_the_principal_invitation_is_a_draft_again(invitation):
    submit_statement(invitation, {"speaker_name": "Flavia Elphberg"}, "")
    principal = by_courtesy(invitation)
    circular = CircularFactory(edition=invitation.edition, kind="notice")
    LetterFactory(invitation=principal, circular=circular)
    make_principal(principal, UserFactory(), "The minister speaks for the State.")
    invitation.letters.filter(kind="receipt").update(state="cancelled")

    call_back_circular(circular, UserFactory(), "The hour was wrong.")
    kept_back = not invitation.letters.planned().filter(kind="receipt").exists()
    principal.refresh_from_db()
    withdraw_invitation(principal, UserFactory(), "The office was dissolved.")

    assert kept_back
    assert invitation.letters.planned().filter(kind="receipt").exists()


def test_no_receipt_is_planned_again_for_a_minister_who_brings_no_statement(invitation):
    submit_statement(invitation, {"speaker_name": "Flavia Elphberg"}, "")
    silent = InvitationFactory(
        edition=invitation.edition,
        minister=MinisterFactory(member_state=invitation.member_state, family_name="Sapt"),
        is_principal=False,
    )
    invitation.letters.filter(kind="receipt").update(state="cancelled")

    make_principal(silent, UserFactory(), "The minister speaks for the State.")

    assert not invitation.letters.planned().filter(kind="receipt").exists()
    assert list(Invitation.objects.speaking_by_courtesy()) == [invitation]


# What the office's pages say of it


@pytest.fixture
def approved_texts(db):
    LetterTemplate.objects.update(first_approver=UserFactory(), second_approver=UserFactory())


def page(invitation, name):
    return text(browser(invitation).get(page_of(invitation, name)))


def release(**emails):
    """Let the office have these addresses, and nobody has to release them any more."""
    Minister.objects.update(**emails)
    HeldChange.objects.all().delete()


FOLLOWS = "A receipt of what is on file follows by mail, about an hour after the last change, to"


@pytest.mark.usefixtures("approved_texts")
def test_the_pages_say_that_a_receipt_follows_and_name_no_address_whole(invitation):
    release(to_emails="flavia@example.org", cc_emails="cabinet@example.org")
    assert FOLLOWS not in page(invitation, "statement") + page(invitation, "delegation")

    submit_statement(invitation, {"speaker_name": "Flavia Elphberg"}, "")
    nominate_delegate(invitation, named("Rupert Hentzau"), uuid.uuid4())

    for name in ("statement", "delegation"):
        shown = page(invitation, name)
        assert f"{FOLLOWS} f…\u2060@example.org and c…\u2060@example.org." in shown
        assert "flavia@" not in shown


@pytest.mark.usefixtures("approved_texts")
def test_once_the_receipt_has_left_no_page_announces_it(invitation):
    submit_statement(invitation, {"speaker_name": "Flavia Elphberg"}, "")

    receipt = receipt_of(invitation, "statement")
    receipt.state = "cancelled"
    receipt.save()

    assert FOLLOWS not in page(invitation, "statement")


def test_without_an_approved_text_no_page_promises_a_receipt(invitation):
    submit_statement(invitation, {"speaker_name": "Flavia Elphberg"}, "")

    assert FOLLOWS not in page(invitation, "statement")


@pytest.mark.usefixtures("approved_texts")
def test_after_regrets_no_page_promises_a_receipt_that_is_kept_back(invitation):
    submit_statement(invitation, {"speaker_name": "Flavia Elphberg"}, "")
    nominate_delegate(invitation, named("Rupert Hentzau"), uuid.uuid4())

    record_reply(invitation, {"answer": "regrets"})

    assert FOLLOWS not in page(invitation, "statement") + page(invitation, "delegation")


@pytest.mark.usefixtures("approved_texts")
def test_without_an_address_on_file_no_page_promises_a_receipt(invitation):
    release(to_emails="")
    submit_statement(invitation, {"speaker_name": "Flavia Elphberg"}, "")

    assert FOLLOWS not in page(invitation, "statement")
