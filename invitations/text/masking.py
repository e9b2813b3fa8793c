"""Links, codes and tokens, masked in any text: logs and summaries must not hold them."""

import re

# The link, also quoted or URL-encoded; and its token alone, as a database message quotes it.
LINK = re.compile(r"(/r/|%2Fr%2F)[^/\s\"'<>]+", re.IGNORECASE)
TOKEN = re.compile(r"(?<![\w-])[2-9a-hjkmnp-z]{21}(?![\w-])")
# What other systems bring, or sign with: a token of the API, the secret of a webhook.
SECRET = re.compile(r"(wsis_(?=[\w-]{40})|whsec_(?=[\w+/=%-]{20}))[\w+/=%-]+")
# Twelve consonants, in one piece or in groups of four, as printed or typed: no word has so many.
CODE = re.compile(
    r"(?<![\w-])(?:[b-df-hjkmnp-tv-z]{4}[- \u2010-\u2015]?){2}[b-df-hjkmnp-tv-z]{4}(?![\w-])", re.I
)


def mask_keys(text: str) -> str:
    text = SECRET.sub(r"\1…", LINK.sub(r"\1…", text))
    return CODE.sub("…", TOKEN.sub("…", text))
