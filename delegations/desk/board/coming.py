"""What goes out next: the mails in the outbox, and the reminders of the days to come."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from delegations.desk.outbox import OutboxRow
from invitations.admin.list_columns import list_url
from invitations.admin.setup.reminders import format_step
from invitations.models import Delivery, ForumEdition, ReminderStep
from invitations.reminders.forecast import Forecast
from invitations.text.dates import format_hour, format_weekday, labelled

DAYS_SHOWN = 4


def coming_context(
    edition: ForumEdition, plan: Forecast, outbox: dict[str, OutboxRow]
) -> dict[str, Any]:
    return {
        "outbox": outbox_row(edition, outbox),
        "reason": plan.reason,
        "days": coming_day_rows(plan)[:DAYS_SHOWN],
        "reminders_url": reverse("admin:invitations_forumedition_reminders", args=[edition.pk]),
    }


def outbox_row(edition: ForumEdition, outbox: dict[str, OutboxRow]) -> dict[str, Any] | None:
    """Return how many mails wait in the outbox, and when the first of them may leave."""
    waiting = [outbox[state] for state in Delivery.WAITING if state in outbox]
    first = min((row.first_mail for row in waiting if row.first_mail), default=None)
    if first is None:
        return None
    at = first.astimezone(edition.zone)
    return {
        "count": sum(row.mails for row in waiting),
        "at": format_hour(at, edition.time_zone_name, get_language()),
        "url": list_url(
            Delivery,
            state__in=",".join(Delivery.WAITING),
            channel__exact=Delivery.Channel.EMAIL.value,
            letter__invitation__edition__id__exact=edition.pk,
        ),
    }


def coming_day_rows(plan: Forecast) -> list[dict[str, Any]]:
    """Return each day to come, with its step, whom it goes to, and how many get it."""
    return [
        {
            "day": format_weekday(day, get_language()),
            "how": how_and_to_whom(step),
            "count": len(found),
        }
        for (day, step), found in plan.by_day().items()
    ]


def how_and_to_whom(step: ReminderStep) -> str:
    if step.medium == ReminderStep.Medium.CALL:
        return format_step(step)
    return labelled(format_step(step), step.get_audience_display())


def next_of_each(plan: Forecast) -> dict[int, tuple[dt.date, str]]:
    """Return the day of the next mail or call of each invitation, and which of both it is."""
    found: dict[int, tuple[dt.date, str]] = {}
    for one in sorted([*plan.mails, *plan.calls], key=lambda planned: planned.at.date()):
        how = _("call") if one.step.medium == ReminderStep.Medium.CALL else _("mail")
        found.setdefault(one.invitation.pk, (one.at.date(), how))
    return found
