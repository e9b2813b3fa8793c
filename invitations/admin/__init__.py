"""The secretariat's desk. Each act here is a verb of another module, never one of its own."""

from invitations.admin import (
    addressees,
    circulars,
    editions,
    invitations,
    letters,
    replies,
    returns,
    staff,
    templates,
)

__all__ = [
    "addressees",
    "circulars",
    "editions",
    "invitations",
    "letters",
    "replies",
    "returns",
    "staff",
    "templates",
]
