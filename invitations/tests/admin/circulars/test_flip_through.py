"""The letters of a circular one by one: what is remembered, and what is approved by it."""

import datetime as dt

import pytest
from auditlog.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from invitations.letters.approval import note_reviewed, reviewed_by
from invitations.models import Circular, Letter
from invitations.tests.databases import AS_DEPLOYED
from invitations.tests.desk import letters_of, shown, signed_in, told
from invitations.tests.factories import CircularFactory
from invitations.text.dates import format_day

pytestmark = pytest.mark.django_db


@pytest.fixture
def approver(client):
    return signed_in(client, "view_circular", "view_letter", "approve_letter")


@pytest.fixture
def circular():
    return CircularFactory()


def look(circular, letter=None):
    page = reverse("admin:invitations_circular_look", args=[circular.pk])
    return f"{page}?letter={letter.pk}" if letter else page


def see(client, circular, letter):
    return client.post(look(circular), {"letter": shown(letter)})


def test_a_letter_stands_between_its_neighbours(client, approver, circular):
    first, second, third = letters_of(circular, 3)

    page = client.get(look(circular, second))

    assert "Letter 2 of 3" in page.content.decode()
    assert (page.context["previous"], page.context["next"]) == (
        look(circular, first),
        look(circular, third),
    )
    assert client.get(look(circular, first)).context["previous"] == ""
    assert client.get(look(circular, third)).context["next"] == ""


def test_to_look_marks_nothing_as_seen(client, approver, circular):
    letters = letters_of(circular, 2)

    for letter in letters:
        client.get(look(circular, letter))

    assert reviewed_by(approver, letters) == set()
    assert not LogEntry.objects.filter(additional_data__act="seen").exists()


def test_what_was_seen_is_remembered_and_leads_to_the_next_that_was_not(client, approver, circular):
    first, second, third = letters_of(circular, 3)

    answers = [see(client, circular, letter) for letter in (second, first, first)]

    assert [answer.url for answer in answers] == [look(circular, third)] * 3
    assert reviewed_by(approver, [first, second, third]) == {first.pk, second.pk}
    assert LogEntry.objects.filter(additional_data__act="seen").count() == 2
    assert client.get(look(circular)).context["letter"] == third


def test_another_person_has_seen_nothing_yet(client, approver, circular):
    (letter,) = letters_of(circular, 1)
    see(client, circular, letter)

    other = signed_in(client, "view_circular", "view_letter", "approve_letter")

    assert reviewed_by(other, [letter]) == set()


def test_a_letter_composed_again_is_unseen_again(client, approver, circular):
    (letter,) = letters_of(circular, 1)
    see(client, circular, letter)

    Letter.objects.filter(pk=letter.pk).update(sha256="f" * 64)
    letter.refresh_from_db()

    assert reviewed_by(approver, [letter]) == set()
    assert client.get(look(circular)).context["to_approve"] == []


def test_what_the_page_showed_before_is_not_taken_for_seen(client, approver, circular):
    (letter,) = letters_of(circular, 1)
    before = shown(letter)
    Letter.objects.filter(pk=letter.pk).update(sha256="f" * 64)

    answer = client.post(look(circular), {"letter": before}, follow=True)

    assert told(answer) == ["The letter was composed anew since you looked at it."]
    assert not LogEntry.objects.filter(additional_data__act="seen").exists()


@pytest.mark.parametrize("sent", ["", "12", "1:2", "x:y:z"])
def test_an_incomplete_page_marks_nothing(client, approver, circular, sent):
    letters_of(circular, 1)

    assert client.post(look(circular), {"letter": sent}).status_code == 302
    assert not LogEntry.objects.filter(additional_data__act="seen").exists()


def test_what_was_seen_is_approved_by_both_hashes_and_nothing_else(client, approver, circular):
    first, second, third = letters_of(circular, 3)
    see(client, circular, first), see(client, circular, third)

    page = client.get(look(circular, second))
    named = [shown(letter) for letter in page.context["to_approve"]]
    answer = client.post(
        reverse("admin:invitations_letter_approve"), {"letters": named, "circular": circular.pk}
    )

    assert named == [shown(first), shown(third)]
    assert all(f'value="{name}"' in page.content.decode() for name in named)
    assert answer.url == reverse("admin:invitations_circular_progress", args=[circular.pk])
    assert list(Letter.objects.approved().order_by("pk")) == [first, third]


def test_what_one_cannot_approve_is_not_offered(client, approver, circular):
    own, other = letters_of(circular, 2)
    Letter.objects.filter(pk=own.pk).update(composed_by=approver)
    see(client, circular, own), see(client, circular, other)

    page = client.get(look(circular, own))

    assert page.context["to_approve"] == [other]
    assert "You composed it: a second person has to approve." in page.content.decode()


def test_the_doubts_of_this_letter_stand_above_it(client, approver, circular):
    certain, doubtful = letters_of(circular, 2)
    doubtful.invitation.minister.portfolio = ""
    doubtful.invitation.minister.save()

    assert client.get(look(circular, certain)).context["row"].doubts == []
    assert "no function on file" in client.get(look(circular, doubtful)).context["row"].doubts


def test_of_a_late_letter_both_days_and_what_to_do_are_told(client, approver, circular):
    (letter,) = letters_of(circular, 1)
    today = circular.edition.local_date(timezone.now())
    printed = today - dt.timedelta(days=4)
    Circular.objects.update(dated_on=printed)

    page = client.get(look(circular, letter))

    (doubt,) = page.context["row"].doubts
    assert f"dated {format_day(printed)}, and would leave on {format_day(today)}" in doubt
    assert "change that of the circular" in page.text


def test_hashes_are_shown_behind_a_click(client, approver, circular):
    (letter,) = letters_of(circular, 1)

    page = client.get(look(circular)).content.decode()

    bare, _, behind = page.rpartition("<details")
    for number in (letter.sha256, letter.message_sha256):
        assert f"<code>{number}</code>" in behind.partition("</details>")[0]
        assert f"<code>{number}</code>" not in bare


def test_without_letters_it_leads_to_the_progress(client, approver, circular):
    answer = client.get(look(circular))

    assert answer.url == reverse("admin:invitations_circular_progress", args=[circular.pk])


def test_who_may_not_approve_looks_at_nothing(client, circular):
    (letter,) = letters_of(circular, 1)
    signed_in(client, "view_circular", "view_letter", "change_letter")

    assert client.get(look(circular)).status_code == 403
    assert see(client, circular, letter).status_code == 403


@pytest.mark.parametrize("number", [1, 3])
def test_a_letter_takes_as_many_queries_among_more(
    client, approver, circular, number, django_assert_num_queries
):
    letters_of(circular, number)
    client.get(look(circular))

    with django_assert_num_queries(29):
        client.get(look(circular))


def test_an_approver_goes_through_all_letters_of_a_circular(client, approver, circular):
    number = 193 if AS_DEPLOYED else 10
    letters = letters_of(circular, number)
    for letter in letters[:-3]:
        note_reviewed(letter, approver, letter.sha256, letter.message_sha256)

    address = look(circular)
    for _letter in letters[-3:]:
        page = client.get(address)
        address = client.post(look(circular), {"letter": shown(page.context["letter"])}).url
    page = client.get(address)
    named = [shown(one) for one in page.context["to_approve"]]
    client.post(reverse("admin:invitations_letter_approve"), {"letters": named})

    assert len(page.content) < 300_000
    assert len(named) == number
    assert Letter.objects.approved().count() == number
