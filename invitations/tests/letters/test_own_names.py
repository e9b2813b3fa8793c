"""The shipped words of letters, where another organization invites."""

import pytest

from invitations.letters.scrutiny.doubts import approval_doubts
from invitations.letters.scrutiny.own_names import CALLED_OTHERWISE, OF_ANOTHER
from invitations.models import Language, LetterTemplate
from invitations.tests.factories import EditionFactory

pytestmark = pytest.mark.django_db

ORCHARDS = {
    "name": "World Congress of Orchards",
    "organization": "World Orchards Organization",
    "organizers": "the Organization and its partners",
}


@pytest.mark.parametrize("language", Language.values)
def test_a_letter_of_another_organization_that_names_itu_is_told(composed, language):
    edition = EditionFactory(**ORCHARDS, track_name="Ministers’ Days")

    letter = composed(edition=edition, language=language)

    flawed = approval_doubts([letter]).flawed
    assert flawed[str(OF_ANOTHER)] == flawed[str(CALLED_OTHERWISE)] == [letter]


@pytest.mark.parametrize(
    "own",
    [
        {},
        {**ORCHARDS, "name": "Foro de la CMSI", "organization": "Международный союз (МСЭ)"},
        {
            "name": "World Summit on the Information Society",
            "organization": "International Telecommunication Union",
        },
        {"track_name": "High-Level Track of Ministers"},
    ],
)
def test_a_letter_that_names_its_own_organization_is_not(composed, own):
    letter = composed(edition=EditionFactory(**own))

    assert approval_doubts([letter]).flawed == {}


def test_the_words_of_its_own_make_no_doubt(composed):
    text = LetterTemplate.objects.for_letter("invitation", "").get(language="en")
    paper = text.paper.replace("ITU policy", "policy of GUITUR").replace("High-Level Track", "Days")
    paper = paper.replace("WSIS ", "")
    mail = text.mail.replace("High-Level Track", "Days")
    LetterTemplate.objects.filter(pk=text.pk).update(paper=paper, mail=mail)
    own = {"track_name": "Ministers’ Days", "segments_offered": ["opening"]}

    letter = composed(edition=EditionFactory(**ORCHARDS, **own))

    assert approval_doubts([letter]).flawed == {}


def test_the_prizes_of_wsis_are_those_of_another(composed):
    edition = EditionFactory(**ORCHARDS, segments_offered=["prizes"])
    LetterTemplate.objects.filter(kind="invitation").update(paper="$segments", mail="")

    letter = composed(edition=edition)

    assert "WSIS Prizes ceremony" in letter.paper
    assert [*approval_doubts([letter]).flawed] == [str(OF_ANOTHER)]
