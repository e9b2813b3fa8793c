"""The secretariat's handbook: one folder of pages a language, built by `make docs`."""

import re
from pathlib import Path

from jinja2.ext import Extension
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


# The theme speaks English alone, partly to those who only hear a page; the longer words come first.
THEME_IN_FRENCH = {
    "Toggle site navigation sidebar": "Montrer ou cacher la navigation",
    "Toggle table of contents sidebar": "Montrer ou cacher le plan de la page",
    "Toggle Light / Dark / Auto color theme": "Couleurs claires, sombres ou automatiques",
    "Auto light/dark, in light mode": "Couleurs automatiques, à présent claires",
    "Auto light/dark, in dark mode": "Couleurs automatiques, à présent sombres",
    "Light mode": "Couleurs claires",
    "Dark mode": "Couleurs sombres",
    "<title>Contents<": "<title>Plan de la page<",
    "<title>Expand<": "<title>Déplier<",
    "Skip to content": "Aller au contenu",
    "Back to top": "Haut de la page",
    "On this page": "Sur cette page",
    '"Previous"': '"Précédent"',
    '"Next"': '"Suivant"',
    '"Home"': '"Accueil"',
    "Made with": "Fait avec",
}


class ThemeInFrench(Extension):
    """Furo's templates as they are, in French."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        for english, words in THEME_IN_FRENCH.items():
            source = source.replace(english, words)
        return source


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", speak_the_language)
    app.connect("source-read", hold_signs_to_words)


def speak_the_language(app: Sphinx) -> None:
    if app.config.language == "fr" and app.builder.format == "html":
        app.builder.templates.environment.add_extension(ThemeInFrench)


def hold_signs_to_words(app: Sphinx, name: str, source: list[str]) -> None:
    """Let no line of French begin with a sign before which a space stands, nor end with «."""
    if app.config.language == "fr":
        source[0] = re.sub(r"(?<=\S) (?=[?!;:»])|(?<=«) ", "\N{NO-BREAK SPACE}", source[0])
