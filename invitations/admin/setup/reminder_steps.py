"""The steps by which silent offices are reminded; two people approve each."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold import admin as unfold
from unfold.decorators import display

from invitations.admin.base import Menu
from invitations.admin.mixins import ApprovedByTwoFilter, ApprovedByTwoMixin, approvers_named
from invitations.admin.setup.reminders import StepPagesMixin
from invitations.forms.fields import COLUMN_FORM_FIELDS
from invitations.forms.reminder_steps import USUAL_STEPS, ReminderStepForm, ReminderStepFormSet
from invitations.models import ReminderStep
from invitations.models.templates import format_variant
from invitations.text.dates import labelled

# What stands of a step beside its day, in lists and forms alike.
SAID = ["hour", "asks_for", "medium", "audience"]


class ReminderStepInline(unfold.TabularInline):
    """The steps of an edition, on its page; a new edition begins with the usual ones."""

    model = ReminderStep
    form = ReminderStepForm
    formset = ReminderStepFormSet
    formfield_overrides: Any = COLUMN_FORM_FIELDS
    fields = ["days_before", "due_on", *SAID, "variant", "approved"]
    readonly_fields = ["due_on", "approved"]
    template_before = "admin/seen_in_rows.html"
    hide_title = True
    tab = True

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if obj else len(USUAL_STEPS)

    @display(description=gettext_lazy("leaves on"))
    def due_on(self, step: ReminderStep) -> Any:
        return step.due_on if step.pk else ""

    @display(description=gettext_lazy("approved"))
    def approved(self, step: ReminderStep) -> str:
        return approvers_named(step)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReminderStep]:
        steps = super().get_queryset(request)
        return steps.select_related("edition", "first_approver", "second_approver")


@admin.register(ReminderStep)
class ReminderStepAdmin(StepPagesMixin, ApprovedByTwoMixin):
    form = ReminderStepForm
    menu = (Menu.SET_UP, 3, "alarm")
    when_empty = gettext_lazy("Add the steps by which silent offices are reminded: 21, 7, 2 days.")
    list_display = ["edition", "days_before", "leaves_on", *SAID, "text_called", "approved"]
    list_display_links = ["days_before"]
    list_filter = ["edition", "asks_for", "medium", ApprovedByTwoFilter]
    list_select_related = ["edition", "first_approver", "second_approver"]
    search_fields = ["edition__symbol", "variant"]
    fields = ["edition", "days_before", *SAID, "variant", "approved"]
    readonly_fields = ["approved"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReminderStep]:
        return super().get_queryset(request).prefetch_related("edition__quiet_periods")

    @display(description=gettext_lazy("leaves on"))
    def leaves_on(self, step: ReminderStep) -> Any:
        return step.due_on

    @display(description=gettext_lazy("text"), ordering="variant")
    def text_called(self, step: ReminderStep) -> str:
        return format_variant(step.variant)

    def describe(self, text: ReminderStep) -> str:
        shown = {
            "hour": text.hour,
            "asks_for": text.get_asks_for_display(),
            "audience": text.get_audience_display(),
            "variant": format_variant(text.variant),
        }
        return "\n".join(
            labelled(label_for_field(name, ReminderStep), value) for name, value in shown.items()
        )
