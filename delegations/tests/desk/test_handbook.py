"""The handbook: each page of the desk leads to a chapter, which staff read and nobody else."""

import re
from urllib.parse import unquote

import pytest
from django.contrib import admin
from django.urls import get_resolver, reverse

from delegations.desk import handbook
from delegations.desk.handbook import BUILT, CHAPTERS, LANGUAGES, chapter_of
from invitations.tests.desk import signed_in

pytestmark = pytest.mark.django_db
SOURCES = {language: f"docs/handbook/{language}" for language in LANGUAGES}


def pages(branch, prefix):
    for one in branch.url_patterns:
        if hasattr(one, "url_patterns"):
            yield from pages(one, prefix)
        elif one.name:
            yield f"{prefix}:{one.name}"


def desk():
    found = {one.app_name: one for one in get_resolver().url_patterns if hasattr(one, "app_name")}
    return {page for name in ("admin", "desk") for page in pages(found[name], name)}


@pytest.fixture(scope="module")
def chapters(request):
    """The names of the chapters, by language."""
    folder = request.config.rootpath
    return {
        language: {path.stem for path in (folder / source).glob("*.md")}
        for language, source in SOURCES.items()
    }


def test_each_list_and_record_of_the_desk_has_a_chapter():
    models = [model._meta for model in admin.site._registry]

    without = {
        model.label
        for model in models
        if chapter_of(f"admin:{model.app_label}_{model.model_name}_changelist") == "index"
    }

    assert without == set()


def test_each_chapter_that_a_page_names_is_written_in_each_language(chapters):
    for language in LANGUAGES:
        assert set(CHAPTERS.values()) <= chapters[language], language


def test_each_language_has_the_same_chapters(chapters):
    assert len(chapters["en"]) > 15
    assert all(written == chapters["en"] for written in chapters.values())


def test_no_chapter_is_promised_to_a_page_that_is_no_more():
    for beginning in CHAPTERS:
        assert any(page.startswith(beginning) for page in desk()), beginning


def test_each_picture_is_there_and_shown_and_each_language_shows_the_same(request):
    docs = request.config.rootpath / "docs"
    shown = {
        language: sorted(
            re.findall(
                r"\]\(\.\./\.\./pictures/([\w-]+\.png)\)",
                "".join(page.read_text() for page in (docs / f"handbook/{language}").glob("*.md")),
            )
        )
        for language in LANGUAGES
    }
    elsewhere = [request.config.rootpath / "README.md", *docs.glob("*.md")]
    named = set(
        re.findall(r"pictures/([\w-]+\.(?:png|svg))", "".join(p.read_text() for p in elsewhere))
    )

    assert shown["fr"] == shown["en"]
    assert {*shown["en"], *named} == {path.name for path in (docs / "pictures").iterdir()}


def test_what_the_walks_draw_is_what_the_handbook_shows(request):
    walks = request.config.rootpath.glob("delegations/tests/**/test_*_in_browser.py")
    drawn = re.findall(r'keep_picture\([\w.]+, "(\w+)"\)', "".join(w.read_text() for w in walks))

    kept = (request.config.rootpath / "docs/pictures").glob("walk-*.png")
    assert len(drawn) > 5
    assert sorted(f"walk-{name}.png" for name in drawn) == sorted(path.name for path in kept)


def test_a_page_of_the_desk_links_to_its_chapter_in_the_reader_s_language(client):
    signed_in(client, "view_minister", is_staff=True)

    for language, read_in in (("fr", "fr"), ("ar", "en")):
        client.cookies["django_language"] = language
        page = client.get(reverse("admin:invitations_minister_changelist")).content.decode()

        assert f'href="/handbook/{read_in}/ministers.html"' in page


def test_the_handbook_opens_at_its_first_page_in_the_reader_s_language(client):
    signed_in(client, is_staff=True)
    client.cookies["django_language"] = "fr"

    assert client.get("/handbook/")["Location"] == "/handbook/fr/index.html"


@pytest.mark.parametrize("place", ["", "en/index.html", "fr/staff.html"])
def test_where_it_was_not_built_staff_read_how_it_is(client, monkeypatch, tmp_path, place):
    monkeypatch.setattr(handbook, "BUILT", tmp_path / "handbook")
    signed_in(client, "view_minister", is_staff=True)

    answer = client.get(f"/handbook/{place}")

    assert answer.status_code == 404
    assert "make docs" in answer.text
    # The policy here lets the desk's own interface run no script: its search would lie over it.
    assert 'role="dialog"' not in answer.text
    listed = client.get(reverse("admin:invitations_minister_changelist"))
    assert "/handbook/" not in listed.text


def test_a_stranger_is_led_to_the_sign_in_and_back(client):
    answer = client.get("/handbook/en/staff.html")

    assert answer.status_code == 302
    assert unquote(answer["Location"]).endswith("?next=/handbook/en/staff.html")


def test_an_office_reads_no_handbook(client):
    signed_in(client, is_staff=False)

    assert client.get("/handbook/en/staff.html").status_code == 302


@pytest.mark.parametrize(
    "place", ["../../pyvenv.cfg", "%2e%2e/%2e%2e/pyvenv.cfg", "en/", "en/no.html"]
)
def test_nothing_is_given_out_but_what_was_built(client, place):
    signed_in(client, is_staff=True)

    assert client.get(f"/handbook/{place}").status_code in (400, 404)


def test_its_pages_may_run_their_own_script_and_no_other(client):
    signed_in(client, is_staff=True)
    answer = client.get("/handbook/en/index.html")
    assert b"furo.js" in answer.getvalue()
    policy = answer["Content-Security-Policy"]

    allowed = re.search(r"script-src ([^;]*)", policy)[1].split(" ")

    assert allowed[0] == "'self'"
    assert [source[:8] for source in allowed[1:]] == ["'sha256-"]


def test_each_question_has_a_page_that_answers_it():
    for language in LANGUAGES:
        page = (BUILT / language / "questions.html").read_text()
        questions = re.search(r"<ol.*?</ol>", page, re.S)[0]

        items = re.findall(r"<li>.*?</li>", questions, re.S)

        assert len(items) == 10
        assert all(re.search(r'href="[\w-]+\.html', item) for item in items), language


def around_the_chapter(language):
    """What a page of the handbook shows and reads aloud around its chapter."""
    page = (BUILT / language / "circular.html").read_text()
    around = re.sub(r"<(article|script|style)\b.*?</\1>", "", page, flags=re.S)
    shown = re.findall(r">([^<>]+)<", around)
    aloud = re.findall(r'(?:aria-label|title|placeholder)="([^"]+)"', around)
    return {" ".join(words.split()) for words in shown + aloud}


def test_the_theme_speaks_the_handbook_s_language_too():
    assert "On this page" in around_the_chapter("en")

    in_both = around_the_chapter("en") & around_the_chapter("fr")

    assert in_both - {"", "Furo", "Index", "Menu", "Notes verbales"} == set()
