import pytest
from django.test import Client

from delegations.tests.conftest import chromium, site  # noqa: F401 -- fixtures of the browser


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    """What a hash costs is Django's affair."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def client_of():
    """Another browser."""
    return Client
