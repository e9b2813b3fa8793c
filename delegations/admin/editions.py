"""On the page of an edition: its dates move, and a new one is begun from it, with its sessions."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from unfold.decorators import action

from delegations.admin.date_change import date_change_page
from delegations.admin.erasures import MonthsForm, format_effect
from delegations.admin.new_edition import NewEditionForm, proposed_edition
from delegations.models import HighLevelSession
from delegations.new_edition import PAGES, QuietDays, new_edition_from, sessions_outside
from invitations.admin.base import user_of
from invitations.admin.list_columns import change_url, hour_of_edition
from invitations.admin.setup.editions import ForumEditionAdmin
from invitations.models import ForumEdition, HeldChange
from invitations.outbox.date_change.proposal import DATES, dates_are_known_to_offices
from invitations.text.dates import comma_list, labelled

admin.site.unregister(ForumEdition)


@admin.register(ForumEdition)
class EditionWithSessionsAdmin(ForumEditionAdmin):
    """The page of an edition, on whose dates sessions hang: they move along, or come along."""

    form = MonthsForm
    actions_row = ["new_from"]
    actions_detail = [
        *ForumEditionAdmin.actions_detail, "move_dates", "new_from", "personal_data",
    ]  # fmt: skip

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        named = "invitations_forumedition"
        return [
            path("<int:pk>/next/", view(self.new_edition_view), name=f"{named}_next"),
            path("<int:pk>/dates/", view(self.date_change_view), name=f"{named}_dates"),
            *super().get_urls(),
        ]

    def has_begin_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_add_permission(request)

    @action(
        description=gettext_lazy("New edition from this one"),
        icon="content_copy",
        permissions=["begin"],
    )
    def new_from(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:invitations_forumedition_next", object_id)

    @action(
        description=gettext_lazy("Move, postpone, go online"),
        icon="event_repeat",
        permissions=["change"],
    )
    def move_dates(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:invitations_forumedition_dates", object_id)

    def has_erasure_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("delegations.view_erasure")

    @action(
        description=gettext_lazy("Personal data"),
        icon="auto_delete",
        permissions=["erasure"],
    )
    def personal_data(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("desk:erasure", get_object_or_404(ForumEdition, pk=object_id).symbol)

    def date_change_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return date_change_page(self, request, pk)

    def held_moves(self, request: HttpRequest, edition: ForumEdition) -> list[dict[str, Any]]:
        """Return the move of the edition that waits, with what the user may do about it."""
        page: Any = self.admin_site._registry[HeldChange]
        waiting = HeldChange.objects.waiting_dates().of(edition)
        return [page.on_page_of_record(request, change) for change in waiting]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save all but dates that offices were told: how these move is asked on a page."""
        moved = [name for name in DATES if name in form.changed_data]
        if change and moved and dates_are_known_to_offices(obj):
            request.moved_dates = {name: getattr(obj, name) for name in DATES}  # type: ignore[attr-defined]
            for name in moved:
                setattr(obj, name, form.initial[name])
                form.changed_data.remove(name)
        if "reply_before" in form.changed_data:
            obj.awaits_last_day = False
        super().save_model(request, obj, form, change)
        if "erased_after" in form.changed_data:
            messages.info(request, format_effect(obj, get_language()))
        if change and "time_zone" in form.changed_data:
            warn_of_other_clock(request, obj)
        if any("segments" in name for name in form.changed_data):
            warn_of_sessions_apart(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Lead to the page on which dates move, if some were typed that offices know otherwise."""
        typed = getattr(request, "moved_dates", None)
        if typed is None:
            return super().response_change(request, obj)
        messages.warning(request, describe_dates(obj))
        url = reverse("admin:invitations_forumedition_dates", args=[obj.pk])
        return HttpResponseRedirect(f"{url}?{urlencode(typed)}")

    def new_edition_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        source = get_object_or_404(ForumEdition, pk=pk)
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = NewEditionForm(request.POST or None, initial=proposed_edition(source))
        if form.is_valid():
            try:
                edition = new_edition_from(
                    source, form.asked, QuietDays(form.cleaned_data["quiet_days"]), user_of(request)
                )
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                report_new_edition(request, edition, source)
                return HttpResponseRedirect(change_url(edition))
        context = {
            **self.admin_site.each_context(request),
            "title": _("New edition from %(edition)s") % {"edition": source},
            "opts": self.opts,
            "form": form,
            "source_url": change_url(source),
        }
        return TemplateResponse(request, "admin/setup/new_edition.html", context)


def warn_of_other_clock(request: HttpRequest, edition: ForumEdition) -> None:
    """Say at which hours sessions begin on another clock: nobody knows by which one they are."""
    hours = [
        labelled(one.title, hour_of_edition(one.starts_at, edition))
        for one in HighLevelSession.objects.taking_place().filter(edition=edition)
    ]
    if hours:
        told = _(
            "Sessions have not moved with the time zone, and begin now at these hours: "
            "%(sessions)s. Put right those that are meant otherwise."
        )
        messages.warning(request, told % {"sessions": comma_list(hours)})


def warn_of_sessions_apart(request: HttpRequest, edition: ForumEdition) -> None:
    """Say which sessions belong to no segment that an office can choose: nobody is told of them."""
    planned = HighLevelSession.objects.taking_place().filter(edition=edition)
    if apart := planned.exclude(segment__in=edition.segments):
        told = _(
            "These sessions belong to no segment of the edition, and so to nobody’s calendar: "
            "%(sessions)s. Choose the segment of each."
        )
        messages.warning(request, told % {"sessions": comma_list(apart)})


def describe_dates(edition: ForumEdition) -> str:
    """Say in one message what became of dates that offices know, and of all else on the page."""
    if HeldChange.objects.waiting().of(edition).exists():
        return _(
            "The dates are not changed yet: offices were told the earlier ones. Ask for the move "
            "on this page, and a second person releases it. All else is saved; automatic mail says "
            "it once a second person has released that too."
        )
    return _(
        "The dates are not changed yet: offices were told the earlier ones. Ask for the move on "
        "this page, and a second person releases it. All else is saved."
    )


def report_new_edition(request: HttpRequest, edition: ForumEdition, source: ForumEdition) -> None:
    """Say what came along, and which sessions lie outside the new days."""
    steps, sessions = edition.reminder_steps.count(), edition.sessions.count()
    quiet = edition.quiet_periods.count()
    came = comma_list(
        [
            ngettext("%(count)s reminder step", "%(count)s reminder steps", steps)
            % {"count": steps},
            ngettext("%(count)s session", "%(count)s sessions", sessions) % {"count": sessions},
            ngettext("%(count)s quiet period", "%(count)s quiet periods", quiet) % {"count": quiet},
        ]
    )
    told = _(
        "%(edition)s is begun from %(source)s, with its texts and: %(came)s. Nothing of it is "
        "approved, and nobody is invited yet."
    )
    messages.success(request, told % {"edition": edition, "source": source, "came": came})
    if emptied := pages_left_behind(source, edition):
        told = _("These addresses of pages name the old year; enter them anew: %(pages)s.")
        messages.warning(request, told % {"pages": comma_list(emptied)})
    is_elsewhere = (edition.place_en, edition.city_en) != (source.place_en, source.city_en)  # type: ignore[attr-defined]
    if is_elsewhere and edition.time_zone == source.time_zone:
        told = _(
            "It takes place elsewhere: is %(zone)s still its time zone? The deadline goes by it."
        )
        messages.warning(request, told % {"zone": edition.time_zone})
    if outside := sessions_outside(edition):
        told = ngettext(
            "%(count)s session lies outside the new days of the High-Level Track.",
            "%(count)s sessions lie outside the new days of the High-Level Track.",
            outside,
        )
        messages.warning(request, told % {"count": outside})


def pages_left_behind(source: ForumEdition, edition: ForumEdition) -> list[str]:
    """Return the names of the pages whose addresses did not come along."""
    return [
        str(edition._meta.get_field(page).verbose_name)  # type: ignore[union-attr]
        for page in PAGES
        if getattr(source, page) and not getattr(edition, page)
    ]
