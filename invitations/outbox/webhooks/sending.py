"""The messages that wait: sent by one worker each, tried again in the outbox's manner."""

import datetime as dt
import json
import time
from collections import defaultdict
from collections.abc import Iterable

from cryptography.fernet import InvalidToken
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.audit import Act, record_act
from invitations.job_errors import spread_pause_after
from invitations.models import WebhookAddress, WebhookMessage
from invitations.outbox.arming import reason_sending_is_not_on
from invitations.outbox.credentials import refuse_if_revoked
from invitations.outbox.webhooks.announcing import announce_all
from invitations.outbox.webhooks.peers import Reach, Undelivered, post, public_peer
from invitations.outbox.webhooks.signing import renew_webhook_secrets, signature_headers

State = WebhookMessage.State
LEASE = dt.timedelta(minutes=5)
MOST_ATTEMPTS = 12
# The part of a tick that one address may take while others wait for theirs.
SHARE = 4
NO_KEY = "The secret cannot be read under today’s key: change it."


def send_webhooks(within: dt.timedelta = dt.timedelta(seconds=40), way: Reach | None = None) -> int:
    """Tell other systems what they have not been told; return how many messages arrived.

    Nothing is looked for and nothing leaves unless sending is armed. A system that takes its time
    keeps no other waiting: past its share of the tick it is told only while no other has to be,
    and while it takes what it is told.
    """
    renew_webhook_secrets()
    if reason_sending_is_not_on():
        return 0
    announce_all()
    began, arrived, way = time.monotonic(), 0, way or public_peer()
    spent: dict[int, float] = defaultdict(float)
    silent: set[int] = set()
    while (now := time.monotonic()) < began + within.total_seconds():
        slow = {key for key, used in spent.items() if used >= within.total_seconds() / SHARE}
        at = timezone.now()
        message = claim_next(at, apart_from=slow) or claim_next(at, apart_from=slow & silent)
        if message is None:
            break
        taken, key = send_message(message, way), message.address_id
        arrived += taken
        spent[key] += time.monotonic() - now
        silent = silent - {key} if taken else silent | {key}
    return arrived


@transaction.atomic
def claim_next(now: dt.datetime, apart_from: Iterable[int] = ()) -> WebhookMessage | None:
    """Take the next message that is due, of other addresses than these.

    What a vanished worker left is due again.
    """
    left = WebhookMessage.objects.filter(state=State.SENDING, lease_ends_at__lt=now)
    left.update(state=State.WAITING, lease_ends_at=None)
    due = WebhookMessage.objects.filter(
        state=State.WAITING,
        not_before__lte=now,
        address__in=WebhookAddress.objects.told().exclude(pk__in=apart_from),
    )
    due = due.select_for_update(skip_locked=True, of=("self",)).select_related("address__edition")
    message = due.order_by("not_before", "pk").first()
    if message is None:
        return None
    claimed = WebhookMessage.objects.filter(pk=message.pk, state=State.WAITING)
    taken = {"state": State.SENDING, "lease_ends_at": now + LEASE, "attempts": F("attempts") + 1}
    if not claimed.update(**taken):
        return None
    message.attempts += 1
    return message


def send_message(message: WebhookMessage, way: Reach) -> bool:
    """Send the message, and write down what became of it."""
    try:
        status = post(message.address.url, *write_request(message, timezone.now()), way)
    except Undelivered as reason:
        return put_off(message, str(reason))
    except InvalidToken:
        return put_off(message, NO_KEY)
    if not 200 <= status < 300:
        return put_off(message, f"Answered {status}.")
    arrived = {"arrived_at": timezone.now(), "said": f"Answered {status}."}
    conclude(message, state=State.ARRIVED, **arrived)
    return True


def put_off(message: WebhookMessage, said: str) -> bool:
    """Let the message wait, longer each time; after the last attempt it has failed."""
    is_last = message.attempts >= MOST_ATTEMPTS
    again_at = timezone.now() + spread_pause_after(message.attempts)
    state = State.FAILED if is_last else State.WAITING
    conclude(message, state=state, not_before=again_at, said=said)
    return False


def conclude(message: WebhookMessage, **values: object) -> None:
    """Write what became of it, unless another worker has it meanwhile."""
    own = WebhookMessage.objects.filter(
        pk=message.pk, state=State.SENDING, attempts=message.attempts
    )
    own.update(lease_ends_at=None, **values)


def write_request(message: WebhookMessage, now: dt.datetime) -> tuple[dict[str, str], str]:
    """Return the signed headers and the body: a kind and an identifier, never what was said."""
    edition = message.address.edition.as_released.symbol
    is_reply = message.kind == WebhookMessage.Kind.REPLY_RECORDED
    data = {"edition": edition, "id": message.subject if is_reply else edition}
    at = message.happened_at.astimezone(dt.UTC).isoformat()
    body = json.dumps({"type": message.kind, "timestamp": at, "data": data})
    headers = signature_headers(message.address, f"msg_{message.key.hex}", body, now)
    return {"content-type": "application/json", **headers}, body


@transaction.atomic
def send_message_again(message: WebhookMessage, by: User) -> None:
    """Let a message that failed, or arrived, leave once more under the same identifier."""
    refuse_if_revoked(WebhookAddress.objects.select_for_update().get(pk=message.address_id))
    over = WebhookMessage.objects.filter(pk=message.pk, state__in=[State.FAILED, State.ARRIVED])
    anew = {"state": State.WAITING, "attempts": 0, "not_before": timezone.now(), "said": ""}
    if not over.update(**anew, arrived_at=None):
        raise ValidationError(_("This message waits to leave already."))
    record_act(message, Act.SENT_AGAIN, by)
