"""A link of staff leads where its words say."""

import pytest
from django.core.exceptions import ValidationError

from invitations.models import LetterTemplate
from invitations.text.markdown import validate_links, without_stray_asterisks

OURS, THEIRS = "https://forum.example.org/reply", "https://elsewhere.example/reply"
ELSEWHERE = [
    f"[{OURS}]({THEIRS})",
    f"[forum.example.org]({THEIRS})",
    f"[**forum.example.org/reply**]({THEIRS})",
    f"[`forum.example.org`]({THEIRS})",
    f"[forum\\.example&#46;org]({THEIRS})",
    f"[forum\u200b.example.org]({THEIRS})",
    f"[forum\uff0eexample\uff0eorg]({THEIRS})",
    f"[Reply at www.forum.example.org today]({THEIRS})",
    f"[{OURS}][1]\n\n[1]: {THEIRS}",
    "[https://forum.example.org](https://forum.example.org@elsewhere.example)",
    "[forum@example.org](mailto:rupert@elsewhere.example)",
    "[mailto:forum@example.org](mailto:rupert@elsewhere.example)",
    f"[$website]({THEIRS})",
    f"[{OURS}]($website)",
    "[$contact_email](mailto:rupert@elsewhere.example)",
]
AS_IT_SAYS = [
    f"[{OURS}]({OURS})",
    f"<{OURS}>",
    f"[HTTPS://Forum.Example.org/reply/]({OURS})",
    f"[forum.example.org/reply]({OURS})",
    "[forum@example.org](mailto:Forum@example.org)",
    "[$website]($website), [$contact_email](mailto:$contact_email)",
    "[${website}](${website})",
    "[münchen.example](https://münchen.example/)",
    f"[the page on which to reply]({OURS}), e.g. today",
    "[programme.pdf](https://forum.example.org/files/programme.pdf)",
]


@pytest.mark.parametrize("text", ELSEWHERE)
def test_a_link_whose_words_are_another_address_is_refused(text):
    with pytest.raises(ValidationError, match="would lead to"):
        validate_links(f"Please see {text}.")


@pytest.mark.parametrize("text", AS_IT_SAYS)
def test_a_link_that_leads_where_its_words_say_is_taken(text):
    validate_links(f"Please see {text}.")


@pytest.mark.django_db
def test_the_shipped_texts_lead_where_they_say():
    for template in LetterTemplate.objects.all():
        validate_links(template.paper)


@pytest.mark.django_db
def test_a_letter_template_refuses_a_link_that_leads_elsewhere():
    template = LetterTemplate.objects.filter(kind="invitation", language="en").last()
    template.paper += f"\n\n[{OURS}]({THEIRS})"

    with pytest.raises(ValidationError, match="would lead to https:"):
        template.full_clean()


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("**Before $1** January **", "**Before $1** January "),
        ("** and **(A)** *b*", " and **(A)** *b*"),
        ("**two\nlines** and **one\n\nother**", "**two\nlines** and one\n\nother"),
        ("a **** b", "a  b"),
        (r"\*\*Sapt\*\* **", r"\*\*Sapt\*\* "),
    ],
)
def test_asterisks_that_make_nothing_bold_are_left_out(typed, printed):
    assert without_stray_asterisks(typed) == printed
