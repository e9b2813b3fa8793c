"""What two offices of a State do at the same moment."""

import os
import subprocess
import sys
from functools import partial
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from delegations.models import Delegate, Delegation, DelegationChange, PolicyStatement
from delegations.nominations import (
    amend_delegate,
    delegate_mark,
    nominate_delegate,
    nominate_delegates,
)
from delegations.statements import submit_statement
from invitations.forms.stale_form import Stale
from invitations.replies import StaleReply, record_reply, record_reply_once
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MinisterFactory,
)
from invitations.tests.races import at_once, database_url

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="Races need PostgreSQL: set DATABASE_URL to one.",
    ),
]


@pytest.fixture
def invitation(db):
    today = timezone.localdate()
    invitation = InvitationFactory(edition=EditionFactory(reply_before=today))
    record_reply(invitation, {"answer": "in_person"})
    return invitation


def test_ten_posts_of_one_form_name_one_person(invitation):
    key, words = uuid4(), {"role": "head", "name": "Flavia Elphberg"}

    at_once(*[partial(nominate_delegate, invitation, words, key)] * 10)

    assert Delegation.objects.count() == 1
    assert Delegate.objects.count() == DelegationChange.objects.count() == 1


def test_of_ten_heads_named_at_once_one_is_taken(invitation):
    named = [{"role": "head", "name": f"Rudolf {n}"} for n in range(10)]

    results = at_once(*[partial(nominate_delegate, invitation, words, uuid4()) for words in named])

    assert sum(isinstance(result, ValidationError) for result in results) == 9
    assert Delegate.objects.count() == 1


def test_of_ten_statements_announced_at_once_nine_see_the_first(invitation):
    words = [{"speaker_name": f"Rudolf {n}", "mode": "in_person"} for n in range(10)]

    results = at_once(*[partial(submit_statement, invitation, one, "") for one in words])

    assert sum(isinstance(result, Stale) for result in results) == 9
    assert PolicyStatement.objects.count() == 1


def test_ten_posts_that_the_capital_was_asked_are_noted_and_acknowledged_once(invitation):
    approved_letter(invitation)
    key, words = uuid4(), {"answer": "holding", "respondent_email": "sapt@example.org"}

    at_once(*[partial(record_reply_once, invitation, words, key, "")] * 10)

    assert invitation.replies.filter(status="noted").count() == 1
    acknowledged = invitation.letters.filter(kind="acknowledgement")
    # One with the link to the addresses on file, and one without it to the address typed.
    assert sorted(acknowledged.values_list("variant", flat=True)) == ["copy", "holding"]


def test_of_ten_answers_given_at_once_nine_see_the_first(invitation):
    stands = str(invitation.replies.standing().get().pk)
    answers = [{"answer": "regrets", "remarks": f"No. {n}"} for n in range(10)]

    results = at_once(
        *[partial(record_reply_once, invitation, one, uuid4(), stands) for one in answers]
    )

    assert sum(isinstance(result, StaleReply) for result in results) == 9
    assert invitation.replies.count() == 2
    assert invitation.replies.standing().get().answer == "regrets"


def test_ten_posts_of_one_statement_announce_it_once(invitation):
    words = {"speaker_name": "Flavia Elphberg", "mode": "in_person"}

    results = at_once(*[partial(submit_statement, invitation, words, "")] * 10)

    assert len({result.pk for result in results}) == 1
    assert DelegationChange.objects.count() == 1


def test_of_ten_who_change_one_person_at_once_nine_see_the_first(invitation):
    person = nominate_delegate(invitation, {"role": "adviser", "name": "Sapt"}, uuid4())
    words = [{"role": "adviser", "name": "Sapt", "function": f"Colonel {n}"} for n in range(10)]
    seen = delegate_mark(person)

    results = at_once(*[partial(amend_delegate, invitation, person.pk, one, seen) for one in words])

    assert sum(isinstance(result, Stale) for result in results) == 9
    assert DelegationChange.objects.filter(act="changed").count() == 1


def test_a_head_named_by_two_offices_of_a_state_at_once_is_one(invitation):
    colleague = MinisterFactory(member_state=invitation.member_state, name_key="sapt")
    other = InvitationFactory(edition=invitation.edition, minister=colleague, is_principal=False)

    results = at_once(
        partial(
            nominate_delegate, invitation, {"role": "head", "name": "Flavia Elphberg"}, uuid4()
        ),
        partial(nominate_delegate, other, {"role": "head", "name": "Rudolf Rassendyll"}, uuid4()),
    )

    assert sum(isinstance(result, ValidationError) for result in results) == 1
    assert Delegate.objects.filter(role="head").count() == 1


def test_ten_posts_of_one_list_add_it_once(invitation):
    key, people = uuid4(), [{"role": "adviser", "name": name} for name in ("Sapt", "Fritz")]

    at_once(*[partial(nominate_delegates, invitation, people, key)] * 10)

    assert Delegate.objects.count() == DelegationChange.objects.count() == 2


def test_what_a_second_server_whose_clock_is_behind_is_told_last_stands(invitation):
    approved_letter(invitation)
    seen = invitation.replies.standing().get()

    done = subprocess.run(
        [sys.executable, "-c", A_MINUTE_BEHIND, str(invitation.pk), str(seen.pk)],
        cwd=settings.BASE_DIR,
        env=os.environ
        | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "wsis_forum.settings"},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.stdout == "standing\n", done.stderr
    assert list(invitation.replies.order_by("pk").values_list("answer", "status")) == [
        ("in_person", "superseded"),
        ("regrets", "standing"),
    ]
    assert invitation.letters.filter(kind="acknowledgement").count() == 1


A_MINUTE_BEHIND = """
import datetime as dt, sys, uuid, django, time_machine
django.setup()
from invitations.replies import record_reply_once
from invitations.models import Invitation
number, seen = sys.argv[1:]
with time_machine.travel(dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)):
    office = Invitation.objects.get(pk=number)
    print(record_reply_once(office, {"answer": "regrets"}, uuid.uuid4(), seen).status)
"""


def approved_letter(invitation):
    now = timezone.now()
    LetterFactory(
        invitation=invitation, state="approved", sha256="0" * 64, composed_at=now, approved_at=now
    )


@pytest.mark.parametrize("alike", [True, False])
@pytest.mark.parametrize("one_form", [True, False])
@pytest.mark.parametrize("has_seen", [True, False])
def test_three_answers_at_once_make_at_most_three_replies_each_acknowledged_once(
    alike, one_form, has_seen
):
    for _office in range(8):
        invitation, key = InvitationFactory(), uuid4()
        approved_letter(invitation)
        keys = [key] * 3 if one_form else [uuid4() for _number in range(3)]
        said = ["regrets"] * 3 if alike else ["in_person", "regrets", "video"]
        seen = "" if has_seen else None

        at_once(
            *[
                partial(record_reply_once, invitation, {"answer": one}, key, seen)
                for one, key in zip(said, keys, strict=True)
            ]
        )

        assert invitation.replies.count() == (1 if alike or has_seen else 3)
        assert invitation.replies.standing().get() == invitation.replies.latest("pk")
        acknowledged = invitation.letters.filter(kind="acknowledgement")
        assert set(acknowledged.values_list("reply")) == set(invitation.replies.values_list("pk"))
        assert acknowledged.count() == invitation.replies.count()
