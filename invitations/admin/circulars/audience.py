"""The page of a circular's audience, and the planning of its letters."""

from collections import Counter
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from invitations.admin.base import user_of
from invitations.admin.circulars.page import CircularPageMixin
from invitations.admin.circulars.progress import report_planned
from invitations.admin.letters.approval_page import (
    left_out_by_reason,
    recipient_lines,
)
from invitations.admin.list_columns import field_url, format_languages
from invitations.letters.checks.audience import LanguageLacks, audience_lacks
from invitations.letters.checks.missing_words import Lack
from invitations.letters.circulars import (
    CircularAudience,
    circular_audience,
    current_recipients,
    missions_foreseen,
    plan_circular,
)
from invitations.models import Circular, Invitation, Language, Minister
from invitations.text.dates import comma_list, labelled


class AudienceMixin(CircularPageMixin):
    @action(description=gettext_lazy("Audience"), icon="groups")
    def audience_page(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:invitations_circular_audience", object_id)

    def audience_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show who gets a letter and who does not; a POST plans the letters that were shown."""
        circular = self._circular(request, pk)
        if request.method == "POST":
            return self._plan(request, circular)
        found = audience_of_one(circular_audience(circular), request.GET.get("only", ""))
        found_at = current_recipients(circular.edition, found.addressed)
        notes = missions_foreseen(circular, found)
        lacks = audience_lacks(circular, found.addressed, found.by_original, notes)
        return self._page(
            request,
            "audience",
            circular,
            title=_("Audience"),
            addressed=[
                (invitation, format_languages(invitation.minister), recipient_lines(lines))
                for invitation, lines in zip(found.addressed, found_at, strict=True)
            ],
            left_out=left_out_by_reason(circular, found),
            missing=missing_rows(lacks, circular),
            falls_away=left_out_rows(lacks, circular),
            originals=[(one, format_languages(one.minister)) for one in found.by_original],
            to_plan=[*found.addressed, *found.by_original],
            **composed_and_waiting(found.addressed, lacks),
            unreached=sum(not lines for lines in found_at),
        )

    def _plan(self, request: HttpRequest, circular: Circular) -> HttpResponse:
        if not self.has_draft_permission(request):
            raise PermissionDenied
        seen = [int(pk) for pk in request.POST.get("seen", "").split() if pk.isdecimal()]
        shown = Invitation.objects.filter(pk__in=seen)
        planned = plan_circular(circular, shown, by=user_of(request))
        report_planned(request, planned)
        return redirect("admin:invitations_circular_progress", circular.pk)


def audience_of_one(found: CircularAudience, only: str) -> CircularAudience:
    """Return the audience without all others, where the page is asked for one invitation alone."""
    if not only:
        return found
    return CircularAudience(
        [one for one in found.addressed if str(one.pk) == only],
        [one for one in found.left_out if one.invitation and str(one.invitation.pk) == only],
        [one for one in found.by_original if str(one.pk) == only],
    )


def composed_and_waiting(
    addressed: list[Invitation], lacks: list[LanguageLacks]
) -> dict[str, tuple[int, str]]:
    """Return how many letters would be composed now, and how many wait, each by language."""
    lacking = {one for row in lacks for one in row.waiting if isinstance(one, Minister)}
    groups = {
        "composed": [one for one in addressed if one.minister not in lacking],
        "waiting": [one for one in addressed if one.minister in lacking],
    }
    return {name: (len(ones), counted_by_language(ones)) for name, ones in groups.items()}


def counted_by_language(invitations: list[Invitation]) -> str:
    languages = Counter(one.minister.get_language_display() for one in invitations)
    return comma_list(f"{language} {number}" for language, number in languages.most_common())


def missing_rows(found: list[LanguageLacks], circular: Circular) -> list[dict[str, Any]]:
    """Return, for each language, the empty fields for which its letters would wait."""
    return [
        {
            "language": letters_called(one),
            "has_text": one.has_text,
            "letters": one.letters,
            "fields": field_links(one.lacks, circular),
            "receivers": receiver_links(one),
        }
        for one in found
        if one.lacks or one.receivers or not one.has_text
    ]


def left_out_rows(found: list[LanguageLacks], circular: Circular) -> list[dict[str, Any]]:
    """Return, for each language, the empty fields whose part of the text would fall away."""
    return [
        {
            "language": letters_called(one),
            "fields": field_links(one.left_out, circular),
        }
        for one in found
        if one.left_out
    ]


def letters_called(found: LanguageLacks) -> str:
    """Return the language, and which letters are meant if not the circular's own: French, notes."""
    return comma_list([Language(found.language).label, found.called])


def field_links(lacks: list[Lack], circular: Circular) -> list[tuple[str, str]]:
    rows = {"forumedition": circular.edition_id, "circular": circular.pk}
    return [(field_url(lack, rows[lack.model]), lack.title) for lack in lacks]


def receiver_links(found: LanguageLacks) -> list[tuple[str, str]]:
    return [
        (field_url(lack, receiver.pk), labelled(receiver, lack.title))
        for lack, receiver in found.receivers
    ]
