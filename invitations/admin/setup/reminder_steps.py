"""The steps by which silent offices are reminded; two people approve each."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from invitations.admin.base import Menu, RecordInline
from invitations.admin.mixins import ApprovedByTwoFilter, ApprovedByTwoMixin, approvers_named
from invitations.admin.setup.reminders import StepPagesMixin
from invitations.models import ReminderStep
from invitations.text.dates import labelled


class ReminderStepInline(RecordInline):
    model = ReminderStep
    fields = ["days_before", "due_on", "hour", "medium", "audience", "variant", "approved"]
    readonly_fields = fields

    @display(description=gettext_lazy("leaves on"))
    def due_on(self, step: ReminderStep) -> Any:
        return step.due_on

    @display(description=gettext_lazy("approved"))
    def approved(self, step: ReminderStep) -> str:
        return approvers_named(step)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReminderStep]:
        steps = super().get_queryset(request)
        return steps.select_related("edition", "first_approver", "second_approver")


@admin.register(ReminderStep)
class ReminderStepAdmin(StepPagesMixin, ApprovedByTwoMixin):
    menu = (Menu.SET_UP, 3, "alarm")
    when_empty = gettext_lazy("Add the steps by which silent offices are reminded: 21, 7, 2 days.")
    list_display = [
        "edition",
        "days_before",
        "leaves_on",
        "hour",
        "medium",
        "audience",
        "variant",
        "approved",
    ]
    list_display_links = ["days_before"]
    list_filter = ["edition", "medium", ApprovedByTwoFilter]
    list_select_related = ["edition", "first_approver", "second_approver"]
    search_fields = ["edition__symbol", "variant"]
    fields = ["edition", "days_before", "hour", "medium", "audience", "variant", "approved"]
    readonly_fields = ["approved"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReminderStep]:
        return super().get_queryset(request).prefetch_related("edition__quiet_periods")

    @display(description=gettext_lazy("leaves on"))
    def leaves_on(self, step: ReminderStep) -> Any:
        return step.due_on

    def describe(self, text: ReminderStep) -> str:
        shown = {
            "hour": text.hour,
            "audience": text.get_audience_display(),
            "variant": text.variant,
        }
        return "\n".join(
            labelled(label_for_field(name, ReminderStep), value) for name, value in shown.items()
        )

    def save_model(
        self, request: HttpRequest, obj: ReminderStep, form: forms.ModelForm, change: bool
    ) -> None:
        """Drop both approvals if the step changes: two people look at it again."""
        if form.changed_data:
            obj.drop_approvals()
        super().save_model(request, obj, form, change)
