"""Which invitations are offered for what came in; each is named with its edition."""

from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.admin.state_names import states_called
from invitations.inbox.filing import current
from invitations.models import Correspondence, DroppedScan, Invitation

NOT_IN_FORCE = gettext_lazy(
    "What stands on the paper is of an invitation that is not in force: %(invitation)s."
)
MOST_OFFERED = 12
JOINED = ("edition", "member_state", "minister__member_state")


class Offered(NamedTuple):
    """Invitations to choose from, the one that is chosen already, and what is to be known."""

    invitations: list[Invitation]
    chosen: Invitation | None = None
    told: Any = ""


def offered_for(filed: Correspondence, scan: DroppedScan | None) -> Offered:
    """Return whose it is; else whose it may be, which a person has to say."""
    if filed.invitation_id:
        one = Invitation.objects.select_related(*JOINED).get(pk=filed.invitation_id)
        return Offered([one], one)
    proposed = (scan and scan.proposed_id) or filed.probably_of_id
    if not proposed:
        return Offered([])
    one = Invitation.objects.select_related(*JOINED).get(pk=proposed)
    if scan and one.status != Invitation.Status.ISSUED:
        return Offered(
            invitations_of_same_state(one), told=NOT_IN_FORCE % {"invitation": one.chosen_as}
        )
    how = scan.get_found_display() if scan else _("by its sender, who could not be verified")
    told = _("Proposed %(how)s: %(invitation)s.") % {"how": how, "invitation": one.chosen_as}
    return with_other_editions(one, told, is_sure=bool(scan and scan.found == scan.Found.CODE))


def with_other_editions(one: Invitation, told: str, *, is_sure: bool) -> Offered:
    """Offer beside an invitation of another edition that to the current one; choose neither."""
    current_ones = invitations_of_same_state(one)
    if one in current_ones:
        return Offered([one], one if is_sure else None, told)
    told = f"{told} " + _("This edition is not the current one: look at the paper, and choose.")
    return Offered([*current_ones, one], None, told)


def invitations_of_same_state(one: Invitation) -> list[Invitation]:
    """Return the invitations of its State that take replies today."""
    of_state = Invitation.objects.issued().filter(member_state=one.member_state_id)
    return best_first(
        current(of_state.select_related(*JOINED), timezone.now()), {one.member_state_id: 0}
    )


def invitations_called(typed: str) -> list[Invitation]:
    """Return the invitations in force of the States that may be meant: the current edition first.

    Within an edition they stand as well as their State's name fits.
    """
    fits = states_called(typed)
    found = Invitation.objects.issued().filter(member_state__in=list(fits))
    return best_first(list(found.select_related(*JOINED)), fits)[:MOST_OFFERED]


def best_first(found: list[Invitation], fits: dict[int, Any]) -> list[Invitation]:
    ahead = {one.pk for one in current(found, timezone.now())}
    return sorted(
        found,
        key=lambda one: (
            one.pk not in ahead,
            -one.edition.opens_on.toordinal(),
            fits[one.member_state_id],
            not one.is_principal,
            one.pk,
        ),
    )
