"""What comes in at the same moment, read by two servers and recorded by two people."""

from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from invitations.files.frozen import Frozen
from invitations.inbox.filing import file_mail
from invitations.inbox.recording import record_filed
from invitations.inbox.reopening import take_up_again
from invitations.models import Correspondence, Reply
from invitations.replies import file_correspondence
from invitations.tests.factories import InvitationFactory, UserFactory
from invitations.tests.paper import on_file
from invitations.tests.races import at_once
from invitations.tests.replies.replying import IN_PERSON, REGRETS
from invitations.tests.reports import written

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="Races need PostgreSQL: set DATABASE_URL to one.",
    ),
]


def test_a_mail_that_two_servers_read_at_once_is_filed_once():
    for number in range(6):
        mail = written(name=f"<answer-{number}@example.org>")

        results = at_once(*[partial(file_mail, mail)] * 2)

        assert results.count(None) == 1
        assert Correspondence.objects.count() == number + 1


def test_two_mails_of_one_message_id_that_come_at_once_are_both_filed():
    for number in range(6):
        name = f"<answer-{number}@example.org>"
        mails = [written(text, name=name) for text in ("They come.\n", "They do not come.\n")]

        assert None not in at_once(*[partial(file_mail, mail) for mail in mails])

        assert Correspondence.objects.count() == 2 * number + 2


def test_a_fax_that_two_people_record_at_once_is_the_reply_of_one_office():
    offices = [(InvitationFactory(), IN_PERSON), (InvitationFactory(), REGRETS)]
    for number in range(6):
        fax = on_file()

        results = at_once(
            *[partial(record_filed, fax, one, UserFactory(), words) for one, words in offices]
        )

        [refusal] = [result for result in results if isinstance(result, ValidationError)]
        assert "already" in refusal.message
        assert Reply.objects.filter(correspondence__isnull=False).count() == number + 1


def test_a_fax_that_two_people_take_up_at_once_waits_once():
    fax = on_file()
    record_filed(fax, InvitationFactory(), UserFactory(), REGRETS)
    fax.refresh_from_db()

    results = at_once(*[partial(take_up_again, fax, UserFactory(), "Not theirs.")] * 2)

    assert [type(result) for result in results].count(ValidationError) == 1
    assert Reply.objects.get().status == Reply.Status.SET_ASIDE


def test_a_fax_that_two_people_file_for_one_office_at_once_is_filed_once():
    for number in range(6):
        scan, office = Frozen("scans/ab/abc.png", f"{number:064}"), InvitationFactory()
        file = partial(file_correspondence, office, scan=scan, reply_words=REGRETS)

        results = at_once(*[partial(file, UserFactory(), "fax", timezone.now())] * 2)

        [refusal] = [result for result in results if isinstance(result, ValidationError)]
        assert "on file already" in refusal.message
        assert Correspondence.objects.count() == Reply.objects.count() == number + 1
