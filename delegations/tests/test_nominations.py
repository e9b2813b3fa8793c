import datetime as dt
import uuid

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError

from delegations.changes import changed_field_labels, format_author
from delegations.models import Delegate, DelegationChange
from delegations.nominations import (
    amend_delegate,
    delegate_mark,
    gender_balance,
    nominate_delegate,
    nominate_delegates,
    remove_delegate,
)
from delegations.tests.offices import coming, invited
from invitations.forms.stale_form import Stale
from invitations.replies import record_reply
from invitations.tests.factories import EditionFactory, InvitationFactory, MinisterFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]


@pytest.fixture
def invitation():
    return coming("Ruritania")


def words(name="Rudolf Rassendyll", **more):
    return {"role": "adviser", "name": name, **more}


def named(invitation, **more):
    return nominate_delegate(invitation, words(**more), uuid.uuid4())


def test_the_first_who_is_named_makes_the_delegation(invitation):
    delegate = named(invitation)

    assert delegate.delegation.member_state == invitation.member_state
    assert delegate.delegation.edition == invitation.edition


def test_ten_times_the_same_form_names_one(invitation):
    key = uuid.uuid4()

    for _again in range(10):
        nominate_delegate(invitation, words(), key)

    assert Delegate.objects.count() == DelegationChange.objects.count() == 1


def test_a_form_brought_back_with_another_name_names_another(invitation):
    key = uuid.uuid4()

    for name in ("Rudolf Rassendyll", "Fritz von Tarlenheim"):
        nominate_delegate(invitation, words(name), key)

    assert Delegate.objects.count() == 2


@pytest.mark.parametrize("answer", ["video", "written", "regrets"])
def test_nobody_is_named_where_nobody_comes(answer):
    invitation = invited("Strelsau")
    record_reply(invitation, {"answer": answer})

    with pytest.raises(ValidationError, match="once an answer that brings somebody stands"):
        named(invitation)


def test_a_delegation_has_one_head(invitation):
    named(invitation, name="Flavia Elphberg", role="head")

    with pytest.raises(ValidationError) as refusal:
        named(invitation, role="head")

    assert refusal.value.message_dict == {
        "role": ["A delegation has one head, and Flavia Elphberg is named already."]
    }


def test_the_edition_limits_a_delegation():
    invitation = coming("Ruritania", edition=EditionFactory(delegates_limit=1))
    named(invitation)

    with pytest.raises(ValidationError, match="A delegation has at most 1 person"):
        named(invitation, name="Fritz von Tarlenheim")


def test_a_change_is_noted_with_its_fields_and_not_what_they_held(invitation):
    delegate = named(invitation, function="Envoy")

    amend_delegate(
        invitation,
        delegate.pk,
        words(function="Ambassador", needs="A ramp."),
        delegate_mark(delegate),
    )

    delegate.refresh_from_db()
    assert (delegate.function, delegate.needs) == ("Ambassador", "A ramp.")
    change = DelegationChange.objects.first()
    assert changed_field_labels(change) == "function, needs of access and diet"
    assert format_author(change) == "office of Minister of Posts of Ruritania"


def test_of_needs_the_history_keeps_that_they_changed_and_no_word(invitation):
    delegate = named(invitation, needs="Insulin at night.")
    amend_delegate(invitation, delegate.pk, words(needs="A ramp."), delegate_mark(delegate))
    delegate.refresh_from_db()
    amend_delegate(invitation, delegate.pk, words(needs=""), delegate_mark(delegate))

    entries = LogEntry.objects.get_for_object(delegate).order_by("pk")

    assert [entry.changes["needs"] for entry in entries] == [["", "…"], ["…", "…"], ["…", ""]]


def test_a_change_of_nothing_is_no_change(invitation):
    delegate = named(invitation)

    amend_delegate(invitation, delegate.pk, words(), "whatever was seen")

    assert DelegationChange.objects.count() == 1


def test_of_two_who_change_one_person_the_second_is_asked_again(invitation):
    delegate = named(invitation)
    seen = delegate_mark(delegate)
    amend_delegate(invitation, delegate.pk, words(function="Envoy"), seen)

    with pytest.raises(Stale) as stale:
        amend_delegate(invitation, delegate.pk, words(function="Ambassador"), seen)

    assert stale.value.row.function == "Envoy"
    amend_delegate(
        invitation, delegate.pk, words(function="Ambassador"), delegate_mark(stale.value.row)
    )
    assert Delegate.objects.get().function == "Ambassador"


