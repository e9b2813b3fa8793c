import logging

import pytest

from wsis_forum.logs import WithoutTokens


@pytest.mark.parametrize("path", ["/r/abcd2345/", "/r/abcd2345", "/r/abcd2345/?x=1"])
def test_token_of_a_reply_link_is_masked(path):
    record = logging.LogRecord("django.request", 30, "", 1, "Not Found: %s", (path,), None)

    assert WithoutTokens().filter(record)

    assert "abcd2345" not in record.getMessage()
    assert "/r/…" in record.getMessage()
