"""To delete is offered only where it is not refused afterwards."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from invitations.models import (
    Circular,
    FormOfAddress,
    ForumEdition,
    MemberState,
    Minister,
    Mission,
    QuietPeriod,
    Rank,
    ReminderStep,
)
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
    MinisterFactory,
    MissionFactory,
    StepFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def rank_of_nobody():
    return Rank.objects.create(code="NOB", name="Nobody", weight=900, form="minister")


ALONE = [EditionFactory, CircularFactory, MinisterFactory, MemberStateFactory, rank_of_nobody]
ALONE += [MissionFactory, StepFactory, UserFactory]

HELD = {
    "the edition of an invitation": (lambda: InvitationFactory().edition, "invitations"),
    "the minister of an invitation": (lambda: InvitationFactory().minister, "invitations"),
    "the State of a minister": (lambda: MinisterFactory().member_state, "ministers"),
    "the rank of a minister": (lambda: MinisterFactory().rank, "ministers"),
    "the circular of a letter": (lambda: LetterFactory().circular, "letters"),
    "the account of who approved": (
        lambda: LetterFactory(approved_by=UserFactory()).approved_by,
        "letters",
    ),
}


def address(row, page="change"):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


@pytest.mark.parametrize("make", ALONE)
def test_a_record_to_which_nothing_belongs_is_offered_and_deleted(admin_client, make):
    row = make()

    assert address(row, "delete") in admin_client.get(address(row)).text
    admin_client.post(address(row, "delete"), {"post": "yes"})

    assert not type(row).objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("case", HELD)
def test_what_would_be_refused_is_not_offered_and_the_page_says_why(admin_client, case):
    make, kinds = HELD[case]
    row = make()

    page = admin_client.get(address(row)).text

    assert address(row, "delete") not in page
    assert f"cannot be deleted, for others belong to it: {kinds}" in page
    assert admin_client.post(address(row, "delete"), {"post": "yes"}).status_code in (200, 403)
    assert type(row).objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    "model",
    [
        ForumEdition,
        Circular,
        Minister,
        MemberState,
        Rank,
        FormOfAddress,
        Mission,
        ReminderStep,
        User,
    ],
)
def test_lists_whose_rows_may_have_to_stay_offer_no_deletion_of_many(admin_client, model):
    listed = admin_client.get(
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    )

    form = listed.context["action_form"]
    assert not form or "delete_selected" not in dict(form.fields["action"].choices)


def test_rows_that_nothing_uses_are_deleted_many_at_once(admin_client):
    QuietPeriod.objects.create(
        edition=EditionFactory(), first_on=dt.date(2027, 1, 1), last_on=dt.date(2027, 1, 2)
    )

    form = admin_client.get(reverse("admin:invitations_quietperiod_changelist")).context[
        "action_form"
    ]

    assert "delete_selected" in dict(form.fields["action"].choices)


@pytest.mark.parametrize("rows", [1, 3])
def test_what_belongs_to_a_record_is_asked_in_one_query(
    admin_client, rows, django_assert_num_queries
):
    edition = EditionFactory()
    for _n in range(rows):
        InvitationFactory(edition=edition)

    # One of them asks for the texts of reminders, for all steps; one for the mark of its form; two
    # for what names another organization.
    with django_assert_num_queries(19):
        admin_client.get(address(edition))