def test_a_change_on_the_secretariat_s_desk_is_seen_too(invitation):
    delegate = named(invitation)
    seen = delegate_mark(delegate)
    Delegate.objects.update(needs="A ramp.")

    with pytest.raises(Stale):
        remove_delegate(invitation, delegate.pk, seen)


def test_the_same_words_of_another_form_name_nobody_twice(invitation):
    first = nominate_delegate(invitation, words(), uuid.uuid4())

    assert nominate_delegate(invitation, words(), uuid.uuid4()) == first
    assert Delegate.objects.count() == 1


def test_who_is_taken_off_twice_is_off_the_list(invitation):
    delegate = named(invitation)
    seen = delegate_mark(delegate)

    remove_delegate(invitation, delegate.pk, seen)
    remove_delegate(invitation, delegate.pk, seen)

    assert not Delegate.objects.exists()
    assert DelegationChange.objects.filter(act="removed").count() == 1


def test_another_state_s_delegate_is_out_of_reach(invitation):
    stranger = named(coming("Strelsau"))

    with pytest.raises(ValidationError, match="taken off the list in the meantime"):
        amend_delegate(invitation, stranger.pk, words("Nobody"), delegate_mark(stranger))
    remove_delegate(invitation, stranger.pk, delegate_mark(stranger))

    stranger.refresh_from_db()
    assert stranger.name == "Rudolf Rassendyll"


def test_two_offices_of_a_state_share_its_list(invitation):
    minister = MinisterFactory(
        member_state=invitation.member_state, name_key="sapt", portfolio="Minister of War"
    )
    colleague = InvitationFactory(edition=invitation.edition, minister=minister, is_principal=False)
    delegate = named(invitation)

    amend_delegate(colleague, delegate.pk, words(function="Envoy"), delegate_mark(delegate))

    assert [format_author(change) for change in DelegationChange.objects.all()] == [
        "office of Minister of War",
        "office of Minister of Posts of Ruritania",
    ]


def test_a_list_is_added_whole_or_not_at_all(invitation):
    people = [words("Rudolf", role="head"), words("Fritz", role="head")]

    with pytest.raises(ValidationError):
        nominate_delegates(invitation, people, uuid.uuid4())

    assert not Delegate.objects.exists()


def test_a_list_sent_again_adds_nobody_twice(invitation):
    key, people = uuid.uuid4(), [words("Rudolf"), words("Fritz")]

    for _again in range(3):
        nominate_delegates(invitation, people, key)

    assert Delegate.objects.count() == DelegationChange.objects.count() == 2


def test_who_is_named_by_another_form_meanwhile_is_not_added_by_a_list(invitation):
    named(invitation, name="Rudolf  RASSENDYLL", function="King")
    people = [words(function="Envoy"), words("Fritz"), words("fritz")]

    added = nominate_delegates(invitation, people, uuid.uuid4())
    again = nominate_delegates(invitation, people, uuid.uuid4())

    assert [person.name for person in added] == ["Fritz"]
    assert again == []
    assert Delegate.objects.count() == DelegationChange.objects.count() == 2


def test_others_on_a_list_that_a_browser_brought_back_are_added(invitation):
    key = uuid.uuid4()
    nominate_delegates(invitation, [words("Rudolf"), words("Fritz")], key)

    added = nominate_delegates(invitation, [words("Flavia")], key)

    assert [person.name for person in added] == ["Flavia"]
    assert Delegate.objects.filter(name="Flavia").count() == Delegate.objects.count() - 2 == 1


def test_a_departure_before_the_arrival_is_refused_by_the_verb_too(invitation):
    with pytest.raises(ValidationError):
        named(invitation, arrives_on=dt.date(2027, 5, 12), departs_on=dt.date(2027, 5, 11))


@pytest.mark.parametrize(
    ("genders", "told"),
    [
        ("fm", "1 woman, 1 man"),
        ("mmm", "3 men"),
        ("ff", "2 women"),
        ("m ", "1 man, 1 person whose gender is not stated"),
        ("  ", "2 people whose gender is not stated"),
    ],
)
def test_the_balance_is_told_in_numbers(genders, told):
    people = [Delegate(gender=gender.strip()) for gender in genders]

    assert gender_balance(people) == told
