"""What the desk saves is never laid over what somebody else has saved meanwhile."""

import datetime as dt
import re

import pytest
from django.contrib import admin
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.urls import reverse
from django.utils import timezone

from delegations.models import (
    Delegate,
    Delegation,
    DelegationChange,
    HighLevelSession,
    PolicyStatement,
    SpeakingSlot,
)
from delegations.nominations import amend_delegate, delegate_mark
from delegations.statements import statement_mark, submit_statement
from delegations.tests.offices import coming, text
from invitations.admin.base import ModelAdmin, RecordAdmin
from invitations.models import Alternate, Correspondence, QuietPeriod, StateAlias
from invitations.tests.desk import SAVE_AGAIN, as_sent
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    MissionFactory,
    StepFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]


@pytest.fixture
def invitation():
    return coming("Ruritania")


@pytest.fixture
def delegation(invitation):
    return Delegation.objects.create(
        edition=invitation.edition, member_state=invitation.member_state
    )


@pytest.fixture
def statement(delegation):
    return PolicyStatement.objects.create(
        delegation=delegation, speaker_name="Flavia Elphberg", quotation="Trust is built slowly."
    )


@pytest.fixture
def session(invitation):
    return HighLevelSession.objects.create(
        edition=invitation.edition,
        segment="dialogues",
        title="Dialogues",
        starts_at=dt.datetime(2027, 5, 11, 9, tzinfo=dt.UTC),
        ends_at=dt.datetime(2027, 5, 11, 10, tzinfo=dt.UTC),
    )


# Of other models the migrations have brought rows.
MADE = {
    "memberstate": MemberStateFactory,
    "mission": MissionFactory,
    "minister": MinisterFactory,
    "reminderstep": StepFactory,
    "quietperiod": lambda: QuietPeriod.objects.create(
        edition=EditionFactory(), first_on=dt.date(2027, 4, 1), last_on=dt.date(2027, 4, 2)
    ),
    "statealias": lambda: StateAlias.objects.create(
        member_state=MemberStateFactory(), spelling="Ruritanie"
    ),
    "invitation": InvitationFactory,
    "circular": CircularFactory,
    "correspondence": lambda: Correspondence.objects.create(
        invitation=InvitationFactory(), channel="fax", received_at=timezone.now()
    ),
    "forumedition": EditionFactory,
    "user": UserFactory,
    "alternate": lambda: Alternate.objects.create(
        approver=UserFactory(), alternate=UserFactory(), from_on="2027-02-01", until_on="2027-02-02"
    ),
}
OWN_ROWS = {"delegation", "delegate", "policystatement", "highlevelsession", "speakingslot"}
# The choice of one's own mails, and what is never changed once it is made.
ALONE = {"digestchoice", "webhookaddress", "apitoken", "logentry"}


def pages_of_records():
    return {
        page.opts.model_name: page
        for page in admin.site._registry.values()
        if isinstance(page, ModelAdmin) and not isinstance(page, RecordAdmin)
    }


@pytest.mark.parametrize("name", sorted({*pages_of_records()} - ALONE - OWN_ROWS))
def test_each_page_of_a_record_brings_its_mark_once(admin_client, name):
    opts = pages_of_records()[name].opts
    row = MADE[name]() if name in MADE else opts.model.objects.last()

    page = admin_client.get(reverse(admin_urlname(opts, "change"), args=[row.pk]))

    assert text(page).count('name="seen"') == 1


def page_url(row):
    return reverse(f"admin:delegations_{row._meta.model_name}_change", args=[row.pk])


def opened(client, row):
    """What the browser sends back of the page, with the marks that stand in it."""
    page = client.get(page_url(row))
    marks = dict(re.findall(r'name="([\w-]*seen)" value="(\w+)"', page.content.decode()))
    fields = {name: words for name, words in as_sent(page).items() if "seen" not in name}
    return fields | marks


def amend_statement(invitation, statement, **words):
    statement.refresh_from_db()
    return submit_statement(invitation, words, statement_mark(statement))


def amend_person(invitation, person, **words):
    person.refresh_from_db()
    return amend_delegate(
        invitation, person.pk, {"role": person.role} | words, delegate_mark(person)
    )


