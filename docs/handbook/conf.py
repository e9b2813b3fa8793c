"""The secretariat's handbook: one folder of pages a language, built by `make docs`."""

from pathlib import Path

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
