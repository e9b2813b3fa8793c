"""The desk shows what waits for a second person, who releases it or takes it back there."""

import datetime as dt

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from invitations.models import (
    Circular,
    FormOfAddress,
    ForumEdition,
    HeldChange,
    Invitation,
    MemberState,
    Minister,
    Mission,
    Rank,
    Term,
)
from invitations.models.held.holding import HELD
from invitations.models.held.proposals import save_or_propose
from invitations.models.held.rows import HeldQuerySet, HeldRow
from invitations.outbox.date_change.proposal import DATES
from invitations.tests.desk import as_sent, choose, page_of, signed_in, told
from invitations.tests.factories import (
    MemberStateFactory,
    MinisterFactory,
    MissionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

Notice = apps.get_model("delegations", "Notice")

LIST = reverse("admin:invitations_heldchange_changelist")
RELEASER = ("view_heldchange", "release_heldchange", "view_minister")


@pytest.fixture
def office(reached):
    """An office whose letter is approved, and where its copies go."""
    invitation = reached(minister__to_emails="office@example.org")
    MissionFactory(states=[invitation.member_state])
    Circular.objects.update(original_signed_on="2026-01-01")
    HeldChange.objects.all().delete()
    return invitation


@pytest.fixture
def change(office):
    office.minister.to_emails = "new@example.org"
    office.minister.save()
    return HeldChange.objects.get()


def rows_in_use(office):
    return [
        office.edition,
        office.letters.get().circular,
        office.member_state,
        office.minister,
        Mission.objects.get(),
        Rank.objects.get(pk="MIN"),
        FormOfAddress.objects.get(language="en", form="MIN", gender="f"),
        Term.objects.get(key="ref", language="en"),
        office,
        Notice.objects.get(kind="privacy"),
    ]


OTHERWISE = {
    "unfit_in": "LIE MCO",
    "iso3": "ZZZ",
    "time_zone": "Europe/Paris",
    "symbol": "wsis-2031",
    "answers_offered": ["regrets"],
    "segments_offered": ["opening"],
    "original_ranks": ["HOS"],
    "releases_alone": True,
    "replies_closed_at": dt.datetime(2031, 6, 1, tzinfo=dt.UTC),
    "rank": "HOS",
    "key": "term",
    "confidence": "high",
}


def otherwise(column, value):
    """Another value that the column takes."""
    if column.name in OTHERWISE:
        return OTHERWISE[column.name]
    if column.is_relation:
        return {"minister": MinisterFactory, "member_state": MemberStateFactory}[column.name]().pk
    if column.choices:
        return next(one for one, _label in column.choices if one and one != value)
    if isinstance(column, models.CharField | models.TextField):
        return words_for(column)
    return not value if isinstance(value, bool) else value + dt.timedelta(days=1)


def words_for(column):
    if "email" in column.name:
        return "otherwise@example.org"
    if isinstance(column, models.URLField):
        return "https://otherwise.example.org/"
    return "+41 22 555 0999" if column.name.endswith(("phone", "fax")) else "Otherwise"


def columns_of(row):
    return [row._meta.get_field(name) for name in HELD[type(row).__name__].names()]


def test_each_model_of_the_table_holds_its_changes():
    listed = {Circular, FormOfAddress, ForumEdition, Invitation, MemberState, Minister, Mission}
    listed |= {Notice, Rank, Term}

    assert {model.__name__ for model in HeldRow.__subclasses__()} == set(HELD)
    assert {model.__name__ for model in listed} == set(HELD)
    assert all(isinstance(model.objects.all(), HeldQuerySet) for model in listed)


WHO_MAY = "Who may release it: Approvers. Nobody releases what they changed themselves."


def test_who_may_not_release_a_change_is_told_who_may(client, change):
    signed_in(client, "view_heldchange", "change_heldchange", "view_minister")

    for row in (change, change.row):
        page = client.get(page_of(row)).content.decode()

        assert WHO_MAY in page
        assert 'value="release_selected"' not in page
        assert 'value="take_back_selected"' in page


def test_who_changed_it_is_told_that_another_person_releases_it(client, change):
    change.contributors.add(signed_in(client, *RELEASER))

    page = client.get(page_of(change)).content.decode()

    assert "A second person has to release it: you changed it." in page
    assert 'value="release_selected"' not in page


def test_who_may_release_a_change_is_told_nothing(client, change):
    signed_in(client, *RELEASER)

    page = client.get(page_of(change)).content.decode()

    assert WHO_MAY not in page
    assert 'value="release_selected"' in page


@pytest.mark.parametrize("where", ["list", "page", "release"])
def test_a_minister_is_named_with_the_state(client, change, where):
    signed_in(client, *RELEASER)
    pages = {
        "list": lambda: client.get(LIST),
        "page": lambda: client.get(page_of(change)),
        "release": lambda: choose(client, LIST, "release_selected", change),
    }

    page = pages[where]().content.decode()

    assert f"minister: {change.row} ({change.row.member_state})" in page


@pytest.mark.parametrize("place", range(len(HELD)), ids=list(HELD))
def test_whatever_a_page_changes_of_the_table_waits(office, admin_client, place):
    row = rows_in_use(office)[place]
    row.refresh_from_db()
    page = admin_client.get(page_of(row))
    asked = page.context["adminform"].form.fields
    # The dates of an edition move on a page of their own.
    names = asked.keys() - {*DATES}
    columns = [column for column in columns_of(row) if column.name in names]
    typed = {column.name: otherwise(column, getattr(row, column.name)) for column in columns}
    if closed_at := typed.get("replies_closed_at"):
        typed |= {"replies_closed_at_0": closed_at.date(), "replies_closed_at_1": closed_at.time()}

    answer = admin_client.post(
        page_of(row), {**as_sent(page), **typed, "why_changed": "They wrote."}
    )

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    change = HeldChange.objects.get(content_type__model=row._meta.model_name)
    assert change.changed.keys() == {column.attname for column in columns} != set()
    assert change.reason == "They wrote."
    assert change.asked_by.username == "admin"


@pytest.mark.parametrize("place", range(len(HELD)), ids=list(HELD))
def test_whatever_is_saved_of_the_table_waits(office, place):
    row = rows_in_use(office)[place]
    row.refresh_from_db()
    for column in columns_of(row):
        setattr(row, column.attname, otherwise(column, getattr(row, column.attname)))
    save_or_propose(row)

    change = HeldChange.objects.get(content_type__model=row._meta.model_name)
    assert change.changed.keys() == {column.attname for column in columns_of(row)}


def test_a_list_whose_rows_are_edited_in_place_holds_them_too(office, admin_client):
    term = Term.objects.get(key="ref", language="en")
    url = reverse("admin:invitations_term_changelist")
    sent = {
        "form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": term.pk,
        "form-0-text": "Our reference", "_save": "Save",
    }  # fmt: skip

    admin_client.post(f"{url}?language__exact=en&key__exact=ref", sent)

    assert HeldChange.objects.get().row == term


def type_address(client, page, address):
    return client.post(page, as_sent(client.get(page)) | {"to_emails": address}, follow=True)


def test_who_saves_a_change_that_waits_is_told_so(office, admin_client):
    page = page_of(office.minister)
    before = office.minister.to_emails

    saved = type_address(admin_client, page, "new@example.org")
    taken_back = type_address(admin_client, page, before)

    office.minister.refresh_from_db()
    assert office.minister.to_emails == before
    assert any("until a second person releases this change" in said for said in told(saved))
    assert not any("second person" in said for said in told(taken_back))


def test_the_page_of_a_record_shows_what_waits_and_leads_to_the_release(change, client):
    signed_in(client, *RELEASER)

    page = client.get(page_of(change.row)).content.decode()

    assert "office@example.org" in page
    assert "new@example.org" in page
    assert 'value="release_selected"' in page


def test_the_page_of_a_record_shows_each_change_that_is_not_decided(change, client):
    signed_in(client, *RELEASER)
    now = timezone.now()
    HeldChange.objects.update(
        state="alone", alone_by=UserFactory(), alone_at=now, alone_reason="The plane leaves."
    )
    minister = Minister.objects.get()
    minister.to_emails = "newer@example.org"
    minister.save()

    page = client.get(page_of(minister)).content.decode()

    assert "The plane leaves." in page
    assert page.count('value="release_selected"') == 2
    assert "newer@example.org" in page


def test_the_page_of_the_change_itself_offers_what_may_be_done(change, admin_client):
    page = admin_client.get(page_of(change)).content.decode()

    assert 'name="action" value="release_selected"' in page
    assert 'name="action" value="take_back_selected"' in page

    HeldChange.objects.update(state="taken_back", decided_at=timezone.now())
    assert "take_back_selected" not in admin_client.get(page_of(change)).content.decode()


@pytest.mark.parametrize("allowed", [True, False])
def test_release_alone_is_offered_where_the_edition_allows_it(change, admin_client, allowed):
    QuerySet(ForumEdition).update(releases_alone=allowed)

    page = admin_client.get(page_of(change))

    assert ("release_alone_selected" in page.content.decode()) is allowed


def test_a_second_person_releases_it_after_looking_at_it(change, client):
    user = signed_in(client, *RELEASER)

    asked = choose(client, LIST, "release_selected", change)
    assert "office@example.org → new@example.org" in asked.content.decode()
    marks = asked.context["form"]["marks"].value()
    answer = choose(
        client, LIST, "release_selected", change,
        answered="yes", reason="By telephone.", marks=marks,
    )  # fmt: skip

    change.refresh_from_db()
    assert told(answer) == ["1 change released."]
    assert (change.state, change.decided_by) == ("released", user)


def test_what_changed_again_meanwhile_is_shown_again(change, client):
    signed_in(client, *RELEASER)
    marks = f"{change.pk}:{change.mark}"
    minister = Minister.objects.get()
    minister.to_emails = "newer@example.org"
    minister.save()

    answer = choose(
        client, LIST, "release_selected", change, answered="yes", reason="", marks=marks
    )

    assert "changed again since you looked" in told(answer)[0]
    assert "newer@example.org" in answer.content.decode()
    assert HeldChange.objects.get().is_waiting


def test_a_drafter_takes_it_back_and_does_not_release_it(change, client):
    user = UserFactory()
    user.groups.add(Group.objects.get(name="Drafters"))
    client.force_login(user)
    marks = f"{change.pk}:{change.mark}"

    choose(client, LIST, "release_selected", change, answered="yes", reason="", marks=marks)
    assert HeldChange.objects.get().is_waiting
    choose(client, LIST, "take_back_selected", change, answered="yes", reason="", marks=marks)

    assert HeldChange.objects.get().state == "taken_back"
    assert Minister.objects.get().to_emails == "office@example.org"


def test_a_drafter_does_not_release_alone_either(change, client, office):
    office.edition.releases_alone = True
    office.edition.save()
    HeldChange.objects.exclude(pk=change.pk).delete()
    user = UserFactory()
    user.groups.add(Group.objects.get(name="Drafters"))
    client.force_login(user)
    sent = {"answered": "yes", "reason": "Now.", "marks": f"{change.pk}:{change.mark}"}

    choose(client, LIST, "release_alone_selected", change, **sent)

    assert HeldChange.objects.get().is_waiting
    assert "release_alone_selected" not in client.get(page_of(change)).content.decode()


def test_a_state_releases_what_concerns_it(change, client):
    signed_in(client, *RELEASER)
    state = change.states.get()

    here = client.get(LIST, {"of": state.pk})
    elsewhere = client.get(LIST, {"of": MemberStateFactory().pk})

    assert list(here.context["cl"].result_list) == [change]
    assert list(elsewhere.context["cl"].result_list) == []


def test_the_first_page_counts_what_waits(change, admin_client):
    page = admin_client.get(reverse("admin:index")).content.decode()

    assert "change that a second person releases or takes back" in page
    assert escape(f"{LIST}?state__exact=waiting") in page


def test_the_page_of_a_deletion_says_why_a_mission_is_kept(office, admin_client):
    mission = Mission.objects.get()

    page = admin_client.post(
        reverse("admin:invitations_mission_delete", args=[mission.pk]), {"post": "yes"}
    )

    assert "Take its States away first" in page.content.decode()
    assert Mission.objects.exists()


def test_the_page_of_a_mission_that_is_kept_offers_no_deletion(office, admin_client):
    mission = Mission.objects.get()

    page = admin_client.get(reverse("admin:invitations_mission_change", args=[mission.pk])).text

    assert reverse("admin:invitations_mission_delete", args=[mission.pk]) not in page
    assert "Take its States away first" in page
