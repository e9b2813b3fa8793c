import uuid

import pytest
from django.utils import translation

from delegations.nominations import (
    delegate_mark,
    nominate_delegate,
    nominate_delegates,
    remove_delegate,
)
from delegations.statements import file_text, submit_statement, take_text_off
from delegations.tests.office.statement.statements import speaking

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


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
