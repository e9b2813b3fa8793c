import datetime as dt
import subprocess
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime

import icalendar
import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from invitations.files.frozen import freeze, thaw
from invitations.letters.approval import approve_letter
from invitations.letters.circulars import plan_invitation_letters
from invitations.letters.composing import compose
from invitations.letters.composing_queue import compose_planned
from invitations.letters.pdf import markdown
from invitations.letters.words import fill, unmarked
from invitations.links import reply_url
from invitations.models import Delivery, Letter, LetterTemplate, Term
from invitations.reminders.planning import queue_reminders
from invitations.replies import record_reply
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MissionFactory,
    StepFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def message_of(letter):
    content = thaw(letter.message.name, letter.message_sha256)
    return message_from_bytes(content, policy=policy.default)


def text_of(letter):
    return message_of(letter).get_body(("plain",)).get_content()


def ask(pdf, *command):
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()


def printed(letter):
    pdf = thaw(letter.pdf.name, letter.sha256)
    return " ".join(ask(pdf, "pdftotext", "-", "-").split())


def drafted(**fields):
    draft = InvitationFactory(status="draft", issued_at=None, **fields)
    if not draft.edition.circulars.exists():
        CircularFactory(edition=draft.edition)
    return draft


@pytest.fixture
def acknowledged(reached, approved_texts):
    """Make a reply, compose its acknowledgements, and give them by variant."""

    def make(words, **fields):
        reply = record_reply(reached(**fields), words)
        compose_planned()
        return {letter.variant: letter for letter in reply.acknowledgements.all()}

    return make


def test_planning_makes_a_row_without_words_for_each_draft_once():
    draft = drafted()
    InvitationFactory(edition=draft.edition)

    planned = [plan_invitation_letters(draft.edition) for _number in range(2)]

    letter = draft.letters.get()
    assert planned == [1, 0]
    assert (letter.state, letter.mail, letter.pdf.name) == (Letter.State.PLANNED, "", "")
    assert letter.events.get().state == Letter.State.PLANNED


def test_planning_can_be_limited_to_chosen_invitations():
    chosen = drafted()
    drafted(edition=chosen.edition)

    plan_invitation_letters(chosen.edition, chosen.edition.invitations.filter(pk=chosen.pk))

    assert Letter.objects.get().invitation == chosen


def test_a_circular_to_principal_invitations_leaves_the_others_alone():
    edition = EditionFactory()
    CircularFactory(edition=edition, audience="principal")
    drafted(edition=edition, is_principal=False)

    assert plan_invitation_letters(edition) == 0


def test_an_edition_without_a_circular_has_nothing_to_plan_by():
    with pytest.raises(ValidationError, match="no circular of invitation"):
        plan_invitation_letters(EditionFactory())

    assert not Letter.objects.exists()


def test_the_letter_on_paper_says_all_that_it_has_to(composed):
    letter = composed(member_state__formal_name_en="Kingdom of Ruritania")

    text = printed(letter)

    edition = letter.invitation.edition
    for element in (
        letter.circular.reference,
        "Geneva, 1 February 2027",
        "H.E. Ms. Flavia Elphberg",
        "Minister of Communications",
        "Kingdom of Ruritania",
        "Excellency,",
        "Building bridges",
        "10–14 May 2027, Geneva",
        "policy statement",
        "11–12 May 2027",
        "opening segment",
        "interactive policy dialogues",
        "Ministerial Round Table",
        "WSIS Prizes ceremony",
        "high-level networking programme",
        "gender equality",
        "include women",
        "before 1 April 2027",
        "31 March 2027 at 23:59, Geneva time",
        "by correspondence",
        edition.partnership_link,
        edition.website,
        edition.background,
        edition.organizers,
        "Fritz von Tarlenheim",
        "+41 22 555 0100",
        "+41 22 555 0101",
        "forum@example.org",
        "Michael Strelsau",
        "Secretary-General",
        "(original signed)",
        reply_url(letter.invitation.links.get()),
    ):
        assert element in text


