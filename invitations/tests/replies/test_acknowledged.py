import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.files.frozen import Frozen
from invitations.models import Letter
from invitations.replies import (
    file_correspondence,
    mark_dealt_with,
    record_reply,
    settle_contested,
)
from invitations.tests.factories import (
    InvitationFactory,
    UserFactory,
)
from invitations.tests.replies.replying import IN_PERSON, REGRETS, acknowledgements, on_paper

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("words", "variant"), [(IN_PERSON, "answer"), ({"answer": "holding"}, "holding")]
)
def test_each_reply_is_acknowledged_for_what_it_is(reached, words, variant):
    invitation = reached()

    record_reply(invitation, words)

    assert acknowledgements(invitation) == [variant]


def test_a_contested_reply_is_acknowledged_as_such(reached):
    invitation = reached()
    record_reply(invitation, IN_PERSON)

    on_paper(invitation, REGRETS)

    assert acknowledgements(invitation) == ["answer", "contested"]


def test_the_reply_that_staff_choose_is_acknowledged_as_the_one_that_stands(reached):
    invitation = reached()
    record_reply(invitation, IN_PERSON)
    contested = on_paper(invitation, REGRETS)

    settle_contested(contested, UserFactory(), "The minister signed it.", stands=True)

    assert acknowledgements(invitation) == ["answer", "contested", "answer"]
    assert invitation.letters.latest("pk").reply == contested


def test_the_reply_that_stood_and_stays_is_not_acknowledged_twice(reached):
    invitation = reached()
    record_reply(invitation, IN_PERSON)
    contested = on_paper(invitation, REGRETS)

    settle_contested(contested, UserFactory(), "Sent by mistake.", stands=False)

    assert acknowledgements(invitation) == ["answer", "contested"]


def test_an_address_typed_gets_a_copy(reached):
    invitation = reached()

    record_reply(invitation, IN_PERSON | {"respondent_email": "sapt@example.org"})

    assert acknowledgements(invitation) == ["answer", "copy"]


@pytest.mark.parametrize("typed", ["office@example.org", "Office@Example.org"])
def test_an_address_on_file_that_was_typed_gets_no_second_one(reached, typed):
    invitation = reached(minister__to_emails="office@example.org")

    record_reply(invitation, IN_PERSON | {"respondent_email": typed})

    assert acknowledgements(invitation) == ["answer"]


def test_correspondence_without_a_reply_waits_unread():
    invitation = InvitationFactory()
    registrar = UserFactory()

    filed = file_correspondence(
        invitation,
        registrar,
        "fax",
        timezone.now(),
        reference="RUR/12",
        sender="Permanent Mission of Ruritania",
        scan=Frozen("scans/ab/abc.pdf", "0" * 64),
    )

    assert (filed.dealt_with_at, filed.recorded_by) == (None, registrar)
    assert (filed.scan.name, filed.scan_sha256) == ("scans/ab/abc.pdf", "0" * 64)
    assert type(invitation).objects.unheard().get() == invitation


def test_correspondence_that_brings_a_reply_is_dealt_with():
    invitation = InvitationFactory()
    yesterday = timezone.now() - dt.timedelta(days=1)

    filed = file_correspondence(invitation, UserFactory(), "letter", yesterday, reply_words=REGRETS)

    reply = invitation.replies.standing().get()
    assert (reply.correspondence, reply.channel, reply.received_at) == (filed, "letter", yesterday)
    assert filed.dealt_with_at is not None


def test_a_reply_that_is_refused_leaves_no_correspondence_behind():
    invitation = InvitationFactory()

    with pytest.raises(ValidationError, match="name the substitute"):
        file_correspondence(
            invitation,
            UserFactory(),
            "letter",
            timezone.now(),
            reply_words={"answer": "represented"},
        )

    assert not invitation.correspondence.exists()


def test_correspondence_never_comes_online():
    with pytest.raises(ValidationError):
        file_correspondence(InvitationFactory(), UserFactory(), "online", timezone.now())


def test_correspondence_is_dealt_with_once():
    filed = file_correspondence(InvitationFactory(), UserFactory(), "fax", timezone.now())
    first = UserFactory()
    mark_dealt_with(filed, first)

    with pytest.raises(ValidationError, match="dealt with this already"):
        mark_dealt_with(filed, UserFactory())

    filed.refresh_from_db()
    assert filed.dealt_with_by == first


def test_a_reply_to_an_invitation_without_a_letter_is_taken_without_acknowledgement():
    invitation = InvitationFactory()

    record_reply(invitation, IN_PERSON)

    assert invitation.replies.standing().exists()
    assert not Letter.objects.exists()


def test_a_reply_that_never_stood_is_not_acknowledged_as_if_it_did(reached):
    invitation = reached()
    on_paper(invitation, IN_PERSON)
    yesterday = timezone.now() - dt.timedelta(days=1)

    record_reply(
        invitation,
        REGRETS | {"respondent_email": "sapt@example.org"},
        channel="note_verbale",
        received_at=yesterday,
        by=UserFactory(),
    )

    assert acknowledgements(invitation) == ["answer"]
