"""What has gone wrong is put right in a browser, by the two people whom it takes."""

from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from delegations.models import Delegate, Delegation
from delegations.tests.browser import browser_page
from delegations.tests.measures import bring_axe, faults_within, looks_in
from invitations.admin.corrections.replacing import replacing_url
from invitations.admin.list_columns import change_url, list_url, state_url
from invitations.letters.composing_queue import compose_planned
from invitations.models import Circular, Delivery, HeldChange, Invitation, Letter
from invitations.tests.conftest import composed, frozen_letter, issued, queued
from invitations.tests.corrections import failed_mail, successor_of
from invitations.tests.factories import (
    InvitationFactory,
    ReplyFactory,
    UserFactory,
)

__all__ = ["composed", "frozen_letter", "issued", "queued"]

# The reference data of the migrations comes back after each of these tests.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
LANGUAGES = [code for code, _name in settings.LANGUAGES]
WRONG, OTHER = "Elfberg", "Strelsau"


@pytest.fixture
def at_the_desk(chromium, site):
    """Open the desk as somebody of that group."""

    @contextmanager
    def opened(group, language="en", **options):
        user = UserFactory(username=f"of-{group.lower()}")
        user.groups.add(Group.objects.get(name=group))
        client = Client()
        client.force_login(user)
        held = client.cookies[settings.SESSION_COOKIE_NAME]
        with browser_page(chromium, **options) as page:
            chosen = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": site}
            session = {"name": held.key, "value": held.value, "url": site}
            page.context.add_cookies([session, chosen])
            yield page

    return opened


@pytest.fixture
def make(composed, frozen_letter, issued, queued):
    return SimpleNamespace(
        composed=composed, frozen_letter=frozen_letter, issued=issued, queued=queued
    )


def release_what_waits(page, site):
    """Look at the one change that waits, and release it."""
    [change] = HeldChange.objects.filter(state="waiting")
    page.goto(f"{site}{change_url(change)}")
    page.get_by_role("button", name="Release", exact=True).first.click()
    expect(page.get_by_text("Release changes").first).to_be_visible()
    page.get_by_role("button", name="Release", exact=True).click()
    expect(page.get_by_text("1 change released.")).to_be_visible()


def test_forty_letters_with_a_wrong_name_get_forty_replacements_and_nobody_else(
    at_the_desk, site, edition, frozen_letter
):
    for number in range(45):
        name = WRONG if number < 40 else OTHER
        invitation = InvitationFactory(edition=edition, minister__family_name=name)
        frozen_letter(invitation=invitation, addressee=f"H.E. Ms. Flavia {name}")

    with at_the_desk("Drafters") as page:
        page.goto(f"{site}{list_url(Letter, q=WRONG)}")
        page.check("#action-toggle")
        page.get_by_text("Select all 40 letters").click()
        page.select_option("[name=action]", "replace_letters")
        page.click("button[name=index]")
        expect(page.get_by_text("40 rows")).to_be_visible()
        page.get_by_label("Reference").fill("CL-27/99")
        page.get_by_label("Reason").fill("The name was spelt wrongly.")
        page.get_by_label("What changes: English").fill("The name of the addressee is put right.")
        page.get_by_role("button", name="Replace letters").click()
        expect(page.get_by_text("40 replacements are composed now")).to_be_visible()
    circular = Circular.objects.get(reference="CL-27/99")
    Circular.objects.filter(pk=circular.pk).update(
        original_signed_by="Michael Strelsau", original_signed_on=timezone.localdate()
    )
    compose_planned()
    with at_the_desk("Approvers") as page:
        page.goto(f"{site}{reverse('admin:invitations_circular_approve', args=[circular.pk])}")
        page.get_by_role("button", name="Approve 40 letters").click()
        page.wait_for_url("**/progress/")

    replaced = Letter.objects.filter(kind="replacement", state="approved")
    assert replaced.count() == Letter.objects.filter(kind="replacement").count() == 40
    ministers = replaced.values_list("invitation__minister__family_name", flat=True)
    assert set(ministers) == {WRONG}
    assert Delivery.objects.filter(letter__kind="replacement", state="queued").count() == 40
    assert not Delivery.objects.exclude(letter__kind="replacement").exists()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_who_approves_reads_the_hashes_of_each_letter_with_and_without_scripts(
    at_the_desk, site, composed, has_scripts
):
    first = composed()
    letters = [first, composed(first.invitation.edition)]

    with at_the_desk("Approvers", java_script_enabled=has_scripts) as page:
        page.goto(
            f"{site}{reverse('admin:invitations_circular_approve', args=[first.circular_id])}"
        )
        for letter in letters:
            hashes = page.locator(f"tr:has(#letter-{letter.pk}) [data-hashes]")
            hashes.locator("summary").click()
            shown = hashes.locator("code" if has_scripts else "noscript")
            expect(shown.first).to_be_visible()
            for one in (letter.sha256, letter.message_sha256):
                assert one in " ".join(shown.all_text_contents())


