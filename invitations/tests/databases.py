"""Databases beside the one of the tests."""

import os
import subprocess

from django.conf import settings
from django.db import connection

# Where a deployment runs, long tests take all offices and more examples.
AS_DEPLOYED = connection.vendor == "postgresql"


def examples_of(whole):
    """How many examples of a rule are drawn: all where a deployment runs, elsewhere a tenth.

    The variable WALKS asks for another number, in a long run.
    """
    return int(os.getenv("WALKS", str(whole if AS_DEPLOYED else whole // 10)))


def address_of(name):
    database = connection.settings_dict
    password = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    place = f"{database['HOST'] or '127.0.0.1'}:{database['PORT'] or 5432}"
    return f"postgres://{database['USER']}{password}@{place}/{name}"


def postgresql(program, *arguments, **variables):
    database = connection.settings_dict
    here = {
        "PGHOST": database["HOST"] or "127.0.0.1",
        "PGPORT": str(database["PORT"] or 5432),
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
    }
    return run(program, *arguments, **here | variables)


def run(*command, **variables):
    return subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env=os.environ | variables,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
