"""Whatever is typed, the forms answer with a sentence, and the page that shows it can be sent."""

import time
import tracemalloc
import uuid
from urllib.parse import urlencode

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from delegations.models import (
    Delegate,
    Delegation,
    DelegationChange,
    PolicyStatement,
    StatementText,
)
from delegations.office.forms.answer import ReplyForm
from delegations.office.forms.delegate import DelegateForm
from delegations.office.forms.delegate_list import ListForm
from delegations.office.forms.list_file import uploaded_lines
from delegations.office.forms.list_words import COLUMNS
from delegations.office.forms.statement import StatementForm
from delegations.tests.offices import browser, invited
from invitations.models import ForumEdition, Invitation, Reply
from invitations.replies import record_reply
from invitations.tests.databases import examples_of
from invitations.tests.uploading import sheet_that_repeats
from invitations.text.lines import tidy_line, tidy_text

pytestmark = pytest.mark.usefixtures("in_february")

FORM = "application/x-www-form-urlencoded"
WORDS = st.text(st.characters(), max_size=60)
HOSTILE = st.one_of(
    WORDS,
    st.sampled_from(["\u202eevil", "\u200b", "\0", "\ud800", "x" * 5000, "=1+1", "<script>", "‏א"]),
)
QUICK = settings(
    max_examples=examples_of(60), deadline=None, suppress_health_check=list(HealthCheck)
)


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


@pytest.mark.django_db
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
    assert tidy_text(tidy_text(words)) == tidy_text(words)
    assert tidy_line(tidy_line(words)) == tidy_line(words)


@pytest.mark.django_db
@pytest.mark.parametrize("piled", ["“Ã© ", "e\u0301\u0323", "\u200d"])
def test_what_is_far_too_long_is_refused_for_its_length_and_not_looked_through(piled):
    began = time.process_time()

    form = filled(ReplyForm, dict.fromkeys(["remarks", "respondent_name"], piled * 300_000))

    assert {"remarks", "respondent_name"} <= {*form.errors}
    assert "at most 2000 characters" in str(form.errors["remarks"])
    assert time.process_time() - began < 5


def test_what_is_shown_back_is_escaped():
    form = filled(ReplyForm, {"remarks": "<script>"})

    assert "<script>" not in render_to_string("errors.html", {"form": form})
    assert "&lt;script&gt;" in str(form["remarks"])


# Any sequence of posts, through the pages themselves

PAGES = ("answer", "statement", "add", "list", "files", "person", "take_off")
LIKELY = {
    "answer": ["in_person", "represented", "regrets", "holding", "video"],
    "step": ["check", "record", "change", "add"],
    "from": ["summary"],
    "language": ["ar", "xx"],
    "role": ["head", "adviser"],
    "mode": ["video", "in_person"],
    "name": ["Rudolf Rassendyll", "Flavia Elphberg"],
    "substitute_name": ["Rudolf Rassendyll"],
    "speaker_name": ["Rudolf Rassendyll"],
    "lines": ["Fritz;Colonel;;;head\nSapt", "name\tneeds\nAntoinette\tA ramp"],
    "email": ["rudolf@zen\u200bda.example.org", "\u202eflavia@example.org"],
    "respondent_email": ["rudolf@zen\u200bda.example.org"],
    "arrives_on": ["2027-05-10", "0000-00-00", "9999-12-31"],
    "first_choice": ["1", "9" * 40],
    "replaces": ["1", "-1", "9" * 40],
    "seen": ["x" * 64],
    "needs": ["A ramp\u202e"],
    "invitation": ["0", "9" * 40],
}
SOUND = {
    "answer": "in_person", "role": "adviser", "name": "Antoinette de Mauban", "mode": "video",
    "speaker_name": "Flavia Elphberg", "lines": "Helga von Strofzin", "step": "add",
}  # fmt: skip
UNLIKELY = (
    "substitute_function", "remarks", "form_key", "quotation", "spoken", "function", "gender",
    "organization", "segments", "text_language", "forget_needs", "title",
)  # fmt: skip
VALUES = {name: st.one_of(st.sampled_from(good), HOSTILE) for name, good in LIKELY.items()}
VALUES |= dict.fromkeys(UNLIKELY, HOSTILE)
FIELD = st.one_of(*(st.tuples(st.just(name), value) for name, value in VALUES.items()))
POSTS = st.lists(
    st.tuples(st.sampled_from(PAGES), st.lists(FIELD, max_size=3).map(dict)), min_size=2, max_size=6
)
TAKEN_OR_REFUSED = {200, 302, 400, 403, 404, 409, 410, 413}


