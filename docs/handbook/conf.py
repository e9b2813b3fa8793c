"""The secretariat's handbook: one folder of pages a language, built by `make docs`."""

import re
from pathlib import Path

from sphinx.application import Sphinx

project = "WSIS Forum"
author = ""
copyright = ""
extensions = ["myst_parser"]
exclude_patterns = ["words.txt"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
# A link that leads nowhere is a fault of the build.
nitpicky = True

html_theme = "furo"
# Its name is given by the call, as the language is.
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
html_favicon = str(Path(__file__).parents[2] / "static/site/favicon.svg")


def setup(app: Sphinx) -> None:
    app.connect("source-read", hold_signs_to_words)


def hold_signs_to_words(app: Sphinx, name: str, source: list[str]) -> None:
    """Let no line of French begin with a sign before which a space stands, nor end with «."""
    if app.config.language == "fr":
        source[0] = re.sub(r"(?<=\S) (?=[?!;:»])|(?<=«) ", "\N{NO-BREAK SPACE}", source[0])
