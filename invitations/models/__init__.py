from invitations.models.addressees import (
    HIGHEST,
    THE_MISSION,
    UNNAMED,
    FormOfAddress,
    Gender,
    Minister,
    Mission,
    Rank,
    Style,
    usable_forms,
)
from invitations.models.alternates import Alternate
from invitations.models.approval import ApprovedByTwo
from invitations.models.calendar.entries import CalendarEntry
from invitations.models.calendar.hours import SessionHours
from invitations.models.circular import Circular
from invitations.models.delivery import (
    Bounce,
    Delivery,
    LetterEvent,
    OriginalStep,
    SignedOriginal,
    Stage,
    Step,
)
from invitations.models.edition import (
    ANSWERS_BRINGING,
    ANSWERS_NAMING_A_SUBSTITUTE,
    ANSWERS_SPEAKING,
    Answer,
    ForumEdition,
    Language,
    OrderOfStates,
    QuietPeriod,
    Segment,
)
from invitations.models.held.change import HeldChange
from invitations.models.invitation import Invitation, ReplyLink
from invitations.models.letter import Letter
from invitations.models.list_import import ListExport, ListImport
from invitations.models.moved.moves import DatesMove
from invitations.models.moved.reconfirmations import Reconfirmation
from invitations.models.operations import Arming, DigestChoice, Outage, Setback, Tick, Worker
from invitations.models.reminders import CallListEntry, ReminderStep, TelephoneCall
from invitations.models.reply import NAME_THE_SUBSTITUTE, Channel, Correspondence, Reply
from invitations.models.states import (
    MemberState,
    Region,
    StateAlias,
    printed_columns,
    printed_keys,
)
from invitations.models.templates import (
    AUTOMATIC_KINDS,
    CROWN,
    INVITING_KINDS,
    POSTPONED,
    PRINTED_KINDS,
    LetterKind,
    LetterTemplate,
    Term,
)
from invitations.text.spellings import normalize_name

__all__ = [
    "ANSWERS_BRINGING",
    "ANSWERS_NAMING_A_SUBSTITUTE",
    "ANSWERS_SPEAKING",
    "AUTOMATIC_KINDS",
    "CROWN",
    "HIGHEST",
    "INVITING_KINDS",
    "NAME_THE_SUBSTITUTE",
    "POSTPONED",
    "PRINTED_KINDS",
    "THE_MISSION",
    "UNNAMED",
    "Alternate",
    "Answer",
    "ApprovedByTwo",
    "Arming",
    "Bounce",
    "CalendarEntry",
    "CallListEntry",
    "Channel",
    "Circular",
    "Correspondence",
    "DatesMove",
    "Delivery",
    "DigestChoice",
    "FormOfAddress",
    "ForumEdition",
    "Gender",
    "HeldChange",
    "Invitation",
    "Language",
    "Letter",
    "LetterEvent",
    "LetterKind",
    "LetterTemplate",
    "ListExport",
    "ListImport",
    "MemberState",
    "Minister",
    "Mission",
    "OrderOfStates",
    "OriginalStep",
    "Outage",
    "QuietPeriod",
    "Rank",
    "Reconfirmation",
    "Region",
    "ReminderStep",
    "Reply",
    "ReplyLink",
    "Segment",
    "SessionHours",
    "Setback",
    "SignedOriginal",
    "Stage",
    "StateAlias",
    "Step",
    "Style",
    "TelephoneCall",
    "Term",
    "Tick",
    "Worker",
    "normalize_name",
    "printed_columns",
    "printed_keys",
    "usable_forms",
]
