"""The mail as HTML in a browser: six languages, on a phone and in a window, by day and by night."""

import re
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from PIL import Image
from playwright.sync_api import expect

from delegations.nominations import nominate_delegate
from delegations.statements import submit_statement
from delegations.tests.browser import browser_page
from delegations.tests.measures import NOT_LEGIBLE, axe_findings, bring_axe
from invitations.files.frozen import thaw
from invitations.letters.composing_queue import compose_planned
from invitations.mail.html_part import html_alone, plain_alone
from invitations.models import Language, Letter
from invitations.replies import record_reply
from invitations.tests.factories import HoursFactory, InvitationFactory, LetterFactory, UserFactory
from scripts.pictures import FOLDER, GAP, KINDS, draw_mails, name_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
WIDTHS = (380, 800)
RIGHT_TO_LEFT = "(?m)^\u2067|\u2069$"
OF_PAGES = ("landmark-one-main", "page-has-heading-one", "region")


def mails_of(edition, language):
    """The mail of each kind in the language, with another language after it."""
    spoken = {"language": language, "second_language": "fr" if language == "en" else "en"}
    office = InvitationFactory(
        edition=edition, **{f"minister__{name}": code for name, code in spoken.items()}
    )
    of_office = {"invitation": office, "circular": edition.circulars.get(), **spoken}
    LetterFactory(kind="invitation", **of_office)
    compose_planned()
    Letter.objects.update(state="approved", approved_at=timezone.now())
    LetterFactory(
        kind="reminder",
        variant="first",
        step=edition.reminder_steps.get(),
        reply_before=edition.reply_before,
        leave_before=edition.deadline,
        **of_office,
    )
    said = {"answer": "in_person", "segments": ["opening"], "remarks": "With seven boxes, שלום."}
    record_reply(office, said)
    compose_planned()
    HoursFactory(edition=edition)
    LetterFactory(kind="calendar", **of_office)
    submit_statement(office, {"speaker_name": "Rupert Hentzau", "title": "Bridges, שלום"}, "")
    nominate_delegate(office, {"role": "adviser", "name": "Fritz Tarlenheim"}, uuid4())
    Letter.objects.planned().update(compose_again_at=None)
    compose_planned()
    return {
        name_of(letter): html_alone(thaw(letter.message.name, letter.message_sha256))
        for letter in Letter.objects.exclude(message_sha256="")
    }


def faults_of_a_mail(page):
    """What axe finds, but for headings and landmarks: those are of the page that shows the mail."""
    return [words for words in axe_findings(page) if not words.startswith(OF_PAGES)]


@pytest.mark.parametrize("language", Language.values)
def test_no_mail_keeps_anybody_out_or_runs_off_its_page(chromium, edition, language):
    mails = mails_of(edition, language)

    with browser_page(chromium) as page:
        bring_axe(page)
        found = {}
        for kind, html in mails.items():
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                page.goto("about:blank")
                page.set_content(html)
                found[kind, width] = [*faults_of_a_mail(page), *page.evaluate(NOT_LEGIBLE)]

    assert {*mails} == {*KINDS}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_the_pictures_in_the_documentation_are_those_that_the_mails_of_today_make(
    chromium, edition, tmp_path
):
    mails = mails_of(edition, "ar")

    draw_mails(chromium, {kind: [mails[kind]] for kind in KINDS}, tmp_path)

    drawn, kept = measured(tmp_path), measured(FOLDER)
    guide = (settings.BASE_DIR / "docs/letters.md").read_text("utf-8")
    assert drawn.keys() == kept.keys() == {*re.findall(r"pictures/(mail-\w+\.png)", guide)}
    for name, (width, height, colours) in drawn.items():
        # There the six languages stand side by side, light above dark.
        assert kept[name][0] == len(Language) * (width - GAP) + GAP
        assert kept[name][1] > height / 2 > 400
        assert colours > 8


def measured(folder):
    """Width, height and number of colours of each picture of mail in the folder."""
    found = {}
    for path in folder.glob("mail-*.png"):
        with Image.open(path) as picture:
            found[path.name] = (*picture.size, len(picture.getcolors()))
    return found


# The element in each corner of the button, three pixels within its edges.
CORNERS = """() => {
    const box = document.querySelector(".button").getBoundingClientRect();
    const at = (x, y) => document.elementFromPoint(x, y).closest("a") !== null;
    return [at(box.left + 3, box.top + 3), at(box.right - 3, box.bottom - 3)];
}"""


