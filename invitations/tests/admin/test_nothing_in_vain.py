"""What a list would refuse anyway is said before it asks, and nothing of it is asked."""

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from invitations.admin.list_columns import list_url
from invitations.letters.approval import approve_text
from invitations.links import end_link
from invitations.models import (
    Delivery,
    HeldChange,
    Invitation,
    Letter,
    LetterTemplate,
    TelephoneCall,
)
from invitations.reminders.calls import note_call, strike_call
from invitations.tests.corrections import BECAUSE, asked_for
from invitations.tests.desk import choose, told
from invitations.tests.factories import DeliveryFactory, InvitationFactory, UserFactory

pytestmark = pytest.mark.django_db


def of(group):
    user = UserFactory()
    user.groups.add(Group.objects.get(name=group))
    return user


def struck_call(by):
    call = note_call(InvitationFactory(), by, "spoken", whom="Fritz")
    strike_call(call, by, "It was another office.")
    return "Registrars", TelephoneCall, "strike_selected", call, "struck already"


def ended_link(by):
    invitation = InvitationFactory()
    end_link(invitation, 1, by, BECAUSE)
    return "Drafters", Invitation, "end_links", invitation, "link has ended already"


def own_change(by):
    change = asked_for(InvitationFactory(), by)
    return "Approvers", HeldChange, "release_selected", change, "you changed it"


def change_of_two(by):
    change = asked_for(InvitationFactory())
    return "Approvers", HeldChange, "release_alone_selected", change, "Only a corrected address"


def own_text(by):
    text = LetterTemplate.objects.first()
    approve_text(text, by, text.mark)
    return "Approvers", LetterTemplate, "approve_selected", text, "you are the first"


def read_text(by):
    text = LetterTemplate.objects.first()
    LetterTemplate.objects.update(reviewed_by=by, reviewed_at=timezone.now())
    return "Drafters", LetterTemplate, "tick_selected", text, "reviewed this already"


def mail_on_paper(by):
    mail = DeliveryFactory()
    return "Drafters", Delivery, "mark_as_dispatched", mail, "Only a printed letter that waits"


def letter_of_the_withdrawn(by):
    letter = DeliveryFactory(letter__invitation__status="withdrawn").letter
    return "Drafters", Letter, "dispatch_selected", letter, "It may not leave"


@pytest.mark.parametrize(
    "state",
    [
        struck_call,
        ended_link,
        own_change,
        change_of_two,
        own_text,
        read_text,
        mail_on_paper,
        letter_of_the_withdrawn,
    ],
)
def test_a_list_asks_about_nothing_that_it_would_refuse(client, state):
    by = UserFactory()
    group, model, action, row, why = state(by)
    by.groups.add(Group.objects.get(name=group))
    client.force_login(by)

    answer = choose(client, list_url(model), action, row)

    assert why in " ".join(told(answer))
    assert 'name="answered"' not in answer.content.decode()
