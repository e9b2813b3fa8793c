import datetime as dt

import pytest
from django.conf import settings as the_settings
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils import timezone, translation

from invitations.admin.outbox.queue import queue_context
from invitations.letters.composing_queue import compose_planned
from invitations.models import Arming, JobError, JobRun, Outage, Worker
from invitations.outbox.arming import arm
from invitations.replies import record_reply
from invitations.tests.desk import choose, letter_in_force, signed_in
from invitations.tests.factories import (
    DeliveryFactory,
    EditionFactory,
    LetterFactory,
    MinisterFactory,
    UserFactory,
)
from wsis_forum.env import Mailbox

pytestmark = pytest.mark.django_db

QUEUE = "admin:invitations_delivery_queue"
SMTP = Mailbox("smtp", "mail.example.org", 25)


@pytest.fixture
def page(admin_client):
    """The page as it is answered: its context, and its words."""

    def get():
        answer = admin_client.get(reverse(QUEUE))
        assert answer.status_code == 200
        return answer.context, " ".join(answer.content.decode().split())

    return get


def test_queue_of_an_empty_site_says_what_to_expect(page):
    _context, words = page()

    assert "What needs a person stands on the overview." in words
    assert "Nothing is in the outbox yet: deliveries come with the approval of letters." in words
    assert "Nothing was handed over in the last 24 hours." in words
    assert "No background program was seen in the last two minutes: start" in words
    assert "There is no letter yet." in words


def test_queue_counts_by_state_and_age(page):
    now = timezone.now()
    DeliveryFactory(not_before=now + dt.timedelta(days=1))
    DeliveryFactory(not_before=now - dt.timedelta(minutes=1))
    DeliveryFactory(state="deferred", not_before=now - dt.timedelta(hours=2))

    context, words = page()

    rows = {str(row["label"]): (row["total"], row["by_age"]) for row in context["queues"]}
    assert rows == {"waits to leave": (2, [1, 1, 0, 0, 0]), "deferred": (1, [0, 0, 1, 0, 0])}
    assert "2 hours" in words


def test_each_row_leads_to_its_list(page, admin_client):
    DeliveryFactory(state="failed")
    DeliveryFactory(arrived=True)

    context, _words = page()

    for item in (*context["queues"], *(one for one in context["letters"] if one["url"])):
        listed = admin_client.get(item["url"]).context["cl"]
        assert listed.result_count == item.get("total", item.get("count"))


def test_queue_shows_what_left_by_the_hour(page):
    for _number in range(4):
        DeliveryFactory(state="handed_over", handed_over_at=timezone.now())

    context, _words = page()

    assert context["hours"]["total"] == 4
    assert len(context["hours"]["columns"]) == 24
    assert context["hours"]["columns"][-1]["percent"] == 100


def test_queue_says_that_the_mail_server_is_out_of_reach_and_since_when(page):
    began = timezone.now() - dt.timedelta(minutes=12)
    outage = Outage.objects.create(of="mail_server", words="Connection refused", began_at=began)

    _context, words = page()

    since = timezone.localtime(began).strftime("%H:%M")
    assert (
        f"{since}, for 12 minutes: no connection to the mail server: Connection refused." in words
    )
    Outage.objects.filter(pk=outage.pk).update(ended_at=timezone.now())
    assert "Nothing can leave" not in page()[1]


def test_a_job_of_the_clock_that_is_late_stands_in_red(page):
    now = timezone.now()
    JobRun.objects.create(name="dispatch_outbox", began_at=now, ended_at=now, did=7)
    JobRun.objects.create(
        name="compose_planned", began_at=now, ended_at=now - dt.timedelta(minutes=12)
    )

    _context, words = page()

    assert '<tr> <th scope="row" class="font-normal py-1">Work the outbox</th>' in words
    assert (
        '<tr class="late"> <th scope="row" class="font-normal py-1">Compose letters</th>' in words
    )
    assert "12 minutes ago: late" in words
    assert "never: late" in words


def test_jobs_of_the_schedule_have_a_name_for_people(page):
    context, _words = page()

    assert len(context["jobs"]) == len(the_settings.CELERY_BEAT_SCHEDULE)
    assert not any("_" in str(job["title"]) for job in context["jobs"])


