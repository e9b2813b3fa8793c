"""The texts of a workbook whose letters are struck through in part, or all of them."""

from functools import cache
from typing import IO, Any

from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

ITEM, INLINE, RUN, LOOK, STRIKE, WORDS, FORMULA = (
    f"{{{SHEET_MAIN_NS}}}{tag}" for tag in ("si", "is", "r", "rPr", "strike", "t", "f")
)
# The kind of a cell whose formula is all that is known of it, and of one that gave a text.
OF_FORMULA, OF_TEXT = "f", "str"
NOT_STRUCK = ("0", "false")


class TextInParts(str):
    """A text whose parts have a look of their own; ``strikes`` says which looks there are.

    True is struck through, False is not, None is as the cell is.
    """

    __slots__ = ("strikes",)
    strikes: frozenset[bool | None]


@cache
def one_of_few(strikes: frozenset[bool | None]) -> frozenset[bool | None]:
    """Return the same set each time, for a file may hold a million texts."""
    return strikes


def text_of(item: Any) -> str:
    """Return the text of that element; if parts have a look of their own, with their strikes."""
    plain, runs = item.findtext(WORDS) or "", item.findall(RUN)
    text = "".join([plain, *(run.findtext(WORDS) or "" for run in runs)]).replace("x005F_", "")
    strikes = {strike_of(run) for run in runs if (run.findtext(WORDS) or "").strip()}
    strikes |= {None} if plain.strip() else set()
    if strikes <= {None}:
        return text
    parts = TextInParts(text)
    parts.strikes = one_of_few(frozenset(strikes))
    return parts


def strike_of(run: Any) -> bool | None:
    look = run.find(LOOK)
    if look is None:
        return None
    strike = look.find(STRIKE)
    return strike is not None and strike.get("val") not in NOT_STRUCK


def struck_parts(value: object, *, is_cell_struck: bool) -> set[bool]:
    """Return whether parts of the cell are struck through, and whether parts are not."""
    strikes = value.strikes if isinstance(value, TextInParts) else {None}
    return {is_cell_struck if strike is None else strike for strike in strikes}


class Reader(ExcelReader):
    """Reads a workbook, of whose shared texts it keeps how they are struck, and no other look."""

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.shared_strings = shared_texts(source)


def shared_texts(source: IO[bytes]) -> list[str]:
    """Return the texts as openpyxl reads them."""
    texts = []
    for _event, node in iterparse(source):
        if node.tag == ITEM:
            texts.append(text_of(node))
            node.clear()
    return texts


class Parser(WorkSheetParser):
    """Parses a sheet, and keeps how the texts in its cells are struck.

    A formula that no program has calculated stays one; one that gave an empty text is empty.
    """

    def parse_cell(self, element: Any) -> dict[str, Any]:
        inline = element.find(INLINE)
        if inline is not None:
            element.remove(inline)
        cell: dict[str, Any] = super().parse_cell(element)
        if inline is not None and cell["value"] is None:
            cell |= {"value": text_of(inline), "data_type": "s"}
        if cell["value"] is None and element.find(FORMULA) is not None:
            cell["data_type"] = OF_TEXT if element.get("t") == OF_TEXT else OF_FORMULA
        return cell
