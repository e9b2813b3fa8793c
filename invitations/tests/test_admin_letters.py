"""Approving letters, reading what was frozen, and the outbox."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from invitations.frozen import freeze
from invitations.letters import compose
from invitations.models import Letter, LetterTemplate, ReminderStep
from invitations.tests.factories import (
    CircularFactory,
    DeliveryFactory,
    InvitationFactory,
    LetterFactory,
    StepFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LETTERS = reverse("admin:invitations_letter_changelist")
DELIVERIES = reverse("admin:invitations_delivery_changelist")
APPROVE = reverse("admin:invitations_letter_approve")


def composed(**fields):
    """A letter with frozen bytes, of a draft invitation that the approval issues."""
    fields.setdefault("invitation", InvitationFactory(status="draft", issued_at=None))
    pdf = freeze(f"%PDF {fields['invitation'].pk}".encode(), "letters", "pdf")
    message = freeze(f"To: {fields['invitation'].pk}".encode(), "messages", "eml")
    return LetterFactory(
        **{
            "state": "composed",
            "composed_at": timezone.now(),
            "addressee": "H.E. Ms. Flavia Elphberg\nRuritania",
            "recipients": [["to", "office@example.org"]],
            "pdf": pdf.name,
            "sha256": pdf.sha256,
            "message": message.name,
            "message_sha256": message.sha256,
            **fields,
        }
    )


def signed_in(client, *codenames):
    user = UserFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return user


def choose(client, url, action, *rows, **words):
    """Choose an action for rows of a list, as the page itself would."""
    return client.post(
        url, {"action": action, "_selected_action": [row.pk for row in rows], **words}, follow=True
    )


def told(response):
    return [str(message) for message in response.context["messages"]]


def shown(letter):
    return f"{letter.pk}:{letter.sha256}:{letter.message_sha256}"


def test_page_of_approval_shows_addressee_recipients_and_both_hashes(client):
    signed_in(client, "view_letter", "approve_letter")
    letter = composed()

    page = choose(client, LETTERS, "approve_selected", letter).content.decode()

    assert f'value="{shown(letter)}"' in page
    assert reverse("admin:invitations_letter_pdf", args=[letter.pk]) in page
    assert "H.E. Ms. Flavia Elphberg" in page
    assert "To: office@example.org" in page
    assert "English" in page
    letter.refresh_from_db()
    assert letter.state == "composed"


def test_page_of_approval_names_those_whose_gender_is_not_known(client):
    signed_in(client, "view_letter", "approve_letter")
    unnamed = InvitationFactory(status="draft", issued_at=None, minister__address_gender="x")
    known, unknown = composed(), composed(invitation=unnamed)

    response = choose(client, LETTERS, "approve_selected", known, unknown)

    assert response.context["gender_unknown"] == [unknown]
    assert "The gender of 1 addressee is not known" in response.content.decode()


def test_page_of_approval_says_that_a_letter_is_not_in_the_ministers_language(client):
    signed_in(client, "view_letter", "approve_letter")
    spanish = InvitationFactory(status="draft", issued_at=None, minister__language="es")

    page = choose(client, LETTERS, "approve_selected", composed(invitation=spanish))

    assert "language is Spanish" in page.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_page_of_approval_takes_as_many_queries_for_three_letters_as_for_one(
    client, django_assert_num_queries, rows
):
    signed_in(client, "view_letter", "approve_letter")
    letters = [composed() for _n in range(rows)]

    with django_assert_num_queries(11):
        choose(client, LETTERS, "approve_selected", *letters)


def test_letters_that_need_no_approval_are_left_out(client):
    signed_in(client, "view_letter", "approve_letter")
    waiting = composed()
    planned = LetterFactory()

    response = choose(client, LETTERS, "approve_selected", waiting, planned)

    assert [letter for letter, _recipients in response.context["letters"]] == [waiting]
    assert "1 chosen letter needs no approval" in response.content.decode()


def test_approval_issues_each_letter_that_was_ticked(client):
    approver = signed_in(client, "view_letter", "approve_letter")
    ticked, unticked = composed(), composed()

    response = client.post(APPROVE, {"letters": [shown(ticked)]}, follow=True)

    ticked.refresh_from_db()
    unticked.refresh_from_db()
    assert (ticked.state, ticked.approved_by) == ("approved", approver)
    assert ticked.invitation.status == "issued"
    assert ticked.deliveries.get().address == "office@example.org"
    assert unticked.state == "composed"
    assert told(response) == ["1 letter approved; it goes to the outbox."]


def test_refusals_are_told_row_by_row_and_the_others_go(client):
    approver = signed_in(client, "view_letter", "approve_letter")
    own, other, anew = composed(composed_by=approver), composed(), composed()
    stale = f"{anew.pk}:{'0' * 64}:{anew.message_sha256}"

    response = client.post(APPROVE, {"letters": [shown(own), shown(other), stale]}, follow=True)

    assert set(told(response)) == {
        f"{own}: A second person has to approve: you composed this letter.",
        f"{anew}: The letter was composed anew since you looked at it.",
        "1 letter approved; it goes to the outbox.",
    }
    assert set(Letter.objects.filter(state="approved")) == {other}


@pytest.mark.parametrize("entry", ["", "1", "x:y:z", "1:2:3:4"])
def test_broken_approval_approves_nothing_and_says_so(client, entry):
    signed_in(client, "view_letter", "approve_letter")

    response = client.post(APPROVE, {"letters": [entry]}, follow=True)

    assert told(response) == ["The page was incomplete: choose the letters again."]


def test_approval_needs_the_right_to_approve_and_a_post(client):
    letter = composed()
    signed_in(client, "view_letter", "change_letter")

    choose(client, LETTERS, "approve_selected", letter)
    assert client.post(APPROVE, {"letters": [shown(letter)]}).status_code == 403
    signed_in(client, "view_letter", "approve_letter")
    assert client.get(APPROVE, {"letters": [shown(letter)]}).status_code == 405

    letter.refresh_from_db()
    assert letter.state == "composed"


def test_letter_is_planned_composed_and_approved_through_the_admin(client):
    drafter = signed_in(client, "view_invitation", "change_invitation")
    invitation = InvitationFactory(status="draft", issued_at=None)
    CircularFactory(edition=invitation.edition)
    url = reverse("admin:invitations_invitation_changelist")

    response = choose(client, url, "compose_letters", invitation)

    letter = invitation.letters.get()
    assert letter.state == "planned"
    assert told(response) == ["1 letter planned; the workers compose it within minutes."]
    compose(letter, by=drafter)
    signed_in(client, "view_letter", "approve_letter")
    page = choose(client, LETTERS, "approve_selected", letter).context["letters"]
    client.post(APPROVE, {"letters": [shown(letter) for letter, _recipients in page]})
    invitation.refresh_from_db()
    assert invitation.status == "issued"


def test_composed_letter_is_planned_anew_on_request(client):
    signed_in(client, "view_letter", "change_letter")
    letter = composed()

    choose(client, LETTERS, "compose_anew", letter, answered="yes")

    letter.refresh_from_db()
    assert letter.state == "cancelled"
    assert letter.invitation.letters.planned().count() == 1


@pytest.mark.parametrize(
    ("file", "content", "content_type", "shows"),
    [
        ("pdf", b"%PDF 7", "application/pdf", "inline"),
        ("message", b"To: 7", "message/rfc822", "attachment"),
    ],
)
def test_frozen_files_come_byte_for_byte(admin_client, file, content, content_type, shows):
    letter = composed(invitation=InvitationFactory(pk=7, status="draft", issued_at=None))

    response = admin_client.get(reverse(f"admin:invitations_letter_{file}", args=[letter.pk]))

    assert response.content == content
    assert response.headers["Content-Type"] == content_type
    assert response.headers["Content-Disposition"].startswith(f"{shows}; filename=")


def test_tampered_file_is_not_shown_but_said(admin_client):
    letter = composed()
    Path(settings.MEDIA_ROOT, letter.pdf.name).write_bytes(b"%PDF forged")

    response = admin_client.get(reverse("admin:invitations_letter_pdf", args=[letter.pk]))

    assert response.status_code == 409
    assert "is not what was frozen" in response.content.decode()
    assert b"forged" not in response.content


def test_letter_without_a_message_has_none_to_open(admin_client):
    letter = composed(message="", message_sha256="")

    url = reverse("admin:invitations_letter_message", args=[letter.pk])

    assert admin_client.get(url).status_code == 404


def test_page_of_a_letter_shows_words_hashes_recipients_deliveries_and_history(admin_client):
    letter = composed(subject="On the Forum", paper="Your Excellency,", mail="Please find")
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
    monkeypatch.setattr("invitations.admin.base.LARGEST_SELECTION", 1)

    response = choose(
        client, DELIVERIES, "it_went", DeliveryFactory(**UNCERTAIN), DeliveryFactory(**UNCERTAIN)
    )

    assert told(response) == ["Choose at most 1 rows at a time."]


# Texts and steps


TEXTS = reverse("admin:invitations_lettertemplate_changelist")
STEPS = reverse("admin:invitations_reminderstep_changelist")


def text_of(**fields):
    return LetterTemplate.objects.create(
        **{
            "kind": "reminder",
            "variant": "ruritanian",
            "language": "en",
            "subject": "On $forum",
            "mail": "A word on $forum",
            **fields,
        }
    )


def test_changed_text_becomes_the_next_version_without_approval(client):
    writer = signed_in(client, "view_lettertemplate", "change_lettertemplate")
    kept = text_of(first_approver=UserFactory(), second_approver=UserFactory())
    url = reverse("admin:invitations_lettertemplate_change", args=[kept.pk])

    client.post(url, {"subject": "On $forum", "paper": "", "mail": "Two words on $forum"})

    kept.refresh_from_db()
    revised = LetterTemplate.objects.get(variant="ruritanian", version=2)
    assert kept.mail == "A word on $forum"
    assert kept.is_approved
    assert (revised.mail, revised.written_by) == ("Two words on $forum", writer)
    assert revised.first_approver is None


def test_unknown_placeholder_is_refused_with_its_line(admin_client):
    kept = text_of()
    url = reverse("admin:invitations_lettertemplate_change", args=[kept.pk])

    response = admin_client.post(url, {"subject": "On $forum", "mail": "On\n$password"})

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
    words = {"edition": step.edition_id, "medium": "mail", "audience": "office", "variant": "first"}

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
