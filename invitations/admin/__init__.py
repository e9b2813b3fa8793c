"""The secretariat's desk. Each act here is a verb of another module, never one of its own."""

from invitations.admin import (
    addressees,
    calls,
    circulars,
    correspondence,
    deliveries,
    editions,
    events,
    invitations,
    letters,
    replies,
    returns,
    staff,
    templates,
)

__all__ = [
    "addressees",
    "calls",
    "circulars",
    "correspondence",
    "deliveries",
    "editions",
    "events",
    "invitations",
    "letters",
    "replies",
    "returns",
    "staff",
    "templates",
]
