"""Links and hours in lists and on pages."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, cast
from urllib.parse import urlencode

from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from invitations.letters.checks.missing_words import Lack, describe_missing_words
from invitations.models import (
    ForumEdition,
    Invitation,
    Language,
    Letter,
    LetterEvent,
    MemberState,
    Minister,
)
from invitations.text.by_language import words_read
from invitations.text.dates import bracketed, comma_list, keep_own_order, labelled

# In the address of a State's page: the list from which one came, and how it was filtered.
LISTED_IN, FILTERS = "list", "_changelist_filters"


def text_link(url: str, text: Any) -> str:
    return format_html('<a class="text-link" href="{}">{}</a>', url, text)


def change_url(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def state_url(edition: ForumEdition, state: MemberState) -> str:
    return reverse("desk:state", args=[edition.symbol, state.iso3])


def state_link(row: Any, edition: ForumEdition, state: MemberState) -> str:
    """Return the State's name, linked to its page for who may open it, and perhaps the edition.

    The page then leads on to the next State of the list of this row (``LeadsToStatesMixin``).
    """
    listed_in = getattr(row, "listed_in", None)
    named: str = state.listed_as
    if listed_in is not None:
        named = text_link(f"{state_url(edition, state)}?{listed_in}", named)
    if getattr(row, "names_edition", False):
        return format_html('{} <span class="of-edition">{}</span>', named, edition.name)
    return named


def field_url(lack: Lack, pk: Any) -> str:
    """Return the page of the record, at its empty field."""
    page = reverse(f"admin:invitations_{lack.model}_change", args=[pk])
    return f"{page}#id_{lack.column}" if lack.column else page


def format_languages(row: Letter | Minister) -> str:
    return comma_list(
        dict.fromkeys([row.get_language_display(), row.get_second_language_display()])
    )


def format_waiting_reason(letter: Letter) -> str:
    """Return why it waits, in the language of the reader."""
    lacks = [Lack(*named) for named in letter.waits_for]
    kept = words_read(letter.waiting_reason, letter.waiting_reason_by_language)
    return keep_own_order(describe_missing_words(lacks) or kept)


def missing_links(letter: Letter) -> list[tuple[str, str]]:
    """Return address and name of each empty field that the letter waits for."""
    invitation = letter.invitation
    rows = {
        "forumedition": invitation.edition_id,
        "circular": letter.circular_id,
        "minister": invitation.minister_id,
        "memberstate": invitation.member_state_id,
        "invitation": invitation.pk,
        "letter": letter.pk,
        "reply": letter.reply_id,
        "mission": letter.mission_id,
    }
    lacks = [Lack(*named) for named in letter.waits_for]
    return [
        (
            field_url(lack, rows[lack.model]),
            labelled(Language(lack.language).label, lack.title),
        )
        for lack in lacks
        if rows.get(lack.model)
    ]


def text_links(links: Iterable[tuple[str, str]]) -> SafeString:
    """Return the links in a line; each keeps the order of its own writing."""
    return format_html_join(" · ", '<a class="text-link" href="{}"><bdi>{}</bdi></a>', links)


def list_url(model: type[Model], **filters: Any) -> str:
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    return f"{url}?{urlencode(filters)}" if filters else url


def at_hour(at: dt.datetime | None, zone: dt.tzinfo | None = None) -> str:
    """Return day and hour as the reader's language has them, on the desk's clock or the zone's."""
    return date_format(timezone.localtime(at, zone), "DATETIME_FORMAT") if at else ""


def on_day(at: dt.datetime | None) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT") if at else ""


def hour_of_edition(at: dt.datetime | None, edition: ForumEdition) -> str:
    """Return the hour on the edition's clock, with the name of its zone."""
    return bracketed(at_hour(at, edition.zone), edition.time_zone_name) if at else ""


def at_hour_with(at: dt.datetime | None, *words: object) -> str:
    """Return the instant, then a name or reason, without those that are empty."""
    return " ".join(filter(None, [at_hour(at), *(str(word or "") for word in words)]))


def leads_on(column: Any) -> Any:
    """Mark a column that only leads to another page: a list taken out as a file leaves it out."""
    column.leads_on = True
    return column


def hour_column(name: str, title: Any) -> Callable[[Any], str]:
    """Return a list's column that shows the instant to the minute."""

    @display(description=title, ordering=name)
    def shown(row: Any) -> str:
        return at_hour(getattr(row, name))

    return date_column(shown, name)


def hour_by_its_edition(name: str, title: Any) -> Callable[[Any], str]:
    """Return a column that shows the instant by the clock of the row's edition, in files too."""

    @display(description=title, ordering=name)
    def shown(row: Any) -> str:
        return at_hour(getattr(row, name), row.edition.zone)

    column = date_column(shown, name)
    column.by_its_edition = True
    return cast("Callable[[Any], str]", column)


def date_column(column: Any, name: str) -> Any:
    """Mark a column whose words are the date ``name`` of the row: a file holds the date itself."""
    column.dated = name
    return column


@display(description=gettext_lazy("the server’s words"), ordering="server_words")
def server_words(row: Any) -> str:
    """Show what a server said in its own order, which Arabic would turn around."""
    return keep_own_order(row.server_words)


@display(description=gettext_lazy("why"), ordering="reason")
def why(event: LetterEvent) -> str:
    """Say in the reader's language why a letter or delivery changed."""
    return keep_own_order(event.why)


@display(description=gettext_lazy("Member State"), ordering="member_state__sort_key_fr")
def listed_state(row: Any) -> str:
    """Name the State in the reader's language, as all lists do; what serves all States has none."""
    return str(row.member_state.listed_as) if row.member_state_id else ""


@display(description=gettext_lazy("kind"), ordering="is_principal", label={"courtesy": "warning"})
def courtesy_mark(invitation: Invitation) -> tuple[str, str] | None:
    """Mark what is not the principal invitation of its State; nearly all are."""
    return None if invitation.is_principal else ("courtesy", _("by courtesy"))


def linked_column(model: type[Model], name: str) -> Callable[[Any], str]:
    """Return a column that leads to the row's own page, as the rows of an inline need one."""
    column: Any = model._meta.get_field(name)

    @display(description=column.verbose_name)
    def shown(row: Any) -> str:
        in_words = getattr(row, f"get_{name}_display", None)
        value = in_words() if in_words else getattr(row, name)
        return text_link(change_url(row), at_hour(value) if name.endswith("_at") else value)

    return shown
