import os
import zipfile
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from invitations.files.uploads import decoded_plain_text, document_kind, kind_by_first_bytes
from invitations.tests.uploading import (
    OPEN_DOCUMENT,
    OPEN_XML,
    docx,
    listed,
    odt,
    package,
    pdf,
    picture,
)

EXE = b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 200


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (pdf(), "pdf"),
        (docx(), "docx"),
        (odt(), "odt"),
        (b"Plain words.", "txt"),
        ("\ufeff尊敬的部长".encode(), "txt"),
        ("尊敬的部长".encode("utf-16"), "txt"),
    ],
)
def test_a_document_is_recognized_by_its_content(content, kind):
    assert document_kind(content) == kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   \n",
        EXE,
        EXE.replace(b"\0", b""),
        b"%PDF-1.7\nand nothing else",
        pdf("Zenda"),
        b"{\\rtf1 words}",
        b"\x7fELF\x02\x01",
        "latin é".encode("latin-1"),
        b"words\x00words",
        b"\xff\xfe\x00\xd8",
        b"PK\x03\x04 cut off",
        docx()[:-30],
        package([("word/document.xml", "<document/>")]),
        docx(types=listed("application/vnd.ms-word.document.macroEnabled.main+xml")),
        docx(types=listed(part="/word/elsewhere.xml")),
        docx(types="<Types"),
        docx(types='<!DOCTYPE x [<!ENTITY a "b">]><Types/>'),
        docx(types=listed().encode("utf-16")),
        docx(("word/vbaProject.bin", "program")),
        odt("application/zip"),
        odt(OPEN_DOCUMENT, ("Basic/Standard/Module1.xml", "program")),
        odt(OPEN_DOCUMENT, ("Scripts/python/program.py", "program")),
        picture(),
    ],
)
def test_what_is_no_document_is_not_recognized(content):
    assert document_kind(content) == ""


def test_a_text_whose_list_of_macros_is_empty_is_taken():
    empty = [(f"Basic/{name}.xml", "<library/>") for name in ("script-lc", "Standard/script-lb")]

    assert document_kind(odt(OPEN_DOCUMENT, ("Scripts/", ""), *empty)) == "odt"


def test_a_bomb_is_not_unpacked():
    assert document_kind(docx(("bomb", b"\0" * (70 * 1024 * 1024)))) == ""
    assert document_kind(docx(*[(f"part{n}", "") for n in range(2100)])) == ""


def test_a_bomb_that_lies_about_its_size_is_found_out():
    content = bytearray(docx(("bomb", b"\0" * 100_000)))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.getinfo("bomb").file_size == 100_000
    announced = (100_000).to_bytes(4, "little")
    lying = bytes(content).replace(announced, (10).to_bytes(4, "little"))

    assert document_kind(lying) == ""


def test_a_list_of_parts_that_packs_to_nothing_is_not_taken_apart():
    many = listed().replace("</Types>", "<a/>" * 200_000 + "</Types>")
    relations = f"<Relationships>{'<a/>' * 100_000}</Relationships>"

    assert len(docx(types=many)) < 3000
    assert document_kind(docx(types=many)) == ""
    assert document_kind(docx(*[(f"word/_rels/{n}.xml.rels", relations) for n in range(2)])) == ""


def referring(kind, target, mode="External"):
    """A document that names something else, as word processors write it."""
    relation = f'<Relationship Id="a" Type="{OPEN_XML}/officeDocument/2006/relationships/{kind}"'
    words = f'<Relationships>{relation} Target="{target}" TargetMode="{mode}"/></Relationships>'
    return docx(("word/_rels/settings.xml.rels", words))


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("attachedTemplate", "https://elsewhere.example.org/macros.dotm"),
        ("attachedTemplate", "//elsewhere.example.org/a/macros.dotm"),
        ("attachedTemplate", r"file:///\\elsewhere@SSL\a\macros.dotm"),
        ("oleObject", "mhtml:http://elsewhere.example.org/a!x-usc:http://elsewhere.example.org/a"),
        ("frame", " %68ttp://elsewhere.example.org/a"),
        ("aFChunk", "http://elsewhere.example.org/a"),
        ("subDocument", "ftp://elsewhere.example.org/a"),
    ],
)
def test_a_document_that_fetches_a_part_from_elsewhere_is_refused_in_a_sentence(kind, target):
    with pytest.raises(ValidationError, match="fetches a part of itself from another place"):
        document_kind(referring(kind, target))


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("hyperlink", "https://forum.example.org/"),
        ("image", "https://ministry.example.org/emblem.png"),
        ("attachedTemplate", r"file:///C:\Users\a.b@c\Letter.dotx"),
        ("attachedTemplate", r"file:///\\server\templates\Letter.dotx"),
        ("attachedTemplate", "Letter.dotx"),
    ],
)
def test_a_document_on_the_paper_of_its_own_house_is_taken(kind, target):
    assert document_kind(referring(kind, target)) == "docx"


def test_a_package_damaged_on_its_way_is_no_document():
    content = docx(("part", os.urandom(50) * 200))
    middle = content.index(b"part") + 40

    for place in range(middle, middle + 60):
        damaged = content[:place] + b"\xff\xff" + content[place + 2 :]
        assert document_kind(damaged) == ""


def test_two_entries_of_one_name_are_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = docx(("word/document.xml", "<another/>"))

    assert document_kind(twice) == ""


def test_a_text_may_begin_as_a_program_does():
    assert decoded_plain_text(b"MZ;Anna Mabuza;adviser") == "MZ;Anna Mabuza;adviser"
    assert decoded_plain_text(EXE) == ""


@given(st.binary(max_size=200))
def test_no_bytes_trip_the_recognition(content):
    for head in (b"", b"PK\x03\x04"):
        document_kind(head + content)
        kind_by_first_bytes(head + content)
