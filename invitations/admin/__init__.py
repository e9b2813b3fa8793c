"""The secretariat's desk. Each act here is a verb of another module, never one of its own."""

from invitations.admin import circulars, letters, outbox, replies, setup

__all__ = ["circulars", "letters", "outbox", "replies", "setup"]
