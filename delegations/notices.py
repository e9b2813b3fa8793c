"""The notices as they are shipped: on privacy and on accessibility, in six languages."""

from pathlib import Path
from string import Template

from django.db.migrations.state import StateApps

from delegations.models import Notice
from invitations.models import Language
from invitations.text.optional_parts import fill_marked

FOLDER = Path(__file__).resolve().parent / "data" / "notices"


def load_notices(apps: StateApps) -> None:
    """Add the notices that are missing, and leave those on file: staff may have edited them."""
    notices = apps.get_model("delegations", "Notice").objects
    for kind in Notice.Kind.values:
        texts = {
            f"text_{language.replace('-', '_')}": shipped_notice(kind, language)
            for language in Language.values
        }
        notices.get_or_create(kind=kind, defaults={"text": texts["text_en"], **texts})


def filled_notice(text: str, erased_on: str) -> str:
    """Return the text with the day of the erasure, and without what speaks of it where it has none.

    A text of an organization’s own that names no day stays as it was typed.
    """
    if "erased_on" not in text:
        return text
    words = {"erased_on": erased_on}
    return fill_marked(text, words, lambda line: Template(line).safe_substitute(words))


def shipped_notice(kind: str, language: str) -> str:
    return (FOLDER / f"{kind}.{language}.md").read_text()
