"""The runbook is held to the tree: each of its chapters was tried, and names the tests that did."""

import re

import pytest
import yaml
from django.conf import settings

RULES = settings.BASE_DIR / "deploy/prometheus/wsis-forum.rules.yml"
PAGE = (settings.BASE_DIR / "docs/runbook.md").read_text()
_before, *CHAPTERS = re.split(r"^## ", PAGE, flags=re.M)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=[text.splitlines()[0] for text in CHAPTERS])
def test_a_chapter_says_what_is_seen_done_and_left_alone_and_was_tried(chapter):
    _title, *parts = re.split(r"^\*\*(Seen\.|Do\.|Do not|Tried\.)\*\*", chapter, flags=re.M)

    assert parts[::2] == ["Seen.", "Do.", "Do not", "Tried."]
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", parts[-1])
    assert len(named) >= 3
    for path, name in named:
        assert f"def {name}(" in (settings.BASE_DIR / path).read_text(), (path, name)


def test_there_are_sixteen_chapters():
    assert PAGE.splitlines()[2].startswith("Sixteen things")
    assert len(CHAPTERS) == 16


def test_each_alarm_that_a_chapter_names_is_one():
    rules = RULES.read_text()

    named = set(re.findall(r"`([A-Z][a-z]+[A-Z]\w+)`", PAGE))

    assert len(named) > 10
    assert named <= set(re.findall(r"alert: (\w+)", rules))


def test_each_alarm_stands_in_the_chapter_to_which_it_leads():
    (group,) = yaml.safe_load(RULES.read_text())["groups"]

    for rule in group["rules"]:
        anchor = rule["annotations"]["runbook"].partition("#")[2]
        (chapter,) = (one for one in CHAPTERS if anchor == anchor_of(one.splitlines()[0]))
        assert f"`{rule['alert']}`" in chapter, rule["alert"]


def anchor_of(title):
    return re.sub(r"[^\w-]", "", title.lower().replace(" ", "-"))
