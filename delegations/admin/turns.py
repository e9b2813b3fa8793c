"""Who speaks before and after whom, as the page of a speaker's place says it."""

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from delegations.models import SpeakingSlot
from delegations.programme.turns import Turn, neighbours_of
from invitations.admin.list_columns import change_url
from invitations.text.dates import comma_list, labelled, left_to_right


def describe_neighbours(slot: SpeakingSlot) -> str:
    """Return a list of three: who speaks before, whose place it is, and who speaks after."""
    found = neighbours_of(slot, timezone.now())
    lines = [
        (
            pgettext("who speaks", "before"),
            linked(found.before) if found.before else _("nobody: the session begins"),
        ),
        (
            pgettext("who speaks", "this place"),
            format_html("<strong>{}</strong>", format_turn(found.own)),
        ),
        (
            pgettext("who speaks", "after"),
            linked(found.after) if found.after else _("nobody: the last of the session"),
        ),
    ]
    rows = format_html_join("", "<li>{}</li>", ((with_label(*line),) for line in lines))
    return format_html("<ul>{}</ul>", rows)


def with_label(label: str, words: str) -> str:
    """Return ``Label: words`` with the colon of the language; the words may be a link."""
    before, after = labelled(capfirst(label), "\0").split("\0")
    return format_html("{}{}{}", before, words, after)


def linked(turn: Turn) -> str:
    url, words = change_url(turn.slot), format_turn(turn)
    return format_html('<a class="text-link" href="{}">{}</a>', url, words)


def format_turn(turn: Turn) -> str:
    """Return hours, State and speaker; hours are by the clock of the edition."""
    delegation = turn.slot.delegation
    zone = turn.slot.session.edition.zone
    hours = "–".join(f"{at.astimezone(zone):%H:%M}" for at in (turn.begins_at, turn.ends_at))
    statement = getattr(delegation, "statement", None)
    speaker = statement.speaker_name if statement else ""
    return comma_list([left_to_right(hours), delegation.member_state, speaker])
