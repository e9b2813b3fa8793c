"""The first edition from its letters to its last day, as the ministers' mail server saw it."""

import datetime as dt
import email
import email.policy
import hashlib
import io
import random
import subprocess
import unicodedata
from collections import defaultdict
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
import time_machine
from aiosmtpd.controller import Controller
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import TestCase, override_settings
from django.utils import timezone, translation

from invitations.files.frozen import thaw
from invitations.letters.approval import approve_letter
from invitations.letters.composing_queue import compose_planned
from invitations.links import reply_url
from invitations.models import (
    CallListEntry,
    Delivery,
    FormOfAddress,
    ForumEdition,
    Invitation,
    Language,
    Letter,
    MemberState,
    Reply,
)
from invitations.outbox.arming import arm
from invitations.outbox.dispatch import dispatch_outbox
from invitations.reminders.planning import queue_reminders
from invitations.replies import record_reply
from invitations.tests.databases import AS_DEPLOYED
from invitations.text.dates import format_date
from wsis_forum.env import Mailbox

pytestmark = pytest.mark.walk

GENEVA = ZoneInfo("Europe/Zurich")
# As each language writes the last minute in which an answer is in time.
LAST_MINUTE = {"es": "23.59", "fr": "23 h 59", "zh-hans": "23时59分"}
LETTERS_LEAVE = dt.datetime(2019, 12, 6, 10, tzinfo=GENEVA)
DAYS = [dt.date(2019, 12, 7) + dt.timedelta(days=n) for n in range(41)]
HOLIDAYS = (dt.date(2019, 12, 24), dt.date(2020, 1, 3))
STEPS = FIRST, SECOND = dt.date(2019, 12, 23), dt.date(2020, 1, 7)
CALLS = dt.date(2020, 1, 10)
DEADLINE = dt.datetime(2020, 1, 15, tzinfo=GENEVA)
WALK_ENDS = dt.datetime(2020, 1, 17, tzinfo=GENEVA)
REMINDER = ("Reminder", "Rappel", "Recordatorio", "Напоминание", "提醒", "تذكير")
JOBS = (queue_reminders, compose_planned, dispatch_outbox)


class Mail(NamedTuple):
    """One transaction with the peer, and the hour of it by the clock of the test."""

    at: dt.datetime
    address: str
    message_id: str
    subject: str
    marked: str
    attached: str
    sha256: str

    @property
    def day(self):
        return geneva_day(self.at)

    @property
    def office(self):
        """The State whose letter is attached."""
        return self.attached.removesuffix(".pdf")[-3:]

    @property
    def step(self):
        return FIRST if any(word in self.subject for word in REMINDER) else SECOND


class Peer:
    """The mail server of all ministers."""

    def __init__(self):
        self.received = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 -- aiosmtpd's name
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        name, content = attached_pdf(message)
        for address in envelope.rcpt_tos:
            mail = Mail(
                at=timezone.now(),
                address=address,
                message_id=message["Message-ID"],
                subject=message["Subject"],
                marked=message["Auto-Submitted"] or "",
                attached=name,
                sha256=hashlib.sha256(content).hexdigest(),
            )
            self.received.append(mail)
        return "250 taken"

    def reminders(self):
        offices = defaultdict(list)
        for mail in self.received:
            if mail.marked == "auto-generated":
                offices[mail.office].append(mail)
        return offices


class Said(NamedTuple):
    """What an office says in the walk, and when."""

    at: dt.datetime
    invitation: Invitation
    answer: str


