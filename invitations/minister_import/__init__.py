"""The ministers' import: how a row of a list becomes a minister with a draft invitation."""

from invitations.minister_import.background import (
    CHANGED_SINCE_PREVIEW,
    MAY_IMPORT,
    MOST_AT_ONCE,
    ask_for_import,
    import_lists,
    marks_by_line,
    rows_written,
)
from invitations.minister_import.cells import CellFault, is_empty
from invitations.minister_import.columns import (
    COLUMNS,
    FOCAL_POINT_FIELDS,
    MARKS,
    MINISTER_FIELDS,
)
from invitations.minister_import.guide import explained_columns, template_workbook
from invitations.minister_import.headings import printed_heading
from invitations.minister_import.importing import (
    apply_changes,
    focal_points_kept,
    import_entries,
    import_summary,
)
from invitations.minister_import.matching import Entry
from invitations.minister_import.remarks import FollowUp, Remark, remarks_on
from invitations.minister_import.rules import check_rows
from invitations.minister_import.sources import LARGEST_FILE
from invitations.minister_import.states import (
    STATES_FILE,
    find_state,
    load_shipped_states,
    load_states,
    states_by_name,
)
from invitations.minister_import.table import MOST_ROWS, Line, ListRow, Table, read_table

__all__ = [
    "CHANGED_SINCE_PREVIEW",
    "COLUMNS",
    "FOCAL_POINT_FIELDS",
    "LARGEST_FILE",
    "MARKS",
    "MAY_IMPORT",
    "MINISTER_FIELDS",
    "MOST_AT_ONCE",
    "MOST_ROWS",
    "STATES_FILE",
    "CellFault",
    "Entry",
    "FollowUp",
    "Line",
    "ListRow",
    "Remark",
    "Table",
    "apply_changes",
    "ask_for_import",
    "check_rows",
    "explained_columns",
    "find_state",
    "focal_points_kept",
    "import_entries",
    "import_lists",
    "import_summary",
    "is_empty",
    "load_shipped_states",
    "load_states",
    "marks_by_line",
    "printed_heading",
    "read_table",
    "remarks_on",
    "rows_written",
    "states_by_name",
    "template_workbook",
]
