import re
from string import Template

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from invitations.letters.context import (
    PRINTED_TERMS,
    addressee_of,
    dead_keys,
    placeholder_words,
    printed_terms_in,
)
from invitations.models import Language, LetterKind, LetterTemplate, Term
from invitations.outbox.specimens import specimen_of
from invitations.tests.factories import CircularFactory, InvitationFactory
from invitations.text.placeholders import (
    MAIL_LIMIT,
    NOT_IN_SUBJECT,
    PLACEHOLDERS,
    required_placeholders,
    usable_placeholders,
    validate_markdown,
    validate_placeholders,
    validate_template_texts,
)


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


def test_the_placeholder_that_was_probably_meant_is_named():
    with pytest.raises(ValidationError, match=r"\$forum_date\. Is \$forum_dates meant\?"):
        validate_placeholders("From $forum_date on")


def test_each_faulty_line_of_a_text_is_named():
    with pytest.raises(ValidationError) as refusal:
        validate_placeholders("$forum\n$secret_key\n$forum\nIt costs $9.")

    assert refusal.value.messages == [
        "Line 2: unknown placeholder $secret_key.",
        "Line 4: write a dollar sign as $$.",
    ]


def test_each_line_with_html_is_named():
    with pytest.raises(ValidationError) as refusal:
        validate_markdown("2 < 3\n<b>Dear</b>\n**Dear**\n<!-- note -->")

    assert [message.split(":")[0] for message in refusal.value.messages] == ["Line 2", "Line 4"]


INVITING = ["invitation", "notice", "corrigendum", "replacement"]


