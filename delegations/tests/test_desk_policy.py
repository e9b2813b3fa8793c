"""The desk in a browser that holds it to its policy: whatever a page tries beyond it is told."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from delegations.models import Delegate, Delegation
from delegations.tests.browser import open_palette
from invitations.models import LetterTemplate
from invitations.tests.desk import composed_letter
from invitations.tests.factories import ReplyFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
# One of each kind: with and without actions, filters, dates, rows in rows, tabs, scripts of ours.
PAGES = [
    "index",
    "app_list:invitations",
    "invitations_letter_changelist",
    "invitations_letter_change",
    "invitations_letter_history",
    "invitations_jobrun_changelist",
    "invitations_memberstate_changelist",
    "invitations_memberstate_delete",
    "invitations_forumedition_change",
    "invitations_forumedition_next",
    "invitations_forumedition_reminders",
    "invitations_circular_change",
    "invitations_circular_approve",
    "invitations_circular_audience",
    "invitations_circular_look",
    "invitations_circular_progress",
    "invitations_minister_add",
    "invitations_minister_import",
    "invitations_minister_export",
    "invitations_correspondence_add",
    "invitations_reply_changelist",
    "invitations_delivery_queue",
    "delegations_delegation_change",
    "delegations_speakingslot_add",
    "auth_user_add",
    "auth_group_change",
    "auditlog_logentry_changelist",
]
OF_ONE_ROW = {
    "approve",
    "audience",
    "change",
    "delete",
    "history",
    "look",
    "next",
    "progress",
    "reminders",
}


def rows_of_the_desk():
    """Make rows for these pages; return the key of each by the name of its model."""
    letter = composed_letter()
    edition = letter.invitation.edition
    reply = ReplyFactory(invitation__edition=edition)
    state = reply.invitation.member_state
    delegation = Delegation.objects.create(edition=edition, member_state=state)
    Delegate.objects.create(delegation=delegation, name="Flavia Elphberg")
    return {
        "letter": letter.pk,
        "memberstate": state.pk,
        "forumedition": edition.pk,
        "circular": letter.circular_id,
        "delegation": delegation.pk,
        "group": 1,
    }


def address_of(name, keys):
    if ":" in name:
        name, app = name.split(":")
        return reverse(f"admin:{name}", args=[app])
    _app, _, rest = name.partition("_")
    model, _, page = rest.partition("_")
    return reverse(f"admin:{name}", args=[keys[model]] if page in OF_ONE_ROW else [])


def test_no_page_of_the_desk_tries_what_its_policy_forbids(desk, site):
    keys = rows_of_the_desk()

    for name in PAGES:
        answer = desk.goto(f"{site}{address_of(name, keys)}")

        assert answer.ok, name
        assert "'unsafe-inline'" not in script_sources(answer), name


def script_sources(answer):
    policy = answer.headers["content-security-policy"]
    return next(part for part in policy.split("; ") if part.startswith("script-src"))


def test_the_desk_s_interface_works_under_its_policy(desk, site):
    rows_of_the_desk()
    desk.goto(f"{site}{reverse('admin:invitations_letter_changelist')}")
    assert desk.evaluate("getComputedStyle(document.body).getPropertyValue('--color-primary-600')")

    desk.check("#action-toggle")
    expect(desk.locator("#changelist-actions select")).to_be_visible()
    desk.locator("#action-toggle").blur()
    open_palette(desk)
    desk.fill("#search-input-command", "letters")
    desk.keyboard.press("Escape")


def test_a_preview_is_shown_in_its_frame_under_the_policy(desk, site):
    rows_of_the_desk()
    text = LetterTemplate.objects.filter(kind="reminder", language="en").first()
    desk.goto(f"{site}{reverse('admin:invitations_lettertemplate_change', args=[text.pk])}")

    # It comes by itself, and takes the place of an empty frame.
    desk.wait_for_selector(".desk-frame iframe:only-child[src^=blob]")
    frame = desk.frame_locator(".desk-frame iframe")
    expect(frame.locator("pre.mail")).to_contain_text("Excellency")
    colour = frame.locator("dt").first.evaluate("one => getComputedStyle(one).color")
    assert colour == "rgb(75, 85, 99)"


def test_a_link_to_an_empty_field_opens_its_tab_and_goes_to_it(desk, site):
    edition = composed_letter().invitation.edition
    change = reverse("admin:invitations_forumedition_change", args=[edition.pk])

    desk.goto(f"{site}{change}#id_organizers_fr")

    expect(desk.locator("#id_organizers_fr")).to_be_focused()
    expect(desk.locator("#id_organizers_fr")).to_be_in_viewport()
