"""The secretariat's desk; every act here is a function of another module."""

from invitations.admin import circulars, letters, outbox, replies, setup

__all__ = ["circulars", "letters", "outbox", "replies", "setup"]
