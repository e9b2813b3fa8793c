import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from delegations.models import Notice
from delegations.notices import filled_notice, load_notices, shipped_notice
from delegations.office.access import OPEN_FOR
from delegations.office.throttle import WINDOW
from delegations.tests.offices import browser, invited, page_of, text
from invitations.letters.checks.own_names import FORUM
from invitations.models import HeldChange, Language
from invitations.models.saved_forms import KEPT_FOR
from invitations.outbox.release import release_change
from invitations.tests.desk import letter_in_force
from invitations.tests.factories import AnnouncedEditionFactory, UserFactory
from invitations.text.dates import format_date

pytestmark = pytest.mark.django_db
DAY = 24 * 3600


@pytest.mark.parametrize("kind", Notice.Kind.values)
@pytest.mark.parametrize("language", Language.values)
def test_each_notice_stands_in_each_language(client, kind, language):
    AnnouncedEditionFactory()
    client.cookies["django_language"] = language

    page = text(client.get(reverse("office:notice", args=[kind])))

    first_heading = shipped_notice(kind, language).split("## ")[1].splitlines()[0]
    assert f"<h2>{first_heading}</h2>" in page
    assert "forum@example.org" in page


def test_a_notice_promises_what_is_kept():
    english = shipped_notice("privacy", "en")

    assert ("fourteen days" in english, OPEN_FOR) == (True, 14 * DAY)
    assert ("kept for one day" in english, KEPT_FOR.total_seconds()) == (True, DAY)
    assert ("at most twenty minutes" in english, 2 * WINDOW) == (True, 20 * 60)


def test_the_list_of_speakers_has_one_name_in_chinese():
    assert "发言名单" in shipped_notice("privacy", "zh-hans")
    assert "发言者名单" not in shipped_notice("privacy", "zh-hans")


@pytest.mark.parametrize("language", Language.values)
def test_the_notice_names_the_day_of_the_erasure_where_the_edition_has_one(client, language):
    edition = AnnouncedEditionFactory()
    client.cookies["django_language"] = language
    address = reverse("office:notice", args=["privacy"])
    without = text(client.get(address))
    edition.erased_after = 6
    edition.save()

    named = text(client.get(address))

    day = " ".join(format_date(dt.date(2027, 11, 14), language).split())
    assert day in named
    assert "2027" not in without.partition("<main")[2].partition("</main>")[0]
    assert "erased_on" not in named + without
    assert "[[" not in named + without


def typed(admin_client):
    """What the public page says once one person has typed it at the desk."""
    page = reverse("admin:delegations_notice_change", args=[Notice.objects.get(kind="privacy").pk])
    texts = {f"text_{code.replace('-', '_')}": "Ours." for code in Language.values}
    admin_client.post(page, {**texts, "why_changed": "Our own."})
    return shown()


def shown():
    return text(Client().get(reverse("office:notice", args=["privacy"])))


def test_a_notice_is_shown_as_it_was_until_a_second_person_releases_it(admin_client):
    letter_in_force()

    page = typed(admin_client)
    change = HeldChange.objects.waiting().get()
    release_change(change, UserFactory(), change.mark)

    assert "Ours." not in page
    assert (change.row.kind, change.reason) == ("privacy", "Our own.")
    assert "Ours." in shown()


def test_a_notice_waits_between_editions_too(admin_client):
    edition = letter_in_force().invitation.edition
    edition.replies_closed_at = timezone.now()
    edition.save()
    HeldChange.objects.all().delete()

    with time_machine.travel(edition.closes_on + dt.timedelta(days=99)):
        assert "Ours." not in typed(admin_client)


def test_before_any_letter_was_approved_a_notice_is_shown_at_once(admin_client):
    assert "Ours." in typed(admin_client)


def test_a_notice_whose_link_leads_elsewhere_than_its_words_is_refused(admin_client):
    page = reverse("admin:delegations_notice_change", args=[Notice.objects.get(kind="privacy").pk])
    texts = {f"text_{code.replace('-', '_')}": "Ours." for code in Language.values}
    link = "[https://forum.example.org/reply](https://elsewhere.example/reply)"

    refused = admin_client.post(page, texts | {"text_ar": link})

    assert "would lead to https://elsewhere.example/reply" in text(refused)
    assert not Notice.objects.filter(text_ar__contains="elsewhere").exists()


def test_a_notice_of_ones_own_stays_as_typed_where_it_names_no_day():
    assert filled_notice("Ours [[and]] $5.", "1 May") == "Ours [[and]] $5."


@pytest.mark.parametrize("language", Language.values)
def test_the_shipped_notices_call_no_event_a_forum(language):
    for kind in Notice.Kind.values:
        assert not FORUM.search(shipped_notice(kind, language))


def test_every_page_leads_to_the_notices(client):
    invitation = invited("Ruritania")

    for page in (
        client.get("/"),
        client.get("/code/"),
        browser(invitation).get(page_of(invitation)),
    ):
        for kind in Notice.Kind.values:
            assert f'href="{reverse("office:notice", args=[kind])}"' in text(page)


def test_what_staff_wrote_stays_and_html_in_it_is_shown_as_typed(client, historical):
    Notice.objects.filter(kind="privacy").update(text_en="Ours. <script>")
    Notice.objects.filter(kind="accessibility").delete()

    for _twice in range(2):
        load_notices(historical)

    page = text(client.get(reverse("office:notice", args=["privacy"])))
    assert "Ours. &lt;script&gt;" in page
    assert Notice.objects.count() == 2


def test_staff_edit_a_notice_at_the_desk(admin_client):
    notice = Notice.objects.get(kind="privacy")
    page = reverse("admin:delegations_notice_change", args=[notice.pk])
    texts = {f"text_{code.replace('-', '_')}": f"Words in {code}." for code in Language.values}

    admin_client.post(page, texts)

    notice.refresh_from_db()
    assert notice.text_ar == "Words in ar."


def test_a_notice_that_is_none_is_not_found(client):
    assert client.get(reverse("office:notice", args=["cookies"])).status_code == 404
