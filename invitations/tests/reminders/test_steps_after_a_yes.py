import datetime as dt
from functools import partial

import pytest
import time_machine

from invitations.letters.issuing import withdraw_invitation
from invitations.models import (
    Delivery,
    ForumEdition,
    HeldChange,
    Invitation,
    Letter,
    Minister,
    ReminderStep,
)
from invitations.outbox.corrections.waiting_letters import renew_link
from invitations.outbox.dispatch import dispatch_outbox
from invitations.reminders.forecast import forecast_of
from invitations.reminders.send_check import reason_reminder_must_wait
from invitations.replies import file_correspondence, record_reply
from invitations.tests.asking import THE_DAY, asked_on, asking_for, filed, office_that_said_yes
from invitations.tests.factories import MinisterFactory, UserFactory
from invitations.tests.reading import text_of
from invitations.tests.reminding import geneva, reminders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("approved_texts")]


@pytest.fixture
def edition(db):
    return asking_for("speaker").edition


@pytest.fixture
def said_yes(reached, edition):
    return partial(office_that_said_yes, reached, edition)


def test_who_said_yes_and_named_no_speaker_is_asked_by_the_focal_point(said_yes):
    invitation = said_yes(mission="mission@example.org")

    assert asked_on() == 1

    letter = reminders().get()
    assert letter.recipients == [["to", "focal@example.org"]]
    assert letter.mail.startswith("Madam, Sir,\n")
    assert "at the latest on 10 May 2027 at 23:59, Geneva time" in text_of(letter)
    assert invitation.links.get().token in text_of(letter)
    assert not letter.sha256


def test_where_no_focal_point_is_known_the_mission_is_asked(said_yes):
    said_yes(focal_point_email="", mission="mission@example.org")

    asked_on()

    letter = reminders().get()
    assert letter.recipients == [["to", "mission@example.org"]]
    assert letter.mail.startswith("To the Permanent Mission,\n")


def test_where_neither_is_known_the_letter_waits_for_a_person(said_yes):
    said_yes(focal_point_email="")

    asked_on()

    letter = reminders().get()
    assert letter.state == "planned"
    assert letter.waiting_reason == "There is no address on file for this letter."
    assert not Delivery.objects.filter(letter=letter).exists()


def test_what_lacks_an_address_is_one_letter_that_waits_until_there_is_one(said_yes, peer):
    said_yes(focal_point_email="")
    # From Tuesday to Sunday.
    for days in range(6):
        asked_on(THE_DAY + dt.timedelta(days=days))
    waiting = Letter.objects.get(kind="reminder")
    assert waiting.waiting_reason == "There is no address on file for this letter."

    Invitation.objects.update(focal_point_email="focal@example.org")
    # As if a second person had released it.
    HeldChange.objects.all().delete()
    monday = THE_DAY + dt.timedelta(days=6)
    asked_on(monday)
    with time_machine.travel(monday, tick=False):
        dispatch_outbox()

    assert [mail.addresses for mail in peer.taken] == [["focal@example.org"]]
    assert Letter.objects.get(kind="reminder").pk == waiting.pk


def two_offices(said_yes):
    """Return the principal office and one by courtesy of a State, both of which said yes."""
    first = said_yes()
    Invitation.objects.update(is_principal=False)
    second = said_yes(
        focal_point_email="second@example.org",
        member_state=first.member_state,
        given_name="Rose",
    )
    Invitation.objects.filter(pk=second.pk).update(is_principal=False)
    Invitation.objects.filter(pk=first.pk).update(is_principal=True)
    return first, second


def test_nobody_else_is_asked_for_the_statement_once_the_first_office_says_no(said_yes):
    first, _second = two_offices(said_yes)
    with time_machine.travel(THE_DAY, tick=False):
        record_reply(first, {"answer": "regrets"})

    assert asked_on() == 0


def test_the_second_office_of_a_state_names_the_head_once_the_first_says_no(said_yes, peer):
    ReminderStep.objects.update(asks_for="head", variant="head")
    first, _second = two_offices(said_yes)
    asked_on()
    assert reminders().get().recipients == [["to", "focal@example.org"]]

    with time_machine.travel(THE_DAY, tick=False):
        record_reply(first, {"answer": "regrets"})
        Letter.objects.filter(kind="acknowledgement").update(state="cancelled")
    asked_on()
    with time_machine.travel(THE_DAY, tick=False):
        dispatch_outbox()

    assert [mail.addresses for mail in peer.taken] == [["second@example.org"]]


