"""The pages of replies, correspondence, telephone calls and undelivered mail."""

from invitations.admin.replies import (
    bounces,
    call_list,
    calls,
    correspondence,
    dropped_scans,
    partnership,
    replies,
)

__all__ = [
    "bounces",
    "call_list",
    "calls",
    "correspondence",
    "dropped_scans",
    "partnership",
    "replies",
]
