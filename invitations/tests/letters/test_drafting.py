"""Draft invitations of a new edition, for the ministers on file."""

import datetime as dt

import pytest
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from invitations.letters.issuing import draft_invitations, ministers_on_file
from invitations.models import Invitation, Minister, ReplyLink
from invitations.tests.desk import signed_in, told
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def new_edition():
    return EditionFactory(opens_on=dt.date(2028, 5, 8), closes_on=dt.date(2028, 5, 12),
                          track_opens_on=dt.date(2028, 5, 9), track_closes_on=dt.date(2028, 5, 10),
                          reply_before=dt.date(2028, 4, 1))  # fmt: skip


def everyone():
    return set(Minister.objects.values_list("pk", flat=True))


def drafted(edition):
    return {
        (one.minister.portfolio, one.is_principal)
        for one in edition.invitations.select_related("minister")
    }


def minister(state, portfolio, **fields):
    name = {"given_name": portfolio, "family_name": "Elphberg"}
    return MinisterFactory(member_state=state, portfolio=portfolio, **{**name, **fields})


def test_each_minister_in_office_gets_one_draft_with_a_link_of_its_own(new_edition):
    MinisterFactory()
    MinisterFactory()

    number = draft_invitations(new_edition, everyone(), UserFactory(username="sapt"))

    assert number == 2
    assert set(new_edition.invitations.values_list("status", flat=True)) == {"draft"}
    assert ReplyLink.objects.values("invitation").distinct().count() == 2
    entries = LogEntry.objects.get_for_objects(new_edition.invitations.all())
    assert [(one.action, one.additional_data) for one in entries] == [
        (LogEntry.Action.CREATE, {"act": "drafted", "named": "sapt"})
    ] * 2


def test_drafting_twice_invites_nobody_twice(new_edition):
    MinisterFactory()
    draft_invitations(new_edition, everyone(), UserFactory())

    assert draft_invitations(new_edition, everyone(), UserFactory()) == 0
    assert new_edition.invitations.count() == 1


def test_who_is_not_chosen_gets_no_draft(new_edition):
    MinisterFactory()

    assert draft_invitations(new_edition, set(), UserFactory()) == 0


def test_each_who_is_left_out_is_named_with_the_reason(new_edition):
    invited = InvitationFactory(edition=new_edition, status="draft", issued_at=None).minister
    withdrawn = InvitationFactory(edition=new_edition, status="withdrawn").minister
    heir = MinisterFactory()
    leaver = minister(heir.member_state, "Postmaster", successor=heir)
    observer = MinisterFactory(member_state__invited_by_default=False)
    empty = MemberStateFactory()

    found = ministers_on_file(new_edition)

    assert [one.minister for one in found.to_invite] == [heir]
    assert {(one.state, one.minister): one.reason for one in found.left_out} == {
        (invited.member_state, invited): "has an invitation to this edition already",
        (withdrawn.member_state, withdrawn): (
            "the invitation to this edition was withdrawn: draft another one by hand"
        ),
        (leaver.member_state, leaver): "has left office",
        (observer.member_state, observer): (
            "the State is not invited by default: draft the invitation by hand"
        ),
        (empty, None): "no minister in office is on file",
    }


def test_the_highest_in_rank_has_the_principal_invitation(new_edition):
    state = MemberStateFactory()
    minister(state, "Minister")
    minister(state, "Head", rank_id="HOG")

    draft_invitations(new_edition, everyone(), UserFactory())

    assert drafted(new_edition) == {("Minister", False), ("Head", True)}


def test_the_successor_of_who_had_it_in_the_edition_before_has_it_now(new_edition):
    state = MemberStateFactory()
    minister(state, "Head", rank_id="HOG")
    heir = minister(state, "Heir")
    between = minister(state, "Between", successor=heir)
    leaver = minister(state, "Leaver", successor=between)
    InvitationFactory(minister=leaver)

    draft_invitations(new_edition, everyone(), UserFactory())

    assert drafted(new_edition) == {("Head", False), ("Heir", True)}


def test_beside_a_principal_invitation_others_are_by_courtesy(new_edition):
    state = MemberStateFactory()
    InvitationFactory(edition=new_edition, minister=minister(state, "Minister"))
    minister(state, "Head", rank_id="HOG")

    draft_invitations(new_edition, everyone(), UserFactory())

    assert drafted(new_edition) == {("Minister", True), ("Head", False)}


def test_of_two_that_are_ticked_one_is_principal_whoever_is_left_out(new_edition):
    state = MemberStateFactory()
    minister(state, "Head", rank_id="HOG")
    chosen = {minister(state, "Minister").pk}

    draft_invitations(new_edition, chosen, UserFactory())

    assert drafted(new_edition) == {("Minister", True)}


@pytest.mark.parametrize("rows", [1, 3])
def test_drafting_takes_as_many_queries_for_three_as_for_one(
    new_edition, django_assert_num_queries, rows
):
    for _n in range(rows):
        MinisterFactory()
    chosen, by = everyone(), UserFactory()
    # Asked once in a process, by whichever test comes first.
    ContentType.objects.get_for_model(Invitation)

    with django_assert_num_queries(16):
        draft_invitations(new_edition, chosen, by)


# The page


def page_of_drafts(edition):
    return reverse("admin:invitations_forumedition_draft", args=[edition.pk])


def test_the_page_shows_all_before_anybody_is_drafted(client, new_edition):
    signed_in(client, "add_invitation", "view_forumedition")
    MinisterFactory(portfolio="Minister of Posts")
    MemberStateFactory(short_name_en="Zenda")

    page = client.get(page_of_drafts(new_edition)).content.decode()

    assert "1 minister could be invited" in page
    assert "Minister of Posts" in page
    assert "1: no minister in office is on file" in page
    assert not Invitation.objects.exists()


def test_after_drafting_one_stands_before_the_audience(client, new_edition):
    signed_in(client, "add_invitation", "view_forumedition", "view_circular")
    circular = CircularFactory(edition=new_edition)
    chosen = MinisterFactory()
    MinisterFactory()

    answer = client.post(page_of_drafts(new_edition), {"minister": chosen.pk}, follow=True)

    assert told(answer) == ["1 draft invitation made."]
    audience = reverse("admin:invitations_circular_audience", args=[circular.pk])
    assert answer.redirect_chain[-1][0] == audience
    assert [one.minister for one in new_edition.invitations.all()] == [chosen]


def test_who_may_not_add_invitations_is_refused(client, new_edition):
    signed_in(client, "view_invitation", "view_forumedition")
    MinisterFactory()

    assert client.get(page_of_drafts(new_edition)).status_code == 403
    assert client.post(page_of_drafts(new_edition)).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_takes_as_many_queries_for_three_as_for_one(
    admin_client, new_edition, django_assert_num_queries, rows
):
    for _n in range(rows):
        MinisterFactory()

    with django_assert_num_queries(9):
        admin_client.get(page_of_drafts(new_edition))


def test_the_page_of_193_ministers_weighs_no_more_than_300_kilobytes(admin_client, new_edition):
    for _n in range(193):
        MinisterFactory()

    page = admin_client.get(page_of_drafts(new_edition))

    assert page.content.count(b'name="minister"') == 193
    assert len(page.content) < 300_000
