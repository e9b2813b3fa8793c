"""What reminders know of what is filed is what the office's page says is left to do."""

import uuid

import pytest

from delegations.models import Delegation, PolicyStatement
from delegations.nominations import (
    amend_delegate,
    delegate_mark,
    nominate_delegate,
    nominate_delegates,
    remove_delegate,
)
from delegations.office.on_file import read_on_file
from delegations.statements import file_text, submit_statement, take_text_off
from delegations.tests.office.statement.statements import speaking
from delegations.tests.offices import browser, page_of, text
from invitations.models import Filed, NextStep, offices_to_ask
from invitations.replies import record_reply
from invitations.tests.factories import MemberStateFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february", "own_files")]


@pytest.fixture
def invitation():
    return speaking("Ruritania")


def asked_for(invitation):
    """What reminders would ask of the office; the page of the office asks for the same."""
    asked = [what for what in NextStep if offices_to_ask(what).filter(pk=invitation.pk).exists()]
    assert read_on_file(invitation).left_to_do == asked
    return [what.value for what in asked]


def named(name, **words):
    return {"role": "adviser", "name": name} | words


def announce(invitation):
    return submit_statement(invitation, {"speaker_name": "Flavia Elphberg"}, "")


def test_who_has_said_yes_alone_is_asked_for_everything(invitation):
    assert asked_for(invitation) == ["speaker", "head", "text"]


def test_each_thing_that_is_filed_is_asked_no_more_and_asked_again_once_it_is_off(invitation):
    announce(invitation)
    words = file_text(invitation, b"Excellencies.", "speech.txt")
    head = nominate_delegate(invitation, named("Rose Saroyan", role="head"), uuid.uuid4())
    filed = asked_for(invitation)

    take_text_off(invitation, words.pk)
    remove_delegate(invitation, head.pk, delegate_mark(head))

    assert filed == []
    assert asked_for(invitation) == ["head", "text"]


def test_a_replaced_text_is_a_text(invitation):
    announce(invitation)
    first = file_text(invitation, b"Excellencies.", "speech.txt")

    file_text(invitation, b"Excellencies, distinguished delegates.", "next.txt", replaces=first.pk)

    assert asked_for(invitation) == ["head"]


def test_a_delegation_without_a_head_is_asked_for_one(invitation):
    nominate_delegates(invitation, [named("Rose Saroyan"), named("Fritz")], uuid.uuid4())
    person = Delegation.objects.get().delegates.order_by("pk").first()
    without = asked_for(invitation)

    amend_delegate(invitation, person.pk, named("Rose Saroyan", role="head"), delegate_mark(person))

    assert (without, asked_for(invitation)) == (["speaker", "head", "text"], ["speaker", "text"])


def test_a_whole_list_with_a_head_names_one(invitation):
    nominate_delegates(invitation, [named("Rose Saroyan", role="head")], uuid.uuid4())

    assert asked_for(invitation) == ["speaker", "text"]


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        ("attends_only", ["head"]),
        ("video", ["speaker", "text"]),
        ("written", ["speaker", "text"]),
        ("regrets", []),
    ],
)
def test_each_answer_asks_for_its_own(invitation, answer, asked):
    record_reply(invitation, {"answer": answer})

    assert asked_for(invitation) == asked


def test_what_staff_enter_and_delete_counts_too(invitation, admin_client):
    announce(invitation)
    nominate_delegate(invitation, named("Rose Saroyan", role="head"), uuid.uuid4())
    statement, head = PolicyStatement.objects.get(), Delegation.objects.get().delegates.get()

    delete = {"post": "yes"}
    admin_client.post(f"/admin/delegations/policystatement/{statement.pk}/delete/", delete)
    without_statement = asked_for(invitation)
    admin_client.post(f"/admin/delegations/delegate/{head.pk}/delete/", delete)

    assert without_statement == ["speaker", "text"]
    assert asked_for(invitation) == ["speaker", "head", "text"]
    assert not Filed.objects.exists()


def moved(client, row, delegation):
    """Staff enter another delegation on the page of the row, and save."""
    address = f"/admin/delegations/{row._meta.model_name}/{row.pk}/change/"
    page = client.get(address).context
    form = page["adminform"].form
    words = {name: form[name].value() or "" for name in form.fields}
    for inline in page["inline_admin_formsets"]:
        counts = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}
        words |= {f"{inline.formset.prefix}-{name}": count for name, count in counts.items()}
    assert client.post(address, words | {"delegation": delegation.pk}).status_code == 302


def test_what_staff_move_to_its_own_state_is_asked_of_the_other_again(invitation, admin_client):
    announce(invitation)
    head = nominate_delegate(invitation, named("Rose Saroyan", role="head"), uuid.uuid4())
    statement, theirs = PolicyStatement.objects.get(), Delegation.objects.get()
    its_own = Delegation.objects.create(
        edition=invitation.edition, member_state=MemberStateFactory()
    )

    moved(admin_client, statement, its_own)
    without_statement = asked_for(invitation)
    moved(admin_client, head, its_own)

    assert without_statement == ["speaker", "text"]
    assert asked_for(invitation) == ["speaker", "head", "text"]
    filed = Filed.objects.order_by("what").values_list("member_state", "what")
    assert [*filed] == [(its_own.member_state_id, what) for what in ("head", "speaker")]
    lines = theirs.changes.filter(act="removed").order_by("pk")
    assert [*lines.values_list("part", "subject")] == [
        ("statement", "Flavia Elphberg"),
        ("delegate", "Rose Saroyan"),
    ]


def test_the_page_leads_to_the_delegation_before_the_words_of_the_statement(invitation):
    announce(invitation)
    client = browser(invitation)
    before = text(client.get(page_of(invitation)))

    nominate_delegate(invitation, named("Rose Saroyan", role="head"), uuid.uuid4())

    assert "Name the delegation" in before
    assert "File a text of the statement" in text(client.get(page_of(invitation)))


def test_a_delegation_without_a_head_is_led_to_name_one(invitation):
    announce(invitation)
    nominate_delegate(invitation, named("Rose Saroyan"), uuid.uuid4())

    assert "Name the head of delegation" in text(browser(invitation).get(page_of(invitation)))
