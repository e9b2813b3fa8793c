import pytest

from delegations.api import edge
from delegations.api.keys import Asked
from invitations.tests import seals
from wsis_forum.tests.running import said_by

pytestmark = pytest.mark.program

# What one page or job needs, and no other pays for.
ELSEWHERE = {
    "asn1crypto",
    "ninja",
    "numpy",
    "pydantic",
    "pyhanko",
    "pypdfium2",
    "reportlab",
    "weasyprint",
    "zxingcpp",
}
# A worker, from its start to a letter that is set and frozen.
SETS_A_LETTER = """
import django; django.setup()
from wsis_forum import celery
celery.app.loader.import_default_modules()
celery.share_what_is_loaded()
from invitations.letters.composing import freeze_pdf
from invitations.letters.typesetting import typeset_pdf
from invitations.models import Letter
freeze_pdf(Letter(), typeset_pdf('<p>A letter.</p>', 1))
"""


def loaded_by(words: str, folder, **variables: str) -> set[str]:
    program = f"{words}\nimport sys; print(*sys.modules)"
    return set(said_by(program, folder, **variables).split())


def test_the_site_loads_nothing_that_only_one_address_needs(tmp_path):
    modules = loaded_by(
        "import wsis_forum.wsgi; from django.urls import reverse; reverse('admin:index')", tmp_path
    )

    assert "delegations.office.urls" in modules
    assert not modules & ELSEWHERE


def test_a_worker_without_a_seal_loads_nothing_that_seals_or_scans(tmp_path):
    modules = loaded_by(SETS_A_LETTER, tmp_path)

    assert modules & ELSEWHERE == {"weasyprint"}


def test_a_worker_with_a_seal_loads_what_seals_and_nothing_that_scans(tmp_path):
    seals.make_seal(tmp_path / "seal.p12")

    of_seal = {"SEAL_FILE": str(tmp_path / "seal.p12"), "SEAL_PASSWORD": seals.PASSWORD}
    modules = loaded_by(SETS_A_LETTER, tmp_path, **of_seal)

    assert modules & ELSEWHERE == {"weasyprint", "pyhanko", "asn1crypto"}


def test_the_api_is_asked_for_the_words_that_its_lists_know():
    assert set(Asked.model_fields) == edge.ASKED