def test_workers_that_are_alive_are_named(page):
    Worker.objects.create(name="strelsau:4711", seen_at=timezone.now())
    Worker.objects.create(name="zenda:12", seen_at=timezone.now() - dt.timedelta(hours=1))

    _context, words = page()

    assert "strelsau:4711" in words
    assert "zenda:12" not in words


def test_letters_that_wait_are_shown_with_the_reason(page):
    LetterFactory(waiting_reason="There is no address on file.")
    LetterFactory(composing_until=timezone.now() + dt.timedelta(minutes=1))

    context, words = page()

    assert "<li>1: There is no address on file.</li>" in words
    counts = [(str(one["title"]), one["count"]) for one in context["letters"]]
    assert counts == [("to be composed", 2), ("being composed now", 1)]


def test_a_waiting_acknowledgement_is_shown_on_the_queue_and_on_the_desk(
    page, admin_client, reached, approved_texts
):
    invitation = reached(edition=EditionFactory(contact_phone=""))
    record_reply(invitation, {"answer": "regrets"})
    compose_planned()

    context, _words = page()

    assert context["reasons"] == ["1: Missing in English: telephone."]
    listed = admin_client.get(context["waiting_url"]).context["cl"].result_list
    assert [one.kind for one in listed] == ["acknowledgement"]
    desk = admin_client.get(reverse("admin:index"))
    counts = {str(one["title"]): one["count"] for one in desk.context["to_do"]}
    assert [number for title, number in counts.items() if "waits for a text" in title] == [1]


def test_letters_that_failed_are_not_said_to_be_tried_within_a_minute(page):
    LetterFactory(waiting_reason="It could not be composed.", failed_attempts=1)

    context, words = page()

    assert context["reasons"] == []
    assert "within a minute they are tried again" not in words
    assert "after a pause that grows" in words
    assert "<li>1: It could not be composed.</li>" in words


def test_a_reason_of_another_direction_keeps_its_order():
    LetterFactory(waiting_reason="No text.", failed_attempts=1)
    Outage.objects.create(of="mail_server", words="[Errno 111] Connection refused")

    with translation.override("ar"):
        context = queue_context(timezone.now())

    assert context["faults"] == ["1: \u2068No text.\u2069"]
    assert "\u2068[Errno 111] Connection refused\u2069" in context["outages"][0]["reason"]


def test_a_seal_that_ends_soon_is_told_and_stops_nothing(admin_client):
    Outage.objects.create(of="seal", words="Its certificate ends tomorrow.")

    page = admin_client.get(reverse(QUEUE)).content.decode()

    assert "The seal of letters: Its certificate ends tomorrow. (since " in page
    assert "Nothing can leave" not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_queue_asks_as_much_of_a_long_outbox_as_of_a_short_one(
    admin_client, django_assert_num_queries, rows
):
    for number in range(rows):
        DeliveryFactory(state="failed")
        LetterFactory(waiting_reason=f"Reason {number}.")
        Worker.objects.create(name=f"strelsau:{number}", seen_at=timezone.now())

    with django_assert_num_queries(9):
        admin_client.get(reverse(QUEUE))


def test_a_fault_that_was_dealt_with_is_tried_again_at_once(client):
    job_error = JobError.objects.create(job="send_digest", item="wsis-2027", reason="ValueError")
    url = reverse("admin:invitations_joberror_changelist")
    signed_in(client, "view_joberror")
    choose(client, url, "try_again", job_error)
    assert JobError.objects.exists()
    signed_in(client, "view_joberror", "delete_joberror")

    choose(client, url, "try_again", job_error)

    assert not JobError.objects.exists()


def test_queue_is_for_those_who_may_see_deliveries(client):
    reader = UserFactory()
    client.force_login(reader)
    assert client.get(reverse(QUEUE)).status_code == 403
    assert reverse(QUEUE) not in client.get(reverse("admin:index")).content.decode()

    reader.user_permissions.add(Permission.objects.get(codename="view_delivery"))

    assert client.get(reverse(QUEUE)).status_code == 200
    assert reverse(QUEUE) in client.get(reverse("admin:index")).content.decode()


def test_queue_is_never_kept_by_a_browser(admin_client):
    assert "no-store" in admin_client.get(reverse(QUEUE))["Cache-Control"]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("model", ["jobrun", "worker", "outage"])
