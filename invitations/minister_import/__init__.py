"""The roster of ministers: how a row of a list becomes a minister with a draft invitation."""

from invitations.minister_import.cells import FORMULA, Fault
from invitations.minister_import.columns import COLUMNS, FIELDS, FOCAL_POINT
from invitations.minister_import.importing import apply, carry_out, left_alone, summary
from invitations.minister_import.matching import Entry
from invitations.minister_import.rules import check_rows
from invitations.minister_import.states import (
    NAMES_OF_STATES,
    STATES,
    find_state,
    load_states,
    names_of_states,
)
from invitations.minister_import.table import LARGEST_FILE, MOST_ROWS, Row, read_table

__all__ = [
    "COLUMNS",
    "FIELDS",
    "FOCAL_POINT",
    "FORMULA",
    "LARGEST_FILE",
    "MOST_ROWS",
    "NAMES_OF_STATES",
    "STATES",
    "Entry",
    "Fault",
    "Row",
    "apply",
    "carry_out",
    "check_rows",
    "find_state",
    "left_alone",
    "load_states",
    "names_of_states",
    "read_table",
    "summary",
]
