import io
import re
import socket
from pathlib import Path

import page
import pikepdf
import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from PIL import Image
from pydyf import Stream

from invitations.files.frozen import thaw
from invitations.files.scans import page_read
from invitations.letters import typesetting
from invitations.letters.composing_queue import compose_planned
from invitations.letters.pdf import body_html, html_of_markdown
from invitations.letters.pdf_conformance import DelimitedStream
from invitations.letters.typesetting import typeset_pdf
from invitations.links import reply_url
from invitations.models import Language, LetterTemplate, Term
from invitations.tests.factories import MissionFactory
from invitations.tests.reading import ask, printed
from wsis_forum.tests.running import started

pytestmark = pytest.mark.django_db

PARAGRAPH = "This Forum is open to all who take part in the information society. " * 6


def pdf_of(letter):
    return thaw(letter.pdf.name, letter.sha256)


def about(letter):
    lines = ask(pdf_of(letter), "pdfinfo", "-").splitlines()
    return {key: value.strip() for key, _colon, value in (line.partition(":") for line in lines)}


def page_of(letter, number):
    command = ["pdftotext", "-f", str(number), "-l", str(number), "-", "-"]
    return " ".join(ask(pdf_of(letter), *command).split())


@pytest.mark.parametrize("language", Language.values)
def test_a_letter_is_an_archive_copy_and_open_to_all_readers(composed, language):
    letter = composed(language=language)

    for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
        assert page.validate_pdf_bytes(pdf_of(letter), profile=profile).failures == []


def test_the_file_names_title_author_subject_and_language(composed):
    letter = composed(language="fr")

    said = about(letter)

    assert said["Title"] == f"{letter.circular.reference}, {letter.subject}"
    assert said["Author"] == "Ruritanian Union of Telegraphs"
    assert said["Subject"] == letter.subject
    with pikepdf.open(io.BytesIO(pdf_of(letter))) as pdf:
        assert pdf.Root.Lang == "fr"


def test_all_faces_are_embedded(composed):
    for language in ("en", "ar", "zh-hans"):
        faces = ask(pdf_of(composed(language=language)), "pdffonts", "-").splitlines()[2:]

        assert faces
        assert all(face.split()[-5] == "yes" for face in faces)


def test_the_faces_are_read_from_one_place_and_no_process_copies_them(composed):
    composed()

    opened = Path("/proc/self/maps").read_text()

    assert "/letter-faces/serif-regular.ttf" in opened
    assert "/weasyprint-" not in opened


def test_without_the_faces_no_command_starts_and_says_what_to_run(monkeypatch, tmp_path):
    monkeypatch.setattr(typesetting, "FACES", tmp_path)

    with pytest.raises(SystemCheckError) as refused:
        call_command("check")

    assert f"There is no fonts.conf in {tmp_path}" in str(refused.value)
    assert "Run `make install`" in str(refused.value)


@pytest.mark.program
def test_without_the_faces_no_worker_starts_and_says_what_to_run(tmp_path):
    """In a process of its own: a worker that starts does not end by itself."""
    words = (
        "import sys; sys.prefix = sys.argv[1];"
        "from wsis_forum.celery import app; app.worker_main(['worker', '--pool', 'solo'])"
    )
    with started(tmp_path, "-c", words, str(tmp_path)) as (worker, log):
        ended = worker.wait(timeout=120)

    assert ended == 1
    assert "Run `make install`" in log.read_text()


def test_link_code_and_check_code_are_printed_and_labelled(composed):
    letter = composed()
    code = letter.invitation.links.get().code

    text = printed(letter)

    assert "Code for your reply" in text
    assert f"{code[:4]}-{code[4:8]}-{code[8:]}" in text
    check = letter.check_code
    assert f"Code to check this letter {check[:4]} {check[4:8]} {check[8:12]} {check[12:]}" in text
    assert code.isalpha()
    assert check.isdigit()
    assert "page 1 of 1" in text


