"""The page of security is held to the tree: what it names exists, and each line stands once."""

import re
from collections import Counter

from django.conf import settings

PAGE = (settings.BASE_DIR / "docs/security.md").read_text()


def test_each_test_that_the_page_names_exists():
    named = set(re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE))

    missing = [
        f"{path}::{name}"
        for path, name in named
        if f"def {name}(" not in (settings.BASE_DIR / path).read_text()
    ]
    assert len(named) > 80
    assert missing == []


def test_each_line_of_the_standard_stands_in_one_row():
    rows = re.findall(r"^\| (\d+\.\d+\.\d+(?:, \d+\.\d+\.\d+)*) \|", PAGE, re.M)

    lines = Counter(line for row in rows for line in row.split(", "))
    assert [line for line, times in lines.items() if times > 1] == []
    assert len(lines) == 253  # 70 of level 1, 183 of level 2


def test_a_row_without_a_test_or_a_file_says_why():
    for row in re.findall(r"^\| \d.*\|$", PAGE, re.M):
        _before, _lines, said, shown, _after = row.split("|")
        why = ("falls short", "*not here*", "**deployment**", "](")
        assert shown.strip() or any(one in said.lower() for one in why), row
