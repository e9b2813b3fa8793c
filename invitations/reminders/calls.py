"""Verbs of the telephone: note a call to an office, strike a note that is wrong."""

import datetime as dt

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.audit import Act, record_act, save_new
from invitations.models import Invitation, TelephoneCall
from invitations.times.clocks import by_this_clock

Outcome = TelephoneCall.Outcome


@transaction.atomic
def note_call(  # noqa: PLR0913 -- what is kept of a call
    invitation: Invitation,
    by: User,
    outcome: str,
    *,
    whom: str = "",
    fact: str = "",
    at: dt.datetime | None = None,
    next_call_on: dt.date | None = None,
) -> TelephoneCall:
    """Keep what came of a call, on any day, once; it is never changed afterwards."""
    now = timezone.now()
    at = by_this_clock(at, now) if at else now
    if at > now:
        raise ValidationError({"at": _("A call cannot be noted before it was made.")})
    if outcome == Outcome.CALL_BACK and next_call_on is None:
        raise ValidationError({"next_call_on": _("Say on which day to call back.")})
    if outcome == Outcome.OTHER and not fact.strip():
        raise ValidationError({"fact": _("Say what came of it.")})
    if next_call_on and next_call_on < invitation.edition.local_date(at):
        raise ValidationError({"next_call_on": _("The next call comes after this one.")})
    said = {"outcome": outcome, "whom": whom, "fact": fact, "next_call_on": next_call_on}
    # A browser may post twice: nobody calls an office twice at one hour with one result.
    invitation = Invitation.objects.locked().get(pk=invitation.pk)
    if same := invitation.calls.standing().filter(by=by, at=at, **said).first():
        return same
    call = TelephoneCall(invitation=invitation, by=by, at=at, **said)
    save_new(call, Act.CALL_NOTED, by)
    return call


STRUCK_ALREADY = gettext_lazy("This note is struck already.")


def reason_not_to_strike_call(call: TelephoneCall) -> str:
    return str(STRUCK_ALREADY) if call.struck_at else ""


@transaction.atomic
def strike_call(call: TelephoneCall, by: User, reason: str) -> None:
    """Let the note count no more; it stays to be read, with the reason."""
    if not reason.strip():
        raise ValidationError(_("Say why the note is struck."))
    struck = {"struck_at": timezone.now(), "struck_by": by, "strike_reason": reason}
    if not TelephoneCall.objects.standing().filter(pk=call.pk).update(**struck):
        raise ValidationError(STRUCK_ALREADY)
    record_act(call, Act.CALL_STRUCK, by, reason)