def test_the_frozen_pdf_is_tagged_and_an_archive_copy(composed):
    letter = composed()

    content = thaw(letter.pdf.name, letter.sha256)

    assert content.startswith(b"%PDF-")
    assert "Tagged: yes" in " ".join(ask(content, "pdfinfo", "-").split())
    assert "pdfaid:part" in ask(content, "pdfinfo", "-meta", "-")


def test_a_french_letter_is_french(composed):
    letter = composed(language="fr", portfolio="Ministre des communications")

    text = printed(letter)

    assert letter.language == "fr"
    assert "Madame la Ministre," in text
    assert "avant le 1er avril 2027" in text


def test_composing_says_who_and_when_and_leaves_an_event():
    draft = drafted()
    plan_invitation_letters(draft.edition)
    drafter = UserFactory()

    assert compose(draft.letters.get(), drafter)

    letter = draft.letters.get()
    assert (letter.state, letter.composed_by) == (Letter.State.COMPOSED, drafter)
    assert letter.events.latest("pk").actor == drafter


def test_the_words_stay_when_template_and_edition_change(composed):
    letter = composed()
    LetterTemplate.objects.update(mail="Other words.")
    letter.invitation.edition.theme = "Another theme"
    letter.invitation.edition.save(update_fields=["theme"])

    compose_planned()

    letter.refresh_from_db()
    assert "I have the honour" in letter.mail
    assert "I have the honour" in text_of(letter)


def test_a_letter_is_composed_once(composed):
    letter = composed()
    planned = Letter.objects.get()
    before = (letter.sha256, letter.message_sha256, letter.composed_at)

    assert not compose(planned)

    letter.refresh_from_db()
    assert (letter.sha256, letter.message_sha256, letter.composed_at) == before
    assert letter.events.filter(state="composed").count() == 1


def test_a_letter_that_another_worker_composes_is_left_to_it():
    draft = drafted()
    plan_invitation_letters(draft.edition)
    in_a_minute = timezone.now() + dt.timedelta(minutes=1)
    draft.letters.update(composing_until=in_a_minute)

    assert compose_planned() == 0

    with time_machine.travel(in_a_minute + dt.timedelta(minutes=1)):
        assert compose_planned() == 1


def test_composing_stops_when_its_time_is_over():
    plan_invitation_letters(drafted().edition)

    assert compose_planned(within=dt.timedelta(seconds=-1)) == 0


def test_a_text_missing_in_a_language_is_named_and_the_letter_waits(capsys):
    draft = drafted(minister__language="ru", edition__theme_ru="", edition__place_ru="")

    said = call_command("compose_letters", edition=draft.edition.symbol)

    assert said == "0 letters composed. 1 wait: Missing in Russian: place, theme."
    assert draft.letters.get().state == Letter.State.PLANNED
    assert capsys.readouterr().out.strip() == said


def test_a_text_that_no_language_has_is_not_missing(composed):
    letter = composed(language="ru", edition=EditionFactory(background=""))

    assert letter.state == Letter.State.COMPOSED


def test_a_letter_without_a_term_of_its_language_waits():
    Term.objects.filter(language="es", key="original_signed").delete()
    draft = drafted(minister__language="es")

    said = call_command("compose_letters", edition=draft.edition.symbol)

    assert "Missing in Spanish: the terms original_signed." in said


def test_a_missing_text_leaves_the_letter_planned_with_an_event():
    draft = drafted()
    plan_invitation_letters(draft.edition)
    LetterTemplate.objects.filter(kind="invitation").delete()

    composed = [compose_planned()]
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=6)):
        composed.append(compose_planned())

    letter = draft.letters.get()
    assert composed == [0, 0]
    assert letter.state == Letter.State.PLANNED
    assert letter.events.filter(because__startswith="No approved text").count() == 1


