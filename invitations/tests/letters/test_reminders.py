import pytest
import time_machine
from django.core.files.storage import default_storage
from django.utils import timezone

from invitations.files.frozen import freeze, thaw
from invitations.letters.composing_queue import compose_planned
from invitations.links import reply_url
from invitations.models import HeldChange, Letter, LetterTemplate, ReminderStep
from invitations.outbox.corrections.waiting_letters import renew_link
from invitations.reminders.planning import queue_reminders
from invitations.tests.factories import (
    EditionFactory,
    LetterFactory,
    MissionFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.reading import message_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def reminded(issued, approved_texts):
    """Remind an office by a step of that audience, and give the reminder's letter."""

    def make(audience, variant="first", mission="", approved=True, link_replaced=0, **fields):
        edition = EditionFactory()
        StepFactory(edition=edition, audience=audience, variant=variant)
        with time_machine.travel("2027-02-01 09:00Z"):
            invitation = issued(edition=edition, to_emails="office@example.org")
            invitation.letters.get().deliveries.update(
                state="handed_over", handed_over_at=timezone.now()
            )
        type(invitation).objects.filter(pk=invitation.pk).update(**fields)
        if mission:
            MissionFactory(emails=mission, states=[invitation.member_state])
        for version in range(1, link_replaced + 1):
            renew_link(invitation, version, UserFactory(), "It was forwarded.")
        # As if a second person had released it all.
        HeldChange.objects.all().delete()
        with time_machine.travel("2027-03-10 09:00Z"):
            queue_reminders()
            if not approved:
                ReminderStep.objects.update(second_approver=None)
            compose_planned()
        return invitation.letters.get(kind="reminder")

    return make


def test_a_reminder_cites_the_reference_and_carries_the_frozen_letter_again(reminded):
    letter = reminded("office", mission="mission@example.org")

    message = message_of(letter)
    original = letter.invitation.letters.get(kind="invitation")
    (attached,) = message.iter_attachments()
    assert letter.circular.reference in message["Subject"]
    assert letter.circular.reference in text_of(letter)
    assert attached.get_content() == thaw(original.pdf.name, original.sha256)
    assert message["Auto-Submitted"] == "auto-generated"
    assert letter.recipients == [["to", "office@example.org"], ["cc", "mission@example.org"]]
    assert reply_url(letter.invitation.links.get()) in text_of(letter).splitlines()
    assert "a copy of which is attached (" + attached.get_filename() in text_of(letter)


def test_the_name_of_the_attached_letter_keeps_its_order_as_its_reference_does(reminded):
    message = message_of(reminded("office"))
    (attached,) = message.iter_attachments()

    html = message.get_body(("html",)).get_content()

    assert f'<bdi dir="ltr">{attached.get_filename()}</bdi>' in html


@pytest.mark.parametrize("variant", ["first", "last"])
@pytest.mark.parametrize("times", [1, 2])
def test_a_letter_whose_link_was_replaced_is_recalled_and_not_enclosed(reminded, variant, times):
    letter = reminded("office", variant, link_replaced=times)

    assert letter.state == "approved"
    assert not letter.sha256
    assert not list(message_of(letter).iter_attachments())
    assert "attached" not in text_of(letter)
    assert letter.invitation.links.current().get().token in text_of(letter)
    # The one that left is to be proven still.
    assert letter.invitation.letters.get(kind="invitation").state == "approved"


def test_words_that_say_it_is_attached_in_any_case_have_it_attached(reminded):
    for one in LetterTemplate.objects.filter(kind="reminder", variant="first", language="en"):
        one.mail = one.mail.replace(" ($enclosed)", "").replace("[[,", ",").replace(",]]", ",")
        one.save()

    letter = reminded("office", link_replaced=1)

    assert "a copy of which is attached, is" in text_of(letter)
    assert len(list(message_of(letter).iter_attachments())) == 1


def test_a_step_for_the_mission_goes_to_mission_and_focal_point(reminded):
    letter = reminded(
        "mission",
        variant="last",
        mission="mission@example.org",
        focal_point_email="focal@example.org",
    )

    assert letter.recipients == [["to", "mission@example.org"], ["to", "focal@example.org"]]


def test_a_step_for_the_mission_speaks_to_the_mission(reminded):
    letter = reminded("mission", variant="last", mission="mission@example.org")

    assert letter.mail.startswith("To the Permanent Mission,\n")
    assert "Excellency" not in letter.mail


def test_a_step_for_the_mission_speaks_to_a_focal_point_where_there_is_no_mission(reminded):
    letter = reminded("mission", variant="last", focal_point_email="focal@example.org")

    assert letter.mail.startswith("Madam, Sir,\n")


def test_a_reminder_whose_step_lost_its_approval_waits_until_it_has_it_again(reminded):
    letter = reminded("office", approved=False)
    steps = ReminderStep.objects.filter(pk=letter.step_id)

    assert letter.state == Letter.State.PLANNED
    assert letter.waiting_reason == "Its reminder step waits for the approval of two people."
    compose_planned()
    assert letter.events.filter(reason=letter.waiting_reason).count() == 1

    steps.update(second_approver=UserFactory())
    with time_machine.travel("2027-03-10 09:05Z"):
        compose_planned()

    letter.refresh_from_db()
    assert letter.state == Letter.State.APPROVED


def test_a_step_for_the_mission_goes_to_the_office_where_there_is_neither(reminded):
    letter = reminded("mission", variant="last")

    assert letter.recipients == [["to", "office@example.org"]]
    assert letter.mail.startswith("Excellency,\n")


def test_a_reminder_whose_frozen_letter_is_damaged_waits_and_keeps_no_other(
    reached, frozen_letter, approved_texts
):
    step = StepFactory()
    damaged = reached(edition=step.edition)
    name = freeze(b"%PDF-1.7 of another", "letters", "pdf").name
    damaged.letters.update(pdf=name, sha256="0" * 64)
    sound = reached(edition=step.edition)
    for invitation in (damaged, sound):
        LetterFactory(
            invitation=invitation,
            kind="reminder",
            variant="first",
            step=step,
            reply_before=step.edition.reply_before,
            leave_before=step.edition.deadline,
        )

    assert compose_planned() == 1

    letter = damaged.letters.get(kind="reminder")
    assert letter.state == Letter.State.PLANNED
    assert "not what was frozen" in letter.events.latest("pk").reason
    assert default_storage.exists(name)
