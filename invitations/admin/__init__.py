"""The secretariat's desk. Each act here is a verb of another module, never one of its own."""

from invitations.admin import (
    addressees,
    editions,
    invitations,
    letters,
    replies,
    staff,
    templates,
)

__all__ = [
    "addressees",
    "editions",
    "invitations",
    "letters",
    "replies",
    "staff",
    "templates",
]
