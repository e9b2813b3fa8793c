"""The page that shows what the approver needs to know about letters."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from invitations.admin.base import ModelAdmin, user_of
from invitations.admin.confirming import refusal_sentence
from invitations.admin.letters.composing_again import (
    describe_outdated,
    may_compose_again,
    outdated_groups,
    who_then_approves,
)
from invitations.admin.letters.mail_frames import WIDTHS
from invitations.admin.letters.text_changes import compare_texts
from invitations.admin.list_columns import format_languages, hour_of_edition
from invitations.letters.approval import refuse_out_of_office, refuse_unsigned
from invitations.letters.channels import reason_circular_is_untrue
from invitations.letters.checks.warnings import Doubts, approval_doubts, leaves_on
from invitations.letters.circulars import (
    CircularAudience,
    LeftOut,
    circular_audience,
    letters_at_another_hour,
)
from invitations.letters.planning import further_reminder_addresses
from invitations.letters.released import held_for_each_state
from invitations.models import Circular, Delivery, Letter
from invitations.models.held.outdated import outdated_letters
from invitations.text.dates import comma_list, format_date, format_day, labelled

JOINED_FOR_APPROVAL = [
    "circular__edition",
    "template",
    "mission",
    "composed_by",
    "invitation__edition",
    "invitation__member_state",
    "invitation__minister__member_state",
    "invitation__minister__rank",
]


# Beyond so many letters a list is not said twice, nor in each row what is so of all.
FEW = 40


class LetterRow(NamedTuple):
    """A letter on the page: where it and reminders go, its doubts, why it cannot be approved."""

    letter: Letter
    languages: str
    recipients: str
    reminded: str
    doubts: list[str]
    obstacle: str
    refused: str


def approval_page(
    model_admin: ModelAdmin,
    request: HttpRequest,
    letters: list[Letter],
    **more: Any,
) -> HttpResponse:
    """Show these letters to the person who approves them.

    ``more`` may have ``refused`` (reasons by the letter's key), ``need_none`` (how many of the
    chosen ones need no approval), ``planned`` (how many have no words yet) and ``whole`` (the key
    of the circular that is approved as a whole).
    """
    refused, doubted = more.pop("refused", {}), approval_doubts(letters)
    outdated = outdated_letters(Letter.objects.filter(pk__in=[one.pk for one in letters]))
    known, groups = obstacles_for(letters, request), outdated_groups(letters, outdated)
    obstacles = known | {
        one.pk: describe_outdated(group) for group in groups for one in group.letters
    }
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": labelled(_("Approve letters"), comma_references(letters)),
        "free": len(letters) - len(obstacles),
        "obstacles": sorted(set(known.values())),
        "outdated": groups,
        "outdated_count": len(outdated),
        "may_compose_again": bool(groups) and may_compose_again(request),
        "who_then_approves": who_then_approves(request) if groups else "",
        "refused": len(refused),
        "reasons": [labelled(n, reason) for reason, n in Counter(refused.values()).most_common()],
        "widths": WIDTHS,
        "few": FEW,
        "although_late": "although_late" in request.POST,
        "reason": request.POST.get("reason", ""),
        **approval_details(letters, doubted, obstacles, refused),
        **more,
    }
    return TemplateResponse(request, "admin/letters/approve_letters.html", context)


def comma_references(letters: list[Letter]) -> str:
    return comma_list(dict.fromkeys(letter.circular.reference for letter in letters))


def approval_details(
    letters: list[Letter], doubted: Doubts, obstacles: dict[int, str], refused: dict[int, str]
) -> dict[str, Any]:
    """Return what the approver needs to know of each letter, text and circular."""
    held_for = held_for_each_state()
    rows, of_all = with_common_doubts_apart(
        [
            letter_row(
                letter,
                "\n".join(
                    further_reminder_addresses(letter, held_for(letter.invitation.member_state_id))
                ),
                doubted,
                obstacles.get(letter.pk, ""),
                refused.get(letter.pk, ""),
            )
            for letter in letters
        ]
    )
    circulars = list({letter.circular_id: letter.circular for letter in letters}.values())
    return {
        "rows": rows,
        "doubts_of_all": of_all,
        "doubts": doubted,
        "texts": compare_texts(letters),
        "circulars": [
            (
                circular,
                signature_sentence(circular),
                format_circular_hour(circular),
                letters_at_another_hour(circular).count(),
            )
            for circular in circulars
        ],
        "left_out": [
            (circular, left_out_by_reason(circular, circular_audience(circular)))
            for circular in circulars
        ],
    }


def with_common_doubts_apart(rows: list[LetterRow]) -> tuple[list[LetterRow], list[str]]:
    """Return the rows without the doubts that all of them have, and these, where rows are many."""
    if len(rows) <= FEW:
        return rows, []
    alike = set.intersection(*(set(row.doubts) for row in rows))
    own = [row._replace(doubts=[one for one in row.doubts if one not in alike]) for row in rows]
    return own, [one for one in rows[0].doubts if one in alike]


def letter_row(
    letter: Letter, reminded: str, doubted: Doubts, obstacle: str, refused: str = ""
) -> LetterRow:
    return LetterRow(
        letter,
        format_languages(letter),
        recipient_lines(letter.recipients),
        reminded,
        letter_warnings(letter, doubted),
        obstacle,
        refused,
    )


def obstacles_now(letters: list[Letter], request: HttpRequest) -> dict[int, str]:
    """Return why this person cannot approve letters now, also those that are outdated."""
    outdated = outdated_letters(Letter.objects.filter(pk__in=[one.pk for one in letters]))
    groups = outdated_groups(letters, outdated)
    stale = {one.pk: describe_outdated(group) for group in groups for one in group.letters}
    return obstacles_for(letters, request) | stale


def letters_to_approve(letters: QuerySet[Letter]) -> list[Letter]:
    """Return the composed letters that need approval, in the French order, the notes last."""
    return notes_last(joined_for_approval(waiting_for_approval(letters)))


def waiting_for_approval(letters: Any) -> QuerySet[Letter]:
    composed = letters.filter(state=Letter.State.COMPOSED).printed()
    return composed.in_french_order()


def joined_for_approval(letters: QuerySet[Letter]) -> QuerySet[Letter]:
    """Return the letters with all that is said of each on the page."""
    joined = letters.select_related(*JOINED_FOR_APPROVAL)
    return joined.prefetch_related("invitation__member_state__missions")


def notes_last(letters: Iterable[Letter]) -> list[Letter]:
    """Put notes verbales last: a note can be approved only after the letters that it covers."""
    return sorted(letters, key=lambda letter: letter.kind == Letter.Kind.NOTE)


def recipient_lines(lines: Iterable[Sequence[str]]) -> str:
    """Return the addresses, one to a line, each after the name of its message header."""
    return "\n".join(labelled(Delivery.Line(line).label, address) for line, address in lines)


def format_circular_hour(circular: Circular) -> str:
    """Return the circular's hour on its edition's clock, with the zone."""
    return hour_of_edition(circular.planned_at, circular.edition)


def signature_sentence(circular: Circular) -> str:
    """Return who signed the original on which day; empty until both are on file."""
    if not (circular.original_signed_by and circular.original_signed_on):
        return ""
    return _("%(reference)s: %(by)s signed the original on %(on)s.") % {
        "reference": circular.reference,
        "by": circular.original_signed_by,
        "on": format_date(circular.original_signed_on, get_language()),
    }


def obstacles_for(letters: list[Letter], request: HttpRequest) -> dict[int, str]:
    """Return why this person cannot approve letters now, as far as it is known beforehand."""
    found = {}
    untrue = {
        one: reason_circular_is_untrue(one) for one in {letter.circular for letter in letters}
    }
    for letter in letters:
        if letter.kind == letter.circular.kind and untrue[letter.circular]:
            found[letter.pk] = str(capfirst(untrue[letter.circular]))
        if letter.composed_by_id == user_of(request).pk:
            found[letter.pk] = _("You composed it: a second person has to approve.")
        try:
            refuse_unsigned(letter)
            refuse_out_of_office(letter)
        except ValidationError as refusal:
            found[letter.pk] = refusal_sentence(refusal)
    return found


def letter_warnings(letter: Letter, doubted: Any) -> list[str]:
    minister, state = letter.invitation.minister, letter.invitation.member_state
    said = []
    if letter in doubted.late:
        said.append(
            _("dated %(dated)s, and would leave on %(leaves)s, more than three days later")
            % {
                "dated": format_day(letter.circular.dated_on),
                "leaves": format_day(leaves_on(letter)),
            }
        )
    if letter.kind != Letter.Kind.NOTE and letter.language != minister.language:
        said.append(
            _("the minister’s language is %(language)s")
            % {"language": minister.get_language_display()}
        )
    if letter in doubted.unknown_gender:
        said.append(_("gender not known: confirm with the mission"))
    if letter.lacks_time_stamp:
        said.append(_("The seal has no time stamp: the service gave none."))
    if letter in doubted.unsure_language:
        said.append(
            _("language not certain: %(language)s is on file for the State")
            % {"language": state.get_language_display()}
        )
    return [*said, *doubts_of_words(letter, doubted)]


def doubts_of_words(letter: Letter, doubted: Doubts) -> list[str]:
    """Return what is doubtful about the letter's address and its printed words."""
    said = {
        _("no function on file"): doubted.without_function,
        _("a given name only"): doubted.given_name_only,
        _("the form of address is not certain"): doubted.unsure_form,
        **doubted.flawed,
    }
    return [words for words, letters in said.items() if letter in letters]


def left_out_by_reason(
    circular: Circular, found: CircularAudience
) -> list[tuple[str, list[LeftOut]]]:
    """Return who gets no letter of the circular, by reason, without those who have one."""
    served = set(
        circular.letters.in_force().filter(kind=circular.kind).values_list("invitation", flat=True)
    )
    by_reason: dict[str, list[LeftOut]] = {}
    for one in found.left_out:
        if one.invitation is None or one.invitation.pk not in served:
            by_reason.setdefault(one.reason, []).append(one)
    return sorted(by_reason.items(), key=lambda entry: len(entry[1]))
