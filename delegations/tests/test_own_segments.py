"""An edition whose Track has other parts than those that are usual."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import override

from delegations.desk.binder.printing import blank_forms
from delegations.models import HighLevelSession
from delegations.programme.sessions import approve_session
from delegations.tests.offices import browser, invited, page_of, text, words_of
from invitations.admin.list_columns import change_url
from invitations.letters.calendar_events import public_calendar, track_calendar
from invitations.letters.context import edition_words
from invitations.letters.released import released_edition
from invitations.models import HeldChange, Reply, SessionHours
from invitations.models.held.composed_with import hash_of
from invitations.models.held.holding import values_of
from invitations.outbox.release import release_change, take_back_change
from invitations.replies import record_reply
from invitations.tests.desk import as_sent, told
from invitations.tests.factories import EditionFactory, UserFactory

pytestmark = [pytest.mark.walk, pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

OWN = {
    "own_segments_en": "Opening by the host\nVisit to the river\n",
    "own_segments_es": "Apertura por el país anfitrión\nVisita al río",
}
AT = dt.datetime(2027, 5, 11, 9, tzinfo=dt.UTC)
ADD = reverse("admin:delegations_highlevelsession_add")


@pytest.fixture
def edition():
    return EditionFactory(**OWN)


@pytest.fixture
def office(edition):
    return invited("Ruritania", edition=edition)


def visit(edition, **more):
    said = {
        "segment": "part_2",
        "title": "By boat",
        "starts_at": AT,
        "ends_at": AT.replace(hour=10),
    }
    return HighLevelSession.objects.create(edition=edition, **said | more)


def approved(session):
    for _person in range(2):
        session.refresh_from_db()
        approve_session(session, UserFactory(), session.mark)
    return session


def test_an_office_is_asked_for_the_parts_of_its_edition_alone(office):
    client = browser(office)

    asked = text(client.get(page_of(office)))
    client.post(page_of(office), words_of(office, segments=["part_2"], step="record"))

    assert "Opening by the host" in asked
    assert "WSIS Prizes" not in asked
    assert "round_table" not in asked
    reply = office.replies.get()
    assert (reply.segments, reply.segment_names) == (["part_2"], ["Visit to the river"])


def test_a_part_of_the_usual_ones_is_no_answer_to_it(office):
    browser(office).post(page_of(office), words_of(office, segments=["prizes"], step="record"))

    assert not office.replies.exists()


def test_record_and_acknowledgement_name_the_part_in_their_language(office):
    reply = record_reply(office, {"answer": "in_person", "segments": ["part_2"]})

    with override("es"):
        assert "Visita al río" in dict(reply.recorded_points("es")).values()


def test_a_part_that_was_usual_when_it_was_chosen_keeps_its_name(office):
    reply = record_reply(office, {"answer": "in_person", "segments": ["opening"]})

    assert reply.segment_names == ["opening segment"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Opening by the host and Visit to the river"),
        ("es", "Apertura por el país anfitrión y Visita al río"),
        # No other language's words stand in: the letter waits.
        ("fr", ""),
    ],
)
def test_letters_name_them_in_their_language(edition, language, said):
    with override(language):
        assert edition_words(edition, language)["segments"] == said


def test_a_calendar_has_the_sessions_of_the_parts_that_were_chosen(edition, office):
    approved(visit(edition))
    approved(visit(edition, segment="part_1", title="Welcome"))
    record_reply(office, {"answer": "in_person", "segments": ["part_2"]})

    calendar = track_calendar(office).to_ical().decode()

    assert "By boat" in calendar
    assert "Visit to the river" in calendar
    assert "Welcome" not in calendar


def test_no_calendar_or_mail_names_a_part_that_nobody_released(admin_client):
    office = invited("Ruritania", edition=EditionFactory())
    page = change_url(office.edition)
    admin_client.post(page, as_sent(admin_client.get(page)) | OWN)
    office.refresh_from_db()
    approved(visit(office.edition))
    reply = record_reply(office, {"answer": "in_person", "segments": ["part_2"]})
    reply.invitation.edition = released_edition(office.edition)

    of_all = public_calendar(office.edition).to_ical().decode()

    assert "By boat" in of_all
    assert "art_2" not in of_all + track_calendar(office).to_ical().decode()
    assert "art_2" not in str(reply.recorded_points("en"))


def test_the_binder_has_them_on_its_blank_forms(edition):
    forms = {form.lang: form.segments for form in blank_forms(edition)}

    assert forms["es"] == ["Apertura por el país anfitrión", "Visita al río"]


def test_a_session_belongs_to_a_part_of_its_edition(admin_client, edition):
    EditionFactory(segments_offered=["prizes"])
    hours = {
        f"{name}_{part}": words
        for name, hour in (("starts_at", "09:30"), ("ends_at", "10:30"))
        for part, words in enumerate(("2027-05-11", hour))
    }
    words = {"edition": edition.pk, "title_en": "By boat", "seats": 0, **hours}

    refused = admin_client.post(ADD, words | {"segment": "prizes"})
    admin_client.post(ADD, words | {"segment": "part_2"})
    listed = reverse("admin:delegations_highlevelsession_changelist")
    shown = admin_client.get(f"{listed}?segment=part_2").content.decode()

    assert "not one of the available choices" in refused.content.decode()
    assert HighLevelSession.objects.get().segment == "part_2"
    assert "Visit to the river" in shown


def test_the_hours_of_calendars_name_the_part(admin_client, edition):
    hours = approved(visit(edition)).hours or SessionHours.objects.get()
    pages = [reverse("admin:invitations_sessionhours_changelist"), change_url(hours)]

    assert all("Visit to the river" in admin_client.get(page).content.decode() for page in pages)


def test_what_came_on_paper_is_recorded_with_them(admin_client, office):
    page = admin_client.get(reverse("admin:invitations_correspondence_add"))

    boxes = dict(page.context["adminform"].form.fields["segments"].choices)
    assert boxes == {"part_1": "Opening by the host", "part_2": "Visit to the river"}


def test_a_segment_of_another_edition_is_not_recorded(admin_client, office):
    EditionFactory()
    add = reverse("admin:invitations_correspondence_add")
    came = {"received_at_0": "2027-02-01", "received_at_1": "09:00", "channel": "fax"}
    words = came | {"invitation": office.pk, "answer": "in_person"}

    refused = admin_client.post(add, words | {"segments": ["opening"]})
    admin_client.post(add, words | {"segments": ["part_1"]})

    assert "has these segments: Opening by the host" in refused.content.decode()
    assert office.replies.get().segments == ["part_1"]


@pytest.mark.parametrize(
    ("column", "words", "refused"),
    [
        ("own_segments_es", "Apertura", "As many lines as in English: 2."),
        ("own_segments_es", "Apertura\nApertura", "A segment stands here twice."),
        ("own_segments_en", "\n".join(map(str, range(13))), "At most 12 segments"),
        ("own_segments_en", "Opening\n" + "x" * 101, "each of at most 100 signs"),
        ("own_segments_en", "", "As many lines as in English: 0."),
    ],
)
def test_lines_that_do_not_fit_together_are_refused(admin_client, edition, column, words, refused):
    sent = as_sent(admin_client.get(change_url(edition)))

    shown = admin_client.post(change_url(edition), sent | {column: words})

    edition.refresh_from_db()
    assert refused in shown.content.decode()
    assert edition.own_segments_en == OWN["own_segments_en"]


def test_a_line_that_an_answer_or_a_session_names_stays(admin_client, edition):
    visit(edition)
    sent = as_sent(admin_client.get(change_url(edition)))

    one = {"own_segments_en": "Opening", "own_segments_es": "Apertura"}
    refused = admin_client.post(change_url(edition), sent | one)
    more = {name: f"{lines.strip()}\nGala" for name, lines in OWN.items()}
    admin_client.post(change_url(edition), sent | more)

    edition.refresh_from_db()
    assert "Offices have answered, or sessions belong to them" in refused.content.decode()
    assert [*edition.segments] == ["part_1", "part_2", "part_3"]


def test_lines_by_which_an_office_answers_before_their_removal_is_released_stay(edition, office):
    """Until the release it is asked by what was released last."""
    for column in OWN:
        setattr(edition, column, "")
    edition.save()
    browser(office).post(page_of(office), words_of(office, segments=["part_2"], step="record"))
    [change] = HeldChange.objects.waiting().of(edition)

    with pytest.raises(ValidationError, match="leave these lines"):
        release_change(change, UserFactory(), change.mark)
    take_back_change(change, UserFactory(), change.mark)

    assert Reply.objects.get().segment_names == ["Visit to the river"]


def test_lines_that_nobody_has_named_go_once_that_is_released(edition, office):
    for column in OWN:
        setattr(edition, column, "")
    edition.save()
    [change] = HeldChange.objects.waiting().of(edition)

    release_change(change, UserFactory(), change.mark)

    assert "opening" in edition.as_released.segments


@pytest.mark.parametrize("column", OWN)
@pytest.mark.parametrize(("order", "becomes"), [((1, 0), None), ((0, "x"), ["part_1", "part_2"])])
def test_lines_that_are_named_keep_their_places(admin_client, edition, column, order, becomes):
    visit(edition)
    lines = OWN[column].strip().splitlines()
    typed = "\n".join(lines[at] if at != "x" else "Corrected" for at in order)
    sent = as_sent(admin_client.get(change_url(edition)))

    shown = admin_client.post(change_url(edition), sent | {column: typed})

    edition.refresh_from_db()
    assert ("leave these lines, in their order" in shown.content.decode()) == (becomes is None)
    assert getattr(edition, column) == (typed if becomes else OWN[column])


def test_sessions_of_the_usual_ones_are_named_where_an_edition_gets_its_own(admin_client):
    edition = EditionFactory()
    visit(edition, segment="prizes", title="Awards")
    sent = as_sent(admin_client.get(change_url(edition)))

    saved = admin_client.post(change_url(edition), sent | OWN, follow=True)

    [said] = [one for one in told(saved) if "nobody’s calendar" in one]
    assert "Awards" in said


def test_the_api_names_the_segment_of_a_session_as_it_was_released(client, office):
    approved(visit(office.edition))
    office.edition.own_segments_en = "Opening by the host\nTo the river"
    office.edition.save()

    (told,) = client.get(f"/api/v1/editions/{office.edition.symbol}/sessions").json()["items"]

    assert told["segment"] == "part_2"
    assert (told["segment_name"]["en"], told["segment_name"]["fr"]) == ("Visit to the river", "")
    assert told["segment_name"]["es"] == "Visita al río"


def test_letters_composed_before_there_were_such_lines_are_not_outdated():
    edition = EditionFactory()
    now = values_of(type(edition), [edition.pk])[edition.pk]
    before = {name: value for name, value in now.items() if "own_segments" not in name}

    assert hash_of(now) == hash_of(before) != hash_of(now | {"own_segments_en": "Opening"})
