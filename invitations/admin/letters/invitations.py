"""Invitations, from the draft to the answer."""

from collections import Counter
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from unfold.decorators import action

from invitations.admin.answers import ReconfirmationFilter, StandingAnswerFilter, warn_of_uncounted
from invitations.admin.base import WHY_IT_CHANGES, Menu, user_of
from invitations.admin.confirming import act_on_each, confirmed, report_done
from invitations.admin.corrections.replacing import ReplacingMixin
from invitations.admin.exports import TakenOutMixin
from invitations.admin.letters.invitation_columns import InvitationColumnsMixin
from invitations.admin.letters.invitation_inlines import (
    CalendarOfInvitation,
    CallsOfInvitation,
    CorrespondenceOfInvitation,
    LettersOfInvitation,
    RepliesOfInvitation,
)
from invitations.admin.list_columns import (
    change_url,
    courtesy_mark,
    hour_column,
    list_url,
    text_link,
)
from invitations.admin.lookups import holding_address
from invitations.admin.mixins import (
    AnotherAddressMixin,
    ErasingPersonMixin,
    LeadsToStatesMixin,
    LeftOfficeFilter,
    LinkEndedFilter,
    OriginalDueFilter,
    UnreachedFilter,
)
from invitations.admin.setup.editions import plan_letters_of_editions
from invitations.forms.action_forms import ReasonForm, ReplaceLinkForm, versions_of_links
from invitations.forms.model_forms import InvitationForm
from invitations.letters import issuing
from invitations.letters.planning import standing_letter
from invitations.links import reason_not_to_end_link, reason_not_to_replace_link
from invitations.models import (
    Correspondence,
    Delivery,
    ForumEdition,
    Invitation,
    Letter,
    LetterKind,
    Minister,
    OrderOfStates,
    Reply,
)
from invitations.models.states import places_in
from invitations.outbox.corrections.replacing import Replaceable
from invitations.outbox.corrections.waiting_letters import close_link, renew_link
from invitations.text.dates import labelled

# More ministers than these are named to the database by what they have in common.
MOST_BY_KEY = 1_000
ENDED = ngettext_lazy("%(count)s link ended.", "%(count)s links ended.", "count")
PRINCIPAL = ngettext_lazy(
    "%(count)s invitation is its State’s principal one now.",
    "%(count)s invitations are their States’ principal ones now.",
    "count",
)
ONE_OF_EACH = gettext_lazy("Choose one invitation of each State.")
WITHDRAWN = ngettext_lazy(
    "%(count)s invitation withdrawn.", "%(count)s invitations withdrawn.", "count"
)


