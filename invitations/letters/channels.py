"""The channel of a letter: a signed original or mail, and the pouch or post of its paper."""

from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.models import (
    IN_PERSON,
    ONLINE,
    POSTPONED,
    THANKING,
    TO_WHOMEVER,
    Circular,
    DateChange,
    Delivery,
    ForumEdition,
    Invitation,
    Letter,
    Minister,
    Mission,
)
from invitations.models.held.holding import was_released
from invitations.models.held.outdated import OVER_WHO_LEFT
from invitations.models.letter import prints_dead_link
from invitations.text.dates import comma_list


class Receiver(TextChoices):
    """The receiver of an envelope, in the order in which a print run takes them."""

    MISSION = "mission", _("permanent mission")
    CAPITAL = "capital", _("capital")
    POST = "post", _("another post")
    REGIONAL = "regional", _("regional office")
    NOWHERE = "nowhere", _("no address")


class PaperChannel(NamedTuple):
    """The way of an envelope: by pouch or post, and the mission or office that takes it."""

    receiver: Receiver
    channel: str = ""
    mission: Mission | None = None

    def __str__(self) -> str:
        channel = Delivery.Channel(self.channel).label if self.channel else ""
        words = (channel, self.receiver.label, self.mission or "")
        return comma_list(words)


def paper_channel(letter: Letter) -> PaperChannel:
    """Return who takes the letter's envelope, and how; without any address it has no channel.

    The first choice is the State's permanent mission in the edition's city; then the minister's
    postal address in the capital; another post that serves the State; the regional office.
    """
    if letter.mission:
        return PaperChannel(Receiver.MISSION, Delivery.Channel.POUCH, letter.mission)
    invitation = letter.invitation
    serving = list(invitation.member_state.missions.all())
    missions = [mission for mission in serving if mission.kind == Mission.Kind.MISSION]
    in_the_city = [m for m in missions if m.city == invitation.edition.mission_city]
    posts = [mission for mission in serving if mission.kind in Mission.POSTS]
    by_post = [mission for mission in posts + missions if mission.postal_address.strip()]
    offices = [mission for mission in serving if mission.kind == Mission.Kind.REGIONAL]
    if in_the_city:
        return PaperChannel(Receiver.MISSION, Delivery.Channel.POUCH, in_the_city[0])
    if invitation.minister.postal_address.strip():
        return PaperChannel(Receiver.CAPITAL, Delivery.Channel.POST)
    if by_post:
        return PaperChannel(Receiver.POST, Delivery.Channel.POST, by_post[0])
    if offices:
        return PaperChannel(Receiver.REGIONAL, Delivery.Channel.POUCH, offices[0])
    return PaperChannel(Receiver.NOWHERE)


# Signed originals

# The variant of the note verbale that transmits signed originals.
NOTE_VARIANT = "original"


def gets_original(invitation: Invitation) -> bool:
    """Whether the next letter of the invitation is an original, by the rank of its minister."""
    return invitation.minister.rank_id in invitation.edition.original_ranks


def variant_by_name(circular: Circular) -> str:
    """Return the variant for who is addressed by name: a text for all alike is none for them."""
    is_alike = circular.addressed_by and circular.variant not in (*TO_WHOMEVER, *THANKING)
    return "" if is_alike else circular.variant


def by_original(edition: ForumEdition) -> "QuerySet[Invitation]":
    """Return the invitations that no machine reminds: staff speak to their mission.

    The rank or the edition's list says so, as it stands or as it was last released, or the letter
    that stands does.
    """
    ranks = [*edition.original_ranks, *edition.as_released.original_ranks]
    was: Any = was_released(Minister, rank_id__in=ranks)
    # Of this edition alone: PostgreSQL would read the letters of all years for it.
    own = Letter.objects.standing().originals().filter(invitation__edition=edition)
    standing = own.values("invitation")
    of_rank = Q(minister__rank__in=ranks) | Q(minister__in=Minister.objects.filter(was))
    return edition.invitations.filter(of_rank | Q(pk__in=standing))


ORIGINAL_DUE = _(
    "A signed original is due to this rank now, no mail. Replace the letter by a circular of that "
    "kind; or correct the rank, and then send this anew."
)

OF_ANOTHER_NOW = _("Somebody else holds this office now: hand the invitation over.")

