"""The page on which a second person approves letters, and everything to know before doing so."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Field, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from unfold.decorators import action

from invitations.admin.base import ModelAdmin, RecordAdmin, user_of
from invitations.admin.confirming import LARGEST_SELECTION, refusal_sentence
from invitations.letters.approval import approve_letter, doubts, refuse_unsigned
from invitations.letters.circulars import Audience, LeftOut, at_another_hour, audience
from invitations.models import AUTOMATIC, Circular, Delivery, Letter, LetterTemplate, Minister
from invitations.text.dates import comma_list, labelled, left_to_right, printed_date

APPROVED_WITH = [
    "circular__edition",
    "template",
    "mission",
    "composed_by",
    "invitation__edition",
    "invitation__member_state",
    "invitation__minister__member_state",
]


class ApprovingMixin(RecordAdmin):
    """The approval of chosen letters, from their list."""

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("invitations.approve_letter")

    @action(description=gettext_lazy("Approve"), permissions=["approve"])
    def approve_selected(
        self, request: HttpRequest, queryset: QuerySet[Letter]
    ) -> HttpResponse | None:
        letters, chosen = to_approve(queryset), queryset.count()
        if chosen > LARGEST_SELECTION or not letters:
            messages.error(
                request,
                _("Choose between one and %(count)s composed letters that need approval.")
                % {"count": LARGEST_SELECTION},
            )
            return None
        return approval_page(self, request, letters, need_none=chosen - len(letters))

    def approve_view(self, request: HttpRequest) -> HttpResponse:
        """Approve what was on the page: letters by the hashes that stood there."""
        if not self.has_approve_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            hashes = hashes_shown(request.POST.getlist("letters"))
        except ValueError:
            messages.error(request, _("The page was incomplete: choose the letters again."))
            return redirect("admin:invitations_letter_changelist")
        if not hashes:
            messages.warning(request, _("No letter was chosen: nothing is approved."))
        refused = self._approve(request, hashes)
        return self._answer(request, refused)

    def _approve(
        self, request: HttpRequest, hashes: dict[int, tuple[str, str]]
    ) -> dict[Letter, str]:
        """Approve letter by letter; what is refused comes back with the reason."""
        refused = {}
        although_late = "although_late" in request.POST
        letters = notes_last(Letter.objects.filter(pk__in=hashes).select_related(*APPROVED_WITH))
        for letter in letters:
            try:
                approve_letter(
                    letter, user_of(request), *hashes[letter.pk], although_late=although_late
                )
            except ValidationError as refusal:
                refused[letter] = refusal_sentence(refusal)
        if approved := len(letters) - len(refused):
            told = ngettext(
                "%(count)s letter approved; it goes to the outbox.",
                "%(count)s letters approved; they go to the outbox.",
                approved,
            )
            messages.success(request, told % {"count": approved})
        return refused

    def _answer(self, request: HttpRequest, refused: dict[Letter, str]) -> HttpResponse:
        """Show what was refused once more, each with its reason, where it can still be approved."""
        reasons = {letter.pk: because for letter, because in refused.items()}
        again = to_approve(Letter.objects.filter(pk__in=reasons))
        for letter in set(refused) - set(again):
            messages.error(request, labelled(letter, refused[letter]))
        whole = request.POST.get("circular", "")
        if again:
            return approval_page(self, request, again, refused=reasons, whole=whole)
        if whole.isdecimal():
            return redirect("admin:invitations_circular_progress", whole)
        return redirect("admin:invitations_letter_changelist")


def to_approve(letters: QuerySet[Letter]) -> list[Letter]:
    """The composed letters that need approval, in the French order of States, the notes last."""
    composed = letters.filter(state=Letter.State.COMPOSED).exclude(kind__in=AUTOMATIC)
    ordered = composed.order_by("invitation__member_state__sort_key_fr", "pk")
    return notes_last(ordered.select_related(*APPROVED_WITH))


def notes_last(letters: Iterable[Letter]) -> list[Letter]:
    """A note verbale can be approved once the letters that it covers are."""
    return sorted(letters, key=lambda letter: letter.kind == Letter.Kind.NOTE)


def hashes_shown(entries: list[str]) -> dict[int, tuple[str, str]]:
    """The two hashes of each letter as they stood on the page; ValueError where they did not."""
    shown = [entry.split(":") for entry in entries]
    return {int(pk): (sha256, message_sha256) for pk, sha256, message_sha256 in shown}


def recipients(lines: Iterable[Sequence[str]]) -> str:
    """The addresses, one to a line, each after the name of its line in the message's head."""
    return "\n".join(labelled(Delivery.Line(line).label, address) for line, address in lines)


