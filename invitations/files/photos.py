"""Uploaded photos, drawn anew. This module is also the program of the confined process.

A camera writes place, time and names into its pictures, and a file may be a picture and something
else at once. So only the pixels are read, and a new file is made of them.
"""

import io
import logging
import sys
import warnings
from contextlib import suppress

from PIL import Image, ImageCms, ImageOps

from invitations.files.confined import Unsafe, run_confined

logger = logging.getLogger(__name__)

LONGEST_SIDE = 2500  # pixels; 21 cm in print, at 300 to the inch
# A JPEG at least twice as long as LONGEST_SIDE is decoded at half its size or less, which leaves at
# most 25 megapixels of four bytes. A PNG is decoded whole, and twice where it is transparent.
MOST_PIXELS = {"JPEG": 51_000_000, "PNG": 16_000_000}
QUALITY = {"JPEG": {"quality": 92}, "PNG": {"compress_level": 3}}


def redraw_photo(content: bytes) -> bytes:
    """Return the picture, upright and in sRGB, as a JPEG or PNG that holds only its pixels.

    Empty if it is neither JPEG nor PNG, is damaged, or takes too much memory or time.
    """
    try:
        return run_confined(__file__, content)
    except Unsafe as unsafe:
        logger.warning("A photo was not drawn to its end: %s", unsafe.__cause__)
        return b""


def draw(content: bytes) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=list(MOST_PIXELS)) as picture:
                return encode_photo(picture, "PNG" if picture.format == "PNG" else "JPEG")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return b""


def encode_photo(picture: Image.Image, kind: str) -> bytes:
    if picture.width * picture.height > MOST_PIXELS[kind]:
        raise ValueError("The picture is too large to be drawn.")
    if picture.mode == "P" and picture.palette is None:
        raise ValueError("The picture names colours of a palette that it lacks.")
    longest = max(picture.size)
    if longest > LONGEST_SIDE:
        small = [max(side * LONGEST_SIDE // longest, 1) for side in picture.size]
        picture.draft(None, (small[0], small[1]))
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    ImageOps.exif_transpose(picture, in_place=True)
    upright = in_srgb(picture)
    # The picture that was read keeps its metadata, which a format may save; a new one has none.
    alone = Image.new(upright.mode, upright.size)
    alone.paste(upright)
    file = io.BytesIO()
    alone.save(file, kind, **QUALITY[kind])
    return file.getvalue()


def in_srgb(picture: Image.Image) -> Image.Image:
    """Return the picture in sRGB, converted by its own colour profile if that is sound."""
    profile = picture.info.get("icc_profile")
    if picture.mode.startswith("I"):
        # Sixteen bits of grey: a plain conversion would keep only the darkest 256th of them.
        picture = picture.convert("F").point(lambda grey: grey / 257 + 0.5).convert("L")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    if picture.mode != "CMYK":
        picture = picture.convert(mode)
    if profile:
        with suppress(ImageCms.PyCMSError, OSError):
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(picture, own, srgb, outputMode=mode) or picture
    return picture.convert(mode)


if __name__ == "__main__":
    sys.stdout.buffer.write(draw(sys.stdin.buffer.read()))
