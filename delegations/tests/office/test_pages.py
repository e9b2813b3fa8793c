import datetime as dt
import re
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as deployed
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from whitenoise.storage import CompressedManifestStaticFilesStorage

from delegations.models import Delegate, Delegation
from delegations.tests.offices import browser, invited, page_of, text, words_of
from invitations.models import HeldChange, Minister, Rank
from invitations.models.held.proposals import save_or_propose
from invitations.outbox.release import release_change
from invitations.replies import record_reply
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    MinisterFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

LANGUAGES = ["ar", "en", "es", "fr", "ru", "zh-hans"]


@pytest.fixture
def invitation():
    return invited("Ruritania")


def value_of(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page)[1]


# What a blank form asks


def without_keys(page):
    """The page but for what is drawn anew each time."""
    return re.sub(r'name="(csrfmiddlewaretoken|form_key)" value="[^"]+"', "", page)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "minister", [{}, {"portfolio": ""}, {"given_name": "", "family_name": ""}], ids=str
)
def test_a_blank_form_from_the_cache_is_the_one_rendered_for_its_visitor(language, minister):
    edition, pages = EditionFactory(), []
    for state in ("Ruritania & <Zenda>", "Strelsau"):
        of = invited(state, edition=edition)
        Minister.objects.filter(pk=of.minister_id).update(language=language, **minister)
        pages.append((of, without_keys(browser(of).get(page_of(of)).content.decode())))

    for of, page in pages:
        cache.clear()
        assert without_keys(browser(of).get(page_of(of)).content.decode()) == page


def test_an_office_whose_state_has_spoken_through_another_sees_so_at_once(invitation):
    other = InvitationFactory(
        edition=invitation.edition,
        minister=MinisterFactory(member_state=invitation.member_state, family_name="Strelsau"),
        is_principal=False,
    )
    client = browser(invitation)
    client.get(page_of(invitation))

    record_reply(other, {"answer": "in_person"})

    assert page_of(invitation, "delegation") in text(client.get(page_of(invitation)))


def test_nothing_of_one_visitor_reaches_another():
    edition = EditionFactory()
    one, other = invited("Ruritania", edition=edition), invited("Strelsau", edition=edition)
    pages = [browser(of).get(page_of(of)).content.decode() for of in (one, other)]

    assert ">Ruritania<" not in pages[1]
    assert [value_of(page, "invitation") for page in pages] == [str(one.pk), str(other.pk)]
    for secret in ("csrfmiddlewaretoken", "form_key"):
        assert value_of(pages[0], secret) != value_of(pages[1], secret)
        assert value_of(pages[0], secret) not in pages[1]


def test_the_same_visitor_gets_a_new_form_each_time(invitation):
    client = browser(invitation)

    keys = {value_of(text(client.get(page_of(invitation))), "form_key") for _look in range(3)}

    assert len(keys) == 3


def test_words_on_file_are_shown_to_their_office_alone():
    edition = EditionFactory()
    one, other = invited("Ruritania", edition=edition), invited("Strelsau", edition=edition)
    own = {
        "remarks": "Secret.",
        "respondent_name": "Sapt",
        "respondent_email": "sapt@example.org",
        "respondent_phone": "+41 22 555 0199",
    }
    record_reply(one, {"answer": "regrets", **own})

    for _look in range(2):
        assert "Secret.</textarea>" in text(browser(one).get(page_of(one, "change")))
        for name in ("answer", "change"):
            assert "Secret." not in text(browser(other).get(page_of(other, name)))


@pytest.mark.parametrize("step", ["record", "change", "check"])
def test_typed_words_and_errors_are_shown_once(invitation, step):
    words = words_of(invitation, answer="", remarks="Secret.", step=step)

    page = text(browser(invitation).post(page_of(invitation), words))

    assert "Secret.</textarea>" in page
    assert "Secret." not in text(browser(invitation).get(page_of(invitation)))


def test_each_language_has_its_own(invitation):
    client = browser(invitation)
    asked = {}

    for language in LANGUAGES * 2:
        client.cookies["django_language"] = language
        page = text(client.get(page_of(invitation)))
        assert asked.setdefault(language, label(page)) == label(page)

    assert len(set(asked.values())) == len(LANGUAGES)


def label(page):
    return re.search(r'<label[^>]*for="id_remarks"[^>]*>([^<]+)', page)[1].strip()


