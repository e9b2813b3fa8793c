"""Cut the letters' small faces from the system's Noto families into a folder.

    python scripts/cut_faces.py FOLDER

A letter embeds only the glyphs that it prints, and picking them costs more the larger the face is:
a Chinese letter takes half the time from these, and one with a rare character a third of the
memory. What they leave out is printed from the full families. Beside them lies a configuration of
fontconfig that names them: all processes read the same files. Nothing is done if the folder has
these faces already.
"""

import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

import fontTools
from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont, newTable

# Latin with the accents of every language, Cyrillic, and the signs of a letter.
LATIN = [
    *range(0x20, 0x7F), *range(0xA0, 0x250), *range(0x2B0, 0x370), *range(0x400, 0x530),
    *range(0x1E00, 0x1F00), *range(0x2000, 0x2070), *range(0x20A0, 0x20C0),
    0x2116, 0x2122, 0x2212,
]  # fmt: skip
ARABIC = [
    0x20, 0xA0, *range(0x600, 0x700), *range(0x750, 0x780), *range(0x8A0, 0x900),
    *range(0x2000, 0x2070), *range(0xFB50, 0xFE00), *range(0xFE70, 0xFF00),
]  # fmt: skip
PROGRAM_SIZES = [
    "maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs",
    "maxStackElements", "maxSizeOfInstructions", "maxComponentElements",
]  # fmt: skip
JOINED = ["kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "rlig", "init", "medi", "fina"]


class Face(NamedTuple):
    name: str
    family: str
    pattern: str
    characters: Iterable[int]
    features: list[str]
    # Below the 1000 units of the drawings, a face is printed larger, to fit the Latin.
    em: int = 1000


def common_chinese() -> set[int]:
    """Return the 6,763 characters of GB 2312 and its signs, with the Latin drawn for them."""
    pairs = (bytes([row, cell]) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    signs = "".join(pair.decode("gb2312", errors="ignore") for pair in pairs)
    latin = [*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2000, 0x2070)]
    return {*map(ord, signs), *latin, *range(0x3000, 0x3040), *range(0xFF00, 0xFFF0)}


def rare_chinese() -> set[int]:
    """Return all other characters that a name may be written with."""
    blocks = [(0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x32000)]
    return {code for block in blocks for code in range(*block)} - common_chinese()


FACES = [
    Face("serif-regular.ttf", "Letter Serif", "Noto Serif:regular", LATIN, JOINED),
    Face("serif-bold.ttf", "Letter Serif", "Noto Serif:bold", LATIN, JOINED),
    Face("serif-italic.ttf", "Letter Serif", "Noto Serif:italic", LATIN, JOINED),
    Face("sans-regular.ttf", "Letter Sans", "Noto Sans:regular", LATIN, JOINED),
    Face("naskh-regular.ttf", "Letter Naskh", "Noto Naskh Arabic:regular", ARABIC, JOINED, em=920),
    Face("naskh-bold.ttf", "Letter Naskh", "Noto Naskh Arabic:bold", ARABIC, JOINED, em=920),
    Face("song-regular.ttf", "Letter Song", "Noto Serif CJK SC:regular", common_chinese(), []),
    Face("song-bold.ttf", "Letter Song", "Noto Serif CJK SC:bold", common_chinese(), []),
    Face("song-rare.otf", "Letter Song Rare", "Noto Serif CJK SC:regular", rare_chinese(), []),
]


def main(folder: Path) -> None:
    sources = [source(face) for face in FACES]
    mark, made_from = folder / "made-from", fingerprint(sources)
    if mark.exists() and mark.read_text() == made_from:
        return
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor() as pool:
        # The Chinese faces take the longest: they come first.
        list(pool.map(cut, FACES[::-1], sources[::-1], [folder] * len(FACES)))
    (folder / "fonts.conf").write_bytes(configuration(folder.resolve()))
    mark.write_text(made_from)


def configuration(folder: Path) -> bytes:
    """Name the faces in the folder to fontconfig, beside all that the system has."""
    root = Element("fontconfig")
    SubElement(root, "include", ignore_missing="yes").text = "/etc/fonts/fonts.conf"
    for face in FACES:
        match = SubElement(root, "match", target="scan")
        test = SubElement(match, "test", name="file", compare="eq")
        SubElement(test, "string").text = str(folder / face.name)
        # Before its own, without which Pango does not find it.
        edit = SubElement(match, "edit", name="family", mode="prepend")
        SubElement(edit, "string").text = face.family
    SubElement(root, "dir").text = str(folder)
    declared = b'<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n'
    return declared + tostring(root)


def source(face: Face) -> tuple[Path, int]:
    """Return the file of a static face of the system, and the face's number in it."""
    family = face.pattern.partition(":")[0]
    answer = "--format=%{family[0]}\n%{variable}\n%{file}\n%{index}"
    asked = ["fc-match", answer, f"{face.pattern}:variable=false"]
    found = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    name, variable, file, number = found.split("\n")
    if name != family or variable == "True":
        sys.exit(f"There is no static {family} among the system's fonts.")
    return Path(file), int(number)


def fingerprint(sources: list[tuple[Path, int]]) -> str:
    """Describe what the faces depend on: this file, fontTools and the system's fonts."""
    files = [f"{file} {file.stat().st_size} {number}" for file, number in sources]
    own = sha256(Path(__file__).read_bytes()).hexdigest()
    return "\n".join([own, fontTools.version, *files])


def cut(face: Face, found: tuple[Path, int], folder: Path) -> None:
    file, number = found
    options = subset.Options(
        font_number=number, layout_features=face.features, hinting=False, glyph_names=False,
        notdef_outline=True, recalc_timestamp=False, desubroutinize=True,
    )  # fmt: skip
    options.drop_tables += ["BASE", "DSIG", "VORG", "vhea", "vmtx"]
    if not face.features:
        options.drop_tables += ["GDEF", "GPOS", "GSUB"]
    font = subset.load_font(file, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=face.characters)
    subsetter.subset(font)
    font["head"].unitsPerEm = face.em
    if "CFF " in font and face.name.endswith(".ttf"):
        draw_as_truetype(font)
    unfinished = folder / f"{face.name}.part"
    subset.save_font(font, unfinished, options)
    unfinished.replace(folder / face.name)


def draw_as_truetype(font: TTFont) -> None:
    """Draw the outlines as TrueType: smaller in a PDF by a third, and quicker to pick from."""
    drawn, glyphs = font.getGlyphSet(), {}
    for name in font.getGlyphOrder():
        glyph = TTGlyphPen(None)
        drawn[name].draw(Cu2QuPen(glyph, max_err=1, reverse_direction=True))
        glyphs[name] = glyph.glyph()
    del font["CFF "]
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = font.getGlyphOrder(), glyphs
    font.sfntVersion, font.recalcBBoxes = "\0\1\0\0", True
    # The counts that this version adds are made when it is saved; no program runs in these glyphs.
    font["maxp"].tableVersion = 0x00010000
    for field in PROGRAM_SIZES:
        setattr(font["maxp"], field, 0)
    font["maxp"].maxZones = 1


if __name__ == "__main__":
    main(Path(sys.argv[1]))
