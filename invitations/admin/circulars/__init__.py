"""The pages of circulars."""

from invitations.admin.circulars import circulars

__all__ = ["circulars"]
