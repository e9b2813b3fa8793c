"""Cells that a spreadsheet would run instead of showing them."""

import re
from typing import Any

from invitations.text.lines import without_unstorable

# What nobody sees before a formula: blanks, control characters, marks of direction and joiners.
UNSEEN = r"[\s\x00-\x1f\x7f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
# A formula that a spreadsheet would run, also behind the apostrophe that makes it text, or the
# error that a failed one left.
FORMULA = re.compile(rf"{UNSEEN}*'*{UNSEEN}*(?:[=+\-@＝＋－＠]|#[A-Z/0]+[!?A]?$)")  # noqa: RUF001
# Where a spreadsheet that divides lines by semicolons or tabs begins another cell.
WITHIN = re.compile(rf"(?<=[;\t\r\n])(?={FORMULA.pattern})")


def escape_formula(value: Any) -> Any:
    """Put an apostrophe before a cell that a spreadsheet would run as a formula.

    Signs that no workbook may hold are dropped, since one of them would break the file for all.
    """
    if isinstance(value, str):
        value = without_unstorable(value)
    return f"'{value}" if FORMULA.match(str(value)) else value


def escape_in_csv(value: str) -> str:
    """Escape the cell as a spreadsheet may read it, also one that divides lines by semicolons.

    What is read back as it was is escaped by ``escape_formula`` alone.
    """
    return WITHIN.sub("'", str(escape_formula(value)))
