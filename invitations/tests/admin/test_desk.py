"""The admin as a whole: its lists, its first page, and who may see what."""

import datetime as dt
import re

import pytest
from auditlog.models import LogEntry
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse
from django.utils.functional import empty
from unfold.admin import ModelAdmin

from invitations.models import (
    Arming,
    CalendarEntry,
    CallListEntry,
    Circular,
    Correspondence,
    DateChange,
    DeletedFile,
    Delivery,
    DroppedScan,
    Filed,
    FormOfAddress,
    ForumEdition,
    Invitation,
    Letter,
    LetterEvent,
    LetterTemplate,
    MemberState,
    Minister,
    Mission,
    OriginalStep,
    QuietPeriod,
    Rank,
    Reconfirmation,
    ReminderStep,
    Reply,
    ReplyDraft,
    ReplyLink,
    SavedPage,
    SessionHours,
    StaffMail,
    StateAlias,
    TelephoneCall,
)
from invitations.outbox.arming import arm
from invitations.reminders.calls import note_call, strike_call
from invitations.tests.desk import of_group
from invitations.tests.factories import (
    CircularFactory,
    DeliveryFactory,
    EditionFactory,
    HoursFactory,
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
    MinisterFactory,
    MissionFactory,
    ReplyFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.paper import drop

pytestmark = pytest.mark.django_db


def list_url(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def add_url(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")


def page_url(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def mission_of_two_states(n):
    return MissionFactory(states=[MemberStateFactory(), MemberStateFactory()])


def called(n):
    entry = CallListEntry.objects.create(
        invitation=InvitationFactory(),
        step=StepFactory(medium="call"),
        reply_before=dt.date(2027, 4, 1),
    )
    note_call(entry.invitation, UserFactory(), "promised")
    MissionFactory(states=[entry.invitation.member_state])
    ReplyFactory(invitation=entry.invitation, respondent_phone="+999 5550 100")
    return entry


def telephoned(n):
    call = note_call(InvitationFactory(), UserFactory(), "promised")
    strike_call(call, UserFactory(), "It was another State.")
    return call


def told(n):
    letter, session = LetterFactory(), HoursFactory()
    return CalendarEntry.objects.create(
        invitation=letter.invitation, session=session, letter=letter, sequence=n
    )


def happened(n):
    delivery = DeliveryFactory()
    return delivery.events.create(letter=delivery.letter, state="queued", actor=UserFactory())


def came_in(n):
    return Correspondence.objects.create(
        invitation=InvitationFactory(), channel="fax", dealt_with_by=UserFactory()
    )


def member(n):
    user = UserFactory()
    user.groups.set([Group.objects.create(name=f"Guard {n}"), Group.objects.create(name=f"{n}")])
    return user


def template(n):
    return LetterTemplate.objects.create(
        kind="note",
        variant=f"n{n}",
        language="en",
        subject="On $forum",
        mail="Dear",
        written_by=UserFactory(),
        first_approver=UserFactory(),
        second_approver=UserFactory(),
    )


def quiet(n):
    return QuietPeriod.objects.create(
        edition=EditionFactory(), first_on=dt.date(2027, 1, 1), last_on=dt.date(2027, 1, 3)
    )


def spelling(n):
    return MemberStateFactory().aliases.create(spelling=f"Zenda {n}", key=f"zenda {n}")


def dropped(n):
    return drop(f"fax {n}".encode(), proposed=InvitationFactory(), found="code")


LISTS = [
    (ForumEdition, lambda n: EditionFactory(), 7),
    (QuietPeriod, quiet, 6),
    (Circular, lambda n: CircularFactory(), 6),
    (ReminderStep, lambda n: StepFactory(), 7),
    (MemberState, lambda n: MemberStateFactory(), 6),
    (StateAlias, spelling, 5),
    (Mission, mission_of_two_states, 7),
    (Rank, lambda n: Rank.objects.create(code=f"R{n}", weight=n, form="MIN", name="Rank"), 7),
    (
        FormOfAddress,
        lambda n: FormOfAddress.objects.create(
            language="en", form=f"F{n}", gender="x", salutation="Dear", closing="Yours"
        ),
        8,
    ),
    (Minister, lambda n: MinisterFactory(), 6),
    (LetterTemplate, template, 7),
    (Invitation, lambda n: ReplyFactory().invitation, 6),
    (Letter, lambda n: LetterFactory(), 6),
    (Delivery, lambda n: DeliveryFactory(), 8),
    (LetterEvent, happened, 8),
    (CallListEntry, called, 9),
    (TelephoneCall, telephoned, 8),
    (CalendarEntry, told, 6),
    (SessionHours, lambda n: HoursFactory(), 7),
    (Correspondence, came_in, 8),
    (DroppedScan, dropped, 7),
    (Reply, lambda n: ReplyFactory(), 8),
    (User, member, 7),
    (Group, lambda n: Group.objects.create(name=f"Guard {n}"), 5),
    (LogEntry, lambda n: MinisterFactory(), 8),
]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("listed", LISTS, ids=[model.__name__ for model, _make, _queries in LISTS])
def test_list_takes_as_many_queries_for_three_rows_as_for_one(
    admin_client, django_assert_num_queries, listed, rows
):
    model, make, queries = listed
    for n in range(rows):
        make(n)

    with django_assert_num_queries(queries):
        response = admin_client.get(list_url(model))

    assert response.context["cl"].result_count >= rows


# One is secret, the others are read on the page of what they belong to.
WITHOUT_A_PAGE = {
    ReplyLink, OriginalStep, DateChange, Reconfirmation, Filed, ReplyDraft, SavedPage, StaffMail,
    DeletedFile,
}  # fmt: skip


def test_every_other_model_has_its_page():
    models = set(apps.get_app_config("invitations").get_models()) - WITHOUT_A_PAGE

    pages = {model: admin.site.get_model_admin(model) for model in models}

    assert all(isinstance(page, ModelAdmin) for page in pages.values())
    assert not admin.site.is_registered(ReplyLink)


@pytest.mark.walk
def test_every_page_of_the_sidebar_opens(admin_client):
    response = admin_client.get(reverse("admin:index"))

    links = [
        page["link"] for group in response.context["sidebar_navigation"] for page in group["items"]
    ]

    assert len(links) > 20
    assert {admin_client.get(link).status_code for link in links} == {200}


def test_no_other_list_of_pages_is_worked_out_before_something_reads_it(admin_client):
    found = admin_client.get(list_url(MemberState)).context["available_apps"]

    assert found._wrapped is empty
    assert {"auth", "invitations", "delegations"} <= {app["app_label"] for app in found}
    for app, status in (("invitations", 200), ("nowhere", 404)):
        assert admin_client.get(f"{reverse('admin:index')}{app}/").status_code == status


def test_empty_list_says_what_to_do_next(admin_client):
    assert (
        "manage.py load_member_states" in admin_client.get(list_url(MemberState)).content.decode()
    )


def test_list_without_a_match_offers_all_rows_again(admin_client):
    MinisterFactory()

    page = admin_client.get(list_url(Minister), {"q": "Rischenheim"}).content.decode()

    assert "Nothing matches this search" in page
    assert "Show all" in page


def test_history_shows_what_changed_from_what_to_what(admin_client):
    minister = MinisterFactory(portfolio="Minister of Posts")
    minister.portfolio = "Minister of Telegraphs"
    minister.save()

    page = admin_client.get(reverse("admin:invitations_minister_history", args=[minister.pk]))

    assert "Minister of Posts" in page.content.decode()
    assert "Minister of Telegraphs" in page.content.decode()


def test_the_list_of_the_one_arming_takes_six_queries(admin_client, django_assert_num_queries):
    key = arm()

    with django_assert_num_queries(6):
        page = admin_client.get(list_url(Arming)).content.decode()

    assert "tests" in page
    assert key not in page


FOR_SOME = (User, Group, LogEntry, DroppedScan)
READABLE = [model for model, _make, _queries in LISTS if model not in FOR_SOME]


@pytest.mark.parametrize("model", READABLE, ids=[model.__name__ for model in READABLE])
def test_reader_sees_lists_and_can_add_nothing(client, model):
    client.force_login(of_group("Readers"))

    assert client.get(list_url(model)).status_code == 200
    assert client.get(add_url(model)).status_code == 403


def test_reader_gets_neither_actions_nor_the_reply_address(client):
    invitation = InvitationFactory()
    client.force_login(of_group("Readers"))

    listed = client.get(list_url(Invitation))
    page = client.get(page_url(invitation)).content.decode()

    assert invitation.links.get().token not in listed.content.decode() + page
    assert not listed.context["action_form"]
    assert client.post(page_url(invitation), {"focal_point_name": "Sapt"}).status_code == 403


def test_drafter_finds_the_reply_address_on_the_page_alone(client):
    invitation = InvitationFactory()
    client.force_login(of_group("Drafters"))

    listed, page = client.get(list_url(Invitation)), client.get(page_url(invitation))

    token = invitation.links.get().token
    assert token not in listed.content.decode()
    assert f"/r/{token}/" in page.content.decode()


def test_reader_sees_a_letter_without_the_link_in_its_words(client):
    letter = LetterFactory(mail="Reply at /r/secret/", paper="Reply at /r/secret/")
    client.force_login(of_group("Readers"))

    assert "secret" not in client.get(page_url(letter)).content.decode()
    for file in ("pdf", "message"):
        address = reverse(f"admin:invitations_letter_{file}", args=[letter.pk])
        assert client.get(address).status_code == 403


def test_sidebar_names_only_what_the_user_may_see(client):
    user = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="view_mission"))
    client.force_login(user)

    groups = client.get(reverse("admin:index")).context["sidebar_navigation"]

    assert [page["title"] for group in groups for page in group["items"]] == [
        "Overview",
        "Permanent missions",
        "Who may do what",
    ]


@pytest.mark.parametrize("lacks", ["view_speakingslot", "view_policystatement", ""])
def test_sidebar_leads_into_the_room_whom_the_page_lets_in(client, lacks):
    asked = {"view_speakingslot", "view_policystatement"} - {lacks}
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=asked))
    client.force_login(user)

    groups = client.get(reverse("admin:index")).context["sidebar_navigation"]

    titles = [page["title"] for group in groups for page in group["items"]]
    assert ("In the room" in titles) == (not lacks)
    assert (client.get(reverse("desk:room")).status_code == 200) == (not lacks)


