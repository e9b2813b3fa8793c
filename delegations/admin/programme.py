"""The sessions of the High-Level Track, and the list of speakers."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy, ngettext_lazy
from unfold.decorators import action

from delegations.models import HighLevelSession, SpeakingSlot
from delegations.programme import unpublish_speakers
from invitations.admin.base import Menu, ModelAdmin, language_tabs, user_of
from invitations.admin.columns import hour_column
from invitations.admin.confirming import act_on_each, confirmed, tell_done
from invitations.forms.action_forms import ReasonForm
from invitations.models import ForumEdition

UNPUBLISHED = ngettext_lazy(
    "%(count)s list is not public any more.", "%(count)s lists are not public any more.", "count"
)


@admin.register(HighLevelSession)
class HighLevelSessionAdmin(ModelAdmin):
    menu = (Menu.FORUM, 5, "podium")
    when_empty = gettext_lazy("Add the sessions of the High-Level Track: statements are put there.")
    list_display = [
        "title",
        "segment",
        hour_column("starts_at", gettext_lazy("starts at")),
        hour_column("ends_at", gettext_lazy("ends at")),
        "room",
        "seats",
    ]
    actions = ["unpublish"]
    list_filter = ["edition", "segment"]
    list_select_related = ["edition"]
    search_fields = ["title_en", "title_fr", "room", "chair"]
    date_hierarchy = "starts_at"
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("edition", "segment"),
                    ("starts_at", "ends_at"),
                    ("room", "seats"),
                    "chair",
                ]
            },
        ),
        *language_tabs("title"),
    ]

    @action(
        description=gettext_lazy("Take the list of speakers from the public page"),
        permissions=["change"],
    )
    @confirmed(
        title=gettext_lazy("Take the list of speakers from the public page"),
        explanation=gettext_lazy(
            "Nobody outside can read the list of these sessions’ edition from now on. To publish "
            "it again, enter an hour on the page of the edition."
        ),
        form=ReasonForm,
    )
    def unpublish(
        self, request: HttpRequest, queryset: QuerySet[HighLevelSession], because: str
    ) -> None:
        editions = ForumEdition.objects.filter(pk__in=queryset.values("edition"))
        user = user_of(request)
        done = act_on_each(request, editions, lambda one: unpublish_speakers(one, user, because))
        tell_done(request, UNPUBLISHED, done)


@admin.register(SpeakingSlot)
class SpeakingSlotAdmin(ModelAdmin):
    menu = (Menu.FORUM, 6, "format_list_numbered")
    when_empty = gettext_lazy("The list of speakers is empty: add a slot for each statement.")
    list_display = ["position", "delegation", "session", "minutes", "moved_because"]
    list_display_links = ["position", "delegation"]
    list_filter = ["session__edition", "session"]
    list_select_related = ["session", "delegation__edition", "delegation__member_state"]
    search_fields = [
        "delegation__member_state__short_name_en",
        "delegation__member_state__list_name_fr",
        "session__title_en",
    ]
    autocomplete_fields = ["session", "delegation"]
