import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from invitations.files.frozen import thaw
from invitations.inbox.filing import assign_mail, file_mail
from invitations.mail.transport import return_path
from invitations.models import Correspondence, Invitation, Letter
from invitations.reminders.planning import queue_reminders
from invitations.replies import mark_dealt_with
from invitations.tests.databases import examples_of
from invitations.tests.factories import (
    DeliveryFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
    MissionFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.reports import written

OURS = "<letter-1@forum.example.org>"
STRANGER = "stranger@example.org"

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    """An invitation whose minister writes from office@example.org."""
    return InvitationFactory(minister__to_emails="Office@example.org\nsecond@example.org")


def answering(name=OURS, **words):
    return written(more=f"In-Reply-To: {name}", sender=STRANGER, **words)


def letter_to(invitation, name=OURS, **fields):
    return LetterFactory(invitation=invitation, message_id=name, **fields)


# What is kept


def test_mail_is_filed_with_its_sender_its_first_lines_and_its_hour(office):
    at = timezone.now() - dt.timedelta(hours=3)

    filed = file_mail(written("The Minister will come.\n\nWith best regards\n"), at)

    assert (filed.invitation, filed.channel, filed.received_at) == (office, "mail", at)
    assert filed.sender == "Fritz von Tarlenheim <office@example.org>"
    assert filed.summary == "Re: Invitation\nThe Minister will come.\nWith best regards"
    assert (filed.message_id, filed.recorded_by) == ("<answer-1@example.org>", None)


def test_mail_is_kept_byte_for_byte(office):
    content = written()

    filed = file_mail(content)

    assert thaw(filed.message.name, filed.message_sha256) == content
    assert filed.message.name.startswith("intray/")


def test_mail_of_a_clock_that_runs_ahead_was_received_now(office):
    filed = file_mail(written(), timezone.now() + dt.timedelta(days=1))

    assert filed.received_at <= timezone.now()


def test_the_summary_quotes_neither_our_letter_nor_its_reply_link(office):
    filed = file_mail(
        written(
            "We answered at https://forum.example.org/r/abcd2345/\n"
            "Code: bcdf-ghjk-mnpq\n> Excellency,\nThanks\n"
        )
    )

    assert "abcd2345" not in filed.summary
    assert "Excellency" not in filed.summary
    assert filed.summary.endswith("/r/…/\nCode: …\nThanks")


@pytest.mark.parametrize(
    "quoted",
    [
        "https://forum.example.org/r/kwfdud8qt7e8nyrk8ktv5/",
        "kwfdud8qt7e8nyrk8ktv5",
        "bcdf-ghjk-mnpq",
        "bcdfghjkmnpq",
        "BCDF GHJK MNPQ",
        "bcdf–ghjk–mnpq",
    ],
)
def test_the_summary_holds_no_link_and_no_code_wherever_and_however_they_stand(office, quoted):
    in_words = file_mail(written(f"We answer: {quoted}", name="<1@example.org>"))
    in_subject = file_mail(written(subject=f"Re: {quoted}", name="<2@example.org>"))

    for filed in (in_words, in_subject):
        assert "…" in filed.summary
        assert quoted not in filed.summary


def test_of_a_page_the_words_are_kept(office):
    page = "<style>p{}</style><p>The Minister&nbsp;<b>will</b> come.</p><p>Regards</p>"

    filed = file_mail(written(page, more="Content-Type: text/html"))

    assert filed.summary == "Re: Invitation\nThe Minister\xa0will come.\nRegards"


def test_the_plain_text_goes_before_the_page(office):
    more = 'MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary="f"'
    text = (
        "--f\nContent-Type: text/html\n\n<p>page</p>\n"
        "--f\nContent-Type: text/plain\n\nplain\n--f--\n"
    )

    assert file_mail(written(text, more=more)).summary == "Re: Invitation\nplain"


# Once


def test_the_same_mail_read_twice_is_filed_once(office):
    assert file_mail(written())

    assert file_mail(written()) is None
    assert file_mail(b"Received: by another way\r\n" + written()) is None
    assert Correspondence.objects.count() == 1


def test_mail_without_a_message_id_is_filed_once(office):
    assert file_mail(written(name=""))

    assert file_mail(written(name="")) is None
    assert file_mail(written("Another one.\n", name=""))


def test_another_mail_under_a_used_message_id_is_not_lost(office):
    file_mail(written("The Minister will come.\n"))

    assert file_mail(written("The Minister will not come.\n"))

    assert Correspondence.objects.count() == 2


def test_a_message_id_longer_than_any_is_no_message_id(office):
    filed = file_mail(written(name=f"<{'a' * 400}@example.org>"))

    assert filed.message_id == f"sha256:{filed.message_sha256}"


# Whose it is


@pytest.mark.parametrize(
    "more",
    [
        f"In-Reply-To: {OURS}",
        f"References: <first@example.net> {OURS} <last@example.net>",
        f"References: <first@example.net>\n\t{OURS}",
    ],
)
def test_mail_that_answers_a_letter_belongs_to_its_invitation(more):
    letter = letter_to(InvitationFactory())

    filed = file_mail(written(sender=STRANGER, more=more))

    assert filed.invitation == letter.invitation


def test_any_letter_of_the_invitation_may_be_answered(office):
    letter_to(office, kind="acknowledgement", state="planned", reply=reply_of(office))

    assert file_mail(answering()).invitation == office


def reply_of(invitation):
    return invitation.replies.create(answer="in_person", status="standing")


def test_the_letter_that_is_answered_goes_before_the_sender(office):
    letter = letter_to(InvitationFactory())

    filed = file_mail(written(more=f"In-Reply-To: {OURS}"))

    assert filed.invitation == letter.invitation != office


def test_mail_sent_to_the_envelope_sender_belongs_to_that_delivery():
    delivery = DeliveryFactory(envelope="abcd2345efgh6789")

    filed = file_mail(written(sender=STRANGER, to=return_path(delivery.envelope)))

    assert filed.invitation == delivery.letter.invitation


def test_an_answer_to_two_letters_leaves_the_choice_to_a_person():
    for number in (1, 2):
        letter_to(InvitationFactory(), f"<letter-{number}@forum.example.org>")

    filed = file_mail(
        written(more="References: <letter-1@forum.example.org> <letter-2@forum.example.org>")
    )

    assert filed.invitation is None


@pytest.mark.parametrize(("covered", "is_known"), [(1, True), (2, False)])
def test_the_answer_to_a_note_is_that_of_the_one_letter_it_covers(covered, is_known):
    mission = MissionFactory()
    letters = [letter_to(InvitationFactory(), f"<{n}@x>") for n in range(covered)]
    note = letter_to(letters[0].invitation, kind="note", mission=mission)
    note.covers.set(letters)

    filed = file_mail(answering())

    assert filed.invitation == (letters[0].invitation if is_known else None)


@pytest.mark.parametrize("address", ["office@example.org", "SECOND@example.org"])
def test_the_office_is_known_by_each_of_its_addresses(office, address):
    assert file_mail(written(sender=f"Somebody <{address}>")).invitation == office


@pytest.mark.parametrize(
    "fields",
    [
        {"minister__cc_emails": "cabinet@example.org"},
        {"focal_point_email": "Cabinet@example.org"},
    ],
)
def test_copies_and_focal_points_are_known_too(fields):
    invitation = InvitationFactory(**fields)

    assert file_mail(written(sender="cabinet@example.org")).invitation == invitation


def test_part_of_an_address_is_another_address():
    InvitationFactory(minister__to_emails="office@example.org.ruritania.example.net")

    assert file_mail(written()).invitation is None


def test_an_assistant_of_two_ministers_leaves_the_choice_to_a_person(office):
    InvitationFactory(edition=office.edition, focal_point_email="office@example.org")

    assert file_mail(written()).invitation is None


def test_a_mission_of_one_state_writes_for_its_principal_invitation():
    mission = MissionFactory(emails="office@example.org")
    state = MemberStateFactory()
    mission.states.add(state)
    principal = InvitationFactory(minister__member_state=state)
    InvitationFactory(
        minister__member_state=state,
        minister__family_name="Rupert",
        edition=principal.edition,
        is_principal=False,
    )

    assert file_mail(written()).invitation == principal


def test_a_mission_of_two_states_leaves_the_choice_to_a_person():
    mission = MissionFactory(emails="office@example.org")
    edition = EditionFactory()
    for _number in range(2):
        invitation = InvitationFactory(edition=edition)
        mission.states.add(invitation.member_state)

    assert file_mail(written()).invitation is None


def test_of_two_editions_the_one_that_is_not_over_is_meant(office):
    over = EditionFactory(
        **{
            name: dt.date(2020, 4, 6)
            for name in ("opens_on", "closes_on", "track_opens_on", "track_closes_on")
        },
        reply_before=dt.date(2020, 1, 15),
    )
    InvitationFactory(minister=office.minister, edition=over)

    with time_machine.travel(dt.datetime(2027, 3, 1, tzinfo=dt.UTC)):
        assert file_mail(written()).invitation == office


def test_an_edition_that_is_postponed_is_not_over_though_its_earlier_days_are(office):
    later = EditionFactory(
        **{
            name: dt.date(2028, 5, 8)
            for name in ("opens_on", "closes_on", "track_opens_on", "track_closes_on")
        },
        reply_before=dt.date(2028, 4, 3),
    )
    InvitationFactory(minister=office.minister, edition=later)
    type(later).objects.filter(pk=office.edition_id).update(postponed_at=timezone.now())

    with time_machine.travel(dt.datetime(2027, 6, 1, tzinfo=dt.UTC)):
        # It may be either, and a person says which.
        assert file_mail(written()).invitation is None


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
def test_an_invitation_that_is_not_in_force_gets_no_mail_by_its_sender(office, status):
    Invitation.objects.filter(pk=office.pk).update(status=status)

    assert file_mail(written()).invitation is None


def test_mail_of_nobody_known_waits_for_a_person():
    filed = file_mail(written(sender=STRANGER))

    assert filed.invitation is None
    assert list(Correspondence.objects.unread().unmatched()) == [filed]


# What it holds


@pytest.fixture
def silent(reached, approved_texts):
    """An office that is reminded on 10 March 2027, and writes from office@example.org."""
    edition = EditionFactory()
    StepFactory(edition=edition)
    return reached(edition=edition, minister__to_emails="office@example.org")


def reminders_of_march():
    with time_machine.travel(dt.datetime(2027, 3, 10, 9, tzinfo=dt.UTC)):
        queue_reminders()
    return Letter.objects.in_force().filter(kind="reminder").count()


def test_mail_of_a_person_holds_the_offices_reminder_until_somebody_has_looked(silent):
    filed = file_mail(written())

    assert reminders_of_march() == 0
    mark_dealt_with(filed, UserFactory())
    assert reminders_of_march() == 1


def test_mail_that_comes_after_the_planning_calls_the_reminder_back(silent):
    assert reminders_of_march() == 1

    file_mail(written())

    assert reminders_of_march() == 0


@pytest.mark.parametrize(
    "more",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; owner=x",
        "Precedence: bulk",
        "Precedence: JUNK",
        "Precedence: auto_reply",
        "X-Autoreply: yes",
        "Return-Path: <>",
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b",
    ],
)
def test_automatic_mail_is_filed_and_holds_nothing(silent, more):
    filed = file_mail(written("I am out of the office.\n", more=more))

    assert (filed.invitation, filed.is_automatic, filed.dealt_with_by) == (silent, True, None)
    assert filed.dealt_with_at
    assert reminders_of_march() == 1


