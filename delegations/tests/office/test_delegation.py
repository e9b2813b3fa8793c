import io
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook

from delegations.models import Delegate, Delegation, DelegationChange
from delegations.nominations import nominate_delegate
from delegations.office.forms.list_file import replace_surrogates
from delegations.tests.offices import browser, coming, invited, page_of, text, token_in
from delegations.tests.rows import all_rows
from invitations.replies import record_reply
from invitations.tests.factories import EditionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

NOTHING = "Nothing has been saved yet"


@pytest.fixture
def invitation():
    return coming("Ruritania")


def words_of(invitation, **words):
    own = {"invitation": invitation.pk, "form_key": uuid.uuid4()}
    return own | {"role": "adviser", "name": "Rudolf Rassendyll"} | words


def person_url(invitation, person, name="person"):
    return reverse(f"office:{name}", args=[invitation.pk, person.pk])


def added(client, invitation, **words):
    client.post(page_of(invitation, "add"), words_of(invitation, **words))
    return Delegate.objects.latest("pk")


def hidden(response, name):
    return re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())[1]


# One person


def test_a_person_is_named_and_shown(invitation):
    client = browser(invitation)
    words = words_of(
        invitation,
        role="head",
        function="Minister",
        organization="Ministry of Posts",
        email="rudolf@example.org",
        gender="m",
        arrives_on="2027-05-10",
        departs_on="14.05.2027",
        needs_visa_letter="on",
        needs="No nuts.",
    )

    page = text(client.post(page_of(invitation, "add"), words, follow=True))

    for shown in (
        "Rudolf Rassendyll is on the list.",
        "head of delegation",
        "Minister, Ministry of Posts",
        "10 May 2027 – 14 May 2027",
        "visa letter needed",
        "needs of access and diet: recorded",
        "1 man.",
    ):
        assert shown in page
    assert "No nuts." not in page
    assert Delegate.objects.get().needs == "No nuts."


def test_needs_are_never_shown_back(invitation):
    client = browser(invitation)
    person = added(client, invitation, needs="No nuts.")

    page = text(client.get(person_url(invitation, person)))

    assert "Recorded, and not shown here" in page
    assert "No nuts." not in page


