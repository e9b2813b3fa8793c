"""Files as offices send them, sound and hostile."""

import io
import zipfile

import pikepdf
from PIL import Image

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument.text"


def pdf(password=""):
    file, document = io.BytesIO(), pikepdf.new()
    document.add_blank_page()
    locked = pikepdf.Encryption(owner=password, user=password) if password else False
    document.save(file, encryption=locked)
    return file.getvalue()


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


def odt(mimetype=OPEN_DOCUMENT):
    return package([("mimetype", mimetype), ("content.xml", "<office/>")])


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
