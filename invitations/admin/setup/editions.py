"""An edition of the forum, its circulars, and the steps by which silent offices are reminded."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy, ngettext
from unfold import admin as unfold
from unfold.decorators import action, display

from invitations.admin.base import Menu, ModelAdmin, RecordInline, language_tabs
from invitations.admin.columns import list_url, text_link
from invitations.admin.confirming import act_on_each
from invitations.admin.mixins import ApprovedByTwoFilter, ApprovedByTwoMixin, approvers_named
from invitations.admin.setup.reminders import ReminderPagesMixin, StepPagesMixin
from invitations.forms.model_forms import EditionForm, WholeRowForm
from invitations.letters.circulars import plan_invitation_letters
from invitations.models import ForumEdition, Invitation, QuietPeriod, ReminderStep


class QuietPeriodInline(unfold.TabularInline):
    model = QuietPeriod
    form = WholeRowForm
    extra = 0
    hide_title = True
    tab = True


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


def plan_letters(
    request: HttpRequest,
    editions: QuerySet[ForumEdition],
    invitations: QuerySet[Invitation] | None = None,
) -> None:
    """Plan the letters of the drafts: the workers compose them, no request renders a letter."""
    planned = []
    act_on_each(
        request,
        editions,
        lambda edition: planned.append(plan_invitation_letters(edition, invitations)),
    )
    if planned:
        told = ngettext(
            "%(count)s letter planned; the workers compose it within minutes.",
            "%(count)s letters planned; the workers compose them within minutes.",
            sum(planned),
        )
        messages.success(request, told % {"count": sum(planned)})


@admin.register(ForumEdition)
class ForumEditionAdmin(ReminderPagesMixin):
    menu = (Menu.SET_UP, 1, "event")
    when_empty = gettext_lazy("Add the edition: its dates, its deadline, and what it offers.")
    form = EditionForm
    list_display = [
        "symbol",
        "name",
        "opens_on",
        "track_opens_on",
        "reply_before",
        "drafts",
        "issued",
    ]
    list_filter = ["opens_on"]
    search_fields = ["symbol", "name_en", "name_fr"]
    date_hierarchy = "opens_on"
    actions = ["plan_letters_of_drafts"]
    inlines = [QuietPeriodInline, ReminderStepInline]
    fieldsets = [
        (None, {"fields": ["symbol", ("opens_on", "closes_on")]}),
        (
            gettext_lazy("High-Level Track and replies"),
            {
                "fields": [
                    ("track_opens_on", "track_closes_on"),
                    "reply_before",
                    "replies_closed_at",
                    "time_zone",
                    "answers_offered",
                    "segments_offered",
                    ("speaking_minutes", "delegates_limit"),
                    "speakers_published_at",
                    "mission_city",
                ]
            },
        ),
        (
            gettext_lazy("Letterhead"),
            {
                "description": gettext_lazy(
                    "Printed at the head of each letter, in its language: name and postal address "
                    "stand in the tabs below."
                ),
                "fields": [
                    ("organization_phone", "organization_fax"),
                    ("organization_email", "organization_website"),
                ],
            },
        ),
        (
            gettext_lazy("Contact for replies and questions"),
            {
                "description": gettext_lazy(
                    "Named in each letter, and the address to which answers to its mail go."
                ),
                "fields": [
                    "contact_name",
                    ("contact_phone", "contact_fax"),
                    "contact_email",
                ],
            },
        ),
        (
            gettext_lazy("Links"),
            {
                "fields": [
                    "website",
                    "registration_link",
                    "partnership_link",
                    "consultation_link",
                ]
            },
        ),
        *language_tabs(
            "name",
            "theme",
            "place",
            "time_zone_name",
            "organization",
            "postal_address",
            "organizers",
            "contact_honorific",
            "background",
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ForumEdition]:
        in_draft = Q(invitations__status=Invitation.Status.DRAFT)
        in_force = Q(invitations__status=Invitation.Status.ISSUED)
        return (
            super()
            .get_queryset(request)
            .annotate(
                drafts=Count("invitations", filter=in_draft),
                issued=Count("invitations", filter=in_force),
            )
        )

    @display(description=gettext_lazy("drafts"), ordering="drafts")
    def drafts(self, edition: Any) -> str:
        return self._invitations(edition, "draft", edition.drafts)

    @display(description=gettext_lazy("issued"), ordering="issued")
    def issued(self, edition: Any) -> str:
        return self._invitations(edition, "issued", edition.issued)

    def _invitations(self, edition: ForumEdition, status: str, count: int) -> str:
        filters = {"edition__id__exact": edition.pk, "status__exact": status}
        return text_link(list_url(Invitation, **filters), count)

    @action(description=gettext_lazy("Compose the letters of all drafts"), permissions=["change"])
    def plan_letters_of_drafts(
        self, request: HttpRequest, queryset: QuerySet[ForumEdition]
    ) -> None:
        plan_letters(request, queryset)


@admin.register(QuietPeriod)
class QuietPeriodAdmin(ModelAdmin):
    when_empty = gettext_lazy(
        "Add the days on which no reminder leaves; weekends are quiet anyway."
    )
    list_display = ["edition", "first_on", "last_on"]
    list_filter = ["edition"]
    list_select_related = ["edition"]
    search_fields = ["edition__symbol"]


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

    def save_model(
        self, request: HttpRequest, obj: ReminderStep, form: forms.ModelForm, change: bool
    ) -> None:
        """A step that is changed is another step: two people look at it again."""
        if form.changed_data:
            obj.first_approver = obj.second_approver = None
            obj.first_approved_at = obj.second_approved_at = None
        super().save_model(request, obj, form, change)
