"""Pages of records in use: what is free is saved, the rest is proposed, and both are said."""

import pytest
from django.urls import reverse

from invitations.models import HeldChange, Mission, Rank, Term
from invitations.outbox.release import release_change
from invitations.tests.admin.outbox.test_held_changes import RELEASER
from invitations.tests.desk import as_listed, as_sent, page_of, signed_in, told
from invitations.tests.factories import MemberStateFactory, MissionFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reached_once")]
TERMS = reverse("admin:invitations_term_changelist")


@pytest.fixture
def reached_once(reached):
    return reached()


@pytest.fixture
def term():
    return Term.objects.get(language="en", key="ref")


def test_a_page_saves_what_is_free_and_says_what_it_proposed(admin_client, term):
    page = page_of(term)
    sent = as_sent(admin_client.get(page))

    saved = admin_client.post(page, sent | {"text": "Our ref.:", "source": "a guide"}, follow=True)

    term.refresh_from_db()
    assert (term.text, term.source) == ("Ref.:", "a guide")
    [words] = told(saved)
    assert words.startswith("Proposed: term: Ref.: (English).")
    shown = admin_client.get(page)
    assert as_sent(shown)["text"] == "Ref.:"
    assert "Our ref.:" in shown.content.decode()


def test_a_page_saved_untouched_proposes_nothing(admin_client, term):
    page = page_of(term)

    saved = admin_client.post(page, as_sent(admin_client.get(page)), follow=True)

    assert not HeldChange.objects.exists()
    assert "changed successfully" in told(saved)[0]


def test_a_new_row_is_proposed_and_can_be_approved_by_its_page(admin_client, client):
    added = admin_client.post(
        reverse("admin:invitations_term_add"),
        {"key": "odd", "language": "en", "text": "Odd", "source": ""},
        follow=True,
    )

    assert told(added) == [
        "Proposed: term: Odd (English). Letters use it once a second person approves it. "
        "Everything else is saved."
    ]
    assert not Term.objects.filter(key="odd").exists()
    signed_in(client, *RELEASER)
    change = HeldChange.objects.get()
    page = client.get(page_of(change)).content.decode()
    assert "Odd" in page
    assert 'value="release_selected"' in page


def test_a_new_rank_keeps_the_code_that_was_typed(admin_client):
    names = {f"name_{code}": "Envoy" for code in ("ar", "zh_hans", "en", "fr", "ru", "es")}

    added = admin_client.post(
        reverse("admin:invitations_rank_add"),
        {"code": "ENV", "weight": "45", "form": "MIN", **names},
        follow=True,
    )

    assert told(added)[0].startswith("Proposed: rank: Envoy.")
    assert not Rank.objects.filter(pk="ENV").exists()
    change = HeldChange.objects.get()
    release_change(change, UserFactory(), change.mark)
    assert (Rank.objects.get(pk="ENV").name_ru, Rank.objects.get(pk="ENV").weight) == ("Envoy", 45)


def test_the_page_of_a_mission_proposes_its_states_and_addresses(admin_client, reached_once):
    mission, later = MissionFactory(states=[reached_once.member_state]), MemberStateFactory()
    page = page_of(mission)
    sent = as_sent(admin_client.get(page))
    typed = {"states": [later.pk], "emails": "new@example.org", "phone": "+41 22 730 00 00"}

    saved = admin_client.post(page, sent | typed, follow=True)

    assert told(saved)[0].startswith(f"Proposed: permanent mission: {mission}.")
    now = Mission.objects.get()
    assert (now.emails, now.phone) == (mission.emails, "+41 22 730 00 00")
    assert now.states.get() == reached_once.member_state
    change = HeldChange.objects.get()
    release_change(change, UserFactory(), change.mark)
    assert Mission.objects.get(emails="new@example.org").states.get() == later


def test_a_new_mission_is_saved_and_its_states_are_proposed(admin_client, reached_once):
    page = reverse("admin:invitations_mission_add")
    sent = as_sent(admin_client.get(page))
    typed = {"name": "Mission at the Lake", "states": [reached_once.member_state_id]}

    added = admin_client.post(page, sent | typed, follow=True)

    mission = Mission.objects.get()
    assert told(added)[0].startswith(f"Proposed: permanent mission: {mission}.")
    assert not mission.states.exists()
    assert HeldChange.objects.get().changed == {"states": ([], typed["states"])}


def test_a_list_that_is_edited_in_place_proposes_what_is_in_use(admin_client, term):
    url = f"{TERMS}?language__exact=en&key__exact=ref"
    sent = as_listed(admin_client.get(url))

    saved = admin_client.post(
        url, sent | {"form-0-text": "Our ref.:", "_save": "Save"}, follow=True
    )

    term.refresh_from_db()
    assert term.text == "Ref.:"
    assert told(saved)[0].startswith("Proposed: term: Ref.: (English).")
