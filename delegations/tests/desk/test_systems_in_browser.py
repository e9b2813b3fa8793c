"""The pages of tokens and webhooks keep nobody out: in light and dark, in Arabic, on a phone."""

import pytest
from django.conf import settings
from django.urls import reverse

from delegations.models import ApiCall, ApiToken
from delegations.tests.api.tokens import made as made_token
from delegations.tests.api.tokens import released as released_token
from delegations.tests.measures import RULES, bring_axe, faults_within
from delegations.tokens import note_api_call
from invitations.admin.list_columns import change_url, list_url
from invitations.models import WebhookAddress, WebhookMessage
from invitations.outbox.webhooks.announcing import announce_all
from invitations.tests.factories import ReplyFactory
from invitations.tests.webhooks import made, released

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
MODELS = (ApiToken, ApiCall, WebhookAddress, WebhookMessage)
ADD_TOKEN = reverse("admin:delegations_apitoken_add")
ADD_WEBHOOK = reverse("admin:invitations_webhookaddress_add")


@pytest.fixture
def pages(edition):
    """Each list with rows, each form, and the page of one row of each kind."""
    token, _words = released_token(edition, "answers")
    note_api_call(token, "answers", 200, 1)
    made_token(edition, "contacts")
    webhook, _secret = released(edition=edition)
    made(edition=edition)
    ReplyFactory(invitation__edition=edition)
    announce_all()
    rows = (token, webhook, WebhookMessage.objects.get(), ApiCall.objects.get())
    return [*map(list_url, MODELS), *map(change_url, rows), ADD_TOKEN, ADD_WEBHOOK]


def seen(page):
    """What keeps somebody out of the page; frame and heads of columns are the interface's own."""
    part = {"include": [["#content-main"]], "exclude": [["thead"]]}
    found = faults_within(page, part, runOnly=RULES)
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*found, *(["scrolls sideways"] if wide else [])]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ar", "en"])
def test_no_page_keeps_anybody_out(desk, site, pages, language, scheme):
    desk.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": site}
    desk.context.add_cookies([cookie])
    bring_axe(desk)

    found = {}
    for address in pages:
        desk.goto(f"{site}{address}")
        for width in (1440, 390):
            desk.set_viewport_size({"width": width, "height": 844})
            found[address, width] = seen(desk)

    assert {where: lines for where, lines in found.items() if lines} == {}