def test_ticks_workers_and_outages_have_a_list_of_their_own(
    admin_client, django_assert_num_queries, model, rows
):
    now = timezone.now()
    for number in range(rows):
        JobRun.objects.create(name=f"job-{number}", began_at=now)
        Worker.objects.create(name=f"strelsau:{number}", seen_at=now)
        Outage.objects.create(of="store", ended_at=now)

    with django_assert_num_queries(5):
        listed = admin_client.get(reverse(f"admin:invitations_{model}_changelist"))

    assert listed.context["cl"].result_count == rows


# The red banner


@pytest.fixture
def addresses():
    """The first page, a list, the page of a row, one to add, one to delete, a history, a popup."""
    minister = MinisterFactory()
    ministers = "admin:invitations_minister"
    return [
        reverse("admin:index"),
        reverse(f"{ministers}_changelist"),
        reverse(f"{ministers}_change", args=[minister.pk]),
        reverse(f"{ministers}_add"),
        reverse(f"{ministers}_add") + "?_popup=1",
        reverse(f"{ministers}_delete", args=[minister.pk]),
        reverse(f"{ministers}_history", args=[minister.pk]),
        reverse("admin:password_change"),
        reverse("admin:app_list", args=["invitations"]),
        reverse(QUEUE),
    ]


def test_a_copy_says_in_red_on_each_page_that_it_is_mute(admin_client, settings, addresses):
    settings.MAILBOX = SMTP
    settings.ARMING_KEY = arm()
    Arming.objects.update(database="another")

    for address in addresses:
        shown = admin_client.get(address).content.decode()
        assert shown.count('role="alert">Nothing is sent: this is a copy.') == 1, address
        assert "manage.py arm_sending" in shown


def test_a_deployment_that_was_never_armed_says_so_on_each_page(admin_client, settings, addresses):
    settings.MAILBOX = SMTP

    for address in addresses:
        assert (
            "Nothing is sent: run “manage.py arm_sending”"
            in admin_client.get(address).content.decode()
        )


def test_an_armed_deployment_has_no_banner(admin_client, settings, addresses):
    settings.MAILBOX = SMTP
    settings.ARMING_KEY = arm()

    for address in addresses:
        assert "Nothing is sent" not in admin_client.get(address).content.decode()


def test_a_folder_of_mail_has_no_banner(admin_client, addresses):
    for address in addresses:
        assert "Nothing is sent" not in admin_client.get(address).content.decode()


def test_the_answer_to_a_refused_form_and_an_action_have_the_banner_too(admin_client, settings):
    settings.MAILBOX = SMTP
    minister = MinisterFactory()
    letter = letter_in_force()
    address = letter.invitation.minister.to_emails
    delivery = DeliveryFactory(state="failed", letter=letter, address=address)

    refused = admin_client.post(
        reverse("admin:invitations_minister_change", args=[minister.pk]), {"family_name": ""}
    )
    asked = admin_client.post(
        reverse("admin:invitations_delivery_changelist"),
        {"action": "resend_selected", "_selected_action": [delivery.pk]},
    )

    for answer in (refused, asked):
        assert answer.status_code == 200
        assert "Nothing is sent" in answer.content.decode()


def test_the_banner_is_not_for_offices(client, settings):
    settings.MAILBOX = SMTP

    assert "Nothing is sent" not in client.get(reverse("office:home")).content.decode()


def test_those_who_are_not_signed_in_are_told_nothing(client, settings):
    settings.MAILBOX = SMTP

    page = client.get(reverse("admin:index"), follow=True)

    assert page.status_code == 200
    assert "Nothing is sent" not in page.text


def test_the_banner_costs_one_statement(admin_client, settings, django_assert_num_queries):
    with django_assert_num_queries(9):
        admin_client.get(reverse(QUEUE))

    settings.MAILBOX = SMTP
    with django_assert_num_queries(10):
        admin_client.get(reverse(QUEUE))


@pytest.mark.parametrize(
    ("group", "remains"), [("Drafters", False), ("Approvers", True), ("Readers", True)]
)
def test_every_group_reads_faults_of_jobs_and_drafters_deal_with_them(client, group, remains):
    job_error = JobError.objects.create(job="send_digest", item="wsis-2027", reason="ValueError")
    url = reverse("admin:invitations_joberror_changelist")
    user = signed_in(client)
    user.groups.add(Group.objects.get(name=group))

    assert "ValueError" in client.get(url).text
    choose(client, url, "try_again", job_error)

    assert JobError.objects.exists() == remains
