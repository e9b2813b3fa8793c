"""Telephone calls: noted on any day, never changed, struck with a reason."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from invitations.models import CallListEntry, Invitation, Minister, TelephoneCall
from invitations.reminders.calls import note_call, strike_call
from invitations.replies import file_correspondence
from invitations.tests.desk import choose, signed_in, told
from invitations.tests.factories import (
    InvitationFactory,
    MinisterFactory,
    StepFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

CALLS = reverse("admin:invitations_telephonecall_changelist")


def refusal(outcome="promised", **words):
    with pytest.raises(ValidationError) as refused:
        note_call(InvitationFactory(), UserFactory(), outcome, **words)
    assert not TelephoneCall.objects.exists()
    return refused.value.message_dict


def test_a_call_is_kept_with_hour_caller_and_what_came_of_it():
    keeper, invitation = UserFactory(), InvitationFactory()

    call = note_call(
        invitation, keeper, "promised", whom="Fritz von Tarlenheim", fact="They answer on Monday."
    )

    assert list(TelephoneCall.objects.reaching()) == [call]
    assert (call.invitation, call.by, call.whom) == (invitation, keeper, "Fritz von Tarlenheim")
    assert timezone.now() - call.at < dt.timedelta(minutes=1)


def test_a_call_of_an_earlier_day_is_noted_with_its_hour():
    yesterday = timezone.now() - dt.timedelta(days=1)

    assert note_call(InvitationFactory(), UserFactory(), "no_answer", at=yesterday).at == yesterday


def test_what_cannot_be_is_refused_at_its_field():
    tomorrow = timezone.now() + dt.timedelta(days=1)
    last_week = timezone.localdate() - dt.timedelta(days=7)

    assert list(refusal(at=tomorrow)) == ["at"]
    assert list(refusal("call_back")) == ["next_call_on"]
    assert list(refusal("other")) == ["fact"]
    assert list(refusal(next_call_on=last_week)) == ["next_call_on"]


def test_nobody_answered_is_a_call_that_reached_nobody():
    note_call(InvitationFactory(), UserFactory(), "no_answer")
    note_call(InvitationFactory(), UserFactory(), "wrong_number")

    assert TelephoneCall.objects.standing().count() == 2
    assert not TelephoneCall.objects.reaching().exists()


def test_a_note_that_a_browser_posts_twice_is_kept_once():
    keeper, invitation = UserFactory(), InvitationFactory()
    call = {"whom": "Fritz von Tarlenheim", "at": timezone.now() - dt.timedelta(minutes=5)}
    first = note_call(invitation, keeper, "promised", **call)

    assert note_call(invitation, keeper, "promised", **call) == first
    another = note_call(invitation, UserFactory(), "promised", **call)
    strike_call(first, keeper, "It was another State.")
    again = note_call(invitation, keeper, "promised", **call)

    assert len({first.pk, another.pk, again.pk}) == 3


def test_a_struck_note_counts_no_more_and_stays_on_file():
    call, keeper = note_call(InvitationFactory(), UserFactory(), "promised"), UserFactory()

    strike_call(call, keeper, "It was another State.")

    call.refresh_from_db()
    assert (call.struck_by, call.strike_reason) == (keeper, "It was another State.")
    assert not TelephoneCall.objects.standing().exists()
    for reason, said in (("", "Say why"), ("Twice.", "struck already")):
        with pytest.raises(ValidationError, match=said):
            strike_call(call, keeper, reason)


def test_the_database_keeps_no_struck_note_without_a_reason():
    call = note_call(InvitationFactory(), UserFactory(), "promised")

    with pytest.raises(IntegrityError):
        TelephoneCall.objects.filter(pk=call.pk).update(struck_at=timezone.now())


def test_a_note_is_struck_in_the_list_and_nothing_else_can_be_changed(client):
    keeper = signed_in(client, "view_telephonecall", "change_telephonecall")
    call = note_call(InvitationFactory(), UserFactory(), "promised")
    page = reverse("admin:invitations_telephonecall_change", args=[call.pk])

    assert client.post(page, {"outcome": "no_answer"}).status_code == 403
    response = choose(
        client, CALLS, "strike_selected", call, answered="yes", reason="It was another State."
    )

    assert told(response) == ["1 note struck."]
    call.refresh_from_db()
    assert (call.outcome, call.struck_by) == ("promised", keeper)


def test_nothing_that_was_said_stands_in_the_names_of_history_and_logs(caplog):
    call = note_call(
        InvitationFactory(), UserFactory(), "promised", whom="Fritz", fact="+999 5550 100"
    )

    assert "5550" not in f"{call} {caplog.text}"
    assert "Fritz" not in f"{call} {caplog.text}"


def test_an_office_that_two_steps_have_listed_is_called_once():
    first = StepFactory(days_before=3, medium="call", variant="")
    second = StepFactory(edition=first.edition, days_before=1, medium="call", variant="")
    office = InvitationFactory(edition=first.edition)
    for step in (first, second):
        CallListEntry.objects.create(
            invitation=office, step=step, reply_before=first.edition.reply_before
        )

    [entry] = CallListEntry.objects.to_call()
    assert entry.step == second

    note_call(office, UserFactory(), "reached")
    assert not CallListEntry.objects.to_call().exists()


def listed(step, **of_office):
    office = InvitationFactory(edition=step.edition, **of_office)
    CallListEntry.objects.create(
        invitation=office, step=step, reply_before=step.edition.reply_before
    )
    return office


def test_an_office_is_called_no_more_once_it_would_not_be_listed():
    step = StepFactory(days_before=3, medium="call", variant="")
    silent, by_courtesy, has_left, has_written = (listed(step) for _each in range(4))
    Invitation.objects.filter(pk=by_courtesy.pk).update(is_principal=False)
    Minister.objects.filter(pk=has_left.minister_id).update(successor=MinisterFactory())
    file_correspondence(has_written, UserFactory(), "fax", timezone.now())

    assert [entry.invitation for entry in CallListEntry.objects.to_call()] == [silent]
