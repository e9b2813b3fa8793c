import re
import subprocess
import sys
from io import BytesIO

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps

from invitations.files import photos
from invitations.files.photos import LONGEST_SIDE, draw, redraw_photo
from invitations.tests.uploading import docx, pdf, picture, taken_in_geneva

pytestmark = pytest.mark.program

RED, BLUE = (255, 0, 0), (0, 0, 255)
WHAT_A_PHOTO_TAKES = """
import resource, sys
from invitations.files.photos import redraw_photo
own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(len(redraw_photo(sys.stdin.buffer.read())))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - own)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def saved(image, kind, **more):
    file = BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def opened(content):
    image = Image.open(BytesIO(content))
    image.load()
    return image


def is_near(colour, other):
    return all(abs(one - two) < 8 for one, two in zip(colour, other, strict=True))


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_one_that_can_be_drawn(kind):
    assert opened(redraw_photo(picture(kind))).format == kind
    assert redraw_photo(picture(kind)[:40]) == b""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00",
        pdf(),
        picture("GIF"),
        picture("TIFF"),
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"GIF89a",
        b"BM",
    ],
)
def test_other_files_are_no_pictures(content):
    assert redraw_photo(content) == b""


@pytest.mark.parametrize(
    "of",
    [{"size": (10_000, 6_000)}, {"size": (4_100, 4_000)}, {"kind": "JPEG", "size": (8_000,) * 2}],
)
def test_a_picture_too_large_to_draw_is_refused(of):
    assert redraw_photo(picture(**of)) == b""


@pytest.mark.parametrize(
    "made",
    [
        lambda: picture("JPEG", size=(8_660, 5_770)),
        lambda: picture("JPEG", size=(8_660, 5_770), progressive=True),
        lambda: picture("JPEG", size=(8_192, 6_144)),  # of a telephone with fifty megapixels
        lambda: picture("JPEG", size=(4_999, 4_999)),
        lambda: saved(Image.new("RGBA", (4_000, 4_000)), "PNG"),
    ],
    ids=["JPEG", "progressive", "telephone", "JPEG drawn whole", "PNG"],
)
def test_the_largest_photo_takes_little_memory_and_none_of_the_site(made):
    said = subprocess.run(
        [sys.executable, "-c", WHAT_A_PHOTO_TAKES],
        input=made(),
        stdout=subprocess.PIPE,
        check=True,
        cwd=settings.BASE_DIR,
    )

    size, ours, its = map(int, said.stdout.split())
    assert size
    assert ours < 8 * 1024  # kilobytes
    assert its < 256 * 1024


def test_a_photo_that_takes_more_memory_than_there_is_is_refused():
    content = picture("JPEG", size=(8_660, 5_770), progressive=True, subsampling=0)

    assert redraw_photo(content) == b""


def test_a_photo_whose_drawing_is_killed_is_refused(monkeypatch, tmp_path, caplog):
    program = tmp_path / "draw.py"
    program.write_text("import os\nos.kill(os.getpid(), 9)")
    monkeypatch.setattr(photos, "__file__", str(program))

    assert redraw_photo(picture("JPEG")) == b""
    assert "A photo was not drawn to its end" in caplog.text


@pytest.mark.parametrize("size", [(8, 8), (3000, 8)])
def test_a_picture_without_the_palette_that_it_names_is_refused(size, caplog):
    content = saved(Image.new("P", size), "PNG")
    begins = content.index(b"PLTE") - 4
    ends = begins + 12 + int.from_bytes(content[begins : begins + 4])

    assert redraw_photo(content[:begins] + content[ends:]) == b""
    assert not caplog.text


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_photo_cut_short_is_refused(kind):
    content = saved(Image.effect_noise((400, 300), 80), kind)

    assert redraw_photo(content[: len(content) // 2]) == b""


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_loses_its_place_and_what_follows_it_and_keeps_its_pixels(kind):
    photo = taken_in_geneva(kind, comment="Taken by Sapt") + docx() + b"trailing words"

    alone = redraw_photo(photo)

    assert not re.search(rb"Sapt|trailing|document\.xml|Exif|eXIf", alone)
    before, after = ImageOps.exif_transpose(opened(photo)), opened(alone)
    assert not after.getexif()
    assert after.tobytes() == before.tobytes()


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_no_words_of_any_program_are_left_in_a_picture(kind):
    words = {"xmp": b"<x:xmpmeta>Sapt</x:xmpmeta>", "icc_profile": b"Sapt" * 200, "dpi": (72, 72)}
    photo = picture(kind, **words)

    after = opened(redraw_photo(photo))

    assert not set(after.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("turned", range(1, 9))
def test_a_photo_is_upright_however_the_camera_was_held(kind, turned):
    seen = Image.new("RGB", (64, 48), RED)
    seen.paste(BLUE, (0, 0, 32, 24))
    exif = Image.Exif()
    exif[0x0112] = turned

    photo = opened(redraw_photo(saved(seen, kind, exif=exif, quality=95)))

    meant = ImageOps.exif_transpose(opened(saved(seen, "PNG", exif=exif)))
    assert photo.size == meant.size
    for place in [(8, 8), (photo.width - 8, 8), (8, photo.height - 8)]:
        assert is_near(photo.getpixel(place), meant.getpixel(place))


@pytest.mark.parametrize("size", [(2501, 10), (6_000, 4_000), (1_000, 5_001)])
def test_a_photo_is_no_larger_than_print_needs(size):
    photo = opened(redraw_photo(picture("JPEG", size=size)))

    assert max(photo.size) == LONGEST_SIDE
    assert abs(photo.width * size[1] - photo.height * size[0]) <= max(size)


def test_a_photo_for_the_press_is_one_for_screens():
    photo = opened(
        redraw_photo(saved(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG", quality=95))
    )

    assert photo.mode == "RGB"
    assert is_near(photo.getpixel((4, 4)), RED)


def test_the_colours_of_a_photo_are_those_of_its_own_profile():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # In this one red is what is blue for everybody else.
    turned = profile.replace(b"rXYZ", b"----", 1).replace(b"bXYZ", b"rXYZ", 1)
    turned = turned.replace(b"----", b"bXYZ", 1)

    for kind in ("PNG", "JPEG"):
        photo = saved(Image.new("RGB", (8, 8), RED), kind, icc_profile=turned)
        assert is_near(opened(redraw_photo(photo)).getpixel((4, 4)), BLUE)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_a_picture_of_few_colours_or_with_holes_is_drawn(mode):
    seen = Image.new("RGBA" if mode.endswith("A") else "RGB", (8, 8), RED).convert(mode)

    photo = opened(redraw_photo(saved(seen, "PNG")))

    assert photo.mode == ("RGBA" if mode in ("LA", "RGBA") else "RGB")
    assert photo.convert("RGB").tobytes() == seen.convert("RGB").tobytes()


def test_what_is_transparent_in_a_palette_stays_so():
    photo = opened(redraw_photo(saved(Image.new("P", (8, 8), 0), "PNG", transparency=0)))

    assert photo.getpixel((4, 4))[3] == 0


def test_a_picture_of_sixteen_bits_keeps_its_greys():
    seen = Image.new("I;16", (8, 8), 0x8080)

    assert opened(redraw_photo(saved(seen, "PNG"))).getpixel((4, 4)) == (0x80, 0x80, 0x80)


def test_of_a_picture_that_moves_the_first_is_kept():
    moving = saved(
        Image.new("RGB", (8, 8), RED),
        "PNG",
        save_all=True,
        append_images=[Image.new("RGB", (8, 8), BLUE)],
    )

    photo = opened(redraw_photo(moving))

    assert photo.getpixel((4, 4)) == RED
    assert not getattr(photo, "is_animated", False)


def test_the_same_photo_becomes_the_same_file():
    photo = taken_in_geneva()

    assert redraw_photo(photo) == redraw_photo(photo)


@given(st.binary(max_size=200))
def test_no_bytes_trip_the_drawing(content):
    for head in (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"):
        draw(head + content)
