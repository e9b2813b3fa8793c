"""The frozen words of a letter, as they are printed and mailed, each in its own direction."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info

from invitations.letters.pdf import html_of_markdown
from invitations.letters.words import BETWEEN_LANGUAGES
from invitations.models import Letter


def shown_subject(letter: Letter) -> str:
    language = letter.language
    return format_html(
        '<span lang="{}" dir="{}">{}</span>', language, direction(language), letter.subject
    )


def shown_paper(letter: Letter) -> str:
    # Markdown without HTML, by the renderer of the PDF.
    parts = [
        (code, way, mark_safe(html_of_markdown(words)))  # noqa: S308
        for code, way, words in by_language(letter, letter.paper)
    ]
    return joined("letter-words", parts)


def shown_mail(letter: Letter) -> str:
    return joined("lines", by_language(letter, letter.mail))


def joined(style: str, parts: "list[tuple[str, str, str]]") -> SafeString:
    html = '<div class="{}" lang="{}" dir="{}">{}</div>'
    return format_html_join("", html, ((style, *part) for part in parts))


def by_language(letter: Letter, words: str) -> list[tuple[str, str, str]]:
    """Return (language, direction, words) of each language of the letter.

    Words that hold the line between two languages themselves cannot be told apart: they stay whole.
    """
    languages = [letter.language, *filter(None, [letter.second_language])]
    parts = words.split(BETWEEN_LANGUAGES) if len(languages) > 1 else [words]
    if not words:
        return []
    if len(parts) != len(languages):
        return [("", "auto", words)]
    return [(code, direction(code), part) for code, part in zip(languages, parts, strict=True)]


def direction(language: str) -> str:
    return "rtl" if get_language_info(language)["bidi"] else "ltr"
