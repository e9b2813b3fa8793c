"""The page of one State: what it shows, to whom, and where it leads."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from delegations.models import Delegation, DelegationChange, PolicyStatement
from invitations.admin.list_columns import change_url, state_url
from invitations.audit import Act, record_act
from invitations.letters.issuing import withdraw_invitation
from invitations.links import grouped_code, reply_url
from invitations.models import (
    CallListEntry,
    Correspondence,
    Delivery,
    HeldChange,
    Letter,
    Reply,
)
from invitations.reminders.calls import note_call
from invitations.tests.desk import signed_in
from invitations.tests.factories import (
    DeliveryFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
    MinisterFactory,
    MissionFactory,
    ReplyFactory,
    StepFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 3, 1, 11, tzinfo=dt.UTC)


def page_of(invitation):
    return state_url(invitation.edition, invitation.member_state)


def told(response):
    return [(line["words"], line["who"]) for line in response.context["timeline"]]


def member(client, group):
    user = UserFactory(username=group.lower().replace(" ", "-").replace("'", ""))
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    return user


def sent(invitation, state="handed_over", address="office@example.org", **fields):
    letter = LetterFactory(
        **{"invitation": invitation, "state": "approved", "approved_at": NOON}
        | {"composed_at": NOON, "sha256": "0" * 64, "message_sha256": "1" * 64}
        | fields
    )
    when = {"handed_over_at": NOON} if state == "handed_over" else {}
    delivery = DeliveryFactory(letter=letter, state=state, address=address, **when)
    letter.events.create(state=state, delivery=delivery, at=NOON, server_words="550 no such user")
    return delivery


def test_the_head_shows_minister_addresses_telephones_code_and_link(client):
    signed_in(client, "view_invitation", "change_invitation", "view_mission", "view_reply")
    invitation = InvitationFactory(minister__to_emails="office@example.org")
    ReplyFactory(
        invitation=invitation, respondent_phone="+999 5550 100", respondent_name="Fritz Tarlenheim"
    )
    MissionFactory(
        phone="+41 22 555 0100", emails="mission@example.org", states=[invitation.member_state]
    )
    link = invitation.links.get()

    page = client.get(page_of(invitation)).content.decode()

    for words in (
        "Minister of Communications", "H.E. Ms. Flavia Elphberg", "feminine", "English",
        "office@example.org", "+999 5550 100", "Fritz Tarlenheim", "+41 22 555 0100",
        "mission@example.org", grouped_code(link.code), reply_url(link),
    ):  # fmt: skip
        assert words in page, words


def test_the_principal_invitation_stands_first_and_a_withdrawn_one_last(admin_client):
    state, edition = MemberStateFactory(), EditionFactory()
    made = [
        InvitationFactory(
            edition=edition, minister=MinisterFactory(member_state=state, family_name=name), **more
        )
        for name, more in (
            ("Hentzau", {"status": "withdrawn"}),
            ("Strelsau", {"is_principal": False}),
            ("Elphberg", {}),
        )
    ]

    shown = admin_client.get(state_url(edition, state)).context["invitations"]

    assert [one["invitation"] for one in shown] == made[::-1]


def test_who_may_not_change_invitations_sees_neither_code_nor_link(client):
    member(client, "Readers")
    invitation = InvitationFactory()
    link = invitation.links.get()

    page = client.get(page_of(invitation)).content.decode()

    assert "Flavia Elphberg" in page
    assert grouped_code(link.code) not in page
    assert link.token not in page


def test_who_may_not_read_invitations_is_refused(client):
    signed_in(client, "view_minister")

    assert client.get(page_of(InvitationFactory())).status_code == 403


def test_whoever_is_not_signed_in_is_led_to_the_door(client):
    answer = client.get(page_of(InvitationFactory()))

    assert answer.status_code == 302
    assert "login" in answer.url


def test_what_one_may_not_read_is_not_told(client):
    signed_in(client, "view_invitation")
    invitation = InvitationFactory()
    sent(invitation)
    ReplyFactory(invitation=invitation)
    Correspondence.objects.create(invitation=invitation, channel="fax")
    Delegation.objects.create(edition=invitation.edition, member_state=invitation.member_state)

    response = client.get(page_of(invitation))

    assert [words for words, _who in told(response)] == ["The invitation was drafted."]
    assert response.context["waiting"] == []
    assert response.context["delegation"] is None


def test_an_unknown_state_or_edition_is_not_found(admin_client):
    invitation = InvitationFactory()

    for symbol, iso3 in (("wsis-none", invitation.member_state.iso3), ("wsis-2027", "ZZZ")):
        assert admin_client.get(reverse("desk:state", args=[symbol, iso3])).status_code == 404


def test_a_state_that_is_not_invited_says_so(admin_client):
    edition, state = EditionFactory(), MemberStateFactory()

    page = admin_client.get(state_url(edition, state))

    assert "Nobody of this State is invited to this edition yet." in page.content.decode()


def test_the_timeline_tells_everything_newest_first_and_by_whom(admin_client):
    invitation, keeper = InvitationFactory(drafted_at=NOON), UserFactory(username="sapt")
    hours = (NOON + dt.timedelta(hours=n) for n in range(1, 20))
    delivery = sent(invitation, "bounced")
    delivery.events.update(at=next(hours))
    Correspondence.objects.create(
        invitation=invitation, channel="fax", received_at=next(hours), recorded_by=keeper,
        reference="RUR/7", dealt_with_at=next(hours), dealt_with_by=keeper,
    )  # fmt: skip
    ReplyFactory(
        invitation=invitation, answer="regrets", received_at=next(hours), recorded_by=keeper,
        channel="fax",
    )  # fmt: skip
    CallListEntry.objects.create(
        invitation=invitation, step=StepFactory(medium="call"),
        reply_before=dt.date(2027, 4, 1), listed_at=next(hours),
    )  # fmt: skip
    record_act(invitation, Act.LINK_REPLACED, keeper, "It was forwarded.")

    lines = admin_client.get(page_of(invitation)).context["timeline"]

    assert [(line["words"], line["who"], line["more"]) for line in lines] == [
        ("Link and code were replaced by new ones.", "sapt", "It was forwarded."),
        ("The office was put on the call list.", "the machine", ""),
        ("The office replied by fax: regrets, unable to attend.", "sapt", ""),
        ("What came in on 1 March 2026 was dealt with.", "sapt", ""),
        ("A fax came in.", "sapt", "RUR/7"),
        ("Invitation: came back from office@example.org.", "the machine", "550 no such user"),
        ("The invitation was drafted.", "", "Flavia Elphberg"),
    ]


def test_each_line_leads_to_its_record(admin_client):
    invitation = InvitationFactory()
    delivery, reply = sent(invitation), ReplyFactory(invitation=invitation)
    fax = Correspondence.objects.create(invitation=invitation, channel="fax")
    call = note_call(invitation, UserFactory(), "promised")
    delegation = Delegation.objects.create(
        edition=invitation.edition, member_state=invitation.member_state
    )
    DelegationChange.objects.create(
        delegation=delegation, invitation=invitation, part="delegate", act="added", subject="Fritz"
    )
    invitation.minister.to_emails = "cabinet@example.org"
    invitation.minister.save()
    held = HeldChange.objects.of(invitation.minister).get()

    lines = admin_client.get(page_of(invitation)).context["timeline"]

    assert {line["url"] for line in lines} == set(
        map(change_url, (delivery, reply, fax, call, delegation, held, invitation))
    )
    assert {admin_client.get(line["url"]).status_code for line in lines} == {200}


def test_hours_are_those_of_the_edition(admin_client):
    edition = EditionFactory(time_zone="America/New_York", time_zone_name="New York time")
    invitation = InvitationFactory(edition=edition, drafted_at=NOON)

    response = admin_client.get(page_of(invitation))

    assert "06:00" in response.context["timeline"][0]["hour"]
    assert "New York time" in response.content.decode()


def test_what_befell_several_addresses_at_once_is_one_line(admin_client):
    delivery = sent(InvitationFactory(), address="office@example.org")
    other = DeliveryFactory(letter=delivery.letter, address="mission@example.org", arrived=True)
    seconds_later = NOON + dt.timedelta(seconds=20)
    delivery.letter.events.create(delivery=other, state="handed_over", at=seconds_later)

    lines = admin_client.get(page_of(delivery.letter.invitation)).context["timeline"]

    left = [line for line in lines if line["words"].startswith("Invitation: handed over")]
    assert [(line["words"], line["url"], line["more"]) for line in left] == [
        (
            "Invitation: handed over to the mail server, for office@example.org,"
            " mission@example.org.",
            change_url(delivery.letter),
            "",
        )
    ]


def test_a_delivery_that_is_tried_often_is_told_once(admin_client):
    delivery = sent(InvitationFactory(), "deferred")
    for n in range(1, 4):
        at = NOON + dt.timedelta(hours=n)
        delivery.events.create(letter=delivery.letter, state="deferred", at=at)

    lines = admin_client.get(page_of(delivery.letter.invitation)).context["timeline"]

    put_off = [line for line in lines if "not taken yet" in line["words"]]
    assert [line["at"] for line in put_off] == [NOON + dt.timedelta(hours=3)]


def test_what_the_system_sends_by_itself_is_told_once_it_left(admin_client):
    step = StepFactory()
    delivery = sent(
        InvitationFactory(edition=step.edition), kind=Letter.Kind.REMINDER, step=step,
        reply_before=step.edition.reply_before, leave_before=NOON,
    )  # fmt: skip
    delivery.letter.events.create(state="composed", at=NOON)
    delivery.letter.events.create(state="approved", at=NOON)

    lines = told(admin_client.get(page_of(delivery.letter.invitation)))

    reminder = "Reminder: handed over to the mail server, for office@example.org."
    assert [words for words, _who in lines if words.startswith("Reminder")] == [reminder]


def test_what_acknowledges_leaves_by_hand_and_withdraws_is_told(admin_client):
    invitation, keeper = InvitationFactory(), UserFactory(username="sapt")
    original = sent(invitation)
    Delivery.objects.filter(pk=original.pk).update(channel="hand", reference="Book 7")
    sent(invitation, kind=Letter.Kind.ACKNOWLEDGEMENT, reply=ReplyFactory(invitation=invitation))
    withdraw_invitation(invitation, keeper, "A change of government.")

    lines = admin_client.get(page_of(invitation)).context["timeline"]

    acknowledged = "Acknowledgement: handed over to the mail server, for office@example.org."
    assert {
        ("Invitation: handed over by hand.", "the machine", "Book 7"),
        (acknowledged, "the machine", ""),
        ("The invitation was withdrawn.", "sapt", "A change of government."),
    } <= {(line["words"], line["who"], line["more"]) for line in lines}


def test_a_note_verbale_over_its_letter_is_told_too(admin_client):
    covered = sent(InvitationFactory()).letter
    note = sent(
        InvitationFactory(edition=covered.invitation.edition), kind=Letter.Kind.NOTE,
        mission=MissionFactory(),
    ).letter  # fmt: skip
    note.covers.add(covered)

    lines = told(admin_client.get(page_of(covered.invitation)))

    assert any(words.startswith("Note verbale: handed over") for words, _who in lines)


def test_what_was_changed_and_released_is_told(admin_client):
    invitation = InvitationFactory()
    minister, keeper = invitation.minister, UserFactory(username="sapt")
    minister.to_emails = "cabinet@example.org"
    sent(invitation)
    minister.save()
    HeldChange.objects.of(minister).update(
        state="released", decided_by=keeper, decided_at=timezone.now() + dt.timedelta(hours=1)
    )

    [first, *_others] = told(admin_client.get(page_of(invitation)))

    assert first == ("An address of Flavia Elphberg was released.", "sapt")


def test_the_delegation_and_its_statement_are_shown_and_their_changes_told(admin_client):
    invitation = InvitationFactory()
    delegation = Delegation.objects.create(
        edition=invitation.edition, member_state=invitation.member_state
    )
    statement = PolicyStatement.objects.create(
        delegation=delegation, speaker_name="Flavia Elphberg"
    )
    DelegationChange.objects.create(
        delegation=delegation, invitation=invitation, part="statement", act="added",
        subject="Flavia Elphberg",
    )  # fmt: skip

    response = admin_client.get(page_of(invitation))

    assert ("The policy statement was announced.", "office of Minister of Communications") in told(
        response
    )
    assert change_url(delegation) in response.content.decode()
    assert change_url(statement) in response.content.decode()


def test_what_needs_a_person_leads_to_where_it_is_done(admin_client):
    invitation = InvitationFactory(minister__successor=MinisterFactory())
    failed = sent(invitation, "failed")
    ReplyFactory(invitation=invitation)
    contested = ReplyFactory(
        invitation=invitation, status="contested", answer="regrets", channel="fax"
    )
    fax = Correspondence.objects.create(invitation=invitation, channel="fax", received_at=NOON)

    waiting = admin_client.get(page_of(invitation)).context["waiting"]

    assert waiting == [
        (
            "Two replies differ: choose which one stands.",
            reverse("admin:invitations_reply_settle", args=[contested.pk]),
        ),
        (
            "Nobody has dealt with what came in on 1 March 2026; no reminder leaves before.",
            change_url(fax),
        ),
        (
            "Invitation: it did not leave for office@example.org: the mail server refused it.",
            change_url(failed),
        ),
        ("Flavia Elphberg has left office, and is invited still.", change_url(invitation)),
    ]


def test_the_name_of_the_state_is_in_the_readers_language(admin_client):
    state = MemberStateFactory(short_name_en="Ruritania", short_name_fr="Ruritanie")
    invitation = InvitationFactory(minister=MinisterFactory(member_state=state))

    admin_client.cookies["django_language"] = "fr"

    assert admin_client.get(page_of(invitation)).context["title"] == "Ruritanie"


def filled(n):
    """An invitation with so many of each event."""
    invitation = InvitationFactory()
    MissionFactory(states=[invitation.member_state])
    for one in range(n):
        delivery = sent(
            invitation, address=f"office{one}@example.org",
            kind=Letter.Kind.INVITATION if one == 0 else Letter.Kind.ACKNOWLEDGEMENT,
            reply=ReplyFactory(
                invitation=invitation, recorded_by=UserFactory(),
                status="superseded" if one else "standing",
            ),
        )  # fmt: skip
        delivery.events.update(actor=UserFactory())
        Correspondence.objects.create(
            invitation=invitation, channel="fax", recorded_by=UserFactory(),
            dealt_with_by=UserFactory(), dealt_with_at=NOON,
        )  # fmt: skip
        record_act(invitation, Act.LINK_REPLACED, UserFactory(), "It was forwarded.")
    return invitation


@pytest.mark.parametrize("events", [1, 3])
def test_the_page_asks_the_database_as_often_for_many_events(
    admin_client, django_assert_num_queries, events
):
    page = page_of(filled(events))
    admin_client.get(page)

    with django_assert_num_queries(21):
        admin_client.get(page)


def test_nothing_waits_for_an_office_that_is_invited_no_more(admin_client):
    stands = ReplyFactory(channel="online")
    invitation = stands.invitation
    ReplyFactory(invitation=invitation, channel="fax", status="contested", answer="regrets")
    on = timezone.localdate() + dt.timedelta(days=1)
    note_call(invitation, UserFactory(), "call_back", next_call_on=on)
    Reply.objects.filter(pk=stands.pk).update(status="superseded")
    page = state_url(invitation.edition, invitation.member_state)

    before = admin_client.get(page).context["waiting"]
    withdraw_invitation(invitation, UserFactory(), "By mistake.")
    after = admin_client.get(page).context["waiting"]
    first = admin_client.get(reverse("admin:index")).context["to_do"]

    assert len(before) == 2
    assert after == []
    assert [one for one in first if "repl" in one["title"]] == []
