"""The pages of texts, letters and invitations."""

from invitations.admin.letters import invitations, letter_events, letters, templates

__all__ = ["invitations", "letter_events", "letters", "templates"]