def test_the_desk_does_not_put_back_what_the_office_has_rewritten(
    admin_client, invitation, statement
):
    sent = opened(admin_client, statement)
    amend_statement(invitation, statement, quotation="Trust is built by all.")

    refused = admin_client.post(page_url(statement), sent | {"speaker_rank": "MIN"})

    statement.refresh_from_db()
    assert (statement.quotation, statement.speaker_rank) == ("Trust is built by all.", None)
    assert SAVE_AGAIN in text(refused)
    assert "On file now: Trust is built by all." in text(refused)
    assert not DelegationChange.objects.exclude(user=None).exists()


def test_who_has_read_what_stands_now_may_save_their_own_words(admin_client, invitation, statement):
    sent = opened(admin_client, statement)
    amend_statement(invitation, statement, quotation="Trust is built by all.")
    refused = admin_client.post(page_url(statement), sent)
    mark = re.search(r'name="seen" value="(\w+)"', text(refused))[1]

    admin_client.post(page_url(statement), sent | {"seen": mark})

    statement.refresh_from_db()
    assert statement.quotation == "Trust is built slowly."
    noted = DelegationChange.objects.exclude(user=None).get()
    assert (noted.act, noted.fields) == ("changed", ["quotation"])


def test_what_nobody_else_has_changed_is_saved_at_once(admin_client, statement):
    sent = opened(admin_client, statement)

    admin_client.post(page_url(statement), sent | {"speaker_rank": "MIN"})

    statement.refresh_from_db()
    assert statement.speaker_rank_id == "MIN"
    assert DelegationChange.objects.get().fields == ["speaker_rank"]


def test_a_person_whom_the_office_has_changed_is_not_changed_back(
    admin_client, invitation, delegation
):
    person = Delegate.objects.create(delegation=delegation, name="Sapt", function="Colonel")
    sent = opened(admin_client, person)
    amend_person(invitation, person, function="General")

    refused = admin_client.post(page_url(person), sent | {"gender": "m"})

    person.refresh_from_db()
    assert (person.function, person.gender) == ("General", "")
    assert "On file now: General" in text(refused)


def test_nor_on_the_page_of_the_whole_delegation(admin_client, invitation, delegation):
    person = Delegate.objects.create(delegation=delegation, name="Sapt", function="Colonel")
    other = Delegate.objects.create(delegation=delegation, name="Fritz von Tarlenheim")
    sent = opened(admin_client, delegation)
    amend_person(invitation, person, function="General")

    refused = admin_client.post(page_url(delegation), sent | {"delegates-1-function": "Aide"})

    person.refresh_from_db()
    other.refresh_from_db()
    assert (person.function, other.function) == ("General", "")
    assert "On file now: General" in text(refused)
    assert SAVE_AGAIN in text(refused)


def test_what_nobody_else_has_changed_is_saved_there_at_once(admin_client, delegation):
    person = Delegate.objects.create(delegation=delegation, name="Sapt", function="Colonel")
    sent = opened(admin_client, delegation)

    admin_client.post(page_url(delegation), sent | {"delegates-0-function": "General"})

    person.refresh_from_db()
    assert person.function == "General"


def test_a_row_marked_for_deletion_is_kept_where_the_office_has_rewritten_it(
    admin_client, invitation, delegation
):
    person = Delegate.objects.create(delegation=delegation, name="Sapt", function="Colonel")
    sent = opened(admin_client, delegation) | {"delegates-0-DELETE": "on"}
    amend_person(invitation, person, name="Fritz von Tarlenheim")

    refused = admin_client.post(page_url(delegation), sent)

    person.refresh_from_db()
    assert person.name == "Fritz von Tarlenheim"
    assert "On file now: Fritz von Tarlenheim" in text(refused)
    assert SAVE_AGAIN in text(refused)
    assert not DelegationChange.objects.filter(act=DelegationChange.Act.REMOVED).exists()


def test_who_has_read_what_stands_now_may_delete_the_row(admin_client, invitation, delegation):
    person = Delegate.objects.create(delegation=delegation, name="Sapt", function="Colonel")
    sent = opened(admin_client, delegation) | {"delegates-0-DELETE": "on"}
    amend_person(invitation, person, name="Fritz von Tarlenheim")
    refused = admin_client.post(page_url(delegation), sent)
    mark = re.search(r'name="delegates-0-seen" value="(\w+)"', text(refused))[1]

    admin_client.post(page_url(delegation), sent | {"delegates-0-seen": mark})

    assert not Delegate.objects.exists()
    removed = DelegationChange.objects.get(act=DelegationChange.Act.REMOVED)
    assert removed.subject == "Fritz von Tarlenheim"


