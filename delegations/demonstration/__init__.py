"""A fictitious edition for trying everything, and the facts of the edition of 2020.

All persons are invented; a minister's reference says that the demonstration made it.
"""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from delegations.demonstration.delegations import make_delegations
from delegations.demonstration.edition import (
    approve_sessions,
    approve_texts,
    edition_day,
    make_edition,
)
from delegations.demonstration.people import DEMO_MARK, invent_person, make_minister, make_missions
from delegations.demonstration.staff import STAFF, make_demonstration_staff
from delegations.demonstration.story import play_story
from invitations.letters.issuing import draft_invitation
from invitations.links import reply_url
from invitations.models import ForumEdition, Invitation, MemberState, Minister, ReplyLink

SYMBOLS = {"demo": "demo", "2020": "wsis-2020"}


def find_demonstration(kind: str) -> ForumEdition | None:
    made = ForumEdition.objects.filter(invitations__minister__ref__startswith=DEMO_MARK)
    return made.filter(symbol=SYMBOLS[kind]).first()


@transaction.atomic
@translation.override("en")
def make_demonstration(kind: str, password: str, say: Callable[[str], object]) -> ForumEdition:
    """Make the edition ``demo`` around today, or load that of ``2020`` with drafts only."""
    refuse_where_in_use(kind)
    now = timezone.now()
    edition = make_edition(kind, now)
    staff = make_demonstration_staff(password)[: len(STAFF)]
    morning = edition_day(edition, edition.circulars.get().dated_on, hour=8)
    approve_texts(edition, staff, morning)
    approve_sessions(edition, staff, morning)
    states = list(MemberState.objects.invited().order_by("iso2"))
    make_missions(edition, states)
    for number, state in enumerate(states):
        name, email = focal_point(number, state)
        minister = make_minister(kind, number, state)
        draft_invitation(edition, minister, focal_point_name=name, focal_point_email=email)
    if kind == "demo":
        play_story(edition, staff, now, say)
        make_delegations(edition)
    return edition


def focal_point(number: int, state: MemberState) -> tuple[str, str]:
    """Return name and address; one State in five has given them."""
    if number % 5:
        return "", ""
    name = invent_person(state.language, number + 50)["name"]
    return name, f"focal.{state.iso2.lower()}@example.org"


def refuse_where_in_use(kind: str) -> None:
    """Refuse to put invented ministers beside real ones."""
    if Minister.objects.exclude(ref__startswith=DEMO_MARK).exists():
        raise ValidationError(_("There are ministers that the demonstration did not make."))
    if Invitation.objects.exclude(edition__symbol__in=SYMBOLS.values()).exists():
        raise ValidationError(_("There are invitations that the demonstration did not make."))
    if ForumEdition.objects.filter(symbol=SYMBOLS[kind]).exists():
        raise ValidationError(
            _("There is an edition %s that the demonstration did not make.") % SYMBOLS[kind]
        )


def closing_lines(edition: ForumEdition) -> list[str]:
    """Return ``key: value`` lines; the keys are for scripts and stay as they are."""
    lines = [f"edition: {edition.symbol}", *(f"{name}: {name}" for name in STAFF)]
    drafts = edition.invitations.filter(status=Invitation.Status.DRAFT).count()
    lines.append(f"draft invitations: {drafts}")
    silent = (
        edition.invitations.silent()
        .reached(timezone.now())
        .exclude(pk__in=Invitation.objects.unheard().values("pk"))
    )
    links = ReplyLink.objects.current().filter(invitation__in=silent.values("pk"))
    in_english = links.filter(invitation__minister__language="en")
    if link := in_english.order_by("pk").first() or links.order_by("pk").first():
        lines.append(f"reply link: {reply_url(link)}")
    return lines
