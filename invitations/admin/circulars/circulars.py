"""Circulars: one reference for many letters, their audience, and the signed original."""

from pathlib import Path
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from modeltranslation.utils import build_localized_fieldname
from unfold.decorators import display

from invitations.admin.base import WHY_IT_CHANGES, Menu, asked_first, language_tabs
from invitations.admin.circulars.audience import AudienceMixin
from invitations.admin.circulars.decisions import DecisionsMixin, warn_of_earlier_letters
from invitations.admin.circulars.flip_through import FlipThroughMixin
from invitations.admin.circulars.progress import ProgressMixin
from invitations.admin.frozen_files import frozen_file_response
from invitations.admin.letters.approval_page import format_circular_hour
from invitations.admin.list_columns import text_link
from invitations.admin.waiting import proposals_of
from invitations.admin.who_may import with_names
from invitations.files import frozen
from invitations.files.uploads import MEDIA_TYPES
from invitations.forms.circular import CircularForm
from invitations.forms.uploads import scan_kind
from invitations.letters.circulars import pass_on_to_planned
from invitations.models import AUTOMATIC_KINDS, Circular, Language, Letter, Mission, Rank, Region
from invitations.models.states import french_order
from invitations.text.dates import comma_list

SHOWN_TO_READERS = {
    "planned_at": "planned_hour",
    "new_scan": "scan_file",
    "regions": "regions_shown",
    "languages": "languages_shown",
    "ranks": "ranks_shown",
    "note_kinds": "note_kinds_shown",
}
# What a circular cannot be without.
ASKED_FIRST = [
    "edition",
    ("reference", "kind"),
    ("dated_on", "place_en"),
    ("signatory_honorific_en", "signatory_name_en"),
    "signatory_title_en",
    "planned_at",
    "audience",
]
# What the circular of an edition says as that of the edition before did, until somebody changes it.
ALIKE = ("shows_contact", "variant", "note_kinds")
ALIKE_TEXTS = (
    "place", "service", "addressed_to", "signatory_honorific", "signatory_name", "signatory_title",
    "second_signatory_name", "second_signatory_title",
)  # fmt: skip
# The beginnings of the names of fields that are printed in letters.
PRINTED = (
    "reference", "dated_on", "place", "signatory", "second_signatory", "original_signed", "changes",
    "planned_at",
    "service", "addressed_to", "shows_contact", "variant",
)  # fmt: skip


