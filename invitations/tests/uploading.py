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


def picture(kind="PNG", size=(8, 8)):
    file = io.BytesIO()
    Image.new("RGB", size).save(file, kind)
    return file.getvalue()
