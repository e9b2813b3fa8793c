"""The whole way of an office in its language: answer, statement, delegation, change of mind."""

from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import expect

from delegations.models import Delegate, DelegationChange, StatementText
from delegations.tests.browser import CHECK, RECORD, SAVE, browser_page, invited
from invitations.links import grouped_code
from invitations.models import Reply

# The reference data of the migrations comes back after each of these tests.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

PHONE_OF_TODAY = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PARTS = ("answer", "statement", "delegation")
NOT_EXPECTED = "on file, but not expected with this answer"
OFFICES = {
    "fr": {
        "answers": "Hélène de Zenda",
        "title": "De la confiance : ce que nous devons aux générations à venir",
        "file": "Déclaration.txt",
        "people": ["Flavia Elphberg", "Rodolphe Rassendyll"],
    },
    "ar": {
        "answers": "هيلانة الزندي",
        "title": "الثقة أساس التحوّل الرقمي",
        "file": "البيان.txt",
        "people": ["فلافيا إلفبرغ", "رودولف راسنديل"],
    },
    "zh-hans": {
        "answers": "曾达海伦",
        "title": "信任是数字化转型的基础",
        "file": "政策声明.txt",
        "people": ["埃尔夫贝格", "拉森迪尔"],
    },
    "ru": {
        "answers": "Елена Зендская",
        "title": "Доверие как основа цифрового будущего",
        "file": "Заявление.txt",
        "people": ["Флавия Эльфберг", "Рудольф Рассендилл"],
    },
}


def test_an_office_goes_the_whole_way_in_french_on_a_phone(chromium, edition):
    invitation, link = invited(edition, language="fr", portfolio="Ministre des Postes")

    with browser_page(chromium, **PHONE_OF_TODAY) as page:
        page.goto(link)
        go_the_whole_way(page, "fr")
        assert page.evaluate("document.documentElement.scrollWidth") == 390

    assert_left_behind(invitation, OFFICES["fr"])


def test_an_office_goes_the_whole_way_in_arabic_on_a_desktop(chromium, edition):
    minister = {"portfolio": "وزيرة الاتصالات", "name_in_script": "فلافيا إلفبرغ"}
    invitation, link = invited(edition, language="ar", **minister)

    with browser_page(chromium, **DESKTOP) as page:
        page.goto(link)
        for place in ("main .facts", ".sending"):
            expect(page.locator(place).first).to_contain_text(minister["name_in_script"])
        go_the_whole_way(page, "ar")
        asked, parts = (page.locator(place).bounding_box() for place in (".asked", ".parts"))
        assert asked["x"] > parts["x"]

    assert_left_behind(invitation, OFFICES["ar"])


def test_an_office_goes_the_whole_way_in_chinese_from_a_typed_code(chromium, edition, site):
    invitation, _link = invited(edition, language="zh-hans", portfolio="通信部长")
    invitation.links.update(code="zskbmhcptxyv")

    with browser_page(chromium, locale="zh-CN", **DESKTOP) as page:
        page.goto(f"{site}/code/")
        assert_spoken(page, "zh-hans", "Enter the code printed in your letter")
        page.fill("#id_code", misread(grouped_code("zskbmhcptxyv", "  ")))
        page.click("#asked .btn")
        go_the_whole_way(page, "zh-hans")

    assert_left_behind(invitation, OFFICES["zh-hans"])


def test_an_office_goes_the_whole_way_in_russian_without_javascript(chromium, edition):
    invitation, link = invited(edition, language="ru", portfolio="Министр связи")

    with browser_page(chromium, java_script_enabled=False) as page:
        page.goto(link)
        go_the_whole_way(page, "ru")

    assert_left_behind(invitation, OFFICES["ru"])


def misread(code):
    """As somebody types it: capitals, digits for letters, and Cyrillic letters."""
    return f" {code.upper()} ".translate(str.maketrans("ZSKM", "25\u041a\u041c"))


