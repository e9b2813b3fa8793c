"""Parts of a text that fall away as a whole."""

from string import Template

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from invitations.text.optional_parts import fill_marked, identifiers, mark_faults
from invitations.text.placeholders import (
    PLACEHOLDERS,
    required_placeholders,
    validate_template_texts,
)


def filled(text, **words):
    return fill_marked(text, words, lambda line: Template(line).substitute(words))


@pytest.mark.parametrize(
    ("text", "with_it", "without_it"),
    [
        ("telephone 1[[, fax $fax]], e-mail", "telephone 1, fax 2, e-mail", "telephone 1, e-mail"),
        ("The Forum[[, by $fax,]] and", "The Forum, by 2, and", "The Forum and"),
        ("One. [[Fax $fax.]] Two.", "One. Fax 2. Two.", "One. Two."),
        ("[[Fax $fax.]] [[F. $fax.]] Two.", "Fax 2. F. 2. Two.", "Two."),
        ("One. [[Fax $fax.]]", "One. Fax 2.", "One."),
        ("一[[、传真${fax}]]。二", "一、传真2。二", "一。二"),
        ("One\n\n[[Fax $fax]]\n\nTwo", "One\n\nFax 2\n\nTwo", "One\n\nTwo"),
        ("One\n[[Fax $fax]]\nTwo", "One\nFax 2\nTwo", "One\nTwo"),
        ("One\n\n[[Fax $fax]]", "One\n\nFax 2", "One\n"),
        ("[[Fax $fax]]\n\nTwo", "Fax 2\n\nTwo", "Two"),
        ("> One\\\n[[> *$fax*]]\n\nTwo", "> One\\\n> *2*\n\nTwo", "> One\n\nTwo"),
        ("> One\\\n> [[*$fax*]]\n\nTwo", "> One\\\n> *2*\n\nTwo", "> One\n\nTwo"),
        ("One\n\n[[Fax $fax\n\nand more]]\n\nTwo", "One\n\nFax 2\n\nand more\n\nTwo", "One\n\nTwo"),
        ("See [[[$fax]($fax)]].", "See [2](2).", "See."),
    ],
)
def test_a_part_falls_away_with_the_gap_that_it_would_leave(text, with_it, without_it):
    assert filled(text, fax="2") == with_it
    assert filled(text, fax="") == without_it
    for unseen in (" \u00a0", "\u200b", "\u200f", "\u2068\u2069", "\ufeff", "\u034f", "\ufe0f"):
        assert filled(text, fax=unseen) == without_it


def test_a_part_falls_away_if_one_of_its_placeholders_is_empty():
    assert filled("A[[, $b and $c]].", b="b", c="") == "A."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a\n[[ $b", r"Line 2: \[\[ is never closed"),
        ("a\n\n$b ]]", r"Line 3: \]\] closes what no \[\[ has opened"),
        ("[[ $b\n[[ $c ]] d ]]", r"Line 2: \[\[ opens again"),
        ("a\n[[ b ]]", "Line 2: there is no placeholder"),
        ("a\n[[ b $$c ]]", "Line 2: there is no placeholder"),
        ("a\n[[, fax $b]]]]", "Line 2: a bracket between"),
        ("[[$b]]]", "Line 1: a bracket between"),
        ("[[[ $b ]]", "Line 1: a bracket between"),
        ("[[\n$last_day]]", r"Line 2: \$last_day has to stand in each letter"),
    ],
)
def test_a_mark_that_cannot_be_meant_is_refused_with_its_line(text, sentence):
    with pytest.raises(ValidationError, match=sentence):
        raise ValidationError(mark_faults(text, {"last_day"}))


@pytest.mark.parametrize("field", ["subject", "paper", "mail"])
def test_marks_are_checked_in_each_text_of_a_letter(field):
    wanted = required_placeholders("invitation").get(field, set())
    words = {field: " ".join(f"${name}" for name in sorted(wanted)) + "\n[[nothing]]"}

    with pytest.raises(ValidationError) as refusal:
        validate_template_texts("invitation", "", words)

    assert list(refusal.value.message_dict) == [field]
    assert refusal.value.message_dict[field][0].startswith("Line 2: there is no placeholder")


def test_what_the_letter_cannot_leave_without_does_not_fall_away():
    mail = " ".join(f"${name}" for name in sorted(required_placeholders("reminder")["mail"]))

    with pytest.raises(ValidationError, match=r"\$reply_link has to stand in each letter"):
        validate_template_texts("reminder", "first", {"mail": f"[[{mail}]]"})


def test_the_last_day_does_not_fall_away_where_the_box_of_the_reply_would_have_it():
    paper = " ".join(f"${name}" for name in sorted(required_placeholders("invitation")["paper"]))

    with pytest.raises(ValidationError, match=r"\$last_day has to stand in each letter"):
        validate_template_texts("invitation", "", {"paper": f"{paper} [[$last_day $theme]]"})


@given(st.text(st.sampled_from("$${}[[]]ab \n\\>forum")))
def test_a_text_whose_marks_are_right_can_always_be_filled(text):
    if mark_faults(text, set()) or not all(Template(line).is_valid() for line in text.split("\n")):
        return

    for word in ("word", ""):
        filled(text, **dict.fromkeys({*PLACEHOLDERS, *identifiers(text)}, word))
