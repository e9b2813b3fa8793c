"""Whoever reads with other eyes, in other light or by the keys alone finds nothing in the way."""

import io
import subprocess
from itertools import chain

import pytest
from PIL import Image
from playwright.sync_api import expect

from delegations.models import PolicyStatement
from delegations.statements import submit_statement
from delegations.tests.browser import CHECK, RECORD, SAVE, invited, page_in
from delegations.tests.measures import bring_axe, findings, focus_findings, watched
from delegations.tests.states import (
    after_the_answer,
    answers,
    delegations,
    doors,
    hold,
    of_office,
    up_to_the_answer,
)
from invitations.models import Language
from invitations.replies import record_reply

# The reference data of the migrations comes back after each of these tests.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.mark.parametrize("states", [up_to_the_answer, after_the_answer])
@pytest.mark.parametrize("language", Language.values)
def test_no_page_in_any_state_keeps_anybody_out(chromium, edition, language, states):
    with page_in(chromium, language) as page, watched(page) as from_elsewhere:
        bring_axe(page)
        found = {name: findings(page) for name in states(page, edition)}

    assert len(found) >= 20
    assert {name: lines for name, lines in found.items() if lines} == {}
    assert from_elsewhere == []


def test_the_tab_key_leads_to_everything_in_its_order_and_shows_where_it_is(chromium, edition):
    with page_in(chromium, "ar") as page:
        states = chain(doors(page, edition), answers(page, edition), delegations(page, edition))
        found = {name: focus_findings(page) for name in states}

    assert len(found) > 15
    assert {name: lines for name, lines in found.items() if lines} == {}


def press_on(page, selector, key="Enter"):
    """Go there by the Tab key, press the other one, and wait for the page it leads to."""
    tab_to(page, selector)
    with page.expect_navigation():
        page.keyboard.press(key)


def tab_to(page, selector):
    for _press in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"The Tab key never reached {selector}.")


def test_an_office_answers_and_announces_by_three_keys_alone(chromium, edition):
    invitation, link = invited(edition)

    with page_in(chromium, "fr") as page:
        page.goto(link)
        tab_to(page, "#id_answer_0")
        page.keyboard.press("Space")
        press_on(page, CHECK)
        press_on(page, RECORD)
        page.wait_for_url("**/thanks/")
        press_on(page, ".parts a[href$='/statement/']")
        press_on(page, SAVE, "Space")
        expect(page.get_by_role("status")).to_be_visible()

    assert invitation.replies.get().answer == "in_person"
    assert PolicyStatement.objects.get().mode == "in_person"


def test_the_first_stop_leads_past_the_languages_to_the_content(chromium, edition):
    with page_in(chromium, "fr") as page:
        hold(page, edition)
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.locator("#id_answer_0")).to_be_focused()


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_recorded_answer_prints_its_words_and_nothing_to_press(
    chromium, edition, tmp_path, language
):
    with page_in(chromium, language) as page:
        office = hold(page, edition)
        record_reply(office, {"answer": "in_person", "remarks": "With seven boxes."})
        of_office(page, office, "recorded")
        page.pdf(path=tmp_path / "recorded.pdf", format="A4")

    words = printed(tmp_path / "recorded.pdf")
    assert words.count("\f") == 1
    assert "With seven boxes." in words
    assert str(office.member_state) in words
    assert "Español" not in words
    assert "PDF" not in words


def test_a_printed_page_shows_the_history_that_the_screen_folds(chromium, edition, tmp_path):
    with page_in(chromium, "fr") as page:
        office = hold(page, edition, "represented", substitute_name="Rudolf Rassendyll")
        record_reply(office, {"answer": "regrets"})
        of_office(page, office)
        page.pdf(path=tmp_path / "office.pdf", format="A4")

    assert "Rudolf Rassendyll" in printed(tmp_path / "office.pdf")


def printed(file):
    told = subprocess.run(["pdftotext", "-layout", file, "-"], check=True, capture_output=True)
    return told.stdout.decode()


def test_a_statement_that_can_only_be_read_is_not_faded(chromium, edition):
    invitation, link = invited(edition)
    record_reply(invitation, {"answer": "in_person"})
    submit_statement(invitation, {"speaker_name": "Flavia Elphberg"}, "")
    record_reply(invitation, {"answer": "regrets"})

    with page_in(chromium, "en", color_scheme="dark") as page:
        page.goto(link)
        page.click(".parts a[href$='/statement/']")
        for words in (page.get_by_text("By video", exact=True), page.locator("[name=mode]").first):
            expect(words).to_have_css("opacity", "1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_chosen_is_seen_where_the_device_forces_its_colours(chromium, edition, scheme):
    _invitation, link = invited(edition)

    with page_in(chromium, "en", color_scheme=scheme, forced_colors="active") as page:
        page.goto(link)
        page.check("[value=in_person]")
        for chosen in (page.locator("#id_segments_0"), page.locator("[value=video]")):
            chosen.check()
            chosen.blur()
            darkest, lightest = shades_inside(chosen)
            assert lightest - darkest > 128


def shades_inside(box):
    """The darkest and the lightest shade in the middle of a box or ring, where its mark stands."""
    drawn = Image.open(io.BytesIO(box.screenshot())).convert("L")
    middle = [drawn.width // 4, drawn.height // 4, *(3 * side // 4 for side in drawn.size)]
    return drawn.crop(middle).getextrema()