# WeasyPrint leaves its colour profile open.
@pytest.mark.filterwarnings(r"ignore:unclosed file .*sRGB2014\.icc:ResourceWarning")
class Edition2020(TestCase):
    """Each test begins on the evening of the day on which all letters left."""

    @classmethod
    def setUpClass(cls):
        cls.peer = Peer()
        port = cls.enterClassContext(listening(cls.peer))
        mailbox = Mailbox("smtp", "127.0.0.1", port, security="none")
        cls.enterClassContext(override_settings(MAILBOX=mailbox))
        environment = cls.enterClassContext(pytest.MonkeyPatch.context())
        environment.setenv("DEMO_PASSWORD", "of-the-tests-alone")
        super().setUpClass()

    @classmethod
    def setUpTestData(cls):
        cls.enterClassContext(override_settings(ARMING_KEY=arm()))
        manage("load_member_states")
        if not AS_DEPLOYED:
            invite_some()
        with time_machine.travel(LETTERS_LEAVE):
            manage("demo", edition="2020")
            manage("compose_letters", edition="wsis-2020")
            approver = User.objects.get(username="approver")
            for letter in Letter.objects.all():
                approve_letter(letter, approver, letter.sha256, letter.message_sha256)
            dispatch_outbox()
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        cls.edition = ForumEdition.objects.get(symbol="wsis-2020")
        cls.letters = tuple(cls.peer.received)

    def setUp(self):
        self.peer.received = list(self.letters)

    def test_each_delivery_of_all_letters_arrives_exactly_once(self):
        self.check_each_delivery_arrived_once()

        invited = MemberState.objects.invited().count()
        assert len({mail.message_id for mail in self.letters}) == invited
        assert len({mail.office for mail in self.letters}) == invited
        assert invited == 193 or not AS_DEPLOYED
        assert {mail.day for mail in self.letters} == {LETTERS_LEAVE.date()}
        assert set(Delivery.objects.values_list("state", flat=True)) == {"handed_over"}

    def test_each_letter_on_paper_says_in_its_language_what_it_has_to(self):
        letters = Letter.objects.filter(sha256__in={mail.sha256 for mail in self.letters})

        assert {letter.language for letter in letters} == set(Language.values)
        assert letters.count() == MemberState.objects.invited().count()
        for letter in letters:
            text = words_on_paper(letter)
            missing = [said for said in said_on_paper(letter) if letters_of(said) not in text]
            assert not missing, (letter, text)

    def test_silent_office_gets_two_reminders_and_one_call_where_no_day_is_missed(self):
        walk((moment, job) for day in DAYS for moment in [hour(day, 9)] for job in JOBS)

        self.check_each_delivery_arrived_once()
        assert self.peer.reminders().keys() == {mail.office for mail in self.letters}
        originals = {mail.office: mail.sha256 for mail in self.letters}
        for office, mails in self.peer.reminders().items():
            assert list({mail.message_id: mail.day for mail in mails}.values()) == [FIRST, SECOND]
            assert {mail.sha256 for mail in mails} == {originals[office]}
            assert all("CL-19/58" in mail.subject for mail in mails)
        for invitation in self.edition.invitations.issued():
            entry = invitation.call_list_entries.get()
            assert geneva_day(entry.listed_at) == CALLS

    def test_uneven_days_remind_each_silent_office_and_none_that_has_answered(self):
        chance = random.Random(2020)
        ticks = list(uneven_ticks(chance))
        replies = list(uneven_replies(chance, self.edition, ticks))
        answers = ((said.at, partial(answer, said)) for said in replies)

        walk([*ticks, *answers, *((WALK_ENDS, job) for job in JOBS)])

        self.check_each_delivery_arrived_once()
        reminders = self.peer.reminders()
        offices = {mail.office for mail in self.letters}
        silent = offices - {state(said) for said in replies}
        assert len(silent) > len(offices) / 4
        assert silent <= reminders.keys()
        for mails in reminders.values():
            check_days(mails)
            check_one_letter_for_each_step(mails)
        for said in replies:
            check_silence_after(said, reminders[state(said)])
        acknowledged = {m.message_id for m in self.peer.received if m.marked == "auto-replied"}
        assert len(acknowledged) == Reply.objects.count() == len(replies)

    def check_each_delivery_arrived_once(self):
        arrived = [(mail.message_id, mail.address) for mail in self.peer.received]
        handed_over = Delivery.objects.filter(state="handed_over")
        assert len(arrived) == len(set(arrived))
        assert set(arrived) == set(handed_over.values_list("letter__message_id", "address"))


def invite_some():
    """Let a sixteenth of the States of each language be invited, and who has forms of their own."""
    with_own_forms = FormOfAddress.objects.filter(form="MIN", member_state__isnull=False)
    for language in Language.values:
        states = MemberState.objects.invited().filter(language=language).order_by("iso3")
        kept = [
            *states.values_list("pk", flat=True)[::16],
            *with_own_forms.filter(language=language).values_list("member_state", flat=True),
        ]
        states.exclude(pk__in=kept).update(invited_by_default=False)


def check_days(mails):
    for mail in mails:
        assert mail.at < DEADLINE
        assert mail.day >= mail.step
        assert mail.day.weekday() < 5
        assert not HOLIDAYS[0] <= mail.day <= HOLIDAYS[1]


