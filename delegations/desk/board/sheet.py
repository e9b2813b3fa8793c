"""The sheet for the Secretary-General: how all States stand, dated, on one page of A4."""

import datetime as dt
import os
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache

from delegations.desk.board.page import headline, legend, table_of_answers
from delegations.desk.board.standings import order_asked, standings_by_region, standings_of
from delegations.desk.page_arguments import desk_page, edition_asked, language_asked
from invitations.admin.answers import MAY_SEE_BOARD
from invitations.letters.pdf_conformance import finish_pdf
from invitations.letters.typesetting import STANDARD, collector_paused, fonts_and_styles
from invitations.models import ForumEdition, OrderOfStates
from invitations.text.dates import format_date, format_hour
from invitations.text.lines import without_unstorable

# Points; names of States are long in some languages, and the page is one.
SIZES = (7.6, 7.2, 6.8, 6.4, 6.0)


@never_cache
@desk_page(*MAY_SEE_BOARD)
def board_sheet(request: HttpRequest) -> HttpResponse:
    edition = edition_asked(request)
    if edition is None:
        raise Http404
    now, language = timezone.now(), language_asked(request)
    with translation.override(language):
        pdf = typeset_sheet(sheet_context(edition, order_asked(request, edition), language, now))
    name = f"board-{edition.symbol}-{edition.local_date(now):%Y-%m-%d}-{language}.pdf"
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


def sheet_context(
    edition: ForumEdition, order: str, language: str, now: dt.datetime
) -> dict[str, Any]:
    """Return the words of the sheet, in the active language: States and answers, no person."""
    standings = standings_of(edition, order)
    regions = standings_by_region(standings)
    return {
        "lang": language,
        "dir": "rtl" if translation.get_language_bidi() else "ltr",
        "edition": edition,
        "as_of": format_hour(now.astimezone(edition.zone), edition.time_zone_name, language),
        "last_day": format_date(edition.last_day, language),
        "last_day_is_over": edition.is_late(now),
        "order": OrderOfStates(order).label,
        **headline(standings),
        "legend": legend(standings),
        "table": table_of_answers(regions, edition),
        "regions": regions,
    }


def typeset_sheet(context: dict[str, Any]) -> bytes:
    """Return the sheet as a tagged PDF, in the largest size that leaves it on one page."""
    with collector_paused():
        for size in SIZES:
            document, pages = laid_out({**context, "size": size})
            if pages == 1:
                break
        pdf: bytes = document.write_pdf(finisher=finish_pdf, **STANDARD)
    return pdf


def laid_out(context: dict[str, Any]) -> tuple[Any, int]:
    from weasyprint import CSS, HTML  # noqa: PLC0415 -- slow import

    fonts, _letters, fetcher = fonts_and_styles(os.getpid())
    rules = (settings.BASE_DIR / "templates/admin/desk/sheet.css").read_text()
    css = CSS(string=rules, font_config=fonts, url_fetcher=fetcher)
    size = CSS(string=f"html {{ font-size: {context['size']}pt }}", url_fetcher=fetcher)
    page = without_unstorable(render_to_string("admin/desk/sheet.html", context))
    html = HTML(string=page, url_fetcher=fetcher)
    document = html.render(font_config=fonts, stylesheets=[css, size], **STANDARD)
    return document, len(document.pages)
