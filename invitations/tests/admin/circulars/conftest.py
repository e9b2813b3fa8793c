import pytest

from invitations.tests.desk import signed_in


@pytest.fixture
def drafter(client):
    return signed_in(client, "view_circular", "change_circular", "add_circular", "view_letter")
