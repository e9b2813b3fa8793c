"""Scans dropped at once: the page to drop them, and the list of what became of each."""

from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from unfold.decorators import action, display

from invitations.admin.base import SHOWN_AGAIN_AFTER, Menu, RecordAdmin, user_of
from invitations.admin.frozen_files import frozen_file_response
from invitations.admin.list_columns import (
    at_hour_with,
    change_url,
    hour_column,
    list_url,
    text_link,
)
from invitations.admin.reauthentication import UNATTENDED
from invitations.admin.replies.offered import NOT_IN_FORCE
from invitations.admin.replies.side_by_side import may_record
from invitations.forms.dropped_scans import DroppedScansForm, kind_or_refusal
from invitations.inbox.scans import Scan, drop_scan
from invitations.models import DroppedScan, Invitation
from invitations.text.dates import comma_list
from invitations.times.jobs import Job, begin_soon

State = DroppedScan.State
LARGEST_PILE = 120 * 1024 * 1024  # bytes


class ToRecordFilter(admin.SimpleListFilter):
    title = gettext_lazy("reply")
    parameter_name = "to_record"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("to be recorded"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any] | None:
        return queryset.to_record() if self.value() == "yes" else None


@admin.register(DroppedScan)
class DroppedScanAdmin(RecordAdmin):
    menu = (Menu.DAILY, 3, "scan")
    when_empty = gettext_lazy(
        "Drop many faxes and letters at once: each waits here, with its picture, for its reply."
    )
    list_display = [
        "file",
        "state",
        "whose",
        "blank",
        "reply",
        "dropped_by",
        hour_column("dropped_at", gettext_lazy("dropped at")),
    ]
    list_display_links = None
    list_filter = [ToRecordFilter, "state"]
    list_select_related = [
        "correspondence__dealt_with_by",
        "proposed__edition",
        "proposed__member_state",
        "proposed__minister__member_state",
        "dropped_by",
    ]
    search_fields = ["file_name"]
    fields = [
        "file",
        "state",
        "told",
        "whose",
        "total_pages",
        "blank",
        "reply",
        "dropped_by",
        "dropped_at",
    ]
    readonly_fields = ["file", "whose", "blank", "reply"]
    list_before_template = "admin/replies/dropped_scans.html"
    actions_list = ["drop"]

    def get_urls(self) -> list[Any]:
        of_page, first = map(self.admin_site.admin_view, (self.page_view, self.first_view))
        return [
            path("<int:pk>/page/<int:number>/", of_page, name="invitations_droppedscan_page"),
            path("first/", first, name="invitations_droppedscan_first"),
            *super().get_urls(),
        ]

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Show them to whoever records replies, too."""
        return super().has_view_permission(request, obj) or may_record(request)

    def has_drop_permission(self, request: HttpRequest) -> bool:
        return may_record(request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list anew while scans are being read."""
        chosen = request.GET.copy()
        chosen.pop(UNATTENDED, None)
        request.GET = chosen  # type: ignore[assignment] # of the list's filters it is none
        waiting = DroppedScan.objects.to_read().count()
        ready = DroppedScan.objects.ready().count() if may_record(request) else 0
        context = {"scans_to_read": waiting, "scans_ready": ready, **(extra_context or {})}
        page = super().changelist_view(request, context)
        if waiting:
            again = chosen.copy()
            again[UNATTENDED] = ""
            page["Refresh"] = f"{SHOWN_AGAIN_AFTER};url=?{again.urlencode()}"
        return page

    @action(description=gettext_lazy("Drop scans"), url_path="drop", permissions=["drop"])
    def drop(self, request: HttpRequest) -> HttpResponse:
        form = DroppedScansForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            self._dropped(request, form.cleaned_data)
            return redirect(list_url(DroppedScan))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Drop scans"),
            "button": _("Put them on file"),
            "form": form,
            "media": form.media,
            "back": list_url(DroppedScan),
        }
        return TemplateResponse(request, "admin/uploading.html", context)

    drop.largest_of_staff = LARGEST_PILE  # the middleware that measures requests asks for it

    def _dropped(self, request: HttpRequest, said: dict[str, Any]) -> None:
        """Put each file on file by itself, and tell how many wait and how many do not."""
        states, at = [], timezone.now()
        for file in said["scans"]:
            kind, refused = kind_or_refusal(file)
            scan = Scan(file.name, b"" if refused else file.read(), kind, refused)
            how_it_came = (said["channel"], said["received_at"])
            row = drop_scan(scan, user_of(request), *how_it_came, dropped_at=at)
            states.append(row.state)
        transaction.on_commit(partial(begin_soon, Job.READ_SCANS))
        kept = states.count(State.WAITING)
        told = ngettext("%(count)s scan is on file.", "%(count)s scans are on file.", kept)
        messages.success(request, told % {"count": kept})
        if others := len(states) - kept:
            told = ngettext(
                "%(count)s file is not: the list says why.",
                "%(count)s files are not: the list says why.",
                others,
            )
            messages.warning(request, told % {"count": others})

    def first_view(self, request: HttpRequest) -> HttpResponse:
        """Lead to the paper that waits longest, whatever page of the list is shown."""
        if not may_record(request):
            raise PermissionDenied
        first = DroppedScan.objects.ready().first()
        if first is None:
            messages.info(request, _("No scan waits to be recorded."))
            return redirect(list_url(DroppedScan))
        return redirect("admin:invitations_correspondence_reply", first.correspondence_id)

    def page_view(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """Return the picture that was drawn of a page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        scan = get_object_or_404(DroppedScan, pk=pk)
        if not 0 < number <= len(scan.pages):
            raise Http404
        page = scan.pages[number - 1]
        name = f"scan-{pk}-{number}.jpg"
        return frozen_file_response(request, page["name"], page["sha256"], "image/jpeg", name)

    @display(description=gettext_lazy("file"), ordering="file_name")
    def file(self, scan: DroppedScan) -> str:
        """Return the file's name, with a link to the page on which its reply is recorded."""
        filed = scan.correspondence
        if filed is None:
            return scan.file_name
        if filed.dealt_with_at or scan.state == State.WAITING:
            return text_link(change_url(filed), scan.file_name)
        url = reverse("admin:invitations_correspondence_reply", args=[filed.pk])
        return text_link(url, scan.file_name)

    @display(description=gettext_lazy("whose it may be"))
    def whose(self, scan: DroppedScan) -> str:
        if scan.state == State.TWICE and scan.told:
            return _("the same file as %(name)s") % {"name": scan.told}
        if scan.proposed is None:
            return scan.told
        if scan.proposed.status != Invitation.Status.ISSUED:
            return NOT_IN_FORCE % {"invitation": scan.proposed.chosen_as}
        return comma_list([scan.proposed.chosen_as, scan.get_found_display()])

    @display(description=gettext_lazy("blank pages"))
    def blank(self, scan: DroppedScan) -> str:
        return format_blank(scan)

    @display(description=gettext_lazy("reply"))
    def reply(self, scan: DroppedScan) -> str:
        filed = scan.correspondence
        if filed is None or scan.state in (State.TWICE, State.REFUSED):
            return ""
        return at_hour_with(filed.dealt_with_at, filed.dealt_with_by) or _("to be recorded")


def format_blank(scan: DroppedScan) -> str:
    """Say which pages bear nothing; empty if each bears something."""
    if scan.is_blank:
        return _("all: the paper is blank")
    return scan.blank_pages_in_words(get_language() or "en")
