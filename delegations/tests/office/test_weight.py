"""What the first page weighs on the wire, for an office far away that opens its link."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from delegations.tests.offices import browser, invited, page_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]
HEAVIEST_PAGE = 20_000
HEAVIEST_REST = 80_000
NAMED = re.compile(r'<(?:link|script|img)[^>]*? (?:href|src)="/static/([^"?]+)"')
NAMED_BY_STYLES = re.compile(rb"""url\(["']?(?!data:|#)([^)"'?]+)""")


def on_the_wire(file):
    """The bytes of a static file as it is served: compressed, unless that makes it no smaller."""
    content = file.read_bytes()
    return min(len(gzip.compress(content, 9, mtime=0)), len(content))


def files_of(page):
    """The static files that the page asks for, with those that its style sheets name."""
    named = [Path(finders.find(name)) for name in NAMED.findall(page)]
    sheets = [file for file in named if file.suffix == ".css"]
    by_styles = {
        (sheet.parent / name.decode()).resolve()
        for sheet in sheets
        for name in NAMED_BY_STYLES.findall(sheet.read_bytes())
    }
    return [*named, *by_styles]


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_the_answer_page_is_light_enough_for_a_slow_line(language):
    invitation = invited("Ruritania")
    client = browser(invitation)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    response = client.get(page_of(invitation))

    # Pages hold a form's token, and are sent as they are; static files are compressed beforehand.
    assert "Content-Encoding" not in response
    assert len(response.content) <= HEAVIEST_PAGE
    files = files_of(response.content.decode())
    assert len(files) >= 3
    assert sum(map(on_the_wire, files)) <= HEAVIEST_REST