def bytes_typed(words):
    """As a browser would never send it: with halves of signs."""
    pairs = [(name, value.encode("utf-8", "surrogatepass")) for name, value in words.items()]
    return urlencode(pairs).encode()


def texts_of(model):
    return [value for row in model.objects.values_list() for value in row if isinstance(value, str)]


@pytest.mark.walk
@pytest.mark.django_db
def test_any_sequence_of_posts_is_taken_or_refused_and_the_rows_stay_sound():
    office = invited("Ruritania")
    record_reply(office, {"answer": "in_person"})
    client = browser(office)
    delegation = Delegation.objects.create(edition=office.edition, member_state=office.member_state)
    person = Delegate.objects.create(delegation=delegation, name="Fritz von Tarlenheim")

    taken = set()

    @given(POSTS)
    @example([(page, {}) for page in PAGES])
    @settings(QUICK, max_examples=examples_of(40))
    @transaction.atomic
    def posted(posts):
        for page, typed in posts:
            named = {"pk": person.pk} if page in ("person", "take_off") else {}
            url = reverse(f"office:{page}", kwargs={"invitation_id": office.pk, **named})
            words = {"invitation": str(office.pk), "form_key": str(uuid.uuid4())} | SOUND | typed
            response = client.post(url, bytes_typed(words), FORM)
            assert response.status_code in TAKEN_OR_REFUSED
        assert office.replies.standing().count() <= 1
        assert Delegate.objects.filter(role="head").count() <= 1
        for model in (Reply, Delegate, PolicyStatement, DelegationChange):
            assert all(holds(words) for words in texts_of(model))
            taken.update([model] if model.objects.exists() else [])
        # Each sequence starts from the same rows.
        transaction.set_rollback(True)

    posted()
    assert taken >= {Delegate, PolicyStatement, DelegationChange}


@pytest.mark.django_db
def test_an_address_that_was_copied_loses_the_signs_that_nobody_sees():
    office = invited("Ruritania")
    address = "\u202arudolf@zen\u200bda.example.org\u202c"

    browser(office).post(
        reverse("office:answer", args=[office.pk]),
        {"invitation": office.pk, "form_key": uuid.uuid4(), "answer": "regrets"}
        | {"respondent_email": address},
    )

    assert office.replies.get().respondent_email == "rudolf@zenda.example.org"


# Names of files, as no browser would send them


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "a\\b\\c.txt",
        "speech\\r\\nX: y.txt",
        "x" * 5000 + ".txt",
        'a";b=".txt',
        "\u202efdp.exe",
        "\0.txt",
        "речь.txt",
        "خطاب.txt",
        " ",
        ".",
        "con",
    ],
)
def test_a_file_is_handed_back_under_a_name_that_harms_nobody(name, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    office = invited("Ruritania")
    record_reply(office, {"answer": "in_person"})
    client, edge = browser(office), b"--edge\r\nContent-Disposition: form-data; name="
    words = {"invitation": office.pk, "speaker_name": "Sapt", "mode": "video"}
    client.post(reverse("office:statement", args=[office.pk]), words)
    body = (
        edge + b"invitation\r\n\r\n%d\r\n" % office.pk
        + edge + b'texts; filename="%b"\r\n\r\nWords.\r\n--edge--\r\n' % name.encode()
    )  # fmt: skip

    answer = client.post(
        reverse("office:files", args=[office.pk]), body, "multipart/form-data; boundary=edge"
    )

    assert answer.status_code in {200, 302, 400}
    for text in StatementText.objects.all():
        handed = client.get(reverse("office:text", args=[office.pk, text.pk]))
        assert handed["Content-Disposition"].startswith("attachment")
        assert handed["X-Content-Type-Options"] == "nosniff"
        assert holds(text.called)
        assert len(text.called) <= 120
        assert not set(text.called) & set("/\\\r\n")


def test_a_spreadsheet_whose_cells_repeat_one_long_text_is_refused_early():
    content = sheet_that_repeats("a" * 20_000, rows=202, columns=20)
    tracemalloc.start()

    with pytest.raises(ValidationError, match="A list may have 200 people at most"):
        uploaded_lines(SimpleUploadedFile("list.xlsx", content))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 10_000_000