@pytest.mark.parametrize(
    "more", ["", "Auto-Submitted: no", "Precedence: list", "X-Auto-Response-Suppress: All"]
)
def test_mail_of_a_person_is_not_automatic(silent, more):
    assert file_mail(written(more=more)).is_automatic is False


def test_mail_of_nobody_known_holds_reminders_once_somebody_says_whose_it_is(silent):
    filed = file_mail(written(sender=STRANGER))
    assert reminders_of_march() == 1

    assign_mail(filed, silent, UserFactory())

    assert filed.invitation == silent
    assert reminders_of_march() == 0


def test_mail_that_our_server_disowns_holds_no_reminder_before_a_person_says_whose_it_is(silent):
    failed = "Authentication-Results: mx.forum.example.org; dmarc=fail header.from=example.org"
    filed = file_mail(written(more=failed))
    assert reminders_of_march() == 1

    assign_mail(filed, silent, UserFactory())

    assert reminders_of_march() == 0


def test_whose_mail_it_is_can_be_said_once(silent):
    filed = file_mail(written())

    with pytest.raises(ValidationError, match="Somebody has said already"):
        assign_mail(filed, InvitationFactory(), UserFactory())

    filed.refresh_from_db()
    assert filed.invitation == silent


def test_mail_cannot_belong_to_an_invitation_that_is_not_in_force():
    filed = file_mail(written(sender=STRANGER))

    with pytest.raises(ValidationError, match="not in force"):
        assign_mail(filed, InvitationFactory(status="withdrawn"), UserFactory())