@admin.register(Circular)
class CircularAdmin(AudienceMixin, ProgressMixin, DecisionsMixin, FlipThroughMixin):
    menu = (Menu.SET_UP, 2, "description")
    instead_of_deleting = gettext_lazy("To stop it, call its letters back.")
    when_empty = gettext_lazy(
        "Add the circular of the edition: its reference stands on all letters of invitation."
    )
    form = CircularForm
    list_display = [
        "reference",
        "kind",
        "edition",
        "dated_on",
        "planned_hour",
        "signed",
        "composed",
        "approved",
    ]
    list_filter = ["edition", "kind", "audience"]
    list_select_related = ["edition"]
    search_fields = ["reference", "signatory_name_en", "original_signed_by"]
    shown_to_readers = SHOWN_TO_READERS
    fieldsets: Any = [
        (None, {"fields": ["edition", ("reference", "kind"), "dated_on", "planned_at"]}),
        (
            gettext_lazy("Audience"),
            {
                "description": gettext_lazy(
                    "A replacement has another one: the letters chosen for it in the list of "
                    "letters, and no others."
                ),
                "fields": ["audience", ("regions", "languages"), "ranks"],
            },
        ),
        (
            gettext_lazy("Notes verbales"),
            {
                "classes": ["collapse"],
                "description": gettext_lazy(
                    "They cover the letters. A permanent mission is one in the edition’s city; "
                    "other posts get their note by mail, if they have an address."
                ),
                "fields": ["note_kinds"],
            },
        ),
        (
            gettext_lazy("The original"),
            {
                "description": gettext_lazy(
                    "Letters can be approved once it is recorded who signed the original, and when."
                ),
                "fields": [
                    ("original_signed_by", "original_signed_on"),
                    ("new_scan", "scan_file"),
                ],
            },
        ),
        (
            gettext_lazy("The text and its layout"),
            {"classes": ["collapse"], "fields": ["variant", "shows_contact"]},
        ),
        WHY_IT_CHANGES,
        *language_tabs(
            "place",
            "service",
            "addressed_to",
            "signatory_honorific",
            "signatory_name",
            "signatory_title",
            "second_signatory_name",
            "second_signatory_title",
            "changes",
        ),
    ]

    actions_detail = [
        "audience_page",
        "progress_page",
        "approve_page",
        "compose_again_page",
        "call_back_page",
    ]

    def get_urls(self) -> list[Any]:
        pages = {
            "audience": self.audience_view,
            "progress": self.progress_view,
            "progress.json": self.progress_json,
            "notes": self.notes_view,
            "approve": self.approve_view,
            "look": self.look_view,
            "compose_again": self.compose_again_view,
            "call-back": self.call_back_view,
            "scan": self.scan_view,
        }
        return [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(view),
                name=f"invitations_circular_{name.replace('.', '_').replace('-', '_')}",
            )
            for name, view in pages.items()
        ] + super().get_urls()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Circular]:
        letters = Q(letters__isnull=False) & ~Q(letters__kind__in=AUTOMATIC_KINDS)
        in_force = letters & ~Q(letters__state=Letter.State.CANCELLED)
        return (
            super()
            .get_queryset(request)
            .annotate(
                planned_letters=Count("letters", filter=in_force),
                composed_letters=Count(
                    "letters", filter=in_force & ~Q(letters__state=Letter.State.PLANNED)
                ),
                approved_letters=Count(
                    "letters", filter=in_force & Q(letters__state=Letter.State.APPROVED)
                ),
            )
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[tuple[Any, Any]]:
        """Show fields that cannot be edited as words; ask of a new circular what it needs first."""
        if obj is None:
            return asked_first(ASKED_FIRST, super().get_fieldsets(request, obj))
        fixed = self.get_readonly_fields(request, obj)
        shown = {"planned_at": "planned_hour"} if "planned_at" in fixed else {}
        sets = with_names(super().get_fieldsets(request, obj), shown)
        if obj and obj.traits.by_choice:
            sets[1] = (sets[1][0], {"fields": ["chosen_shown"]})
        if "dated_on" in fixed:
            sets[0][1]["description"] = _(
                "Letters are approved with this reference, date and hour: call the circular back "
                "to change them."
            )
        return sets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Fix the fields that letters already contain."""
        fixed = [*SHOWN_TO_READERS.values(), "chosen_shown"]
        if obj and obj.planned_letters:
            fixed += ["edition", "kind"]
        if obj and obj.approved_letters:
            fixed += ["reference", "dated_on", "planned_at"]
        return fixed

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin with the signatory, the place and the manner of the last circular of invitation."""
        said = super().get_changeform_initial_data(request)
        last = Circular.objects.filter(kind=Circular.Kind.INVITATION).first()
        return proposed_circular(last) | said if last else said

    def response_add(
        self, request: HttpRequest, obj: Circular, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Go on to the audience: whom the new circular reaches, and whom it lacks."""
        answer = super().response_add(request, obj, post_url_continue)
        if "_save" not in request.POST or not self.has_view_permission(request, obj):
            return answer
        return redirect("admin:invitations_circular_audience", obj.pk)

    def save_model(self, request: HttpRequest, obj: Circular, form: Any, change: bool) -> None:
        if scan := form.cleaned_data.get("new_scan"):
            obj.original_scan = frozen.freeze(scan.read(), "scans", scan_kind(scan)).name
        super().save_model(request, obj, form, change)
        if not change:
            return
        if {"planned_at", "variant"} & set(form.changed_data):
            pass_on_to_planned(obj)
        proposed = {name for one in proposals_of(request) for name in one.changed}
        if any(name.startswith(PRINTED) for name in {*form.changed_data} - proposed):
            warn_of_earlier_letters(request, obj)

    @display(description=gettext_lazy("hour of sending"), ordering="planned_at")
    def planned_hour(self, circular: Circular) -> str:
        return format_circular_hour(circular)

    @display(description=gettext_lazy("original signed"), boolean=True)
    def signed(self, circular: Circular) -> bool:
        return circular.is_signed

    @display(description=pgettext_lazy("letters", "composed"))
    def composed(self, circular: Any) -> str:
        counted = f"{circular.composed_letters} / {circular.planned_letters}"
        return text_link(
            reverse("admin:invitations_circular_progress", args=[circular.pk]), counted
        )

    @display(description=pgettext_lazy("letters", "approved"))
    def approved(self, circular: Any) -> str:
        return f"{circular.approved_letters} / {circular.planned_letters}"

    @display(description=gettext_lazy("to whom it is written"))
    def chosen_shown(self, circular: Circular) -> str:
        chosen = circular.chosen.order_by(*french_order(), "pk").select_related(
            "member_state", "minister__member_state"
        )
        if circular.kind == Circular.Kind.THANKS:
            return comma_list(chosen) or _("nobody yet: choose who is thanked, from the audience")
        return comma_list(chosen) or _(
            "none yet: choose them in the list of letters, by “Replace these letters…”"
        )

    @display(description=gettext_lazy("regions"))
    def regions_shown(self, circular: Circular) -> str:
        return comma_list(dict(Region.choices).get(one, one) for one in circular.regions) or _(
            "all"
        )

    @display(description=gettext_lazy("languages"))
    def languages_shown(self, circular: Circular) -> str:
        return comma_list(Language(one).label for one in circular.languages) or _("all")

    @display(description=gettext_lazy("ranks"))
    def ranks_shown(self, circular: Circular) -> str:
        return comma_list(Rank.objects.filter(code__in=circular.ranks)) or _("all")

    @display(description=gettext_lazy("who gets notes verbales"))
    def note_kinds_shown(self, circular: Circular) -> str:
        return comma_list(Mission.Kind(one).label for one in circular.note_kinds) or _("none")

    @display(description=gettext_lazy("Scan on file"))
    def scan_file(self, circular: Circular) -> str:
        if not circular.original_scan:
            return _("none")
        url = reverse("admin:invitations_circular_scan", args=[circular.pk])
        return text_link(url, Path(str(circular.original_scan)).name[:12])

    def scan_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        circular = self._circular(request, pk)
        if not circular.original_scan:
            raise Http404
        file = Path(circular.original_scan.name)
        download = f"{circular.reference.replace('/', '-')}-original{file.suffix}"
        response = frozen_file_response(
            request, str(file), file.stem, MEDIA_TYPES[file.suffix[1:]], download
        )
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if response.status_code == 200:
            response.headers["Content-Disposition"] = f'attachment; filename="{download}"'
        return response


def proposed_circular(last: Circular) -> dict[str, Any]:
    """Return what a new circular takes over from the last one, in all six languages."""
    texts = [build_localized_fieldname(name, code) for name in ALIKE_TEXTS for code in Language]
    return {name: getattr(last, name) for name in (*ALIKE, *texts)}
