import re

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext
from pypdfium2 import PdfDocument

from delegations.office.receipt import on_file_pdf, record_pdf
from delegations.tests.offices import browser, page_of
from invitations.letters.composing_queue import compose_planned
from invitations.letters.context import recorded_words
from invitations.models import Language, LetterTemplate
from invitations.replies import record_reply
from invitations.tests.factories import (
    DeliveryFactory,
    InvitationFactory,
    LetterFactory,
    UserFactory,
)
from invitations.tests.reading import ask, text_of
from invitations.text.dates import right_to_left

pytestmark = pytest.mark.django_db

TYPED = {
    "answer": "in_person",
    "respondent_name": "Rudolf Rassendyll (Jr.)",
    "respondent_email": "rassendyll@example.org",
    "respondent_phone": "+41 22 555 01 99",
    "remarks": "We thank you.\nنشكركم على الدعوة.",
}


@pytest.fixture
def answered():
    """Make a reply of an office that is written to in that language; the texts are approved."""
    LetterTemplate.objects.update(first_approver=UserFactory(), second_approver=UserFactory())

    def make(language="ar", **words):
        invitation = InvitationFactory(minister__language=language)
        now = timezone.now()
        letter = LetterFactory(
            invitation=invitation,
            language=language,
            state="approved",
            sha256="0" * 64,
            composed_at=now,
            approved_at=now,
        )
        DeliveryFactory(letter=letter, arrived=True)
        return record_reply(invitation, TYPED | words)

    return make


def along(pdf, *words):
    """Where the words begin on their line, from the left."""
    boxes = re.findall(
        r'xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>([^<]+)<', ask(pdf, "pdftotext", "-bbox", "-", "-")
    )
    lines = {}
    for x, y, word in boxes:
        lines.setdefault(y, {})[word] = float(x)
    return next([line[word] for word in words] for line in lines.values() if {*words} <= {*line})


def test_a_telephone_number_reads_from_left_to_right_in_an_arabic_record(answered):
    pdf = record_pdf(answered(), "ar")

    found = along(pdf, "+41", "22", "555", "01", "99")
    assert found == sorted(found)


def seen_from_the_left(pdf):
    """The signs of each line of the first page, in the order in which they stand on paper."""
    page = PdfDocument(pdf)[0].get_textpage()
    lines = {}
    for place in range(page.count_chars()):
        left, bottom, _right, top = page.get_charbox(place, loose=True)
        signs = lines.setdefault(round((bottom + top) / 2), [])
        signs.append((left, page.get_text_range(place, 1)))
    return ["".join(sign for _left, sign in sorted(line)) for line in lines.values()]


@pytest.mark.parametrize("language", Language.values)
def test_a_pdf_of_what_is_on_file_names_the_hour_and_calls_it_no_reply(answered, language):
    invitation = answered(language).invitation
    link = f"{settings.SITE_URL}/code/"

    with time_machine.travel("2027-02-10T09:00Z", tick=False), translation.override(language):
        pdf = on_file_pdf(invitation, "Statement", [[f"Theme: {link}"]], language)
        reply_on_file, as_of = gettext("On file"), gettext("As on file on %(hour)s")

    said = " ".join(ask(pdf, "pdftotext", "-", "-").split())
    assert reply_on_file not in said.replace("As on file", "")
    assert as_of.partition("%")[0].strip().split()[0] in said
    assert "2027" in said
    assert any(link in line for line in seen_from_the_left(pdf))


@pytest.mark.parametrize("language", ["ar", "en"])
def test_addresses_of_a_record_stand_from_left_to_right(answered, language):
    lines = seen_from_the_left(record_pdf(answered(language), language))

    for whole in (f"{settings.SITE_URL}/code/", "rassendyll@example.org"):
        assert any(whole in line for line in lines)


def test_the_full_stop_of_a_remark_stays_at_its_end(answered):
    pdf = record_pdf(answered(), "ar")

    found = along(pdf, "We", "thank", "you.")
    assert found == sorted(found)


def test_a_record_without_an_approved_text_keeps_the_order_of_what_was_typed(answered):
    reply = answered()
    LetterTemplate.objects.update(first_approver=None, second_approver=None)

    found = along(record_pdf(reply, "ar"), "+41", "22", "555", "01", "99")
    assert found == sorted(found)


def test_what_is_copied_from_a_record_holds_no_marks_of_direction(answered):
    copied = ask(record_pdf(answered(), "ar"), "pdftotext", "-raw", "-", "-")

    assert not {"\u2068", "\u2069", "\ufffd"} & {*copied}
    assert "+41 22 555 01 99" in copied


def test_no_address_of_a_record_is_broken_across_a_line(answered):
    email = "secretariat-of-the-wsis-forum@example.org"
    reply = answered("en", respondent_email=email)

    lines = ask(record_pdf(reply, "en"), "pdftotext", "-layout", "-", "-").splitlines()

    for whole in (email, f"{settings.SITE_URL}/code/"):
        assert any(whole in line for line in lines)


def test_a_telephone_number_stands_apart_in_an_arabic_mail(answered):
    reply = answered()
    compose_planned()

    lines = text_of(reply.acknowledgements.get(variant="answer")).splitlines()
    assert right_to_left("الهاتف: \u2068+41 22 555 01 99\u2069") in lines
    assert right_to_left("ملاحظات: \u2068We thank you.\u2069") in lines
    assert right_to_left("نشكركم على الدعوة.") in lines


def test_an_arabic_name_stands_apart_in_an_english_mail(answered):
    reply = answered("en", respondent_name="محمد (الابن).")

    words = recorded_words(reply, "en")
    assert "Answered by: \u2068محمد (الابن).\u2069\n" in words
    assert "Telephone: +41 22 555 01 99\n" in words


def test_on_the_office_s_page_what_was_typed_stands_apart(answered):
    invitation = answered().invitation

    page = browser(invitation).get(page_of(invitation)).content.decode()

    assert "<bdi>+41 22 555 01 99</bdi>" in page
    assert "\u2068" not in page
