"""What an office has on file beside its reply, in words: for its receipts by mail, and as a PDF."""

from typing import Any

from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from delegations.models import Delegate, Delegation, PolicyStatement
from invitations.letters.planning import plan_receipt
from invitations.models import Invitation
from invitations.text.dates import keep_own_order, labelled

PARTICULARS = (
    "speaker_name", "speaker_function", "mode", "title", "theme", "first_choice", "second_choice",
    "language", "other_language", "interpretation", "quotation", "quotation_consent", "biography",
)  # fmt: skip


def plan_statement_receipt(statement: PolicyStatement, invitation: Invitation) -> None:
    """Let a mail tell the office, an hour after its last change, what stands of the statement."""

    def filed_in(language: str) -> str:
        with translation.override(language):
            return "\n".join([*statement_lines(statement), *file_lines(statement)])

    plan_receipt(invitation, "statement", filed_in)


def plan_delegation_receipt(delegation: Delegation, invitation: Invitation) -> None:
    """Let a mail tell the office, an hour after its last change, who is named."""
    named = list(delegation.delegates.all())

    def filed_in(language: str) -> str:
        with translation.override(language):
            lines = [person_line(person) for person in named]
            return "\n".join(lines) or capfirst(_("nobody is named yet"))

    plan_receipt(invitation, "delegation", filed_in)


def person_line(person: Delegate) -> str:
    """Return the role and the name, and nothing else: a mail is no place for the particulars."""
    return labelled(capfirst(person.get_role_display()), keep_own_order(person.name))


def statement_lines(statement: PolicyStatement) -> list[str]:
    lines = []
    for name in PARTICULARS:
        field: Any = statement._meta.get_field(name)
        if words := column_in_words(statement, field):
            lines.append(labelled(capfirst(field.verbose_name), keep_own_order(words)))
    return lines


def column_in_words(statement: PolicyStatement, field: Any) -> str:
    """Return what a column says; empty where nothing was said."""
    value = getattr(statement, field.name)
    if isinstance(value, bool):
        return _("yes") if value else ""
    if field.choices:
        value = getattr(statement, f"get_{field.name}_display")()
    return str(value or "")


def file_lines(statement: PolicyStatement) -> list[str]:
    called = statement.texts.current().values_list("called", flat=True)
    lines = [labelled(_("Text"), keep_own_order(name)) for name in called]
    return [*lines, *photo_lines(statement)]


def photo_lines(statement: PolicyStatement) -> list[str]:
    return [labelled(_("Photo of the speaker"), _("on file"))] if statement.photo else []
