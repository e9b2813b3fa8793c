"""The list of the silent as a file: in the order and of the region in which it is shown."""

import datetime as dt
from collections.abc import Iterator

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from delegations.desk.board.silent import COLUMNS, Silent, in_region, region_names, rows_asked
from delegations.desk.page_arguments import desk_page, edition_asked
from invitations.admin.exports import TAKE_OUT, asked_or_handed_over
from invitations.admin.reauthentication import signed_in_recently
from invitations.files.exported_tables import Cell, ExportedSheet
from invitations.models import ForumEdition, Invitation
from invitations.text.dates import comma_list, labelled


@desk_page("invitations.view_invitation", TAKE_OUT)
def silent_take_out(request: HttpRequest) -> HttpResponse:
    answer: HttpResponse = export_silent(None, request)
    return answer


@signed_in_recently("take_out_lists")
def export_silent(_page: None, request: HttpRequest) -> HttpResponse | FileResponse:
    edition = edition_asked(request)
    if edition is None:
        raise Http404
    sheet, name = silent_sheet(edition, request), f"silent-{edition.symbol}"
    list_url = f"{reverse('desk:silent')}?{request.GET.urlencode()}"
    return asked_or_handed_over(request, sheet, Invitation, name, list_url=list_url)


def silent_sheet(edition: ForumEdition, request: HttpRequest) -> ExportedSheet:
    region = request.GET.get("region", "")
    rows = in_region(rows_asked(edition, request, timezone.now()), region)
    name = region_names().get(region)
    filters = [labelled(COLUMNS["region"][0], name)] if name else []
    headings = [str(words) for words, _key in COLUMNS.values()]
    title = labelled(_("Who is silent"), edition.name)
    return ExportedSheet(title, filters, headings, len(rows), silent_cells(rows))


def silent_cells(rows: list[Silent]) -> Iterator[list[Cell]]:
    for row in rows:
        yield [
            str(row.state.listed_as),
            row.region,
            day_cell(row.left_at),
            str(row.addresses),
            day_cell(row.called_at),
            format_next(row),
        ]


def day_cell(at: dt.datetime | None) -> Cell:
    return timezone.localdate(at) if at else ""


def format_next(row: Silent) -> str:
    if not row.next:
        return ""
    day, words = row.next
    return comma_list([date_format(day, "DATE_FORMAT"), words])
