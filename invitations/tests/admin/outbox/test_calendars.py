"""What each letter told the calendars of offices, as the desk lists it."""

import pytest
from django.urls import reverse

from invitations.letters.composing_queue import compose_planned
from invitations.models import CalendarEntry
from invitations.replies import record_reply
from invitations.tests.factories import HoursFactory
from invitations.tests.reminding import left_by_mail

pytestmark = pytest.mark.django_db

ENTRIES = reverse("admin:invitations_calendarentry_changelist")


@pytest.fixture
def office(reached, approved_texts):
    return reached()


def acknowledged(office, answer, *segments):
    reply = record_reply(office, {"answer": answer, "segments": list(segments)})
    compose_planned()
    return left_by_mail(reply.acknowledgements.get())


def test_the_desk_lists_each_event_with_its_letter_and_its_sequence(admin_client, office):
    HoursFactory(edition=office.edition)
    acknowledged(office, "in_person", "opening")
    letter = acknowledged(office, "regrets")

    page = admin_client.get(ENTRIES, {"invitation__id__exact": office.pk})

    rows = page.context["cl"].result_list
    assert [(row.sequence, row.is_cancelled) for row in rows] == [(1, True), (0, False)]
    shown = page.content.decode()
    assert "Opening segment" in shown
    assert reverse("admin:invitations_letter_change", args=[letter.pk]) in shown


def test_the_page_of_the_invitation_shows_its_calendar(admin_client, office):
    acknowledged(office, "in_person")

    page = reverse("admin:invitations_invitation_change", args=[office.pk])

    assert "days of the High-Level Track" in admin_client.get(page).content.decode()


def test_the_days_are_called_as_the_edition_calls_its_track(admin_client, office):
    office.edition.track_name = "Ministerial Days"
    office.edition.save()
    acknowledged(office, "in_person")

    shown = admin_client.get(ENTRIES).content.decode()

    assert "Ministerial Days" in shown
    assert "days of the High-Level Track" not in shown


def test_nobody_edits_what_was_told(admin_client, office):
    acknowledged(office, "in_person")
    entry = CalendarEntry.objects.get()

    admin_client.post(
        reverse("admin:invitations_calendarentry_change", args=[entry.pk]), {"sequence": 9}
    )
    admin_client.post(
        reverse("admin:invitations_calendarentry_delete", args=[entry.pk]), {"post": "yes"}
    )

    assert CalendarEntry.objects.get().sequence == 0