def test_needs_stay_until_they_are_replaced_or_deleted(invitation):
    client = browser(invitation)
    person = added(client, invitation, needs="No nuts.")
    url = person_url(invitation, person)

    def save(**words):
        seen = hidden(client.get(url), "seen")
        client.post(url, words_of(invitation, seen=seen, **words))
        person.refresh_from_db()
        return person.needs

    assert save(function="Envoy") == "No nuts."
    assert save(needs="A ramp.") == "A ramp."
    assert save(forget_needs="on") == ""


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("name", "", "Please give the name."),
        ("name", "\u200b", "Please give the name."),
        ("name", "x" * 100_000, "at most 120 characters"),
        ("name", "Ru\0dolf", "This holds signs that are no writing"),
        (
            "email",
            "rudolf@",
            "rudolf@ is not an e-mail address: please write it as name@example.org.",
        ),
        ("arrives_on", "soon", "Enter a valid date."),
        ("departs_on", "2027-05-01", "The departure cannot come before the arrival."),
        ("role", "king", "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_named_and_what_was_typed_is_kept(invitation, field, typed, told):
    words = words_of(invitation, function="Envoy", arrives_on="2027-05-10") | {field: typed}

    page = text(browser(invitation).post(page_of(invitation, "add"), words))

    assert NOTHING in page
    assert told in page
    assert 'value="Envoy"' in page
    assert f'href="#id_{field}"' in page
    assert not Delegate.objects.exists()


def test_a_second_head_is_refused_at_its_field(invitation):
    client = browser(invitation)
    added(client, invitation, name="Flavia Elphberg", role="head")

    page = text(client.post(page_of(invitation, "add"), words_of(invitation, role="head")))

    assert "Role – A delegation has one head, and Flavia Elphberg is named already." in page
    assert Delegate.objects.count() == 1


def test_a_stale_form_shows_both_and_keeps_what_was_typed(invitation):
    one, other = browser(invitation), browser(invitation)
    person = added(one, invitation)
    url = person_url(invitation, person)
    opened = hidden(other.get(url), "seen")
    one.post(url, words_of(invitation, function="Envoy", seen=hidden(one.get(url), "seen")))

    stale = other.post(url, words_of(invitation, function="Ambassador", seen=opened))

    assert stale.status_code == 409
    page = text(stale)
    assert "This was changed after you opened the page" in page
    assert "Changed by office of Minister of Posts of Ruritania, 10 February 2027" in page
    assert "<bdi>Envoy</bdi>" in page
    assert "<bdi>Ambassador</bdi>" in page
    assert 'value="Ambassador"' in page
    seen = hidden(stale, "seen")
    other.post(url, words_of(invitation, function="Ambassador", seen=seen))
    assert Delegate.objects.get().function == "Ambassador"


def test_a_person_who_was_taken_off_meanwhile_is_not_lost_from_the_form(invitation):
    client = browser(invitation)
    person = added(client, invitation)
    url = person_url(invitation, person)
    Delegate.objects.all().delete()

    page = text(client.post(url, words_of(invitation, function="Envoy")))

    assert "taken off the list in the meantime" in page
    assert 'value="Envoy"' in page


def test_a_person_is_taken_off_after_a_question(invitation):
    client = browser(invitation)
    url = person_url(invitation, added(client, invitation), "take_off")
    asked = client.get(url)

    assert Delegate.objects.exists()
    words = {"invitation": invitation.pk, "seen": hidden(asked, "seen")}
    page = text(client.post(url, words, follow=True))

    assert "Rudolf Rassendyll is off the list." in page
    assert "Rudolf Rassendyll</bdi>: removed" in page
    assert not Delegate.objects.exists()


def test_nobody_is_taken_off_who_was_changed_meanwhile(invitation):
    client = browser(invitation)
    url = person_url(invitation, added(client, invitation), "take_off")
    seen = hidden(client.get(url), "seen")
    Delegate.objects.update(function="Envoy")

    response = client.post(url, {"invitation": invitation.pk, "seen": seen})

    assert response.status_code == 409
    assert "Envoy" in text(response)
    assert Delegate.objects.exists()


def test_a_delegate_of_another_state_is_not_found(invitation):
    other = coming("Strelsau")
    stranger = added(browser(other), other)
    client = browser(invitation)

    assert client.get(person_url(invitation, stranger)).status_code == 404
    client.post(person_url(invitation, stranger, "take_off"), {"invitation": invitation.pk})
    client.post(person_url(invitation, stranger), words_of(invitation, name="Nobody"))
    assert Delegate.objects.get().name == "Rudolf Rassendyll"


def test_a_form_of_another_invitation_is_refused(invitation):
    other = coming("Strelsau")
    client = browser(invitation, other)

    page = text(client.post(page_of(invitation, "add"), words_of(other)))

    assert "belongs to another invitation" in page
    assert not Delegate.objects.exists()


def test_a_stale_token_loses_nothing(invitation):
    client = browser(invitation, enforce_csrf_checks=True)
    words = words_of(invitation, function="Envoy", csrfmiddlewaretoken="x" * 64)

    refused = client.post(page_of(invitation, "add"), words)

    assert refused.status_code == 403
    assert 'value="Envoy"' in text(refused)
    client.post(page_of(invitation, "add"), words | {"csrfmiddlewaretoken": token_in(refused)})
    assert Delegate.objects.get().function == "Envoy"


def test_the_language_changes_and_what_was_typed_stays(invitation):
    client = browser(invitation)
    words = words_of(invitation, function="Envoy", language="ar")

    page = text(client.post(page_of(invitation, "add"), words))

    assert 'dir="rtl"' in page
    assert 'value="Envoy"' in page
    assert not Delegate.objects.exists()


def test_no_delegation_is_asked_for_where_nobody_comes():
    invitation = invited("Ruritania")
    record_reply(invitation, {"answer": "video"})
    client = browser(invitation)

    page = text(client.get(page_of(invitation, "delegation")))

    assert "nobody is expected to come" in page
    assert "Add a person" not in page
    refused = text(client.post(page_of(invitation, "add"), words_of(invitation)))
    assert "once an answer that brings somebody stands" in refused
    assert 'value="Rudolf Rassendyll"' in refused


def test_the_page_says_that_it_replaces_no_registration():
    edition = EditionFactory(registration_link="https://forum.example.org/register")
    invitation = coming("Ruritania", edition=edition)

    page = text(browser(invitation).get(page_of(invitation, "delegation")))

    assert "does not replace the registration of each participant" in page
    assert 'href="https://forum.example.org/register"' in page


def test_a_change_names_the_office_as_a_second_person_released_it(invitation):
    nominate_delegate(invitation, {"role": "head", "name": "Sapt"}, uuid.uuid4(), "")
    invitation.minister.portfolio = "Minister of Plots"
    invitation.minister.save()

    page = browser(invitation).get(page_of(invitation, "delegation")).content.decode()

    assert "office of Minister of " in page
    assert "Plots" not in page


def test_a_full_list_says_so():
    invitation = coming("Ruritania", edition=EditionFactory(delegates_limit=1))
    client = browser(invitation)
    added(client, invitation)

    page = text(client.get(page_of(invitation, "delegation")))

    assert "The list is full: a delegation has at most 1 person." in page
    assert "Add a person" not in page


def test_looking_changes_nothing(invitation):
    client = browser(invitation)
    person = added(client, invitation)
    before = all_rows()

    for url in (
        page_of(invitation, "delegation"),
        page_of(invitation, "add"),
        page_of(invitation, "list"),
        person_url(invitation, person),
        person_url(invitation, person, "take_off"),
    ):
        assert client.get(url).status_code == 200
        assert client.head(url).status_code == 200
    assert all_rows() == before


# A whole list


def list_words(invitation, lines="", **more):
    return {"invitation": invitation.pk, "form_key": uuid.uuid4(), "lines": lines} | more


def sent(invitation, lines="", **more):
    return browser(invitation).post(
        page_of(invitation, "list"), list_words(invitation, lines, **more)
    )


def test_a_list_is_shown_before_anybody_is_added(invitation):
    lines = "Rudolf Rassendyll;Envoy;Court;rudolf@example.org;alternate\nFritz;;;;"

    page = text(sent(invitation, lines, step="preview"))

    assert "Rudolf Rassendyll" in page
    assert "Alternate" in page
    assert "Add 2 people" in page
    assert not Delegate.objects.exists()


def test_a_confirmed_list_is_added(invitation):
    lines = "Rudolf Rassendyll\tEnvoy\tCourt\trudolf@example.org\tdeputy\nFritz\tAide"

    response = sent(invitation, lines, step="add")

    assert response.url == page_of(invitation, "delegation")
    assert list(Delegate.objects.values_list("name", "function", "role")) == [
        ("Rudolf Rassendyll", "Envoy", "deputy"),
        ("Fritz", "Aide", "adviser"),
    ]


def test_an_address_in_a_list_is_understood_as_people_copy_it(invitation):
    sent(invitation, "Fritz;Aide;;Fritz <fritz@example.org>\nSapt;;;sapt@example.org؛", step="add")

    found = Delegate.objects.values_list("name", "email")
    assert dict(found) == {"Fritz": "fritz@example.org", "Sapt": "sapt@example.org"}


def test_each_bad_cell_is_named_with_its_line_and_nobody_is_added(invitation):
    lines = "Rudolf;;;rudolf@;king\n\nFritz;;;;\n;Envoy;;;"

    page = text(sent(invitation, lines, step="add"))

    assert "Line 1, E-mail – rudolf@ is not an e-mail address: please write it" in page
    assert "Line 1, Role – “king” is not known here. Please write one of these: Head of" in page
    assert "Line 4, Name as on the badge – Please give the name." in page
    assert "Fritz;;;;" in page
    assert not Delegate.objects.exists()


def test_headings_in_any_language_change_the_order(invitation):
    lines = "E-mail,Visa letter,Name,Role\nfritz@example.org,yes,Fritz,head of delegation"

    sent(invitation, lines, step="add")

    fritz = Delegate.objects.get()
    assert (fritz.name, fritz.email, fritz.role) == ("Fritz", "fritz@example.org", "head")
    assert fritz.needs_visa_letter


def test_who_is_named_already_is_not_added_again(invitation):
    client = browser(invitation)
    added(client, invitation)
    words = list_words(invitation, "RUDOLF  Rassendyll\nFritz\nfritz", step="add")

    client.post(page_of(invitation, "list"), words)

    assert list(Delegate.objects.values_list("name", flat=True)) == ["Rudolf Rassendyll", "Fritz"]


def test_two_heads_on_a_list_are_told_apart(invitation):
    page = text(sent(invitation, "Rudolf;;;;head\nFritz;;;;head", step="add"))

    assert "Line 2, Role – A delegation has one head, and Rudolf is named already." in page


def test_a_list_beyond_the_limit_is_refused_whole():
    invitation = coming("Ruritania", edition=EditionFactory(delegates_limit=1))

    page = text(sent(invitation, "Rudolf\nFritz", step="add"))

    assert "A delegation has at most 1 person." in page
    assert "Rudolf Fritz</textarea>" in page
    assert not Delegate.objects.exists()


def spreadsheet(*rows):
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def test_a_spreadsheet_becomes_lines_that_can_be_corrected(invitation):
    content = spreadsheet(["Name", "Arrival"], ["Rudolf", "2027-05-10"], ["Fritz", None])

    page = text(sent(invitation, file=SimpleUploadedFile("list.bin", content)))

    assert "Add 2 people" in page
    assert "10 May 2027" in page
    assert "Rudolf 2027-05-10" in page


def test_halves_of_a_sign_in_a_spreadsheet_are_marked():
    assert replace_surrogates("Fritz\ud800") == "Fritz?"


@pytest.mark.parametrize(
    "content", ["Rudolf;Envoy\nFritz;Aide\n".encode("utf-16"), b"PK Rao;Envoy\nFritz;Aide\n"]
)
def test_a_list_in_unicode_text_is_read(invitation, content):
    assert "Add 2 people" in text(sent(invitation, file=SimpleUploadedFile("l.csv", content)))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"MZ\x90\0" * 50, "This file is neither a spreadsheet (XLSX) nor a list"),
        (b"PK\x03\x04" + b"\0" * 50, "This file is neither a spreadsheet (XLSX) nor a list"),
        (b"%PDF-1.7 nothing", "list.xlsx is no spreadsheet: save the list as XLSX or CSV."),
    ],
)
def test_a_file_that_is_no_list_is_refused(invitation, content, told):
    page = text(sent(invitation, file=SimpleUploadedFile("list.xlsx", content)))

    assert told in page
    assert NOTHING in page


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("", "Please choose a file, or paste the lines of the list."),
        ("Name;Role", "The list has headings, but nobody is on it."),
        ("x\n" * 300, "A list may have 200 people at most."),
        ("x" * 100_000, "at most 60000 characters"),
    ],
)
def test_what_is_no_list_is_refused_and_kept(invitation, lines, told):
    page = text(sent(invitation, lines, step="preview"))

    assert told in page
    assert not Delegate.objects.exists()


