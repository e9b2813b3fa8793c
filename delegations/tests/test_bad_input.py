"""Whatever is typed, the forms answer with a sentence, and the page that shows it can be sent."""

import uuid

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.datastructures import MultiValueDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delegations.forms import DelegateForm, ListForm, ReplyForm, StatementForm
from delegations.forms.base import tidy, tidy_line
from delegations.forms.roster import COLUMNS
from invitations.models import ForumEdition, Invitation

WORDS = st.text(st.characters(), max_size=60)
HOSTILE = st.one_of(
    WORDS,
    st.sampled_from(["\u202eevil", "\u200b", "\0", "\ud800", "x" * 5000, "=1+1", "<script>", "‏א"]),
)
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def invitation():
    edition = ForumEdition(answers_offered=["in_person"], segments_offered=[])
    return Invitation(pk=1, edition=edition)


def filled(form_class, typed, **more):
    of = invitation()
    data = {"invitation": "1", "form_key": str(uuid.uuid4()), **typed}
    named = MultiValueDict({name: [value] for name, value in data.items()})
    return form_class(named, of=of, **more)


def holds(words):
    """Whether a table and a page can hold the words."""
    words.encode()
    return not set(words) & set("\0\u202e\u200b")


@given(st.dictionaries(st.sampled_from([*ReplyForm.base_fields]), HOSTILE))
@QUICK
def test_a_reply_holds_only_what_can_be_written(typed):
    form = filled(ReplyForm, typed)

    if form.is_valid():
        assert all(holds(word) for word in form.words.values() if isinstance(word, str))


@given(st.dictionaries(st.sampled_from([*DelegateForm.base_fields]), HOSTILE))
@QUICK
def test_a_delegate_holds_only_what_can_be_written(typed):
    form = filled(DelegateForm, {"name": "Rudolf", "role": "adviser"} | typed)

    if form.is_valid():
        assert all(holds(word) for word in form.words.values() if isinstance(word, str))


@given(st.dictionaries(st.sampled_from([*StatementForm.base_fields]), HOSTILE))
@QUICK
def test_a_statement_holds_only_what_can_be_written(typed):
    form = filled(StatementForm, {"speaker_name": "Rudolf", "mode": "video"} | typed, sessions=[])

    if form.is_valid():
        assert all(holds(word) for word in form.words.values() if isinstance(word, str))


@given(st.lists(st.lists(WORDS, max_size=len(COLUMNS) + 2), max_size=6), st.sampled_from("\t;,"))
@QUICK
def test_a_list_is_read_or_refused(rows, divider):
    form = filled(ListForm, {"lines": "\n".join(divider.join(cells) for cells in rows)}, known=[])

    if form.is_valid():
        for row in form.new:
            assert row.form.errors or holds(row.form.words["name"])


@given(WORDS)
@QUICK
def test_tidy_words_stay_as_they_are(words):
    assert tidy(tidy(words)) == tidy(words)
    assert tidy_line(tidy_line(words)) == tidy_line(words)


def test_what_is_shown_back_is_escaped():
    form = filled(ReplyForm, {"remarks": "<script>"})

    assert "<script>" not in render_to_string("delegations/errors.html", {"form": form})
    assert "&lt;script&gt;" in str(form["remarks"])
