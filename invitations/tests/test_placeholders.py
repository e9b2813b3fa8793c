from string import Template

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from invitations.models import Letter, LetterTemplate
from invitations.placeholders import PLACEHOLDERS, validate_placeholders
from invitations.tests.factories import LetterFactory, ReplyFactory
from invitations.words import words_for


@pytest.mark.parametrize("name", sorted(PLACEHOLDERS))
def test_each_placeholder_of_the_set_may_be_used(name):
    validate_placeholders(f"Before ${name} and ${{{name}}} after.")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("$secret_key", r"Line 1: unknown placeholder \$secret_key"),
        ("$forum\n\n${minister.email}", "Line 3: write a dollar sign"),
        ("$forum\n$b and $a", r"Line 2: unknown placeholder \$a, \$b"),
        ("It costs $9.", "Line 1: write a dollar sign"),
        ("It costs $", "Line 1: write a dollar sign"),
        ("$forum_", r"unknown placeholder \$forum_"),
        ("$Forum", r"unknown placeholder \$Forum"),
    ],
)
def test_another_is_refused_with_its_line_and_its_name(text, sentence):
    with pytest.raises(ValidationError, match=sentence) as refusal:
        validate_placeholders(text)

    assert len(refusal.value.messages) == 1


def test_a_dollar_sign_is_written_twice():
    validate_placeholders("It costs $$9 to $forum.")

    assert Template("It costs $$9.").substitute({}) == "It costs $9."


@given(st.text(st.sampled_from("$${}ab_ \n\r\x0b\x85\u2028forumplace.")))
def test_a_text_that_was_let_in_can_always_be_filled(text):
    try:
        validate_placeholders(text)
    except ValidationError:
        return

    Template(text).substitute(dict.fromkeys(PLACEHOLDERS, "word"))


@pytest.mark.django_db
def test_every_placeholder_has_words_in_an_acknowledgement():
    reply = ReplyFactory()
    letter = LetterFactory(
        invitation=reply.invitation, kind=Letter.Kind.ACKNOWLEDGEMENT, variant="answer", reply=reply
    )

    assert set(words_for(letter)) == PLACEHOLDERS


@pytest.mark.django_db
def test_the_shipped_words_use_the_set_alone():
    for template in LetterTemplate.objects.all():
        template.full_clean()

    assert LetterTemplate.objects.count() >= 14
