"""Texts and steps that leave by themselves once two people approved them."""

import pytest
from django.urls import reverse

from invitations.models import LetterTemplate, ReminderStep
from invitations.tests.desk import choose, signed_in, told
from invitations.tests.factories import StepFactory, UserFactory

pytestmark = pytest.mark.django_db

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


def as_shown(text):
    return {"answered": "yes", "marks": f"{text.pk}:{text.mark}"}


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
    choose(client, TEXTS, "approve_selected", text, **as_shown(text))
    twice = choose(client, TEXTS, "approve_selected", text, **as_shown(text))
    second = signed_in(client, "view_lettertemplate", "approve_letter")
    choose(client, TEXTS, "approve_selected", text, **as_shown(text))

    text.refresh_from_db()
    assert "A word on $forum" in asked
    assert told(twice) == [f"{text}: A second person has to approve: you are the first."]
    assert (text.first_approver, text.second_approver) == (first, second)
    listed = client.get(TEXTS, {"variant": text.variant}).content.decode()
    assert f"by {first} and {second}" in listed


def test_changed_step_needs_approval_again(client):
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
        choose(client, STEPS, "approve_selected", step, **as_shown(step))

    assert ReminderStep.objects.approved().get() == step


def test_the_page_shows_the_step_and_names_what_it_showed(client):
    step = StepFactory(first_approver=None, second_approver=None, audience="mission", hour=7)
    signed_in(client, "view_reminderstep", "approve_letter")

    asked = choose(client, STEPS, "approve_selected", step).content.decode()
    ReminderStep.objects.update(hour=3)
    answer = choose(client, STEPS, "approve_selected", step, **as_shown(step))

    assert "hour of the day: 7" in asked
    assert "audience: mission and focal point, or the office" in asked
    assert as_shown(step)["marks"] in asked
    assert "It was changed again since you looked at it" in told(answer)[0]
    assert not ReminderStep.objects.exclude(first_approver=None).exists()
