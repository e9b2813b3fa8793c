"""What archives ask of a PDF beyond what WeasyPrint writes."""

import functools
import zlib
from typing import Any

from django.conf import settings
from pydyf import Stream


def finish_pdf(_document: Any, pdf: Any) -> None:
    """Declare what the PDF conforms to, and compress its streams so that any archive reads them."""
    for number, stream in enumerate(pdf.objects):
        if isinstance(stream, Stream):
            if stream.extra.get("Type") == "/Metadata":
                say_accessible(stream)
            elif "Filter" not in stream.extra:
                compress(stream)
            pdf.objects[number] = DelimitedStream(stream)


def say_accessible(metadata: Stream) -> None:
    """Add PDF/UA-1 to the metadata, beside PDF/A-3a; archives want metadata uncompressed."""
    closing = b"</rdf:RDF>"
    metadata.stream = [part.replace(closing, pdfua() + closing) for part in metadata.stream]


def compress(stream: Stream) -> None:
    """Compress the stream at zlib's usual level."""
    # The highest level takes twice the time, and saves half a percent.
    *_start, content = stream.data.removesuffix(b"\nendstream").partition(b"\nstream\n")
    stream.stream, stream.extra["Filter"] = [zlib.compress(content)], "/FlateDecode"


class DelimitedStream(Stream):
    """A stream whose length cannot be misread: after a final CR of the content it writes CR LF."""

    def __init__(self, stream: Stream) -> None:
        self.__dict__.update(stream.__dict__)

    @property
    def data(self) -> bytes:
        data: bytes = super().data
        ending = b"\nendstream"
        content = data.removesuffix(ending)
        return content + b"\r" + ending if content.endswith(b"\r") else data


@functools.cache
def pdfua() -> bytes:
    return (settings.BASE_DIR / "templates/letters/pdfua.xmp").read_bytes()
