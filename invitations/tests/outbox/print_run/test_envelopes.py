import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.letters.channels import paper_channel
from invitations.letters.planning import enqueue_letter
from invitations.models import Letter
from invitations.outbox.envelopes import refuse_unprintable
from invitations.tests.corrections import successor_of
from invitations.tests.factories import StepFactory
from invitations.tests.outbox.print_run.papers import contents, mission_for, packed

pytestmark = pytest.mark.django_db

# The way


def test_letter_goes_by_pouch_to_the_permanent_mission_in_the_city(letter):
    one = letter(minister__postal_address="1 Palace Square\nStrelsau")
    mission_for(one, city="Hentzau")
    mission = mission_for(one)

    assert paper_channel(one) == ("mission", "pouch", mission)


def test_letter_goes_by_post_to_the_capital_where_there_is_no_mission(letter):
    one = letter(minister__postal_address="1 Palace Square\nStrelsau")
    mission_for(one, kind="embassy", city="Hentzau")

    assert paper_channel(one) == ("capital", "post", None)


@pytest.mark.parametrize("kind", ["embassy", "mission"])
def test_letter_goes_by_post_to_another_post_that_serves_the_state(letter, kind):
    one = letter()
    mission_for(one, kind="regional", city="Zenda")
    post = mission_for(one, kind=kind, city="Hentzau")

    assert paper_channel(one) == ("post", "post", post)


def test_post_without_an_address_is_passed_over_for_the_regional_office(letter):
    one = letter()
    post = mission_for(one, kind="embassy", city="Hentzau")
    post.postal_address = ""
    post.save()
    office = mission_for(one, kind="regional", city="Zenda")

    assert paper_channel(one) == ("regional", "pouch", office)


def test_letter_without_any_address_has_no_channel(letter):
    assert paper_channel(letter()) == ("nowhere", "", None)


def test_note_verbale_goes_to_its_mission(letter, note):
    one = letter()
    mission = mission_for(one)

    assert paper_channel(note(mission, one)) == ("mission", "pouch", mission)


def test_letter_without_e_mail_waits_under_the_channel_of_its_route(letter):
    to_capital, to_office, to_nobody = (
        letter(minister__postal_address="1 Palace Square"),
        letter(),
        letter(),
    )
    mission_for(to_office, kind="regional", city="Zenda")

    for one in (to_capital, to_office, to_nobody):
        enqueue_letter(one)

    assert to_capital.deliveries.get().channel == "post"
    assert to_office.deliveries.get().channel == "pouch"
    assert to_nobody.deliveries.get().channel == "post"


# The envelopes


def test_letters_for_one_mission_lie_together_under_its_note_verbale(letter, note):
    later, earlier = letter(sort_key="ZENDA"), letter(sort_key="RURITANIE")
    above = note(mission_for(later, earlier), later, earlier)

    run = packed(later, earlier)

    assert contents(run) == [[above.pk, earlier.pk, later.pk]]


def test_missions_come_in_the_order_of_their_first_state_and_the_others_after_them(letter):
    office, capital, zenda, ruritania = (
        letter(sort_key="AUTRICHE"),
        letter(sort_key="BOHÊME", minister__postal_address="1 Old Square"),
        letter(sort_key="ZENDA"),
        letter(sort_key="RURITANIE"),
    )
    mission_for(office, kind="regional")
    mission_for(zenda)
    mission_for(ruritania)

    run = packed(office, capital, zenda, ruritania)

    assert contents(run) == [[ruritania.pk], [zenda.pk], [capital.pk], [office.pk]]


@pytest.mark.parametrize("status", ["observer", "associate"])
def test_observers_and_associates_come_after_member_states(letter, status):
    observer, member = letter(sort_key="AUTRICHE"), letter(sort_key="ZENDA")
    observer.invitation.member_state.status = status
    observer.invitation.member_state.save()
    mission_for(observer)
    mission_for(member)

    assert contents(packed(observer, member)) == [[member.pk], [observer.pk]]