def go_the_whole_way(page, language):
    office = OFFICES[language]
    assert_spoken(page, language, "Reply to the invitation")
    answer(page, language, "in_person", office["answers"])
    announce(page, language, office)
    for role, name in zip(("head", "adviser"), office["people"], strict=True):
        nominate(page, language, role, name)
    part(page, "answer")
    assert_spoken(page, language, "Reply to the invitation")
    expect(page.locator("#filed + dl")).to_contain_text(office["answers"])
    page.click(".steps a[href$='/change/']")
    answer(page, language, "regrets", office["answers"])
    part(page, "answer")
    expect(page.locator(".history > li")).to_have_count(2)
    expect(page.locator(".parts a")).to_have_count(3)
    states = [in_words(language, "recorded"), *[in_words(language, NOT_EXPECTED)] * 2]
    expect(page.locator(".parts .state")).to_have_text(states)


def answer(page, language, choice, respondent):
    page.check(f"[name=answer][value={choice}]")
    if not page.locator("#id_respondent_name").is_visible():
        page.click(".further summary")
    page.fill("#id_respondent_name", respondent)
    page.click(CHECK)
    assert_spoken(page, language, "Please check the reply")
    expect(page.locator("main .filed")).to_contain_text(respondent)
    page.click(RECORD)
    assert_spoken(page, language, "Your reply has been recorded")
    expect(page.locator("h1")).to_be_focused()
    page.go_back()
    assert_spoken(page, language, "Your reply has been recorded")
    expect(page.locator("main .filed")).to_contain_text(respondent)


def announce(page, language, office):
    """Announce the statement, and send its text."""
    part(page, "statement")
    assert_spoken(page, language, "Policy statement")
    page.fill("#id_title", office["title"])
    page.click(SAVE)
    expect(page.get_by_role("status")).to_have_text(
        in_words(language, "The particulars of the statement are saved.")
    )
    expect(page.get_by_role("status")).to_be_focused()
    assert page.title().startswith(in_words(language, "Saved"))
    expect(page.locator(".btn-primary")).to_have_text(in_words(language, "Name the delegation"))
    expect(page.locator("#id_title")).to_have_value(office["title"])
    text = {"name": office["file"], "mimeType": "text/plain", "buffer": office["title"].encode()}
    page.set_input_files("#file_texts", [text])
    page.click(SAVE)
    expect(page.get_by_role("status")).to_contain_text(office["file"])


def nominate(page, language, role, name):
    part(page, "delegation")
    assert_spoken(page, language, "Delegation")
    page.click("a[href$='/delegation/add/']")
    assert_spoken(page, language, "Add a person")
    page.select_option("#id_role", role)
    page.fill("#id_name", name)
    page.click(SAVE)
    expect(page.get_by_role("status")).to_have_text(in_words(language, "%s is on the list.") % name)
    expect(page.locator(".people > li", has_text=name)).to_be_visible()


def part(page, name):
    page.locator(".parts li").nth(PARTS.index(name)).get_by_role("link").click()


def in_words(language, english):
    with translation.override(language):
        return gettext(english)


def assert_spoken(page, language, heading):
    root = page.locator("html")
    expect(page.locator("h1")).to_have_text(in_words(language, heading))
    expect(root).to_have_attribute("lang", language)
    expect(root).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")


def assert_left_behind(invitation, office):
    """Both replies, the statement with its text, and who was named; a regret deletes nothing."""
    replies = invitation.replies.order_by("pk")
    assert list(replies.values_list("answer", "status", "respondent_name")) == [
        ("in_person", Reply.Status.SUPERSEDED, office["answers"]),
        ("regrets", Reply.Status.STANDING, office["answers"]),
    ]
    text = StatementText.objects.get()
    assert (text.statement.title, text.called) == (office["title"], office["file"])
    assert Path(text.file.path).read_text() == office["title"]
    people = Delegate.objects.order_by("pk").values_list("role", "name")
    assert list(people) == list(zip(("head", "adviser"), office["people"], strict=True))
    changes = DelegationChange.objects.values_list("invitation", flat=True)
    assert list(changes) == [invitation.pk] * 4