def test_a_link_replaced_twice_while_it_waits_asks_once_by_the_last(said_yes, peer):
    invitation = said_yes()
    asked_on()
    with time_machine.travel(THE_DAY, tick=False):
        renew_link(invitation, 1, UserFactory(), "It was forwarded.")
        last = renew_link(invitation, 2, UserFactory(), "It was forwarded again.")
        dispatch_outbox()
    asked_on()
    with time_machine.travel(THE_DAY, tick=False):
        dispatch_outbox()

    assert len(peer.taken) == 1
    assert last.token in text_of(reminders().get())


def test_who_says_yes_again_is_asked_three_days_later_and_once(said_yes, peer):
    invitation = said_yes()
    asked_on()
    with time_machine.travel(THE_DAY, tick=False):
        record_reply(invitation, {"answer": "in_person", "remarks": "With an interpreter."})
        invitation.letters.filter(kind="acknowledgement").update(state="cancelled")
        dispatch_outbox()
    assert peer.taken == []

    for days in range(1, 8):
        asked_on(THE_DAY + dt.timedelta(days=days))
        with time_machine.travel(THE_DAY + dt.timedelta(days=days), tick=False):
            dispatch_outbox()

    assert [mail.addresses for mail in peer.taken] == [["focal@example.org"]]


@pytest.mark.parametrize("focal_point", ["minister@example.org", "Minister@Example.org"])
def test_a_focal_point_with_a_minister_s_address_is_none(said_yes, focal_point):
    said_yes(focal_point_email=focal_point, mission="mission@example.org")

    asked_on()

    assert reminders().get().recipients == [["to", "mission@example.org"]]


def test_no_minister_of_the_state_is_asked_whoever_is_written_to_there(said_yes):
    invitation = said_yes(focal_point_email="other@example.org")
    MinisterFactory(
        member_state=invitation.member_state, given_name="Rose", to_emails="other@example.org"
    )
    HeldChange.objects.all().delete()

    asked_on()

    assert reminders().get().recipients == []


def test_a_second_run_and_a_second_day_ask_nobody_twice(said_yes):
    said_yes()
    asked_on()
    Delivery.objects.filter(letter__kind="reminder").update(
        state="handed_over", handed_over_at=THE_DAY
    )

    planned = [asked_on(THE_DAY + dt.timedelta(days=days)) for days in (0, 1, 4, 10)]

    assert planned == [0, 0, 0, 0]


def test_a_step_on_a_quiet_day_asks_on_the_working_day_before(said_yes, edition):
    said_yes()
    edition.quiet_periods.create(first_on=THE_DAY.date(), last_on=THE_DAY.date())
    day_before = geneva(19, month=4)

    (mail,) = forecast_of(edition, geneva(1, month=4)).mails

    assert mail.at == day_before
    assert [asked_on(day) for day in (day_before, THE_DAY)] == [1, 0]


def test_what_did_not_leave_before_a_quiet_day_leaves_after_it(said_yes, edition, peer):
    said_yes()
    asked_on()
    edition.quiet_periods.create(first_on=THE_DAY.date(), last_on=THE_DAY.date())

    left = []
    for day in (THE_DAY, geneva(21, month=4)):
        with time_machine.travel(day, tick=False):
            left.append(dispatch_outbox())

    assert left == [0, 1]


def test_a_step_that_two_people_have_not_approved_asks_nobody(said_yes, edition):
    said_yes()
    edition.reminder_steps.update(second_approver=None)

    assert asked_on() == 0


def test_nobody_is_asked_before_the_step_or_once_the_track_has_opened(said_yes):
    said_yes()

    days = [THE_DAY - dt.timedelta(hours=1), geneva(11, month=5), geneva(12, month=5)]

    assert [asked_on(day) for day in days] == [0, 0, 0]


def regrets(invitation):
    record_reply(invitation, {"answer": "regrets"})


def attends_only(invitation):
    record_reply(invitation, {"answer": "attends_only"})


def contradicts_by_note(invitation):
    words = {"channel": "note_verbale", "received_at": THE_DAY}
    record_reply(invitation, {"answer": "regrets"}, **words)


def names_the_speaker(invitation):
    filed(invitation, "speaker")