def test_one_letter_without_a_text_does_not_keep_the_others():
    draft = drafted(minister__language="fr")
    drafted(edition=draft.edition)
    plan_invitation_letters(draft.edition)
    LetterTemplate.objects.filter(language="fr").delete()

    assert compose_planned() == 1

    assert draft.letters.get().state == Letter.State.PLANNED


def test_the_message_has_the_headers_of_a_letter(composed):
    mission = MissionFactory(emails="mission@example.org")
    letter = composed(
        to_emails="office@example.org\ncabinet@example.org", cc_emails="pr@example.org"
    )
    before = [pair[1] for pair in letter.recipients]
    mission.states.add(letter.invitation.member_state)

    message = message_of(letter)

    assert message["To"] == "office@example.org, cabinet@example.org"
    assert message["Cc"] == "pr@example.org"
    assert before == ["office@example.org", "cabinet@example.org", "pr@example.org"]
    assert message["From"] == "WSIS Forum <wsis-forum@example.org>"
    assert message["Reply-To"] == "forum@example.org"
    assert message["Subject"] == "WSIS Forum 2027: invitation to deliver a policy statement"
    assert message["Message-ID"] == letter.message_id
    assert message["Auto-Submitted"] is None
    assert message["Bcc"] is None


def test_no_message_carries_the_marks_of_mass_mail(composed, acknowledged):
    for letter in (composed(), *acknowledged({"answer": "regrets"}).values()):
        message = message_of(letter)

        for mark in ("List-Unsubscribe", "Precedence", "Bcc", "X-Mailer"):
            assert message[mark] is None
        assert [part.get_content_type() for part in message.walk()][1:2] != ["text/html"]


def test_the_mission_of_the_forum_s_city_is_in_copy_once(composed):
    edition = EditionFactory(mission_city="Geneva")
    draft = drafted(edition=edition, minister__to_emails="office@example.org")
    for city, email in (
        ("Geneva", "mission@example.org\nOFFICE@example.org"),
        ("New York", "elsewhere@example.org"),
    ):
        MissionFactory(city=city, emails=email).states.add(draft.member_state)
    plan_invitation_letters(edition)

    compose_planned()

    letter = draft.letters.get()
    assert letter.recipients == [["to", "office@example.org"], ["cc", "mission@example.org"]]
    assert message_of(letter)["Cc"] == "mission@example.org"


def test_the_link_stands_alone_on_a_line_of_the_mail(composed):
    letter = composed()

    assert reply_url(letter.invitation.links.get()) in text_of(letter).splitlines()


def test_the_message_carries_the_frozen_pdf(composed):
    letter = composed()

    (attached,) = message_of(letter).iter_attachments()

    assert attached.get_content_type() == "application/pdf"
    assert attached.get_content() == thaw(letter.pdf.name, letter.sha256)
    assert attached.get_filename().startswith("CL-27-")


def test_a_domain_in_other_letters_stands_in_its_ascii_form(composed):
    edition = EditionFactory(contact_email="forum@bücher.example.org")
    letter = composed(edition=edition, to_emails="office@bücher.example.org")

    assert message_of(letter)["To"] == "office@xn--bcher-kva.example.org"
    assert message_of(letter)["Reply-To"] == "forum@xn--bcher-kva.example.org"


def test_no_line_of_the_message_is_longer_than_the_protocol_allows():
    edition = EditionFactory(theme="Одна длинная тема " * 15, background="Без пробелов" * 400)
    draft = drafted(
        edition=edition,
        minister__to_emails="\n".join(f"office{n}@example.org" for n in range(60)),
    )
    LetterTemplate.objects.filter(kind="invitation", language="en").update(
        subject="$theme", paper="$salutation", mail="$background\n\n$theme\n.\n"
    )
    plan_invitation_letters(edition)

    assert compose_planned() == 1

    letter = draft.letters.get()
    content = thaw(letter.message.name, letter.message_sha256)
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert text_of(letter).startswith(edition.background)


