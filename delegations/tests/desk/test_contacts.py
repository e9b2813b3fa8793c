"""The contacts of a State as vCards, for whom, and what they leave on file."""

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group
from django.urls import reverse

from invitations.tests.factories import InvitationFactory, MissionFactory, UserFactory

pytestmark = pytest.mark.django_db


def member(client, group):
    user = UserFactory()
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    return user


def address_of(invitation):
    return reverse(
        "desk:contacts", args=[invitation.edition.symbol, invitation.member_state.iso3.lower()]
    )


def test_offices_and_missions_are_taken_out_as_vcards(client):
    user = member(client, "Registrars")
    invitation = InvitationFactory(
        minister__family_name="Elphberg; née Sapt", minister__portfolio="Minister of Post, Radio",
        minister__to_emails="office@example.org\ncabinet@example.org",
        focal_point_name="Anton Bersonin", focal_point_email="focal@example.org",
    )  # fmt: skip
    MissionFactory(
        phone="+41 22 555 0100", emails="mission@example.org", states=[invitation.member_state]
    )

    answer = client.post(address_of(invitation))

    cards = answer.content.decode().replace("\r\n ", "").split("END:VCARD\r\n")
    assert [card.splitlines()[:2] for card in cards[:3]] == [["BEGIN:VCARD", "VERSION:4.0"]] * 3
    office, focal_point, of_mission, end = cards
    assert end == ""
    for line in (
        "N:Elphberg\\; née Sapt;Flavia;;;", "TITLE:Minister of Post\\, Radio",
        "EMAIL:office@example.org", "EMAIL:cabinet@example.org",
        f"ORG:{invitation.member_state}",
    ):  # fmt: skip
        assert line in office.splitlines(), line
    assert "FN:Anton Bersonin" in focal_point.splitlines()
    assert "TEL:+41 22 555 0100" in of_mission.splitlines()
    entry = LogEntry.objects.get(additional_data__act="taken_out")
    assert (entry.actor, entry.additional_data["reason"]) == (user, "vCard, 3")


def test_contacts_are_not_for_readers_and_not_by_an_address_alone(client):
    invitation = InvitationFactory()
    member(client, "Readers")
    page = reverse("desk:state", args=[invitation.edition.symbol, invitation.member_state.iso3])
    assert client.post(address_of(invitation)).status_code == 403
    assert address_of(invitation).upper() not in client.get(page).content.decode().upper()

    member(client, "Drafters")

    assert client.get(address_of(invitation)).status_code == 405
    assert address_of(invitation).upper() in client.get(page).content.decode().upper()


def test_withdrawn_invitation_gives_no_contact(client):
    member(client, "Drafters")
    invitation = InvitationFactory(status="withdrawn")

    assert client.post(address_of(invitation)).content == b""
