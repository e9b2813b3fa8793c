"""Replies as an office gives them, and what becomes of them."""

from invitations.replies import record_reply
from invitations.tests.factories import (
    UserFactory,
)

IN_PERSON = {"answer": "in_person"}
REGRETS = {"answer": "regrets"}


def on_paper(invitation, words, channel="note_verbale"):
    return record_reply(invitation, words, channel=channel, by=UserFactory())


def statuses(invitation):
    return list(invitation.replies.order_by("pk").values_list("answer", "channel", "status"))


def acknowledgements(invitation):
    planned = invitation.letters.filter(kind="acknowledgement")
    return list(planned.order_by("pk").values_list("variant", flat=True))