@admin.register(Invitation)
class InvitationAdmin(
    ErasingPersonMixin,
    TakenOutMixin,
    InvitationColumnsMixin,
    LeadsToStatesMixin,
    ReplacingMixin,
    AnotherAddressMixin,
):
    menu = (Menu.DAILY, 1, "mail")
    when_empty = gettext_lazy(
        "Import the ministers from a spreadsheet: each gets a draft invitation. "
        "Then compose the letters."
    )
    list_display = [
        "state",
        "minister",
        courtesy_mark,
        "status_shown",
        "answer_shown",
        "letter_shown",
        hour_column("left_at", gettext_lazy("handed over")),
    ]
    list_display_links = ["minister"]
    list_filter = [
        "edition",
        "status",
        StandingAnswerFilter,
        ReconfirmationFilter,
        UnreachedFilter,
        LeftOfficeFilter,
        LinkEndedFilter,
        OriginalDueFilter,
        "is_principal",
        "member_state__region",
    ]
    linked_lookups = ["member_state__id__exact"]
    tell_answers = ["answer_shown", "answer", ReconfirmationFilter]
    list_select_related = ["edition", "member_state", "minister__member_state"]
    search_fields = [
        "minister__given_name",
        "minister__family_name",
        "minister__name_key",
        "minister__name_in_script",
        "minister__portfolio",
        "minister__to_emails",
        "minister__cc_emails",
        "=minister__ref",
        "focal_point_name",
        "focal_point_email",
        "member_state__iso3__called",
    ]
    form = InvitationForm
    autocomplete_fields = ["minister"]
    actions = [
        "compose_letters",
        "replace_letters",
        "send_to_another",
        "replace_links",
        "end_links",
        "make_principal",
        "withdraw_selected",
    ]
    inlines = [
        RepliesOfInvitation,
        LettersOfInvitation,
        CorrespondenceOfInvitation,
        CallsOfInvitation,
        CalendarOfInvitation,
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        letters = Letter.objects.in_force().filter(
            invitation=OuterRef("pk"), kind=LetterKind.INVITATION
        )
        replies = Reply.objects.filter(invitation=OuterRef("pk"))
        left = Delivery.objects.filter(
            letter__invitation=OuterRef("pk"),
            letter__kind=LetterKind.INVITATION,
            state=Delivery.State.HANDED_OVER,
        ).order_by("handed_over_at")
        return (
            super()
            .get_queryset(request)
            .annotate(
                standing_answer=Subquery(replies.standing().values("answer")[:1]),
                is_contested=Exists(replies.contested()),
                letter_state=Subquery(letters.values("state")[:1]),
                left_at=Subquery(left.values("handed_over_at")[:1]),
            )
        )

    def get_ordering(self, request: HttpRequest) -> Any:
        """Sort by State as the edition does that is listed alone; of several, in French."""
        asked: Any = request
        if not hasattr(asked, "by_state"):
            asked.by_state = places_in(order_listed(request))
        return ["-edition__opens_on", *asked.by_state, "-is_principal", "pk"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Invitation], search_term: str
    ) -> tuple[QuerySet[Invitation], bool]:
        """Find those of a circular too, by its reference; offer only issued ones to mail."""
        found: Any
        if "@" in search_term and len(search_term.split()) == 1:
            found, may_repeat = queryset.filter(self._at(request, search_term.strip())), False
        else:
            found, may_repeat = super().get_search_results(request, queryset, search_term)
        reference = "" if "@" in search_term else search_term.strip()
        if reference and self._may_read(request, Letter):
            of_circular = Letter.objects.filter(circular__reference__iexact=reference)
            found = found | queryset.filter(pk__in=of_circular.values("invitation"))
        if request.GET.get("model_name") == Correspondence._meta.model_name:
            found = found.issued()
        return found, may_repeat

    def _at(self, request: HttpRequest, typed: str) -> Q:
        """Return the invitations to who has the address: first whose it is, by an index."""
        rows = holding_address(typed, "focal_point_email")
        if not self._may_read(request, Minister):
            return rows
        ministers = Minister.objects.filter(holding_address(typed, "to_emails", "cc_emails"))
        few = list(ministers.order_by().values_list("pk", flat=True)[: MOST_BY_KEY + 1])
        return rows | Q(minister__in=few if len(few) <= MOST_BY_KEY else ministers.values("pk"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[tuple[Any, Any]]:
        minister = ["edition", "minister", "is_principal", "focal_point_name", "focal_point_email"]
        if obj is None:
            return [(None, {"fields": minister})]
        shown = ["status", "answer", "issued_at", "withdrawn", "office_page"]
        history = [*self._without_answers(request, shown)]
        if self.has_change_permission(request, obj):
            history.append("reply_address")
        return [
            (None, {"fields": ["page_of_state", *minister]}),
            WHY_IT_CHANGES,
            (gettext_lazy("How it stands"), {"fields": history}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return []
        shown = [
            "page_of_state",
            "edition",
            "status",
            "answer",
            "issued_at",
            "withdrawn",
            "office_page",
            "reply_address",
        ]
        if obj.status == Invitation.Status.DRAFT:
            # A letter is frozen with its minister: withdraw the draft and make another one.
            return [*shown, "minister"] if obj.letter_state else shown
        if obj.status == Invitation.Status.ISSUED:
            return [*shown, "minister", "is_principal"]
        return [*shown, "minister", "is_principal", "focal_point_name", "focal_point_email"]

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return self.inlines if obj else []

    def letter_of(self, row: Invitation) -> Letter | None:
        return standing_letter(row)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.replace_view)
        return [path("replace/", view, name="invitations_invitation_replace"), *super().get_urls()]

    def replace_view(self, request: HttpRequest) -> HttpResponse:
        """Ask what the list's action asks, about the invitations that the address names."""
        if not self.has_replace_permission(request):
            raise PermissionDenied
        asked = request.POST.getlist("_selected_action") or request.GET.getlist("of")
        keys = [int(key) for key in asked if key.isdecimal()]
        chosen = self.get_queryset(request).filter(pk__in=keys)
        return self.replace_letters(request, chosen) or redirect(list_url(Invitation))

    def invitations_of(self, queryset: QuerySet[Invitation]) -> QuerySet[Invitation]:
        return Invitation.objects.filter(pk__in=queryset.values("pk"))

    def rows_of(self, queryset: QuerySet[Invitation], found: Replaceable) -> QuerySet[Invitation]:
        chosen = queryset.filter(pk__in=[one.pk for one in found.letters])
        return chosen.select_related("member_state", "minister__member_state")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: Invitation, form: forms.ModelForm, change: bool
    ) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        drafted = issuing.draft_invitation(
            obj.edition,
            obj.minister,
            is_principal=obj.is_principal,
            focal_point_name=obj.focal_point_name,
            focal_point_email=obj.focal_point_email,
        )
        obj.pk = drafted.pk
        obj.refresh_from_db()

    @action(description=gettext_lazy("Compose the letters of drafts"), permissions=["change"])
    def compose_letters(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        editions = ForumEdition.objects.filter(pk__in=queryset.values("edition"))
        plan_letters_of_editions(request, editions, queryset)

    @action(description=gettext_lazy("Make it the principal invitation"), permissions=["change"])
    @confirmed(
        title=gettext_lazy("Make it the principal invitation"),
        explanation=gettext_lazy(
            "The board, reminders, the policy statement and the list of speakers follow its answer "
            "from now on. What is the principal invitation today stays in force, by courtesy. An "
            "office whose receipt was kept back gets it if its statement counts again. Nobody else "
            "is written to: tell the offices yourself."
        ),
        button=gettext_lazy("Make it the principal invitation"),
        form=ReasonForm,
        why_not=issuing.reason_not_to_make_principal,
    )
    def make_principal(
        self, request: HttpRequest, queryset: QuerySet[Invitation], reason: str
    ) -> None:
        """Of two that were chosen of one State neither becomes its principal one."""
        user = user_of(request)
        chosen = Counter((one.edition_id, one.member_state_id) for one in queryset)

        def make(one: Invitation) -> None:
            if chosen[one.edition_id, one.member_state_id] > 1:
                raise ValidationError(ONE_OF_EACH)
            issuing.make_principal(one, user, reason)
            warn_of_uncounted(request, one)

        report_done(request, PRINCIPAL, act_on_each(request, queryset, make))

    @action(description=gettext_lazy("Withdraw"), permissions=["change"])
    @confirmed(
        title=gettext_lazy("Withdraw invitations"),
        explanation=gettext_lazy(
            "What has not left yet is called back. Whoever opens the link is told that "
            "the invitation was withdrawn, and whom to write to."
        ),
        button=gettext_lazy("Withdraw"),
        form=ReasonForm,
        why_not=issuing.reason_not_to_withdraw,
    )
    def withdraw_selected(
        self, request: HttpRequest, queryset: QuerySet[Invitation], reason: str
    ) -> None:
        withdrawn = issuing.withdraw_invitations(queryset, user_of(request), reason)
        refused = queryset.exclude(pk__in=[invitation.pk for invitation in withdrawn])
        for invitation in refused:
            told = labelled(invitation, issuing.WITHDRAWN_ALREADY)
            messages.error(request, told)
        report_done(request, WITHDRAWN, len(withdrawn))

    @action(description=gettext_lazy("Replace the link"), permissions=["change"])
    @confirmed(
        title=gettext_lazy("Replace the link"),
        explanation=gettext_lazy(
            "Whoever opens the earlier link, or enters its code, is told that it was "
            "replaced. The new link stands on the page of the invitation: give it to the "
            "office yourself. Letters to come carry it. Those that are approved and have not left "
            "are composed anew with it, and another person approves them once more."
        ),
        form=ReplaceLinkForm,
        initial=versions_of_links,
        why_not=reason_not_to_replace_link,
    )
    def replace_links(
        self,
        request: HttpRequest,
        queryset: QuerySet[Invitation],
        reason: str,
        versions: dict[int, int],
    ) -> None:
        def replace(one: Invitation) -> None:
            renew_link(one, versions.get(one.pk, 0), user_of(request), reason)
            report_replaced(request, one)

        act_on_each(request, queryset, replace)

    @action(description=gettext_lazy("End the link"), permissions=["change"])
    @confirmed(
        title=gettext_lazy("End the link"),
        explanation=gettext_lazy(
            "Link and code open nothing any more. Reminders and acknowledgements wait until you "
            "replace the link by a new one, and so do letters that have not left."
        ),
        form=ReplaceLinkForm,
        initial=versions_of_links,
        why_not=reason_not_to_end_link,
    )
    def end_links(
        self,
        request: HttpRequest,
        queryset: QuerySet[Invitation],
        reason: str,
        versions: dict[int, int],
    ) -> None:
        user = user_of(request)
        done = act_on_each(
            request, queryset, lambda one: close_link(one, versions.get(one.pk, 0), user, reason)
        )
        report_done(request, ENDED, done)


def order_listed(request: HttpRequest) -> str:
    """Return the order of States of the one edition that the list shows; else the French one."""
    pk = request.GET.get("edition__id__exact", "")
    editions = ForumEdition.objects.filter(pk=pk) if pk.isdecimal() else ForumEdition.objects.none()
    return editions.values_list("order_of_states", flat=True).first() or OrderOfStates.FRENCH


def report_replaced(request: HttpRequest, invitation: Invitation) -> None:
    told = format_html(
        "{} {}",
        labelled(invitation, _("the link is replaced.")),
        text_link(change_url(invitation), _("Look at the new one")),
    )
    messages.success(request, told)
