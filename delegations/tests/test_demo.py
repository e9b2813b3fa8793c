import datetime as dt
from io import StringIO

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import TestCase
from django.utils import timezone

from delegations.models import Delegate, Delegation, PolicyStatement, SpeakingSlot
from invitations.letters.composing_queue import compose_planned
from invitations.letters.message import build_message, mail_subject
from invitations.models import (
    Answer,
    CalendarEntry,
    CallListEntry,
    Channel,
    Circular,
    Correspondence,
    Delivery,
    ForumEdition,
    HeldChange,
    Invitation,
    Language,
    Letter,
    LetterEvent,
    LetterTemplate,
    MemberState,
    Minister,
    Reply,
    ReplyLink,
)
from invitations.outbox.dispatch import dispatch_outbox
from invitations.outbox.specimens import render_specimen, specimen_of
from invitations.reminders.calendar_updates import update_calendars
from invitations.reminders.planning import queue_reminders
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
)
from invitations.tests.reading import assert_says, texts_in

pytestmark = [pytest.mark.walk, pytest.mark.django_db]

WEDNESDAY = dt.datetime(2026, 11, 25, 10, tzinfo=dt.UTC)
SIX_WEEKS_BACK = dt.date(2026, 10, 14)
CIRCULAR_2020 = dt.datetime(2019, 12, 6, 8, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def password(monkeypatch):
    monkeypatch.setenv("DEMO_PASSWORD", "of-the-tests-alone")


def states(count):
    languages = ["en", "fr", "ar", "es", "ru", "zh-hans"]
    return [MemberStateFactory(language=languages[n % 6]) for n in range(count)]


def demo(*arguments):
    said = StringIO()
    call_command("demo", *arguments, stdout=said, stderr=StringIO())
    return said.getvalue().splitlines()


def tick():
    return queue_reminders(), update_calendars(), compose_planned(), dispatch_outbox()


@pytest.mark.usefixtures("letters_not_set_in_type")
@pytest.mark.parametrize("days", [0, 3, 5], ids=["Wednesday", "Saturday", "Monday"])
def test_first_tick_mails_nobody(days):
    states(9)
    with time_machine.travel(WEDNESDAY + dt.timedelta(days=days)):
        demo()

        assert Letter.objects.filter(kind="reminder").exists()
        assert CalendarEntry.objects.exclude(session=None).exists()
        assert tick() == (0, 0, 0, 0)


class Demonstration(TestCase):
    """Each test begins once it has been made, with its hour."""

    @classmethod
    def setUpTestData(cls):
        cls.enterClassContext(time_machine.travel(WEDNESDAY))
        environment = cls.enterClassContext(pytest.MonkeyPatch.context())
        environment.setenv("DEMO_PASSWORD", "of-the-tests-alone")
        states(35)
        cls.said = demo()

    def test_every_screen_has_something_to_show(self):
        replies = Reply.objects.all()
        assert set(replies.values_list("answer", flat=True)) == set(Answer.values)
        assert set(replies.values_list("channel", flat=True)) == set(Channel.values)
        assert {*replies.values_list("status", flat=True)} == {*Reply.Status.values} - {"set_aside"}
        assert replies.contested().count() == 1
        assert Correspondence.objects.unread().count() == 3
        assert Delivery.objects.get(state="failed").server_words.startswith("550 ")
        assert Delivery.objects.filter(state="uncertain").count() == 1
        assert Delivery.objects.get(state="queued").channel in {"pouch", "post"}
        assert Letter.objects.filter(state="composed", approved_by=None).count() == 2
        assert Delegation.objects.standing().exists()
        assert set(Delegate.objects.values_list("gender", flat=True)) >= {"m", "f"}
        assert PolicyStatement.objects.standing().exists()
        assert SpeakingSlot.objects.filter(position=2).exists()
        assert not CallListEntry.objects.exists()

    def test_past_is_past_and_agrees_with_itself(self):
        edition = ForumEdition.objects.get(symbol="demo")
        assert edition.circulars.get().dated_on == SIX_WEEKS_BACK
        assert edition.last_day == dt.date(2026, 12, 9)
        assert (edition.opens_on - edition.last_day).days >= 12 * 7
        letters_left = {"invitation": dt.date(2026, 10, 14), "reminder": dt.date(2026, 11, 18)}
        for kind, day in letters_left.items():
            gone = Delivery.objects.filter(letter__kind=kind, state="handed_over")
            assert {at.date() for at in gone.values_list("handed_over_at", flat=True)} == {day}
        reminded = Letter.objects.filter(kind="reminder")
        assert reminded.exists()
        for letter in reminded:
            earlier = letter.invitation.replies.standing().filter(received_at__lt=letter.planned_at)
            assert not earlier.exists()
        handed_over = Letter.objects.filter(deliveries__state="handed_over")
        acknowledged = handed_over.filter(kind="acknowledgement")
        assert set(acknowledged.values_list("reply", flat=True)) == set(
            Reply.objects.values_list("pk", flat=True)
        )
        today = timezone.now() - dt.timedelta(hours=10)
        assert not LetterEvent.objects.filter(at__gt=today).exists()
        assert not Reply.objects.filter(recorded_at__gt=today).exists()
        assert not Invitation.objects.filter(issued_at__gt=today).exists()
        put_in_force = LogEntry.objects.filter(additional_data__act="issued")
        issued = Invitation.objects.filter(status="issued").count()
        assert put_in_force.filter(timestamp__lt=today).count() == issued > 0

    def test_reply_link_is_that_of_a_silent_minister(self):
        lines = dict(line.split(": ", 1) for line in self.said)

        assert (lines["edition"], lines["drafter"], lines["approver"]) == (
            "demo",
            "drafter",
            "approver",
        )
        link = ReplyLink.objects.get(token=lines["reply link"].rsplit("/", 2)[1])
        assert not link.invitation.replies.standing().exists()
        assert self.client.get(lines["reply link"]).status_code == 302

    def test_second_run_changes_nothing(self):
        counts = [model.objects.count() for model in (Minister, Letter, Reply, User)]

        second = demo()

        assert second == ["The demonstration is here already.", *self.said]
        assert [model.objects.count() for model in (Minister, Letter, Reply, User)] == counts

    def test_two_users_have_approved_all_that_leaves_by_itself(self):
        drafter, approver = User.objects.order_by("-username")
        assert {group.name for group in drafter.groups.all()} == {"Drafters", "Registrars"}
        assert {group.name for group in approver.groups.all()} == {"Approvers", "Registrars"}
        assert all(user.is_staff and not user.is_superuser for user in (drafter, approver))
        assert drafter.check_password("of-the-tests-alone")
        assert not LetterTemplate.objects.filter(second_approver=None).exists()
        steps = ForumEdition.objects.get().reminder_steps.approved()
        assert list(steps.values_list("days_before", "medium", "variant")) == [
            (21, "mail", "first"),
            (7, "mail", "last"),
            (2, "call", ""),
            (28, "mail", "head"),
            (42, "mail", "speaker"),
            (14, "mail", "text"),
        ]


@time_machine.travel(WEDNESDAY)
def test_by_itself_it_makes_nobody_whose_codes_are_known():
    states(1)
    demo("--edition", "2020")

    assert set(User.objects.values_list("username", flat=True)) == {"drafter", "approver"}
    assert not Authenticator.objects.exists()


@time_machine.travel(WEDNESDAY)
def test_for_make_run_it_makes_seven_who_sign_in_by_the_same_codes(monkeypatch):
    states(1)
    demo("--edition", "2020")
    monkeypatch.setenv("DEMO_TOTP_SECRET", secret := "JBSWY3DPEHPK3PXP")

    said = demo("--edition", "2020")

    assert said[0] == "The demonstration is here already."
    staff = {user.username: user for user in User.objects.all()}
    assert {name: [str(group) for group in one.groups.all()] for name, one in staff.items()} == {
        "drafter": ["Drafters", "Registrars"],
        "approver": ["Approvers", "Registrars"],
        "second-approver": ["Approvers"],
        "registrar": ["Registrars"],
        "speakers-desk": ["Speakers' desk"],
        "reader": ["Readers"],
        "administrator": [],
    }
    assert [name for name, one in staff.items() if one.is_superuser] == ["administrator"]
    assert {decrypt(app.data["secret"]) for app in Authenticator.objects.all()} == {secret}
    assert Authenticator.objects.count() == 7
    assert all(one.email == f"{name}@example.org" for name, one in staff.items())


@time_machine.travel(WEDNESDAY)
def test_password_is_set_only_for_a_new_user(monkeypatch):
    states(1)
    demo("--edition", "2020")
    monkeypatch.setenv("DEMO_PASSWORD", "another-one")

    demo()

    assert User.objects.get(username="drafter").check_password("of-the-tests-alone")


def test_without_a_password_it_makes_nothing(monkeypatch):
    states(1)
    monkeypatch.delenv("DEMO_PASSWORD")

    with pytest.raises(CommandError, match="DEMO_PASSWORD"):
        demo()

    assert not ForumEdition.objects.exists()


@pytest.mark.parametrize("make", [MinisterFactory, InvitationFactory])
@pytest.mark.parametrize("arguments", [[], ["--edition", "2020"]])
def test_it_refuses_beside_ministers_that_it_did_not_make(make, arguments):
    make()

    with pytest.raises(CommandError, match="ministers that the demonstration did not make"):
        demo(*arguments)

    assert not User.objects.exists()


def test_it_refuses_beside_invitations_that_it_did_not_make():
    InvitationFactory(minister__ref="demo-ru")

    with pytest.raises(CommandError, match="invitations that the demonstration did not make"):
        demo()


def test_it_refuses_an_edition_of_its_symbol_that_it_did_not_make():
    EditionFactory(symbol="wsis-2020")
    states(1)

    with pytest.raises(CommandError, match="an edition wsis-2020"):
        demo("--edition", "2020")


def assert_facts_of_2020(lines, states):
    edition = ForumEdition.objects.get(symbol="wsis-2020")
    circular = Circular.objects.get()
    assert lines[0] == "edition: wsis-2020"
    assert (circular.reference, circular.dated_on) == ("CL-19/58", dt.date(2019, 12, 6))
    assert (edition.opens_on, edition.closes_on) == (dt.date(2020, 4, 6), dt.date(2020, 4, 9))
    assert edition.track_opens_on == dt.date(2020, 4, 7)
    assert edition.reply_before == dt.date(2020, 1, 15)
    assert edition.is_quiet(dt.date(2019, 12, 24))
    assert edition.is_quiet(dt.date(2020, 1, 3))
    assert (edition.name_en, edition.name_fr) == ("WSIS Forum 2020", "Forum 2020 du SMSI")
    assert "70/125" in edition.background_fr
    assert edition.reminder_steps.approved().count() == 3
    drafts = edition.invitations.filter(status="draft", is_principal=True)
    assert drafts.count() == edition.invitations.count() == states
    assert not Letter.objects.exists()


class EditionOf2020(TestCase):
    """All States that are on file, invited when they were."""

    @classmethod
    def setUpTestData(cls):
        cls.enterClassContext(time_machine.travel(CIRCULAR_2020))
        environment = cls.enterClassContext(pytest.MonkeyPatch.context())
        environment.setenv("DEMO_PASSWORD", "of-the-tests-alone")
        cls.said = demo("--edition", "2020")

    def test_it_has_its_facts_and_drafts_only(self):
        assert_facts_of_2020(self.said, 193)

    def test_each_invited_state_has_one_invented_minister(self):
        for minister in Minister.objects.select_related("member_state"):
            assert minister.language == minister.member_state.language
            assert minister.second_language == ""
            assert minister.to_emails.endswith("@example.org")
        assert Minister.objects.count() == MemberState.objects.invited().count() == 193
        assert set(Minister.objects.values_list("address_gender", flat=True)) == {"m", "f", "x"}
        in_script = Minister.objects.filter(language__in=["ar", "ru", "zh-hans"])
        assert not in_script.filter(name_in_script="").exists()


@time_machine.travel(WEDNESDAY)
def test_made_today_the_edition_of_2020_has_its_facts_too():
    states(6)

    assert_facts_of_2020(demo("--edition", "2020"), 6)


@time_machine.travel(CIRCULAR_2020)
def test_letters_of_2020_can_be_composed():
    states(6)
    demo("--edition", "2020")
    edition = ForumEdition.objects.get()

    call_command("compose_letters", "--edition", "wsis-2020", stdout=StringIO())

    letters = Letter.objects.filter(invitation__edition=edition, state="composed")
    assert letters.exclude(message="").count() == 6
    assert "15 janvier 2020" in letters.get(language="fr").paper


@pytest.mark.usefixtures("letters_not_set_in_type")
@time_machine.travel(WEDNESDAY)
@pytest.mark.parametrize("order", [("demo", "2020"), ("2020", "demo")])
def test_both_stand_side_by_side(order):
    states(6)

    for kind in order:
        demo(*(["--edition", kind] if kind == "2020" else []))

    assert Minister.objects.count() == 12
    assert Invitation.objects.filter(edition__symbol="wsis-2020", status="draft").count() == 6
    assert not HeldChange.objects.exists()
    assert tick() == (0, 0, 0, 0)


@pytest.mark.usefixtures("letters_not_set_in_type")
@pytest.mark.parametrize("count", [1, 4])
@time_machine.travel(WEDNESDAY)
def test_few_states_are_enough(count):
    states(count)

    demo()

    assert Invitation.objects.count() == count


def test_each_subject_of_2020_arrives_as_it_is():
    states(6)
    demo("--edition", "2020")
    kinds = ("invitation", "note", "reminder", "acknowledgement")

    for language in Language.values:
        invitation = Invitation.objects.filter(minister__language=language).first()
        for text in texts_in(language):
            if text.kind in kinds:
                letter = specimen_of(text, invitation)
                letter.subject, letter.mail, _pdf = render_specimen(letter, text, paper=False)
                assert_says(build_message(letter, {}).as_bytes(), mail_subject(letter))