def test_what_else_is_wrong_with_a_row_marked_for_deletion_is_not_asked(admin_client, delegation):
    Delegate.objects.create(delegation=delegation, name="Sapt", function="Colonel")
    sent = opened(admin_client, delegation)

    admin_client.post(
        page_url(delegation), sent | {"delegates-0-DELETE": "on", "delegates-0-name": ""}
    )

    assert not Delegate.objects.exists()


LOOK_AGAIN = "look at what stands now, and delete it then"


def asked_to_delete(client, row):
    """The page that asks whether to delete the row, and what its button sends."""
    url = page_url(row).replace("/change/", "/delete/")
    mark = re.search(r'name="seen" value="(\w+)"', text(client.get(url)))[1]
    return url, {"post": "yes", "seen": mark}


def test_what_the_office_has_rewritten_is_deleted_only_by_who_has_read_it(
    admin_client, invitation, statement
):
    url, sent = asked_to_delete(admin_client, statement)
    amend_statement(invitation, statement, quotation="Trust is built by all.")

    refused = admin_client.post(url, sent, follow=True)

    assert PolicyStatement.objects.exists()
    assert LOOK_AGAIN in text(refused)
    url, sent = asked_to_delete(admin_client, statement)
    admin_client.post(url, sent)
    assert not PolicyStatement.objects.exists()


@pytest.mark.parametrize("is_known", [False, True])
def test_who_was_named_or_changed_since_does_not_go_with_a_delegation_that_is_deleted(
    admin_client, invitation, delegation, is_known
):
    if is_known:
        person = Delegate.objects.create(delegation=delegation, name="Sapt")
    url, sent = asked_to_delete(admin_client, delegation)
    if is_known:
        amend_person(invitation, person, function="General")
    else:
        Delegate.objects.create(delegation=delegation, name="Sapt")

    refused = admin_client.post(url, sent, follow=True)

    assert Delegate.objects.exists()
    assert LOOK_AGAIN in text(refused)


def test_rows_chosen_in_a_list_are_not_deleted_with_a_change_that_nobody_has_read(
    admin_client, invitation, delegation
):
    people = [Delegate.objects.create(delegation=delegation, name=one) for one in ("A", "B")]
    url = reverse("admin:delegations_delegate_changelist")
    chosen = {"action": "delete_selected", "_selected_action": [one.pk for one in people]}
    sent = chosen | {"post": "yes"}
    mark = re.search(r'name="seen" value="(\w+)"', text(admin_client.post(url, chosen)))[1]
    amend_person(invitation, people[1], function="General")

    refused = admin_client.post(url, sent | {"seen": mark})

    assert Delegate.objects.count() == 2
    assert LOOK_AGAIN in text(refused)
    mark = re.search(r'name="seen" value="(\w+)"', text(refused))[1]
    admin_client.post(url, sent | {"seen": mark})
    assert not Delegate.objects.exists()


def test_of_two_staff_who_move_one_slot_the_second_reads_what_the_first_did(
    admin_client, delegation, session
):
    slot = SpeakingSlot.objects.create(session=session, delegation=delegation, position=5)
    sent = opened(admin_client, slot) | {"move_reason": "The minister leaves early."}
    SpeakingSlot.objects.filter(pk=slot.pk).update(position=2)

    refused = admin_client.post(page_url(slot), sent | {"position": 7})

    slot.refresh_from_db()
    assert slot.position == 2
    assert "On file now: 2" in text(refused)


def test_two_staff_who_change_one_session_do_not_undo_each_other(admin_client, session):
    sent = opened(admin_client, session)
    hours = {
        f"{name}_{part}": words
        for name, hour in (("starts_at", "11:00"), ("ends_at", "12:00"))
        for part, words in enumerate(("2027-05-11", hour))
    }
    HighLevelSession.objects.filter(pk=session.pk).update(
        starts_at=session.starts_at + dt.timedelta(hours=1),
        ends_at=session.ends_at + dt.timedelta(hours=1),
    )

    words = {"edition": session.edition_id, "segment": "dialogues", "title_en": "Dialogues"}
    admin_client.post(page_url(session), sent | words | hours | {"seats": 0, "room": "Room Ada"})

    session.refresh_from_db()
    assert (session.room, session.starts_at.hour) == ("", 10)
