"""What the documentation says of clicks is what tests count in a browser."""

import re
from pathlib import Path

from django.conf import settings


def test_the_table_in_the_documentation_has_what_was_counted():
    table = (settings.BASE_DIR / "docs/performance.md").read_text().partition("| task | ")[2]
    rows = table.partition("\n\n")[0].splitlines()[2:]
    folder = Path(__file__).parent

    assert len(rows) == 9
    for row in rows:
        _task, now, stops, test = (cell.strip() for cell in row.strip("|").split("|"))
        counted = re.findall(r"(\d+) \+ (\d+)", now)
        source = (folder / test.strip("`")).read_text()
        assert counted, row
        assert re.match(r"\d", stops), row
        assert [pair for pair in counted if "({}, {})".format(*pair) not in source] == [], row