def test_no_machine_answers(silent, peer):
    file_mail(written())

    assert not peer.taken
    assert not Letter.objects.filter(kind="acknowledgement").exists()


# Whatever comes


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (b"Subject: =?utf-8?q?R=C3=A9ponse?=", "Réponse"),
        (b"Subject: =?windows-1251?b?z/Do4uXy?= again", "Привет again"),
        ("Subject: Réponse".encode(), "Réponse"),
        (b"Subject: =?klingon?b?////?=", "\ufffd\ufffd\ufffd"),
        (b"Subject: =?utf-8?b?a?=", "=?utf-8?b?a?="),
        (b"Subject: a\0b\x1b[31m", "ab[31m"),
        (b"Subject: =?utf-8?q?=E2=80=AEgpj?=", "gpj"),
        (b"Subject: " + b"a" * 100_000, "a" * 300),
        (b"", "The Minister will come."),
    ],
)
def test_a_subject_is_read_whatever_is_wrong_with_it(sent, shown):
    content = written().replace(b"Subject: Re: Invitation\r\n", sent + b"\r\n" if sent else b"")

    assert file_mail(content).summary.split("\n")[0] == shown


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        b"From: " + b"(" * 9000 + b"\r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n",
        b"Content-Type: text/plain; charset=utf-7\r\n\r\n+/v8-\r\n",
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n\xff=\r\n",
        b"References: " + b"<" * 50_000 + b"\r\n\r\nx",
    ],
)
def test_what_is_hardly_a_mail_is_filed_all_the_same(content):
    assert file_mail(content).invitation is None


def test_parts_within_parts_without_end_are_filed():
    part = b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n"
    parts = b"".join(part % (n, n + 1) for n in range(1500))

    head = b"Subject: deep\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n"
    filed = file_mail(head + parts)

    assert filed.summary == "deep\nParts of it could not be read: open the mail itself."


@pytest.mark.parametrize("tag", [b"<!--", b"<a ", b"<a a='", b"<", b"</a", b"<?", b"&#"])
def test_a_page_made_to_keep_a_reader_busy_is_read_in_no_time(tag):
    content = b"Content-Type: text/html\r\n\r\n" + tag * 100_000

    before = timezone.now()
    file_mail(content)

    assert timezone.now() - before < dt.timedelta(seconds=5)


class HostileMail(TestCase):
    @settings(max_examples=examples_of(100))
    @given(st.binary(max_size=400), st.integers(0, 300))
    def test_nothing_in_a_mail_stops_its_being_filed(self, noise, place):
        content = written(more="Content-Type: text/html; charset=utf-16")

        file_mail(content[:place] + noise + content[place:])
