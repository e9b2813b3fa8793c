"""The States of another organization: some are not on the shipped list, many are not invited."""

import pytest
from auditlog.models import LogEntry
from django.urls import reverse

from invitations.admin.setup.checklist import texts_item
from invitations.models import ForumEdition, Invitation, MemberState, OrderOfStates
from invitations.models.states import alphabetical, french_order
from invitations.tests.desk import as_listed, as_sent, of_group
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    MissionFactory,
)

pytestmark = pytest.mark.django_db

LIST = reverse("admin:invitations_memberstate_changelist")
ADD = reverse("admin:invitations_memberstate_add")


@pytest.mark.parametrize(
    ("names", "key"),
    [
        ({"short_name_en": "Zenda"}, "ZENDA"),
        ({"short_name_en": "Zenda", "short_name_fr": "Château d’Élphberg"}, "CHATEAU D ELPHBERG"),
        ({"short_name_en": "Zenda", "list_name_fr": "Strelsau (Îles)"}, "STRELSAU ILES"),
        ({"short_name_en": "Zenda", "sort_key_fr": "OF ITS OWN"}, "OF ITS OWN"),
    ],
)
def test_a_state_that_is_added_by_hand_stands_in_lists_by_its_name(admin_client, names, key):
    MemberStateFactory(iso2="QA", sort_key_fr="ANTIGUA")
    sent = as_sent(admin_client.get(ADD)) | {"iso2": "QZ", "iso3": "QZZ", "language": "en"}

    admin_client.post(ADD, sent | names)

    added = MemberState.objects.get(iso2="QZ")
    assert added.sort_key_fr == key
    assert alphabetical(MemberState.objects.all(), OrderOfStates.FRENCH)[-1] == added


def test_whom_an_organization_invites_and_in_which_language_is_changed_in_the_list(client):
    first, second = (MemberStateFactory(sort_key_fr=key, language="ar") for key in "AB")
    client.force_login(of_group("Drafters"))
    sent = {
        "form-TOTAL_FORMS": 2, "form-INITIAL_FORMS": 2, "_save": "Save",
        "form-0-id": first.pk, "form-0-language": "ar",
        "form-1-id": second.pk, "form-1-language": "en", "form-1-invited_by_default": "on",
    }  # fmt: skip

    client.post(LIST, sent)

    rows = MemberState.objects.order_by("sort_key_fr").values_list("language", "invited_by_default")
    assert list(rows) == [("ar", False), ("en", True)]


def test_a_language_that_was_changed_meanwhile_is_not_put_back_by_the_list(admin_client):
    first, _second = (MemberStateFactory(sort_key_fr=key, language="ar") for key in "AB")
    sent = as_listed(admin_client.get(LIST))
    MemberState.objects.filter(pk=first.pk).update(language="fr", invited_by_default=False)

    admin_client.post(LIST, sent | {"form-1-language": "en", "_save": "Save"})

    rows = MemberState.objects.order_by("sort_key_fr").values_list("language", "invited_by_default")
    assert list(rows) == [("fr", False), ("en", True)]


def test_a_reader_changes_nothing_in_the_list(client):
    client.force_login(of_group("Readers"))
    MemberStateFactory()

    page = client.get(LIST).content.decode()

    assert 'name="form-0-language"' not in page


@pytest.mark.parametrize(
    ("action", "before"), [("invite_by_default", False), ("do_not_invite_by_default", True)]
)
def test_the_chosen_states_are_switched_at_once_after_a_question(client, action, before):
    chosen = [MemberStateFactory(invited_by_default=before) for _number in range(2)]
    other = MemberStateFactory(invited_by_default=before)
    drafter = of_group("Drafters")
    client.force_login(drafter)
    sent = {"action": action, "_selected_action": [state.pk for state in chosen]}

    asked = client.post(LIST, sent)
    unasked = set(MemberState.objects.values_list("invited_by_default", flat=True))
    client.post(LIST, sent | {"answered": "yes"})

    switched = MemberState.objects.filter(invited_by_default=not before)
    assert "2 rows" in asked.content.decode()
    assert unasked == {before}
    assert other not in switched
    assert set(switched) == set(chosen)
    assert {one: switches_of(one) for one in [*chosen, other]} == {
        **{one: [(drafter.pk, [str(before), str(not before)])] for one in chosen},
        other: [],
    }


def switches_of(state):
    """Who switched the State to what, as its history tells it."""
    rows = LogEntry.objects.get_for_object(state).filter(changes__has_key="invited_by_default")
    rows = rows.filter(action=LogEntry.Action.UPDATE)
    return [(row.actor_id, row.changes["invited_by_default"]) for row in rows]


def test_all_that_a_filter_lists_are_switched_and_those_that_are_so_already_are_named(client):
    europe = [MemberStateFactory(region="Europe", iso2=iso2) for iso2 in ("QA", "QB")]
    already = MemberStateFactory(region="Europe", invited_by_default=False, short_name="Zenda")
    elsewhere = MemberStateFactory(region="Africa")
    client.force_login(of_group("Drafters"))
    sent = {"action": "do_not_invite_by_default", "_selected_action": [europe[0].pk]}

    listed = f"{LIST}?region__exact=Europe"
    asked = client.post(listed, sent | {"select_across": 1, "index": 0})
    shown = [key for key, *_more in asked.context["rows"]]
    client.post(listed, sent | {"_selected_action": shown, "answered": "yes"})

    assert set(shown) == {state.pk for state in europe}
    assert "Zenda: it is not invited by default already" in running(asked)
    assert list(MemberState.objects.invited()) == [elsewhere]
    assert switches_of(already) == []


def running(page):
    return " ".join(page.content.decode().split())


def test_a_reader_is_offered_neither_switch(client):
    client.force_login(of_group("Readers"))
    state = MemberStateFactory()
    sent = {"action": "do_not_invite_by_default", "_selected_action": [state.pk]}

    page = client.get(LIST).content.decode()
    client.post(LIST, sent | {"answered": "yes"})

    assert "invite_by_default" not in page
    assert MemberState.objects.invited().get() == state


def test_texts_are_asked_for_in_the_languages_that_somebody_reads():
    edition = EditionFactory(mission_city="Nairobi", theme_ru="", theme_zh_hans="", theme_es="")
    ForumEdition.objects.update(theme_ar="")
    edition.refresh_from_db()
    before = texts_item(edition).words

    MemberStateFactory(language="en")
    MemberStateFactory(language="ar", invited_by_default=False)
    MissionFactory(city="Nairobi", language="fr")
    MissionFactory(city="Zenda", language="zh-hans")
    for_two = texts_item(edition)
    minister = MinisterFactory(member_state__language="en", language="fr", second_language="es")
    InvitationFactory(edition=edition, minister=minister)
    with_a_minister = texts_item(edition)

    assert before.startswith("Complete in 2 of 6 languages.")
    assert (for_two.is_done, for_two.words) == (True, "Complete in 2 of 2 languages.")
    assert not with_a_minister.is_done
    assert with_a_minister.words == "Complete in 2 of 3 languages. Missing in Spanish: theme."


def test_associate_members_stand_between_member_states_and_observers():
    for key, status in {"A": "observer", "B": "associate", "C": "member"}.items():
        state = MemberStateFactory(sort_key_fr=key, status=status)
        InvitationFactory(minister__member_state=state)

    sorted_here = [one.sort_key_fr for one in alphabetical(MemberState.objects.all(), "fr")]
    invitations = Invitation.objects.order_by(*french_order())

    in_database = invitations.values_list("member_state__sort_key_fr", flat=True)
    assert sorted_here == list(in_database) == ["C", "B", "A"]