@pytest.mark.parametrize("dots_per_inch", ["100", "300"])
def test_the_printed_code_is_read_as_the_link_to_the_reply(composed, tmp_path, dots_per_inch):
    letter, page = composed(), tmp_path / "page"

    ask(pdf_of(letter), "pdftoppm", "-r", dots_per_inch, "-gray", "-singlefile", "-", str(page))

    with Image.open(page.with_suffix(".pgm")) as picture:
        codes = page_read(picture)["codes"]
    assert codes == [reply_url(letter.invitation.links.get())]


def test_a_second_language_follows_in_the_same_file_with_the_same_reply(composed):
    letter = composed(second_language="fr", portfolio="Ministre")

    assert about(letter)["Pages"] == "2"
    code = letter.invitation.links.get().code[:4]
    for number, words in ((1, "Excellency,"), (2, "Madame la Ministre,")):
        assert words in page_of(letter, number)
        assert code in page_of(letter, number)
    assert "page 2 sur 2" in page_of(letter, 2)
    assert "Excellency," in letter.mail
    assert "Madame la Ministre," in letter.mail


def test_a_note_verbale_has_no_signature_and_no_key(composed):
    letter = composed()
    mission = MissionFactory(states=[letter.invitation.member_state])
    letter.circular.letters.create(
        kind="note", mission=mission, invitation=letter.invitation, language="en"
    ).covers.add(letter)
    compose_planned()
    note = letter.notes.get()

    text = printed(note)

    assert about(note)["Pages"] == "1"
    for said in ("Note verbale", mission.greeted_as, "H.E. Ms. Flavia Elphberg"):
        assert said in text
    for left_out in ("original signed", "Code for your reply", "Excellency,"):
        assert left_out not in text


EXTREMES = {
    "a portfolio of 240 signs": {"portfolio": ("Minister of Posts and Telegraphs, " * 8)[:240]},
    "a name of 120 signs": {
        "given_name": ("Flavia " * 20)[:110].strip(),
        "family_name": "Elphberg",
    },
    "a formal name of 60 signs": {"member_state__formal_name_en": ("Kingdom of Zenda " * 4)[:60]},
    "no name": {"given_name": "", "family_name": "", "address_gender": "x"},
    "a rare sign": {"language": "zh-hans", "name_in_script": "𠮷㛃", "family_name_in_script": "𠮷"},
}


@pytest.mark.parametrize("case", EXTREMES)
def test_an_extreme_letter_is_whole(composed, case):
    letter = composed(**EXTREMES[case])

    text = "".join(printed(letter).split())

    assert about(letter)["Pages"] in ("1", "2")
    assert letter.invitation.links.get().token in text
    assert "".join(letter.addressee.split()) in text


def lengthened(paragraphs):
    template = LetterTemplate.objects.get(kind="invitation", variant="", language="en")
    more = f"\n\n{PARAGRAPH}" * paragraphs
    LetterTemplate.objects.filter(pk=template.pk).update(
        paper=template.paper.replace("\n\n$closing", f"{more}\n\n$closing")
    )


@pytest.mark.parametrize("paragraphs", range(1, 6))
def test_a_long_letter_takes_a_second_page_where_the_signature_is_not_alone(composed, paragraphs):
    lengthened(paragraphs)

    letter = composed()

    last = page_of(letter, int(about(letter)["Pages"]))
    assert int(about(letter)["Pages"]) <= 2
    assert letter.invitation.links.get().token in last
    assert last.index("Please accept, Excellency") < last.index("Michael Strelsau")
    assert letter.check_code[:4] in last


def test_a_letter_that_would_fill_three_pages_waits_and_says_so(composed):
    lengthened(20)

    letter = composed()

    assert letter.state == "planned"
    assert letter.events.filter(reason__contains="The letter is too long").exists()


def test_html_is_no_markdown():
    assert "&lt;b&gt;" in html_of_markdown("<b>bold</b>")


