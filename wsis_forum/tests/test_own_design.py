"""The emblem of an organization, in a folder beside the data."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from wsis_forum import env


@pytest.fixture
def own(tmp_path):
    """A folder with an emblem for paper and pages, and for mail."""
    folder = tmp_path / "own"
    (folder / "letters").mkdir(parents=True)
    for name in ("emblem.svg", "emblem.png"):
        (folder / "letters" / name).touch()
    return folder


def test_a_deployment_without_a_folder_has_nothing_of_its_own():
    assert env.own_looks(Path("/nowhere")) == []


@pytest.mark.parametrize("missing", ["emblem.svg", "emblem.png"])
def test_an_emblem_that_mail_or_paper_would_lack_is_refused(own, missing):
    (own / "letters" / missing).unlink()

    with pytest.raises(ImproperlyConfigured, match=r"both emblem\.svg and emblem\.png"):
        env.own_looks(own)


@pytest.mark.program
def test_what_lies_in_the_folder_comes_before_what_is_shipped(own):
    command = [sys.executable, "manage.py", "findstatic", "--first", "letters/emblem.svg"]
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(own.parent), "SECRET_KEY": "of-this"}

    said = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True,
        text=True, timeout=120,
    )  # fmt: skip

    assert said.stdout.strip().endswith(str(own / "letters/emblem.svg"))
