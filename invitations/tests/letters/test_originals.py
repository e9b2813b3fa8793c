"""Heads of State get a letter that is signed by hand, under a note verbale of its own."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from invitations.files.frozen import thaw
from invitations.letters.approval import approve_letter, recompose_letter
from invitations.letters.channels import mailed_in_spite_of_rank
from invitations.letters.circulars import circular_audience, plan_circular, plan_notes
from invitations.letters.composing_queue import compose_planned
from invitations.models import Circular, Letter, Rank
from invitations.outbox.another_address import send_to_another_address
from invitations.outbox.dispatch import dispatch_outbox
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
from invitations.tests.letters.drafts import under_one_note
from invitations.tests.originals import approved
from invitations.tests.reading import ask

pytestmark = pytest.mark.django_db

HEADS = ["HOS", "MON", "HOG", "CARD"]


def paper(letter):
    return " ".join(ask(thaw(letter.pdf.name, letter.sha256), "pdftotext", "-", "-").split())


def promoted(invitation, rank="HOS"):
    minister = invitation.minister
    minister.rank = Rank.objects.get(pk=rank)
    minister.save()
    return invitation


@pytest.mark.parametrize("rank", HEADS)
def test_a_head_of_state_gets_no_mail(peer, composed, rank):
    letter = composed(rank_id=rank, address_gender="m")

    approved(letter)
    dispatch_outbox()

    letter.refresh_from_db()
    assert (letter.by_original, letter.recipients, letter.mail) == (True, [], "")
    assert (letter.message.name, letter.message_sha256) == ("", "")
    assert [one.channel for one in letter.deliveries.all()] == ["post"]
    assert peer.taken == []


def test_the_invitation_is_in_force_and_its_link_opens_from_the_approval_on(client, composed):
    invitation = approved(composed(rank_id="HOS")).invitation

    invitation.refresh_from_db()
    link = invitation.links.current().get()

    assert invitation.status == "issued"
    assert client.get(f"/r/{link.token}/").status_code == 302


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_on_the_original_stands_neither_circular_letter_nor_original_signed(composed, language):
    original = composed(rank_id="HOS", language=language, second_language="es")
    mailed = composed(rank_id="MIN", language=language)
    terms = {"en": ["Circular letter", "(original signed)"], "fr": ["(original signé)"]}

    for term in terms.get(language, []):
        assert term.casefold() in paper(mailed).casefold()
        assert term.casefold() not in paper(original).casefold()
    code = original.invitation.links.current().get().code
    assert code.replace("-", "") in paper(original).replace("-", "").replace(" ", "")


def test_an_original_goes_to_its_addressee_by_name_also_from_a_circular_to_all():
    alike = {"addressed_to": "To the ministers of the Member States", "variant": "circular"}
    edition = EditionFactory(name_in_full="The Forum", city="Geneva (Switzerland)")
    circular = CircularFactory(edition=edition, shows_contact=True, **alike)
    of = {"edition": circular.edition, "status": "draft", "issued_at": None}
    head, minister = InvitationFactory(minister__rank_id="HOS", **of), InvitationFactory(**of)

    plan_circular(circular)
    compose_planned()

    original, mailed = head.letters.get(), minister.letters.get()
    assert (original.variant, mailed.variant) == ("", "circular")
    assert original.addressee.startswith("H.E. Ms. Flavia Elphberg")
    assert mailed.addressee == "To the ministers of the Member States"
    assert "To the ministers" not in paper(original)
    assert paper(original).count("Fritz von Tarlenheim") == 1


def test_an_original_can_hold_no_message(composed):
    letter = composed(rank_id="HOS")

    with pytest.raises(IntegrityError):
        Letter.objects.filter(pk=letter.pk).update(message_sha256="ab")


def test_an_original_is_sent_to_no_other_address(composed):
    letter = approved(composed(rank_id="HOS"))

    with pytest.raises(ValidationError, match="goes by e-mail"):
        send_to_another_address(letter, UserFactory(), "palace@example.org")


def test_the_audience_names_who_gets_an_original_apart():
    circular = CircularFactory()
    of = {"edition": circular.edition, "status": "draft", "issued_at": None}
    head = InvitationFactory(minister__rank_id="HOG", **of)
    minister = InvitationFactory(**of)

    found = circular_audience(circular)

    assert (found.addressed, found.by_original, found.left_out) == ([minister], [head], [])
    assert plan_circular(circular) == 2
    assert circular.letters.get(by_original=True).invitation == head


def test_without_a_rank_on_the_list_all_get_mail(composed):
    letter = composed(rank_id="HOS")
    edition = letter.invitation.edition
    edition.original_ranks = []
    edition.save()

    with pytest.raises(ValidationError, match="not due to this rank any more"):
        approved(letter)
    anew = recompose_letter(letter, UserFactory())
    compose_planned()

    anew.refresh_from_db()
    assert (anew.by_original, bool(anew.recipients), bool(anew.message_sha256)) == (
        False,
        True,
        True,
    )


def test_a_rank_that_changes_after_planning_is_that_of_the_letter():
    circular = CircularFactory()
    draft = InvitationFactory(edition=circular.edition, status="draft", issued_at=None)
    plan_circular(circular)

    promoted(draft)
    compose_planned()

    letter = draft.letters.get()
    assert (letter.state, letter.by_original, letter.recipients) == ("composed", True, [])


def test_a_composed_mail_is_not_approved_for_whom_an_original_is_due(composed):
    letter = composed()
    edition = letter.invitation.edition
    edition.original_ranks = ["MIN"]
    edition.save()

    with pytest.raises(ValidationError, match="A signed original is due to this rank now"):
        approved(letter)


def test_a_rank_that_changes_after_the_approval_needs_a_person(issued):
    invitation = promoted(issued())
    other = issued()

    found = mailed_in_spite_of_rank(invitation.edition, other.edition)

    assert list(found) == [invitation]


def test_a_replacement_for_a_head_of_state_is_an_original(issued):
    invitation = promoted(issued())
    circular = CircularFactory(
        edition=invitation.edition, kind="replacement", changes="Later.", chosen=[invitation]
    )

    plan_circular(circular)
    compose_planned()

    letter = circular.letters.get()
    assert (letter.by_original, letter.message_sha256) == (True, "")
    approved(letter)
    assert not mailed_in_spite_of_rank(invitation.edition).exists()


def test_an_original_is_approved_before_anybody_signed_one_of_the_circular(composed):
    original, mailed = composed(rank_id="HOS"), composed()
    Circular.objects.update(original_signed_by="")

    approved(original)
    with pytest.raises(ValidationError, match="Record first who signed"):
        approved(mailed)

    mailed.refresh_from_db()
    assert mailed.state == "composed"


@pytest.fixture
def under_notes():
    """A circular to a minister and a head of State of two States with one mission."""
    circular, mission = CircularFactory(), MissionFactory()
    for rank in ("MIN", "HOS"):
        draft = InvitationFactory(
            edition=circular.edition, status="draft", issued_at=None, minister__rank_id=rank
        )
        mission.states.add(draft.member_state)
    plan_circular(circular)
    compose_planned()
    assert plan_notes(circular) == 2
    assert plan_notes(circular) == 0
    compose_planned()
    return circular


def test_an_original_lies_under_a_note_of_its_own_on_paper_alone(under_notes):
    notes = under_notes.letters.filter(kind="note")
    mailed, original = notes.get(by_original=False), notes.get(by_original=True)
    letter = under_notes.letters.originals().get()

    assert list(original.covers.all()) == [letter]
    assert (original.variant, original.recipients, original.message_sha256) == ("original", [], "")
    assert "herewith, in the original, correspondence of 1 February 2027" in original.paper
    assert "signed by Michael Strelsau" in original.paper
    assert letter not in mailed.covers.all()
    message = thaw(mailed.message.name, mailed.message_sha256)
    assert message.count(b"application/pdf") == 2


def test_a_note_by_mail_composed_again_over_what_became_an_original_drops_out(under_notes):
    note = under_notes.letters.get(kind="note", by_original=False)
    letter = note.covers.get()
    promoted(letter.invitation)
    recompose_letter(letter, UserFactory())
    compose_planned()

    anew = recompose_letter(note, UserFactory())

    assert not anew.covers.exists()
    compose_planned()
    anew.refresh_from_db()
    assert anew.state == "cancelled"


def test_a_note_by_mail_drops_out_once_all_it_covers_becomes_an_original(under_notes):
    note = under_notes.letters.get(kind="note", by_original=False)
    letter = note.covers.get()
    again = recompose_letter(letter, UserFactory())
    anew = recompose_letter(note, UserFactory())
    promoted(letter.invitation)

    compose_planned()

    again.refresh_from_db()
    anew.refresh_from_db()
    assert again.by_original
    assert not anew.covers.exists()
    assert (anew.state, anew.sha256) == ("cancelled", "")


@pytest.fixture
def note_over_two():
    """A note verbale over the letters to ministers of two States, each composed anew with it."""
    note = under_one_note().letters.get(kind="note")
    for letter in note.covers.all():
        recompose_letter(letter, UserFactory())
    return recompose_letter(note, UserFactory())


def test_a_note_is_approved_though_a_letter_has_left_it_while_both_waited(note_over_two):
    leaving = note_over_two.covers.exclude(invitation=note_over_two.invitation).get()
    promoted(leaving.invitation)

    compose_planned()

    staying, note = note_over_two.covers.get(), Letter.objects.get(pk=note_over_two.pk)
    message = thaw(note.message.name, note.message_sha256)
    assert message.count(b"application/pdf") == 2
    approved(staying)
    assert approved(note).state == "approved"


def test_a_note_stands_with_no_invitation_whose_letter_has_left_it(note_over_two):
    of_the_note = note_over_two.invitation
    promoted(of_the_note)

    compose_planned()

    staying, note = note_over_two.covers.get(), Letter.objects.get(pk=note_over_two.pk)
    assert note.invitation == staying.invitation != of_the_note
    approved(staying)
    assert approved(note).state == "approved"


def test_a_reminder_never_carries_an_original_that_came_meanwhile(issued, approved_texts):
    invitation = issued()
    circular = CircularFactory(
        edition=invitation.edition, kind="replacement", changes="Later.", chosen=[invitation]
    )
    promoted(invitation)
    plan_circular(circular)
    compose_planned()
    approved(circular.letters.get())
    reminder = LetterFactory(
        invitation=invitation,
        kind="reminder",
        variant="first",
        step=StepFactory(edition=invitation.edition),
        reply_before=invitation.edition.reply_before,
        leave_before=invitation.edition.deadline,
    )

    compose_planned()

    reminder.refresh_from_db()
    assert (reminder.state, reminder.pdf.name) == ("planned", "")


def test_the_note_of_an_original_is_approved_after_it_and_waits_on_paper(under_notes):
    note = under_notes.letters.get(kind="note", by_original=True)

    with pytest.raises(ValidationError, match="Approve the letters it covers first"):
        approve_letter(note, UserFactory(), note.sha256, "", although_late=True)
    approved(under_notes.letters.originals().get())
    approved(note)

    assert [(one.channel, one.state) for one in note.deliveries.all()] == [("pouch", "queued")]


def test_what_the_office_says_online_is_acknowledged(composed, approved_texts):
    invitation = approved(composed(rank_id="HOS")).invitation

    online = record_reply(invitation, {"answer": "in_person"})
    by_note = record_reply(
        invitation, {"answer": "in_person"}, channel="note_verbale", by=UserFactory()
    )

    assert online.acknowledgements.count() == 1
    assert by_note.acknowledgements.count() == 0


@pytest.mark.parametrize("rank", ["HOS", "HOG"])
def test_the_acknowledgement_of_an_original_speaks_to_the_office(composed, approved_texts, rank):
    invitation = approved(composed(rank_id=rank)).invitation

    record_reply(invitation, {"answer": "in_person"})
    compose_planned()

    mail = invitation.letters.get(kind="acknowledgement").mail
    assert mail.startswith("Madam, Sir,")
    assert "Flavia Elphberg" in mail
