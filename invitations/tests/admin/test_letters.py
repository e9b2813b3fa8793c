"""Reading what was frozen, the outbox, and the approval of texts and steps."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from invitations.models import LetterTemplate, ReminderStep
from invitations.tests.desk import choose, composed_letter, signed_in, told
from invitations.tests.factories import (
    DeliveryFactory,
    InvitationFactory,
    LetterFactory,
    StepFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LETTERS = reverse("admin:invitations_letter_changelist")
DELIVERIES = reverse("admin:invitations_delivery_changelist")


def test_composed_letter_is_planned_anew_on_request(client):
    signed_in(client, "view_letter", "change_letter")
    letter = composed_letter()

    choose(client, LETTERS, "compose_anew", letter, answered="yes")

    letter.refresh_from_db()
    assert letter.state == "cancelled"
    assert letter.invitation.letters.planned().count() == 1


def test_a_letter_that_could_not_be_composed_is_tried_again_on_request(client):
    drafter = signed_in(client, "view_letter", "change_letter")
    failed, waiting = LetterFactory(failed_attempts=3), LetterFactory(waits_because="No text.")

    response = choose(client, LETTERS, "try_again_now", failed, waiting)

    failed.refresh_from_db()
    assert (failed.failed_attempts, failed.events.get().actor) == (0, drafter)
    assert [words.rpartition(": ")[2] for words in told(response)] == [
        "Only a letter that could not be composed can be tried again.",
        "1 letter is tried again within a minute.",
    ]


def test_the_page_of_a_letter_says_why_it_waits(admin_client):
    letter = LetterFactory(waits_because="Missing in Russian: theme.")

    page = admin_client.get(reverse("admin:invitations_letter_change", args=[letter.pk]))

    assert "Missing in Russian: theme." in page.content.decode()


def test_a_letter_that_failed_says_when_it_is_tried_again(admin_client):
    again = timezone.now() + dt.timedelta(minutes=5)
    letter = LetterFactory(waits_because="No.", failed_attempts=1, compose_again_at=again)

    page = admin_client.get(reverse("admin:invitations_letter_change", args=[letter.pk]))

    hour = timezone.localtime(again).strftime("%Y-%m-%d %H:%M")
    assert f"No. (tried again from: {hour})" in page.content.decode()


def test_the_list_of_letters_that_failed_says_why(admin_client):
    LetterFactory(waits_because="It could not be composed.", failed_attempts=1)

    assert (
        "It could not be composed."
        in admin_client.get(f"{LETTERS}?composing=failed").content.decode()
    )
    assert "It could not be composed." not in admin_client.get(LETTERS).content.decode()


@pytest.mark.parametrize(
    ("file", "content", "content_type", "shows"),
    [
        ("pdf", b"%PDF 7", "application/pdf", "inline"),
        ("message", b"To: 7", "message/rfc822", "attachment"),
    ],
)
def test_frozen_files_come_byte_for_byte(admin_client, file, content, content_type, shows):
    letter = composed_letter(invitation=InvitationFactory(pk=7, status="draft", issued_at=None))

    response = admin_client.get(reverse(f"admin:invitations_letter_{file}", args=[letter.pk]))

    assert response.content == content
    assert response.headers["Content-Type"] == content_type
    assert response.headers["Content-Disposition"].startswith(f"{shows}; filename=")


def test_tampered_file_is_not_shown_but_said(admin_client):
    letter = composed_letter()
    Path(settings.MEDIA_ROOT, letter.pdf.name).write_bytes(b"%PDF forged")

    response = admin_client.get(reverse("admin:invitations_letter_pdf", args=[letter.pk]))

    assert response.status_code == 409
    assert "is not what was frozen" in response.content.decode()
    assert b"forged" not in response.content


def test_letter_without_a_message_has_none_to_open(admin_client):
    letter = composed_letter(message="", message_sha256="")

    url = reverse("admin:invitations_letter_message", args=[letter.pk])

    assert admin_client.get(url).status_code == 404


def test_page_of_a_letter_shows_words_hashes_recipients_deliveries_and_history(admin_client):
    letter = composed_letter(subject="On the Forum", paper="Your Excellency,", mail="Please find")
    delivery = DeliveryFactory(letter=letter, address="mission@example.org")
    letter.events.create(state="composed", because="as asked by Sapt", delivery=delivery)

    page = admin_client.get(
        reverse("admin:invitations_letter_change", args=[letter.pk])
    ).content.decode()

    for words in ("On the Forum", "Your Excellency,", "Please find", "To: office@example.org"):
        assert words in page
    for trace in (letter.sha256, letter.message_sha256, "mission@example.org", "asked by Sapt"):
        assert trace in page


UNCERTAIN = {
    "state": "uncertain",
    "attempts": 1,
    "sending_at": dt.datetime(2027, 2, 1, tzinfo=dt.UTC),
}


def test_person_decides_that_an_uncertain_delivery_went(client):
    signed_in(client, "view_delivery", "change_delivery")
    delivery = DeliveryFactory(**UNCERTAIN)

    asked = choose(client, DELIVERIES, "it_went", delivery)
    delivery.refresh_from_db()
    assert delivery.state == "uncertain"
    assert str(delivery) in asked.content.decode()

    choose(client, DELIVERIES, "it_went", delivery, answered="yes")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.handed_over_at) == ("handed_over", UNCERTAIN["sending_at"])


def test_person_decides_to_send_an_uncertain_delivery_again(client):
    signed_in(client, "view_delivery", "change_delivery")
    delivery, handed = DeliveryFactory(**UNCERTAIN), DeliveryFactory(arrived=True)

    response = choose(client, DELIVERIES, "send_again", delivery, handed, answered="yes")

    delivery.refresh_from_db()
    assert delivery.state == "queued"
    assert set(told(response)) == {
        f"{handed}: This delivery is not uncertain any more.",
        "1 delivery changed.",
    }


def test_failed_delivery_is_sent_anew(client):
    signed_in(client, "view_delivery", "change_delivery")
    delivery = DeliveryFactory(state="failed", server_words="550 no such mailbox")

    asked = choose(client, DELIVERIES, "send_anew_selected", delivery).content.decode()
    choose(client, DELIVERIES, "send_anew_selected", delivery, answered="yes")

    delivery.refresh_from_db()
    assert "550 no such mailbox" in asked
    assert delivery.state == "queued"


def test_print_run_is_marked_with_date_and_reference(client):
    signed_in(client, "view_delivery", "change_delivery")
    printed = DeliveryFactory(channel="pouch", address="")
    words = {
        "answered": "yes",
        "channel": "post",
        "reference": "RR 7",
        "at_0": "2026-11-20",
        "at_1": "09:00",
    }

    again = choose(client, DELIVERIES, "mark_as_dispatched", printed, answered="yes")
    assert "at" in again.context["form"].errors
    choose(client, DELIVERIES, "mark_as_dispatched", printed, **words)

    printed.refresh_from_db()
    assert (printed.state, printed.channel, printed.reference) == ("handed_over", "post", "RR 7")
    assert timezone.localtime(printed.handed_over_at).isoformat() == "2026-11-20T09:00:00+01:00"


def test_outbox_offers_no_action_to_those_who_only_read(client):
    signed_in(client, "view_delivery")
    delivery = DeliveryFactory(**UNCERTAIN)

    choose(client, DELIVERIES, "it_went", delivery, answered="yes")

    delivery.refresh_from_db()
    assert delivery.state == "uncertain"


def test_more_rows_than_a_page_can_name_are_refused(client, monkeypatch):
    signed_in(client, "view_delivery", "change_delivery")
    monkeypatch.setattr("invitations.admin.confirming.LARGEST_SELECTION", 1)

    response = choose(
        client, DELIVERIES, "it_went", DeliveryFactory(**UNCERTAIN), DeliveryFactory(**UNCERTAIN)
    )

    assert told(response) == ["Choose at most 1 rows at a time."]


# Texts and steps


TEXTS = reverse("admin:invitations_lettertemplate_changelist")
STEPS = reverse("admin:invitations_reminderstep_changelist")


NEEDED = "$reply_link before $reply_before: $last_day"


def text_of(**fields):
    return LetterTemplate.objects.create(
        **{
            "kind": "reminder",
            "variant": "ruritanian",
            "language": "en",
            "subject": "On $forum",
            "mail": f"A word on $forum\n{NEEDED}",
            **fields,
        }
    )


def test_changed_text_becomes_the_next_version_without_approval(client):
    writer = signed_in(client, "view_lettertemplate", "change_lettertemplate")
    kept = text_of(first_approver=UserFactory(), second_approver=UserFactory())
    url = reverse("admin:invitations_lettertemplate_change", args=[kept.pk])

    words = f"Two words on $forum\n{NEEDED}"
    client.post(url, {"subject": "On $forum", "paper": "", "mail": words})

    kept.refresh_from_db()
    revised = LetterTemplate.objects.get(variant="ruritanian", version=2)
    assert kept.mail == f"A word on $forum\n{NEEDED}"
    assert kept.is_approved
    assert (revised.mail, revised.written_by) == (words, writer)
    assert revised.first_approver is None


def test_unknown_placeholder_is_refused_with_its_line(admin_client):
    kept = text_of()
    url = reverse("admin:invitations_lettertemplate_change", args=[kept.pk])

    response = admin_client.post(url, {"subject": "On $forum", "mail": f"On\n$password\n{NEEDED}"})

    assert response.context["adminform"].form.errors["mail"] == [
        "Line 2: unknown placeholder $password."
    ]


def test_two_people_approve_a_text(client):
    text = text_of()
    first = signed_in(client, "view_lettertemplate", "approve_letter")

    asked = choose(client, TEXTS, "approve_selected", text).content.decode()
    choose(client, TEXTS, "approve_selected", text, answered="yes")
    twice = choose(client, TEXTS, "approve_selected", text, answered="yes")
    second = signed_in(client, "view_lettertemplate", "approve_letter")
    choose(client, TEXTS, "approve_selected", text, answered="yes")

    text.refresh_from_db()
    assert "A word on $forum" in asked
    assert told(twice) == [f"{text}: A second person has to approve: you are the first."]
    assert (text.first_approver, text.second_approver) == (first, second)
    assert f"by {first} and {second}" in client.get(TEXTS).content.decode()


def test_changed_step_needs_approval_anew(client):
    signed_in(client, "view_reminderstep", "change_reminderstep")
    step = StepFactory(days_before=21)
    url = reverse("admin:invitations_reminderstep_change", args=[step.pk])
    words = {
        "edition": step.edition_id,
        "medium": "mail",
        "audience": "office",
        "variant": "first",
        "hour": 9,
    }

    client.post(url, {**words, "days_before": 21})
    step.refresh_from_db()
    assert step.is_approved

    client.post(url, {**words, "days_before": 14})
    step.refresh_from_db()
    assert step.days_before == 14
    assert not step.is_approved
    assert step.first_approved_at is step.second_approved_at is None


def test_two_people_approve_a_step(client):
    step = StepFactory(first_approver=None, second_approver=None)

    for _person in range(2):
        signed_in(client, "view_reminderstep", "approve_letter")
        choose(client, STEPS, "approve_selected", step, answered="yes")

    assert ReminderStep.objects.approved().get() == step
