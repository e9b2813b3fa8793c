"""Where the rarer lines of a State's timeline lead."""

import datetime as dt

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone

from invitations.admin.list_columns import change_url, state_url
from invitations.audit import Act, record_act
from invitations.models import (
    CallListEntry,
    DateChange,
    HeldChange,
    OriginalStep,
    Reconfirmation,
    TelephoneCall,
)
from invitations.tests.factories import (
    CircularFactory,
    InvitationFactory,
    LetterFactory,
    ReplyFactory,
    StepFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = dt.date(2027, 3, 1)


@pytest.fixture
def invitation():
    return InvitationFactory(edition__moved_at=NOW)


def steps_of_an_original(invitation, person):
    letter = LetterFactory(invitation=invitation, by_original=True)
    taken_back = {"taken_back_at": NOW, "taken_back_by": person, "discard_reason": "A slip."}
    OriginalStep.objects.create(letter=letter, step="signed", done_on=TODAY, **taken_back)
    return reverse("admin:invitations_signedoriginal_change", args=[letter.pk])


def an_answer_that_still_holds(invitation, person):
    reply = ReplyFactory(invitation=invitation)
    edition = invitation.edition
    kind = ContentType.objects.get_for_model(edition)
    change = HeldChange.objects.create(content_type=kind, object_id=edition.pk, kind="dates")
    move = DateChange.objects.create(edition=edition, change=change, kind="moved")
    Reconfirmation.objects.create(
        move=move, invitation=invitation, reply=reply, said="still_valid", answered_at=NOW
    )
    return change_url(reply)


def a_reply_that_was_chosen(invitation, person):
    reply = ReplyFactory(
        invitation=invitation, settled_at=NOW, settled_by=person, settlement_reason="By telephone."
    )
    return change_url(reply)


def a_call_that_was_struck(invitation, person):
    call = TelephoneCall.objects.create(
        invitation=invitation, outcome="reached", at=NOW, by=person, struck_at=NOW,
        struck_by=person, strike_reason="Another State.",
    )  # fmt: skip
    return change_url(call)


def an_entry_of_the_call_list(invitation, person):
    entry = CallListEntry.objects.create(
        invitation=invitation, step=StepFactory(medium="call"), reply_before=TODAY
    )
    return change_url(entry)


def a_link_that_was_replaced(invitation, person):
    record_act(invitation, Act.LINK_REPLACED, person, "It was forwarded.")
    return change_url(invitation)


@pytest.mark.parametrize(
    ("happens", "lines"),
    [
        (steps_of_an_original, 2),
        (an_answer_that_still_holds, 2),
        (a_reply_that_was_chosen, 2),
        (a_call_that_was_struck, 2),
        (an_entry_of_the_call_list, 1),
        (a_link_that_was_replaced, 2),
    ],
)
def test_each_of_its_lines_is_a_link_to_its_record(admin_client, invitation, happens, lines):
    record = happens(invitation, UserFactory(username="sapt"))

    page = admin_client.get(state_url(invitation.edition, invitation.member_state))

    told = [line["url"] for line in page.context["timeline"]]
    assert told.count(record) == lines
    assert page.content.decode().count(f'<a class="text-link" href="{record}">') >= lines
    assert admin_client.get(record).status_code == 200


def test_approved_letter_names_its_reference_and_who_signed_the_original(admin_client, invitation):
    signed = {"original_signed_by": "Rudolf Rassendyll", "original_signed_on": TODAY}
    circular = CircularFactory(edition=invitation.edition, reference="CL-27/1", **signed)
    letter = LetterFactory(invitation=invitation, circular=circular)
    letter.events.create(state="approved", at=NOW)

    page = admin_client.get(state_url(invitation.edition, invitation.member_state))

    [approved] = [one for one in page.context["timeline"] if "approved" in one["words"]]
    assert "CL-27/1" in approved["more"]
    assert "the original was signed by Rudolf Rassendyll on 1 March 2027" in approved["more"]
