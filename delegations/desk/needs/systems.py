"""Needs of other systems: tokens and webhooks to be released, messages that did not arrive."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.utils.translation import ngettext_lazy

from delegations.desk.needs.need import Need, may
from delegations.models import ApiToken
from invitations.admin.base import user_of
from invitations.admin.list_columns import list_url
from invitations.admin.outbox.other_systems import TO_RELEASE
from invitations.models import WebhookAddress, WebhookMessage
from invitations.outbox.approvers import MAY_RELEASE


def systems(request: HttpRequest) -> Iterator[Need]:
    """Yield what waits for a second person, whatever the edition, and what has to go again."""
    releases, person = request.user.has_perm(MAY_RELEASE), user_of(request)
    yield Need(
        releases and request.user.has_perm("delegations.view_apitoken"),
        ngettext_lazy(
            "token of the API that waits for a second person: release or revoke it",
            "tokens of the API that wait for a second person: release or revoke them",
        ),
        list_url(ApiToken, stands=TO_RELEASE),
        ApiToken.objects.waiting_for(person),
        "made_at",
    )
    yield Need(
        releases and may(request, "view_webhookaddress"),
        ngettext_lazy(
            "webhook that waits for a second person: release or revoke it",
            "webhooks that wait for a second person: release or revoke them",
        ),
        list_url(WebhookAddress, stands=TO_RELEASE),
        WebhookAddress.objects.waiting_for(person),
        "made_at",
    )
    yield Need(
        may(request, "change_webhookaddress") and may(request, "view_webhookmessage"),
        ngettext_lazy(
            "message that another system did not take: read why, and send it again",
            "messages that another system did not take: read why, and send them again",
        ),
        list_url(WebhookMessage, again="yes"),
        WebhookMessage.objects.to_send_again(),
        "happened_at",
    )