def test_a_mail_that_programs_would_cut_off_is_refused():
    words = {field: of(names) for field, names in required_placeholders("notice").items()}
    paper, mail = words["paper"] + "И" * MAIL_LIMIT, words["mail"] + "И" * (MAIL_LIMIT // 2)

    with pytest.raises(ValidationError) as refusal:
        validate_template_texts("notice", "", words | {"paper": paper, "mail": mail})

    (said,) = refusal.value.message_dict["mail"]
    assert refusal.value.message_dict.keys() == {"mail"}
    assert said.startswith("This is too long for a mail: it has 21 kB, and 20 kB is the most.")


@pytest.mark.parametrize("kind", INVITING)
@pytest.mark.parametrize("name", ["reply_link", "reply_code", "reply_before", "last_day"])
def test_a_mail_that_invites_is_refused_without_link_code_or_deadline(kind, name):
    words = {field: of(names) for field, names in required_placeholders(kind).items()}
    words["mail"] = of(required_placeholders(kind)["mail"] - {name})

    with pytest.raises(ValidationError) as refusal:
        validate_template_texts(kind, "", words)

    said = f"${name} is missing: the letter cannot leave without it."
    assert refusal.value.message_dict == {"mail": [said]}


@pytest.mark.parametrize("kind", INVITING)
@pytest.mark.parametrize("name", ["salutation", "closing", "reply_before"])
def test_a_paper_that_invites_is_refused_without_courtesies_or_deadline(kind, name):
    words = {field: of(names) for field, names in required_placeholders(kind).items()}
    words["paper"] = of(required_placeholders(kind)["paper"] - {name})

    with pytest.raises(ValidationError) as refusal:
        validate_template_texts(kind, "", words)

    assert list(refusal.value.message_dict) == ["paper"]


@pytest.mark.parametrize("kind", LetterKind.values)
def test_what_a_kind_cannot_do_without_is_enough_for_it(kind):
    words = {field: of(names) for field, names in required_placeholders(kind).items()}

    validate_template_texts(kind, "", {"subject": "On $forum", **words})


@pytest.mark.parametrize(
    ("kind", "variant", "name"),
    [
        ("invitation", "", "recorded"),
        ("invitation", "", "changes"),
        ("reminder", "first", "received_at"),
        ("note", "", "reply_link"),
        ("note", "", "reply_code"),
        ("note", "", "salutation"),
        ("acknowledgement", "copy", "reply_link"),
        ("acknowledgement", "answer", "covered"),
    ],
)
def test_a_placeholder_without_words_in_that_kind_is_refused_with_its_line(kind, variant, name):
    words = of(required_placeholders(kind, variant)["mail"])

    with pytest.raises(ValidationError) as refusal:
        validate_template_texts(kind, variant, {"mail": f"{words}\n\n${name}"})

    said = f"Line {len(words.splitlines()) + 2}: a letter of this kind has no words for ${name}."
    assert said in refusal.value.message_dict["mail"]


@pytest.mark.parametrize("name", sorted(NOT_IN_SUBJECT & usable_placeholders("invitation")))
def test_words_of_several_lines_and_the_key_are_refused_in_a_subject(name):
    with pytest.raises(ValidationError) as refusal:
        validate_template_texts("invitation", "", {"subject": f"On ${name}"})

    assert refusal.value.message_dict == {"subject": [f"${name} does not belong in a subject."]}


def test_an_unknown_placeholder_hides_no_other_fault():
    with pytest.raises(ValidationError) as refusal:
        validate_template_texts(
            "acknowledgement", "copy", {"mail": "It costs $9.\n$reply_link\n$recorded"}
        )

    assert refusal.value.messages == ["Line 2: a letter of this kind has no words for $reply_link."]


def test_a_dollar_sign_written_twice_is_no_placeholder():
    with pytest.raises(ValidationError, match=r"\$recorded is missing"):
        validate_template_texts("acknowledgement", "answer", {"mail": "$$recorded"})


@pytest.mark.django_db
@pytest.mark.parametrize("language", Language.values)
def test_every_placeholder_that_a_kind_may_use_has_words(language):
    circular = CircularFactory(changes="The dates change.")
    invitation = InvitationFactory(edition=circular.edition)

    for kind, variant in set(LetterTemplate.objects.values_list("kind", "variant")):
        letter = specimen_of(
            LetterTemplate(kind=kind, variant=variant, language=language), invitation
        )
        addressee = addressee_of(letter, language)
        words = placeholder_words(letter, language, dead_keys(), addressee)
        assert set(words) >= usable_placeholders(kind, variant)


@pytest.mark.django_db
def test_the_shipped_words_use_what_their_kind_has_and_lack_nothing():
    for template in LetterTemplate.objects.all():
        template.full_clean()

    kinds = LetterTemplate.objects.values_list("kind", "language")
    assert set(kinds) == {
        (kind, language) for kind in LetterKind.values for language in Language.values
    }


@pytest.mark.django_db
def test_the_shipped_terms_number_the_page_and_are_there_in_each_language():
    for term in Term.objects.all():
        term.full_clean()

    for language in Language.values:
        assert set(printed_terms_in(language)) >= PRINTED_TERMS


@pytest.mark.parametrize(
    ("key", "text", "sentence"),
    [
        ("page", "page $page", r"\$pages is missing"),
        ("page", "page $page of $pages on $forum", r"Line 1: unknown placeholder \$forum"),
        ("subject", "Subject $9", "Line 1: write a dollar sign"),
    ],
)
def test_a_term_leaves_open_what_it_has_to_and_nothing_else(key, text, sentence):
    with pytest.raises(ValidationError, match=sentence):
        Term(key=key, language="en", text=text).clean()


def of(names):
    """A text of these placeholders, a line to each."""
    return "\n".join(f"${name}" for name in sorted(names))


ADDRESSED_AS = re.compile(
    r"minist|member state|état membre|estado miembro|министр|государств\S*.член"
    r"|وزير|دول\S* \S*عضو|部长|成员国",
    re.IGNORECASE,
)


@pytest.mark.django_db
def test_no_shipped_text_calls_its_reader_a_minister_or_a_member_state():
    for text in LetterTemplate.objects.all():
        words = f"{text.subject}\n{text.paper}\n{text.mail}"
        named = ADDRESSED_AS.findall(re.sub(r"\$\{?\w+\}?", "", words))
        assert not named, (str(text), named)


@pytest.mark.django_db
def test_every_kind_has_its_shipped_texts_in_six_languages():
    shipped = set(LetterTemplate.objects.values_list("kind", "variant", "language"))

    kinds = {(kind, variant) for kind, variant, _language in shipped}
    assert len(kinds) == 37
    assert {kind for kind, _variant in kinds} == set(LetterKind.values)
    assert shipped == {(*kind, language) for kind in kinds for language in Language.values}
    for text in LetterTemplate.objects.all():
        text.full_clean(exclude=["first_approver", "second_approver"], validate_unique=False)
