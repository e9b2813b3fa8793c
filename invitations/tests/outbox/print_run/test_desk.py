import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from invitations.models import Delivery
from invitations.tests.factories import (
    UserFactory,
)
from invitations.tests.outbox.print_run.papers import damage, mission_for, printed, widths

pytestmark = pytest.mark.django_db

LETTERS = reverse("admin:invitations_letter_changelist")


# The desk


def signed_in(client, *codenames):
    user = UserFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return user


@pytest.fixture
def desk(client):
    signed_in(client, "view_letter", "change_letter", "change_delivery")

    def choose(action, *rows, **typed):
        chosen = {"action": action, "_selected_action": [row.pk for row in rows], **typed}
        return client.post(LETTERS, chosen, follow=True)

    return choose


def told(response):
    return [str(message) for message in response.context["messages"]]


LEFT = {"answered": "yes", "channel": "", "reference": "Pouch 7"}


def left(at=None):
    at = timezone.localtime(at)
    return {**LEFT, "at_0": f"{at:%Y-%m-%d}", "at_1": f"{at:%H:%M:%S}"}


def test_page_before_the_print_run_shows_each_route(desk, letter, note):
    one, lost = letter(), letter(minister__given_name="Rudolf", minister__name_key="r")
    note(mission_for(one, name="Mission of Ruritania"), one)

    response = desk("print_selected", one, lost)

    page = response.content.decode()
    assert "pouch, permanent mission, Mission of Ruritania, Geneva" in page
    assert "note verbale" in page
    assert ["Rudolf Elphberg has no address" in words for words in told(response)] == [True]


def test_print_run_is_downloaded_as_one_pdf(desk, letter):
    one = letter()
    mission_for(one)

    response = desk("print_selected", one, answered="yes")

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith('attachment; filename="print-run-')
    assert len(widths(response.getvalue())) == 3


def test_who_takes_a_print_run_out_and_how_many_letters_lie_in_it_is_on_file(client, letter, note):
    person = signed_in(client, "view_letter", "change_letter")
    one, other, lost = (
        letter(minister__given_name=name, minister__name_key=name) for name in ("a", "b", "c")
    )
    note(mission_for(one, other), one, other)
    chosen = {"action": "print_selected", "_selected_action": [one.pk, other.pk, lost.pk]}
    taken_out = LogEntry.objects.filter(additional_data__act="taken_out")
    client.post(LETTERS, chosen)
    assert not taken_out.exists()

    client.post(LETTERS, {**chosen, "answered": "yes"}).getvalue()

    # With the note verbale; without the letter that is in no envelope.
    entry = taken_out.get()
    assert (entry.actor, entry.object_repr) == (person, "letters: 3, Print run")


def test_print_run_that_stops_at_a_damaged_letter_is_not_on_file(desk, letter):
    one = letter()
    mission_for(one)
    damage(one)

    desk("print_selected", one, answered="yes")

    assert not LogEntry.objects.filter(additional_data__act="taken_out").exists()


def test_letter_that_is_not_approved_is_refused_by_name_and_the_others_are_printed(desk, letter):
    one = letter()
    waiting = letter(
        state="composed", approved_at=None, minister__given_name="Rudolf", minister__name_key="r"
    )
    mission_for(one)
    mission_for(waiting)

    response = desk("print_selected", one, waiting)

    (refusal,) = told(response)
    assert "Rudolf Elphberg: Only an approved letter is printed." in refusal
    assert [row.pk for _pk, row, _more in response.context["rows"]] == [one.pk]


@pytest.mark.parametrize("answer", [{}, {"answered": "yes"}])
def test_more_letters_than_may_be_chosen_are_not_printed(desk, letter, monkeypatch, answer):
    monkeypatch.setattr("invitations.admin.confirming.LARGEST_SELECTION", 1)
    letters = letter(), letter()
    for one in letters:
        mission_for(one)

    response = desk("print_selected", *letters, **answer)

    assert told(response) == ["Choose at most 1 rows at a time."]


def test_run_without_any_envelope_says_that_there_is_nothing_to_print(desk, letter):
    response = desk("print_selected", letter())

    assert "has no address" in told(response)[0]
    assert told(response)[1] == "There is nothing to print."


def test_damaged_letter_is_told_in_place_of_the_download(desk, letter):
    one = letter()
    mission_for(one)
    damage(one)

    response = desk("print_selected", one, answered="yes")

    assert "is not what was frozen" in told(response)[0]


def test_marking_includes_the_note_verbale_that_lay_above(desk, letter, note):
    one = letter()
    above = note(mission_for(one), one)

    page = desk("dispatch_selected", one)
    shown = [row for _pk, row, _more in page.context["rows"]]
    response = desk("dispatch_selected", *shown, **left())

    assert shown == [one, above]
    assert told(response) == ["2 letters marked as dispatched."]
    assert Delivery.objects.filter(state="handed_over", reference="Pouch 7").count() == 2


def test_letter_that_has_left_already_is_refused_by_name(desk, letter):
    one = letter()
    mission_for(one)
    desk("dispatch_selected", one, **left())

    response = desk("dispatch_selected", one, **left())

    assert "It left by pouch already" in told(response)[0]
    assert one.deliveries.count() == 1


def test_page_of_dispatch_keeps_what_was_typed(desk, letter):
    one = letter()

    response = desk("dispatch_selected", one, **{**left(), "at_0": "someday"})

    assert 'value="Pouch 7"' in response.content.decode()
    assert not one.deliveries.exists()


def test_who_only_reads_letters_neither_prints_nor_marks(client, letter):
    signed_in(client, "view_letter")
    one = letter()

    for action in ("print_selected", "dispatch_selected"):
        client.post(
            LETTERS, {"action": action, "_selected_action": [one.pk], **left()}, follow=True
        )

    assert not one.deliveries.exists()
    assert "print_selected" not in client.get(LETTERS).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_page_before_the_print_run_takes_as_many_queries_for_three_letters_as_for_one(
    desk, letter, note, django_assert_num_queries, rows
):
    letters = [letter() for _n in range(rows)]
    for one in letters:
        note(mission_for(one), one)

    with django_assert_num_queries(25):
        desk("print_selected", *letters)


@pytest.mark.parametrize("rows", [1, 3])
def test_print_run_takes_as_many_queries_for_three_letters_as_for_one(
    letter, note, django_assert_num_queries, rows
):
    letters = [letter() for _n in range(rows)]
    for one in letters:
        note(mission_for(one), one)

    with django_assert_num_queries(8):
        printed(*letters)
