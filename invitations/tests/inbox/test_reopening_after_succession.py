"""A wrong paper whose answer was carried over to a successor, or that was passed on to one."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.inbox.recording import record_filed
from invitations.inbox.reopening import take_up_again
from invitations.models import Letter
from invitations.replies import file_correspondence, record_reply
from invitations.tests.corrections import asked_for, released_by
from invitations.tests.factories import MinisterFactory, UserFactory
from invitations.tests.paper import on_file
from invitations.tests.replies.replying import IN_PERSON, REGRETS, statuses

WHY = "It is of Strelsau."

pytestmark = pytest.mark.django_db


def by_fax(invitation, words=IN_PERSON):
    now = timezone.now()
    return file_correspondence(invitation, UserFactory(), "fax", now, reply_words=words)


@pytest.fixture
def filed(issued):
    return by_fax(issued())


def taken_up(filed):
    take_up_again(filed, UserFactory(), WHY)
    filed.refresh_from_db()
    return filed


def test_a_paper_is_taken_up_once_its_answer_stands_for_the_successor_no_more(filed):
    old, new = filed.invitation, released_by(asked_for(filed.invitation))
    record_reply(new, REGRETS)

    taken_up(filed)

    assert statuses(old) == [("in_person", "fax", "set_aside")]
    assert statuses(new) == [("in_person", "fax", "set_aside"), ("regrets", "online", "standing")]
    assert new.replies.earliest("pk").settlement_reason == WHY
    assert all(reply.is_taken_up for reply in filed.replies.all())
    assert new.replies.earliest("pk").is_taken_up


def test_it_is_not_taken_up_while_it_stands_for_the_successor_after_next(filed):
    first = released_by(asked_for(filed.invitation))
    after_next = MinisterFactory(member_state=first.member_state, family_name="Hentzau")
    second = released_by(asked_for(first, successor=after_next))

    with pytest.raises(ValidationError, match="carried over to the successor"):
        taken_up(filed)
    record_reply(second, REGRETS)

    assert taken_up(filed).invitation is None


def test_what_was_carried_over_of_it_never_stands_again(filed):
    new = released_by(asked_for(filed.invitation))
    second = by_fax(new, REGRETS)
    taken_up(filed)

    taken_up(second)

    assert not new.replies.standing().exists()


def test_who_left_office_gets_no_acknowledgement_of_what_stands_instead(filed):
    old = filed.invitation
    record_reply(old, IN_PERSON)
    record_reply(released_by(asked_for(old)), REGRETS)
    before = set(Letter.objects.filter(invitation=old))

    taken_up(filed)

    assert old.replies.standing().get().channel == "online"
    assert set(Letter.objects.filter(invitation=old)) == before


def test_who_cannot_record_what_waits_with_a_draft_is_told_the_way_on(filed):
    mail = on_file(invitation=filed.invitation)
    draft = released_by(asked_for(filed.invitation, reply="ask", letter="later"))
    mail.refresh_from_db()
    assert (mail.invitation, draft.status) == (draft, "draft")

    with pytest.raises(ValidationError, match="Take up again"):
        record_filed(mail, draft, UserFactory(), REGRETS)

    assert taken_up(mail).invitation is None
