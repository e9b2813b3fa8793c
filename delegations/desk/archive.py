"""Write a whole edition into a folder: tables, files, their sums, and a page that tells of them."""

import hashlib
from pathlib import Path
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from delegations.desk.archive_files import files_of
from delegations.desk.archive_tables import ArchiveTable, cell, tables_of
from invitations.audit import Act, record_act
from invitations.files.exported_tables import write_csv
from invitations.files.frozen import Tampered, thaw_or_damaged
from invitations.models import ForumEdition

# Whoever reads it in ten years may have none of us to ask.
READ_ME = """\
{name} ({symbol}), {opens} to {closes}
Written on {now}.

invitations.csv  who was invited, when and by which letter, who signed the original of
                 that letter, when it left, which answer stands, who spoke
letters.csv      each approved letter and mail: who composed and approved it, when it left
replies.csv      each reply, also those that stand no more
came-in.csv      what offices sent; its number is the name of the file in came-in/
speakers.csv     the list of speakers, and who has spoken; who took the floor no more, by the
                 answer that stands, has no number
letters/         the letters as they left, with their seals, as PDF/A
mail/            the mails that carried them (RFC 5322)
originals/       scans of the signed originals of the circulars
came-in/         scans and mails of what offices sent
statements/      texts of statements; one that was replaced says so
SHA256SUMS       the sum of each file: sha256sum --check SHA256SUMS

Tables are UTF-8, commas between cells; hours are in UTC. States are named by ISO 3166 codes.
A cell that begins with an apostrophe begins with a sign that a spreadsheet would run.
The tables name no delegate, and no address that a reply gives; what came in stands as it came,
with its sender.
"""


class Archived(NamedTuple):
    """How many files the archive has, and which of the edition's are damaged or missing."""

    files: int
    damaged: list[str]


def archive_edition(edition: ForumEdition, folder: Path) -> Archived:
    """Write the edition into a new folder; a damaged file stops no other, and is named.

    Raise ValidationError if the folder is there already.
    """
    try:
        folder.mkdir(parents=True, mode=0o700)
    except FileExistsError:
        raise ValidationError(
            _("%(folder)s is there already: name a new folder.") % {"folder": folder}
        ) from None
    with translation.override("en"):
        written = [write_table(folder, table) for table in tables_of(edition)]
        written.append(write_file(folder, "README.txt", describe_archive(edition).encode()))
    damaged = []
    for kept in files_of(edition):
        try:
            content = thaw_or_damaged(kept.name, kept.sha256)
        except Tampered as damage:
            damaged.append(f"{kept.path}: {damage}")
            continue
        written.append(write_file(folder, kept.path, content))
    if damaged:
        written.append(write_file(folder, "DAMAGED.txt", "\n".join([*damaged, ""]).encode()))
    write_file(folder, "SHA256SUMS", "".join(written).encode())
    record_act(edition, Act.TAKEN_OUT, None, reason=_("the whole edition, for the archive"))
    return Archived(len(written), damaged)


def describe_archive(edition: ForumEdition) -> str:
    return READ_ME.format(
        name=edition.name,
        symbol=edition.symbol,
        opens=edition.opens_on,
        closes=edition.closes_on,
        now=cell(timezone.now()),
    )


def write_table(folder: Path, table: ArchiveTable) -> str:
    path = folder / f"{table.name}.csv"
    with path.open("wb") as file:
        write_csv(table.headings, (map(cell, row) for row in table.rows), file, "utf-8")
    return sum_of(path.name, path.read_bytes())


def write_file(folder: Path, name: str, content: bytes) -> str:
    """Write the file, and return its line among the sums."""
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return sum_of(name, content)


def sum_of(name: str, content: bytes) -> str:
    return f"{hashlib.sha256(content).hexdigest()}  {name}\n"
