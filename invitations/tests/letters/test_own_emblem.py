"""The emblem of an organization on its letters, in place of the one that is shipped."""

import pytest

from invitations.letters import pdf
from invitations.mail import html_part
from invitations.tests.reading import message_of

# As a drawing program writes it.
DRAWN = """<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><title>World Orchards</title></svg>"""


def forget():
    pdf.emblem.cache_clear()
    html_part.emblem_png.cache_clear()


@pytest.fixture
def own_emblem(tmp_path, settings):
    shipped = settings.BASE_DIR / "static"
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters/emblem.svg").write_text(DRAWN)
    drawn = (shipped / "letters/emblem.png").read_bytes() + b"of the orchards"
    (tmp_path / "letters/emblem.png").write_bytes(drawn)
    settings.STATICFILES_DIRS = [tmp_path, shipped]
    forget()
    yield
    forget()


@pytest.mark.django_db
@pytest.mark.usefixtures("own_emblem")
def test_letters_and_their_mail_bear_the_own_emblem(composed):
    letter = composed()

    (image,) = [
        part for part in message_of(letter).walk() if part.get_content_type() == "image/png"
    ]
    assert image.get_content().endswith(b"of the orchards")
    assert pdf.emblem().startswith("<svg")
    assert "<title>World Orchards</title>" in pdf.emblem()


def test_without_a_folder_the_shipped_emblem_is_borne(settings):
    shipped = settings.BASE_DIR / "static/letters/emblem.svg"

    assert pdf.emblem() == shipped.read_text()


def test_whoever_is_read_the_letter_hears_of_no_other_organization_by_the_shipped_emblem():
    drawn = pdf.emblem_of("Orchards & Vineyards Union")

    assert "<title>Orchards &amp; Vineyards Union</title>" in drawn
    assert "WSIS" not in drawn
