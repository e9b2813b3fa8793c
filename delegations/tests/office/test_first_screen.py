"""What an office sees first, on a phone of today, and what its answer asks for."""

import pytest
from playwright.sync_api import expect

from delegations.tests.browser import CHECK, RECORD, browser_page, invited
from invitations.models import Language
from invitations.tests.factories import InvitationFactory, MinisterFactory

# The reference data of the migrations comes back after each of these tests.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
MINISTERS = {
    "ar": ("وزيرة الاتصالات وتكنولوجيا المعلومات", "فلافيا إلفبرغ"),
    "zh-hans": ("信息通信部部长", "弗拉维娅·埃尔夫贝格"),
    "ru": ("Министр связи и массовых коммуникаций", "Флавия Эльфберг"),
}
ASKED = "fieldset .mb-3 input, fieldset select, fieldset textarea, .tick input"


def of_minister(language):
    portfolio, name = MINISTERS.get(language, ("Minister of Communications", ""))
    return {"language": language, "portfolio": portfolio, "name_in_script": name}


def bottoms(page, selector):
    script = "all => all.map(one => one.getBoundingClientRect().bottom + scrollY)"
    return page.locator(selector).evaluate_all(script)


def follow_another(invitation):
    """Let the State's principal invitation be another minister's: a line more tells of it."""
    type(invitation).objects.filter(pk=invitation.pk).update(is_principal=False)
    other = MinisterFactory(member_state=invitation.member_state, given_name="Rudolf")
    InvitationFactory(edition=invitation.edition, minister=other)


@pytest.mark.parametrize("by_courtesy", [False, True], ids=["principal", "by courtesy"])
@pytest.mark.parametrize("language", Language.values)
def test_first_screen(chromium, edition, language, by_courtesy):
    invitation, link = invited(edition, **of_minister(language))
    if by_courtesy:
        follow_another(invitation)

    with browser_page(chromium, **PHONE) as page:
        page.goto(link)
        whose, last_day = page.locator(".whose strong"), page.locator(".last-day")
        expect(whose).to_have_text(str(invitation.member_state))
        line_height = whose.evaluate("one => parseFloat(getComputedStyle(one).lineHeight)")
        assert whose.bounding_box()["height"] <= 1.5 * line_height
        expect(last_day).to_be_in_viewport(ratio=1)
        expect(page.locator(".follows")).to_have_count(int(by_courtesy))
        answers, (button,) = bottoms(page, ".choice"), bottoms(page, CHECK)
        assert sum(bottom <= 844 for bottom in answers) >= min(4, len(answers))
        assert button - answers[-1] <= 844


def asked(page):
    return {one.get_attribute("name") for one in page.locator(ASKED).all() if one.is_visible()}


def test_only_what_follows_from_the_answer_is_asked(chromium, edition):
    _invitation, link = invited(edition)

    with browser_page(chromium, java_script_enabled=False, **PHONE) as page:
        page.goto(link)
        assert asked(page) == set()
        page.check("[value=represented]")
        assert asked(page) == {
            "substitute_name", "substitute_function", "substitute_rank", "segments",
        }  # fmt: skip
        page.fill("#id_substitute_name", "Rudolf Rassendyll")
        for answer in ("regrets", "video", "holding"):
            page.check(f"[value={answer}]")
            assert asked(page) == set()
        page.check("[value=in_person]")
        assert asked(page) == {"segments"}
        page.check("[value=represented]")
        expect(page.locator("#id_substitute_name")).to_have_value("Rudolf Rassendyll")


def test_what_another_answer_asked_for_falls_away_in_words_and_can_come_back(chromium, edition):
    invitation, link = invited(edition)

    with browser_page(chromium, java_script_enabled=False) as page:
        page.goto(link)
        page.check("[value=represented]")
        page.fill("#id_substitute_name", "Rudolf Rassendyll")
        page.check("[value=regrets]")
        page.click(CHECK)
        expect(page.locator(".fallen")).to_contain_text("Substitute – Rudolf Rassendyll")
        page.get_by_role("button", name="Change: Answer").click()
        expect(page.locator("[value=regrets]")).to_be_focused()
        page.check("[value=represented]")
        expect(page.locator("#id_substitute_name")).to_have_value("Rudolf Rassendyll")
        page.click(CHECK)
        expect(page.locator(".fallen")).to_have_count(0)
        page.click(RECORD)
        page.wait_for_url("**/thanks/")

    assert invitation.replies.get().substitute_name == "Rudolf Rassendyll"


def test_a_fault_in_what_the_answer_does_not_ask_is_still_seen(chromium, edition):
    _invitation, link = invited(edition)

    with browser_page(chromium, java_script_enabled=False) as page:
        page.goto(link)
        page.check("[value=represented]")
        page.fill("#id_substitute_name", "RenÃ© Dupont")
        page.check("[value=regrets]")
        page.click(CHECK)
        expect(page.locator("#id_substitute_name")).to_be_visible()


def test_the_shortest_reply_takes_three_taps(chromium, edition):
    invitation, link = invited(edition)

    with browser_page(chromium, java_script_enabled=False, **PHONE) as page:
        page.goto(link)
        for tapped in ("label:has([value=regrets])", CHECK, RECORD):
            page.tap(tapped)
        page.wait_for_url("**/thanks/")

    assert invitation.replies.get().answer == "regrets"


def test_a_long_rank_is_read_in_full(chromium, edition):
    _invitation, link = invited(edition, **of_minister("ru"))

    with browser_page(chromium, **PHONE) as page:
        page.goto(link)
        page.check("[value=represented]")
        rank = page.locator("#id_substitute_rank")
        of_one_line = rank.bounding_box()
        rank.select_option("MON")

        assert rank.bounding_box()["width"] == of_one_line["width"]
        assert rank.bounding_box()["height"] > 1.5 * of_one_line["height"]