def check_one_letter_for_each_step(mails):
    letters = {mail.message_id: mail for mail in mails}.values()
    steps = [letter.step for letter in letters]
    days = [letter.day for letter in letters]
    assert len(set(steps)) == len(steps)
    assert len(set(days)) == len(days)


def check_silence_after(said, mails):
    """An answer ends the reminders; a holding reply stands in for the next one."""
    later = [mail for mail in mails if mail.at > said.at]
    calls = CallListEntry.objects.filter(invitation=said.invitation, listed_at__gt=said.at)
    if said.answer != "holding":
        assert not later
        assert not calls.exists()
        return
    reminded = {mail.step for mail in mails if mail.at < said.at}
    open_steps = [step for step in STEPS if step > max(reminded, default=dt.date.min)]
    come = [step for step in open_steps if step <= geneva_day(said.at)]
    skipped = come[-1:] or open_steps[:1]
    assert not [mail for mail in later if mail.step in skipped]


def walk(events):
    """Carry out each act at its moment; those of one moment in the order given."""
    with time_machine.travel(LETTERS_LEAVE, tick=False) as clock:
        for moment, act in sorted(events, key=lambda event: event[0]):
            clock.move_to(moment)
            act()


def uneven_ticks(chance):
    """Some days are missed, some run many times, also at midnight; the three jobs drift apart."""
    for day in DAYS:
        for _ in range(chance.choice([0, 0, 0, 1, 1, 1, 20 if AS_DEPLOYED else 5])):
            second = chance.choice([0, 86399, chance.randrange(86400), chance.randrange(86400)])
            moment = hour(day, 0) + dt.timedelta(seconds=second)
            for job in JOBS:
                yield moment, job
                moment += dt.timedelta(seconds=chance.randrange(1, 40))


def uneven_replies(chance, edition, ticks):
    """Many answer between the jobs of a tick; half of the answers are followed by another."""
    habits = [[], [], [], ["holding"], ["in_person"], ["regrets", "written"], ["holding", "video"]]
    moments = [moment for moment, _job in ticks]
    for invitation in edition.invitations.issued().select_related("member_state"):
        for answered in chance.choice(habits):
            seconds = chance.choice([chance.randrange(40), chance.randrange(864000)])
            moment = chance.choice(moments) + dt.timedelta(seconds=seconds + 0.5)
            yield Said(min(moment, WALK_ENDS), invitation, answered)


def answer(said):
    record_reply(said.invitation, {"answer": said.answer})


def state(said):
    return said.invitation.member_state.iso3


def hour(day, number):
    return dt.datetime.combine(day, dt.time(number), GENEVA)


def geneva_day(at):
    return at.astimezone(GENEVA).date()


def attached_pdf(message):
    for part in message.iter_attachments():
        if part.get_content_type() == "application/pdf":
            return part.get_filename(), part.get_content()
    return "", b""


def manage(command, **options):
    call_command(command, stdout=io.StringIO(), **options)


class OnAnyPort(Controller):
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def said_on_paper(letter):
    invitation, language = letter.invitation, letter.language
    minister, state = invitation.minister, invitation.member_state
    assert language == state.language == minister.language
    gender = minister.address_gender
    forms = FormOfAddress.objects.filter(language=language, form="MIN", gender=gender)
    form = forms.filter(member_state=state).first() or forms.get(member_state=None)
    is_russian = language == "ru"
    name = minister.name_in_dative if is_russian else minister.name_in_script or minister.name
    with translation.override(language):
        edition = ForumEdition.objects.get(pk=invitation.edition_id)
        return [
            name,
            form.courtesy_dative if is_russian else form.courtesy,
            form.title_dative if is_russian else form.title,
            form.salutation,
            form.closing,
            minister.portfolio_in_dative if is_russian else minister.portfolio,
            state.name_on_paper(language, letter.circular.dated_on),
            edition.name,
            edition.theme,
            edition.time_zone_name,
            format_date(dt.date(2020, 1, 15), language),
            format_date(dt.date(2020, 1, 14), language),
            LAST_MINUTE.get(language, "23:59"),
            reply_url(invitation.links.get()),
            invitation.links.get().code,
            letter.check_code,
            "CL-19/58",
        ]


def words_on_paper(letter):
    command = ["pdftotext", "-", "-"]
    pdf = thaw(letter.pdf.name, letter.sha256)
    return letters_of(
        subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()
    )


def letters_of(text):
    """Letters and digits alone: how they are joined is the business of the face."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isalnum())


@contextmanager
def listening(peer):
    controller = OnAnyPort(peer, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
