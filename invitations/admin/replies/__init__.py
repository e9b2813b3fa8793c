"""Replies, correspondence and undelivered mail on the desk."""

from invitations.admin.replies import bounces, call_list, correspondence, replies

__all__ = ["bounces", "call_list", "correspondence", "replies"]