def test_ten_posts_of_a_list_add_it_once(invitation):
    client, words = browser(invitation), list_words(invitation, "Rudolf\nFritz", step="add")

    for _again in range(10):
        client.post(page_of(invitation, "list"), words)

    assert Delegate.objects.count() == DelegationChange.objects.count() == 2


# Fast


@pytest.mark.parametrize("delegates", [1, 50])
def test_queries_are_as_many_for_fifty_as_for_one(invitation, django_assert_num_queries, delegates):
    client = browser(invitation)
    person = added(client, invitation)
    delegation = Delegation.objects.get()
    Delegate.objects.bulk_create(
        Delegate(delegation=delegation, name=f"Fritz {n}") for n in range(delegates - 1)
    )
    url = person_url(invitation, person)
    seen = hidden(client.get(url), "seen")

    # The invitation by its link, what waits of it, the State's replies, whether there is a
    # delegation, the delegation, its delegates, its history, the form of address, the reference,
    # the receipt that is planned, and its approved texts.
    with django_assert_num_queries(11):
        client.get(page_of(invitation, "delegation"))
    with django_assert_num_queries(8):
        client.get(url)
    with django_assert_num_queries(8):
        client.get(page_of(invitation, "list"))
    # The invitation, the answer, the delegation, how much was changed today, whether its names were
    # erased, its delegates, the row and the change, within a transaction, and a row of the field
    # history; for the receipt the letter that stands, the people named, and its row; for reminders
    # the lock, what is filed, and what they know of it.
    with django_assert_num_queries(18):
        client.post(page_of(invitation, "add"), words_of(invitation, name="Another"))
    with django_assert_num_queries(20):
        client.post(url, words_of(invitation, function="Envoy", seen=seen))


def test_what_concerns_the_whole_form_is_told_once(invitation):
    client = browser(invitation)
    person = added(client, invitation)
    Delegate.objects.all().delete()

    page = text(client.post(person_url(invitation, person), words_of(invitation)))

    assert page.count("taken off the list in the meantime") == 1
