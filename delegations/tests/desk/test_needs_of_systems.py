"""What other systems wait for: a second person, or somebody who sends a message again."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from delegations.models import ApiToken
from delegations.tests.api.tokens import made as made_token
from delegations.tests.api.tokens import released as released_token
from delegations.tests.desk.overview import needs_by_title
from invitations.models import WebhookAddress, WebhookMessage
from invitations.outbox.credentials import revoke_credential
from invitations.tests.factories import EditionFactory, UserFactory
from invitations.tests.webhooks import made, released

pytestmark = pytest.mark.django_db
TOKENS = "token of the API that waits for a second person: release or revoke it"
WEBHOOKS = "webhook that waits for a second person: release or revoke it"
MESSAGES = "message that another system did not take: read why, and send it again"
LONG_AGO = dt.timedelta(days=8)


@pytest.fixture
def edition():
    return EditionFactory()


def person_of(client, *groups, **more):
    person = UserFactory(**more)
    person.groups.set(Group.objects.filter(name__in=groups))
    client.force_login(person)
    return person


def failed(webhook, number=1):
    at = timezone.now() - LONG_AGO
    return WebhookMessage.objects.create(
        address=webhook, kind="reply.recorded", subject=number, state="failed", happened_at=at
    )


@pytest.fixture
def waiting(edition):
    """One of each that waits since eight days, and beside each some that do not."""
    at = timezone.now() - LONG_AGO
    token, _words = made_token(edition, "answers")
    released_token(edition, "answers")
    over, _words = made_token(edition, "answers")
    ApiToken.objects.filter(pk=over.pk).update(valid_until=timezone.localdate() - LONG_AGO)
    ApiToken.objects.filter(pk=token.pk).update(made_at=at)
    webhook, _secret = made(edition=edition)
    WebhookAddress.objects.filter(pk=webhook.pk).update(made_at=at)
    message = failed(released(edition=edition)[0])
    over, _secret = released(edition=edition)
    failed(over)
    revoke_credential(over, UserFactory(), "A mistake.")
    return {TOKENS: token, WEBHOOKS: webhook, MESSAGES: message}


def test_what_waits_of_other_systems_leads_an_approver_to_its_list_with_its_age(client, waiting):
    person_of(client, "Approvers")

    items = needs_by_title(client)

    for title, row in waiting.items():
        assert items[title]["count"] == 1
        assert (items[title]["age"], items[title]["is_old"]) == ("oldest: 8 days", True)
        assert list(client.get(items[title]["url"]).context["cl"].queryset) == [row]


@pytest.mark.parametrize(
    ("group", "titles"),
    [
        ("Approvers", {TOKENS, WEBHOOKS, MESSAGES}),
        ("Drafters", {MESSAGES}),
        ("Speakers' desk", set()),
        ("Registrars", set()),
        ("Readers", set()),
    ],
)
def test_each_is_told_only_what_they_may_do(client, waiting, group, titles):
    person_of(client, group)

    assert {TOKENS, WEBHOOKS, MESSAGES} & set(needs_by_title(client)) == titles


def test_nobody_is_asked_to_release_what_they_made_themselves(client, edition):
    person = person_of(client, is_superuser=True)
    made_token(edition, "answers", by=person)
    made(edition=edition, by=person)

    assert not {TOKENS, WEBHOOKS} & set(needs_by_title(client))
