"""The page of one reply: the paper or mail that brought it, and the form beside it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from invitations.admin.base import user_of
from invitations.admin.list_columns import change_url, list_url, state_url, text_link
from invitations.admin.replies.filed_mail import FiledMailMixin
from invitations.admin.replies.offered import Offered, invitations_called, offered_for
from invitations.admin.replies.on_file import on_file_context, standing_reply_shown
from invitations.admin.replies.recording import report_replies
from invitations.forms.side_by_side import BesideForm
from invitations.inbox.recording import record_filed
from invitations.models import Correspondence, DroppedScan
from invitations.replies import mark_dealt_with

MAY_RECORD = ("invitations.add_correspondence", "invitations.change_correspondence")
# What the next paper of a pile begins with, where it was put right.
KEPT_FOR_NEXT = ("channel", "received_at")
# Degrees by which a person turns a paper that no code turned upright.
TURNS = ("0", "90", "180", "270")


class BesideMixin(FiledMailMixin):
    """Correspondence whose reply is recorded beside it, in one step."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.beside_view)
        return [
            path("<int:pk>/reply/", view, name="invitations_correspondence_reply"),
            *super().get_urls(),
        ]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = super().get_fields(request, obj)
        is_open = obj and not (obj.dealt_with_at or obj.is_automatic)
        return [*fields, "to_record"] if is_open and may_record(request) else fields

    def beside_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what came in beside the form of its reply, and record what was typed."""
        if not may_record(request):
            raise PermissionDenied
        filed = get_object_or_404(Correspondence.objects.select_related("invitation"), pk=pk)
        if filed.dealt_with_at or filed.is_automatic:
            messages.info(request, _("Someone has dealt with this already."))
            return redirect(change_url(filed))
        scan = filed.dropped.exclude(state=DroppedScan.State.TWICE).first()
        before = {name: getattr(filed, name) for name in KEPT_FOR_NEXT}
        offered = offered_for(filed, scan)
        form = BesideForm(
            request.POST or None, filed, offered, invitations_called, **self._kept(request)
        )
        if is_done(request, filed, form):
            kept = {name: said for name, said in form.said.items() if said != before.get(name)}
            return after_recording(request, pk, scan, kept)
        return self._beside_page(request, form, scan, offered)

    def _kept(self, request: HttpRequest) -> dict[str, Any]:
        """Return channel and hour as the paper before this one had them."""
        said = self.get_changeform_initial_data(request)
        return {name: said[name] for name in KEPT_FOR_NEXT if name in request.GET and name in said}

    def _beside_page(
        self, request: HttpRequest, form: BesideForm, scan: DroppedScan | None, offered: Offered
    ) -> HttpResponse:
        filed = form.instance
        context = {
            **self.admin_site.each_context(request),
            "title": _("Record a reply"),
            "form": form,
            "media": form.media,
            "filed_url": change_url(filed),
            "scan": scan,
            **left_of_pile(scan),
            **on_file_context(form.offered),
            "confirmed_answer": form.confirmed_answer,
            "scan_url": filed.scan
            and reverse("admin:invitations_correspondence_scan", args=[filed.pk]),
            "pages": pictures_of(scan),
            "turns": TURNS,
            "turned": request.POST.get("turned", TURNS[0]),
            "told": offered.told,
            "words": self.words(filed) if filed.message else "",
        }
        return TemplateResponse(request, "admin/replies/beside.html", context)

    @display(description=gettext_lazy("reply it brought"))
    def to_record(self, filed: Correspondence) -> str:
        """Return a link to the form of the reply."""
        url = reverse("admin:invitations_correspondence_reply", args=[filed.pk])
        return text_link(url, _("record it beside what came in"))


def may_record(request: HttpRequest) -> bool:
    return request.user.has_perms(MAY_RECORD)


def is_done(request: HttpRequest, filed: Correspondence, form: BesideForm) -> bool:
    """Do what the form asks; where it is refused, the form says why."""
    if not form.is_bound:
        return False
    if "_nothing" in request.POST:
        note_without_reply(request, filed)
        return True
    return not form.is_looking and is_whole(form) and record_typed(request, filed, form)


def is_whole(form: BesideForm) -> bool:
    """Whether it can be recorded: the row is locked while it is read anew, and then by the verb."""
    with transaction.atomic():
        return form.is_valid()


def note_without_reply(request: HttpRequest, filed: Correspondence) -> None:
    """Note that what came in brought no reply, and asks for nothing."""
    try:
        mark_dealt_with(filed, user_of(request))
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, _("It is dealt with: it brought no reply."))


def record_typed(request: HttpRequest, filed: Correspondence, form: BesideForm) -> bool:
    invitation = form.cleaned_data["invitation"]
    try:
        seen, holds = standing_reply_shown(request, invitation), form.is_still_valid
        by, words = user_of(request), form.reply_words
        record_filed(filed, invitation, by, words, seen=seen, still_valid=holds, **form.said)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    is_answered = form.reply_words or form.is_still_valid
    told = _("%(invitation)s: recorded.") if is_answered else _("%(invitation)s: on file.")
    messages.success(request, told % {"invitation": invitation.chosen_as})
    report_replies(request, filed)
    return True


def after_recording(
    request: HttpRequest, pk: int, scan: DroppedScan | None, kept: dict[str, Any]
) -> HttpResponse:
    """Lead to the next paper of the pile, or from a mail to the page of its State."""
    if scan:
        return to_next(request, scan, kept)
    filed = Correspondence.objects.select_related(
        "invitation__edition", "invitation__member_state"
    ).get(pk=pk)
    if filed.invitation and request.user.has_perm("invitations.view_invitation"):
        return redirect(state_url(filed.invitation.edition, filed.invitation.member_state))
    return redirect(change_url(filed))


def to_next(request: HttpRequest, scan: DroppedScan, kept: dict[str, Any]) -> HttpResponse:
    """Lead to the next scan, or to the list; within a pile with what was put right of the last.

    Another pile came at an hour of its own, by which its replies are in time or late.
    """
    waiting = DroppedScan.objects.ready()
    following = waiting.filter(pk__gt=scan.pk).first() or waiting.first()
    if following is None:
        messages.success(request, _("That was the last scan."))
        return redirect(list_url(DroppedScan))
    url = reverse("admin:invitations_correspondence_reply", args=[following.correspondence_id])
    passed_on = {
        name: said.isoformat() if name == "received_at" else said
        for name, said in kept.items()
        if name in KEPT_FOR_NEXT
    }
    is_of_pile = DroppedScan.objects.pile_of(scan).filter(pk=following.pk).exists()
    return redirect(f"{url}?{urlencode(passed_on)}" if passed_on and is_of_pile else url)


def left_of_pile(scan: DroppedScan | None) -> dict[str, int]:
    """Return how many were dropped at once with the scan, and how many of them are left."""
    if scan is None:
        return {}
    is_open = Q(correspondence__dealt_with_at=None)
    pile = DroppedScan.objects.pile_of(scan).order_by()
    return pile.aggregate(scans_of_pile=Count("pk"), scans_left=Count("pk", filter=is_open))


def pictures_of(scan: DroppedScan | None) -> list[dict[str, Any]]:
    """Return address and number of each page's picture, and whether the page is blank."""
    if scan is None:
        return []
    return [
        {
            "url": reverse("admin:invitations_droppedscan_page", args=[scan.pk, number]),
            "number": number,
            "is_blank": page["is_blank"],
        }
        for number, page in enumerate(scan.pages, 1)
    ]
