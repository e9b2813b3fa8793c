"""A process that makes one long print run: ``python -m … LETTERS FILE``; it prints its peak, in MB.

Its rows are in no database: what lies in memory is what the run itself takes there.
"""

import datetime as dt
import os
import resource
import shutil
import sys
from pathlib import Path

import django

django.setup()

import pikepdf  # noqa: E402 -- models are there now
from django.utils import timezone, translation  # noqa: E402
from pikepdf import Name  # noqa: E402

from invitations.files.frozen import freeze  # noqa: E402
from invitations.letters.channels import PaperChannel, Receiver  # noqa: E402
from invitations.models import (  # noqa: E402
    Circular,
    ForumEdition,
    Invitation,
    Letter,
    MemberState,
    Minister,
)
from invitations.outbox.envelopes import PaperEnvelope, PrintRun  # noqa: E402
from invitations.outbox.print_run import print_run  # noqa: E402

PICTURE = 400_000  # bytes, which nothing makes fewer


def long_run(letters: int) -> PrintRun:
    edition = ForumEdition(name="WSIS Forum", postal_address="1 Castle Street, Strelsau")
    circular = Circular(edition=edition, reference="CL/1", dated_on=dt.date(2020, 1, 7))
    paper_channel = PaperChannel(Receiver.CAPITAL, "post")
    envelopes = [
        PaperEnvelope(paper_channel, [sealed_letter(edition, circular, number)], [])
        for number in range(1, letters + 1)
    ]
    return PrintRun(envelopes, [], [])


def sealed_letter(edition: ForumEdition, circular: Circular, number: int) -> Letter:
    state = MemberState(pk=number, iso3=f"X{number}", short_name_en=f"Ruritania {number}")
    minister = Minister(member_state=state, postal_address="1 Palace Square")
    invitation = Invitation(edition=edition, minister=minister, member_state=state)
    unsealed = page_with_picture()
    frozen = freeze(unsealed + os.urandom(PICTURE), "letters", "pdf")
    return Letter(
        pk=number, invitation=invitation, circular=circular, kind="invitation", language="en",
        addressee="Flavia Elphberg\nMinister of Communications", pdf=frozen.name,
        sha256=frozen.sha256, unsealed_size=len(unsealed),
    )  # fmt: skip


def page_with_picture() -> bytes:
    file = Path(os.environ["VAR_DIR"], "page.pdf")
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(700, 800))
        picture = {"Subtype": Name.Image, "ColorSpace": Name.DeviceGray, "BitsPerComponent": 8}
        stream = pdf.make_stream(os.urandom(PICTURE), **picture, Width=400, Height=PICTURE // 400)
        pdf.pages[0].add_resource(stream, Name.XObject, Name.Picture)
        pdf.pages[0].Contents = pdf.make_stream(b"q 400 0 0 400 0 0 cm /Picture Do Q")
        pdf.save(file)
    return file.read_bytes()


def make(letters: int, file: str) -> None:
    """Make the run in the file, and print the peak of this process so far."""
    run = long_run(letters)
    with print_run(run) as made, open(file, "wb") as kept:
        shutil.copyfileobj(made, kept)
    sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}\n")


translation.activate("en")
timezone.now = lambda: dt.datetime(2020, 1, 7, tzinfo=dt.UTC)
if __name__ == "__main__":
    make(int(sys.argv[1]), sys.argv[2])
