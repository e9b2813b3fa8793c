"""The texts of letters and mails; a change makes a version that two people approve."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from unfold.decorators import action, display

from invitations.admin.base import FilledFilter, Menu, ModelAdmin, user_of
from invitations.admin.confirming import act_on_each, confirmed, report_done, row_by_row
from invitations.admin.letters import preview
from invitations.admin.list_columns import change_url, on_day
from invitations.admin.mixins import (
    ApprovedByTwoFilter,
    ApprovedByTwoMixin,
    VariantFilter,
    VariantMixin,
)
from invitations.forms.action_forms import RewordForm
from invitations.forms.model_forms import HeldRowForm, TemplateForm
from invitations.letters.approval import (
    reason_not_to_review,
    revise_template,
    reword_template,
    tick_reviewed,
)
from invitations.models import LetterTemplate, Term
from invitations.text.dates import labelled
from invitations.text.rewording import Pair, reworded

REWORDED = ngettext_lazy(
    "%(count)s text has a next version.", "%(count)s texts have a next version.", "count"
)
REVIEW_LABELS = {"ticked": "success", "sourced": "info", "not": "danger"}


def review_state(words: LetterTemplate | Term) -> tuple[str, str]:
    """Return the native reader who ticked the words, or whether they have a source."""
    if words.reviewed_by:
        return "ticked", f"{on_day(words.reviewed_at)} {words.reviewed_by}"
    if getattr(words, "source", ""):
        return "sourced", _("has a source")
    return "not", _("not reviewed by a native reader")


class ReviewedFilter(FilledFilter):
    title = gettext_lazy("reviewed by a native reader")
    parameter_name = "reviewed"
    column = "reviewed_by"


class ReviewedMixin(ModelAdmin):
    """A page of words that a native reader may tick."""

    actions = ["tick_selected"]

    def describe(self, words: Any) -> str:
        return ""

    @display(description=gettext_lazy("native reader"), ordering="reviewed_at", label=REVIEW_LABELS)
    def reviewed(self, words: LetterTemplate | Term) -> tuple[str, str]:
        return review_state(words)

    @display(description=gettext_lazy("native reader"))
    def reader(self, words: LetterTemplate | Term) -> str:
        return review_state(words)[1]

    @action(description=gettext_lazy("Reviewed by a native reader"), permissions=["change"])
    @confirmed(
        title=gettext_lazy("Reviewed by a native reader"),
        explanation=gettext_lazy(
            "You confirm that a native reader of the language has read these words and "
            "found them right. Your name is kept with it; words that change need it anew."
        ),
        describe=lambda page, words: page.describe(words),
        why_not=reason_not_to_review,
    )
    @row_by_row(done=ngettext_lazy("%(count)s review noted.", "%(count)s reviews noted.", "count"))
    def tick_selected(self, request: HttpRequest, words: Any) -> None:
        tick_reviewed(words, user_of(request))


@admin.register(LetterTemplate)
class LetterTemplateAdmin(VariantMixin, ReviewedMixin, ApprovedByTwoMixin):
    form = TemplateForm
    menu = (Menu.SET_UP, 4, "edit_document")
    change_form_template = "admin/letters/template_form.html"
    warn_unsaved_form = True
    compressed_fields = False
    actions = ["approve_selected", "tick_selected", "reword_selected"]
    list_display = [
        "kind",
        "variant_shown",
        "language",
        "version",
        "subject",
        "written",
        "approved",
        "reviewed",
    ]
    list_filter = [
        "kind",
        ("variant", VariantFilter),
        "language",
        ApprovedByTwoFilter,
        ReviewedFilter,
    ]
    linked_lookups = ["kind__in"]
    list_select_related = ["written_by", "first_approver", "second_approver", "reviewed_by"]
    search_fields = ["subject", "paper", "mail"]
    readonly_fields = ["version", "written", "approved", "reader"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("kind", "variant_shown"),
                    ("language", "version"),
                    ("written", "approved"),
                    "reader",
                ],
                "description": gettext_lazy(
                    "What you save becomes the next version; letters already composed keep theirs."
                ),
            },
        ),
        (gettext_lazy("Words"), {"fields": ["subject", "paper", "mail"]}),
    ]

    class Media:
        css = {"all": ["admin-desk/preview.css"]}
        js = ["admin-desk/preview.js"]

    def get_urls(self) -> list[Any]:
        return [
            path(
                "preview/",
                self.admin_site.admin_view(preview.in_our_frame(self.preview_view)),
                name="invitations_lettertemplate_preview",
            ),
            path(
                "<int:pk>/test/",
                self.admin_site.admin_view(preview.in_our_frame(self.test_view)),
                name="invitations_lettertemplate_test",
            ),
            *super().get_urls(),
        ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[tuple[Any, Any]]:
        """Show no version and no history of a new text."""
        if obj:
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": [("kind", "variant"), "language"]}), self.fieldsets[1]]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        named = ["kind", "variant_shown", "language"] if obj else []
        return [*named, *self.readonly_fields]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """Set the size of each text's field."""
        form = super().get_form(request, obj, change, **kwargs)
        for name, rows in (("subject", 1), ("paper", 22), ("mail", 18)):
            if name in form.base_fields:
                form.base_fields[name].widget.attrs["rows"] = rows
        return form

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = context["original"]
        context |= {"preview": preview.editor_panel(obj), "show_save_and_add_another": False}
        if obj:
            context |= {**preview.versions_and_languages(obj), "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=gettext_lazy("written"))
    def written(self, template: LetterTemplate) -> str:
        return f"{on_day(template.written_at)} {template.written_by or ''}"

    def describe(self, words: Any) -> str:
        return preview.whole_text(words)

    def save_model(
        self, request: HttpRequest, obj: LetterTemplate, form: forms.ModelForm, change: bool
    ) -> None:
        """Make no version of equal words: two people would have to approve it."""
        words = preview.tidy_words(obj)
        if not change:
            obj.written_by, obj.paper, obj.mail = user_of(request), words.paper, words.mail
            super().save_model(request, obj, form, change)
            return
        kept = LetterTemplate.objects.get(pk=obj.pk)
        if words != preview.tidy_words(kept):
            obj.pk = revise_template(kept, user_of(request), *words).pk
        obj.refresh_from_db()

    def response_change(self, request: HttpRequest, obj: LetterTemplate) -> HttpResponse:
        """Stay on the page of the text, at its newest version."""
        url = change_url(obj)
        if url == request.path:
            messages.info(request, _("Nothing was changed: this version stands."))
        else:
            super().response_change(request, obj)
        return HttpResponseRedirect(url)

    @action(description=gettext_lazy("Replace words"), permissions=["change"])
    @confirmed(
        title=gettext_lazy("Replace words"),
        explanation=gettext_lazy(
            "Each text in which such words stand becomes its next version, and the others stay. "
            "Letters already composed keep theirs; what leaves by itself is approved by two people."
        ),
        form=RewordForm,
        rows=LetterTemplate.objects.newest_of,
        describe=lambda page, text: text.subject,
    )
    def reword_selected(
        self, request: HttpRequest, queryset: QuerySet[LetterTemplate], pairs: list[Pair]
    ) -> None:
        """Say how many texts have a next version, and which words stand in none."""
        texts, done = list(LetterTemplate.objects.newest_of(queryset)), []
        act_on_each(
            request, texts, lambda text: done.append(reword_template(text, pairs, user_of(request)))
        )
        report_done(request, REWORDED, sum(done))
        words = "\n".join(preview.whole_text(text) for text in texts)
        for one in pairs:
            if reworded(words, [one]) == words:
                messages.warning(request, _("In none of them: %(words)s") % {"words": one.before})

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Show the text as it is in the form; write nothing."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return preview.render_preview(request)

    def test_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send the text as it is in the form to the user, marked as a test."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        template = get_object_or_404(LetterTemplate, pk=pk)
        sent, response = preview.send_preview(request, user_of(request))
        if sent:
            self.log_change(request, template, _("A test was sent to oneself."))
        return response


@admin.register(Term)
class TermAdmin(ReviewedMixin):
    form = HeldRowForm
    menu = (Menu.SET_UP, 5, "translate")
    when_empty = gettext_lazy("Add the terms that are printed around the words of a letter.")
    list_display = ["key", "language", "text", "source", "reviewed"]
    list_filter = ["language", "key", ReviewedFilter]
    list_select_related = ["reviewed_by"]
    search_fields = ["key", "text", "source"]
    list_editable = ["text"]
    fields = [("key", "language"), "text", "source", "reader", "why_changed"]
    readonly_fields = ["reader"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["key", "language", "reader"] if obj else ["reader"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a letter needs all its terms."""
        return False

    def describe(self, words: Any) -> str:
        return labelled(words.key, words.text)
