from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation

from invitations.files.frozen import thaw
from invitations.tests.outbox.print_run.papers import (
    C4,
    cells,
    damage,
    mission_for,
    printed,
    widths,
    words,
)

pytestmark = pytest.mark.django_db

# The PDF


def test_list_comes_first_then_for_each_envelope_its_address_its_note_and_its_letters(letter, note):
    one, other, alone = letter(301, sort_key="A"), letter(302, 303, sort_key="C"), letter(304)
    alone.invitation.minister.postal_address = "1 Palace Square"
    alone.invitation.minister.save()
    note(mission_for(one, other), one, other)

    pages = widths(printed(alone, other, one))

    front, *rest = pages
    assert front == (841, 595)
    assert rest == [C4, (700, 800), (301, 800), (302, 800), (303, 800), C4, (304, 800)]


def test_pages_of_a_letter_are_those_that_were_frozen(issued):
    invitation = issued()
    frozen = invitation.letters.get()
    mission_for(frozen)

    content = printed(frozen)

    with pikepdf.open(BytesIO(thaw(frozen.pdf.name, frozen.sha256))) as original:
        pages = [page.Contents.read_bytes() for page in original.pages]
    with pikepdf.open(BytesIO(content)) as merged:
        assert [page.Contents.read_bytes() for page in merged.pages[2:]] == pages
        assert merged.check_pdf_syntax() == []


def test_dispatch_list_says_where_each_letter_goes(letter):
    one = letter(301, 302, sort_key="RURITANIE", check_code="4821903577162048")
    mission_for(one, name="Mission of Ruritania")
    capital = letter(sort_key="ZENDA", minister__postal_address="1 Palace Square\nHentzau")

    front = words(printed(one, capital), "-l", "1")

    assert "RURITANIE" in front
    assert "4821 9035 7716 2048" in front
    assert "Mission of Ruritania, 2 Chemin" in front
    assert "1 Palace Square, Hentzau" in front
    assert one.circular.reference in front
    assert ["Pouch, permanent mission", "1", "1", "2"] in cells(front)
    assert ["Post, capital", "1", "1", "1"] in cells(front)
    assert ["Together", "2", "2", "3"] in cells(front)


def test_check_code_keeps_its_order_in_an_arabic_list(letter):
    one = letter(check_code="4821903577162048")
    mission_for(one)

    with translation.override("ar"):
        front = words(printed(one), "-l", "1")

    assert "4821 9035 7716 2048" in front


def test_letter_without_address_stands_first_on_the_list_and_in_no_envelope(letter):
    one, lost = letter(301, sort_key="RURITANIE"), letter(302, sort_key="ZENDA")
    mission_for(one)

    content = printed(one, lost)

    front = words(content, "-l", "1")
    assert front.index("No address") < front.index("ZENDA") < front.index("RURITANIE")
    assert "the minister’s postal address" in front
    assert (302, 800) not in widths(content)


def test_letter_without_address_is_listed_with_function_and_name_in_any_order(letter):
    one, lost = letter(301), letter(302, addressee="Minister of Posts\nFlavia Elphberg\nZenda")
    mission_for(one)

    front = words(printed(one, lost), "-l", "1")

    assert "Minister of Posts, Flavia Elphberg" in " ".join(front.split())


def test_address_page_of_a_mission_names_it_and_the_sender(letter):
    one = letter()
    mission_for(one, name="Mission of Ruritania")

    page = words(printed(one), "-f", "2", "-l", "2")

    assert "Mission of Ruritania\n" in page
    assert "1200 Geneva" in page
    assert "Ruritanian Union of Telegraphs" in page
    assert "1 Castle Street, Strelsau" in page
    assert "BY POUCH" in page


def test_address_page_to_a_capital_ends_with_the_state_in_french_capitals(letter):
    one = letter(sort_key="Zénda", minister__postal_address="1 Palace Square\n1000 Hentzau\n")

    page = words(printed(one), "-f", "2", "-l", "2")

    lines = [line.strip() for line in page.splitlines() if line.strip()]
    assert lines[-5:-1] == ["Ruritania", "1 Palace Square", "1000 Hentzau", "ZÉNDA"]
    assert "BY POUCH" not in page


def test_address_page_by_a_regional_office_names_the_minister_first(letter):
    one = letter()
    mission_for(one, kind="regional", name="Regional Office for Zenda", city="Zenda")

    page = words(printed(one), "-f", "2", "-l", "2")

    assert page.index("Flavia Elphberg") < page.index("c/o Regional Office for Zenda")


def test_long_addresses_keep_to_one_page_each(letter):
    one = letter(301, minister__postal_address="A very long line of an address " * 60)
    other = letter(302, minister__postal_address="\n".join(["One of many lines"] * 40))

    assert widths(printed(one, other))[-4:] == [C4, (301, 800), C4, (302, 800)]


def test_damaged_letter_stops_the_run_and_is_named(letter):
    one, forged = letter(), letter(minister__given_name="Antoinette", minister__name_key="a")
    mission_for(one)
    mission_for(forged)
    damage(forged)

    with pytest.raises(ValidationError, match=r"Antoinette Elphberg.* is not what was frozen"):
        printed(one, forged)


def test_missing_letter_stops_the_run_and_is_named(letter):
    one = letter(minister__given_name="Antoinette", minister__name_key="a")
    mission_for(one)
    Path(settings.MEDIA_ROOT, one.pdf.name).unlink()

    with pytest.raises(ValidationError, match=r"Antoinette Elphberg.* is missing"):
        printed(one)
