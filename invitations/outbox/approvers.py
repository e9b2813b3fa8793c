"""Tell approvers and their alternates by mail what waits for a second person; it is no letter."""

import datetime as dt
import logging
from email.message import EmailMessage
from email.utils import parseaddr
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from invitations.mail.outgoing import name_languages, new_message
from invitations.mail.transport import Envelope, NotTaken, Refused, Unknown, configured_carrier
from invitations.models import Alternate, HeldChange
from invitations.models.alternates import LENT
from invitations.outbox.arming import why_mute
from invitations.setbacks import each_apart
from invitations.text.dates import comma_list, labelled, told_hour
from invitations.times.jobs import Job

logger = logging.getLogger(__name__)

TOLD_AFTER = dt.timedelta(hours=4)
TOLD: Any = HeldChange.told.through
MAY_RELEASE = "invitations.release_heldchange"


def tell_approvers(now: dt.datetime | None = None) -> int:
    """Tell each approver once of each change that waits long; return how many mails left.

    Of what one approver released alone the others hear at once.
    """
    if mute := why_mute():
        logger.warning(mute)
        return 0
    now = now or timezone.now()
    approvers = approvers_at(now)
    return each_apart(
        Job.TELL_APPROVERS, [(str(one.pk), partial(tell, one, now)) for one in approvers]
    )


def approvers_at(now: dt.datetime) -> list[User]:
    """Return who may release today and has an address: approvers, and their alternates."""
    return list(people_who_may(MAY_RELEASE, now).exclude(email=""))


def people_who_may(permission: str, now: dt.datetime) -> "QuerySet[User]":
    """Return who has the permission today, administrators aside, with alternates if it is lent."""
    own = User.objects.with_perm(
        permission, include_superusers=False, backend="django.contrib.auth.backends.ModelBackend"
    )
    found = Q(pk__in=own.values("pk"))
    if permission in LENT:
        standing = Alternate.objects.standing(timezone.localdate(now)).filter(approver__in=own)
        found |= Q(pk__in=standing.values("alternate"))
    return User.objects.filter(found, is_active=True).order_by("pk")


def tell(approver: User, now: dt.datetime) -> bool:
    """Send one mail about all that the approver was not told yet; a failure leaves it for later."""
    changes, content = note_told(approver, now)
    if not changes:
        return False
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    try:
        with configured_carrier() as line:
            line.connect()
            line.hand_over(Envelope(sender, approver.email), content)
    except (Refused, Unknown) as fault:
        # It is not sent again each minute: the desk's first page shows the same.
        logger.error("A mail to an approver may be lost: %s", fault.words)  # noqa: TRY400
    except NotTaken as fault:
        logger.warning("A mail to an approver waits: %s", fault.words)
        TOLD.objects.filter(user=approver, heldchange__in=changes).delete()
        return False
    return True


@transaction.atomic
def note_told(approver: User, now: dt.datetime) -> tuple[list[HeldChange], bytes]:
    """Note that the approver is told, before the mail leaves: another worker finds nothing.

    Return the changes and the mail; of one that cannot be written nothing is noted as told.
    """
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=approver.pk)
    long = Q(state=HeldChange.State.WAITING, asked_at__lte=now - TOLD_AFTER)
    untold = HeldChange.objects.exclude(told=approver).order_by("asked_at", "pk")
    # Who changed a record cannot release it, but hears of what another one released alone.
    own = untold.filter(contributors=approver, state=HeldChange.State.WAITING).values("pk")
    changes = list(
        untold.filter(long | Q(state=HeldChange.State.ALONE))
        .exclude(pk__in=own)
        .select_related("asked_by", "alone_by")
    )
    TOLD.objects.bulk_create(TOLD(heldchange=one, user=approver) for one in changes)
    return changes, message_about(changes, approver, now).as_bytes() if changes else b""


def message_about(changes: list[HeldChange], approver: User, now: dt.datetime) -> EmailMessage:
    count = ngettext(
        "%(count)s change waits for you", "%(count)s changes wait for you", len(changes)
    ) % {"count": len(changes)}
    page = settings.SITE_URL.rstrip("/") + reverse("admin:invitations_heldchange_changelist")
    told = _("Look at what changes, then release it or take it back: %(url)s") % {"url": page}
    message = new_message(count, {"To": [approver.email]}, now, "auto-generated")
    lines = [f"{count}:", "", *map(line_about, changes), "", told, ""]
    message.set_content("\n".join(lines), cte="quoted-printable")
    name_languages(message, translation.get_language() or "")
    return message


def line_about(change: HeldChange) -> str:
    """Return one line: the record, who changed it and when, or who released it alone and why."""
    if change.is_alone:
        alone = _("%(person)s released it alone: confirm or reverse it") % {
            "person": change.alone_by
        }
        return "- " + labelled(change.named, labelled(alone, change.alone_because))
    at = told_hour(timezone.localtime(change.asked_at))
    return "- " + labelled(change.named, comma_list(filter(None, [change.asked_by, at])))
