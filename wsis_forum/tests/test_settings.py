import os
import subprocess
import sys

import pytest
from django.conf import settings

WORKS = {"SECRET_KEY": "of-this-test-alone"}


def check(folder, **variables):
    """Run ``manage.py check`` with nothing but these variables."""
    command = [sys.executable, "manage.py", "check"]
    environment = {"PATH": os.environ["PATH"], "VAR_DIR": str(folder)} | variables
    return subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_secret_key_is_all_that_a_deployment_has_to_set(tmp_path):
    done = check(tmp_path, **WORKS)

    assert (done.returncode, done.stderr) == (0, "")


def test_secret_key_may_stand_in_a_file(tmp_path):
    (tmp_path / "key").write_text("of-this-test-alone\n")

    done = check(tmp_path, SECRET_KEY_FILE=str(tmp_path / "key"))

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        pytest.param({}, "Set SECRET_KEY or SECRET_KEY_FILE.", id="no secret key"),
        pytest.param({"SECRET_KEY": ""}, "Set SECRET_KEY or SECRET_KEY_FILE.", id="empty key"),
        pytest.param(
            {"SECRET_KEY_FILE": "/nowhere/key"},
            "SECRET_KEY_FILE cannot be read: No such file or directory: /nowhere/key",
            id="no key in the file",
        ),
        pytest.param(
            WORKS | {"DEBUG": "yes"}, "DEBUG must be 'True' or 'False', not 'yes'.", id="debug"
        ),
        *(
            pytest.param(
                WORKS | {"DATABASE_URL": url},
                "DATABASE_URL cannot be read: set it to postgres://user:password@host:5432/name.",
                id=f"database {url}",
            )
            for url in ("forum", "postgres://", "postgres://db.example.org:port/forum")
        ),
        *(
            pytest.param(
                WORKS | {"EMAIL_URL": url},
                "EMAIL_URL cannot be read: "
                "set it to smtp://user:password@host:587/ or file:///folder.",
                id=f"mail {url}",
            )
            for url in (
                "mail.example.org",
                "smtp://",
                "smtp://mail.example.org:99999/",
                "smtp://mail.example.org/?security=some",
            )
        ),
        *(
            pytest.param(
                WORKS | {"STORAGE_URL": url},
                "STORAGE_URL cannot be read: set it to file:///folder.",
                id=f"storage {url}",
            )
            for url in ("/var/lib/forum", "s3://bucket/forum")
        ),
    ],
)
def test_unreadable_setting_is_said_in_one_line(tmp_path, variables, said):
    done = check(tmp_path, **variables)

    assert done.returncode == 1
    assert done.stderr == f"{said}\n"
    assert done.stdout == ""
