"""The history page of a record: who did what, when and why, beside what changed."""

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import translation

from invitations.audit import Act
from invitations.letters.approval import approve_letter
from invitations.letters.circulars import call_back_circular, plan_circular
from invitations.letters.composing_queue import compose_planned
from invitations.letters.issuing import withdraw_invitation, withdraw_invitations
from invitations.models import Arming, Invitation
from invitations.outbox.arming import arm
from invitations.outbox.decisions import decide_uncertain
from invitations.replies import settle_contested
from invitations.tests.desk import page_of, signed_in
from invitations.tests.factories import (
    CircularFactory,
    DeliveryFactory,
    InvitationFactory,
    ReplyFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

BECAUSE = "A change of government."


def history_of(client, row):
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_history"
    return client.get(reverse(name, args=[row.pk]))


def lines(client, row):
    return [(line.who, line.what, line.fields) for line in history_of(client, row).context["lines"]]


def test_a_withdrawal_is_told_with_its_person_and_reason(admin_client):
    invitation, sapt = InvitationFactory(), UserFactory(username="sapt")

    withdraw_invitation(invitation, sapt, BECAUSE)

    newest, *_earlier = lines(admin_client, invitation)
    assert newest == ("sapt", f"withdrawn: {BECAUSE}", [("status", "issued", "withdrawn")])
    assert f"withdrawn: {BECAUSE}" in history_of(admin_client, invitation).content.decode()


def test_an_act_is_told_in_the_language_of_the_reader(admin_client, settings):
    invitation = InvitationFactory()
    withdraw_invitation(invitation, UserFactory(), BECAUSE)
    admin_client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"

    with translation.override("fr"):
        page = history_of(admin_client, invitation).content.decode()
        in_french = str(Act.WITHDRAWN.label)

    assert in_french != "withdrawn"
    assert in_french in page


def test_the_approval_of_a_letter_is_told_at_the_letter_and_at_its_invitation(
    admin_client, composed
):
    letter, sapt = composed(), UserFactory(username="sapt")

    approve_letter(letter, sapt, letter.sha256, letter.message_sha256)

    of_letter = [(who, what) for who, what, _fields in lines(admin_client, letter)]
    assert of_letter.count(("sapt", "approved")) == 1
    of_invitation = [line for line in lines(admin_client, letter.invitation) if line[0] == "sapt"]
    assert of_invitation == [("sapt", Act.ISSUED.label, [("status", "draft", "issued")])]


def test_a_decision_is_told_at_the_delivery_and_at_its_letter(admin_client, queued):
    delivery = queued(state="uncertain")

    decide_uncertain(delivery, UserFactory(username="sapt"), went=True)

    assert lines(admin_client, delivery) == [("sapt", "handed over: it went", [])]
    told = f"handed over, {delivery.address}: it went"
    assert lines(admin_client, delivery.letter) == [("sapt", told, [])]


@pytest.mark.parametrize(
    ("permissions", "seen"),
    [
        (["view_letter"], []),
        (["view_letter", "view_delivery"], []),
        (["view_letter", "view_letterevent"], ["failed: 550 no such office"]),
        (
            ["view_letter", "view_letterevent", "view_delivery"],
            ["failed, cabinet@example.org: 550 no such office"],
        ),
    ],
)
def test_the_history_of_a_letter_tells_each_reader_what_its_page_shows(client, permissions, seen):
    delivery = DeliveryFactory(address="cabinet@example.org")
    letter = delivery.letter
    delivery.events.create(letter=letter, state="failed", server_words="550 no such office")
    signed_in(client, *permissions)

    told, page = lines(client, letter), client.get(page_of(letter)).content.decode()

    assert [what for _who, what, _fields in told] == seen
    assert ("550 no such office" in page) == bool(seen)


@pytest.mark.parametrize(("permission", "number"), [("view_letterevent", 1), ("view_letter", 0)])
def test_the_history_of_a_delivery_tells_events_to_who_may_read_them(client, permission, number):
    delivery = DeliveryFactory()
    delivery.events.create(letter=delivery.letter, state="failed", server_words="550")
    signed_in(client, "view_delivery", permission)

    assert len(lines(client, delivery)) == number


def test_a_choice_between_replies_is_told_at_both(admin_client):
    standing = ReplyFactory()
    contested = ReplyFactory(invitation=standing.invitation, status="contested", channel="fax")

    settle_contested(contested, UserFactory(username="sapt"), BECAUSE, stands=True)

    chosen, _made = lines(admin_client, contested)
    set_aside, _made = lines(admin_client, standing)
    assert chosen[:2] == ("sapt", f"chosen: it stands: {BECAUSE}")
    assert set_aside[:2] == ("sapt", f"set aside: {BECAUSE}")


def test_the_history_of_the_arming_names_a_person_without_an_account(admin_client):
    key = arm(by="Fritz von Tarlenheim")

    page = history_of(admin_client, Arming.objects.get())

    assert [line.who for line in page.context["lines"]] == ["Fritz von Tarlenheim"]
    assert key not in page.content.decode()


@pytest.mark.parametrize("email", ["", "sapt@example.org"])
def test_an_act_is_told_of_its_person_also_when_the_account_is_deleted(admin_client, email):
    invitation, sapt = InvitationFactory(), UserFactory(username="sapt", email=email)
    withdraw_invitation(invitation, sapt, BECAUSE)

    sapt.delete()

    newest, *_earlier = lines(admin_client, invitation)
    assert newest[:2] == ("sapt", f"withdrawn: {BECAUSE}")


def test_what_nobody_did_is_told_of_the_machine(admin_client):
    circular = CircularFactory()
    InvitationFactory(edition=circular.edition, status="draft", issued_at=None)

    plan_circular(circular)

    newest, *_earlier = lines(admin_client, circular)
    assert newest[:2] == ("the machine", "letters to be composed")


def test_the_list_of_changes_tells_acts_too(admin_client):
    withdraw_invitation(InvitationFactory(), UserFactory(), BECAUSE)
    entry = LogEntry.objects.latest("pk")

    listed = admin_client.get(reverse("admin:auditlog_logentry_changelist"))
    page = admin_client.get(reverse("admin:auditlog_logentry_change", args=[entry.pk]))

    assert f"withdrawn: {BECAUSE}" in listed.content.decode()
    assert f"withdrawn: {BECAUSE}" in page.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_many_invitations_are_withdrawn_by_as_many_queries_as_one(django_assert_num_queries, rows):
    sapt, invitations = UserFactory(), [InvitationFactory() for _number in range(rows)]
    LogEntry.objects.get_for_object(invitations[0])  # the kind of row is known from now on

    with django_assert_num_queries(WITHDRAWN_BY):
        withdraw_invitations(Invitation.objects.all(), sapt, BECAUSE)

    assert LogEntry.objects.filter(actor=sapt).count() == rows


# Four of them find and lock the notes verbales over the letters, and whom else these cover; one
# finds who speaks for the State then.
WITHDRAWN_BY = 18


@pytest.mark.parametrize("rows", [1, 3])
def test_a_circular_is_called_back_by_as_many_queries_for_many_invitations(
    django_assert_max_num_queries, rows
):
    circular, sapt = CircularFactory(), UserFactory()
    for _number in range(rows):
        InvitationFactory(edition=circular.edition, status="draft", issued_at=None)
    plan_circular(circular)
    compose_planned()
    for letter in circular.letters.all():
        approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)

    with django_assert_max_num_queries(CALLED_BACK_BY):
        call_back_circular(circular, sapt, BECAUSE)

    drafts = LogEntry.objects.filter(actor=sapt, additional_data__act=Act.DRAFT_AGAIN)
    assert drafts.count() == rows


CALLED_BACK_BY = 23


def test_a_role_given_and_taken_is_told(admin_client):
    user, readers = UserFactory(), Group.objects.get(name="Readers")

    user.groups.add(readers)
    user.groups.remove(readers)

    taken, given, *_made = lines(admin_client, user)
    assert given[2] == [("groups", "", "Readers")]
    assert taken[2] == [("groups", "Readers", "")]


def test_no_password_and_no_needs_of_a_delegate_stand_in_the_history(admin_client):
    user = UserFactory()
    user.set_password("of-the-tests-alone")
    user.save()

    assert "password" not in str(LogEntry.objects.get_for_object(user).values("changes"))
