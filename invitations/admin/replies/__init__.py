"""The pages of replies, correspondence and undelivered mail."""

from invitations.admin.replies import bounces, call_list, correspondence, replies

__all__ = ["bounces", "call_list", "correspondence", "replies"]
