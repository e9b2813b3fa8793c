"""One person asks to be erased: what one record says of them goes, and the row stays."""

import datetime as dt

import pytest
import time_machine
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from delegations.changes import note_staff_change
from delegations.desk.board.genders import gender_counts
from delegations.desk.erasure.histories import histories_with_values
from delegations.desk.erasure.one_person import erase_person
from delegations.models import Delegate
from delegations.tests.desk.erasure.erased import (
    PERSONAL,
    came,
    over,
    person,
    photographed,
)
from delegations.tests.desk.erasure.test_erasing import told_in_database, with_everything
from delegations.tests.offices import text
from invitations.admin.list_columns import change_url
from invitations.models import Delivery, Letter
from invitations.models.deleted_files import DeletedFile
from invitations.tests.desk import browser_of, composed_letter, of_group
from invitations.tests.factories import DeliveryFactory, LetterFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]
BECAUSE = "By letter of 4 May, on file under P/17."
OF_DELEGATE = {
    "Zenobia Quixby", "Keeper of the Quills", "Quillhouse", "zenobia@example.org",
    "A quiet room without pepper",
}  # fmt: skip
OF_RESPONDENT = {"+999 5550", "fritz.typed@example.org", "Fritz is diabetic"}
OF_FOCAL_POINT = {"Fritz of the Desk", "fritz.desk@example.org"}


@pytest.fixture
def clock():
    at = dt.datetime(2020, 5, 4, 9, tzinfo=dt.UTC)
    with time_machine.travel(at, tick=False) as traveller, translation.override("en"):
        yield traveller


@pytest.fixture
def edition(clock):
    return over()


def gone():
    return {*PERSONAL} - {*told_in_database()}


def test_of_a_delegate_nothing_is_left_but_the_row_that_figures_need(edition):
    delegation = with_everything(edition)
    before = gender_counts(edition)

    erase_person(delegation.delegates.get(), UserFactory(), BECAUSE)

    # Who was taken off the list before has the same name, and was not asked about.
    assert gender_counts(edition) == before
    assert not Delegate.objects.named().exists()
    assert "messages/ab/receipt.eml" in DeletedFile.objects.values_list("name", flat=True)
    assert not Letter.objects.exclude(filed={}).exists()


def test_nothing_repeats_a_delegate_who_was_erased(edition):
    delegation = came(edition, speaker="Rudolf Rassendyll")

    erase_person(delegation.delegates.get(), UserFactory(), BECAUSE)

    assert gone() >= OF_DELEGATE
    assert {*told_in_database()} >= OF_RESPONDENT | OF_FOCAL_POINT


def test_nothing_repeats_a_delegate_whom_staff_took_to_another_list(edition):
    left, delegation = came(edition, name="Rudolf Rassendyll"), came(edition, name="Black Michael")
    delegate = person(left)
    invitation = edition.invitations.get(member_state=left.member_state)
    composed_letter(
        invitation=invitation, kind="receipt", variant="delegation",
        paper="Zenobia Quixby is named.",
    )  # fmt: skip
    note_staff_change(UserFactory(), delegate, "added", [])
    delegate.delegation = delegation
    delegate.save()

    erase_person(delegate, UserFactory(), BECAUSE)

    assert "Zenobia Quixby" in gone()


def test_of_who_answered_e_mail_and_telephone_go_with_all_that_said_them_back(edition):
    with_everything(edition)

    erase_person(edition.invitations.get().replies.get(), UserFactory(), BECAUSE)

    assert gone() == OF_RESPONDENT
    assert Delivery.objects.get().address == ""


def test_of_a_focal_point_name_and_address_go_from_the_invitation_and_its_history(edition):
    with_everything(edition)

    erase_person(edition.invitations.get(), UserFactory(), BECAUSE)

    assert gone() == OF_FOCAL_POINT


def test_of_a_speaker_photo_and_biography_go(edition):
    delegation = came(edition)
    photo = photographed(delegation)

    erase_person(delegation.statement, UserFactory(), BECAUSE)

    assert gone() == {"She was born in Zenda"}
    assert list(DeletedFile.objects.values_list("name", flat=True)) == [photo]


def test_no_other_person_loses_anything(edition):
    first, other = came(edition), came(edition)
    beside = person(first, "Rudolf Rassendyll")

    erase_person(first.delegates.get(role="head"), UserFactory(), BECAUSE)

    for one in (beside, other.delegates.get()):
        one.refresh_from_db()
        assert (one.name, one.email) != ("", "")


