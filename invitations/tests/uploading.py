"""Files as offices send them, sound and hostile."""

import io
import zipfile
import zlib

import pikepdf
from PIL import Image

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument.text"
OPEN_XML = "http://schemas.openxmlformats.org"


def pdf(password=""):
    file, document = io.BytesIO(), pikepdf.new()
    document.add_blank_page()
    locked = pikepdf.Encryption(owner=password, user=password) if password else False
    document.save(file, encryption=locked)
    return file.getvalue()


def pdf_bomb(megabytes):
    """A PDF whose list of objects is a run of zeros, a thousandth of the size when packed."""
    zeros = packed_zeros(megabytes * 1024 * 1024)
    page = b"%PDF-1.5\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    listed = b"<</Type/XRef/Size %d/W[1 2 1]/Root 1 0 R/Filter/FlateDecode/Length %d>>" % (
        megabytes * 1024 * 256,
        len(zeros),
    )
    objects = b"3 0 obj\n" + listed + b"\nstream\n" + zeros + b"\nendstream\nendobj\n"
    return page + objects + b"startxref\n%d\n%%%%EOF\n" % len(page)


def packed_zeros(length):
    """Zeros as zlib packs them, put together of one packed megabyte: to pack all takes seconds."""
    megabyte = bytes(1024 * 1024)
    packing = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    block = packing.compress(megabyte) + packing.flush(zlib.Z_FULL_FLUSH)
    # The sum at the end is of a one and of as many ones as there are zeros.
    checked = (length % 65521 << 16 | 1).to_bytes(4, "big")
    last = zlib.compressobj(9, wbits=-zlib.MAX_WBITS).flush()
    return b"\x78\xda" + block * (length // len(megabyte)) + last + checked


def pdf_of_many_objects(count):
    """Little more than their heads, and nothing that tells where they are."""
    return b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n<<>>\n" % number for number in range(count))


def package(parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return file.getvalue()


def listed(content_type=WORD, part="/word/document.xml"):
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="{part}" ContentType="{content_type}"/></Types>'
    )


def docx(*more, types=None):
    parts = [("[Content_Types].xml", types or listed()), ("word/document.xml", "<document/>")]
    return package([*parts, *more])


def sheet_that_repeats(words, rows, columns, headings=()):
    """A workbook of few kilobytes, each cell of which is the same string."""
    main = f'xmlns="{OPEN_XML}/spreadsheetml/2006/main"'
    relation = f"{OPEN_XML}/officeDocument/2006/relationships"
    head = "".join(f'<c t="inlineStr"><is><t>{heading}</t></is></c>' for heading in headings)
    row = "<row>" + '<c t="s"><v>0</v></c>' * columns + "</row>"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    parts = {"workbook": "sheet.main", "sharedStrings": "sharedStrings", "sheet1": "worksheet"}
    types = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{kind}{named}+xml"/>'
        for part, named in parts.items()
    )
    return package(
        [
            (
                "[Content_Types].xml",
                f'<Types xmlns="{OPEN_XML}/package/2006/content-types">{types}</Types>',
            ),
            (
                "xl/workbook.xml",
                f'<workbook {main} xmlns:r="{relation}"><sheets>'
                '<sheet name="List" sheetId="1" r:id="rId1"/></sheets></workbook>',
            ),
            (
                "xl/_rels/workbook.xml.rels",
                f'<Relationships xmlns="{OPEN_XML}/package/2006/relationships"><Relationship'
                f' Id="rId1" Type="{relation}/worksheet" Target="sheet1.xml"/></Relationships>',
            ),
            ("xl/sharedStrings.xml", f"<sst {main}><si><t>{words}</t></si></sst>"),
            (
                "xl/sheet1.xml",
                f"<worksheet {main}><sheetData><row>{head}</row>{row * rows}"
                "</sheetData></worksheet>",
            ),
        ]
    )


def odt(mimetype=OPEN_DOCUMENT, *more):
    return package([("mimetype", mimetype), ("content.xml", "<office/>"), *more])


def picture(kind="PNG", size=(8, 8), **more):
    file = io.BytesIO()
    Image.new("RGB", size).save(file, kind, **more)
    return file.getvalue()


def taken_in_geneva(kind="JPEG", turned=6, **more):
    """A photo as a telephone takes it: sideways, with the place and who holds it."""
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = turned, "Sapt"
    exif[0x8825] = {1: "N", 2: (46.0, 13.0, 12.0), 3: "E", 4: (6.0, 8.0, 9.0)}
    return picture(kind, (64, 48), exif=exif, **more)
