"""Mixins of several pages: the way to a State's page, one more address, approval by two people."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from unfold.decorators import action, display

from invitations.admin.base import FilledFilter, ModelAdmin, user_of
from invitations.admin.confirming import confirmation_page, confirmed, row_by_row, submitted
from invitations.admin.list_columns import FILTERS, LISTED_IN, change_url, text_link
from invitations.admin.lookups import path_of_editions
from invitations.admin.reauthentication import signed_in_recently
from invitations.forms.action_forms import AnotherAddressForm, MarksForm, row_marks
from invitations.letters.approval import approve_text, reason_not_to_approve
from invitations.letters.channels import mailed_in_spite_of_rank
from invitations.letters.planning import missions_of
from invitations.models import ForumEdition, Letter
from invitations.models.approval import ApprovedByTwo
from invitations.models.templates import format_variant
from invitations.outbox.another_address import (
    PUT_IT_ON_FILE,
    addresses_not_tried,
    reason_not_to_repeat_mail,
    send_to_another_address,
)
from invitations.text.dates import keep_own_order, labelled


class LeadsToStatesMixin(ModelAdmin):
    """A list whose rows lead to the pages of their States, which lead on through the same list.

    Where the rows of several editions stand in it, each names its own. For an action the list is
    built too, but not shown: its rows are not read then.
    """

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        shown = super().get_changelist_instance(request)
        if request.method != "GET":
            return shown
        if path_of_editions(shown):
            for row in shown.result_list:
                row.names_edition = True
        if request.user.has_perm("invitations.view_invitation"):
            chosen = request.GET.copy()
            chosen.pop("p", None)
            came_from = {LISTED_IN: self.opts.model_name, FILTERS: chosen.urlencode()}
            listed_in = urlencode({name: words for name, words in came_from.items() if words})
            for row in shown.result_list:
                row.listed_in = listed_in
        return shown


def may_erase_person(user: User, model: type[Model]) -> bool:
    """Whether they read these records, and change them or erase what whole editions collected."""
    reads, changes = (
        f"{model._meta.app_label}.{act}_{model._meta.model_name}" for act in ("view", "change")
    )
    erases = "delegations.erase_personal_data"
    return user.has_perm(reads) and (user.has_perm(changes) or user.has_perm(erases))


class ErasingPersonMixin(ModelAdmin):
    """The page of a record that says something of a person, who may ask that it is erased."""

    actions_detail = ["erase_person"]

    def has_erase_person_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return may_erase_person(user_of(request), self.model)

    @action(
        description=gettext_lazy("Erase what a person asks for"),
        icon="person_off",
        permissions=["erase_person"],
    )
    def erase_person(self, request: HttpRequest, object_id: str) -> HttpResponse:
        of = str(self.opts.model_name).removeprefix("policy")
        return redirect("desk:erase_person", of, get_object_or_404(self.model, pk=object_id).pk)


class UnreachedFilter(admin.SimpleListFilter):
    title = gettext_lazy("reached")
    parameter_name = "reached"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("no", _("not reached: every address bounced or was refused")),
            ("yet", _("reached nobody yet: no letter was handed over")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any] | None:
        chosen = {"no": "unreached", "yet": "reached_nobody"}.get(self.value() or "")
        return getattr(queryset, chosen)() if chosen else None


class PutRightFilter(admin.SimpleListFilter):
    """Mails that did not arrive: those that went to a corrected address since need nobody."""

    title = gettext_lazy("put right")
    parameter_name = "put_right"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("no", _("not put right yet")),
            ("yes", _("went to another address: the old one is on file no more")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any] | None:
        if self.value() == "yes":
            return queryset.put_right()
        not_yet = queryset.exclude(pk__in=queryset.put_right().values("pk"))
        return not_yet if self.value() == "no" else None


class LeftOfficeFilter(admin.SimpleListFilter):
    title = gettext_lazy("addressed to")
    parameter_name = "left_office"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("a person who left office"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any] | None:
        return queryset.of_persons_out_of_office() if self.value() == "yes" else None


class LinkEndedFilter(admin.SimpleListFilter):
    """Invitations by whose link and code no page opens, until somebody replaces the link."""

    title = gettext_lazy("link for the reply")
    parameter_name = "link"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("ended", _("has ended: the office has no way in"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any] | None:
        return queryset.without_link() if self.value() == "ended" else None


class OriginalDueFilter(admin.SimpleListFilter):
    title = gettext_lazy("signed original")
    parameter_name = "original_due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("due to the rank, but the letter is mail"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any] | None:
        if self.value() != "yes":
            return None
        mailed = mailed_in_spite_of_rank(*ForumEdition.objects.all())
        return queryset.filter(pk__in=mailed.values("pk"))


class AnotherAddressMixin(ModelAdmin):
    """A page whose rows lead to a letter that can go to one more address."""

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("invitations.change_delivery")

    def letter_of(self, row: Any) -> Letter | None:
        raise NotImplementedError

    @action(description=gettext_lazy("Send to another address"), permissions=["resend"])
    def send_to_another(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Ask which of the office's released addresses gets the letter once more."""
        row = queryset.first()
        if row is None or queryset.count() > 1:
            messages.error(request, _("Choose one row: each office has an address of its own."))
            return None
        letter = self.letter_of(row)
        if letter is None:
            messages.error(request, _("%(row)s: there is no approved letter.") % {"row": row})
            return None
        return self._ask_for_address(request, queryset, letter)

    def _ask_for_address(
        self, request: HttpRequest, queryset: QuerySet[Any], letter: Letter
    ) -> HttpResponse | None:
        if submitted(request) is None and (why := reason_not_to_repeat_mail(letter)):
            messages.error(request, labelled(letter, why))
            return None
        addresses = addresses_not_tried(letter)
        if not addresses:
            messages.error(request, where_to_put_it(letter))
            return None
        form = AnotherAddressForm(submitted(request), addresses=addresses)
        if form.is_valid() and self._sent(request, letter, form):
            return None
        return confirmation_page(
            self,
            request,
            queryset,
            form,
            action="send_to_another",
            title=_("Send to another address"),
            explanation=format_html(
                "{} {}",
                _("The letter goes out once more, exactly as it was."),
                where_to_put_it(letter),
            ),
            button=_("Send"),
            describe=lambda row: keep_own_order(getattr(row, "server_words", "")),
        )

    def _sent(self, request: HttpRequest, letter: Letter, form: AnotherAddressForm) -> bool:
        email = form.cleaned_data["email"]
        try:
            send_to_another_address(letter, user_of(request), email)
        except ValidationError as refusal:
            form.add_error("email", refusal)
            return False
        told = _("The letter waits in the outbox for %(email)s.") % {"email": email}
        messages.success(request, told)
        return True


