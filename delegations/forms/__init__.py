"""The forms of an office: its answer, its policy statement and its delegation."""

from delegations.forms.answer import ReplyForm
from delegations.forms.delegate import DelegateForm, RemovalForm
from delegations.forms.roster import ListForm
from delegations.forms.statement import FilesForm, StatementForm

__all__ = ["DelegateForm", "FilesForm", "ListForm", "RemovalForm", "ReplyForm", "StatementForm"]
