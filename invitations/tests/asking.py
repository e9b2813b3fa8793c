"""What tests of the steps after a yes have in common: who said yes, and the day of the step."""

import time_machine

from invitations.letters.channels import gets_original
from invitations.letters.composing_queue import compose_planned
from invitations.models import Filed, HeldChange, Invitation
from invitations.reminders.planning import queue_reminders
from invitations.replies import record_reply
from invitations.tests.factories import MissionFactory, StepFactory
from invitations.tests.reminding import geneva

# The Track opens on Tuesday 11 May 2027: the last day is the 10th, and 20 days before it the 20th
# of April, a Tuesday too.
THE_DAY = geneva(20, month=4)
MINISTER = "minister@example.org"
AN_ORIGINAL = {
    "by_original": True, "sha256": "0" * 64, "message": "", "message_sha256": "", "recipients": [],
}  # fmt: skip


def asking_for(what, days_before=20, **fields):
    return StepFactory(
        days_before=days_before, asks_for=what, audience="focal", variant=what, **fields
    )


def office_that_said_yes(
    reached,
    edition,
    answer="in_person",
    focal_point_email="focal@example.org",
    mission="",
    **fields,
):
    """Make an office that answered a month ago; its focal point is known, unless told otherwise."""
    of_minister = {f"minister__{name}": value for name, value in fields.items()}
    with time_machine.travel(geneva(1, month=2), tick=False):
        invitation = reached(edition=edition, minister__to_emails=MINISTER, **of_minister)
    if gets_original(invitation):
        invitation.letters.update(**AN_ORIGINAL)
    Invitation.objects.filter(pk=invitation.pk).update(focal_point_email=focal_point_email)
    if mission:
        MissionFactory(emails=mission, states=[invitation.member_state])
    substitute = "Fritz von Tarlenheim" if answer == "represented" else ""
    with time_machine.travel(geneva(20), tick=False):
        record_reply(invitation, {"answer": answer, "substitute_name": substitute})
    invitation.letters.filter(kind="acknowledgement").update(state="cancelled")
    # As if a second person had released it all.
    HeldChange.objects.all().delete()
    return Invitation.objects.get(pk=invitation.pk)


def filed(invitation, what):
    return Filed.objects.create(
        edition=invitation.edition, member_state=invitation.member_state, what=what
    )


def asked_on(day=THE_DAY):
    """Plan and compose on that day; return how many were planned."""
    with time_machine.travel(day, tick=False):
        planned = queue_reminders()
        compose_planned()
    return planned
