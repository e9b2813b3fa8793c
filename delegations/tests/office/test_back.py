"""Back and Reload send no form again: each answer to a form has an address of its own."""

import re
import secrets
import time
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from delegations.office.throttle import PAGES_FROM_ALL, WINDOW
from delegations.tests.offices import checked, coming, invited, page_of, text, words_of
from invitations.models import Reply

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]


def opened(*invitations):
    """A plain client that has opened the links, and goes nowhere by itself."""
    client = Client()
    for invitation in invitations:
        client.get(f"/r/{invitation.links.current().get().token}/")
        client.get(page_of(invitation))
    return client


@pytest.mark.parametrize(
    ("name", "words", "kept"),
    [
        ("answer", {"answer": "", "remarks": "Typed."}, "Typed.</textarea>"),
        ("answer", {"step": "change", "remarks": "Typed."}, "Typed.</textarea>"),
        ("answer", {"language": "fr", "remarks": "Typed."}, "Typed.</textarea>"),
        ("statement", {"speaker_name": "", "title": "Typed"}, 'value="Typed"'),
        ("statement", {"language": "ar", "title": "Typed"}, 'value="Typed"'),
        ("add", {"name": "", "function": "Typed"}, 'value="Typed"'),
        ("list", {"lines": "Fritz;;;;?", "step": "preview"}, "Fritz"),
    ],
)
def test_an_answer_to_a_form_is_shown_at_an_address_that_may_be_loaded_again(name, words, kept):
    invitation = coming("Ruritania")
    client = opened(invitation)

    answered = client.post(page_of(invitation, name), words_of(invitation, **words))

    assert answered.status_code == 302
    assert urlsplit(answered.url).path == page_of(invitation, name)
    pages = [client.get(answered.url) for _load in range(2)]
    for page in pages:
        assert kept in page.content.decode()
        assert page["Content-Language"] == words.get("language", "en")
        assert "no-store" in page["Cache-Control"]


def test_a_kept_page_is_shown_to_the_browser_of_its_form_alone():
    invitation = invited("Ruritania")
    words = words_of(invitation, answer="", remarks="Secret.")
    address = opened(invitation).post(page_of(invitation), words).url

    for other in (opened(invitation), opened(invited("Graustark"))):
        other.cookies["csrftoken"] = "a" * 32
        refused = other.get(address)
        assert refused.status_code == 404
        assert "Secret." not in text(refused)


def test_after_a_day_the_page_says_that_it_is_kept_no_longer():
    invitation = invited("Ruritania")
    client = opened(invitation)
    address = client.post(page_of(invitation), words_of(invitation, answer="")).url

    with time_machine.travel(timezone.now() + timezone.timedelta(hours=25)):
        page = client.get(address)

    assert page.status_code == 404
    assert "This page is kept no longer" in text(page)
    assert f'href="{page_of(invitation)}"' in text(page)


def test_a_page_that_was_led_to_takes_the_form_again():
    invitation = invited("Ruritania")
    client = opened(invitation)
    words = words_of(invitation, answer="")
    address = client.post(page_of(invitation), words).url

    recorded = client.post(address, words | {"answer": "video"})

    assert recorded.url == page_of(invitation, "recorded")
    assert Reply.objects.get().answer == "video"


def test_a_list_shown_in_another_language_keeps_its_preview():
    invitation = coming("Ruritania")
    client = opened(invitation)
    words = words_of(invitation, lines="Fritz von Tarlenheim;Aide;;fritz@example.org;")

    page = client.get(client.post(page_of(invitation, "list"), words | {"language": "fr"}).url)

    shown = page.content.decode()
    assert page["Content-Language"] == "fr"
    assert "<bdi>Fritz von Tarlenheim</bdi>" in shown
    assert re.search(r'name="step" value="add"', shown)


def test_a_changed_reply_begins_with_its_answer():
    invitation = coming("Ruritania")

    page = text(opened(invitation).get(page_of(invitation, "change")))

    assert checked(page) == {"in_person"}


def test_a_page_that_is_open_to_all_is_kept_shortly_and_then_shown_as_it_begins():
    client = Client()
    address = client.post("/code/", {"code": "bcdf"}).url
    assert 'value="bcdf"' in text(client.get(address))

    cache.clear()
    page = client.get(address)

    assert page.status_code == 200
    assert 'value="bcdf"' not in text(page)


@pytest.mark.parametrize("page", ["/code/", "/check/"])
def test_who_holds_no_link_fills_no_cache_with_a_large_page(page):
    typed = secrets.token_urlsafe(1_000_000)

    shown = Client().post(page, {"code": typed, "language": "fr"})

    assert shown.status_code == 200
    assert typed in text(shown)


def test_who_holds_no_link_fills_no_cache_with_many_pages():
    client = Client()
    assert client.post("/code/", {"code": "bcdf"}).status_code == 302
    cache.set(f"kept:{int(time.time()) // WINDOW}", PAGES_FROM_ALL)

    shown = client.post("/code/", {"code": "bcdf", "language": "fr"})

    assert shown.status_code == 200
    assert 'value="bcdf"' in text(shown)