MOVED_AGAIN = _("the dates have moved again since this notice was drafted")
NOT_SO = _(
    "the notice says that the event is postponed, held online or held in person again, and by the "
    "edition it is not: choose another text, or move the dates first"
)
LAST_DAY_OVER = _("it asks for a reply, and the last day to reply is over: set a later one first")
DATES_MOVED = _(
    "The dates have moved since it was composed: it names the earlier ones. Tell the office by a "
    "notice, or replace the letter."
)


LINK_ENDED = _(
    "Its link was replaced, or has ended, since it was composed. Have it composed anew; if a copy "
    "of it has left, replace the letter."
)


def reason_to_hold_back(letter: Letter) -> Any:
    """Return why mail that a person approved, or a note over such mail, may not leave now.

    A signed original is due to the rank by now, or the dates of the edition have moved since, or
    its link opens no more; a note is over a letter to who has left office. What the office said
    online is acknowledged by mail all the same; nobody is reminded.
    """
    if letter.by_original or letter.traits.automatic:
        return ""
    is_note = letter.kind == Letter.Kind.NOTE
    letters = letter.covers.all() if is_note else Letter.objects.filter(pk=letter.pk)
    minister, edition = "invitation__minister__", "invitation__edition__"
    asked = (f"{minister}rank", f"{minister}successor", f"{edition}original_ranks")
    times = ("composed_at", f"{edition}moved_at")
    asked_now = letters.annotate(is_dead=prints_dead_link()).order_by()
    rows = list(asked_now.values_list(*asked, *times, "is_dead"))
    if any(rank in ranks for rank, _successor, ranks, *_others in rows):
        return ORIGINAL_DUE
    if any(moved and composed and composed < moved for *_by, composed, moved, _dead in rows):
        return DATES_MOVED
    if is_note and any(successor for _rank, successor, *_others in rows):
        return OVER_WHO_LEFT
    # To who has left office nothing leaves anyway, for a reason of its own.
    is_dead = any(dead and successor is None for _rank, successor, *_others, dead in rows)
    return LINK_ENDED if is_dead else ""


def reason_circular_is_untrue(circular: Circular) -> Any:
    """Return why nobody may get letters of the circular: what they would say is not so.

    A notice tells of dates that moved again, or of a move that is not in force; or a reply is asked
    for before a day that is over. What refers to an earlier letter may come later than that day:
    who approves it says why.
    """
    edition, kind = circular.edition, circular.kind
    if kind == Circular.Kind.NOTICE and DateChange.objects.overtook(circular):
        return MOVED_AGAIN
    if kind == Circular.Kind.NOTICE and not dates_are_as_notified(edition, circular.variant):
        return NOT_SO
    asks = circular.traits.before_last_day
    return LAST_DAY_OVER if asks and is_last_day_over(circular) else ""


def exclusion_reason(untrue: Any, own: str) -> Any:
    """Return the reason to leave an invitation out of a circular: its own, or that of all.

    That the last day is over concerns nobody who has a letter, or gets none anyway.
    """
    return own or untrue if untrue == LAST_DAY_OVER else untrue or own


def dates_are_as_notified(edition: ForumEdition, variant: str) -> bool:
    """Whether the edition is as the notice of that variant says."""
    if variant == POSTPONED:
        return edition.postponed_at is not None
    return edition.is_online == (variant == ONLINE) or variant not in (ONLINE, IN_PERSON)


def is_last_day_over(circular: Circular) -> bool:
    """Whether the last day to reply is over when the letters leave, on the edition's clock."""
    edition, now = circular.edition, timezone.now()
    leaves_on = edition.local_date(max(circular.planned_at or now, now))
    return edition.has_last_day and edition.last_day < leaves_on


def mailed_in_spite_of_rank(*editions: ForumEdition) -> "QuerySet[Invitation]":
    """Return the issued invitations whose rank calls for an original, but whose letter is mail.

    A person decides what follows: a replacement is an original.
    """
    due = (Q(edition=one, minister__rank__in=one.original_ranks) for one in editions)
    mailed = Letter.objects.standing().filter(by_original=False).values("invitation")
    return Invitation.objects.issued().filter(reduce(or_, due, Q(pk=None)), pk__in=mailed)
