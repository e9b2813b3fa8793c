"""Staff in a browser: an approver goes through letters one by one."""

import io
import re
import time
from importlib import import_module

import pikepdf
import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

from delegations.tests.desk.person import signed_in_person
from invitations.files.frozen import freeze
from invitations.models import DigestChoice, Letter
from invitations.tests.desk import letters_of
from invitations.tests.factories import CircularFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
# Each letter is a page; on a machine with much else to do one takes its time.
LONG = 300_000
# Who turns the page at once has not waited for the PDF, whose reader costs more than all the rest.
WITHOUT_PDF = """
const fetched = fetch;
window.fetch = (to, ...more) =>
    String(to).endsWith("/pdf/") ? new Promise(() => {}) : fetched(to, ...more);
"""


@pytest.fixture
def approver(chromium, site):
    with signed_in_person(chromium, site, "sapt", "Approvers") as person:
        yield person


def blank_page():
    """A PDF that a reader shows: over a damaged one it keeps the keys to itself."""
    paper, content = pikepdf.new(), io.BytesIO()
    paper.add_blank_page()
    paper.save(content)
    frozen = freeze(content.getvalue(), "letters", "pdf")
    return {"pdf": frozen.name, "sha256": frozen.sha256}


def say_again_who_it_is(page):
    """Renew the sign-in, which no longer counts for an approval after so many letters.

    Tests of the sign-in walk through the page that asks for it.
    """
    held = {one["name"]: one["value"] for one in page.context.cookies()}
    store = import_module(settings.SESSION_ENGINE).SessionStore
    session = store(held[settings.SESSION_COOKIE_NAME])
    for record in session["account_authentication_methods"]:
        record["at"] = time.time()
    session.save()


def turn_to(desk, key, number):
    desk.keyboard.press(key)
    expect(desk.locator(".flip-through nav strong")).to_have_text(f"Letter {number} of 193")
    # From here on the keys are listened to.
    desk.wait_for_load_state("domcontentloaded")


def test_an_approver_goes_through_193_letters_by_the_keyboard(approver, site):
    desk, circular = approver.page, CircularFactory()
    letters_of(circular, 193, **blank_page())
    desk.goto(f"{site}{reverse('admin:invitations_circular_look', args=[circular.pk])}")
    expect(desk.locator("[data-pdf] iframe")).to_have_count(1)
    desk.add_init_script(WITHOUT_PDF)

    turn_to(desk, "ArrowRight", 2)
    turn_to(desk, "ArrowLeft", 1)
    for number in range(2, 194):
        turn_to(desk, "Enter", number)
    desk.keyboard.press("Enter")
    say_again_who_it_is(desk)
    approve = desk.get_by_role("button", name="Approve the 193 letters that you have seen")
    approve.click(timeout=LONG)
    desk.wait_for_url("**/progress/", timeout=LONG)

    approved = Letter.objects.approved().filter(approved_by__username="sapt")
    assert approved.count() == 193


def test_somebody_chooses_digest_mails_from_the_menu_of_the_account(desk, site):
    desk.goto(f"{site}{reverse('admin:index')}")
    account = desk.locator("[x-data*=openUserLinks]")
    account.get_by_text("hentzau").first.click()
    account.get_by_role("link", name="Digest mails").click()
    desk.get_by_label("each hour").check()
    desk.get_by_label("to be composed").uncheck()
    desk.get_by_label("Language").select_option(label="French")
    desk.get_by_role("button", name="Save").click()

    expect(desk.get_by_label("each hour")).to_be_checked()
    choice = DigestChoice.objects.get()
    assert (choice.often, choice.language) == ("hourly", "fr")
    assert "planned" not in choice.what


def test_a_letter_stands_beside_its_mail_and_on_a_phone_above_it(desk, site):
    circular = CircularFactory()
    letters_of(circular, 1, **blank_page())
    desk.goto(f"{site}{reverse('admin:invitations_circular_look', args=[circular.pk])}")

    expect(desk.locator("[data-pdf] iframe")).to_have_attribute("src", re.compile("^blob:"))
    wide = [figure.bounding_box() for figure in desk.locator("figure").all()]
    desk.set_viewport_size({"width": 390, "height": 800})
    narrow = [figure.bounding_box() for figure in desk.locator("figure").all()]

    assert wide[0]["y"] == wide[1]["y"]
    assert narrow[0]["y"] < narrow[1]["y"]
    assert desk.evaluate("document.documentElement.scrollWidth") <= 390
