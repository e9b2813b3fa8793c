"""The containers run what the units run, as nobody, and are replaced one by another."""

import json
import os
import re
import shutil
import subprocess

import pytest
import yaml
from django.conf import settings

from conftest import VARIABLES
from wsis_forum.tests.deployed import DEPLOY, given_variables, unit

HARDENED = DEPLOY / "systemd/wsis-forum-.service.d/hardened.conf"
CONTAINERS = {"web": "wsis-forum-web", "worker": "wsis-forum-worker@1",
              "beat": "wsis-forum-beat", "backup": "wsis-forum-backup"}  # fmt: skip


def test_the_guide_replaces_a_container_by_the_one_beside_it():
    compose = composed()["services"]
    guide = (settings.BASE_DIR / "docs/deploy.md").read_text()

    (port,), (beside,) = (compose[name]["ports"] for name in ("web", "web-beside"))

    assert compose["web-beside"] == compose["web"] | {"profiles": ["beside"], "ports": [beside]}
    places = [one.removesuffix(":8000") for one in (port, beside)]
    assert "sed -i s/{}/{}/".format(*places) in guide
    assert "sed -i s/{1}/{0}/".format(*places) in guide


@pytest.mark.parametrize("name", CONTAINERS)
def test_a_container_runs_what_the_unit_runs(name):
    image = (DEPLOY / "container/Containerfile").read_text()
    by_itself = json.loads(re.search(r"^CMD (.*)$", image, re.M)[1])
    words = composed()["services"][name].get("command", by_itself)

    line = unit(CONTAINERS[name])["ExecStart"].removeprefix("/opt/wsis-forum/")
    line = line.removeprefix(".venv/bin/").replace("--hostname %i@%%h ", "")
    told = " ".join(words)
    # The socket is systemd's there; and what a read-only image has to be told.
    for added in ("--bind 0.0.0.0:8000 ", "--worker-tmp-dir /dev/shm "):
        told = told.replace(added, "")
    assert told == line


def test_a_container_is_told_what_a_unit_is_told():
    told = {name.removesuffix("_FILE") for name in composed()["x-program"]["environment"]}
    image = (DEPLOY / "container/Containerfile").read_text()
    of_units = dict(re.findall(r"^Environment=(\w+)=(.*)$", HARDENED.read_text(), re.M))

    wanted = {name.removesuffix("_FILE") for name in given_variables()} | set(of_units)
    assert wanted - told == {"VAR_DIR"}
    assert f"VAR_DIR={given_variables()['VAR_DIR']}" in image
    assert told - set(of_units) <= VARIABLES


def composed():
    return yaml.safe_load((DEPLOY / "container/compose.yaml").read_text())


def test_no_container_is_root_or_writes_to_its_image():
    compose = (DEPLOY / "container/compose.yaml").read_text()
    image = (DEPLOY / "container/Containerfile").read_text()

    services = re.split(
        r"^  (?=\w+:$)", compose.partition("\nservices:\n")[2].partition("\n# ")[0], flags=re.M
    )
    assert re.search(r"^USER (\S+)", image, re.M)[1] == "10001:10001"
    assert 'user: "10001:10001"' in compose.partition("services:")[0]
    for service in filter(None, services):
        own = "<<: *program" in service
        assert own or re.search("^    user: (postgres|redis)", service, re.M), service
        assert own or "read_only: true" in service
        assert "healthcheck:" in service or 'restart: "no"' in service


@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("useradd"), reason="Only root makes users and groups."
)
def test_the_image_has_the_group_as_which_its_programs_run(tmp_path):
    image = (DEPLOY / "container/Containerfile").read_text().replace("\\\n", " ")
    for folder in ("etc", "var/lib"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("passwd", "group", "shadow", "gshadow", "login.defs"):
        shutil.copy(f"/etc/{file}", tmp_path / "etc")

    for line in re.findall(r"&& ((?:groupadd|useradd) .*?)(?=&&|$)", image, re.M):
        program, *options = line.split()
        subprocess.run([program, "--prefix", tmp_path, *options], check=True)

    # Celery takes a program whose group has no name for one of a superuser.
    groups = (tmp_path / "etc/group").read_text()
    assert re.search(r"^wsis-forum:[^:]*:10001:", groups, re.M)
    assert re.search(r"^wsis-forum:x:10001:10001:", (tmp_path / "etc/passwd").read_text(), re.M)
    home = (tmp_path / "var/lib/wsis-forum").stat()
    assert (home.st_uid, home.st_gid) == (10001, 10001)
