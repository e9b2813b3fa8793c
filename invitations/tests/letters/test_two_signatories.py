"""Letters that two people sign."""

import pytest

from invitations.letters.checks.warnings import ONE_OF_TWO, approval_doubts
from invitations.models import LetterTemplate
from invitations.tests.factories import CircularFactory, EditionFactory
from invitations.tests.reading import printed

pytestmark = pytest.mark.django_db

BOTH = {
    "second_signatory_name": "Wangari Njoroge",
    "second_signatory_title": "Minister of the Environment of the host country",
}


@pytest.fixture
def by_two():
    return CircularFactory(**BOTH)


def test_both_stand_on_the_paper_each_with_title_and_the_words_that_the_original_is_signed(
    composed, by_two
):
    paper = printed(composed(by_two.edition))

    assert paper.index("Michael Strelsau") < paper.index("Wangari Njoroge")
    assert "Minister of the Environment" in paper
    assert paper.count("(original signed)") == 2


def test_where_one_signs_nothing_stands_beneath(composed):
    assert printed(composed()).count("(original signed)") == 1


def test_a_mail_that_names_one_of_two_is_told(composed, by_two):
    letter = composed(by_two.edition)

    assert approval_doubts([letter]).flawed == {str(ONE_OF_TWO): [letter]}


def test_a_mail_whose_text_has_the_second_names_both_or_the_one_there_is(composed, by_two):
    text = LetterTemplate.objects.for_letter("invitation", "").get(language="en")
    text.mail += "[[\n\n$second_signatory, $second_signatory_title]]"
    text.save()

    letter, of_one = composed(by_two.edition), composed(EditionFactory())

    assert letter.mail.endswith("Wangari Njoroge, Minister of the Environment of the host country")
    assert approval_doubts([letter]).flawed == {}
    assert of_one.mail.endswith("Secretary-General")


def test_a_letter_waits_in_a_language_in_which_the_second_has_no_name(composed):
    circular = CircularFactory(**BOTH, second_signatory_name_fr="")

    letter = composed(circular.edition, language="fr")

    assert letter.state == "planned"
    assert letter.waits_for == [["fr", "circular", "second_signatory_name_fr"]]
