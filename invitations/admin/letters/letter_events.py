"""The events of letters and deliveries."""

from django.contrib import admin
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from invitations.admin.base import Menu, RecordAdmin
from invitations.admin.list_columns import change_url, hour_column, server_words, text_link, why
from invitations.models import LetterEvent


@admin.register(LetterEvent)
class LetterEventAdmin(RecordAdmin):
    menu = (Menu.DAILY, 7, "history")
    when_empty = gettext_lazy("What happens to letters and deliveries is written here by itself.")
    list_display = [
        hour_column("at", gettext_lazy("at")),
        "state",
        "letter_shown",
        "address",
        "actor",
        why,
        server_words,
    ]
    list_filter = ["state", "letter__kind", "letter__invitation__edition"]
    list_select_related = [
        "actor",
        "delivery",
        "letter__invitation__member_state",
        "letter__invitation__minister__member_state",
    ]
    search_fields = [
        "reason",
        "server_words",
        "delivery__address",
        "letter__invitation__member_state__iso3__called",
    ]
    date_hierarchy = "at"
    # Newest first: the page of a letter tells its story from the beginning.
    ordering = ["-at", "-pk"]
    fields = ["at", "state", "letter", "delivery", "actor", why, server_words]

    @display(description=gettext_lazy("letter"))
    def letter_shown(self, event: LetterEvent) -> str:
        return text_link(change_url(event.letter), event.letter)

    @display(description=gettext_lazy("address"))
    def address(self, event: LetterEvent) -> str:
        return event.delivery.address if event.delivery else ""
