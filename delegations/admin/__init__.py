"""Delegations, statements and the list of speakers on the secretariat's desk."""

from delegations.admin import (
    delegations,
    editions,
    erasures,
    held_changes,
    notices,
    programme,
    roles,
    slots,
    statements,
    tokens,
)

__all__ = [
    "delegations",
    "editions",
    "erasures",
    "held_changes",
    "notices",
    "programme",
    "roles",
    "slots",
    "statements",
    "tokens",
]
