"""What opens an office's page, found in any text, so that it stays out of logs and summaries."""

import re

# The link wherever it stands, quoted or encoded; its token alone, as a database quotes it.
LINK = re.compile(r"(/r/|%2Fr%2F)[^/\s\"'<>]+", re.IGNORECASE)
TOKEN = re.compile(r"(?<![\w-])[2-9a-hjkmnp-z]{21}(?![\w-])")
# Twelve consonants, in one or in fours as on a letter or as typed from it: no word has so many.
CODE = re.compile(
    r"(?<![\w-])(?:[b-df-hjkmnp-tv-z]{4}[- \u2010-\u2015]?){2}[b-df-hjkmnp-tv-z]{4}(?![\w-])", re.I
)


def mask_keys(text: str) -> str:
    return CODE.sub("…", TOKEN.sub("…", LINK.sub(r"\1…", text)))
