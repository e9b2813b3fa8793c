"""Who will be reminded on which day, and who will not, and why."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from invitations.admin.base import ModelAdmin
from invitations.admin.list_columns import change_url, text_link
from invitations.letters.planning import reminder_recipients
from invitations.letters.released import (
    Held,
    emails_of,
    held_for_each_state,
    missions_of,
    released_invitation,
)
from invitations.models import ForumEdition, Invitation, ReminderStep
from invitations.models.templates import format_variant
from invitations.reminders.eligibility import STOPPED
from invitations.reminders.forecast import ComingReminder, Forecast, forecast_of
from invitations.reminders.schedules import Schedule, Steps
from invitations.text.dates import comma_list, format_hour, format_weekday, labelled


class ReminderPagesMixin(ModelAdmin):
    """An edition's page of the reminders to come."""

    actions_detail = ["reminders_page"]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.reminders_view)
        name = "invitations_forumedition_reminders"
        return [path("<int:pk>/reminders/", view, name=name), *super().get_urls()]

    def has_remind_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("invitations.view_reminderstep") and request.user.has_perm(
            "invitations.view_invitation"
        )

    @action(description=gettext_lazy("Reminders to come"), icon="alarm", permissions=["remind"])
    def reminders_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:invitations_forumedition_reminders", object_id)

    def reminders_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        edition = get_object_or_404(ForumEdition, pk=pk)
        if not self.has_remind_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Reminders to come"),
            "subtitle": str(edition),
            "opts": self.opts,
            "edition": edition,
            "editions": ForumEdition.objects.exclude(pk=edition.pk),
            **reminders_context(edition),
        }
        return TemplateResponse(request, "admin/setup/reminders.html", context)


class StepPagesMixin(ModelAdmin):
    """A link to that page, from the list of steps."""

    actions_list = ["reminders_page"]

    def has_remind_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("invitations.view_invitation")

    @action(
        description=gettext_lazy("Reminders to come"), url_path="to-come", permissions=["remind"]
    )
    def reminders_page(self, request: HttpRequest) -> HttpResponse:
        edition = ForumEdition.objects.current()
        if edition is None:
            return redirect("admin:invitations_forumedition_changelist")
        return redirect("admin:invitations_forumedition_reminders", edition.pk)


def reminders_context(edition: ForumEdition) -> dict[str, Any]:
    now = timezone.now()
    plan = forecast_of(edition, now)
    return {
        "reason": plan.reason,
        "asks_besides": bool(plan.next_steps),
        "as_of": format_hour(
            now.astimezone(edition.zone), edition.time_zone_name, translation.get_language()
        ),
        "steps": step_rows(edition, now),
        "days": reminder_day_rows(plan),
        "none": [
            {
                "reason": reason,
                "count": len(found),
                "rows": [invitation_row(invitation) for invitation in found],
            }
            for reason, found in plan.none.items()
        ],
    }


def reminder_day_rows(plan: Forecast) -> list[dict[str, Any]]:
    """Return the days to come, each with its step, and the number and names of those reminded."""
    held_for = held_for_each_state()
    # What is asked after a yes goes to none of them.
    asked = [planned.invitation for planned in plan.mails if planned.step.asks_for]
    prefetch_related_objects(asked, "member_state__ministers")
    return [
        {
            "day": format_weekday(day, translation.get_language()),
            "how": labelled(format_step(step), step.get_audience_display())
            if step.medium == ReminderStep.Medium.MAIL
            else format_step(step),
            "count": len(found),
            "rows": [
                {
                    **invitation_row(planned.invitation),
                    **mail_details(
                        planned, plan.edition, held_for(planned.invitation.member_state_id)
                    ),
                }
                for planned in found
            ],
        }
        for (day, step), found in plan.by_day().items()
    ]


def invitation_row(invitation: Invitation) -> dict[str, Any]:
    return {
        "state": invitation.member_state.listed_as,
        "minister": invitation.minister,
        "url": change_url(invitation),
        "link": text_link(change_url(invitation), invitation.minister),
    }


def format_step(step: ReminderStep) -> str:
    """Return whether the step goes by mail or telephone, and its text or what it asks for."""
    if step.asks_for:
        return comma_list([step.get_medium_display(), step.get_asks_for_display()])
    text = (
        _("text “%(variant)s”") % {"variant": format_variant(step.variant)} if step.variant else ""
    )
    return comma_list([step.get_medium_display(), text])


def mail_details(planned: ComingReminder, edition: ForumEdition, held: Held) -> dict[str, Any]:
    """Return the addresses of a mail, and its hour by whose clock; a call has neither."""
    if planned.step.medium == ReminderStep.Medium.CALL:
        return {"phone": True}
    own_zone = planned.invitation.member_state.time_zone
    return {
        "addresses": reminder_addresses(planned, held),
        "hour": date_format(planned.at, "H:i"),
        "zone": own_zone.replace("_", " ") or edition.time_zone_name,
        "is_in_outbox": planned.is_in_outbox,
    }


def reminder_addresses(planned: ComingReminder, held: Held) -> list[list[str]]:
    """Return the pairs of the mail by what a second person released last."""
    invitation = released_invitation(planned.invitation, held)
    missions = emails_of(missions_of(invitation))
    return reminder_recipients(planned.step, invitation, missions)


def step_rows(edition: ForumEdition, now: dt.datetime) -> list[dict[str, Any]]:
    """Return each step with its day by the edition's calendar, or why it has none."""
    schedules = {steps.asks_for: steps.by_the_edition() for steps in Steps.of_each(edition)}
    return [
        {
            "step": step,
            "how": format_step(step),
            "url": change_url(step),
            "day": step.due_on and format_weekday(step.due_on, translation.get_language()),
            "is_past": step.due_on and step.due_on < edition.local_date(now),
            "reason": reason_step_never_goes(step, schedules[step.asks_for]),
        }
        for step in sorted(edition.reminder_steps.all(), key=lambda step: step.planned_on)
    ]


def reason_step_never_goes(step: ReminderStep, schedule: Schedule) -> str:
    """Return why the step never goes by that calendar; empty if it goes."""
    if not step.is_approved:
        return _("not approved by two people: nobody gets it")
    if step.edition.is_stopped:
        return str(STOPPED)
    if step in [due.step for due in (*schedule.mails, *schedule.calls)]:
        return ""
    if step.due_on is None or schedule.at(step.due_on, step.hour) >= schedule.deadline:
        return _("no working day is left before the deadline: dropped")
    return _("less than three days before the next step: it gives way to that one")
