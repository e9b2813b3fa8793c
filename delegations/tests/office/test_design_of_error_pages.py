"""Whoever reads with other eyes finds the way on from a page that refuses, too."""

import pytest
from django.test import override_settings

from delegations.tests.browser import PHONE, page_in
from delegations.tests.measures import SMALL_TARGETS, axe_findings, bring_axe, findings
from delegations.tests.office.entry.failing import FAULTS

# The reference data of the migrations comes back after each of these tests.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def test_no_page_that_refuses_keeps_anybody_out(chromium, edition, site):
    found = {}

    failing = override_settings(ROOT_URLCONF="delegations.tests.office.entry.failing")
    with failing, page_in(chromium, "ar", **PHONE) as page:
        bring_axe(page)
        for status in FAULTS:
            page.goto(f"{site}/fails/{status}/")
            assert page.locator("a[href='/code/']").count() == 1
            found[status] = findings(page)
        # Of staff, who sign in.
        page.goto(f"{site}/fails/429/")
        page.get_by_role("link", name="العودة إلى تسجيل الدخول").wait_for()
        found[429] = [*axe_findings(page), *page.evaluate(SMALL_TARGETS)]

    assert {status: lines for status, lines in found.items() if lines} == {}
