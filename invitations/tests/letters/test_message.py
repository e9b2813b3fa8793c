import pytest

from invitations.files.frozen import thaw
from invitations.letters.circulars import plan_invitation_letters
from invitations.letters.composing_queue import compose_planned
from invitations.links import reply_url
from invitations.models import LetterTemplate
from invitations.tests.factories import EditionFactory, MissionFactory
from invitations.tests.letters.drafts import drafted
from invitations.tests.reading import message_of, text_of

pytestmark = pytest.mark.django_db


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
    subject = "WSIS Forum 2027: invitation to deliver a policy statement"
    assert message["Subject"] == f"{letter.invitation.member_state} – {subject}"
    assert message["Message-ID"] == letter.message_id
    assert message["Auto-Submitted"] is None
    assert message["Bcc"] is None


def test_no_message_carries_the_marks_of_mass_mail(composed, acknowledged):
    for letter in (composed(), *acknowledged({"answer": "regrets"}).values()):
        message = message_of(letter)

        for mark in ("List-Unsubscribe", "Precedence", "Bcc", "X-Mailer"):
            assert message[mark] is None


def test_the_mission_of_the_forum_s_city_is_in_copy_once(composed):
    edition = EditionFactory(mission_city="Geneva")
    draft = drafted(edition=edition, minister__to_emails="office@example.org")
    for city, email in (
        ("Geneva", "mission@example.org\nOFFICE@example.org"),
        ("New York", "elsewhere@example.org"),
    ):
        MissionFactory(city=city, emails=email, states=[draft.member_state])
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
    LetterTemplate.objects.filter(kind="invitation", variant="", language="en").update(
        subject="$theme", paper="$salutation", mail="$background\n\n$theme\n.\n"
    )
    plan_invitation_letters(edition)

    assert compose_planned() == 1

    letter = draft.letters.get()
    content = thaw(letter.message.name, letter.message_sha256)
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert edition.background in text_of(letter).splitlines()


def test_a_frozen_message_has_no_date_yet(composed):
    assert message_of(composed())["Date"] is None