def languages(row: Letter | Minister) -> str:
    return comma_list(
        dict.fromkeys([row.get_language_display(), row.get_second_language_display()])
    )


class Row(NamedTuple):
    """A letter on the page: who gets it, what is not certain, and why it cannot be approved."""

    letter: Letter
    languages: str
    recipients: str
    doubts: list[str]
    obstacle: str
    refused: str


def approval_page(
    model_admin: ModelAdmin,
    request: HttpRequest,
    letters: list[Letter],
    **more: Any,
) -> HttpResponse:
    """Show these letters to whoever approves them.

    ``more`` may say ``refused`` (reasons by the letter's key), ``need_none`` (how many of the
    chosen ones need no approval), ``planned`` (how many have no words yet) and ``whole`` (the key
    of the circular which is approved as a whole).
    """
    refused = more.pop("refused", {})
    obstacles = obstacles_for(letters, request)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": labelled(_("Approve letters"), references(letters)),
        "free": len(letters) - len(obstacles),
        "obstacles": sorted(set(obstacles.values())),
        "refused": len(refused),
        "reasons": [labelled(n, because) for because, n in Counter(refused.values()).most_common()],
        "although_late": "although_late" in request.POST,
        **known_of(letters, obstacles, refused),
        **more,
    }
    return TemplateResponse(request, "admin/letters/approve_letters.html", context)


def references(letters: list[Letter]) -> str:
    return comma_list(dict.fromkeys(letter.circular.reference for letter in letters))


def known_of(
    letters: list[Letter], obstacles: dict[int, str], refused: dict[int, str]
) -> dict[str, Any]:
    """What is to be known before approving: of each letter, of its text, of its circular."""
    doubted = doubts(letters)
    circulars = list({letter.circular_id: letter.circular for letter in letters}.values())
    return {
        "rows": [
            Row(
                letter,
                languages(letter),
                recipients(letter.recipients),
                said_of(letter, doubted),
                obstacles.get(letter.pk, ""),
                refused.get(letter.pk, ""),
            )
            for letter in letters
        ],
        "doubts": doubted,
        "texts": texts_compared(letters),
        "circulars": [
            (circular, signed(circular), hour_in_zone(circular), at_another_hour(circular).count())
            for circular in circulars
        ],
        "left_out": [(circular, left_out(circular, audience(circular))) for circular in circulars],
    }


def hour_in_zone(circular: Circular) -> str:
    """The circular's hour on the clock of its edition, with the zone beside it."""
    if not circular.planned_at:
        return ""
    zone = circular.edition.zone
    at = timezone.localtime(circular.planned_at, zone)
    return left_to_right(f"{at:%Y-%m-%d %H:%M} ({zone.key})")


def signed(circular: Circular) -> str:
    """Who signed the original on which day; empty until both are on file."""
    if not (circular.original_signed_by and circular.original_signed_on):
        return ""
    return _("%(reference)s: %(by)s signed the original on %(on)s.") % {
        "reference": circular.reference,
        "by": circular.original_signed_by,
        "on": printed_date(circular.original_signed_on, get_language()),
    }


def obstacles_for(letters: list[Letter], request: HttpRequest) -> dict[int, str]:
    """Why letters cannot be approved by this person now, where that is known beforehand."""
    unsigned = {}
    for circular in {letter.circular for letter in letters}:
        try:
            refuse_unsigned(circular)
        except ValidationError as refusal:
            unsigned[circular.pk] = refusal_sentence(refusal)
    own = _("You composed it: a second person has to approve.")
    return {
        letter.pk: unsigned.get(letter.circular_id, own)
        for letter in letters
        if letter.circular_id in unsigned or letter.composed_by_id == user_of(request).pk
    }


