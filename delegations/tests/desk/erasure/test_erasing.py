import datetime as dt
import uuid

import pytest
import time_machine
from auditlog.models import LogEntry
from django.contrib.admin.models import LogEntry as FormEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from delegations.desk.board.genders import gender_counts
from delegations.desk.erasure import erasing
from delegations.desk.erasure.erasing import erase_personal_data, go_on_erasing
from delegations.models import Delegate, Delegation, DelegationChange, Erasure
from delegations.models.erasure import erases_on
from delegations.nominations import delegate_mark, remove_delegate
from delegations.tests.desk.erasure.erased import (
    EVE,
    LAST_DAY,
    NIGHT,
    PERSONAL,
    at_night,
    came,
    erased_in_part,
    over,
    person,
    photographed,
)
from delegations.tests.rows import all_rows
from invitations.models import HeldChange, ReplyDraft
from invitations.models.deleted_files import DeletedFile
from invitations.tests.factories import DeliveryFactory, EditionFactory, LetterFactory, UserFactory

EVE_OF_THE_FORUM = dt.datetime(2020, 4, 5, 9, tzinfo=dt.UTC)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]


@pytest.fixture
def clock():
    with time_machine.travel(dt.datetime(2020, 5, 1, 9, tzinfo=dt.UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def edition(clock):
    return over()


def told_in_database():
    words = str(all_rows())
    return [one for one in PERSONAL if one in words]


def with_everything(edition):
    """A delegation with all that repeats what was typed: histories, mails, changes, drafts."""
    delegation = came(edition, speaker="Rudolf Rassendyll")
    invitation = edition.invitations.get()
    gone = person(delegation, role="adviser")
    with time_machine.travel(EVE_OF_THE_FORUM, tick=False):
        remove_delegate(invitation, gone.pk, delegate_mark(gone))
    DelegationChange.objects.create(
        delegation=delegation, user=UserFactory(), part="delegate", act="added",
        subject="Zenobia Quixby",
    )  # fmt: skip
    by, kinds = UserFactory(), ContentType.objects.get_for_models(Delegate, Delegation)
    FormEntry.objects.create(
        user=by, content_type=kinds[Delegate], object_id=str(gone.pk), action_flag=2,
        object_repr="Zenobia Quixby", change_message="[]",
    )  # fmt: skip
    FormEntry.objects.create(
        user=by, content_type=kinds[Delegation], object_id=str(delegation.pk), action_flag=2,
        object_repr=str(delegation), change_message='[{"changed": {"name": "delegate", '
        '"object": "Zenobia Quixby", "fields": ["Function"]}}]',
    )  # fmt: skip
    invitation.focal_point_name = "Fritz of the Desk"
    LogEntry.objects.log_create(
        invitation, action=1, changes={"focal_point_email": ["None", "fritz.desk@example.org"]}
    )
    LogEntry.objects.log_create(
        invitation.replies.get(),
        action=1,
        changes={
            "respondent_phone": ["None", "+999 5550"],
            "remarks": ["None", "Fritz is diabetic."],
        },
    )
    HeldChange.objects.create(
        content_type=ContentType.objects.get_for_model(invitation), object_id=str(invitation.pk),
        named="x", state="released", asked_by=by, decided_by=UserFactory(), decided_at=NIGHT,
        before={"focal_point_email": "fritz.desk@example.org"}, after={"focal_point_email": ""},
    )  # fmt: skip
    ReplyDraft.objects.create(
        invitation=invitation, form_key=uuid.uuid4(), words="respondent_phone=+999 5550"
    )
    mails(invitation)
    return delegation


def mails(invitation):
    message = default_storage.save("messages/ab/receipt.eml", ContentFile(b"Zenobia Quixby"))
    frozen = {"state": "approved", "approved_at": NIGHT, "composed_at": NIGHT}
    LetterFactory(
        invitation=invitation, kind="receipt", variant="delegation", mail="Head: Zenobia Quixby",
        filed={"en": "Zenobia Quixby"}, message=message, message_sha256="1" * 64, **frozen,
    )  # fmt: skip
    copy = LetterFactory(
        invitation=invitation, kind="acknowledgement", variant="copy",
        reply=invitation.replies.get(), mail="Telephone: +999 5550",
        recipients=[["to", "fritz.typed@example.org"]], message_sha256="2" * 64, **frozen,
    )  # fmt: skip
    DeliveryFactory(
        letter=copy, address="fritz.typed@example.org", state="handed_over", handed_over_at=NIGHT,
        server_words="250 fritz.typed@example.org accepted",
    )  # fmt: skip


def test_on_its_day_nothing_of_what_was_collected_stands_in_any_table(clock, edition):
    photo = photographed(with_everything(edition))
    assert sorted(told_in_database()) == sorted(PERSONAL)

    assert at_night(clock, EVE) == 0
    assert sorted(told_in_database()) == sorted(PERSONAL)
    assert at_night(clock) > 0

    assert told_in_database() == []
    assert {*DeletedFile.objects.values_list("name", flat=True)} == {
        photo,
        "messages/ab/receipt.eml",
    }


def test_figures_are_the_same_before_and_after(clock, edition):
    came(edition)
    came(edition, "Rudolf Rassendyll", "m", speaker="RASSENDYLL  Rudolf")
    came(edition, "Antoinette de Mauban", "", speaker="antoinette de mauban")
    namesakes = came(edition, "Flavia Elphberg", "f")
    person(namesakes, "Flavia Elphberg", "m")
    before = gender_counts(edition), Delegate.objects.standing().count()

    at_night(clock)

    assert (gender_counts(edition), Delegate.objects.standing().count()) == before
    assert not Delegate.objects.named().exists()
    assert before[0]["speakers"] == [1, 0, 3]


def test_the_history_has_one_row_that_counts_and_names_nobody(clock, edition):
    with_everything(edition)

    at_night(clock)
    at_night(clock)

    row = LogEntry.objects.get(additional_data__act="erased")
    assert (row.object_pk, row.actor) == (str(edition.pk), None)
    assert row.changes["delegates"] == ["1", "0"]
    assert Erasure.objects.get().counts["delegates"] == 1


def test_what_was_killed_in_the_middle_is_brought_to_its_end(clock, edition, monkeypatch):
    for _number in range(5):
        came(edition)
    monkeypatch.setattr(erasing, "BATCH", 2)
    clock.move_to(NIGHT)
    erasing.begin_erasure(edition)
    begun = Erasure.objects.get()
    go_on_erasing(begun.pk, until=0)
    assert Delegate.objects.named().count() == 3

    clock.move_to(NIGHT + dt.timedelta(hours=9))
    erase_personal_data()

    assert not Delegate.objects.named().exists()
    assert Erasure.objects.get().counts["delegates"] == 5
    assert LogEntry.objects.filter(additional_data__act="erased").count() == 1


def test_many_rows_take_no_more_queries_than_one(clock, edition):
    larger = over()
    came(edition)
    for _number in range(5):
        came(larger)

    assert queries_of(clock, larger) == queries_of(clock, edition)


def queries_of(clock, edition):
    clock.move_to(NIGHT)
    erasing.begin_erasure(edition)
    with CaptureQueriesContext(connection) as asked:
        go_on_erasing(Erasure.objects.get(edition=edition).pk)
    return len(asked)


def test_a_batch_that_fails_leaves_its_rows_and_counts_as_they_were(clock, edition, monkeypatch):
    came(edition)
    clock.move_to(NIGHT)
    erasing.begin_erasure(edition)
    monkeypatch.setattr(Erasure, "save", fail)

    with pytest.raises(ZeroDivisionError):
        go_on_erasing(Erasure.objects.get().pk)

    assert Delegate.objects.named().count() == 1


def fail(*_args, **_named):
    raise ZeroDivisionError


def test_data_that_come_back_with_a_backup_are_erased_again(clock, edition):
    came(edition)
    at_night(clock)
    Erasure.objects.all().delete()
    came(edition)

    at_night(clock, NIGHT + dt.timedelta(days=1))

    assert not Delegate.objects.named().exists()


def test_the_day_moves_with_the_edition(clock, edition):
    came(edition)
    edition.closes_on += dt.timedelta(days=60)
    edition.save()

    at_night(clock)

    assert Delegate.objects.named().exists()


def test_a_day_put_off_while_it_goes_stops_it_there(clock, edition, monkeypatch):
    erased_in_part(clock, edition, monkeypatch)
    edition.erased_after = 12
    edition.save()

    erase_personal_data()

    assert Delegate.objects.named().count() == 2
    assert Erasure.objects.get().counts == {"delegates": 1}
    assert LogEntry.objects.get(additional_data__act="erased").changes == {"delegates": ["1", "0"]}


def test_without_a_time_nothing_is_ever_erased(clock):
    came(over(months=None))

    at_night(clock, dt.datetime(2040, 10, 9, 2, 10, tzinfo=dt.UTC))

    assert Delegate.objects.named().exists()


def test_no_other_edition_loses_anything(clock, edition):
    came(edition)
    later = came(over(months=60), "Zenobia Quixby")

    at_night(clock)

    assert later.delegates.get().email == "zenobia@example.org"
    assert later.statement.biography


def test_by_day_nothing_is_begun(clock, edition):
    came(edition)

    at_night(clock, NIGHT + dt.timedelta(hours=8))

    assert Delegate.objects.named().exists()


@pytest.mark.parametrize(
    ("last_day", "months", "day"),
    [
        (LAST_DAY, 0, LAST_DAY),
        (LAST_DAY, 6, dt.date(2020, 10, 9)),
        (LAST_DAY, 9, dt.date(2021, 1, 9)),
        # A month without that day ends with its last.
        (dt.date(2020, 8, 31), 6, dt.date(2021, 2, 28)),
    ],
)
def test_months_are_counted_from_the_last_day(last_day, months, day):
    with time_machine.travel("2019-01-01T09:00Z", tick=False):
        edition = EditionFactory.build(closes_on=last_day, erased_after=months)

        assert erases_on(edition) == day
