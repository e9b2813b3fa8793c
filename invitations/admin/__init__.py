"""The secretariat's desk. Each act here is a verb of another module, never one of its own."""

from invitations.admin.circulars import circulars
from invitations.admin.letters import invitations, letter_events, letters, templates
from invitations.admin.outbox import deliveries, operations
from invitations.admin.replies import bounces, call_list, correspondence, replies
from invitations.admin.setup import addressees, editions, ministers, reminder_steps, staff

__all__ = [
    "addressees",
    "bounces",
    "call_list",
    "circulars",
    "correspondence",
    "deliveries",
    "editions",
    "invitations",
    "letter_events",
    "letters",
    "ministers",
    "operations",
    "reminder_steps",
    "replies",
    "staff",
    "templates",
]
