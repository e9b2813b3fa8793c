"""Lists as their pages show them, and as they are read again from the file."""

import html
import io
import re
from itertools import compress

import openpyxl
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.text import capfirst
from unfold.templatetags.unfold_list import result_headers, results

from delegations.models import Delegation, DelegationChange, SpeakingSlot
from invitations.admin.export_files import as_shown
from invitations.admin.exports import TakenOutMixin
from invitations.files.exported_tables import DAY_IN_CELL
from invitations.models import (
    Bounce,
    CallListEntry,
    Delivery,
    HeldChange,
    Invitation,
    ReminderStep,
    Reply,
    TelephoneCall,
)
from invitations.text.cell_formulas import escape_formula

PAGES = [page for page in admin.site._registry.values() if isinstance(page, TakenOutMixin)]


def words_of(cell):
    found = " ".join(html.unescape(strip_tags(str(cell).replace("<br>", "\n"))).split())
    return "" if found == "-" else found


def text_shown(cell):
    """The words of a cell of the page, or of its field."""
    if 'name="_selected_action"' in str(cell):
        return None
    if chosen := re.search(r"<option [^>]*selected[^>]*>([^<]*)<", str(cell)):
        return words_of(chosen[1])
    if 'type="checkbox"' in str(cell):
        return "Yes" if re.search(r"\bchecked\b(?!:)", str(cell)) else "No"
    return words_of(cell)


def tells(listed):
    """Of each column whether a file holds it: a mere link to another page is none."""
    columns = [getattr(listed.model_admin, str(name), name) for name in listed.list_display]
    return [not getattr(column, "leads_on", False) for column in columns]


def list_shown(browser, url):
    """The headings of a list as its pages show them, and all its rows, in order."""
    shown, number = [], 1
    while True:
        answer = browser.get(f"{url}{'&' if '?' in url else '?'}p={number}")
        listed = answer.context["cl"]
        for row in results(listed):
            texts = [text_shown(cell) for cell in compress(row, tells(listed))]
            shown.append([escape_formula(text) for text in texts if text is not None])
        if number >= listed.paginator.num_pages:
            return headings_of(listed), shown
        number += 1


def rows_shown(browser, url):
    _headings, rows = list_shown(browser, url)
    return rows


def headings_of(listed):
    told = compress(result_headers(listed), tells(listed))
    texts = [words_of(capfirst(str(heading["text"]))) for heading in told]
    return texts[1:] if listed.list_display[0] == "action_checkbox" else texts


def sheet_in(workbook):
    return openpyxl.load_workbook(io.BytesIO(workbook)).active


def rows_read(answer):
    return rows_in(sheet_in(answer.getvalue()))


def rows_in(sheet):
    """The headings and rows of a workbook: a date of it as the list shows that date."""
    cells = [[text_read(cell) for cell in row] for row in sheet.iter_rows()]
    return cells[0], cells[1:]


def text_read(cell):
    if not cell.is_date:
        return words_of(cell.value or "")
    return as_shown(cell.value.date() if cell.number_format == DAY_IN_CELL else cell.value)


def take_out_url(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_take_out")


def file_what_the_demonstration_lacks(mission, user):
    now = timezone.now()
    invitation = Invitation.objects.issued().latest("pk")
    kind = ContentType.objects.get_for_model(mission)
    HeldChange.objects.create(content_type=kind, object_id=str(mission.pk), named=str(mission))
    delivery = Delivery.objects.filter(letter__invitation__edition=invitation.edition).first()
    Bounce.objects.create(kind="hard", received_at=now, delivery=delivery)
    TelephoneCall.objects.create(invitation=invitation, outcome="reached", at=now, by=user)
    CallListEntry.objects.create(
        invitation=invitation,
        step=ReminderStep.objects.create(edition=invitation.edition, days_before=3),
        reply_before=invitation.edition.reply_before,
    )
    delegation = Delegation.objects.latest("pk")
    DelegationChange.objects.create(
        delegation=delegation, user=user, part="statement", act="added", subject="=1+1"
    )
    Reply.objects.filter(pk=Reply.objects.standing().latest("pk").pk).update(
        partnership_interest=True
    )
    # On some days nobody of so few speaks in person.
    SpeakingSlot.objects.get_or_create(
        delegation=delegation,
        defaults={"session": delegation.edition.sessions.latest("starts_at"), "position": 99},
    )