def said_of(letter: Letter, doubted: Any) -> list[str]:
    minister, state = letter.invitation.minister, letter.invitation.member_state
    said = []
    if letter in doubted.late:
        said.append(_("late"))
    if letter.kind != Letter.Kind.NOTE and letter.language != minister.language:
        said.append(
            _("the minister's language is %(language)s")
            % {"language": minister.get_language_display()}
        )
    if letter in doubted.unknown_gender:
        said.append(_("gender not known: confirm with the mission"))
    if letter in doubted.unsure_language:
        said.append(
            _("language not certain: %(language)s is on file for the State")
            % {"language": state.get_language_display()}
        )
    return said


def left_out(circular: Circular, found: Audience) -> list[tuple[str, list[LeftOut]]]:
    """Who gets no letter of the circular, by reason; those who have theirs are not left out."""
    served = set(
        circular.letters.in_force().filter(kind=circular.kind).values_list("invitation", flat=True)
    )
    by_reason: dict[str, list[LeftOut]] = {}
    for one in found.left_out:
        if one.invitation is None or one.invitation.pk not in served:
            by_reason.setdefault(one.because, []).append(one)
    return sorted(by_reason.items(), key=lambda entry: len(entry[1]))


class Compared(NamedTuple):
    """A text in use, the letter that last used such a text before, and what differs."""

    text: LetterTemplate
    earlier: Letter | None
    parts: list[tuple[Any, list[list[tuple[str, str]]]]]


def texts_compared(letters: list[Letter]) -> list[Compared]:
    """Each text of these letters against the one an earlier circular had in its place."""
    used = {letter.template: letter.circular for letter in letters if letter.template}
    compared = []
    for text, circular in used.items():
        earlier = used_before(text, circular)
        before = earlier.template if earlier else None
        parts = differences_of(before, text) if before and before != text else []
        compared.append(Compared(text, earlier, parts))
    return sorted(compared, key=lambda one: (one.text.kind, one.text.get_language_display()))


def used_before(text: LetterTemplate, circular: Circular) -> Letter | None:
    return (
        Letter.objects.filter(
            kind=text.kind,
            language=text.language,
            state=Letter.State.APPROVED,
            template__variant=text.variant,
            circular__dated_on__lte=circular.dated_on,
        )
        .exclude(circular=circular)
        .select_related("template", "circular")
        .order_by("-circular__dated_on", "-pk")
        .first()
    )


def differences_of(
    before: LetterTemplate, after: LetterTemplate
) -> list[tuple[Any, list[list[tuple[str, str]]]]]:
    parts = [
        (
            cast("Field", LetterTemplate._meta.get_field(name)).verbose_name,
            list(differences(getattr(before, name), getattr(after, name))),
        )
        for name in ("subject", "paper", "mail")
    ]
    return [(name, lines) for name, lines in parts if lines]


def differences(before: str, after: str) -> Iterator[list[tuple[str, str]]]:
    """Yield each line that differs as (mark, words): ``del``, ``ins``, or none where both agree."""
    old, new = before.splitlines(), after.splitlines()
    for mark, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if mark != "equal":
            yield words_marked("\n".join(old[i1:i2]), "\n".join(new[j1:j2]))


def words_marked(before: str, after: str) -> list[tuple[str, str]]:
    # A Chinese character is a word of its own.
    old, new = (
        re.findall(r"[\u3000-\u9fff]|\s+|[^\s\u3000-\u9fff]+", one) for one in (before, after)
    )
    marked = []
    for mark, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if mark == "equal":
            marked.append(("", "".join(old[i1:i2])))
            continue
        marked += [("del", "".join(old[i1:i2])), ("ins", "".join(new[j1:j2]))]
    return [(mark, words) for mark, words in marked if words]
