"""The binder as one PDF: dated, its pages numbered, its names in any script."""

import datetime as dt
import os
from typing import Any, NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from delegations.desk.binder import rows
from delegations.desk.board.page import headline, legend
from delegations.desk.board.standings import standings_of
from invitations.letters.pdf_conformance import finish_pdf
from invitations.letters.typesetting import STANDARD, collector_paused, fonts_and_styles
from invitations.models import Answer, ForumEdition
from invitations.text.dates import format_date, format_hour
from invitations.text.lines import without_unstorable

BLANK_LINES = 12


def binder_of(edition: ForumEdition, now: dt.datetime) -> bytes:
    """Return the pages of the edition as a tagged PDF, in the language that staff work in."""
    with translation.override(settings.LANGUAGE_CODE):
        html = render_to_string("admin/desk/binder.html", binder_context(edition, now))
    return typeset_binder(html)


def binder_context(edition: ForumEdition, now: dt.datetime) -> dict[str, Any]:
    """Return the words of the binder, in the active language."""
    language = settings.LANGUAGE_CODE
    standings = standings_of(edition, edition.order_of_states)
    invited = rows.invitations_by_state(edition)
    states = [one.state for one in standings]
    return {
        "lang": language,
        "dir": "rtl" if translation.get_language_bidi() else "ltr",
        "edition": edition,
        "deployment": settings.DEPLOYMENT,
        "as_of": format_hour(now.astimezone(edition.zone), edition.time_zone_name, language),
        "last_day": format_date(edition.last_day, language),
        "last_day_is_over": edition.is_late(now),
        **headline(standings),
        "legend": legend(standings),
        "replies": list(rows.binder_replies(edition, standings, invited)),
        "sessions": rows.binder_sessions(edition),
        "without_place": rows.without_place(edition),
        "in_writing": rows.in_writing(edition),
        "contacts": list(rows.binder_contacts(states, invited)),
        "forms": blank_forms(edition),
        "blank_lines": range(BLANK_LINES),
    }


def typeset_binder(html: str) -> bytes:
    from weasyprint import CSS, HTML  # noqa: PLC0415 -- slow import

    fonts, _letters, fetcher = fonts_and_styles(os.getpid())
    rules = (settings.BASE_DIR / "templates/admin/desk/binder.css").read_text()
    with collector_paused():
        css = CSS(string=rules, font_config=fonts, url_fetcher=fetcher)
        document = HTML(string=without_unstorable(html), url_fetcher=fetcher)
        pdf: bytes = document.write_pdf(
            finisher=finish_pdf, font_config=fonts, stylesheets=[css], **STANDARD
        )
    return pdf


class BlankForm(NamedTuple):
    """The questions of the edition on a page of paper, in one of its languages."""

    lang: str
    dir: str
    title: str
    last_day: str
    answers: list[str]
    segments: list[str]
    fields: list[str]


def blank_forms(edition: ForumEdition) -> list[BlankForm]:
    """Return a form for each of its languages, to be filled in by hand where no page opens."""
    forms = []
    for language in edition.languages:
        with translation.override(language):
            forms.append(blank_form(edition, language))
    return forms


def blank_form(edition: ForumEdition, language: str) -> BlankForm:
    answers = [Answer(answer).label for answer in (*edition.answers_offered, Answer.HOLDING)]
    return BlankForm(
        language,
        "rtl" if translation.get_language_bidi() else "ltr",
        edition.name,
        format_date(edition.last_day, language) if edition.has_last_day else "",
        [capfirst(str(words)) for words in answers],
        [capfirst(words) for words in edition.segments.values()],
        [
            _("Substitute"),
            _("Substitute’s function"),
            _("Answered by"),
            _("Function"),
            _("E-mail"),
            _("Telephone"),
            _("Remarks"),
        ],
    )
