"""What waits for whoever reads the first page."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from invitations.admin.outbox.queue import COULD_NOT_BE_COMPOSED, FAULTS_OF_JOBS
from invitations.models import Bounce, Correspondence, Letter, Setback
from invitations.tests.desk import composed_letter, signed_in
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    ReplyFactory,
    StepFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def to_do(client):
    return {
        str(item["title"]): item for item in client.get(reverse("admin:index")).context["to_do"]
    }


def test_first_page_counts_apart_what_to_approve_and_what_to_compose_anew(client):
    edition = EditionFactory()
    good, outdated, own = (
        composed_letter(
            invitation=InvitationFactory(edition=edition, status="draft", issued_at=None)
        )
        for _number in range(3)
    )
    outdated.invitation.minister.family_name = "Hentzau"
    outdated.invitation.minister.save()
    user = signed_in(client, "view_invitation", "view_letter", "approve_letter")
    Letter.objects.filter(pk=own.pk).update(composed_by=user)

    items = {title: item for title, item in to_do(client).items() if "letters" in title}

    listed = {
        title: list(client.get(item["url"]).context["cl"].queryset) for title, item in items.items()
    }
    assert listed == {"letters to approve": [good], "outdated letters to compose anew": [outdated]}
    assert {item["count"] for item in items.values()} == {1}


WAITS_FOR = {
    "Drafters": {
        COULD_NOT_BE_COMPOSED,
        FAULTS_OF_JOBS,
        "outdated letters to compose anew",
        "bounces of which nobody knows yet what they are of",
    },
    "Approvers": {
        "letters to approve",
        "outdated letters to compose anew",
        "reminder steps without approval",
        "texts of reminders and acknowledgements without approval",
    },
    "Registrars": {"correspondence not dealt with", "contested replies"},
    "Readers": set(),
}


@pytest.mark.parametrize(("group", "titles"), WAITS_FOR.items(), ids=WAITS_FOR)
def test_first_page_shows_what_its_reader_may_do(client, group, titles):
    edition = StepFactory(second_approver=None).edition
    good, outdated = (
        composed_letter(
            invitation=InvitationFactory(edition=edition, status="draft", issued_at=None)
        )
        for _number in range(2)
    )
    outdated.invitation.minister.family_name = "Hentzau"
    outdated.invitation.minister.save()
    LetterFactory(invitation__edition=edition, failed_attempts=1)
    Setback.objects.create(job="hooks", item="mailgun")
    Correspondence.objects.create(invitation=good.invitation, channel="fax")
    ReplyFactory(invitation__edition=edition, status="contested")
    Bounce.objects.create(kind="failed", received_at=timezone.now())
    user = UserFactory()
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)

    items = to_do(client)

    assert set(items) == {str(title) for title in titles}
