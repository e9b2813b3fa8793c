"""What an office has on file beside its reply, in words: for its receipts by mail, and as a PDF."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from delegations.models import Delegate, Delegation, HighLevelSession, PolicyStatement
from invitations.letters.planning import plan_receipt, released_recipients
from invitations.models import Invitation, Letter, LetterTemplate
from invitations.text.addresses import masked_address
from invitations.text.dates import format_list, keep_own_order, labelled
from invitations.text.lines import isolated

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


def receipt_goes_to(invitation: Invitation, what: str) -> str:
    """Return, in words, to which masked addresses a planned receipt goes; empty if it cannot."""
    kind = Letter.Kind.RECEIPT
    planned = invitation.letters.planned().filter(kind=kind, variant=what)
    languages = planned.values_list("language", "second_language").first()
    if languages is None:
        return ""
    texts = LetterTemplate.objects.for_letter(kind, what).values_list("language", flat=True)
    if not {*filter(None, languages)} <= set(texts):
        return ""
    try:
        recipients = released_recipients(invitation)
    except ValidationError:
        return ""
    masked = dict.fromkeys(masked_address(email) for _line, email in recipients)
    return format_list([isolated(one) for one in masked], translation.get_language())


def person_line(person: Delegate) -> str:
    """Return the role and the name, and nothing else: a mail is no place for the particulars."""
    return labelled(capfirst(person.get_role_display()), keep_own_order(person.name))


def statement_lines(statement: PolicyStatement) -> list[str]:
    lines = []
    for name in PARTICULARS:
        field: Any = statement._meta.get_field(name)
        if words := format_statement_column(statement, field):
            lines.append(labelled(capfirst(field.verbose_name), keep_own_order(words)))
    return lines


def format_statement_column(statement: PolicyStatement, field: Any) -> str:
    """Return what a column says; empty where nothing was said."""
    value = getattr(statement, field.name)
    if isinstance(value, bool):
        return _("yes") if value else ""
    if isinstance(value, HighLevelSession):
        value = value.as_published
    if field.choices:
        value = getattr(statement, f"get_{field.name}_display")()
    return str(value or "")


def file_lines(statement: PolicyStatement) -> list[str]:
    called = statement.texts.current().values_list("called", flat=True)
    lines = [labelled(_("Text"), keep_own_order(name)) for name in called]
    return [*lines, *photo_lines(statement)]


def photo_lines(statement: PolicyStatement) -> list[str]:
    return [labelled(_("Photo of the speaker"), _("on file"))] if statement.photo else []
