"""The first page: its counts, its three questions, and to whom it says what."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from delegations.desk.needs.letters import COULD_NOT_BE_COMPOSED, FAULTS_OF_JOBS, LETTERS_WAIT
from delegations.tests.desk.silent import silent_state
from invitations.admin.list_columns import list_url
from invitations.models import (
    Correspondence,
    Delivery,
    Invitation,
    JobError,
    Outage,
    PartnershipInterest,
)
from invitations.reminders.calls import note_call
from invitations.tests.desk import composed_letter, of_group, signed_in
from invitations.tests.factories import (
    DeliveryFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    ReplyFactory,
    StepFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("rows", [1, 3])
def test_first_page_takes_as_many_queries_for_three_rows_as_for_one(
    admin_client, django_assert_num_queries, rows
):
    step = StepFactory()
    for _n in range(rows):
        invitation = InvitationFactory(edition=step.edition)
        ReplyFactory(invitation=invitation)
        DeliveryFactory(letter__invitation=invitation)

    with django_assert_num_queries(26):
        admin_client.get(reverse("admin:index"))


def test_first_page_says_of_an_edition_only_begun_that_it_is_not_public_and_what_is_left(client):
    edition = EditionFactory()
    invitation = InvitationFactory(edition=edition, status="draft")
    said, way = "This edition is not public yet", f"/forumedition/{edition.pk}/change/#checklist"

    signed_in(client, "view_invitation")
    page = client.get(reverse("admin:index")).text
    assert (said in page, way in page) == (True, False)

    signed_in(client, "view_invitation", "view_forumedition")
    page = client.get(reverse("admin:index")).text
    assert (said in page, way in page) == (True, True)
    assert 'id="checklist"' in client.get(f"/admin/invitations{way}").text

    Invitation.objects.filter(pk=invitation.pk).update(status="issued", issued_at=timezone.now())
    assert said not in client.get(reverse("admin:index")).text


def test_who_sees_one_list_alone_opens_it_from_the_first_page(client):
    client.force_login(of_group("Partnership team"))

    main = client.get(reverse("admin:index")).text.partition("<main")[2]

    assert f'href="{list_url(PartnershipInterest)}"' in main
    assert f'href="{reverse("admin:index")}"' not in main.partition("</main>")[0]
    assert list_url(Invitation) not in main


def test_first_page_says_which_version_runs(client, settings):
    settings.VERSION = "7.11"
    client.force_login(UserFactory(is_staff=True))

    assert "7.11" in client.get(reverse("admin:index")).content.decode()


def test_first_page_counts_what_its_links_show(admin_client):
    edition = StepFactory(second_approver=None).edition
    ReplyFactory(invitation=InvitationFactory(edition=edition), answer="regrets")
    silent = InvitationFactory(edition=edition)
    InvitationFactory(edition=edition, is_principal=False)
    InvitationFactory(edition=edition, status="draft")
    composed_letter(invitation=silent)
    courtesy = InvitationFactory(edition=edition, is_principal=False)
    LetterFactory(invitation=courtesy, failed_attempts=1)
    LetterFactory(failed_attempts=1)
    other = InvitationFactory(edition=edition, is_principal=False)
    LetterFactory(invitation=other, waiting_reason="Missing in English: fax.")
    JobError.objects.create(job="hooks", item="mailgun")
    Correspondence.objects.create(invitation=silent, channel="fax")
    DeliveryFactory(letter__invitation__edition=edition, letter__invitation__is_principal=False)

    page = admin_client.get(reverse("admin:index")).context

    items = [*page["to_do"], *page["answers"], *page["invitations"], *page["outbox"]]
    counts = {str(item["title"]): item["count"] for item in items}
    shown = {str(item["title"]): rows_behind(admin_client, item["url"]) for item in items}
    assert counts == shown
    assert counts["silent"] == counts["regrets"] == counts["letter to approve"] == 1
    assert (
        counts["piece of correspondence not dealt with"]
        == counts["reminder step without approval"]
        == 1
    )
    assert (counts["draft"], counts["issued"], counts["waits to leave"]) == (1, 6, 1)
    assert counts[COULD_NOT_BE_COMPOSED % 1] == counts[FAULTS_OF_JOBS % 1] == 1
    assert counts[LETTERS_WAIT % 1] == 1


def test_first_page_and_the_plan_of_reminders_name_the_choice_of_editions(admin_client):
    edition = EditionFactory()
    plan = reverse("admin:invitations_forumedition_reminders", args=[edition.pk])
    pages = (reverse("admin:index") + f"?edition={edition.symbol}", plan)
    assert not any("Other edition" in admin_client.get(page).text for page in pages)

    EditionFactory()
    assert all("Other edition:" in admin_client.get(page).text for page in pages)

    EditionFactory()
    assert all("Other editions:" in admin_client.get(page).text for page in pages)


def test_first_page_counts_an_answer_that_stands_though_it_is_not_offered_any_more(admin_client):
    edition = EditionFactory(answers_offered=["video", "regrets"])
    ReplyFactory(invitation=InvitationFactory(edition=edition), answer="in_person")

    answers = admin_client.get(reverse("admin:index")).context["answers"]

    counts = {str(one["title"]): one["count"] for one in answers}
    assert counts == {"silent": 0, "in person": 1, "by video": 0, "regrets": 0}


def rows_behind(client, url):
    """How many rows the list has to which the first page leads, or letters to be looked at."""
    page = client.get(url).context
    return page["cl"].result_count if "cl" in page else page["number"]


def test_first_page_says_that_nothing_can_leave_to_those_who_see_deliveries(client):
    EditionFactory()
    Outage.objects.create(of="mail_server", words="Connection refused")
    said = "no connection to the mail server: Connection refused."

    signed_in(client, "view_invitation", "view_delivery")
    assert said in client.get(reverse("admin:index")).content.decode()

    signed_in(client, "view_invitation")
    assert said not in client.get(reverse("admin:index")).content.decode()


def test_first_page_says_that_a_copy_is_mute(admin_client, settings):
    settings.MAILBOX = settings.MAILBOX._replace(scheme="smtp", host="mail.example.org", port=25)

    assert "Nothing is sent" in admin_client.get(reverse("admin:index")).content.decode()


def test_first_page_of_an_empty_site_says_what_to_add(admin_client):
    assert "There is no edition yet" in admin_client.get(reverse("admin:index")).content.decode()


# Who is silent


def test_first_page_says_who_is_silent_in_each_region_and_for_how_long(admin_client):
    edition = EditionFactory()
    silent_state(edition, "Africa", 8)
    silent_state(edition, "Africa", 20)
    called = silent_state(edition, "Europe", 3)
    Correspondence.objects.create(invitation=called, channel="telephone")
    ReplyFactory(invitation=silent_state(edition, "Europe", 30))

    silent = admin_client.get(reverse("admin:index")).context["silent"]

    rows = {
        str(one["name"]): (one["count"], one["days"], one["uncalled"]) for one in silent["regions"]
    }
    assert rows == {"Africa": (2, 20, 2), "Europe": (1, 3, 0)}
    assert silent["all"] == 3
    listed = {
        str(one["name"]): len(admin_client.get(one["url"]).context["rows"])
        for one in silent["regions"]
    }
    assert listed == {"Africa": 2, "Europe": 1}


def test_a_call_that_was_promised_comes_next(admin_client):
    edition = EditionFactory()
    on = timezone.localdate() + dt.timedelta(days=1)
    note_call(silent_state(edition, "Africa", 8), UserFactory(), "call_back", next_call_on=on)

    (row,) = admin_client.get(reverse("desk:silent")).context["rows"]

    assert (row["called"] != "", row["next"]) == (True, (on, "telephone call"))


@pytest.mark.parametrize(
    ("by", "first"),
    [
        ("letter", "long ago"),
        ("-letter", "lately"),
        ("region", "long ago"),
        ("-region", "lately"),
        ("addresses", "long ago"),
        ("-addresses", "lately"),
        ("called", "lately"),
        ("-called", "long ago"),
        ("next", "lately"),
        ("-next", "long ago"),
    ],
)
def test_the_silent_are_sorted_as_asked(in_february, admin_client, by, first):
    edition = StepFactory(days_before=21).edition
    long_ago = silent_state(edition, "Africa", 40)
    lately = silent_state(edition, "Europe", 20)
    DeliveryFactory(letter=lately.letters.get(), arrived=True, address="second@example.org")
    Correspondence.objects.create(invitation=long_ago, channel="telephone", dealt_with_at=None)

    rows = admin_client.get(reverse("desk:silent"), {"sort": by}).context["rows"]

    names = {str(long_ago.member_state): "long ago", str(lately.member_state): "lately"}
    assert names[rows[0]["state"]] == first


def test_what_is_no_column_sorts_by_the_french_order(admin_client):
    edition = EditionFactory()
    first, second = silent_state(edition, "Europe", 3), silent_state(edition, "Africa", 9)

    rows = admin_client.get(reverse("desk:silent"), {"sort": "password"}).context["rows"]

    states = [str(one.member_state) for one in (first, second)]
    assert [row["state"] for row in rows] == states


def test_with_a_single_edition_the_list_of_the_silent_offers_nothing_to_choose(admin_client):
    silent_state(EditionFactory(), "Africa", 8)
    choice = '<form class="which'
    assert choice not in admin_client.get(reverse("desk:silent")).content.decode()

    EditionFactory()

    assert choice in admin_client.get(reverse("desk:silent")).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_silent_take_as_many_queries_for_three_as_for_one(
    admin_client, django_assert_num_queries, rows
):
    edition = StepFactory().edition
    for _n in range(rows):
        silent_state(edition, "Africa", 8)

    with django_assert_num_queries(18):
        admin_client.get(reverse("desk:silent"))


def test_the_silent_are_for_those_who_may_see_invitations(client):
    EditionFactory()
    signed_in(client, "view_letter")
    assert client.get(reverse("desk:silent")).status_code == 403

    signed_in(client, "view_invitation")
    assert "Nobody is silent here." in client.get(reverse("desk:silent")).content.decode()


def test_the_silent_of_no_region_are_listed_by_themselves(admin_client):
    edition = EditionFactory()
    nowhere, _somewhere = (silent_state(edition, region, 8) for region in ("", "Africa"))

    regions = admin_client.get(reverse("admin:index")).context["silent"]["regions"]
    [url] = [one["url"] for one in regions if one["name"] == "Without a region"]
    page = admin_client.get(url).context
    question = admin_client.get(page["take_out_url"]).context

    assert [row["state"] for row in page["rows"]] == [str(nowhere.member_state)]
    assert sum(one["count"] for one in page["regions"]) == page["all"] == 2
    assert (question["number"], question["filters"]) == (1, ["Region: Without a region"])


@pytest.mark.parametrize(("state", "number"), [("handed_over", 0), ("bounced", 1)])
def test_a_letter_that_came_back_did_not_arrive(admin_client, state, number):
    silent = silent_state(EditionFactory(), "Africa", 8)
    Delivery.objects.update(state=state)

    [region] = admin_client.get(reverse("admin:index")).context["silent"]["regions"]
    here = {"edition__id__exact": silent.edition_id, "reached": "yet", "answer": "silent"}
    listed = admin_client.get(list_url(Invitation, **here)).context["cl"].result_count

    assert region["unreached"] == listed == number


# What goes out next


def test_first_page_says_what_goes_out_next_and_to_how_many(in_february, admin_client):
    edition = StepFactory(days_before=21).edition
    for _n in range(2):
        silent_state(edition, "Africa", 9)
    letter = LetterFactory(invitation__edition=edition)
    for fields in ({}, {"state": "deferred"}, {"channel": "pouch"}, {"state": "cancelled"}):
        at = timezone.now() + dt.timedelta(hours=2)
        DeliveryFactory(letter=letter, not_before=at, **fields)

    coming = admin_client.get(reverse("admin:index")).context["coming"]

    assert [(one["day"], one["count"]) for one in coming["days"]] == [
        ("Wednesday 10 March 2027", 2)
    ]
    assert coming["outbox"]["count"] == 2
    assert coming["outbox"]["at"] == "10 February 2027, 12:00 (Geneva time)"
    assert admin_client.get(coming["outbox"]["url"]).context["cl"].result_count == 2
    assert admin_client.get(coming["reminders_url"]).status_code == 200


def test_first_page_says_why_nobody_is_reminded(in_february, admin_client):
    InvitationFactory()

    page = admin_client.get(reverse("admin:index")).content.decode()

    reason = "the edition has no reminder step that asks for the reply"
    assert f"Nobody is reminded: {reason}." in page


def test_what_is_asked_after_a_yes_goes_out_when_nobody_is_reminded_of_the_reply(
    in_february, admin_client
):
    step = StepFactory(days_before=20, asks_for="speaker", variant="speaker", audience="focal")
    office = silent_state(step.edition, "Africa", 40, focal_point_email="focal@example.org")
    ReplyFactory(invitation=office, answer="in_person", received_at=timezone.now())

    page = " ".join(admin_client.get(reverse("admin:index")).content.decode().split())

    assert "Nobody is reminded of the reply: the edition has no reminder step" in page
    assert '1 office<span class="text-subtle"> (mail, name the speaker: focal point' in page
