"""How much one request may bring, and what is kept of it while it streams."""

from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse

from delegations.office.public_pages import refusal_page

# A scan of staff has 20 MB at most, and nothing that is asked for has more.
LARGEST_FILE = 20 * 1024 * 1024
# A refused form is read up to this size, to keep its words; files are not worth it.
LARGEST_TYPED = 3 * 1024 * 1024
LARGEST_REQUEST = 32 * 1024 * 1024


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Writes no more of a file than the largest that is taken; its size tells what arrived."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start < LARGEST_FILE:
            self.file.write(raw_data[: LARGEST_FILE - start])


def refuse_oversized(request: HttpRequest, at_most: int = LARGEST_REQUEST) -> HttpResponse | None:
    """Return the refusal of a request that announces more, or does not say how much it brings."""
    if request.headers.get("Transfer-Encoding"):
        return refusal_page(request, "413.html", 411, is_unmeasured=True)
    if content_length(request) > at_most:
        return refusal_page(request, "413.html", 413)
    return None


def content_length(request: HttpRequest) -> int:
    """Return Content-Length in bytes; 0 if missing or invalid, since nothing is read then."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
