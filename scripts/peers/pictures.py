"""Pictures of pages, as the documents keep them: of few colours, and small."""

from pathlib import Path

from PIL import Image

FOLDER = Path(__file__).resolve().parents[2] / "docs/pictures"
COLOURS = 64


def save(picture: Image.Image, name: str, folder: Path = FOLDER, *, colours: int = COLOURS) -> None:
    few = picture.convert("RGB").quantize(colours, dither=Image.Dither.NONE)
    few.save(folder / f"{name}.png", optimize=True)
