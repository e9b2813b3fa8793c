"""The edition of the forum: its dates, letterhead and quiet days."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold import admin as unfold
from unfold.decorators import action, display

from invitations.admin.base import (
    WHY_IT_CHANGES,
    Menu,
    ModelAdmin,
    asked_first,
    language_tabs,
    user_of,
)
from invitations.admin.confirming import act_on_each
from invitations.admin.list_columns import hour_of_edition, list_url, text_link
from invitations.admin.setup.checklist import checklist, remaining
from invitations.admin.setup.drafting import DraftingPageMixin
from invitations.admin.setup.reminder_steps import ReminderStepInline
from invitations.admin.setup.reminders import ReminderPagesMixin
from invitations.forms.model_forms import EditionForm, WholeRowForm, usual_here
from invitations.letters.circulars import plan_invitation_letters
from invitations.models import Answer, ForumEdition, Invitation, QuietPeriod, Rank
from invitations.text.dates import comma_list

SHOWN_TO_READERS = {
    "answers_offered": "answers_shown",
    "segments_offered": "segments_shown",
    "original_ranks": "ranks_shown",
    "replies_closed_at": "closed_hour",
    "speakers_published_at": "published_hour",
}


# What an edition cannot be without.
ASKED_FIRST = [
    ("symbol", "name_en"),
    ("opens_on", "closes_on"),
    ("track_opens_on", "track_closes_on"),
    "reply_before",
    "place_en",
    ("contact_name_en", "contact_email"),
]

# Nothing is proposed for them where the desk is not in Geneva.
ITS_TIME = [("time_zone", "time_zone_name_en"), "mission_city"]


class QuietPeriodInline(unfold.TabularInline):
    model = QuietPeriod
    form = WholeRowForm
    fields = ["first_on", "last_on"]
    extra = 0
    template_before = "admin/seen_in_rows.html"
    hide_title = True
    tab = True


def plan_letters_of_editions(
    request: HttpRequest,
    editions: QuerySet[ForumEdition],
    invitations: QuerySet[Invitation] | None = None,
) -> None:
    """Plan the letters of drafts; the workers compose them, since no request renders a letter."""
    planned = []
    act_on_each(
        request,
        editions,
        lambda edition: planned.append(
            plan_invitation_letters(edition, invitations, user_of(request))
        ),
    )
    if planned:
        told = ngettext(
            "%(count)s letter is composed within minutes.",
            "%(count)s letters are composed within minutes.",
            sum(planned),
        )
        messages.success(request, told % {"count": sum(planned)})


@admin.register(ForumEdition)
class ForumEditionAdmin(ReminderPagesMixin, DraftingPageMixin):
    menu = (Menu.SET_UP, 1, "event")
    instead_of_deleting = gettext_lazy("To stop it, withdraw its invitations.")
    when_empty = gettext_lazy("Add the edition: its dates, its deadline, and what it offers.")
    form = EditionForm
    change_form_outer_before_template = "admin/setup/before_edition.html"
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
    actions_detail = ["draft_page", "reminders_page"]
    inlines = [ReminderStepInline, QuietPeriodInline]
    readonly_fields = list(SHOWN_TO_READERS.values())
    shown_to_readers = SHOWN_TO_READERS
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
                    "asks_gender",
                    "speakers_published_at",
                    ("mission_city", "order_of_states"),
                    "releases_alone",
                    ("links_open_for", "erased_after"),
                    "original_ranks",
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
                    "Named in each letter, and the address to which answers to its mail go. The "
                    "name stands in the tabs below: where a language has none, the English one."
                ),
                "fields": [
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
                    ("partnership_link", "partnership_email"),
                    "consultation_link",
                    "statements_link",
                ]
            },
        ),
        WHY_IT_CHANGES,
        *language_tabs(
            "name",
            "name_in_full",
            "theme",
            "place",
            "city",
            "track_name",
            "own_segments",
            "time_zone_name",
            "organization",
            "secretariat",
            "postal_address",
            "organizers",
            "contact_honorific",
            "contact_name",
            "background",
        ),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: ForumEdition | None = None) -> Any:
        sets = super().get_fieldsets(request, obj)
        if obj:
            return sets
        proposed = usual_here()
        return asked_first([*ASKED_FIRST, *(ITS_TIME if "time_zone" in proposed else [])], sets)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return usual_here() | super().get_changeform_initial_data(request)

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

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if edition := kwargs.get("obj"):
            items = checklist(edition, user_of(request))
            context["checklist"], context["remaining"] = items, remaining(items)
            context["checklist_is_open"] = edition.is_ahead(timezone.now())
            context["is_announced"] = ForumEdition.objects.announced().contains(edition)
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description=gettext_lazy("drafts"), ordering="drafts")
    def drafts(self, edition: Any) -> str:
        return self._invitations(edition, "draft", edition.drafts)

    @display(description=gettext_lazy("issued"), ordering="issued")
    def issued(self, edition: Any) -> str:
        return self._invitations(edition, "issued", edition.issued)

    def _invitations(self, edition: ForumEdition, status: str, count: int) -> str:
        filters = {"edition__id__exact": edition.pk, "status__exact": status}
        return text_link(list_url(Invitation, **filters), count)

    @display(description=gettext_lazy("answers offered"))
    def answers_shown(self, edition: ForumEdition) -> str:
        return comma_list(Answer(one).label for one in edition.answers_offered)

    @display(description=gettext_lazy("segments offered"))
    def segments_shown(self, edition: ForumEdition) -> str:
        return comma_list(edition.segments.values())

    @display(description=gettext_lazy("ranks that get a signed original"))
    def ranks_shown(self, edition: ForumEdition) -> str:
        ranks = Rank.objects.filter(code__in=edition.original_ranks)
        return comma_list(ranks) or _("none")

    @display(description=gettext_lazy("replies closed at"))
    def closed_hour(self, edition: ForumEdition) -> str:
        return hour_of_edition(edition.replies_closed_at, edition)

    @display(description=gettext_lazy("list of speakers published at"))
    def published_hour(self, edition: ForumEdition) -> str:
        return hour_of_edition(edition.speakers_published_at, edition)

    @action(description=gettext_lazy("Compose the letters of all drafts"), permissions=["change"])
    def plan_letters_of_drafts(
        self, request: HttpRequest, queryset: QuerySet[ForumEdition]
    ) -> None:
        plan_letters_of_editions(request, queryset)


@admin.register(QuietPeriod)
class QuietPeriodAdmin(ModelAdmin):
    when_empty = gettext_lazy(
        "Add the days on which no reminder leaves; weekends are quiet anyway."
    )
    list_display = ["edition", "first_on", "last_on"]
    list_filter = ["edition"]
    list_select_related = ["edition"]
    search_fields = ["edition__symbol"]
