"""Alarms and board ask for figures that are served, and send nobody to a page that is not there."""

import json
import re
import shutil
import subprocess

import promql_parser
import pytest
import yaml
from django.conf import settings

DEPLOY = settings.BASE_DIR / "deploy"
RULES = DEPLOY / "prometheus/wsis-forum.rules.yml"
# What Prometheus and its blackbox exporter tell by themselves, of the jobs that deploy/ gives them.
OF_PROMETHEUS = {"up", "probe_success", "probe_ssl_earliest_cert_expiry"}


def alarms():
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    return {rule["alert"]: rule for rule in group["rules"]}


def expressions():
    board = json.loads((DEPLOY / "grafana/wsis-forum.json").read_text())
    shown = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    return [*(rule["expr"] for rule in alarms().values()), *shown]


def figures_in(expression):
    """The figures that it asks for, each with the labels that it chooses by."""
    found = []

    def look(part):
        if isinstance(part, promql_parser.VectorSelector):
            chosen = {one.name: one.value for one in part.matchers.matchers}
            found.append((part.name, chosen))
        return True

    promql_parser.walk(promql_parser.parse(expression), look)
    return found


@pytest.fixture
def served(db, client, settings):
    """Each figure that is served, with each set of its labels."""
    settings.METRICS_TOKEN = "of-this-test-alone"
    page = client.get("/metrics", headers={"Authorization": "Bearer of-this-test-alone"})
    found = {}
    for name, labels in re.findall(r"^(wsis_forum_\w+)(\{.*\})? ", page.content.decode(), re.M):
        found.setdefault(name, []).append(dict(re.findall(r'(\w+)="([^"]*)"', labels)))
    return found


@pytest.mark.parametrize("expression", expressions())
def test_what_is_asked_for_is_served(served, expression):
    jobs = yaml.safe_load((DEPLOY / "prometheus/wsis-forum.scrape.yml").read_text())
    asked = [job["job_name"] for job in jobs["scrape_configs"]]

    for name, chosen in figures_in(expression):
        if name in OF_PROMETHEUS:
            assert chosen["job"] in asked
        elif name != "wsis_forum_tick_age_seconds":  # there is none before the first tick
            assert any(chosen.items() <= labels.items() for labels in served[name]), name


def test_each_figure_is_shown_or_gives_an_alarm(served):
    asked = {name for expression in expressions() for name, _chosen in figures_in(expression)}

    assert asked - OF_PROMETHEUS == set(served) | {"wsis_forum_tick_age_seconds"}


def test_an_alarm_says_what_is_amiss_and_where_stands_what_to_do():
    for name, rule in alarms().items():
        assert rule["labels"]["severity"] in ("page", "look"), name
        assert rule["annotations"]["summary"].endswith(".")
        page, _hash, anchor = rule["annotations"]["runbook"].partition("#")
        headings = re.findall(r"^## (.+)$", (settings.BASE_DIR / page).read_text(), re.M)
        assert anchor in {re.sub(r"[^\w-]", "", h.lower().replace(" ", "-")) for h in headings}


@pytest.mark.program
# Debian's package promtool brings it; without it the tests above have read the expressions.
@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not here.")
@pytest.mark.parametrize(
    "words",
    [
        ["check", "rules", RULES],
        ["test", "rules", RULES.with_suffix("").with_suffix(".test.yml")],
    ],
)
def test_promtool_is_content(words):
    done = subprocess.run(["promtool", *words], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
