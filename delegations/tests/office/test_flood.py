"""One open link fills no store, no table and nobody's mailbox."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.utils import timezone

from delegations.models import Delegation, DelegationChange
from delegations.nominations import nominate_delegate
from delegations.statements import file_photo, file_text, submit_statement
from delegations.tests.office.statement.statements import photo, speaking
from delegations.tests.offices import browser, invited, page_of, words_of
from invitations.models import Letter
from invitations.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

NO_MORE = "takes no more: please write to the secretariat"
SPEAKER = {"speaker_name": "Flavia Elphberg", "mode": "in_person"}


def say(client, invitation, number):
    typed = f"nobody-{number}@example.net"
    words = words_of(invitation, answer="regrets", respondent_email=typed)
    return client.post(page_of(invitation), words)


def changed_by_its_office(invitation, part, times):
    delegation, _new = Delegation.objects.get_or_create(
        edition=invitation.edition, member_state=invitation.member_state
    )
    line = {"delegation": delegation, "invitation": invitation, "part": part, "act": "changed"}
    DelegationChange.objects.bulk_create(DelegationChange(**line) for _time in range(times))


def a_day_later():
    return time_machine.travel(timezone.now() + dt.timedelta(days=1, minutes=1), tick=False)


def test_who_replies_without_end_is_acknowledged_fifty_times_a_day():
    invitation = invited("Ruritania")
    client = browser(invitation)
    for number in range(50):
        say(client, invitation, number)

    say(client, invitation, 50)

    standing = invitation.replies.standing().get()
    assert standing.respondent_email == "nobody-50@example.net"
    mails = Letter.objects.filter(kind="acknowledgement")
    at_once, resting = mails.filter(compose_again_at=None), mails.exclude(compose_again_at=None)
    assert [at_once.filter(variant=one).count() for one in ("answer", "copy")] == [50, 50]
    assert {one.reply for one in resting} == {standing}
    with a_day_later():
        say(client, invitation, 51)
    assert at_once.filter(variant="copy").count() == 51


@pytest.mark.usefixtures("own_files")
def test_who_changes_a_statement_without_end_fills_no_store():
    invitation = speaking("Ruritania")
    submit_statement(invitation, SPEAKER, "")
    changed_by_its_office(invitation, "statement", 99)

    with pytest.raises(ValidationError, match=NO_MORE):
        file_text(invitation, b"We thank you.", "thanks.txt")
    with pytest.raises(ValidationError, match=NO_MORE):
        file_photo(invitation, photo().read())

    assert not default_storage.exists("statements")
    file_text(invitation, b"We thank you.", "thanks.txt", staff=UserFactory())
    with a_day_later():
        file_text(invitation, b"We thank you once more.", "thanks.txt")


def test_who_names_people_without_end_fills_no_table():
    invitation = speaking("Ruritania")
    changed_by_its_office(invitation, "delegate", 1000)

    with pytest.raises(ValidationError, match=NO_MORE):
        nominate_delegate(invitation, {"role": "adviser", "name": "Fritz"}, uuid.uuid4())

    assert not invitation.edition.delegations.get().delegates.exists()
