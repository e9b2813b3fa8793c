"""Nothing leaves with a hole: a letter waits for the words that its text needs."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from invitations.letters.approval import revise_template
from invitations.letters.circulars import plan_invitation_letters
from invitations.letters.composing_queue import compose_planned
from invitations.models import ForumEdition, HeldChange, Language, Letter, LetterTemplate
from invitations.replies import record_reply
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    LetterFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.letters.drafts import compose_after_save, drafted
from invitations.tests.reading import printed, text_of
from invitations.tests.replies.replying import REGRETS

pytestmark = pytest.mark.django_db

# Beside the fields that the form of an edition marks as required.
OPTIONAL = (
    "theme", "organization", "organizers", "background", "contact_phone", "contact_fax",
    "website", "partnership_link", "consultation_link",
)  # fmt: skip
LANGUAGES = [*Language.values, *Language.values[:4]]


def ten_letters(edition):
    """Ten letters in six languages, composed as far as they can be."""
    CircularFactory(edition=edition)
    for language in LANGUAGES:
        drafted(edition=edition, minister__language=language)
    plan_invitation_letters(edition)
    compose_planned(edition)
    return list(Letter.objects.order_by("pk"))


def revised(language, paper):
    text = LetterTemplate.objects.get(kind="invitation", variant="", language=language)
    return revise_template(text, UserFactory(), text.subject, paper(text.paper), text.mail)


def test_an_edition_with_the_required_fields_alone_composes_nothing_and_says_why():
    letters = ten_letters(EditionFactory(**dict.fromkeys(OPTIONAL, "")))

    assert {letter.state for letter in letters} == {"planned"}
    for letter in letters:
        language = letter.get_language_display()
        assert letter.waiting_reason == f"Missing in {language}: organization, telephone."
        suffix = letter.language.replace("-", "_")
        assert letter.waits_for == [
            [letter.language, "forumedition", f"organization_{suffix}"],
            [letter.language, "forumedition", "contact_phone"],
        ]


def test_a_letter_that_names_a_last_day_waits_for_it_while_there_is_none():
    letters = ten_letters(EditionFactory(awaits_last_day=True))

    assert {letter.state for letter in letters} == {"planned"}
    for letter in letters:
        told = "last day to reply, which is still to be set"
        assert letter.waiting_reason == f"Missing in {letter.get_language_display()}: {told}."
        assert letter.waits_for == [[letter.language, "forumedition", "reply_before"]]


def test_letters_are_composed_once_the_fields_are_filled():
    edition = EditionFactory(contact_phone="")
    ten_letters(edition)

    ForumEdition.objects.update(contact_phone="+41 22 555 0100")
    compose_after_save()

    for letter in Letter.objects.all():
        assert (letter.state, letter.waiting_reason, letter.waits_for) == ("composed", "", [])


def test_letters_that_wait_for_one_field_are_looked_up_once(django_assert_max_num_queries):
    edition = EditionFactory(contact_phone="")
    for _number in range(8):
        drafted(edition=edition)
    plan_invitation_letters(edition)
    compose_planned()

    with django_assert_max_num_queries(28):
        compose_planned()


def test_a_text_of_blanks_is_none(composed):
    letter = composed(edition=EditionFactory(organization="\u00a0 "))

    assert letter.waiting_reason == "Missing in English: organization."


def test_each_language_of_a_letter_says_what_it_lacks(composed):
    edition = EditionFactory(contact_phone="", organizers_fr="")

    letter = composed(edition=edition, language="fr", second_language="en")

    said = "Missing in French: organizers, telephone. Missing in English: telephone."
    assert letter.waiting_reason == said


def test_a_function_within_a_sentence_has_to_be_known(composed):
    revised("en", lambda paper: paper.replace("$closing", "As $portfolio, you know.\n\n$closing"))

    letter = composed(portfolio=" ")

    assert letter.waiting_reason == "Missing in English: portfolio."
    assert letter.waits_for == [["en", "minister", "portfolio"]]


@pytest.mark.parametrize("beside", ["[[, fax $contact_fax]]", "[[$contact_fax, ]]"])
def test_a_line_with_a_part_that_stays_may_lack_no_function(composed, beside):
    line = f"$portfolio{beside}" if beside.startswith("[[,") else f"{beside}$portfolio"
    revised("en", lambda paper: f"{line}\n\n{paper}")

    letter = composed(portfolio="")

    assert letter.waiting_reason == "Missing in English: portfolio."


@pytest.mark.parametrize("unseen", ["\u200b", "\u200f", "\u2068\u2069", "\ufeff \u00a0"])
def test_what_nobody_sees_is_no_text(composed, unseen):
    letter = composed(edition=EditionFactory(organizers=unseen))

    assert letter.waiting_reason == "Missing in English: organizers."


def test_who_has_no_function_lacks_its_line_in_an_address_block(composed):
    revised("en", lambda paper: f"$minister\n$portfolio\n$member_state\n\n{paper}")

    letter = composed(portfolio="", given_name="", family_name="")

    assert letter.state == "composed"
    assert letter.paper.startswith(f"{letter.invitation.member_state}\n\n")


def test_another_reason_leaves_no_field_to_wait_for(composed):
    letter = composed(edition=EditionFactory(contact_phone=""))

    ForumEdition.objects.update(contact_phone="+41 22 555 0100")
    LetterTemplate.objects.filter(kind="invitation").delete()
    compose_after_save()

    letter.refresh_from_db()
    assert letter.waiting_reason.startswith("No approved text")
    assert letter.waits_for == []


HOLE = re.compile(
    r"\[\[|\]\]|\(\s*\)|\uff08\s*\uff09|[ \u00a0][,.\u060c\u3002\uff0c](\s|$)|\$|missing"
)
LEFT_OUT = ("theme", "organizers", "background", "contact_fax", "website", "partnership_link")


@pytest.mark.walk
@pytest.mark.parametrize("fields", [{}, dict.fromkeys(LEFT_OUT, "")])
def test_ten_letters_in_six_languages_are_printed_without_a_hole(fields):
    letters = ten_letters(EditionFactory(**fields))

    for letter in letters:
        assert letter.state == "composed"
        for words in (printed(letter), letter.paper, letter.subject, text_of(letter)):
            assert not HOLE.search(words), HOLE.search(words)
        for field in set(LEFT_OUT) - set(fields):
            assert getattr(letter.circular.edition, field) in letter.paper.replace(
                "\\", ""
            ).replace("\u00a0", " ")


def test_an_organization_without_a_fax_names_none():
    english, *_others = [
        letter for letter in ten_letters(EditionFactory(contact_fax="")) if letter.language == "en"
    ]

    assert "telephone +41\u00a022\u00a0555\u00a00100, e\u2011mail" in english.paper
    assert "by letter, note verbale or e-mail (forum@example.org)" in english.mail


def test_a_part_falls_away_in_the_subject_and_in_the_mail_too():
    text = LetterTemplate.objects.get(kind="invitation", variant="", language="en")
    subject, mail = f"{text.subject}[[: $theme]]", f"[[Fax: $contact_fax]]\n\n{text.mail}"
    revise_template(text, UserFactory(), subject, text.paper, mail)

    english = next(
        letter
        for letter in ten_letters(EditionFactory(theme="", contact_fax=""))
        if letter.language == "en"
    )

    assert english.subject == "WSIS Forum 2027: invitation to deliver a policy statement"
    assert "\n\nExcellency,\n" in english.mail


def test_parts_fall_away_in_each_language_of_a_letter_by_its_own_text(composed):
    revised("fr", lambda paper: paper.replace("[[, télécopie $contact_fax]]", ""))

    letter = composed(language="fr", second_language="en")

    french, english = letter.paper.split("\n\n* * *\n\n")
    assert "555\u00a00101" not in french
    assert "555\u00a00101" in english


def test_an_acknowledgement_with_a_hole_waits_and_then_leaves(reached, approved_texts):
    reply = record_reply(reached(edition=EditionFactory(contact_phone="")), REGRETS)

    compose_planned()
    waiting = reply.acknowledgements.get()
    ForumEdition.objects.update(contact_phone="+41 22 555 0100")
    HeldChange.objects.all().delete()
    compose_after_save()

    assert (waiting.state, waiting.failed_attempts) == ("planned", 0)
    assert waiting.waiting_reason == "Missing in English: telephone."
    assert reply.acknowledgements.get().state == "approved"


def test_a_reminder_with_a_hole_waits_and_keeps_no_other_waiting(reached, approved_texts):
    edition = EditionFactory(contact_phone="")
    hollow = reached(edition=edition)
    whole = reached()
    for invitation in (hollow, whole):
        step = StepFactory(edition=invitation.edition)
        LetterFactory(
            invitation=invitation, kind="reminder", variant="first", step=step,
            reply_before=edition.reply_before, leave_before=timezone.now() + dt.timedelta(days=9),
        )  # fmt: skip

    compose_planned(kinds=["reminder"])

    said = [invitation.letters.get(kind="reminder") for invitation in (hollow, whole)]
    assert [one.state for one in said] == ["planned", "approved"]
    assert said[0].waits_for == [["en", "forumedition", "contact_phone"]]
