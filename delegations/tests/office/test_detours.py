"""Ways that are not straight: several States in tabs, a list with faults, a link cut in two."""

import io

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from delegations.models import Delegate
from delegations.tests.browser import CHECK, RECORD, browser_page, invited
from invitations.links import grouped_code
from invitations.models import Reply
from invitations.replies import record_reply

# The reference data of the migrations comes back after each of these tests.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
PREVIEW, ADD = "#words .btn[value=preview]", "#words .btn[value=add]"
FAULTY = "\n".join(
    [
        "ФИО;Пол;Виза;Прибытие;Роль;Примечания",
        "Флавия Эльфберг;ж;да;10.05.2027;глава делегации;Вегетарианка",
        "=1+1;?;может быть;весной;король;",
    ]
)
CORRECTED = "Рудольф Рассендилл;м;нет;11.05.2027;советник;"


def test_three_states_are_answered_in_tabs_and_seen_on_one_page(chromium, edition, site):
    answers = ("in_person", "regrets", "video")
    asked = [invited(edition) for _state in answers]

    with browser_page(chromium) as first:
        tabs = [first, first.context.new_page(), first.context.new_page()]
        for tab, (_invitation, link), answer in zip(tabs, asked, answers, strict=True):
            tab.goto(link)
            tab.check(f"[name=answer][value={answer}]")
        for tab in reversed(tabs):
            tab.click(CHECK)
        for tab in tabs:
            tab.click(RECORD)
            expect(tab.locator("h1")).to_have_text("Your reply has been recorded")
        first.click("a[href='/states/']")
        expect(first.locator("main section")).to_have_count(0)
        first.click("main [value=together]")
        expect(first.locator("main section")).to_have_count(3)
        expect(first.locator("main")).to_contain_text("All answers are recorded.")
        first.click("main [value=forget]")
        expect(first.locator("main section")).to_have_count(0)
        tabs[1].reload()
        expect(tabs[1].locator("h1")).to_have_text("Your reply has been recorded")

    said = [invitation.replies.get().answer for invitation, _link in asked]
    assert tuple(said) == answers


def test_a_list_with_each_kind_of_fault_is_corrected_and_added(chromium, edition):
    invitation, link = invited(edition)
    record_reply(invitation, {"answer": Reply.Answer.IN_PERSON})
    file = {"name": "list.csv", "mimeType": "text/csv", "buffer": FAULTY.encode("cp1251")}

    with browser_page(chromium) as page:
        page.goto(link)
        page.goto(page.url + "delegation/list/")
        with page.expect_download() as download:
            page.click("main a[href$='.xlsx']")
        book = load_workbook(io.BytesIO(download.value.path().read_bytes()))
        assert book.active["A1"].value == "Name as on the badge"
        page.set_input_files("#id_file", [file])
        page.click(PREVIEW)
        expect(page.locator("#told")).to_contain_text("Windows-1251")
        expect(page.locator("#told")).to_contain_text("“Примечания”")
        expect(page.locator("main [role=alert] li")).to_have_count(5)
        expect(page.locator(ADD)).to_have_count(0)
        page.click("#words details > summary")
        page.fill("#id_lines", FAULTY.rpartition("\n")[0] + "\n" + CORRECTED)
        page.click(PREVIEW)
        expect(page.locator("main [role=alert]")).to_contain_text("“Примечания”")
        page.click(ADD)
        expect(page.locator(".people > li")).to_have_count(2)

    said = Delegate.objects.order_by("pk").values_list("name", "gender", "role")
    assert list(said) == [
        ("Флавия Эльфберг", "f", "head"),
        ("Рудольф Рассендилл", "m", "adviser"),
    ]


def test_a_link_cut_in_two_leads_to_the_code_and_each_code_to_its_page(chromium, edition):
    invitation, link = invited(edition, language="fr")
    code = grouped_code(invitation.links.get().code)

    with browser_page(chromium, locale="fr-FR") as page:
        told = page.locator("main [role=status]")
        page.goto(link[:-8])
        expect(told).to_be_focused()
        page.fill("#id_code", "1234 5678 9012 3456")
        page.click("#asked .btn")
        expect(page.locator("#id_letter")).to_be_visible()
        expect(told).to_be_focused()
        page.click("#asked .btn")
        expect(page.locator("#verdict")).to_be_visible()
        expect(told).to_be_focused()
        page.fill("#id_code", code)
        page.click("#asked .btn")
        expect(page.locator("#id_code")).to_have_value(code)
        expect(told).to_be_focused()
        page.click("#asked .btn")
        expect(page.locator("html")).to_have_attribute("lang", "fr")
        expect(page.locator("[name=answer]").first).to_be_attached()