@pytest.mark.parametrize("row", [LetterFactory, DeliveryFactory, ReplyFactory])
def test_nobody_edits_or_deletes_records_by_hand(admin_client, row):
    record = row()

    assert admin_client.post(page_url(record), {"state": "approved"}).status_code == 403
    assert admin_client.post(page_url(record) + "../delete/", {"post": "yes"}).status_code == 403


def test_edition_is_added_with_its_texts_in_two_languages(admin_client):
    response = admin_client.post(
        add_url(ForumEdition),
        {
            "symbol": "wsis-2028",
            "opens_on": "2028-05-08",
            "closes_on": "2028-05-12",
            "track_opens_on": "2028-05-09",
            "track_closes_on": "2028-05-10",
            "reply_before": "2028-03-01",
            "time_zone": "Europe/Zurich",
            "answers_offered": ["in_person", "regrets"],
            "segments_offered": ["opening"],
            "speaking_minutes": 3,
            "links_open_for": 30,
            "mission_city": "Geneva",
            "order_of_states": "fr",
            "contact_name_en": "Fritz von Tarlenheim",
            "contact_email": "forum@example.org",
            "name_en": "Forum of Zenda",
            "name_fr": "Forum de Zenda",
            "place_en": "Zenda",
            "time_zone_name_en": "Zenda time",
            "quiet_periods-TOTAL_FORMS": 1,
            "quiet_periods-INITIAL_FORMS": 0,
            "quiet_periods-0-first_on": "2027-12-24",
            "quiet_periods-0-last_on": "2028-01-03",
            "reminder_steps-TOTAL_FORMS": 0,
            "reminder_steps-INITIAL_FORMS": 0,
        },
    )

    assert response.status_code == 302
    edition = ForumEdition.objects.get(symbol="wsis-2028")
    assert (edition.name_en, edition.name_fr) == ("Forum of Zenda", "Forum de Zenda")
    assert edition.answers_offered == ["in_person", "regrets"]
    assert edition.quiet_periods.count() == 1


def test_text_missing_in_english_is_asked_for(admin_client):
    response = admin_client.post(add_url(Circular), {"place_fr": "Zenda"})

    errors = response.context["adminform"].form.errors
    assert "place_en" in errors
    assert "place_fr" not in errors


def test_the_desk_has_the_site_s_icon(admin_client):
    page = admin_client.get("/admin/").content.decode()

    assert re.search(r'<link[^>]+rel="icon"[^>]+href="/static/site/favicon[^"]*\.svg"', page)


def test_the_list_of_events_begins_with_the_last_one(admin_client):
    letter = LetterFactory()
    for reason in ("first", "last"):
        letter.events.create(state="planned", reason=reason)

    rows = admin_client.get(list_url(LetterEvent)).context["cl"].result_list

    assert [event.reason for event in rows] == ["last", "first"]
