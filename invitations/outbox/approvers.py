"""Tell approvers and their alternates by mail what waits for a second person; it is no letter."""

import datetime as dt
import logging
from email.message import EmailMessage
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from invitations.job_errors import each_apart
from invitations.mail.outgoing import name_languages, new_message
from invitations.models import Alternate, HeldChange, StaffMail
from invitations.models.alternates import LENT
from invitations.outbox.arming import reason_sending_is_off
from invitations.outbox.staff_notifications import hand_over_mail, report_vanished
from invitations.text.dates import comma_list, format_day_and_hour, labelled
from invitations.times.jobs import Job

logger = logging.getLogger(__name__)

TOLD_AFTER = dt.timedelta(hours=4)
TOLD: Any = HeldChange.told.through
MAY_RELEASE = "invitations.release_heldchange"


def tell_approvers(now: dt.datetime | None = None) -> int:
    """Tell each approver once of each change that waits long; return how many mails left.

    Of what one approver released alone the others hear at once.
    """
    if mute := reason_sending_is_off():
        logger.warning(mute)
        return 0
    report_vanished(Job.TELL_APPROVERS)
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
    if not untold(approver, now).exists():
        return False
    told: list[HeldChange] = []
    return hand_over_mail(
        StaffMail(job=Job.TELL_APPROVERS, item=str(approver.pk)),
        approver.email,
        note=partial(note_told, approver, now, told),
        take_back=lambda: TOLD.objects.filter(user=approver, heldchange__in=told).delete(),
    )


def untold(approver: User, now: dt.datetime) -> "QuerySet[HeldChange]":
    """Return what waits long, or was released alone, of which the approver was not told yet."""
    long = Q(state=HeldChange.State.WAITING, asked_at__lte=now - TOLD_AFTER)
    found = HeldChange.objects.exclude(told=approver).order_by("asked_at", "pk")
    # Who changed a record cannot release it, but hears of what another one released alone.
    own = found.filter(contributors=approver, state=HeldChange.State.WAITING).values("pk")
    return found.filter(long | Q(state=HeldChange.State.ALONE)).exclude(pk__in=own)


def note_told(approver: User, now: dt.datetime, told: list[HeldChange]) -> bytes:
    """Note that the approver is told, and of what; return the mail, empty if there is nothing.

    Another worker waits at the lock, and finds nothing. Of a mail that cannot be written nothing is
    noted.
    """
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=approver.pk)
    told += untold(approver, now).select_related("asked_by", "alone_by")
    TOLD.objects.bulk_create(TOLD(heldchange=one, user=approver) for one in told)
    return message_about(told, approver, now).as_bytes() if told else b""


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
        return "- " + labelled(change.named, labelled(alone, change.alone_reason))
    at = format_day_and_hour(timezone.localtime(change.asked_at))
    return "- " + labelled(change.named, comma_list(filter(None, [change.asked_by, at])))