def test_each_edition_asks_what_it_offers():
    one = invited("Ruritania", edition=EditionFactory(answers_offered=["video", "regrets"]))
    other = invited("Strelsau", edition=EditionFactory(segments_offered=["prizes"]))

    for _look in range(2):
        assert answers_to(one) == ["video", "regrets", "holding"]
        assert "written" in answers_to(other)


def answers_to(invitation):
    page = browser(invitation).get(page_of(invitation)).content.decode()
    return [
        re.search(r'value="(\w+)"', tag)[1]
        for tag in re.findall(r"<input[^>]*>", page)
        if 'type="radio"' in tag and 'name="answer"' in tag
    ]


def edit(invitation):
    edition = invitation.edition
    edition.answers_offered, edition.segments_offered = ["video"], []
    edition.partnership_link = "https://forum.example.org/partners"
    edition.save()
    HeldChange.objects.all().delete()
    rank = Rank.objects.get(pk="VMIN")
    rank.name_en = "Minister at second hand"
    if proposal := save_or_propose(rank):
        release_change(proposal, UserFactory(), proposal.mark)


def test_an_edited_edition_is_asked_for_five_seconds_later(invitation):
    before = answers_to(invitation)
    edit(invitation)

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=5), tick=False):
        page = text(browser(invitation).get(page_of(invitation)))
        offered = answers_to(invitation)

    assert len(before) > 2
    assert offered == ["video", "holding"]
    assert 'href="https://forum.example.org/partners"' in page
    assert "Minister at second hand" in page
    assert 'name="segments"' not in page


# Sizes


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_is_larger_than_60_kb_with_fifty_delegates(invitation, language):
    record_reply(invitation, {"answer": "in_person", "remarks": "é" * 2000})
    delegation = Delegation.objects.create(
        edition=invitation.edition, member_state=invitation.member_state
    )
    Delegate.objects.bulk_create(
        Delegate(delegation=delegation, name=f"Colonel Sapt {n}", function="Chief of Cabinet")
        for n in range(50)
    )
    client = browser(invitation)
    client.cookies["django_language"] = language

    for name in ("answer", "recorded", "statement", "delegation", "add", "list"):
        response = client.get(page_of(invitation, name))
        assert response.status_code == 200
        assert len(response.content) <= 60_000, name


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_all_that_a_page_loads_is_small_compressed_and_kept_for_ever(
    invitation, settings, static_folder, language
):
    manifest = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    settings.STATIC_ROOT = static_folder
    settings.STORAGES = {**settings.STORAGES, "staticfiles": manifest}
    client = browser(invitation)
    client.cookies["django_language"] = language
    page = client.get(page_of(invitation)).content.decode()
    loaded = set(re.findall(rf'(?:href|src)="({deployed.STATIC_URL}[^"]+)"', page))

    responses = [Client().get(url, headers={"Accept-Encoding": "gzip"}) for url in loaded]

    assert len(loaded) >= 3
    for response in responses:
        assert "immutable" in response["Cache-Control"]
        assert int(re.search(r"max-age=(\d+)", response["Cache-Control"])[1]) >= 31_536_000
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "default-src 'self'" in response["Content-Security-Policy"]
        assert "Access-Control-Allow-Origin" not in response
    sizes = [len(b"".join(response)) for response in responses]
    assert sum(sizes) <= 120_000
    assert all(
        response.get("Content-Encoding") == "gzip" or size < 1000
        for response, size in zip(responses, sizes, strict=True)
    )


@pytest.fixture(scope="module")
def static_folder(tmp_path_factory):
    """What the public pages load, collected as a deployment does."""
    folder = tmp_path_factory.mktemp("static")
    storage = CompressedManifestStaticFilesStorage(location=folder)
    names = [
        "site/site.css", "site/favicon.svg", "letters/emblem.svg",
        *(
            f"js-lib-bootstrap5/css/{sheet}.min.css{of}"
            for sheet in ("bootstrap", "bootstrap.rtl")
            for of in ("", ".map")
        ),
    ]  # fmt: skip
    for name in names:
        # No page loads a map; that it is there is enough, and to press it takes seconds.
        is_map = name.endswith(".map")
        storage.save(name, ContentFile(b"{}" if is_map else Path(finders.find(name)).read_bytes()))
    for name, _hashed, processed in storage.post_process({n: (storage, n) for n in names}):
        assert not isinstance(processed, Exception), name
    return folder