def test_the_date_of_the_message_is_the_planned_hour():
    planned_at = timezone.now().replace(microsecond=0) + dt.timedelta(days=9)
    draft = drafted()
    draft.edition.circulars.update(planned_at=planned_at)
    plan_invitation_letters(draft.edition)

    compose_planned()

    assert parsedate_to_datetime(message_of(draft.letters.get())["Date"]) == planned_at


def test_without_a_planned_hour_the_date_is_the_hour_of_composing():
    draft = drafted()
    with time_machine.travel("2027-02-01 09:00Z"):
        plan_invitation_letters(draft.edition)
    with time_machine.travel("2027-02-02 10:00Z", tick=False):
        compose_planned()

    date = parsedate_to_datetime(message_of(draft.letters.get())["Date"])
    assert date == dt.datetime(2027, 2, 2, 10, tzinfo=dt.UTC)


def test_a_letter_without_an_address_waits_for_the_print_run(composed):
    letter = composed(to_emails="", cc_emails="pr@example.org")

    approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)

    delivery = letter.deliveries.get()
    assert letter.message.name == ""
    assert (delivery.channel, delivery.state) == (Delivery.Channel.POST, Delivery.State.QUEUED)


def test_a_letter_to_a_state_with_a_mission_goes_by_pouch(composed):
    letter = composed(to_emails="")
    MissionFactory().states.add(letter.invitation.member_state)

    approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)

    assert letter.deliveries.get().channel == Delivery.Channel.POUCH


def test_html_in_an_edition_s_words_is_printed_as_it_was_typed():
    draft = drafted(edition=EditionFactory(background="<b>Annual</b> & open."))
    plan_invitation_letters(draft.edition)

    compose_planned()

    letter = draft.letters.get()
    assert "<b>Annual</b> & open." in printed(letter)


def test_a_dollar_sign_in_an_edition_s_words_is_no_placeholder():
    draft = drafted(edition=EditionFactory(background="It costs $reference and $9."))
    plan_invitation_letters(draft.edition)

    compose_planned()

    assert "It costs $reference and $9." in draft.letters.get().paper


def test_the_acknowledgement_goes_to_the_addresses_on_file_alone(acknowledged):
    letters = acknowledged(
        {"answer": "in_person", "respondent_email": "sapt@example.org", "remarks": "Hello."},
        minister__to_emails="office@example.org",
    )

    letter = letters["answer"]
    assert letter.recipients == [["to", "office@example.org"]]
    assert message_of(letter)["Auto-Submitted"] == "auto-replied"
    assert reply_url(letter.invitation.links.get()) in text_of(letter).splitlines()
    assert "Remarks: Hello." in text_of(letter)


def test_the_copy_to_an_address_typed_has_no_link(acknowledged):
    letters = acknowledged({"answer": "in_person", "respondent_email": "sapt@example.org"})

    copy = letters["copy"]
    link = copy.invitation.links.get()
    content = thaw(copy.message.name, copy.message_sha256)
    assert message_of(copy)["To"] == "sapt@example.org"
    for secret in (link.token, link.code):
        assert secret not in text_of(copy)
        assert secret.encode() not in content.replace(b"=\r\n", b"")


def test_acknowledgements_are_put_in_the_outbox_at_once_and_leave_first(acknowledged):
    letters = acknowledged({"answer": "in_person"})

    delivery = letters["answer"].deliveries.get()
    assert (delivery.state, delivery.priority) == (Delivery.State.QUEUED, 1)


@pytest.mark.parametrize(
    ("answer", "attached"),
    [("in_person", 1), ("attends_only", 1), ("video", 0), ("regrets", 0), ("holding", 0)],
)
def test_those_who_come_get_the_days_of_the_track_as_a_calendar(acknowledged, answer, attached):
    (letter,) = acknowledged({"answer": answer}).values()

    parts = list(message_of(letter).iter_attachments())

    assert [part.get_content_type() for part in parts] == ["text/calendar"] * attached


