import datetime as dt

import pytest
import time_machine
from django.utils import translation

from invitations.files.frozen import thaw
from invitations.letters.composing_queue import compose_planned
from invitations.links import reply_url
from invitations.models import Delivery, HeldChange, Language, Letter, LetterTemplate
from invitations.outbox.dispatch import dispatch_outbox
from invitations.outbox.release import release_change
from invitations.replies import record_reply, settle_contested
from invitations.tests.factories import EditionFactory, MissionFactory, UserFactory
from invitations.tests.letters.drafts import compose_after_save
from invitations.tests.reading import message_of, text_of
from invitations.tests.reminding import geneva
from invitations.text.optional_parts import identifiers

pytestmark = pytest.mark.django_db

NOON = geneva(8, 12)


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


def test_what_is_recorded_once_the_event_is_over_is_acknowledged_by_people(reached):
    with time_machine.travel(NOON, tick=False) as clock:
        invitation = reached(minister__to_emails="office@example.org")
        clock.shift(dt.timedelta(days=200))

        record_reply(invitation, {"answer": "regrets"}, channel="letter", by=UserFactory())

    assert invitation.replies.get().answer == "regrets"
    assert not invitation.letters.filter(kind="acknowledgement").exists()


def test_the_copy_to_an_address_typed_has_no_link(acknowledged):
    letters = acknowledged({"answer": "in_person", "respondent_email": "sapt@example.org"})

    copy = letters["copy"]
    link = copy.invitation.links.get()
    content = thaw(copy.message.name, copy.message_sha256)
    assert message_of(copy)["To"] == "sapt@example.org"
    for secret in (link.token, link.code):
        assert secret not in text_of(copy)
        assert secret.encode() not in content.replace(b"=\r\n", b"")


def test_of_too_many_replies_of_a_day_the_one_that_stands_is_told_an_hour_later(
    reached, approved_texts
):
    with time_machine.travel(NOON, tick=False) as clock:
        invitation = reached(minister__to_emails="office@example.org")
        for number in range(52):
            record_reply(invitation, {"answer": "in_person", "remarks": f"Word {number}."})
        record_reply(invitation, {"answer": "holding"})
        assert compose_planned() == 0

        clock.shift(dt.timedelta(hours=1, seconds=1))
        assert compose_planned() == 1

    last = invitation.letters.in_force().filter(kind="acknowledgement").last()
    assert last.reply == invitation.replies.standing().get()
    assert "Remarks: Word 51." in text_of(last)


def variants_of(reply):
    return {letter.variant for letter in reply.acknowledgements.all()}


@pytest.mark.parametrize(
    ("typed", "variants"),
    [
        ("sapt@example.org", {"answer"}),
        ("Focal@example.org", {"answer", "copy"}),
        ("mission@example.org", {"answer", "copy"}),
    ],
)
def test_what_staff_typed_gets_a_copy_only_if_it_is_an_address_of_the_office(
    reached, typed, variants
):
    invitation = reached(focal_point_email="focal@example.org", minister__to_emails="")
    MissionFactory(emails="mission@example.org", states=[invitation.member_state])
    HeldChange.objects.all().delete()
    words = {"answer": "in_person", "respondent_email": typed}

    reply = record_reply(invitation, words, channel="fax", by=UserFactory())

    assert variants_of(reply) == variants


def test_an_address_that_waits_for_a_second_person_gets_no_copy_of_what_staff_typed(reached):
    invitation = reached()
    invitation.focal_point_email = "focal@example.org"
    invitation.save()
    assert HeldChange.objects.waiting().exists()
    words = {"answer": "in_person", "respondent_email": "focal@example.org"}

    reply = record_reply(invitation, words, channel="fax", by=UserFactory())

    assert variants_of(reply) == {"answer"}


def test_acknowledgements_are_put_in_the_outbox_at_once_and_leave_first(acknowledged):
    letters = acknowledged({"answer": "in_person"})

    delivery = letters["answer"].deliveries.get()
    assert (delivery.state, delivery.priority) == (Delivery.State.QUEUED, 1)