def test_a_wrong_address_is_mended_and_the_letter_sent_again(at_the_desk, site, make):
    failed = failed_mail(make)

    with at_the_desk("Drafters") as page:
        page.goto(f"{site}{change_url(failed)}")
        page.get_by_role("link", name="Correct the address and send again").click()
        expect(page.get_by_text(failed.address).first).to_be_visible()
        page.get_by_label("Corrected address").fill("right@example.org")
        page.get_by_label("Reason").fill("A slip of the pen.")
        page.get_by_role("button", name="Correct it").click()
        waits = page.get_by_role("link", name="as soon as a second person has released it")
        expect(waits).to_be_visible()
    assert failed.letter.deliveries.count() == 1
    with at_the_desk("Approvers") as page:
        release_what_waits(page, site)

    anew = failed.letter.deliveries.get(address="right@example.org")
    assert anew.state == "queued"


def test_a_minister_with_an_answer_on_file_is_succeeded(at_the_desk, site, make):
    invitation = ReplyFactory(invitation=make.issued()).invitation
    delegation = Delegation.objects.create(
        edition=invitation.edition, member_state=invitation.member_state
    )
    Delegate.objects.create(delegation=delegation, role="head", name="Flavia Elphberg")
    of_state = f"{site}{state_url(invitation.edition, invitation.member_state)}"

    with at_the_desk("Drafters") as page:
        page.goto(of_state)
        page.get_by_role("link", name="Hand over to a successor").click()
        page.get_by_label("Given name").fill("Rupert")
        page.get_by_label("Family name").fill("Rassendyll")
        page.get_by_label("its head is taken off, the others stay").check()
        page.get_by_label("Reason").fill("A change of government.")
        page.get_by_role("button", name="End the link and ask for the release").click()
        expect(page.get_by_text("is dead from now on")).to_be_visible()
    assert not invitation.links.current().exists()
    with at_the_desk("Approvers") as page:
        release_what_waits(page, site)
        page.goto(of_state)
        expect(page.get_by_text("to be confirmed: in person")).to_be_visible()

    new = Invitation.objects.get(minister__family_name="Rassendyll")
    assert (new.status, new.is_principal) == ("issued", True)
    assert new.letters.get(kind="invitation").state == "planned"
    assert not Delegate.objects.exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_on_the_new_pages_keeps_anybody_out(at_the_desk, site, make, language):
    failed = failed_mail(make)
    invitation = ReplyFactory(invitation=failed.letter.invitation).invitation
    make.queued(failed.letter, arrived=True, address="gone@example.org")
    successor_of(invitation)
    pages = {
        ".hand-over": reverse("desk:hand_over", args=[invitation.pk]),
        ".their-letters": reverse(
            "admin:invitations_minister_letters", args=[invitation.minister_id]
        ),
        "form.max-w-4xl": replacing_url([invitation.pk]),
        "form.max-w-4xl ": reverse("admin:invitations_delivery_correct", args=[failed.pk]),
        ".desk": change_url(failed),
    }
    with at_the_desk("Drafters", language) as page:
        bring_axe(page)
        for scheme, width in looks_in(language):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": 844})
            for part, url in pages.items():
                page.goto(f"{site}{url}")
                assert faults_within(page, part.strip()) == [], (url, scheme, width)
                assert not page.evaluate(WIDE), (url, width)
