"""Words of our own, kept in each language: who reads them later has another one than who wrote.

They come as a lazy text, words that a person typed as a ``str``.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.functional import Promise, lazy

Words = str | Promise


def words_in(language: str, words: Words) -> str:
    with translation.override(language):
        return str(words)


def words_by_language(words: Words) -> dict[str, str]:
    """Return words of our own in each language but that of the source; nothing of typed words."""
    if not isinstance(words, Promise):
        return {}
    others = (code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE)
    return {code: words_in(code, words) for code in others}


def words_read(words: str, by_language: dict[str, str]) -> str:
    """Return the words in the active language; as they were written where that has none."""
    return by_language.get(translation.get_language() or "", words)


def first_message(refusal: ValidationError) -> str:
    return str(refusal.messages[0])


# The refusal's first message as a lazy text: its params too are in the language that reads it.
words_of = lazy(first_message, str)


def filled_words(message: Words, params: object) -> str:
    return str(message) % params


filled = lazy(filled_words, str)