def test_history_says_who_and_why_and_not_what(edition):
    by = UserFactory()
    delegate = came(edition).delegates.get()

    erase_person(delegate, by, BECAUSE)

    row = LogEntry.objects.get(additional_data__act="erased")
    assert (row.actor, row.additional_data["reason"]) == (by, BECAUSE)
    assert (row.object_pk, row.object_repr) == (str(delegate.pk), "")
    assert row.changes == {"delegates": ["1", "0"], "fields": ["1", "0"]}


def test_the_row_of_who_asked_is_nothing_that_the_edition_has_left_to_erase(edition):
    delegation = came(edition)

    erase_person(delegation.delegates.get(), UserFactory(), BECAUSE)

    assert not histories_with_values(edition).filter(additional_data__act="erased").exists()


def test_as_long_as_a_mail_to_the_office_is_on_its_way_it_is_refused(edition):
    delegation, elsewhere = came(edition), came(edition)
    invitation = edition.invitations.get(member_state=delegation.member_state)
    DeliveryFactory(letter=LetterFactory(invitation=invitation), state="queued")

    for record in (delegation.delegates.get(), invitation, invitation.replies.get()):
        with pytest.raises(ValidationError, match="still owed to this office"):
            erase_person(record, UserFactory(), BECAUSE)

    assert erase_person(elsewhere.delegates.get(), UserFactory(), BECAUSE)


def test_the_page_leads_to_what_has_to_be_done_first(admin_client, edition):
    came(edition)
    invitation = edition.invitations.get()
    waits = DeliveryFactory(letter=LetterFactory(invitation=invitation), state="queued")

    shown = admin_client.get(reverse("desk:erase_person", args=["invitation", invitation.pk]))

    [(_words, url)] = shown.context["owed"]
    assert "What has to be done first" in text(shown)
    assert list(admin_client.get(url).context["cl"].queryset) == [waits]


def test_before_the_edition_is_over_a_delegate_is_taken_off_the_list_instead(clock, edition):
    delegate = came(edition).delegates.get()
    clock.move_to(dt.datetime(2020, 4, 9, 9, tzinfo=dt.UTC))

    with pytest.raises(ValidationError, match="take them off the list"):
        erase_person(delegate, UserFactory(), BECAUSE)


def test_what_is_erased_is_not_erased_again(edition):
    delegate = came(edition).delegates.get()
    erase_person(delegate, UserFactory(), BECAUSE)

    with pytest.raises(ValidationError, match="nothing left"):
        erase_person(delegate, UserFactory(), BECAUSE)


@pytest.mark.parametrize(
    ("group", "may"),
    [
        ("Speakers' desk", {"delegate", "statement"}),
        ("Registrars", {"reply"}),
        ("Drafters", {"invitation"}),
        ("Approvers", {"statement", "reply", "invitation"}),
        ("Readers", set()),
    ],
)
def test_who_changes_the_record_or_erases_editions_comes_from_its_page(edition, group, may):
    delegation = came(edition)
    invitation = edition.invitations.get()
    records = {
        "delegate": delegation.delegates.get(), "statement": delegation.statement,
        "reply": invitation.replies.get(), "invitation": invitation,
    }  # fmt: skip
    client = browser_of(of_group(group))

    for of, record in records.items():
        url = reverse("desk:erase_person", args=[of, record.pk])
        page = text(client.get(change_url(record)))
        answer = client.post(url, {"reason": BECAUSE})

        assert answer.status_code == (302 if of in may else 403), of
        assert ("Erase what a person asks for" in page) == (of in may), of


def test_whoever_erases_takes_the_place_of_nobody_in_the_history_of_the_record(edition):
    delegate = came(edition).delegates.get()
    desk = of_group("Speakers' desk")

    url = reverse("desk:erase_person", args=["delegate", delegate.pk])
    browser_of(desk).post(url, {"reason": BECAUSE})

    rows = LogEntry.objects.get_for_object(delegate).order_by("pk")
    assert [(one.actor, one.remote_addr is None) for one in rows] == [(None, True), (desk, False)]


def test_the_page_names_the_record_and_counts_what_goes(edition):
    delegate = came(edition).delegates.get()
    url = reverse("desk:erase_person", args=["delegate", delegate.pk])

    client = browser_of(of_group("Speakers' desk"))
    shown = text(client.get(url))
    unknown = client.get(reverse("desk:erase_person", args=["x", delegate.pk]))

    assert "Zenobia Quixby" in shown
    assert "Delegates: 1" in shown
    assert unknown.status_code == 404
