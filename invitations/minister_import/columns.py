"""The columns that a minister's row brings, the fields they fill, and what their cells hold.

Their headings in six languages are in ``data/import_headings.csv``, and the words that stand for
codes in ``data/import_words.csv``.
"""

import enum
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class CellKind(enum.Enum):
    """What a cell may hold; all but the first three are written in Latin letters and digits."""

    TEXT = enum.auto()
    ADDRESS = enum.auto()
    ADDRESSES = enum.auto()
    IN_LATIN = enum.auto()
    STATE = enum.auto()
    GENDER = enum.auto()
    RANK = enum.auto()
    LANGUAGE = enum.auto()
    YES_NO = enum.auto()


class Column(NamedTuple):
    """A column as the page of the import and the template explain it.

    ``field`` is the minister's; a column without one is about the row or the invitation.
    """

    name: str
    kind: CellKind
    field: str
    example: str
    meaning: str | Promise
    is_required: bool = False


TABLE = (
    Column("state", CellKind.STATE, "", "CH",
           _("Its ISO code, or its name in any of the six languages."), is_required=True),
    Column("honorific", CellKind.TEXT, "honorific", "H.E.",
           _("Where it replaces the courtesy of the form of address.")),
    Column("prenominal", CellKind.IN_LATIN, "prenominal", "Dr.",
           _("Dr. and the like, printed instead of Mr. or Ms.")),
    Column("given_name", CellKind.IN_LATIN, "given_name", "Flavia",
           _("In Latin letters.")),
    Column("family_name", CellKind.IN_LATIN, "family_name", "Elphberg",
           _("In Latin letters."), is_required=True),
    Column("name_in_script", CellKind.TEXT, "name_in_script", "Флавия Эльфберг",
           _("The whole name in Arabic, Chinese or Cyrillic, as the letter is written.")),
    Column("family_name_in_script", CellKind.TEXT, "family_name_in_script", "Эльфберг",
           _("The family name in Arabic, Chinese or Cyrillic, as the letter is written.")),
    Column("name_in_dative", CellKind.TEXT, "name_in_dative", "Флавии Эльфберг",
           _("For the address of a Russian letter: to whom.")),
    Column("portfolio_in_dative", CellKind.TEXT, "portfolio_in_dative", "Министру торговли",
           _("For the address of a Russian letter: to whom.")),
    Column("name_as_printed", CellKind.TEXT, "name_as_printed", "H.E. Princess Flavia",
           _("The whole line with its courtesy, where the form of address does not fit.")),
    Column("opening", CellKind.TEXT, "salutation_as_printed", "Your Royal Highness,",
           _("Where that of the form of address does not fit.")),
    Column("closing", CellKind.TEXT, "closing_as_printed",
           "I have the honour to be, Madam, Your Royal Highness’s obedient servant.",
           _("Where that of the form of address does not fit.")),
    Column("gender", CellKind.GENDER, "address_gender", "f",
           _("For the form of address: m, f, or x if it is not known; or in words.")),
    Column("rank", CellKind.RANK, "rank_id", "MIN",
           _("The code or the name of a rank. Empty: MIN, a minister.")),
    Column("portfolio", CellKind.TEXT, "portfolio", "Minister of Trade",
           _("In the letter’s language, printed as it stands."), is_required=True),
    Column("portfolio_in_second_language", CellKind.TEXT, "portfolio_in_second_language",
           "Ministre du commerce",
           _("As the letter’s text in the second language has it.")),
    Column("language", CellKind.LANGUAGE, "language", "fr",
           _("A code or a name. Empty: the State’s language of correspondence.")),
    Column("second_language", CellKind.LANGUAGE, "second_language", "en",
           _("A code or a name, where the letter has a second language.")),
    Column("to", CellKind.ADDRESSES, "to_emails", "office@example.org; cabinet@example.org",
           _("Addresses divided by semicolons. Without one the letter is printed.")),
    Column("cc", CellKind.ADDRESSES, "cc_emails", "mission@example.org",
           _("Addresses that get a copy.")),
    Column("ref", CellKind.IN_LATIN, "ref", "R-17",
           _("Your own number for the person, unique in the State.")),
    Column("focal_point_name", CellKind.TEXT, "", "Fritz von Tarlenheim",
           _("Who answers for the minister.")),
    Column("focal_point_email", CellKind.ADDRESS, "", "fritz@example.org",
           _("One address.")),
    Column("unnamed", CellKind.YES_NO, "", "no",
           _("yes, where nobody is named: the letter goes to the holder of the portfolio.")),
    Column("replaces", CellKind.IN_LATIN, "", "Rudolf Rassendyll",
           _("Reference or name of the minister on file who has left this office.")),
    Column("principal", CellKind.YES_NO, "", "yes",
           _("yes or no: is this the State’s principal invitation?")),
)  # fmt: skip
COLUMNS = {column.name: column for column in TABLE}
MINISTER_FIELDS = {column.name: column.field for column in TABLE if column.field}
REQUIRED_COLUMNS = tuple(column.name for column in TABLE if column.is_required)
NAME_FIELDS = ("given_name", "family_name", "name_in_script")
FOCAL_POINT_FIELDS = ("focal_point_name", "focal_point_email")
ADDRESS_FIELDS = ("to_emails", "cc_emails")
