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
from invitations.models.calendar.quiet import QuietPeriod
from invitations.models.circular import Circular
from invitations.models.correspondence import (
    Channel,
    Correspondence,
    DroppedScan,
    has_unread_mail,
)
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
)
from invitations.models.held.change import HeldChange
from invitations.models.invitation import Invitation, ReplyLink
from invitations.models.kept.for_a_day import KeptPage, ReplyDraft
from invitations.models.kept.gone_files import GoneFile
from invitations.models.letter import Letter
from invitations.models.moved.moves import DatesMove
from invitations.models.moved.reconfirmations import Reconfirmation
from invitations.models.operations import (
    Arming,
    DigestChoice,
    Outage,
    Setback,
    StaffMail,
    Tick,
    Worker,
)
from invitations.models.partnership.interests import PartnershipInterest
from invitations.models.reminders.calls import CallListEntry, TelephoneCall
from invitations.models.reminders.filed import (
    Filed,
    NextStep,
    asked_before,
    deadline_of,
    left_to_do,
    offices_to_ask,
)
from invitations.models.reminders.steps import ReminderStep
from invitations.models.reply import NAME_THE_SUBSTITUTE, Reply
from invitations.models.states import (
    MemberState,
    Region,
    StateAlias,
    printed_columns,
    printed_keys,
)
from invitations.models.templates import (
    ACKNOWLEDGING,
    AFTER_A_MOVE,
    ANEW,
    ANSWER,
    AUTOMATIC_KINDS,
    CAME,
    CROWN,
    IN_PERSON,
    INVITING_KINDS,
    LAST_DAY,
    MOVED,
    ONLINE,
    POSTPONED,
    PRINTED_KINDS,
    RECONFIRM,
    SENT_A_TEXT,
    SPOKE,
    THANKING,
    TO_WHOMEVER,
    LetterKind,
    LetterTemplate,
    Term,
)
from invitations.models.webhooks.addresses import WebhookAddress
from invitations.models.webhooks.messages import WebhookMessage
from invitations.text.segments import Segment, segment_called
from invitations.text.spellings import normalize_name

__all__ = [
    "ACKNOWLEDGING",
    "AFTER_A_MOVE",
    "ANEW",
    "ANSWER",
    "ANSWERS_BRINGING",
    "ANSWERS_NAMING_A_SUBSTITUTE",
    "ANSWERS_SPEAKING",
    "AUTOMATIC_KINDS",
    "CAME",
    "CROWN",
    "HIGHEST",
    "INVITING_KINDS",
    "IN_PERSON",
    "LAST_DAY",
    "MOVED",
    "NAME_THE_SUBSTITUTE",
    "ONLINE",
    "POSTPONED",
    "PRINTED_KINDS",
    "RECONFIRM",
    "SENT_A_TEXT",
    "SPOKE",
    "THANKING",
    "THE_MISSION",
    "TO_WHOMEVER",
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
    "DroppedScan",
    "Filed",
    "FormOfAddress",
    "ForumEdition",
    "Gender",
    "GoneFile",
    "HeldChange",
    "Invitation",
    "KeptPage",
    "Language",
    "Letter",
    "LetterEvent",
    "LetterKind",
    "LetterTemplate",
    "MemberState",
    "Minister",
    "Mission",
    "NextStep",
    "OrderOfStates",
    "OriginalStep",
    "Outage",
    "PartnershipInterest",
    "QuietPeriod",
    "Rank",
    "Reconfirmation",
    "Region",
    "ReminderStep",
    "Reply",
    "ReplyDraft",
    "ReplyLink",
    "Segment",
    "SessionHours",
    "Setback",
    "SignedOriginal",
    "StaffMail",
    "Stage",
    "StateAlias",
    "Step",
    "Style",
    "TelephoneCall",
    "Term",
    "Tick",
    "WebhookAddress",
    "WebhookMessage",
    "Worker",
    "asked_before",
    "deadline_of",
    "has_unread_mail",
    "left_to_do",
    "normalize_name",
    "offices_to_ask",
    "printed_columns",
    "printed_keys",
    "segment_called",
    "usable_forms",
]
