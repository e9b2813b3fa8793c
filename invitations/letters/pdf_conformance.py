"""What an archive asks of a PDF beyond what WeasyPrint writes."""

import functools
import zlib
from typing import Any

from django.conf import settings
from pydyf import Stream


def finish_pdf(_document: Any, pdf: Any) -> None:
    """Say in the file what it conforms to, and pack its streams so that any archive reads them."""
    for number, stream in enumerate(pdf.objects):
        if isinstance(stream, Stream):
            if stream.extra.get("Type") == "/Metadata":
                say_accessible(stream)
            elif "Filter" not in stream.extra:
                compress(stream)
            pdf.objects[number] = DelimitedStream(stream)


def say_accessible(metadata: Stream) -> None:
    """Let the metadata name PDF/UA-1 beside PDF/A-3a; archives want them uncompressed."""
    closing = b"</rdf:RDF>"
    metadata.stream = [part.replace(closing, pdfua() + closing) for part in metadata.stream]


def compress(stream: Stream) -> None:
    """Compress at zlib's usual level: the highest takes twice the time for half a percent."""
    *_start, content = stream.data.removesuffix(b"\nendstream").partition(b"\nstream\n")
    stream.stream, stream.extra["Filter"] = [zlib.compress(content)], "/FlateDecode"


class DelimitedStream(Stream):
    """A stream whose length cannot be misread: one that ends in CR has CR LF after it."""

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
