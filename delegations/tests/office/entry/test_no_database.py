"""A site whose database is away says that the fault is its own, and leaves a way on."""

import pytest
from django.db import OperationalError, connection
from django.test import Client


def away(*_query):
    raise OperationalError("The database is away.")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/nowhere/", "/code/"])
def test_without_a_database_a_page_says_that_the_fault_is_ours(address):
    with connection.execute_wrapper(away):
        refused = Client(raise_request_exception=False).get(address)

    page = refused.content.decode()
    assert refused.status_code == 500
    assert "The fault is ours" in page
    assert 'href="/code/"' in page
    assert page.count('name="language"') == 6
