"""What docs/api.md shows is what is answered."""

import datetime as dt
import json
import re

import pytest
from django.conf import settings

from delegations.tests.api.published import V1, published_edition
from delegations.tests.api.tokens import released, with_token
from invitations.tests.factories import (
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    ReplyFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_march")]

NAMES = {
    "ar": "روريتانيا", "zh_hans": "卢里塔尼亚", "en": "Ruritania",
    "fr": "Ruritanie", "ru": "Руритания", "es": "Ruritania",
}  # fmt: skip
FORMAL = {"en": "Kingdom of Ruritania", "fr": "Royaume de Ruritanie"}


@pytest.fixture
def documented():
    return (settings.BASE_DIR / "docs/api.md").read_text()


@pytest.fixture
def shown():
    """The edition and the States of the document's examples."""
    edition = published_edition(announced__minister__member_state__iso2="ZZ")
    state = MemberStateFactory(
        iso2="RT", iso3="RTA", region="Europe",
        **{f"short_name_{code}": name for code, name in NAMES.items()},
        **{f"formal_name_{code}": FORMAL.get(code, "") for code in NAMES},
    )  # fmt: skip
    other = MemberStateFactory(iso2="ZE", iso3="ZEN")
    for one in (state, other):
        InvitationFactory(edition=edition, minister=MinisterFactory(member_state=one))
    at = dt.datetime(2027, 3, 9, 9, tzinfo=dt.UTC)
    ReplyFactory(invitation=edition.invitations.get(member_state=state), received_at=at)
    return edition


def test_each_example_is_answered_as_it_stands_there(client, shown, documented):
    example = r"^    curl (?:-H \S+ Bearer \$TOKEN\" )?(\S+)\n\n```json\n(.*?)```"
    examples = re.findall(example, documented, re.M | re.S)
    assert len(examples) >= 4
    _token, words = released(shown, "answers")

    for address, answer in examples:
        found = client.get(address.removeprefix("https://forum.example.org"), **with_token(words))
        assert found.json() == json.loads(answer), address


def test_each_address_that_is_answered_is_named_there_and_no_other(client, documented):
    described = client.get(f"{V1}/openapi.json").json()["paths"]

    named = set(re.findall(r"^\| `(/api/v1/\S+)` \|", documented, re.M))
    assert named == {address.replace("{symbol}", "wsis-2027") for address in described}