def writes(invitation):
    file_correspondence(invitation, UserFactory(), "fax", THE_DAY)


def is_withdrawn(invitation):
    withdraw_invitation(invitation, UserFactory(), "A change of government.")


def leaves_office(invitation):
    Minister.objects.filter(pk=invitation.minister_id).update(successor=MinisterFactory())


def gets_an_original(_invitation):
    ForumEdition.objects.update(original_ranks=["MIN"])


def hears_of_a_postponement(_invitation):
    ForumEdition.objects.update(postponed_at=THE_DAY)


def hears_of_a_move(_invitation):
    ForumEdition.objects.update(track_opens_on=dt.date(2027, 5, 12), moved_at=THE_DAY)


def is_reminded_by_an_unapproved_step(_invitation):
    ReminderStep.objects.update(second_approver=None)


EVENTS = [
    regrets, attends_only, contradicts_by_note, names_the_speaker, writes, is_withdrawn,
    leaves_office, gets_an_original, hears_of_a_postponement, hears_of_a_move,
    is_reminded_by_an_unapproved_step,
]  # fmt: skip


@pytest.mark.parametrize("event", EVENTS)
def test_of_whom_it_is_asked_no_more_nobody_is_asked(said_yes, event):
    invitation = said_yes()
    with time_machine.travel(THE_DAY, tick=False):
        event(invitation)
        HeldChange.objects.all().delete()

    asked_on()

    assert not reminders().filter(reply_before=dt.date(2027, 5, 11)).exists()


@pytest.mark.parametrize("event", EVENTS)
def test_what_happened_after_the_planning_is_seen_when_it_leaves(said_yes, event, peer):
    invitation = said_yes()
    asked_on()
    letter = reminders().get()
    with time_machine.travel(THE_DAY, tick=False):
        event(invitation)
        HeldChange.objects.all().delete()
        assert reason_reminder_must_wait(Invitation.objects.get(), letter, THE_DAY)

        dispatch_outbox()

    assert not peer.taken


def test_a_mail_leaves_to_the_focal_point_alone_on_its_day(said_yes, peer):
    said_yes(mission="mission@example.org")
    asked_on()

    with time_machine.travel(THE_DAY, tick=False):
        assert dispatch_outbox() == 1

    assert [mail.addresses for mail in peer.taken] == [["focal@example.org"]]


# The forecast, and the step itself


def test_the_forecast_names_who_is_asked_on_which_day(said_yes, edition):
    invitation = said_yes()

    (mail,) = forecast_of(edition, geneva(1, month=4)).mails

    assert (mail.invitation, mail.step.asks_for, mail.at) == (invitation, "speaker", THE_DAY)


def test_the_forecast_says_of_whom_nothing_is_asked_and_why(said_yes, edition):
    writing, original = said_yes(), said_yes(rank_id="HOG", family_name="Rassendyll")
    file_correspondence(writing, UserFactory(), "fax", geneva(21))

    plan = forecast_of(edition, geneva(1, month=4))

    assert plan.mails == []
    assert plan.none["the office has sent something that nobody has looked at yet"] == [writing]
    assert plan.none["by signed original: speak to their mission"] == [original]


def test_a_letter_names_what_it_asks_for(said_yes):
    said_yes()
    asked_on()

    assert reminders().get().named == "reminder, name the speaker"


def changed(admin_client, step, **words):
    form = {"edition": step.edition_id, "days_before": 20, "hour": 9, "medium": "call",
            "audience": "office", "variant": "", "asks_for": ""} | words  # fmt: skip
    return admin_client.post(f"/admin/invitations/reminderstep/{step.pk}/change/", form)


def test_what_is_asked_after_a_yes_goes_its_only_way(edition, admin_client):
    step = edition.reminder_steps.get()

    changed(admin_client, step, asks_for="text")

    step.refresh_from_db()
    way = (step.asks_for, step.medium, step.audience, step.variant, step.second_approver)
    assert way == ("text", "mail", "focal", "text", None)


def test_the_reply_is_not_asked_of_the_focal_point_alone(edition, admin_client):
    step = edition.reminder_steps.get()

    page = changed(admin_client, step, medium="mail", audience="focal", variant="first")

    assert "What is asked after a yes goes by mail, with its own text" in page.content.decode()
    step.refresh_from_db()
    assert step.asks_for == "speaker"
