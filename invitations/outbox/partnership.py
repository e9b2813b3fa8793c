"""Tell the partnership team of each office that is interested, once, and nothing else of it."""

import datetime as dt
import logging
from email.message import EmailMessage
from functools import partial

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from invitations.job_errors import each_apart
from invitations.mail.outgoing import name_languages, new_message
from invitations.models import ForumEdition, Invitation, PartnershipInterest, StaffMail
from invitations.outbox.arming import reason_sending_is_off
from invitations.outbox.staff_notifications import hand_over_mail, report_vanished
from invitations.text.dates import comma_list, labelled
from invitations.times.jobs import Job

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 50


def tell_partnership(now: dt.datetime | None = None) -> int:
    """Send a mail for each office whose interest is new; return how many left."""
    if mute := reason_sending_is_off():
        logger.warning(mute)
        return 0
    report_vanished(Job.TELL_PARTNERSHIP)
    now = now or timezone.now()
    new = PartnershipInterest.objects.untold().order_by("pk")
    rows = new.values_list("pk", "invitation")[:MOST_AT_ONCE]
    return each_apart(
        Job.TELL_PARTNERSHIP,
        [(str(pk), partial(send_interest, pk, office, now)) for pk, office in rows],
    )


def send_interest(pk: int, office: int, now: dt.datetime) -> bool:
    """Tell of one interest; a mail that may have arrived is never sent again."""
    address = ForumEdition.objects.get(invitations=office).as_released.partnership_email
    # An address that waits for a second person is not written to.
    if not address:
        return False
    return hand_over_mail(
        StaffMail(job=Job.TELL_PARTNERSHIP, item=str(pk)),
        address,
        note=partial(begin_mail, pk, office, address, now),
        # By the plain manager: the reply may have been superseded meanwhile.
        take_back=lambda: PartnershipInterest._base_manager.filter(pk=pk).update(
            partnership_informed_at=None
        ),
    )


def begin_mail(pk: int, office: int, address: str, now: dt.datetime) -> bytes:
    """Note that the team is told, and return the mail; empty if another worker was quicker.

    A reply of the same office waits at the lock, so that two of them are told of once.
    """
    Invitation.objects.select_for_update(of=("self",), no_key=True).get(pk=office)
    untold = PartnershipInterest.objects.untold().select_related(
        "invitation__edition", "invitation__member_state", "invitation__minister"
    )
    interest: PartnershipInterest | None = untold.filter(pk=pk).first()
    if interest is None:
        return b""
    PartnershipInterest.objects.filter(pk=pk).update(partnership_informed_at=now)
    with translation.override(settings.LANGUAGE_CODE):
        return interest_message(interest, address, now).as_bytes()


def interest_message(interest: PartnershipInterest, address: str, now: dt.datetime) -> EmailMessage:
    """Name the State and the office; whom to write to is on the page, for who may read it."""
    office, edition = interest.invitation, interest.invitation.edition
    state = office.member_state.listed_as
    subject = labelled(_("Interest in partnership packages"), state)
    page = reverse("admin:invitations_partnershipinterest_changelist")
    lines = [
        labelled(edition.as_released.name, comma_list([state, office.minister.portfolio])),
        "",
        _("Whom to write to: %(url)s") % {"url": settings.SITE_URL.rstrip("/") + page},
        "",
    ]
    message = new_message(f"[{edition.symbol}] {subject}", {"To": [address]}, now, "auto-generated")
    message.set_content("\n".join(lines), cte="quoted-printable")
    name_languages(message, translation.get_language() or "")
    return message
