"""Policy statements and their texts."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget

from delegations.admin.base import NotedMixin, OfDelegationForm, StandingFilter, StandingMixin
from delegations.admin.filing import FileTextMixin
from delegations.admin.programme import SessionField
from delegations.models import HighLevelSession, PolicyStatement, StatementText
from delegations.programme.doubts import doubts_of_state
from delegations.programme.inscribing import inscribe_all, reason_not_to_inscribe
from delegations.programme.order import in_order_of_speaking
from delegations.statements import Download, download_response, photo_download, text_download
from invitations.admin.base import Menu, ModelAdmin, RecordAdmin, RecordInline
from invitations.admin.confirming import confirmed, report_done, report_refused
from invitations.admin.exports import TakenOutMixin
from invitations.admin.list_columns import at_hour, hour_column, text_link
from invitations.admin.mixins import ErasingPersonMixin
from invitations.models.deleted_files import let_go
from invitations.models.states import french_order
from invitations.text.dates import labelled


@display(description=gettext_lazy("status"), ordering="replaced_at")
def what_became(text: StatementText) -> str:
    """Say when the text was replaced, or taken off without another in its place."""
    if not text.replaced_at:
        return ""
    told = (
        _("taken off %(at)s; it stays on file")
        if text.is_taken_off
        else _("replaced %(at)s; it stays on file")
    )
    return told % {"at": at_hour(text.replaced_at)}


def statement_file_link(row: Model, gives: str) -> str:
    page = f"admin:{row._meta.app_label}_{row._meta.model_name}_{gives}"
    return text_link(reverse(page, args=[row.pk]), _("download"))


class FileGivingMixin(ModelAdmin):
    """A page that gives out the file of a row, at the row's address followed by ``gives``."""

    gives = "file"

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_{self.gives}"
        page = self.admin_site.admin_view(self.give)
        return [path(f"<int:pk>/{self.gives}/", page, name=name), *super().get_urls()]

    def give(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return download_response(self.given(pk))

    def given(self, pk: int) -> Download:
        raise NotImplementedError


class TextInline(RecordInline):
    model = StatementText
    verbose_name_plural = gettext_lazy("texts")
    fields = ["called", "language", "kind", "filed_at", what_became, "download"]
    readonly_fields = fields

    @display(description="")
    def download(self, text: StatementText) -> str:
        return statement_file_link(text, "file")


class StatementAdminForm(OfDelegationForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        delegation = cleaned.get("delegation")
        for name in ("first_choice", "second_choice"):
            session = cleaned.get(name)
            if delegation and session and session.edition_id != delegation.edition_id:
                self.add_error(name, OF_ANOTHER_EDITION)
        return cleaned


OF_ANOTHER_EDITION = gettext_lazy("This session is of another edition than the delegation.")


class PlaceFilter(admin.SimpleListFilter):
    """Whether a statement that is delivered in a session has its place on the list of speakers."""

    title = gettext_lazy("on the list of speakers")
    parameter_name = "place"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("Not yet"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any] | None:
        if self.value() is None:
            return None
        waiting = queryset.heard().without_place()
        return waiting if self.value() == "no" else queryset.heard().exclude(pk__in=waiting)


class AgreesFilter(admin.SimpleListFilter):
    """Whether an answer of the State says the same of the statement: its mode, and who speaks."""

    title = gettext_lazy("agrees with the answer")
    parameter_name = "agrees"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any] | None:
        if self.value() is None:
            return None
        doubtful = queryset.doubtful()
        if self.value() == "no":
            return doubtful
        return queryset.standing().exclude(pk__in=doubtful.values("pk"))


class InscribeForm(forms.Form):
    session = SessionField(
        label=gettext_lazy("High-level session"),
        required=False,
        empty_label=gettext_lazy("the one that each prefers"),
        widget=UnfoldAdminSelectWidget,
    )


def to_inscribe(statements: Any) -> QuerySet[PolicyStatement]:
    return in_order_of_speaking(statements.select_related("second_choice").with_places())


def what_decides(_page: ModelAdmin, statement: PolicyStatement) -> str:
    """Say by what a statement gets its place, for who inscribes it."""
    said = {
        _("rank"): statement.speaker_rank,
        _("preferred session"): statement.first_choice,
        _("second preference"): statement.second_choice,
    }
    return "\n".join(labelled(name, value) for name, value in said.items() if value)


INSCRIBED = ngettext_lazy(
    "%(count)s speaker is inscribed.", "%(count)s speakers are inscribed.", "count"
)


@admin.register(PolicyStatement)
class PolicyStatementAdmin(
    FileTextMixin, ErasingPersonMixin, TakenOutMixin, StandingMixin, FileGivingMixin, NotedMixin
):
    actions_detail = [*FileTextMixin.actions_detail, *ErasingPersonMixin.actions_detail]
    form = StatementAdminForm
    menu = (Menu.FORUM, 3, "record_voice_over")
    when_empty = gettext_lazy("No statement yet: offices announce theirs by their link.")
    list_display = [
        "speaker_name",
        "delegation",
        "speaker_rank",
        "mode",
        "language",
        "first_choice",
        "stands",
    ]
    actions = ["inscribe_selected"]
    list_filter = [
        "delegation__edition",
        StandingFilter,
        PlaceFilter,
        AgreesFilter,
        "mode",
        "language",
    ]
    tell_answers = [AgreesFilter]
    list_select_related = [
        "delegation__edition",
        "delegation__member_state",
        "speaker_rank",
        "first_choice",
    ]
    search_fields = [
        "speaker_name",
        "title",
        "theme",
        "delegation__member_state__iso3__called",
    ]
    autocomplete_fields = ["delegation", "first_choice", "second_choice"]
    fields = [
        "delegation",
        ("speaker_name", "speaker_function"),
        "speaker_rank",
        ("mode", "language"),
        "title",
        "theme",
        "first_choice",
        "second_choice",
        ("other_language", "interpretation"),
        ("quotation", "quotation_consent"),
        "biography",
        "photo_file",
    ]
    readonly_fields = ["photo_file"]
    gives = "photo"
    inlines = [TextInline]
    change_form_outer_before_template = "admin/statements/before_statement.html"

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return ["-delegation__edition__opens_on", *french_order("delegation__member_state")]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["doubts"] = describe_doubts(request, context.get("original"))
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: PolicyStatement, form: forms.ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        for doubt in describe_doubts(request, obj):
            messages.warning(request, doubt)

    @display(description=gettext_lazy("photo"))
    def photo_file(self, statement: PolicyStatement) -> str:
        return statement_file_link(statement, "photo") if statement.photo else ""

    def delete_model(self, request: HttpRequest, obj: PolicyStatement) -> None:
        let_go([obj.photo.name])
        super().delete_model(request, obj)

    def has_inscribe_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("delegations.add_speakingslot")

    @action(description=gettext_lazy("Inscribe on the list of speakers"), permissions=["inscribe"])
    @confirmed(
        title=gettext_lazy("Inscribe on the list of speakers"),
        explanation=gettext_lazy(
            "In this order each gets a place in the session that it prefers, or else in its second "
            "preference, where slots and minutes are left. It speaks after who comes before it by "
            "rank, by the hour of its answer and by the French alphabet; who was moved by hand "
            "stays. If the list is public, they stand on it at once."
        ),
        form=InscribeForm,
        rows=to_inscribe,
        describe=what_decides,
        why_not=reason_not_to_inscribe,
    )
    def inscribe_selected(
        self,
        request: HttpRequest,
        queryset: QuerySet[PolicyStatement],
        session: HighLevelSession | None,
    ) -> None:
        statements = list(to_inscribe(queryset))
        done = inscribe_all(statements, session)
        report_refused(request, statements, done.refused)
        report_done(request, INSCRIBED, len(done.slots))
        editions = {one.delegation.edition for one in statements}
        if done.slots and any(edition.shows_speakers(timezone.now()) for edition in editions):
            messages.info(request, _("The list of speakers is public: it shows them already."))

    def given(self, pk: int) -> Download:
        return photo_download(get_object_or_404(PolicyStatement.objects.exclude(photo=""), pk=pk))


def describe_doubts(request: HttpRequest, statement: PolicyStatement | None) -> list[str]:
    """Return the doubts about a statement, for who reads the answer that they tell of."""
    reads_answers = request.user.has_perm("invitations.view_reply")
    return doubts_of_state(statement) if statement and reads_answers else []


@admin.register(StatementText)
class StatementTextAdmin(StandingMixin, FileGivingMixin, RecordAdmin):
    menu = (Menu.FORUM, 4, "description")
    when_empty = gettext_lazy("No text yet: offices send theirs by their link.")
    instead_of_changing = gettext_lazy(
        "What came by mail is filed on the page of its statement, by who may change that."
    )
    list_display = [
        "called",
        "delegation",
        "language",
        "kind",
        hour_column("filed_at", gettext_lazy("filed at")),
        "stands",
        what_became,
        "download",
    ]
    list_filter = ["statement__delegation__edition", StandingFilter, "kind"]
    list_select_related = [
        "statement__delegation__edition",
        "statement__delegation__member_state",
        "filed_by__minister__member_state",
        "filed_by__member_state",
    ]
    search_fields = ["called", "sha256", "statement__delegation__member_state__iso3__called"]
    date_hierarchy = "filed_at"
    fields = [
        "delegation",
        "called",
        "language",
        "kind",
        "size",
        "sha256",
        "filed",
        "stands",
        what_became,
        "download",
    ]
    readonly_fields = ["delegation", "filed", "stands", what_became, "download"]

    def given(self, pk: int) -> Download:
        return text_download(get_object_or_404(StatementText, pk=pk))

    @display(description=gettext_lazy("delegation"))
    def delegation(self, text: StatementText) -> str:
        return str(text.statement.delegation)

    @display(description=gettext_lazy("filed"))
    def filed(self, text: StatementText) -> str:
        return f"{at_hour(text.filed_at)} {text.filed_by}"

    @display(description="")
    def download(self, text: StatementText) -> str:
        return statement_file_link(text, "file")
