"""Of a change that a second person decides, only what would not be refused is offered."""

import pytest
from django.contrib.auth.models import Group
from django.utils.html import escape

from invitations.admin.list_columns import list_url
from invitations.letters.issuing import withdraw_invitation
from invitations.models import Circular, ForumEdition, HeldChange, Minister
from invitations.outbox.release import release_alone
from invitations.replies import record_reply
from invitations.tests.corrections import asked_for
from invitations.tests.desk import choose, page_of, told
from invitations.tests.factories import (
    InvitationFactory,
    MinisterFactory,
    ReplyFactory,
    UserFactory,
)
from invitations.tests.moving import asked

pytestmark = pytest.mark.django_db


@pytest.fixture
def approver(client):
    user = UserFactory()
    user.groups.set(Group.objects.filter(name__in=["Approvers", "Drafters"]))
    client.force_login(user)
    return user


def answered_meanwhile(reached):
    change = asked_for(reached())
    record_reply(change.row, {"answer": "regrets"}, channel="fax")
    return change, "A reply came in after the hand-over was asked for."


def contested_meanwhile(reached):
    change = asked_for(ReplyFactory(invitation=reached(), channel="online").invitation)
    record_reply(change.row, {"answer": "regrets"}, channel="fax")
    return change, "A reply came in after the hand-over was asked for."


def withdrawn_meanwhile(reached):
    change = asked_for(reached())
    withdraw_invitation(change.row, UserFactory(), "By note.")
    return change, "The invitation was withdrawn meanwhile"


def another_successor(reached):
    change = asked_for(reached())
    Minister.objects.filter(pk=change.after["minister"]).update(successor=MinisterFactory())
    return change, "Who holds this office was changed"


def principal_withdrawn(reached):
    invitation = reached()
    other = InvitationFactory(
        edition=invitation.edition,
        minister=MinisterFactory(member_state=invitation.member_state, given_name="Michael"),
        is_principal=False,
    )
    change = asked_for(invitation, principal=other.pk)
    withdraw_invitation(other, UserFactory(), "By note.")
    return change, "The invitation chosen as principal was withdrawn meanwhile."


def outside_the_audience(reached):
    change = asked_for(reached())
    Circular.objects.update(languages=["ru"])
    return change, "does not address the successor"


def dates_changed_meanwhile(reached):
    change = asked(reached().edition).change
    ForumEdition._base_manager.update(opens_on="2027-04-01")
    return change, "The edition was changed after this move was asked for."


@pytest.mark.parametrize(
    "overtaken",
    [
        answered_meanwhile,
        contested_meanwhile,
        withdrawn_meanwhile,
        another_successor,
        principal_withdrawn,
        outside_the_audience,
        dates_changed_meanwhile,
    ],
)
def test_what_would_be_refused_is_not_offered_for_release(client, approver, reached, overtaken):
    change, why = overtaken(reached)

    page = client.get(page_of(change))
    [held] = page.context["held"]
    listed = choose(client, list_url(HeldChange), "release_selected", change)

    assert [name for name, _label in held["actions"]] == ["take_back_selected"]
    assert escape(why) in page.content.decode()
    assert why in " ".join(told(listed))
    assert 'name="answered"' not in listed.content.decode()


def test_what_came_meanwhile_is_refused_where_an_older_page_still_offers_it(
    client, approver, reached
):
    change, why = answered_meanwhile(reached)
    sent = {"answered": "yes", "reason": "", "marks": f"{change.pk}:{change.mark}"}

    answer = choose(client, list_url(HeldChange), "release_selected", change, **sent)

    assert why in " ".join(told(answer))
    assert HeldChange.objects.get(pk=change.pk).is_waiting


def changed_once_more(reached):
    minister = reached(minister__to_emails="office@example.org").minister
    ForumEdition.objects.update(releases_alone=True)
    HeldChange.objects.all().delete()
    by = UserFactory()
    minister.to_emails = "new@example.org"
    minister.save()
    change = HeldChange.objects.get()
    release_alone(change, by, change.mark, "The plane leaves at six.")
    minister.to_emails = "third@example.org"
    minister.save()
    return change, "The record was changed once more since then"


def test_what_would_be_refused_is_not_offered_to_be_taken_back(client, approver, reached):
    change, why = changed_once_more(reached)

    page = client.get(page_of(change))
    [held] = page.context["held"]
    listed = choose(client, list_url(HeldChange), "take_back_selected", change)

    assert "take_back_selected" not in [name for name, _label in held["actions"]]
    assert escape(why) in page.content.decode()
    assert why in " ".join(told(listed))
    assert 'name="answered"' not in listed.content.decode()
