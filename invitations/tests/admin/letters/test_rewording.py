"""Words of the shipped texts replaced in all of them at once."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from invitations.letters.approval import reword_template
from invitations.letters.checks.own_names import TRACK
from invitations.models import LetterTemplate
from invitations.tests.desk import choose, told
from invitations.text.rewording import Pair, pairs_in, reworded

pytestmark = pytest.mark.django_db

LIST = reverse("admin:invitations_lettertemplate_changelist")
# What the secretariat of a Conference with a Ministerial Segment writes.
IN_SPANISH = """
la Serie de sesiones de alto nivel → el Segmento ministerial
de la Serie de sesiones de alto nivel → del Segmento ministerial
a la Serie de sesiones de alto nivel → al Segmento ministerial
La **Serie de sesiones de alto nivel** → El **Segmento ministerial**
Serie de sesiones de alto nivel → Segmento ministerial
Foro → Conferencia
el $forum → la $forum
del $forum => de la $forum
al $forum => a la $forum
del Foro → de la Conferencia
al Foro → a la Conferencia
el Foro → la Conferencia
organizado → organizada
de la UIT → de la Convención
las Líneas de Acción de la CMSI → la Convención
"""


def newest(**of):
    return LetterTemplate.objects.newest_of(LetterTemplate.objects.filter(**of))


def reword(client, texts, pairs):
    answered = choose(client, LIST, "reword_selected", *texts, answered="yes", pairs=pairs)
    return [*told(answered)]


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("in the Forum, the Forums", "in the Conference, the Forums"),
        ("The Forum opens", "The Conference opens"),
        ("of the Forum", "of our Conference"),
        ("the **Forum**", "the **Forum**"),
    ],
)
def test_whole_words_are_replaced_the_longest_first(text, becomes):
    pairs = pairs_in("the Forum → the Conference\nof the Forum → of our Conference")

    assert reworded(text, pairs) == becomes


def test_what_was_replaced_is_not_replaced_again():
    assert reworded("a b", [Pair("a", "b"), Pair("b", "a")]) == "b a"


def test_the_name_of_a_placeholder_is_no_word_of_the_text():
    pairs = pairs_in("place → venue\n$city → $place")

    text = reworded("The place: $place, ${place} in $city", pairs)

    assert text == "The venue: $place, ${place} in $place"


@pytest.mark.parametrize(
    ("pair", "becomes"),
    [
        ("论坛 → 大会", "本大会的WSIS成果"),
        ("WSIS → 公约", "本论坛的公约成果"),
        ("SIS → 公约", "本论坛的WSIS成果"),
    ],
)
def test_chinese_words_are_replaced_though_no_space_parts_them(pair, becomes):
    assert reworded("本论坛的WSIS成果", pairs_in(pair)) == becomes


@pytest.mark.parametrize(
    ("lines", "refused"),
    [
        ("the Forum", "Line 1: write what stands there"),
        ("\n→ the Conference", "Line 2: write what stands there"),
        ("a → b → c", "Line 1: write what stands there"),
        ("a → b\na → c", "Line 2: these words stand in an earlier line"),
    ],
)
def test_a_line_that_is_no_pair_is_refused(lines, refused):
    with pytest.raises(ValidationError) as refusal:
        pairs_in(lines)

    assert refused in refusal.value.messages[0]


def test_all_spanish_texts_speak_of_a_conference_and_its_segment(admin_client):
    texts = newest(language="es")

    said = reword(admin_client, texts, IN_SPANISH)

    words = [f"{one.subject}\n{one.paper}\n{one.mail}" for one in newest(language="es")]
    wrong = ("el $forum", "del $forum", "al $forum", "Foro", "UIT", "CMSI", "la Segmento")
    assert [(one, word) for one in words for word in wrong if word in one] == []
    assert not TRACK.search("\n".join(words))
    assert "en el Segmento ministerial de la $forum" in "\n".join(words)
    assert any("texts have a next version" in one for one in said)


def test_texts_without_the_words_stay_and_other_languages_too(admin_client, admin_user):
    before = set(LetterTemplate.objects.values_list("pk", flat=True))

    said = reword(admin_client, newest(language="en"), "the Forum → the Conference\nnowhere → here")

    made = LetterTemplate.objects.exclude(pk__in=before)
    assert {one.language for one in made} == {"en"}
    assert all(one.written_by == admin_user and not one.is_approved for one in made)
    assert 0 < made.count() < newest(language="en").count()
    assert "In none of them: nowhere" in said


def test_a_text_that_would_lose_what_it_needs_stays_and_says_so(admin_client):
    text = newest(kind="receipt", variant="statement", language="en").get()

    said = reword(admin_client, [text], "$filed → nothing")

    assert newest(kind="receipt", variant="statement", language="en").get() == text
    assert any("$filed is missing" in one for one in said)


def test_two_who_reword_a_text_at_once_lose_no_word(admin_user):
    text = newest(kind="note", variant="", language="en").get()

    for pair in (Pair("the Forum", "the Conference"), Pair("High-Level Track", "Segment")):
        assert reword_template(text, [pair], admin_user)

    assert (
        "in the Segment of the Conference"
        in newest(kind="note", variant="", language="en").get().paper
    )


def test_of_an_earlier_version_the_newest_is_reworded(admin_client):
    first = newest(kind="note", variant="", language="en").get()
    reword(admin_client, [first], "the Forum → the Congress")

    reword(admin_client, [first], "the Congress → the Conference")

    assert "the Conference" in newest(kind="note", variant="", language="en").get().paper
