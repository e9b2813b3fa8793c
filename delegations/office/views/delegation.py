"""The page of an office's delegation: who is named, the balance, and who changed what."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from delegations.changes import AUTHOR_PATHS, changed_field_labels, format_author
from delegations.models import Delegate, Erasure
from delegations.nominations import gender_balance, gender_encouragement
from delegations.office.access import office_required
from delegations.office.on_file import OnFile, format_edition_hour, read_on_file
from delegations.office.page import page_context
from delegations.office.parts import next_part, office_parts
from delegations.receipts import receipt_goes_to
from invitations.models import Invitation
from invitations.text.dates import comma_list, format_date

STAFF_NEED = "delegations.view_delegate"
SHOWN_CHANGES = 30


@require_safe
@office_required(STAFF_NEED)
def delegation(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show who is named, the balance, and who changed what."""
    filed = read_on_file(invitation)
    named = named_delegates(filed)
    parts, brings = office_parts(filed), named and filed.comes
    return render(
        request,
        "office/delegation.html",
        page_context(
            request,
            invitation,
            parts=parts,
            here="delegation",
            next_part=next_part(parts, "delegation"),
            filed=filed,
            receipt_goes_to=receipt_goes_to(invitation, "delegation") if brings else "",
            people=[(person, delegate_particulars(person)) for person in named],
            balance=gender_balance(named) if invitation.edition.asks_gender else "",
            encouragement=gender_encouragement(),
            changes=format_delegation_changes(filed, invitation),
            is_full=is_list_full(invitation, named),
            is_erased=len(named) < filed.named and Erasure.objects.closes(invitation.edition),
        ),
    )


def named_delegates(filed: OnFile) -> list[Delegate]:
    """Return the people on the list, the head first, then in the order of the roles."""
    order = list(Delegate.Role)
    people = list(filed.delegation.delegates.named().order_by("pk")) if filed.delegation else []
    return sorted(people, key=lambda person: order.index(Delegate.Role(person.role)))


def is_list_full(invitation: Invitation, named: list[Delegate]) -> bool:
    limit = invitation.edition.delegates_limit
    return limit is not None and len(named) >= limit


def delegate_particulars(person: Delegate) -> list[str]:
    """Return what is recorded beside the name; of needs only that there are some."""
    language = translation.get_language()
    days = [format_date(day, language) for day in (person.arrives_on, person.departs_on) if day]
    return [
        part
        for part in (
            comma_list([person.function, person.organization]),
            person.email,
            " – ".join(days),
            _("visa letter needed") if person.needs_visa_letter else "",
            _("needs of access and diet: recorded") if person.needs else "",
        )
        if part
    ]


def format_delegation_changes(filed: OnFile, invitation: Invitation) -> list[dict[str, str]]:
    if filed.delegation is None:
        return []
    rows = filed.delegation.changes.select_related(*AUTHOR_PATHS)[:SHOWN_CHANGES]
    language = translation.get_language()
    return [
        {
            "at": format_edition_hour(row.at, invitation, language),
            "who": format_author(row, invitation.held),
            "part": capfirst(row.get_part_display()),
            "act": row.get_act_display(),
            "subject": row.subject,
            "fields": changed_field_labels(row),
        }
        for row in rows
    ]
