"""What is read of a scan, in a process that has little memory and time."""

import io

import pytest
from PIL import Image

from invitations.files import scans
from invitations.files.confined import Limits
from invitations.files.scans import read_scan
from invitations.tests.sheets import A4, PAPER, as_file, sheet
from invitations.tests.uploading import pdf, pdf_bomb

pytestmark = pytest.mark.program

CODE = "https://forum.example.org/r/abcdefghjkmnpqrstuvwx"
KINDS = [("PNG", {}), ("JPEG", {}), ("TIFF", {}), ("PDF", {"resolution": 150})]


@pytest.mark.parametrize(("kind", "more"), KINDS, ids=[kind for kind, _more in KINDS])
def test_a_scan_of_each_kind_shows_its_page_and_its_code(kind, more):
    read = read_scan(as_file(sheet(CODE), kind=kind, **more))

    assert [(page.is_blank, page.codes) for page in read.pages] == [(False, [CODE])]
    assert max(Image.open(io.BytesIO(read.pages[0].picture)).size) == scans.SHOWN_AT


@pytest.mark.parametrize("turned", [2.5, -6, 90, 180, 183, 270])
def test_a_code_is_read_skewed_and_upside_down_and_its_page_is_shown_upright(turned):
    crooked = sheet(CODE).rotate(turned, expand=True, fillcolor=PAPER)

    page = read_scan(as_file(crooked)).pages[0]

    assert page.codes == [CODE]
    again = scans.codes_on(Image.open(io.BytesIO(page.picture)))
    assert abs(again[0].orientation) < 10


def test_a_telephone_s_photo_is_one_page_whatever_it_keeps_behind_its_picture():
    brightness = Image.new("L", (310, 438), 90)
    photo = as_file(sheet(CODE), brightness, kind="MPO")

    for content in (photo, photo[:-400]):
        read = read_scan(content)
        assert (read.total, [page.codes for page in read.pages]) == (1, [[CODE]])


def test_a_fax_of_standard_quality_is_stretched_to_its_paper():
    squeezed = sheet(CODE).resize((1240, 877))

    page = read_scan(as_file(squeezed, kind="TIFF", dpi=(204, 98))).pages[0]

    shown = Image.open(io.BytesIO(page.picture))
    assert page.codes == [CODE]
    assert shown.height > 1.4 * shown.width


def test_a_blank_page_is_told_from_one_with_a_few_words_in_spite_of_dust():
    dust = Image.effect_noise(A4, 20).point(lambda grey: grey + 100)
    few = dust.copy()
    few.paste(sheet(lines=2).crop((0, 180, 1240, 260)), (0, 180))

    read = read_scan(as_file(dust, few, kind="TIFF"))

    assert [page.is_blank for page in read.pages] == [True, False]


def test_only_the_first_pages_are_read_and_all_are_counted():
    pages = [Image.new("L", (100, 140), PAPER)] * (scans.MOST_PAGES + 3)

    read = read_scan(as_file(*pages, kind="TIFF"))

    assert (len(read.pages), read.total) == (scans.MOST_PAGES, scans.MOST_PAGES + 3)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"%PDF-1.7 nothing",
        b"\x89PNG\r\n\x1a\nnothing",
        b"II*\x00nothing",
        pdf(password="secret"),
        pdf_bomb(900),
        as_file(sheet(CODE))[:4000],
    ],
    ids=["nothing", "gif", "pdf", "png", "tiff", "locked", "bomb", "half"],
)
def test_what_cannot_be_read_is_no_scan_and_hurts_nobody(content):
    assert read_scan(content) is None


def test_a_picture_of_more_dots_than_any_paper_has_is_not_unpacked():
    large = as_file(Image.new("1", (30_000, 30_000)))

    assert len(large) < 300_000
    assert read_scan(large) is None


def test_a_scan_that_takes_longer_than_it_may_is_given_up(monkeypatch, caplog):
    monkeypatch.setattr(scans, "LIMITS", Limits(patience=0.05))

    assert read_scan(as_file(sheet(CODE))) is None
    assert CODE not in caplog.text


@pytest.mark.parametrize(
    "said",
    [
        b"[]",
        b'{"pages": []}',
        b'{"pages": [{"picture": "Z2lm", "is_blank": 0, "codes": []}], "total": 1, "words": ""}',
        b'{"pages": [{"picture": "!", "is_blank": 0, "codes": []}], "total": 1, "words": ""}',
        b"\xff",
    ],
)
def test_what_the_process_says_is_believed_only_in_the_shape_that_it_has(said):
    assert scans.understood(said) is None
