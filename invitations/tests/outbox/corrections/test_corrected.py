import datetime as dt
import uuid
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.admin.list_columns import change_url
from invitations.letters.issuing import withdraw_invitation
from invitations.models import Delivery, ForumEdition, HeldChange, Invitation, Letter, Minister
from invitations.outbox.another_address import reason_not_to_send_elsewhere
from invitations.outbox.corrections.addresses import correct_address, reason_not_to_correct
from invitations.outbox.corrections.after_saving import AfterSaving, follow_ups_open
from invitations.outbox.decisions import (
    decide_uncertain,
    reason_not_to_mail,
    reason_not_to_resend,
    reason_not_to_send_again,
    resend,
)
from invitations.outbox.release import release_alone, release_change, take_back_change
from invitations.outbox.sending import begin_delivery
from invitations.tests.corrections import BECAUSE, failed_mail
from invitations.tests.factories import (
    CircularFactory,
    InvitationFactory,
    LetterFactory,
    MissionFactory,
    UserFactory,
)
from invitations.tests.moving import moved

pytestmark = pytest.mark.django_db

RIGHT = "right@example.org"
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def failed(frozen_letter, queued):
    return failed_mail(SimpleNamespace(frozen_letter=frozen_letter, queued=queued))


def addresses(letter):
    return set(letter.deliveries.values_list("address", flat=True))


def test_the_letter_goes_to_the_corrected_address_once_a_second_person_released_it(failed):
    by, letter = UserFactory(), failed.letter

    [change] = correct_address(failed, by, RIGHT, BECAUSE)

    minister = Minister.objects.get(pk=letter.invitation.minister_id)
    assert minister.to_emails == RIGHT
    assert addresses(letter) == {failed.address}
    with pytest.raises(ValidationError, match="you changed it"):
        release_change(change, by, change.mark)
    release_change(change, UserFactory(), change.mark)
    assert addresses(letter) == {failed.address, RIGHT}
    assert letter.deliveries.get(address=RIGHT).state == "queued"


def test_a_mail_is_sent_again_to_no_address_that_was_corrected(failed):
    assert reason_not_to_resend(failed) == ""
    [change] = correct_address(failed, UserFactory(), RIGHT, BECAUSE)
    failed = Delivery.objects.get(pk=failed.pk)

    assert "on file no more" in reason_not_to_resend(failed)
    with pytest.raises(ValidationError, match="on file no more"):
        resend(failed, UserFactory())

    take_back_change(change, UserFactory(), change.mark)
    assert reason_not_to_resend(Delivery.objects.get(pk=failed.pk)) == ""


def test_an_uncertain_mail_is_sent_again_to_no_address_that_was_corrected(failed):
    Delivery.objects.update(state="uncertain")
    failed.refresh_from_db()
    correct_address(failed, UserFactory(), RIGHT, BECAUSE)

    assert "on file no more" in reason_not_to_send_again(Delivery.objects.get(pk=failed.pk))


def test_what_went_to_the_corrected_address_is_put_right(failed):
    """Once a second person has released it; what another address of the office waits for is not."""
    at_once = {"state": "failed", "not_before": failed.not_before}
    other = failed.letter.deliveries.create(address="other@example.org", **at_once)
    Minister.objects.update(cc_emails=other.address)
    [change] = correct_address(failed, UserFactory(), RIGHT, BECAUSE)
    assert not Delivery.objects.put_right().exists()

    release_change(change, UserFactory(), change.mark)

    assert list(Delivery.objects.put_right()) == [failed]


def test_who_releases_it_reads_that_a_letter_goes_there(failed, admin_client):
    [change] = correct_address(failed, UserFactory(), RIGHT, BECAUSE)

    page = admin_client.get(change_url(change)).content.decode()

    assert "1 letter that did not arrive goes to the new address" in page


def test_what_is_taken_back_goes_nowhere(failed):
    [change] = correct_address(failed, UserFactory(), RIGHT, BECAUSE)

    take_back_change(change, UserFactory(), change.mark)

    assert addresses(failed.letter) == {failed.address}
    assert Minister.objects.get(pk=failed.letter.invitation.minister_id).to_emails == failed.address


def test_one_approver_alone_sends_it_where_the_edition_allows(failed):
    failed.letter.invitation.edition.releases_alone = True
    failed.letter.invitation.edition.save()
    HeldChange.objects.all().delete()
    [change] = correct_address(failed, UserFactory(), RIGHT, BECAUSE)
    release_alone(change, UserFactory(), change.mark, "The forum is tomorrow.")

    change.refresh_from_db()
    release_change(change, UserFactory(), change.mark)

    assert failed.letter.deliveries.filter(address=RIGHT).count() == 1


def test_the_address_is_corrected_wherever_it_stands(failed):
    invitation = failed.letter.invitation
    mission = MissionFactory(
        emails=f"mission@example.org\n{failed.address.upper()}", states=[invitation.member_state]
    )
    HeldChange.objects.all().delete()

    for change in correct_address(failed, UserFactory(), RIGHT, BECAUSE):
        release_change(change, UserFactory(), change.mark)
    mission.refresh_from_db()

    assert mission.emails == f"mission@example.org\n{RIGHT}"
    assert failed.letter.deliveries.filter(address=RIGHT).count() == 1


