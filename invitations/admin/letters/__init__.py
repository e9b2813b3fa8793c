"""Texts, letters and invitations on the desk."""

from invitations.admin.letters import invitations, letter_events, letters, templates

__all__ = ["invitations", "letter_events", "letters", "templates"]
