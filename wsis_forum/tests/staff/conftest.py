import pytest
from django.test import Client

from delegations.tests.conftest import chromium, site  # noqa: F401 -- fixtures of the browser


@pytest.fixture
def client_of():
    """Another browser."""
    return Client
