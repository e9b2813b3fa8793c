"""What is set up before the first letter: edition, addressees, reminder steps, staff."""

from invitations.admin.setup import (
    addressees,
    editions,
    ministers,
    reminder_steps,
    staff,
)

__all__ = ["addressees", "editions", "ministers", "reminder_steps", "staff"]