def replaced(letter):
    """Another letter, approved by now, that cancels this one."""
    return LetterFactory(
        invitation=letter.invitation,
        circular=CircularFactory(edition=letter.invitation.edition, kind="replacement"),
        kind="replacement",
        state="approved",
        replaces=letter,
        sha256="0" * 64,
        composed_at=timezone.now(),
        approved_at=timezone.now(),
    )


def test_a_letter_that_was_replaced_is_not_sent_once_more(failed):
    replaced(failed.letter)

    assert "another letter has replaced it" in reason_not_to_correct(failed)
    assert "another letter has replaced it" in reason_not_to_resend(failed)
    assert "another letter has replaced it" in reason_not_to_send_elsewhere(failed.letter)


def test_a_letter_of_earlier_dates_goes_to_no_other_address(failed):
    moved(ForumEdition.objects.get())
    letter = Letter.objects.get()

    for why in (reason_not_to_correct(failed), reason_not_to_send_elsewhere(letter)):
        assert "The dates have moved since it was composed" in why
    minister = letter.invitation.minister
    minister.to_emails = RIGHT
    assert AfterSaving.SEND not in follow_ups_open(minister, [letter])


def test_an_uncertain_mail_is_not_sent_again_once_its_letter_was_replaced(failed):
    Delivery.objects.update(state="uncertain")
    failed.refresh_from_db()
    replaced(failed.letter)

    with pytest.raises(ValidationError, match="another letter has replaced it"):
        decide_uncertain(failed, UserFactory(), went=False)
    decide_uncertain(failed, UserFactory(), went=True)

    failed.refresh_from_db()
    assert failed.state == "handed_over"


def test_a_replacement_of_the_replacement_leaves_both_earlier_ones_at_home(failed):
    second = replaced(failed.letter)
    third = replaced(second)

    assert "another letter has replaced it" in reason_not_to_mail(failed.letter)
    assert "another letter has replaced it" in reason_not_to_mail(second)
    assert reason_not_to_mail(third) == ""


def test_a_replacement_meanwhile_keeps_the_replaced_letter_from_the_new_address(failed):
    [change] = correct_address(failed, UserFactory(), RIGHT, BECAUSE)
    replaced(failed.letter)

    release_change(change, UserFactory(), change.mark)

    assert addresses(failed.letter) == {failed.address}
    last = failed.letter.events.latest("pk")
    assert last.reason == "It may not leave: another letter has replaced it."


def test_a_mail_that_waits_is_cancelled_when_its_letter_was_replaced(queued):
    delivery = queued(claim=uuid.uuid4(), state="claimed", lease_ends_at=timezone.now() + HOUR)
    replaced(delivery.letter)

    assert not begin_delivery(delivery)

    delivery.refresh_from_db()
    assert delivery.state == "cancelled"
    assert delivery.letter.events.latest("pk").reason == "another letter has replaced it"


def test_a_note_verbale_forwards_no_letter_that_was_replaced(queued, frozen_letter):
    above = frozen_letter(kind="note", mission=MissionFactory())
    covered = frozen_letter()
    above.covers.add(covered)
    delivery = queued(
        above, claim=uuid.uuid4(), state="claimed", lease_ends_at=timezone.now() + HOUR
    )
    replaced(covered)

    assert not begin_delivery(delivery)

    delivery.refresh_from_db()
    assert delivery.state == "cancelled"
    assert above.events.latest("pk").reason == "another letter has replaced one that it covers"
    assert "replaced one that it covers" in reason_not_to_send_elsewhere(above)


def test_a_withdrawal_meanwhile_does_not_hinder_the_release(failed):
    [change] = correct_address(failed, UserFactory(), RIGHT, BECAUSE)
    withdraw_invitation(failed.letter.invitation, UserFactory(), "By note.")

    release_change(change, UserFactory(), change.mark)

    assert addresses(failed.letter) == {failed.address}
    assert "not in force" in failed.letter.events.last().reason


@pytest.mark.parametrize(
    ("email", "reason", "why"),
    [
        ("nobody", BECAUSE, "is not an e-mail address"),
        (RIGHT, " ", "Say why"),
        ("", BECAUSE, "Type the corrected address"),
    ],
)
def test_what_is_no_correction_is_refused(failed, email, reason, why):
    with pytest.raises(ValidationError, match=why):
        correct_address(failed, UserFactory(), email, reason)

    assert not HeldChange.objects.exists()


def test_the_same_address_again_is_refused(failed):
    with pytest.raises(ValidationError, match="a delivery to that address already"):
        correct_address(failed, UserFactory(), failed.address.upper(), BECAUSE)


def test_what_cannot_be_corrected_says_why(failed, queued):
    assert reason_not_to_correct(failed) == ""
    assert "was tried" in reason_not_to_correct(queued())
    assert "on file no more" in reason_not_to_correct(
        queued(state="failed", address="gone@example.org")
    )
    failed.letter.invitation.minister.to_emails = ""
    assert "on file no more" in reason_not_to_correct(failed)


def test_reached_nobody_yet_is_a_set(reached, failed):
    reached()
    InvitationFactory(status="draft", issued_at=None)

    assert list(Invitation.objects.reached_nobody()) == [failed.letter.invitation]