DAYS = {
    "ar": "6–9 أبريل 2020",
    "en": "6–9 April 2020",
    "es": "6 a 9 de abril de 2020",
    "fr": "6 au 9 avril 2020",
    "ru": "6–9 апреля 2020\u00a0г.",
    "zh-hans": "2020年4月6日至9日",
}


@pytest.mark.parametrize(("language", "days"), DAYS.items())
def test_a_date_stays_on_one_line_wherever_it_stands(language, days):
    space, filling = (
        ("", "的") if language == "zh-hans" else (" ", "من " if language == "ar" else "x ")
    )
    lines = [f"{'x' * number} {filling * 20}{days}{space}{filling * 5}" for number in range(90)]
    body = body_html("\n\n".join(lines), language)
    html = f'<html lang="{language}"><title>x</title><article lang="{language}">{body}</article>'

    words = ask(typeset_pdf(html, 9), "pdftotext", "-layout", "-", "-")

    assert [line for line in words.splitlines() if "2020" in line and not {*"69"} <= {*line}] == []
    assert words.count("2020") == len(lines)
    assert "\u2060" not in words


@pytest.mark.parametrize(("language", "days"), DAYS.items())
def test_a_date_within_an_address_stays_as_it_is(language, days):
    address = f"https://example.org/{days.replace(' ', '-')}"

    body = body_html(f"[**{days}**]({address})", language)

    assert f"<strong>{days}</strong>" in body.replace("\u2060", "")
    assert "\u2060" not in body.partition("<strong>")[0]


@pytest.mark.parametrize(("folder", "is_whole"), [("go", True), ("go/" * 30, False)])
def test_an_address_that_fits_on_a_line_parts_nowhere(folder, is_whole):
    address = f"https://example.org/{folder}"

    body = body_html(f"At [{address}]({address}).", "en")

    assert ('<a class="whole" href=' in body) == is_whole
    assert f'href="{address}">{address}</a>.' in body


def test_an_override_is_printed_as_it_is(composed):
    letter = composed(
        name_as_printed="H.H. Princess Flavia of Ruritania",
        salutation_as_printed="Your Highness,",
        closing_as_printed="Please accept, Your Highness, the assurances of my respect.",
    )

    text = printed(letter)

    for said in ("H.H. Princess Flavia", "Your Highness,", "assurances of my respect"):
        assert said in text
    assert "Excellency" not in text


def test_the_length_of_a_stream_that_ends_in_a_carriage_return_cannot_be_misread():
    stream = Stream([b"q\r"], {"Type": "/Test"})

    assert b"/Length 2" in DelimitedStream(stream).data
    assert DelimitedStream(stream).data.endswith(b"\nq\r\r\nendstream")
    assert DelimitedStream(Stream([b"q"])).data.endswith(b"\nq\nendstream")


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_nothing_is_fetched_for_a_letter():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        typeset_pdf(f'<img src="{address}/a.png"><link rel="stylesheet" href="{address}/b.css">', 1)

        server.settimeout(0.3)
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_letter_reads_no_file_of_the_machine(tmp_path):
    (tmp_path / "secret.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg"><text y="20">secret</text></svg>'
    )

    pdf = typeset_pdf(f'<img src="{(tmp_path / "secret.svg").as_uri()}" alt="x">', 1)

    assert "secret" not in ask(pdf, "pdftotext", "-", "-")


def test_page_n_of_m_is_printed_in_any_order_and_with_any_signs(composed):
    words = 'of $pages "sheets" \\ this is the <b>${page}.</b>; }'
    Term.objects.filter(language="en", key="page").update(text=words)

    text = printed(composed())

    assert 'of 1 "sheets" \\ this is the <b>1.</b>; }' in text


def test_page_n_of_m_reads_from_right_to_left_in_arabic(composed):
    letter = composed(language="ar", second_language="en")

    words = re.findall(
        r'xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>([12])<',
        ask(pdf_of(letter), "pdftotext", "-bbox", "-l", "1", "-", "-"),
    )

    right_of = {sign: float(x) for x, y, sign in words if float(y) > 750}
    assert right_of["1"] > right_of["2"]