def test_without_an_approved_text_an_acknowledgement_waits(reached):
    reply = record_reply(reached(), {"answer": "in_person"})

    assert compose_planned() == 0

    assert reply.acknowledgements.get().state == Letter.State.PLANNED


def test_an_acknowledgement_waits_for_the_release_of_a_segment_that_it_names(
    reached, approved_texts
):
    invitation = reached()
    edition = invitation.edition
    edition.own_segments_en = "Opening by the host\nVisit to the river"
    edition.save()
    reply = record_reply(
        invitation, {"answer": "in_person", "segments": ["part_2"]}, channel="fax", by=UserFactory()
    )

    assert compose_planned() == 0
    waiting_reason = reply.acknowledgements.get().waiting_reason
    change = HeldChange.objects.waiting().of(edition).get()
    release_change(change, UserFactory(), change.mark)
    assert compose_after_save() == 1

    assert waiting_reason.startswith("A segment that the answer names waits for a second person")
    assert "Visit to the river" in reply.acknowledgements.get().mail


def test_an_acknowledgement_says_a_segment_as_it_was_last_released(reached, approved_texts):
    invitation = reached(edition=EditionFactory(own_segments_en="Opening\nVisit to the river"))
    edition = invitation.edition
    edition.own_segments_en = "Opening\nVisit to the tower"
    edition.save()
    reply = record_reply(invitation, {"answer": "in_person", "segments": ["part_2"]})

    compose_planned()

    assert "Visit to the river" in reply.acknowledgements.get().mail


def test_an_acknowledgement_without_an_address_on_file_waits_and_says_why(reached, approved_texts):
    reply = record_reply(reached(minister__to_emails=""), {"answer": "in_person"})

    assert compose_planned() == 0

    letter = reply.acknowledgements.get()
    assert letter.state == Letter.State.PLANNED
    assert letter.events.latest("pk").reason == "There is no address on file for this letter."


# Which of several


def answers_in_a_row(invitation, *answers):
    """Record them a minute apart, and compose and send each as it comes."""
    for number, answer in enumerate(answers):
        with time_machine.travel(NOON + number * dt.timedelta(minutes=1), tick=False):
            record_reply(invitation, {"answer": answer})
            compose_planned()
    return invitation.letters.filter(kind="acknowledgement").order_by("pk")


def paragraphs_of(letter):
    return "\n".join(text_of(letter).splitlines()).split("\n\n")


def test_each_of_several_says_which_answer_it_acknowledges_and_when_it_came(
    reached, approved_texts
):
    letters = answers_in_a_row(reached(), "in_person", "video", "written", "in_person")

    assert len({letter.subject for letter in letters}) == 4
    first_of_all, second, *_others = letters
    assert first_of_all.subject.endswith("of the reply of 8 March 2027, 12:00 (Geneva time)")
    assert second.subject.endswith("of the reply of 8 March 2027, 12:01 (Geneva time)")
    _salutation, _first, block, *_rest = paragraphs_of(second)
    assert "Answer: Statement by video" in text_of(second)
    assert block.splitlines()[-1] == str(second.invitation.member_state.short_name)


@pytest.mark.parametrize("language", Language.values)
def test_the_first_sentence_ends_with_minister_and_state(reached, approved_texts, language):
    invitation = reached(minister__language=language)
    invitation.letters.update(language=language)

    (letter,) = answers_in_a_row(invitation, "regrets")

    _salutation, first, block, *_rest = paragraphs_of(letter)
    with translation.override(language):
        assert str(letter.reply.get_answer_display()) not in first.lower()
    assert "2027" in first
    assert "2027" in letter.subject
    assert first.rstrip("\u2069")[-1] in ":："  # noqa: RUF001 -- Chinese colon
    assert len(block.splitlines()) == 3


# What only the text for that answer says, in English; the usual one says neither.
SAID = {"regrets": "with regret", "accepts": "pleased", "": "dated"}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("in_person", "accepts"),
        ("attends_only", "accepts"),
        ("video", "accepts"),
        ("written", ""),
        ("regrets", "regrets"),
    ],
)
def test_a_regret_is_acknowledged_as_a_regret_and_a_yes_as_a_yes(
    reached, approved_texts, answer, said
):
    (letter,) = answers_in_a_row(reached(), answer)

    assert {one for one in SAID if one and SAID[one] in letter.mail} == {said} - {""}
    assert letter.variant == "answer"


