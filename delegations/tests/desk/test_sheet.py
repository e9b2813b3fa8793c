"""The sheet for the Secretary-General: one dated page, in the language and order chosen."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from invitations.models import MemberState
from invitations.tests.desk import signed_in
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    MinisterFactory,
    ReplyFactory,
)
from invitations.tests.reading import ask

pytestmark = [pytest.mark.program, pytest.mark.django_db]

SHEET = reverse("desk:sheet")


def words(answer):
    assert answer["Content-Type"] == "application/pdf"
    return " ".join(ask(answer.content, "pdftotext", "-raw", "-", "-").split())


@pytest.mark.parametrize("language", ["en", "fr", "es", "ru", "ar", "zh-hans"])
def test_193_states_stand_on_one_page(in_february, admin_client, language):
    call_command("load_member_states")
    edition = EditionFactory()
    state = MemberState.objects.get(iso3="GBR")
    minister = MinisterFactory(member_state=state, family_name="Hentzau")
    ReplyFactory(invitation=InvitationFactory(edition=edition, minister=minister))

    answer = admin_client.get(SHEET, {"language": language})

    told = " ".join(ask(answer.content, "pdfinfo", "-").split())
    assert "Pages: 1 " in told
    assert "841.89 pts (A4)" in told
    assert "Hentzau" not in words(answer)


def test_sheet_says_its_hour_and_stands_in_the_order_asked_for(in_february, admin_client):
    edition = EditionFactory()
    for name, key in (("Austria", "ZZZ"), ("Zenda", "AAA")):
        state = {"region": "Europe", "short_name_en": name, "sort_key_fr": key}
        InvitationFactory(
            edition=edition,
            **{f"minister__member_state__{name}": one for name, one in state.items()},
        )

    french = words(admin_client.get(SHEET, {"edition": edition.symbol}))
    english = words(admin_client.get(SHEET, {"edition": edition.symbol, "order": "en"}))

    assert "As of 10 February 2027, 10:00 (Geneva time)." in french
    assert "Invited: 2 of 2 States. Answered: 0. Silent: 2." in french
    assert "? Zenda ? Austria" in french
    assert "? Austria ? Zenda" in english
    assert "English alphabetical order" in english


def test_sheet_is_for_those_who_may_see_invitations_and_replies(client):
    signed_in(client, "view_invitation", "view_reply")
    assert client.get(SHEET).status_code == 404

    EditionFactory()
    signed_in(client, "view_invitation")
    assert client.get(SHEET).status_code == 403
