from invitations.models.addressees import (
    FormOfAddress,
    Gender,
    MemberState,
    Minister,
    Mission,
    Rank,
    normalize_name,
)
from invitations.models.edition import (
    BRINGING,
    SPEAKING,
    Answer,
    Arming,
    Circular,
    ForumEdition,
    Language,
    QuietPeriod,
    ReminderStep,
    Segment,
)
from invitations.models.invitation import Invitation, ReplyLink
from invitations.models.letter import CallListEntry, Delivery, Letter, LetterEvent
from invitations.models.reply import Channel, Correspondence, Reply
from invitations.models.templates import AUTOMATIC, LetterKind, LetterTemplate

__all__ = [
    "AUTOMATIC",
    "BRINGING",
    "SPEAKING",
    "Answer",
    "Arming",
    "CallListEntry",
    "Channel",
    "Circular",
    "Correspondence",
    "Delivery",
    "FormOfAddress",
    "ForumEdition",
    "Gender",
    "Invitation",
    "Language",
    "Letter",
    "LetterEvent",
    "LetterKind",
    "LetterTemplate",
    "MemberState",
    "Minister",
    "Mission",
    "QuietPeriod",
    "Rank",
    "ReminderStep",
    "Reply",
    "ReplyLink",
    "Segment",
    "normalize_name",
]
