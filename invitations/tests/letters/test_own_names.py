"""The shipped words of letters, where another organization invites."""

import pytest

from invitations.letters.checks.own_names import (
    CALLED_OTHERWISE,
    NO_FORUM,
    OF_ANOTHER,
    UNFIT_ARTICLE,
)
from invitations.letters.checks.warnings import approval_doubts
from invitations.models import Language, LetterTemplate
from invitations.tests.factories import EditionFactory

pytestmark = pytest.mark.django_db

ORCHARDS = {
    "name": "World Congress of Orchards",
    "organization": "World Orchards Organization",
    "organizers": "the Organization and its partners",
    "background": "It is held each year.",
}


@pytest.mark.parametrize("language", Language.values)
def test_a_letter_of_another_organization_that_names_itu_is_told(composed, language):
    edition = EditionFactory(**ORCHARDS, track_name="Ministers’ Days")

    letter = composed(edition=edition, language=language)

    flawed = approval_doubts([letter]).flawed
    for told in (OF_ANOTHER, CALLED_OTHERWISE, NO_FORUM):
        assert flawed[str(told)] == [letter]


@pytest.mark.parametrize(
    "own",
    [
        {},
        {**ORCHARDS, "name": "Foro de la CMSI", "organization": "Международный союз (МСЭ)"},
        {
            "name": "Forum of the World Summit on the Information Society",
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
    paper = paper.replace("on the Forum", "on the Congress")
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


@pytest.mark.parametrize(
    ("language", "name", "words", "are_unfit"),
    [
        ("fr", "Conférence mondiale des vergers", "lors du $forum", True),
        ("fr", "Assemblée des vergers", "participer au $forum", True),
        ("fr", "Conférence mondiale des vergers", "lors de la $forum", False),
        ("fr", "Congrès mondial des vergers", "lors du $forum", False),
        ("es", "Cumbre de los Huertos", "la apertura del $forum", True),
        ("es", "Congreso de los Huertos", "la apertura del $forum", False),
        ("en", "Conférence mondiale des vergers", "du $forum", False),
    ],
)
def test_an_article_that_does_not_fit_the_name_of_the_edition_is_told(
    composed, language, name, words, are_unfit
):
    texts = LetterTemplate.objects.filter(kind="invitation", language=language)
    texts.update(subject="–", paper=words, mail="")
    edition = EditionFactory(**{f"name_{language}": name})

    letter = composed(edition=edition, language=language)

    assert (str(UNFIT_ARTICLE) in approval_doubts([letter]).flawed) == are_unfit


def test_the_word_within_an_address_of_the_net_calls_nothing_a_forum(composed):
    words = "Reply at https://forum.example.org/Forum, Forum@example.org, www.Forum.example.org."
    LetterTemplate.objects.filter(kind="invitation").update(subject="–", paper=words, mail="")
    segments = {"segments_offered": ["opening"], "own_segments": ""}

    letter = composed(edition=EditionFactory(**ORCHARDS, **segments))

    assert str(NO_FORUM) not in approval_doubts([letter]).flawed
