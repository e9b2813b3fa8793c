"""Erasures of personal data: when the next comes, and those there were, each with its page."""

import datetime as dt

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display

from delegations.models import Delegate, Erasure
from delegations.models.erasure import AT_HOUR, erases_on, have_links_ended
from invitations.admin.base import Menu, RecordAdmin
from invitations.admin.list_columns import leads_on, text_link
from invitations.forms.model_forms import EditionForm
from invitations.links import LINKS_HAVE_ENDED, links_open_until
from invitations.models import ForumEdition
from invitations.text.dates import format_date, running_text


@admin.register(Erasure)
class ErasureAdmin(RecordAdmin):
    menu = (Menu.FORUM, 10, "auto_delete")
    when_empty = gettext_lazy(
        "Nothing was erased yet. When it is, the page of an edition says under Personal data."
    )
    list_display = ["edition", "began_at", "ended_at", "asked_by", "reason", "what_was_erased"]
    list_filter = ["edition"]
    list_select_related = ["edition", "asked_by"]
    fields = list_display
    readonly_fields = ["what_was_erased"]

    @leads_on
    @display(description=gettext_lazy("what was erased"))
    def what_was_erased(self, erasure: Erasure) -> str:
        edition = erasure.edition
        return text_link(reverse("desk:erasure", args=[edition.symbol]), edition.symbol)


def format_effect(edition: ForumEdition, language: str) -> str:
    """Say on which day what is erased, or since when, and at which hour; or that nothing is."""
    if edition.postponed_at is not None:
        return _("Nothing is erased while the edition is postponed: it has no last day.")
    if (day := erases_on(edition)) is None:
        return _("No time is set: nothing is erased.")
    when = {"day": format_date(day, language), **hours_of_night(edition)}
    if edition.local_date(timezone.now()) >= day:
        return NIGHTLY % when
    number = Delegate.objects.named().filter(delegation__edition=edition).count()
    told = ngettext(
        "On %(day)s the names, functions, addresses, photos and needs of %(count)d delegate are"
        " erased, and the remarks, telephone numbers and addresses that offices gave.",
        "On %(day)s the names, functions, addresses, photos and needs of %(count)d delegates are"
        " erased, and the remarks, telephone numbers and addresses that offices gave.",
        number,
    )
    return running_text([told % (when | {"count": number}), ON_THAT_DAY % when])


def format_links(edition: ForumEdition, language: str) -> str:
    """Say until which day links and codes open their offices' pages; empty of a postponed one."""
    if have_links_ended(edition, timezone.now()):
        return str(LINKS_HAVE_ENDED)
    if (until := links_open_until(edition)) is None:
        return ""
    told = _("Links and codes of letters open until %(day)s, or until an erasure begins.")
    return told % {"day": format_date(until, language)}


ON_THAT_DAY = gettext_lazy("It begins between %(from)s and %(until)s (%(zone)s).")
NIGHTLY = gettext_lazy(
    "Its day was %(day)s. What is on file since then, and what still comes, is erased each night:"
    " it begins between %(from)s and %(until)s (%(zone)s)."
)


def hours_of_night(edition: ForumEdition) -> dict[str, str]:
    hours = {"from": dt.time(AT_HOUR), "until": dt.time(AT_HOUR + 1)}
    told = {name: time_format(hour) for name, hour in hours.items()}
    return told | {"zone": edition.time_zone_name}


class MonthsForm(EditionForm):
    """The form of an edition, which sets no time that ends with the edition itself."""

    class Meta(EditionForm.Meta):
        help_texts = {
            "erased_after": gettext_lazy(
                "After the last day; 1 at least. Empty: nothing is erased until a person has it"
                " erased."
            )
        }

    def clean_erased_after(self) -> int | None:
        """Refuse a new 0: what is to go at once goes by hand, with a name and a reason."""
        months: int | None = self.cleaned_data["erased_after"]
        if months == 0 and "erased_after" in self.changed_data:
            raise ValidationError(NO_MONTHS)
        return months


NO_MONTHS = gettext_lazy(
    "Type 1 month or more, or leave it empty. To erase sooner: the page Personal data, once the"
    " edition is over."
)
