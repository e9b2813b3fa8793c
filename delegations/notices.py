"""The notices as they are shipped: on privacy and on accessibility, in six languages."""

from pathlib import Path

from django.db.migrations.state import StateApps

from delegations.models import Notice
from invitations.models import Language

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


def shipped_notice(kind: str, language: str) -> str:
    return (FOLDER / f"{kind}.{language}.md").read_text()
