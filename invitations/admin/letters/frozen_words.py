"""The frozen words of a letter, as they are printed and mailed, each in its own direction."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from invitations.letters.pdf import html_of_markdown
from invitations.letters.words import words_in_languages
from invitations.models import Letter
from invitations.text.scripts import direction_of_language


def shown_subject(letter: Letter) -> str:
    language = letter.language
    return format_html(
        '<span lang="{}" dir="{}">{}</span>',
        language,
        direction_of_language(language),
        letter.subject,
    )


def shown_paper(letter: Letter) -> str:
    # Markdown without HTML, by the renderer of the PDF.
    parts = [
        (code, way, mark_safe(html_of_markdown(words)))  # noqa: S308
        for code, way, words in words_in_languages(letter, letter.paper)
    ]
    return joined("letter-words", parts)


def shown_mail(letter: Letter) -> str:
    return joined("lines", words_in_languages(letter, letter.mail))


def joined(style: str, parts: Sequence[tuple[str, str, str]]) -> SafeString:
    html = '<div class="{}" lang="{}" dir="{}">{}</div>'
    return format_html_join("", html, ((style, *part) for part in parts))
