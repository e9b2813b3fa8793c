"""Set the letters' words with Typst."""

import json
import re
import string
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import segno
import typst

from .rounds import ROOT

BLANK = re.compile(r"<[^>]*>")
# As the layout counts them: a term may have braces around either.
PAGE = {"page": "$page", "pages": "$pages"}
SIGNS = re.compile(r"([\\#$*_`<>@\[\]~/=+\-])")


class Press:
    """A compiler that is kept, so that it reads the fonts once."""

    def __init__(self) -> None:
        self.compiler = typst.Compiler(Path(__file__).with_name("letter.typ"), root=ROOT)

    def pdf(self, words: str) -> bytes:
        pdf = self.compiler.compile(
            format="pdf", pdf_standards=["a-3a", "ua-1"], sys_inputs={"letter": words}
        )
        assert isinstance(pdf, bytes)  # noqa: S101 -- one document
        return pdf


def typst_source(letter: dict[str, Any]) -> str:
    """Return what the letter's template prints, as JSON for Typst."""
    sheets = [
        sheet
        | {
            "body": markup(sheet["body"]),
            "terms": {key: BLANK.sub("", term) for key, term in sheet["terms"].items()}
            | {"page": string.Template(sheet["terms"]["page"]).substitute(PAGE)},
        }
        for sheet in letter["sheets"]
    ]
    qr = BytesIO()
    segno.make(letter["reply_link"], error="m", micro=False).save(qr, kind="svg", border=0)
    return json.dumps(letter | {"sheets": sheets, "qr": qr.getvalue().decode()})


def markup(html: str) -> str:
    reader = Reader()
    reader.feed(html)
    return "".join(reader.parts)


class Reader(HTMLParser):
    OPENING = {
        "p": "\n\n",
        "br": "#linebreak()",
        "strong": "#strong[",
        "em": "#emph[",
        "blockquote": "#quote(block: true)[",
    }

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.parts.append(f'#link("{dict(attrs)["href"]}")[')
        else:
            self.parts.append(self.OPENING.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        self.parts.append("]" if tag in ("a", "strong", "em", "blockquote") else "")

    def handle_data(self, data: str) -> None:
        self.parts.append(SIGNS.sub(r"\\\1", data))