def where_to_put_it(letter: Letter) -> str:
    """Say where an address is added, with links to the records of the letter's office."""
    invitation = letter.invitation
    rows: list[Any] = [invitation.minister, *missions_of(invitation), invitation]
    if letter.mission_id:
        rows = [letter.mission]
    links = ((text_link(change_url(row), labelled(row._meta.verbose_name, row)),) for row in rows)
    return format_html("{} {}", PUT_IT_ON_FILE, format_html_join(" · ", "{}", links))


def approvers_named(text: ApprovedByTwo) -> str:
    """Say who approved the text: two people, one of two, or nobody yet."""
    if not text.first_approver:
        return _("by nobody yet")
    if not text.second_approver:
        return _("by %(first)s, a second person is needed") % {"first": text.first_approver}
    return _("by %(first)s and %(second)s") % {
        "first": text.first_approver,
        "second": text.second_approver,
    }


class ApprovedByTwoFilter(FilledFilter):
    title = gettext_lazy("approved by two people")
    parameter_name = "approved"
    column = "second_approver"


class VariantFilter(admin.AllValuesFieldListFilter):
    """The variants that there are, by name; a secretariat's own ones as they were typed."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            called = format_variant(str(choice["display"]))
            yield choice | {"display": called or _("the usual text")}


class VariantMixin(ModelAdmin):
    """A page of what is written by a variant of a text, which stands there by name."""

    @display(description=gettext_lazy("variant"), ordering="variant")
    def variant_shown(self, row: Any) -> str:
        return format_variant(row.variant)


class ApprovedByTwoMixin(ModelAdmin):
    """A page of texts or steps that leave only after two different people approved them."""

    actions = ["approve_selected"]

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("invitations.approve_letter")

    def describe(self, text: Any) -> str:
        return ""

    @display(description=gettext_lazy("approved"))
    def approved(self, text: ApprovedByTwo) -> str:
        return approvers_named(text)

    @action(description=gettext_lazy("Approve"), permissions=["approve"])
    @signed_in_recently("approve_texts")
    @confirmed(
        title=gettext_lazy("Approve"),
        explanation=gettext_lazy(
            "What is approved by two different people leaves without anybody looking at it again."
        ),
        form=MarksForm,
        initial=row_marks,
        describe=lambda page, text: page.describe(text),
        why_not_by=reason_not_to_approve,
    )
    @row_by_row(
        done=ngettext_lazy("%(count)s approval noted.", "%(count)s approvals noted.", "count")
    )
    def approve_selected(self, request: HttpRequest, text: Any, marks: dict[int, str]) -> None:
        self.approve(request, text, marks.get(text.pk, ""))

    def approve(self, request: HttpRequest, text: Any, mark: str) -> None:
        approve_text(text, user_of(request), mark)
