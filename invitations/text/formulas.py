"""Cells that a spreadsheet would run instead of showing them."""

import re
from typing import Any

# A formula that a spreadsheet would run, also behind the apostrophe that makes it text, or the
# error that a failed one left.
FORMULA = re.compile(r"'*\s*(?:[=+\-@＝＋－＠]|#[A-Z/0]+[!?A]?$)")  # noqa: RUF001


def escape_formula(value: Any) -> Any:
    """Put an apostrophe before a cell that a spreadsheet would run as a formula."""
    return f"'{value}" if FORMULA.match(str(value)) else value
