"""Nothing leaves with a hole: a letter waits for the words that its text needs."""

import pytest

from invitations.letters.approval import revise_template
from invitations.letters.circulars import plan_invitation_letters
from invitations.letters.composing_queue import compose_planned
from invitations.models import ForumEdition, Language, Letter, LetterTemplate
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    UserFactory,
)
from invitations.tests.letters.drafts import drafted

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
        assert letter.waits_because == f"Missing in {language}: organization, telephone."
        suffix = letter.language.replace("-", "_")
        assert letter.waits_for == [
            [letter.language, "forumedition", f"organization_{suffix}"],
            [letter.language, "forumedition", "contact_phone"],
        ]


def test_letters_are_composed_once_the_fields_are_filled():
    edition = EditionFactory(contact_phone="")
    ten_letters(edition)

    ForumEdition.objects.update(contact_phone="+41 22 555 0100")
    compose_planned()

    for letter in Letter.objects.all():
        assert (letter.state, letter.waits_because, letter.waits_for) == ("composed", "", [])


def test_letters_that_wait_for_one_field_are_looked_up_once(django_assert_max_num_queries):
    edition = EditionFactory(contact_phone="")
    for _number in range(8):
        drafted(edition=edition)
    plan_invitation_letters(edition)
    compose_planned()

    with django_assert_max_num_queries(12):
        compose_planned()


def test_a_text_of_blanks_is_none(composed):
    letter = composed(edition=EditionFactory(organization="\u00a0 "))

    assert letter.waits_because == "Missing in English: organization."


def test_each_language_of_a_letter_says_what_it_lacks(composed):
    edition = EditionFactory(contact_phone="", organizers_fr="")

    letter = composed(edition=edition, language="fr", second_language="en")

    said = "Missing in French: organizers, telephone. Missing in English: telephone."
    assert letter.waits_because == said


def test_a_function_within_a_sentence_has_to_be_known(composed):
    revised("en", lambda paper: paper.replace("$closing", "As $portfolio, you know.\n\n$closing"))

    letter = composed(portfolio=" ")

    assert letter.waits_because == "Missing in English: portfolio."
    assert letter.waits_for == [["en", "minister", "portfolio"]]


def test_who_has_no_function_lacks_its_line_in_an_address_block(composed):
    revised("en", lambda paper: f"$minister\n$portfolio\n$member_state\n\n{paper}")

    letter = composed(portfolio="", given_name="", family_name="")

    assert letter.state == "composed"
    assert letter.paper.startswith(f"{letter.invitation.member_state}\n\n")


def test_another_reason_leaves_no_field_to_wait_for(composed):
    letter = composed(edition=EditionFactory(contact_phone=""))

    ForumEdition.objects.update(contact_phone="+41 22 555 0100")
    LetterTemplate.objects.filter(kind="invitation").delete()
    compose_planned()

    letter.refresh_from_db()
    assert letter.waits_because.startswith("No approved text")
    assert letter.waits_for == []
