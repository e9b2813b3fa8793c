"""Sign-in and one’s own account on a small phone, with letters of twice the size."""

import pytest
from django.urls import reverse

from delegations.tests.browser import PHONE, page_in
from delegations.tests.measures import NOT_LEGIBLE, enlarged_findings
from invitations.models import Language
from wsis_forum.tests.staff.people import PASSWORD, code, member

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
SEND = "main form button[type=submit]"


@pytest.mark.parametrize("language", Language.values)
def test_from_sign_in_to_the_own_account_no_page_leaves_the_phone(chromium, site, language):
    member("rassendyll", is_superuser=True)
    found = {}

    with page_in(chromium, language, **PHONE) as page:

        def measure(name):
            page.wait_for_load_state()
            found[name] = [*page.evaluate(NOT_LEGIBLE), *enlarged_findings(page)]

        page.goto(f"{site}{reverse('account_login')}")
        measure("password")
        page.fill("[name=login]", "rassendyll")
        page.fill("[name=password]", PASSWORD)
        page.click(SEND)
        measure("code")
        page.fill("[name=code]", code())
        page.click(SEND)
        page.wait_for_url(f"**{reverse('admin:index')}")
        for name in ("mfa_index", "usersessions_list"):
            page.goto(f"{site}{reverse(name)}")
            measure(name)

    assert {name: faults for name, faults in found.items() if faults} == {}
