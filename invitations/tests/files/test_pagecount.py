import subprocess
import sys

import pikepdf
import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from invitations.files import confined, pagecount
from invitations.files.confined import Unsafe
from invitations.files.pagecount import count_pages_here, count_pdf_pages
from invitations.files.uploads import document_kind
from invitations.tests.uploading import pdf, pdf_bomb, pdf_of_many_objects

pytestmark = pytest.mark.program

ENDLESS = (
    b"%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n"
    b"2 0 obj\n<</Type/Pages/Count 1/Kids[2 0 R]>>\nendobj\ntrailer\n<</Root 1 0 R>>\n"
)
NO_PAGE = ENDLESS.replace(b"/Count 1/Kids[2 0 R]", b"/Count 0/Kids[]")
WHAT_A_LOOK_TAKES = """
import resource, sys
from invitations.files.uploads import document_kind
own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(document_kind(sys.stdin.buffer.read()) or "refused")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - own)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.fixture
def looks_by(monkeypatch, tmp_path):
    """Let another program take the place of the one that looks."""

    def looks(program):
        path = tmp_path / "look.py"
        path.write_text(f"import os, time\n{program}")
        monkeypatch.setattr(pagecount, "__file__", str(path))

    return looks


@pytest.mark.parametrize(
    ("content", "pages"),
    [(pdf(), 1), (pdf("Zenda"), 0), (pdf()[:200], 0), (b"", 0), (ENDLESS, 0), (NO_PAGE, 0)],
    ids=["sound", "locked", "cut off", "empty", "endless", "no page"],
)
def test_the_pages_of_a_pdf_are_counted(content, pages):
    assert count_pdf_pages(content) == pages


def test_a_pdf_that_runs_a_script_is_a_pdf(tmp_path):
    with pikepdf.new() as document:
        document.add_blank_page()
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        document.save(tmp_path / "script.pdf")

    assert count_pdf_pages((tmp_path / "script.pdf").read_bytes()) == 1


def test_a_bomb_takes_the_memory_of_neither_the_site_nor_the_process_that_looks():
    bomb = pdf_bomb(300)
    assert len(bomb) < 400_000

    said = subprocess.run(
        [sys.executable, "-c", WHAT_A_LOOK_TAKES],
        input=bomb,
        stdout=subprocess.PIPE,
        check=True,
        cwd=settings.BASE_DIR,
    )

    kind, ours, its = said.stdout.decode().split()
    assert kind == "refused"
    assert int(ours) < 8 * 1024  # kilobytes
    assert int(its) < 280 * 1024


def test_a_pdf_that_takes_too_much_is_refused_in_a_sentence(caplog):
    with pytest.raises(
        ValidationError, match="This PDF cannot be read safely: please save it anew"
    ):
        document_kind(pdf_of_many_objects(500_000))

    assert "A PDF was not read to its end" in caplog.text


def test_a_look_that_is_killed_refuses_the_file(looks_by):
    looks_by("os.kill(os.getpid(), 9)")

    with pytest.raises(Unsafe):
        count_pdf_pages(pdf())


def test_a_look_that_does_not_end_refuses_the_file(looks_by, monkeypatch):
    monkeypatch.setattr(confined, "USUAL", confined.Limits(patience=0.3))
    looks_by("time.sleep(60)")

    with pytest.raises(Unsafe):
        count_pdf_pages(pdf())


@pytest.mark.parametrize(
    ("deed", "pages"),
    [
        ("len(bytearray(200 * 1024 * 1024)) // 1024 // 1024", 200),
        ("len(bytearray(256 * 1024 * 1024))", None),
        ("max(iter(int, 1))", None),
    ],
    ids=["within its limits", "memory", "time"],
)
def test_who_looks_has_little_memory_and_little_time(looks_by, monkeypatch, deed, pages):
    looks_by(f"print({deed})")

    if pages:
        assert count_pdf_pages(pdf()) == pages
    else:
        limits = confined.USUAL._replace(processor=1, patience=120)
        monkeypatch.setattr(confined, "USUAL", limits)
        with pytest.raises(Unsafe) as refused:
            count_pdf_pages(pdf())
        # It was ended by its limit, and nobody lost patience.
        assert isinstance(refused.value.__cause__, subprocess.CalledProcessError)


def test_who_looks_knows_no_secret_of_the_site(looks_by, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "of the site")
    looks_by("print(len([name for name in os.environ if name != 'LC_CTYPE']))")

    assert count_pdf_pages(pdf()) == 0


@given(st.binary(max_size=200))
def test_no_bytes_trip_the_count(content):
    count_pages_here(b"%PDF-" + content)
