"""How far the letters of a circular are, and their notes verbales."""

import pytest
from django.urls import reverse

from invitations.letters.approval import approve_letter
from invitations.letters.composing_queue import compose_planned
from invitations.tests.admin.circulars.stages import approved_in, composed_in, draft, page
from invitations.tests.desk import signed_in, told
from invitations.tests.factories import CircularFactory, LetterFactory, MissionFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_progress_counts_and_names_the_reasons_to_wait(client, drafter):
    circular = CircularFactory()
    for _n in range(2):
        LetterFactory(
            invitation=draft(circular.edition),
            circular=circular,
            waiting_reason="There is no text in Ruritanian.",
        )
    composed_in(circular)
    approved_in(circular)

    shown = client.get(page(circular, "progress")).content.decode()
    numbers = client.get(page(circular, "progress_json")).json()

    assert numbers == {
        "planned": 2,
        "composed": 1,
        "approved": 1,
        "total": 4,
        "with_words": 2,
        "waiting": [{"words": "2: There is no text in Ruritanian.", "links": []}],
    }
    assert "<li>2: There is no text in Ruritanian.</li>" in shown
    assert '<noscript><meta http-equiv="refresh" content="5;url=?unattended"></noscript>' in shown
    assert "Look at" not in shown


def test_progress_leads_to_approval_when_all_is_composed(client):
    signed_in(client, "view_circular", "approve_letter")
    circular = CircularFactory()
    composed_in(circular)

    shown = client.get(page(circular, "progress")).content.decode()

    assert page(circular, "approve") in shown
    assert "Look at 1 letter and approve" in shown
    assert "http-equiv" not in shown


def test_progress_says_how_many_letters_are_outdated_and_lists_them(client, drafter):
    circular = CircularFactory()
    composed_in(circular)
    outdated = composed_in(circular)
    outdated.invitation.minister.family_name = "Hentzau"
    outdated.invitation.minister.save()

    response = client.get(page(circular, "progress"))

    assert "1 composed letter is outdated" in response.content.decode()
    listed = client.get(response.context["outdated_url"]).context["cl"].queryset
    assert list(listed) == [outdated]


def test_progress_without_letters_leads_to_the_audience(client, drafter):
    circular = CircularFactory()

    shown = client.get(page(circular, "progress")).content.decode()

    assert "There is no letter yet" in shown
    assert page(circular, "audience") in shown


def test_notice_that_does_not_say_what_changes_waits_and_says_so(client, drafter, composed):
    letter = composed()
    approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)
    notice = CircularFactory(edition=letter.invitation.edition, kind="notice")

    client.post(page(notice, "audience"), {"seen": letter.invitation_id})
    compose_planned()

    (waits,) = client.get(page(notice, "progress_json")).json()["waiting"]
    change = reverse("admin:invitations_circular_change", args=[notice.pk])
    assert waits == {
        "words": "1: Missing in English: what changes.",
        "links": [[f"{change}#id_changes_en", "English: what changes"]],
    }


def test_progress_leads_to_the_letters_whose_ministers_lack_a_field(client, drafter):
    circular = CircularFactory()
    for _n in range(2):
        LetterFactory(
            invitation=draft(circular.edition),
            circular=circular,
            waiting_reason="Missing in English: portfolio.",
            waits_for=[["en", "minister", "portfolio"]],
        )

    (waits,) = client.get(page(circular, "progress_json")).json()["waiting"]
    in_french = client.get(page(circular, "progress_json"), headers={"accept-language": "fr"})

    assert waits["words"] == "2: Missing in English: portfolio."
    assert "Missing" not in in_french.json()["waiting"][0]["words"]
    ((url, _name),) = waits["links"]
    assert f"circular__id__exact={circular.pk}&composing=waits" in url


def test_notes_are_planned_once_all_letters_are_composed(client, drafter):
    circular = CircularFactory()
    letter = composed_in(circular)
    MissionFactory(states=[letter.invitation.member_state])
    waiting = LetterFactory(invitation=draft(circular.edition), circular=circular)

    early = client.post(page(circular, "notes"), follow=True)
    waiting.delete()
    in_time = client.post(page(circular, "notes"), follow=True)
    again = client.post(page(circular, "notes"), follow=True)

    note = circular.letters.get(kind="note")
    assert told(early) == ["Wait until all letters are composed: a note covers those that are."]
    assert told(in_time) == ["1 letter is to be composed."]
    assert list(note.covers.all()) == [letter]
    assert note.composed_by == drafter
    assert told(again) == ["Wait until all letters are composed: a note covers those that are."]
