"""Runs of the tests, and what is printed in them."""

import subprocess
from io import BytesIO
from pathlib import Path

import pikepdf
from django.conf import settings

from invitations.models import Letter
from invitations.outbox.envelopes import pack_envelopes, with_covered_letters
from invitations.outbox.print_run import print_run
from invitations.tests.factories import MissionFactory

C4 = (918, 649)


def pages_of(widths):
    with pikepdf.new() as pdf:
        for width in widths:
            pdf.add_blank_page(page_size=(width, 800))
        content = BytesIO()
        pdf.save(content, deterministic_id=True)
    return content.getvalue()


def mission_for(*letters, **fields):
    return MissionFactory(
        postal_address="2 Chemin de Zenda\n1200 Geneva",
        **fields,
        states=[*(letter.invitation.member_state for letter in letters)],
    )


def packed(*letters):
    return pack_envelopes(
        with_covered_letters(Letter.objects.filter(pk__in=[letter.pk for letter in letters]))
    )


def contents(run):
    return [[letter.pk for letter in envelope.contents] for envelope in run.envelopes]


def printed(*letters):
    with print_run(packed(*letters)) as file:
        return file.read()


def widths(content):
    with pikepdf.open(BytesIO(content)) as pdf:
        return [(int(page.mediabox[2]), int(page.mediabox[3])) for page in pdf.pages]


def words(content, *options):
    command = ["pdftotext", "-layout", *options, "-", "-"]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()


def damage(letter):
    Path(settings.MEDIA_ROOT, letter.pdf.name).write_bytes(b"%PDF forged")


def cells(page):
    return [[cell.strip() for cell in row.split("   ") if cell.strip()] for row in page.split("\n")]
