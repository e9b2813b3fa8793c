"""What is on file of a statement and of a delegation, as a PDF for the office to keep."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from delegations.models import PolicyStatement, StatementText
from delegations.nominations import gender_balance
from delegations.office.access import office_required
from delegations.office.on_file import read_on_file
from delegations.office.receipt import on_file_pdf
from delegations.office.views.delegation import STAFF_NEED as NEED_OF_DELEGATION
from delegations.office.views.delegation import delegate_particulars, named_delegates
from delegations.office.views.statement_page import STAFF_NEED, statement_text_context
from delegations.receipts import person_line, photo_lines, statement_lines
from invitations.models import Invitation
from invitations.text.dates import comma_list, keep_own_order, labelled


@require_safe
@office_required(STAFF_NEED)
def statement_record(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Return the particulars of the statement and the names of its files; 404 without one."""
    statement = read_on_file(invitation).statement
    if statement is None:
        raise Http404
    points = [statement_lines(statement), lines_on_texts(statement, invitation)]
    return pdf_response(invitation, "statement", _("Policy statement"), points)


@require_safe
@office_required(NEED_OF_DELEGATION)
def delegation_record(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Return who is named, with what is recorded of each; 404 while nobody is."""
    named = named_delegates(read_on_file(invitation))
    if not named:
        raise Http404
    people = [
        [person_line(person)] + [keep_own_order(line) for line in delegate_particulars(person)]
        for person in named
    ]
    balance = [gender_balance(named)] if invitation.edition.asks_gender else []
    return pdf_response(invitation, "delegation", _("Delegation"), [balance, *people])


def pdf_response(
    invitation: Invitation, what: str, subject: str, points: list[list[str]]
) -> HttpResponse:
    name = f"{invitation.edition.symbol}-{invitation.member_state.iso2.lower()}-{what}.pdf"
    return HttpResponse(
        on_file_pdf(invitation, subject, [lines for lines in points if lines], get_language()),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def lines_on_texts(statement: PolicyStatement, invitation: Invitation) -> list[str]:
    current = StatementText.objects.current().filter(statement=statement)
    texts = [statement_text_context(text, invitation) for text in current]
    lines = [
        labelled(_("Text"), comma_list([keep_own_order(one["called"]), one["filed"]]))
        for one in texts
    ]
    return [*lines, *photo_lines(statement)]