def test_two_ministers_of_a_state_without_mission_get_an_envelope_each(letter):
    first = letter(minister__postal_address="1 Palace Square")
    second = letter(
        member_state=first.invitation.member_state,
        is_principal=False,
        minister__given_name="Rudolf",
        minister__postal_address="2 Palace Square",
    )

    assert contents(packed(second, first)) == [[first.pk], [second.pk]]


def test_chosen_note_verbale_brings_the_letters_it_covers(letter, note):
    one, other = letter(sort_key="RURITANIE"), letter(sort_key="ZENDA")
    above = note(mission_for(one, other), one, other)

    assert contents(packed(above)) == [[above.pk, one.pk, other.pk]]


def test_note_verbale_is_left_out_where_a_letter_it_covers_is_not_chosen(letter, note):
    one, other = letter(), letter(sort_key="ZENDA")
    above = note(mission_for(one, other), one, other)

    run = packed(one)

    assert contents(run) == [[one.pk]]
    assert run.left_out == [(above, "it also covers ZENDA: choose those letters too")]


def test_note_verbale_over_a_letter_to_who_left_office_is_left_out(letter, note):
    one, other, left = letter(), letter(sort_key="ZENDA"), letter(sort_key="HENTZAU")
    above = note(mission_for(one, other, left), one, other, left)
    minister = left.invitation.minister
    minister.successor = successor_of(left.invitation)
    minister.save()

    run = packed(one)

    reason = "a letter it covers is to a person who has left office: compose the note anew"
    assert run.left_out == [(above, reason)]


def test_note_verbale_that_is_not_approved_stays_out(letter, note):
    one = letter()
    note(mission_for(one), one, state="composed", approved_at=None)

    assert contents(packed(one)) == [[one.pk]]


def test_note_verbale_to_the_other_mission_of_a_state_is_left_out(letter, note):
    one = letter()
    mission_for(one, name="A first mission")
    other = note(mission_for(one, name="Second mission"), one)

    run = packed(one)

    assert run.left_out == [(other, "the letters it covers go to another mission")]


def test_note_verbale_over_a_letter_called_back_is_left_out(letter, note):
    one, gone = letter(), letter()
    above = note(mission_for(one, gone), one, gone)
    Letter.objects.filter(pk=gone.pk).update(state="cancelled")

    run = packed(one)

    assert run.left_out == [(above, "a letter it covers was called back: compose the note anew")]


def test_letter_that_is_not_approved_is_refused(letter):
    with pytest.raises(ValidationError, match="Only an approved letter is printed"):
        refuse_unprintable(letter(state="composed", approved_at=None))


def test_reminder_is_refused(letter, edition):
    step = StepFactory(edition=edition)
    deadline = {"reply_before": edition.reply_before, "leave_before": timezone.now()}

    with pytest.raises(ValidationError, match="go by e-mail"):
        refuse_unprintable(letter(kind="reminder", step=step, **deadline))


def test_letter_of_a_withdrawn_invitation_is_refused(letter):
    one = letter()
    one.invitation.status = "withdrawn"

    with pytest.raises(ValidationError, match="not in force"):
        refuse_unprintable(one)


def test_a_letter_to_who_left_office_is_refused_and_a_note_over_it(letter, note):
    one = letter()
    above = note(mission_for(one), one)
    minister = one.invitation.minister
    minister.successor = successor_of(one.invitation)
    minister.save()

    with pytest.raises(ValidationError, match="hand the invitation over"):
        refuse_unprintable(one)
    with pytest.raises(ValidationError, match="to a person who has left office"):
        refuse_unprintable(above)


def test_replaced_letter_is_refused(letter):
    one = letter()
    letter(kind="replacement", replaces=one, state="composed", approved_at=None)
    refuse_unprintable(one)
    letter(kind="replacement", replaces=one)

    with pytest.raises(ValidationError, match="print that one"):
        refuse_unprintable(Letter.objects.get(pk=one.pk))


def test_note_verbale_is_refused_once_a_letter_it_covers_was_called_back(letter, note):
    one = letter()
    above = note(mission_for(one), one)
    Letter.objects.filter(pk=one.pk).update(state="cancelled")

    with pytest.raises(ValidationError, match="compose the note anew"):
        refuse_unprintable(above)
