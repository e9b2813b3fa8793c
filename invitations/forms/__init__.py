"""Forms of the secretariat and the public: shape is checked here, meaning by the verbs."""

from invitations.forms.acts import (
    AnotherAddressForm,
    CallNoteForm,
    DispatchedForm,
    LetterDispatchedForm,
    ReasonForm,
    SettleForm,
    SureForm,
)
from invitations.forms.circular import CircularForm
from invitations.forms.files import scan_kind
from invitations.forms.paper import PaperReplyForm
from invitations.forms.public import LETTER_LIMIT, CheckForm, CodeForm, PublicForm
from invitations.forms.rows import (
    EditionForm,
    FiledMailForm,
    InvitationForm,
    MinisterForm,
    MissionForm,
    WholeRowForm,
)

__all__ = [
    "LETTER_LIMIT",
    "AnotherAddressForm",
    "CallNoteForm",
    "CheckForm",
    "CircularForm",
    "CodeForm",
    "DispatchedForm",
    "EditionForm",
    "FiledMailForm",
    "InvitationForm",
    "LetterDispatchedForm",
    "MinisterForm",
    "MissionForm",
    "PaperReplyForm",
    "PublicForm",
    "ReasonForm",
    "SettleForm",
    "SureForm",
    "WholeRowForm",
    "scan_kind",
]