def test_the_button_is_a_link_up_to_its_edges(chromium, edition):
    html = mails_of(edition, "ar")["invitation"]

    with browser_page(chromium, viewport={"width": 380, "height": 2000}) as page:
        page.set_content(html)

        assert page.evaluate(CORNERS) == [True, True]


# Of each line: whether its first sign stands to the right of its last one, as Arabic reads.
READS_FROM_THE_RIGHT = """() => {
    const text = document.querySelector("pre").firstChild, found = [];
    const left = (at) => {
        const range = document.createRange();
        range.setStart(text, at);
        range.setEnd(text, at + 1);
        return range.getBoundingClientRect().left;
    };
    let start = 0;
    for (const line of text.data.split("\\n")) {
        const signs = [...line].map((sign, at) => [sign, start + at])
            .filter(([sign]) => !/[\\u200e\\u2066-\\u2069\\s]/.test(sign));
        if (/[\\u0621-\\u064a]/.test(line))
            found.push([line, left(signs[0][1]) > left(signs.at(-1)[1])]);
        start += line.length + 1;
    }
    return found;
}"""


def test_an_arabic_mail_reads_right_in_a_pane_from_left_to_right(chromium, edition):
    mails_of(edition, "ar")
    letters = Letter.objects.exclude(message_sha256="").exclude(kind="note")
    plain = [plain_alone(thaw(one.message.name, one.message_sha256)) for one in letters]

    with browser_page(chromium, viewport={"width": 5000, "height": 800}) as page:
        for words in plain:
            page.set_content(f'<pre dir="ltr">{escape(words)}</pre>')
            lines = page.evaluate(READS_FROM_THE_RIGHT)

            assert len(lines) > 5
            assert [line for line, reads in lines if not reads] == []
            page.set_content(f'<pre dir="ltr">{escape(re.sub(RIGHT_TO_LEFT, "", words))}</pre>')
            assert [line for line, reads in page.evaluate(READS_FROM_THE_RIGHT) if not reads]


@pytest.fixture
def desk(chromium, site):
    with browser_page(chromium, viewport={"width": 1600, "height": 1000}) as page:
        client = Client()
        client.force_login(UserFactory(is_superuser=True))
        held = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": held.key, "value": held.value, "url": site}])
        yield page


def test_the_desk_s_frames_load_once_they_are_opened_and_show_the_mail(desk, site, edition):
    letter = LetterFactory(circular=edition.circulars.get(), invitation__edition=edition)
    compose_planned()
    asked = []
    desk.on("request", lambda request: asked.append(request.url))

    desk.goto(f"{site}{reverse('admin:invitations_letter_change', args=[letter.pk])}")
    desk.wait_for_load_state("networkidle")
    before = [url for url in asked if re.search(r"/mail/(plain|html)/$", url)]
    frames_before = desk.locator(".mail-frames iframe").count()
    for _time in range(3):
        desk.click(".mail-frames summary")

    assert (before, frames_before) == ([], 0)
    expect(desk.locator(".mail-frames iframe[sandbox]")).to_have_count(3)
    for number in range(3):
        frame = desk.frame_locator(".mail-frames iframe").nth(number)
        expect(frame.locator("body")).to_contain_text("/r/")
    expect(frame.locator("img")).to_be_visible()


def test_the_frames_of_each_letter_to_approve_are_laid_once_it_is_opened(desk, site, edition):
    circular = edition.circulars.get()
    offices = [InvitationFactory(edition=edition, status="draft") for _office in range(2)]
    letters = [LetterFactory(circular=circular, invitation=office) for office in offices]
    compose_planned()

    desk.goto(f"{site}{reverse('admin:invitations_circular_approve', args=[circular.pk])}")
    for number, letter in enumerate(letters):
        part = desk.locator(".mail-frames").nth(number)
        expect(part.locator("iframe")).to_have_count(0)
        for _time in range(3):
            part.locator("summary").click()
        expect(part.locator("iframe[sandbox]")).to_have_count(3)
        shown = [one.get_attribute("src") for one in part.locator("iframe").all()]
        assert {address.rpartition("/letter/")[2] for address in shown} == {
            f"{letter.pk}/mail/plain/",
            f"{letter.pk}/mail/html/",
        }
