"""No page says what a protocol officer would not: words of those who write programs."""

import ast
import re

import pytest
from django.conf import settings
from django.utils.translation.template import templatize

MARKS = {
    "_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext",
    "pgettext_lazy", "npgettext", "npgettext_lazy",
}  # fmt: skip
# What is said to who keeps the server: the help of commands, and the history of the schema.
FOR_OPERATORS = re.compile(r"/(tests|migrations|management)/")
# A command as it is typed, an address of a page and what stands for a name are no words.
NO_WORDS = re.compile(r"“(?:celery|manage\.py) [^”]*”|%\(\w+\)s|\$\w+|`[^`]*`|\[\]\([^)]*\)")
REFUSED = re.compile(
    r"\b(queue[ds]?|queuing|workers?|bytes?|frozen|planned|symbols?|exclusive(ly)?|"
    r"letter events?|not before|leave before|sending since|hash(es|ed)?)\b",
    re.I,
)
# “Outbox” stays: each mail program has a folder of that name. So does “principal”: the invitation
# of which there is one for each State is called so in notes verbales.
EXCEPT = {
    # Behind a click, beside the number itself, for who compares it with that of a file.
    "This is the hash of the sealed file. Until it is approved, the PDF opens without its seal.",
}


def words_of_code():
    """Each text that code marks for translation, with the file that says it."""
    for app in ("wsis_forum", "delegations", "invitations"):
        for path in (settings.BASE_DIR / app).rglob("*.py"):
            if not FOR_OPERATORS.search(str(path)):
                for call in ast.walk(ast.parse(path.read_text())):
                    if isinstance(call, ast.Call) and getattr(call.func, "id", "") in MARKS:
                        yield from ((text, path.name) for text in texts_of(call))


def texts_of(call):
    return [one.value for one in call.args if isinstance(getattr(one, "value", None), str)]


def words_of_templates():
    for path in (settings.BASE_DIR / "templates").rglob("*.*"):
        # What is left of a template is code that marks its texts.
        marked = re.findall(r"gettext\((u?(['\"]).*?(?<!\\)\2)[,)]", templatize(path.read_text()))
        for literal, _quote in marked:
            yield ast.literal_eval(literal), path.name


def words_of_handbook():
    for path in (settings.BASE_DIR / "docs/handbook/en").glob("*.md"):
        yield path.read_text(), path.name


@pytest.mark.parametrize(
    ("said", "number"), [(words_of_code, 2000), (words_of_templates, 900), (words_of_handbook, 20)]
)
def test_no_page_says_what_only_programmers_say(said, number):
    texts = list(said())
    found = [
        (match[0], text[:80], name)
        for text, name in texts
        if text not in EXCEPT
        for match in REFUSED.finditer(NO_WORDS.sub("", text))
    ]

    assert len(texts) >= number
    assert found == []


# Beside a name in Latin letters, and between columns as they are typed.
OWN_SIGNS = {"binder.html", "resource_fields_list.html"}
SIGNS = re.compile(r"\(\{[{%]|\}\}\)|[%}]\}, (?=[{<])|join:\", \"")


def test_brackets_and_commas_between_words_are_those_of_the_language():
    """Chinese brackets are as wide as a sign, Arabic commas turned: both are translated."""
    found = []
    for path in (settings.BASE_DIR / "templates").rglob("*.html"):
        translated = r"\{% blocktranslate.*?endblocktranslate %\}"
        left = re.sub(translated, "", path.read_text(), flags=re.DOTALL)
        if path.name not in OWN_SIGNS:
            found += [(path.name, match[0]) for match in SIGNS.finditer(left)]

    assert found == []


# A name that groups have in the database, and words that a library has so.
STRAIGHT = {
    "Speakers' desk",
    "After you've created a user, you’ll be able to edit more user options.",
}


def test_one_sign_stands_for_every_apostrophe():
    said = {text for text, _place in (*words_of_code(), *words_of_templates())}

    assert {
        text for text in said if re.search(r"\w'(?!\w+[\]}])", NO_WORDS.sub("", text))
    } == STRAIGHT
