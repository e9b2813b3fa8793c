"""The cells of a workbook whose letters are struck through in part, or all of them."""

from typing import Any

from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import SHEET_MAIN_NS

FORMULA = f"{{{SHEET_MAIN_NS}}}f"
# The kind of a cell whose formula is all that is known of it, and of one that gave a text.
OF_FORMULA, OF_TEXT = "f", "str"


def struck_parts(value: object, *, is_cell_struck: bool) -> set[bool]:
    """Return whether parts of the cell are struck through, and whether parts are not."""
    parts = [part for part in value if str(part).strip()] if isinstance(value, CellRichText) else []
    return {
        bool(part.font.strike) if isinstance(part, TextBlock) else is_cell_struck for part in parts
    } or {is_cell_struck}


class Parser(WorkSheetParser):
    """Parses a sheet.

    A formula that no program has calculated stays one; one that gave an empty text is empty.
    """

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None and element.find(FORMULA) is not None:
            cell["data_type"] = OF_TEXT if element.get("t") == OF_TEXT else OF_FORMULA
        return cell
