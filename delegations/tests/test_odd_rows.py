"""Actions of the desk's lists on rows that no list can have sent."""

import itertools

import pytest
from django.contrib import admin
from django.test import RequestFactory

from invitations.admin.list_columns import list_url
from invitations.tests.desk import browser_of
from invitations.tests.factories import InvitationFactory, UserFactory

pytestmark = pytest.mark.django_db

ODD = ["x", "", "\0", "1.5", "-1", "9" * 40, "\u0661", "[1]", "1 OR 1=1"]
MORE = [{}, {"answered": "yes"}, {"index": "x"}, {"select_across": "x", "index": 9}]
PAGES = [page for _model, page in sorted(admin.site._registry.items(), key=str)]


@pytest.mark.walk
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.opts.label)
def test_no_action_fails_on_rows_that_cannot_be(page):
    InvitationFactory()
    person = UserFactory(is_superuser=True)
    browser = browser_of(person)
    browser.raise_request_exception = False
    request = RequestFactory().get("/")
    request.user = person

    actions = itertools.cycle(page.get_actions(request) or ["none"])
    for name, key, more in zip(actions, ODD, itertools.cycle(MORE), strict=False):
        sent = {"action": name, "_selected_action": [key, "1"], **more}
        answer = browser.post(list_url(page.model), sent)
        assert answer.status_code in {200, 302, 400, 403}, (name, key, more)
