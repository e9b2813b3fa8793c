"""Pictures of pages, as the documents keep them: of few colours, and small."""

from pathlib import Path

from PIL import Image

FOLDER = Path(__file__).resolve().parents[2] / "docs/pictures"
COLOURS = 64


def save(picture: Image.Image, name: str, folder: Path = FOLDER) -> None:
    few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(folder / f"{name}.png", optimize=True)
