import subprocess
import sys

from django.conf import settings

from delegations.api import edge
from delegations.api.keys import Asked

# What one page or job needs, and no other pays for.
ELSEWHERE = {
    "asn1crypto",
    "docx",
    "ninja",
    "numpy",
    "pydantic",
    "pyhanko",
    "reportlab",
    "weasyprint",
}


def loaded_by(words: str, folder) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; {words}; print(*sys.modules)"],
        cwd=settings.BASE_DIR,
        env={
            "SECRET_KEY": "of-this-test-alone",
            "DJANGO_SETTINGS_MODULE": "wsis_forum.settings",
            "VAR_DIR": str(folder),
        },
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_the_site_loads_nothing_that_only_one_address_needs(tmp_path):
    modules = loaded_by(
        "import wsis_forum.wsgi; from django.urls import reverse; reverse('admin:index')", tmp_path
    )

    assert "delegations.office.urls" in modules
    assert not modules & ELSEWHERE


def test_the_api_is_asked_for_the_words_that_its_lists_know():
    assert set(Asked.model_fields) == edge.ASKED