def test_a_holding_reply_without_a_last_day_is_neither_welcomed_nor_regretted(
    reached, approved_texts
):
    edition = EditionFactory(awaits_last_day=True)

    (letter,) = answers_in_a_row(reached(edition=edition), "holding")

    assert letter.variant == "answer"
    assert not any(SAID[one] in letter.mail for one in ("regrets", "accepts"))


def test_until_two_people_approve_its_own_text_a_regret_has_the_usual_one(reached, approved_texts):
    texts = LetterTemplate.objects.filter(kind="acknowledgement")
    texts.filter(variant="regrets", language="en").update(second_approver=None)

    (letter,) = answers_in_a_row(reached(), "regrets")

    assert letter.template.variant == "answer"
    assert letter.state == "approved"


def test_in_two_languages_both_have_the_text_for_the_answer_or_both_the_usual_one(
    reached, approved_texts
):
    invitation = reached(minister__second_language="fr")
    invitation.letters.update(second_language="fr")
    french = LetterTemplate.objects.filter(variant="regrets", language="fr")
    french.update(second_approver=None)

    before = answers_in_a_row(invitation, "regrets").last().mail
    french.update(second_approver=UserFactory())
    after = answers_in_a_row(invitation, "in_person", "regrets").last().mail

    regrets = ("with regret", "avec regret")
    assert [words in before for words in regrets] == [False, False]
    assert [words in after for words in regrets] == [True, True]


@pytest.mark.parametrize("language", Language.values)
def test_no_acknowledgement_quotes_the_label_of_an_answer(language):
    texts = LetterTemplate.objects.filter(kind="acknowledgement", language=language)

    assert [text.variant for text in texts if "answer" in identifiers(text.mail)] == []


def test_one_whose_reply_was_superseded_before_it_was_written_is_called_back(
    reached, approved_texts
):
    invitation = reached()
    earlier = record_reply(invitation, {"answer": "in_person", "respondent_email": "s@example.org"})
    later = record_reply(invitation, {"answer": "regrets"})

    compose_planned()

    assert {*earlier.acknowledgements.values_list("state", flat=True)} == {"cancelled"}
    assert later.acknowledgements.get().state == "approved"
    event = earlier.acknowledgements.first().events.latest("pk")
    assert "its reply stands no more" in event.reason


def test_one_that_waits_in_the_outbox_does_not_leave_once_its_reply_is_superseded(
    reached, approved_texts, peer
):
    invitation = reached()
    earlier = record_reply(invitation, {"answer": "in_person"})
    compose_planned()
    later = record_reply(invitation, {"answer": "regrets"})
    compose_planned()

    dispatch_outbox()

    assert [letter.state for letter in earlier.acknowledgements.all()] == ["cancelled"]
    (message,) = peer.taken
    assert later.acknowledgements.get().message_id.encode() in message.content
    assert b"CONFIRMED" not in message.content


def test_one_of_a_reply_that_staff_set_aside_does_not_leave(reached, approved_texts, peer):
    invitation = reached()
    stood = record_reply(invitation, {"answer": "in_person"})
    compose_planned()
    contested = record_reply(invitation, {"answer": "regrets"}, channel="fax", by=UserFactory())
    settle_contested(contested, UserFactory(), "The note verbale says so.", stands=True)

    dispatch_outbox()

    assert stood.acknowledgements.get().state == "cancelled"
    assert not peer.taken


def test_that_a_reply_is_contested_is_not_said_any_more_once_staff_have_chosen_it(
    reached, approved_texts, peer
):
    invitation = reached()
    record_reply(invitation, {"answer": "in_person"})
    chosen = record_reply(invitation, {"answer": "regrets"}, channel="fax", by=UserFactory())
    compose_planned()
    settle_contested(chosen, UserFactory(), "The minister signed it.", stands=True)
    compose_planned()

    dispatch_outbox()

    assert chosen.acknowledgements.get(variant="contested").state == "cancelled"
    (message,) = peer.taken
    assert chosen.acknowledgements.get(variant="answer").message_id.encode() in message.content
