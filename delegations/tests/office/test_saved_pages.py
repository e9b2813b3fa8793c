"""What is typed and not recorded outlives Redis, and is forgotten after a day."""

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from delegations.tests.browser import CHECK, RECORD, browser_page
from delegations.tests.browser import invited as invited_by_link
from delegations.tests.offices import browser, invited, page_of, text, words_of
from invitations.models import Reply, ReplyDraft, SavedPage
from invitations.models.saved_forms import NEWEST_OF_EACH

REDIS = "wsis_forum.backends.RedisOrOwnMemory"
AWAY = "redis://127.0.0.1:1/0"
PHONE = {"viewport": {"width": 390, "height": 844}}

needs_services = pytest.mark.skipif(
    connection.vendor != "postgresql" or not settings.REDIS_URL,
    reason="What outlives Redis needs PostgreSQL and Redis: set DATABASE_URL and REDIS_URL.",
)


@pytest.fixture
def redis(settings):
    """The cache of a deployment, which the test empties."""
    settings.CACHES = {
        **settings.CACHES,
        "default": {"BACKEND": REDIS, "LOCATION": settings.REDIS_URL},
    }
    yield cache
    cache.clear()


@needs_services
@pytest.mark.django_db
@pytest.mark.usefixtures("in_february")
def test_redis_emptied_between_form_and_summary_loses_no_word(redis, invitation):
    client = browser(invitation)
    words = words_of(invitation, step="check", answer="video", remarks="By train.")

    address = client.post(page_of(invitation), words).url
    redis.clear()
    page = text(client.get(address))
    begun = text(client.get(page_of(invitation)))

    assert "Nothing has been recorded yet" in page
    assert "By train." in page
    assert f'href="{address}"' in begun


@needs_services
@pytest.mark.django_db
@pytest.mark.usefixtures("in_february")
@pytest.mark.parametrize("asked", [{"answer": ""}, {"language": "fr"}, {"step": "change"}])
def test_redis_emptied_before_a_form_is_shown_again_loses_no_word(redis, invitation, asked):
    client = Client()
    client.get(f"/r/{invitation.links.current().get().token}/")
    client.get(page_of(invitation))
    words = words_of(invitation, remarks="By train.")

    address = client.post(page_of(invitation), words | asked).url
    redis.clear()

    assert "By train.</textarea>" in text(client.get(address))


@pytest.mark.django_db
@pytest.mark.usefixtures("in_february")
def test_without_redis_an_office_goes_the_whole_way(invitation, settings):
    away = {"BACKEND": REDIS, "LOCATION": AWAY}
    settings.CACHES = {**settings.CACHES, "default": away}
    client, words = browser(invitation), words_of(invitation, remarks="By train.")

    again = client.post(page_of(invitation), words | {"answer": ""})
    summary = client.post(page_of(invitation), words | {"step": "check"}, follow=True)
    thanks = client.post(page_of(invitation), words | {"step": "record"}, follow=True)

    assert "By train.</textarea>" in text(again)
    assert "Nothing has been recorded yet" in text(summary)
    assert "By train." in text(thanks)


@pytest.mark.django_db
@pytest.mark.usefixtures("in_february")
def test_what_was_typed_yesterday_is_forgotten_and_what_was_typed_today_is_not(invitation):
    client, words = browser(invitation), words_of(invitation)
    client.post(page_of(invitation), words | {"step": "check"})
    client.post(page_of(invitation), words | {"language": "fr"})
    with time_machine.travel(timezone.now() + timezone.timedelta(hours=23)):
        today = words_of(invitation, step="check")
        browser(invitation).post(page_of(invitation), today)

    with time_machine.travel(timezone.now() + timezone.timedelta(hours=25)):
        call_command("delete_expired")

    assert ReplyDraft.objects.get().form_key == today["form_key"]
    assert not SavedPage.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("in_february")
@pytest.mark.parametrize(
    ("model", "asked"), [(SavedPage, {"step": "change"}), (ReplyDraft, {"step": "check"})]
)
def test_one_open_link_fills_no_table_however_often_it_sends_its_form(invitation, model, asked):
    another, client = browser(of_another := invited("Graustark")), Client()
    another.post(page_of(of_another), words_of(of_another, **asked))
    client.get(f"/r/{invitation.links.current().get().token}/")

    sent = range(NEWEST_OF_EACH + 3)
    shown = [client.post(page_of(invitation), words_of(invitation, **asked)).url for _ in sent]

    assert model.objects.filter(invitation=invitation).count() == NEWEST_OF_EACH
    assert model.objects.filter(invitation=of_another).count() == 1
    assert client.get(shown[-NEWEST_OF_EACH]).status_code == 200
    assert client.get(shown[-NEWEST_OF_EACH - 1]).status_code == 404


@needs_services
@pytest.mark.browser
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_office_on_a_phone_notices_nothing_of_redis_emptied_at_each_step(
    redis, chromium, edition
):
    invitation, link = invited_by_link(edition, language="en")
    with browser_page(chromium, java_script_enabled=False, **PHONE) as page:
        page.goto(link)
        page.check("[name=answer][value=video]")
        page.click(".further summary")
        page.fill("#id_remarks", "By train.")
        page.click(CHECK)
        expect(page.locator("main .filed")).to_contain_text("By train.")
        redis.clear()
        page.reload()
        expect(page.locator("main .filed")).to_contain_text("By train.")

        page.click(".lines .change >> nth=0")
        expect(page.locator("#id_remarks")).to_have_value("By train.")
        redis.clear()
        page.reload()
        expect(page.locator("#id_remarks")).to_have_value("By train.")

        page.click(CHECK)
        expect(page.locator("main .filed")).to_be_visible()
        redis.clear()
        page.goto(link)
        page.click("text=Go on to its summary")
        page.click(RECORD)
        expect(page.locator("h1")).to_have_text("Your reply has been recorded")
        redis.clear()
        page.go_back()
        expect(page.locator("h1")).to_have_text("Your reply has been recorded")

    assert Reply.objects.get(invitation=invitation).remarks == "By train."
