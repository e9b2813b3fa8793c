"""A reshuffle on one page, by who may do it, and what the State's page says of it."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from delegations.models import Delegate, Delegation, PolicyStatement
from delegations.tests.desk.test_offers import member, offered, page_of
from invitations.models import HeldChange, Invitation, Minister
from invitations.tests.conftest import composed, frozen_letter, issued
from invitations.tests.corrections import asked_for, released_by, successor_of
from invitations.tests.desk import choose, told
from invitations.tests.factories import EditionFactory, InvitationFactory, ReplyFactory, UserFactory

__all__ = ["composed", "frozen_letter", "issued"]

pytestmark = pytest.mark.django_db

HAND_OVER = "Hand over to a successor"
CHANGES = reverse("admin:invitations_heldchange_changelist")
SAID = {"letter": "now", "reason": "A change of government."}
TYPED = {
    "new-given_name": "Rupert",
    "new-family_name": "Rassendyll",
    "new-portfolio": "Minister of Communications",
    "new-rank": "MIN",
    "new-address_gender": "m",
    "new-language": "en",
    "new-to_emails": "rassendyll@example.org",
}


def url_of(invitation):
    return reverse("desk:hand_over", args=[invitation.pk])


@pytest.fixture
def drafter(client):
    return member(client, "Drafters")


def test_the_page_names_the_other_editions_in_which_nothing_leaves_to_that_person(
    client, drafter, coming
):
    other = EditionFactory(name="WSIS Forum 2028", closes_on=dt.date(2099, 5, 14))
    elsewhere = InvitationFactory(edition=other, minister=coming.minister)
    InvitationFactory(minister=coming.minister, status="withdrawn")

    page = client.get(url_of(coming))

    assert page.context["elsewhere"] == [(str(other), url_of(elsewhere))]
    assert f"Also invited to {other}: nothing leaves" in page.content.decode()


@pytest.fixture
def coming(issued):
    invitation = ReplyFactory(invitation=issued()).invitation
    delegation = Delegation.objects.create(
        edition=invitation.edition, member_state=invitation.member_state
    )
    Delegate.objects.create(delegation=delegation, role="head", name="Flavia Elphberg")
    return invitation


def test_old_and_new_and_all_that_is_on_file_stand_on_one_page(client, drafter, coming):
    successor_of(coming)

    response = client.get(url_of(coming))

    page = response.content.decode()
    for words in ["Flavia Elphberg", "in person", "head of delegation", "Rupert Rassendyll"]:
        assert words in page
    assert "principal" not in response.context["form"].fields
    assert response.context["new"]["rank"].value() == "MIN"


def test_who_is_principal_is_asked_where_another_of_the_state_is_invited(client, drafter, coming):
    other = InvitationFactory(
        edition=coming.edition, minister=successor_of(coming), is_principal=False
    )
    third = successor_of(coming, given_name="Sapt")
    said = SAID | {"reply": "carry", "delegation": "keep", "successor": third.pk}

    asked = client.get(url_of(coming)).context["form"]["principal"].field
    client.post(url_of(coming), {**said, "principal": other.pk})

    assert list(asked.queryset) == [other]
    assert HeldChange.objects.successions().get().after["principal"] == other.pk


def test_nothing_is_asked_about_what_is_not_there(client, drafter, issued):
    fields = client.get(url_of(issued())).context["form"].fields

    assert list(fields) == ["successor", "letter", "reason"]


def test_a_drafter_asks_and_an_approver_releases(client, drafter, coming):
    successor = successor_of(coming)
    said = SAID | {"successor": successor.pk, "reply": "carry", "delegation": "head_off"}

    response = client.post(url_of(coming), said, follow=True)
    waiting = HeldChange.objects.successions().get()
    client.force_login(UserFactory())
    member(client, "Approvers")
    marks = {"answered": "yes", "reason": "", "marks": f"{waiting.pk}:{waiting.mark}"}
    done = choose(client, CHANGES, "release_selected", waiting, **marks)

    assert response.request["PATH_INFO"] == page_of(coming)
    assert told(response) == [
        "The link of Flavia Elphberg is dead from now on. A second person releases the hand-over"
        " to Rupert Rassendyll."
    ]
    assert told(done) == ["1 change released."]
    new = Invitation.objects.get(minister=successor)
    assert (new.is_principal, new.replies.get().is_to_confirm) == (True, True)
    assert not Delegate.objects.exists()


def test_a_successor_who_is_not_on_file_is_typed_on_the_same_page(client, drafter, issued):
    invitation = issued()

    client.post(url_of(invitation), SAID | TYPED)

    successor = Minister.objects.get(family_name="Rassendyll")
    assert (successor.member_state, successor.to_emails) == (
        invitation.member_state,
        "rassendyll@example.org",
    )
    assert HeldChange.objects.successions().get().after["minister"] == successor.pk


def test_a_name_typed_beside_a_chosen_successor_is_not_dropped_in_silence(client, drafter, issued):
    invitation = issued()
    chosen = successor_of(invitation)

    shown = client.post(url_of(invitation), {**SAID, **TYPED, "successor": chosen.pk})

    [why] = shown.context["form"].errors["successor"]
    assert why.startswith("Somebody on file is chosen, and another name is typed below")
    assert shown.context["new"]["family_name"].value() == "Rassendyll"
    assert '<details class="mb-6" open>' in shown.content.decode()
    assert not HeldChange.objects.exists()


def test_what_is_refused_loses_nothing_that_was_typed(client, drafter, issued):
    invitation = issued()

    shown = client.post(url_of(invitation), {**SAID, **TYPED, "reason": ""}).context

    assert shown["form"].errors == {"reason": ["This field is required."]}
    assert shown["new"]["family_name"].value() == "Rassendyll"
    assert not Minister.objects.filter(family_name="Rassendyll").exists()
    again = client.post(url_of(invitation), {**SAID, **TYPED, "new-family_name": ""}).context
    assert again["new"].errors == {"family_name": ["This field is required."]}
    assert not HeldChange.objects.exists()


def test_it_is_offered_where_it_can_succeed(client, drafter, issued):
    invitation = issued()
    assert offered(client, invitation)[HAND_OVER].url == url_of(invitation)

    asked_for(invitation)

    assert HAND_OVER not in offered(client, invitation)
    refused = client.get(url_of(invitation), follow=True)
    assert told(refused) == [
        "A successor is entered already; a second person releases it or takes it back."
    ]


def test_the_page_of_the_state_tells_of_each_step(client, coming):
    released_by(asked_for(coming))
    member(client, "Readers")

    page = client.get(page_of(coming)).content.decode()

    assert "A successor of Flavia Elphberg was entered; a second person releases it." in page
    assert "The invitation of Flavia Elphberg was handed over." in page
    assert "to be confirmed: in person" in page
    assert "stays valid, to be confirmed: attends in person" in page


def test_the_second_person_reads_what_becomes_of_each_part(client, coming):
    change = asked_for(coming)
    member(client, "Approvers")

    page = client.get(reverse("admin:invitations_heldchange_change", args=[change.pk]))

    for words in ["Rupert Rassendyll", "to be confirmed by the successor", "it stays as it is"]:
        assert words in page.content.decode()


def test_the_change_stands_on_the_invitations_page_too(client, coming):
    asked_for(coming)
    member(client, "Approvers")

    page = client.get(reverse("admin:invitations_invitation_change", args=[coming.pk]))

    assert "Rupert Rassendyll" in page.content.decode()


def test_who_is_announced_as_the_speaker_stands_there_too(client, drafter, coming):
    """The list of speakers names that person until the statement is changed."""
    PolicyStatement.objects.create(
        delegation=Delegation.objects.get(), speaker_name="Black Michael"
    )

    assert "Black Michael" in client.get(url_of(coming)).content.decode()


@pytest.mark.parametrize("others", [1, 3])
def test_the_page_takes_as_many_queries_for_many_people(
    client, drafter, coming, django_assert_num_queries, others
):
    for number in range(others):
        successor = successor_of(coming, given_name=f"Rupert {number}")
        InvitationFactory(edition=coming.edition, minister=successor, is_principal=False)
    client.get(url_of(coming))

    with django_assert_num_queries(16):
        client.get(url_of(coming))


def test_groups_that_draft_nothing_do_not_come_here(client, issued):
    invitation = issued()
    for group in Group.objects.exclude(name="Drafters"):
        member(client, group.name)
        assert client.get(url_of(invitation)).status_code == 403
