"""The letters of a circular one by one, for who approves them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from invitations.admin.base import user_of
from invitations.admin.circulars.page import CircularPageMixin
from invitations.admin.confirming import refusal_sentence
from invitations.admin.letters.approval_page import (
    joined_for_approval,
    letter_row,
    notes_last,
    obstacles_now,
    waiting_for_approval,
)
from invitations.admin.letters.approvals import hashes_on_page
from invitations.letters.approval import note_reviewed, reviewed_by
from invitations.letters.checks.warnings import approval_doubts
from invitations.models import Circular, Letter

# Who turns a page waits for it: of the letters before and after, no more is read than this.
READ_OF_EACH = [
    "circular",
    "kind",
    "by_original",
    "composed_at",
    "composed_by",
    "sha256",
    "message_sha256",
    "invitation__minister__successor",
]


class FlipThroughMixin(CircularPageMixin):
    def look_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show one letter; a POST remembers that the person has seen it, and shows the next."""
        circular = self._circular(request, pk, allowed=self.has_approve_permission(request))
        letters = letters_in_turn(circular)
        if not letters:
            messages.info(request, _("No letter of this circular waits for approval."))
            return redirect("admin:invitations_circular_progress", pk)
        if request.method == "POST":
            return look_on(request, circular, letters)
        seen = reviewed_by(user_of(request), letters)
        letter = chosen_letter(request, letters, seen)
        words = flip_context(request, circular, letters, letter, seen)
        return self._page(request, "flip_through", circular, title=_("Letters one by one"), **words)


def letters_in_turn(circular: Circular) -> list[Letter]:
    """Return the letters that wait for approval, each with its hashes and what may hold it up."""
    waiting = waiting_for_approval(circular.letters.all())
    return notes_last(waiting.select_related("invitation__minister").only(*READ_OF_EACH))


def look_on(request: HttpRequest, circular: Circular, letters: list[Letter]) -> HttpResponse:
    """Remember what was seen, and go to the next letter that was not."""
    by, shown = user_of(request), one_on_page(request)
    place = next((n for n, one in enumerate(letters) if one.pk in shown), 0)
    for letter in letters[place : place + 1]:
        try:
            note_reviewed(letter, by, *shown.get(letter.pk, ("", "")))
        except ValidationError as refusal:
            messages.error(request, refusal_sentence(refusal))
            return HttpResponseRedirect(flip_url(circular, letter))
    seen = reviewed_by(by, letters)
    onward = [*letters[place + 1 :], *letters[: place + 1]]
    following = next((one for one in onward if one.pk not in seen), letters[place])
    return HttpResponseRedirect(flip_url(circular, following))


def one_on_page(request: HttpRequest) -> dict[int, tuple[str, str]]:
    try:
        return hashes_on_page(request.POST.getlist("letter"))
    except ValueError:
        return {}


def chosen_letter(request: HttpRequest, letters: list[Letter], seen: set[int]) -> Letter:
    """Return the letter that the address names; else the first that was not seen."""
    named = request.GET.get("letter", "")
    found = [one for one in letters if str(one.pk) == named]
    unseen = [one for one in letters if one.pk not in seen]
    return [*found, *unseen, *letters][0]


def flip_context(
    request: HttpRequest,
    circular: Circular,
    letters: list[Letter],
    letter: Letter,
    seen: set[int],
) -> dict[str, Any]:
    """Return the letter with its doubts and neighbours, and what may be approved as seen."""
    place = letters.index(letter)
    looked_at = [one for one in letters if one.pk in seen or one == letter]
    obstacles = obstacles_now(looked_at, request)
    earlier, later = letters[:place][-1:], letters[place + 1 :][:1]
    shown = joined_for_approval(Letter.objects.all()).get(pk=letter.pk)
    doubted = approval_doubts([shown])
    return {
        "row": letter_row(shown, "", doubted, obstacles.get(letter.pk, "")),
        "is_late": bool(doubted.late),
        "letter": shown,
        "place": place + 1,
        "number": len(letters),
        "is_seen": letter.pk in seen,
        "seen_number": len(seen),
        "previous": flip_url(circular, earlier[0]) if earlier else "",
        "next": flip_url(circular, later[0]) if later else "",
        "to_approve": [one for one in letters if one.pk in seen and one.pk not in obstacles],
    }


def flip_url(circular: Circular, letter: Letter) -> str:
    return f"{reverse('admin:invitations_circular_look', args=[circular.pk])}?letter={letter.pk}"