def test_the_calendar_is_published_and_names_the_days_of_the_track(acknowledged):
    letter = acknowledged({"answer": "in_person"})["answer"]

    (part,) = message_of(letter).iter_attachments()
    calendar = icalendar.Calendar.from_ical(part.get_content())
    (event,) = calendar.events

    assert part["Content-Type"].params["method"] == "PUBLISH"
    assert calendar["METHOD"] == "PUBLISH"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (
        dt.date(2027, 5, 11),
        dt.date(2027, 5, 13),
    )
    assert "ATTENDEE" not in event
    assert letter.invitation.links.get().token not in part.get_content()


def test_the_calendar_of_a_french_acknowledgement_is_french(reached, approved_texts):
    invitation = reached(edition__name_fr="Forum du SMSI 2027")
    invitation.letters.update(language="fr")
    reply = record_reply(invitation, {"answer": "in_person"})

    compose_planned()

    (part,) = message_of(reply.acknowledgements.get()).iter_attachments()
    (event,) = icalendar.Calendar.from_ical(part.get_content()).events
    assert event["SUMMARY"].startswith("Forum du SMSI 2027")


def test_without_an_approved_text_an_acknowledgement_waits(reached):
    reply = record_reply(reached(), {"answer": "in_person"})

    assert compose_planned() == 0

    assert reply.acknowledgements.get().state == Letter.State.PLANNED


def test_an_acknowledgement_without_an_address_on_file_waits_and_says_why(reached, approved_texts):
    reply = record_reply(reached(minister__to_emails=""), {"answer": "in_person"})

    assert compose_planned() == 0

    letter = reply.acknowledgements.get()
    assert letter.state == Letter.State.PLANNED
    assert letter.events.latest("pk").because == "There is no address on file for this letter."


@pytest.fixture
def reminded(issued, approved_texts):
    """Remind an office by a step of that audience, and give the reminder's letter."""

    def make(audience, variant="first", mission="", **fields):
        edition = EditionFactory()
        StepFactory(edition=edition, audience=audience, variant=variant)
        with time_machine.travel("2027-02-01 09:00Z"):
            invitation = issued(edition=edition, to_emails="office@example.org")
            invitation.letters.get().deliveries.update(
                state="handed_over", handed_over_at=timezone.now()
            )
        type(invitation).objects.filter(pk=invitation.pk).update(**fields)
        if mission:
            MissionFactory(emails=mission).states.add(invitation.member_state)
        with time_machine.travel("2027-03-10 09:00Z"):
            queue_reminders()
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


def test_a_step_for_the_mission_goes_to_mission_and_focal_point(reminded):
    letter = reminded(
        "mission",
        variant="last",
        mission="mission@example.org",
        focal_point_email="focal@example.org",
    )

    assert letter.recipients == [["to", "mission@example.org"], ["to", "focal@example.org"]]


def test_a_step_for_the_mission_goes_to_the_office_where_there_is_neither(reminded):
    letter = reminded("mission", variant="last")

    assert letter.recipients == [["to", "office@example.org"]]


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
    assert "not what was frozen" in letter.events.latest("pk").because
    assert default_storage.exists(name)


def test_signs_of_markdown_in_a_name_are_printed_as_they_are_written():
    link = "https://example.org/a_b"
    words = unmarked({"minister": "Flavia *of* [Zenda] & <b>", "website": link})

    html = markdown(fill("$minister [$website]($website)", words))

    assert "Flavia *of* [Zenda] &amp; &lt;b&gt;" in html
    assert f'<a href="{link}">{link}</a>' in html


def test_a_picture_in_a_text_is_not_fetched():
    assert "<img" not in markdown("![a picture](https://example.org/x.png)")
