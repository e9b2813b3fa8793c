"""Two States in two tabs, two people at one page, and pages that were open for too long."""

import re
import uuid

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation

from delegations.models import Delegate, Delegation, PolicyStatement
from delegations.tests.offices import browser, invited, on_paper, page_of, text, words_of
from delegations.tests.rows import all_rows
from invitations.models import ForumEdition, Invitation, Reply
from invitations.replies import record_reply
from invitations.tests.factories import InvitationFactory, MinisterFactory

pytestmark = pytest.mark.django_db

CROSSED = "This form belongs to another invitation, and nothing was recorded"


@pytest.fixture(autouse=True)
def in_february(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel("2027-02-10T09:00Z", tick=False), translation.override("en"):
        yield


def at_work(state):
    """An office that comes and speaks, with one delegate."""
    invitation = invited(state)
    record_reply(invitation, {"answer": "in_person"})
    delegation = Delegation.objects.create(
        edition=invitation.edition, member_state=invitation.member_state
    )
    Delegate.objects.create(delegation=delegation, name=f"Delegate of {state}")
    PolicyStatement.objects.create(delegation=delegation, speaker_name=f"Speaker of {state}")
    return invitation


def delegate_of(invitation):
    return Delegate.objects.get(delegation__member_state=invitation.member_state)


def hidden(response, name):
    return re.search(rf'name="{name}"(?: value="([^"]*)")?', response.content.decode())[1] or ""


# Two States, two tabs


@pytest.mark.parametrize(
    ("page", "typed", "kept"),
    [
        ("answer", {"answer": "regrets", "remarks": "Typed."}, "Typed.</textarea>"),
        ("statement", {"speaker_name": "Sapt", "mode": "video"}, 'value="Sapt"'),
        ("files", {"text_language": "Ruritanian"}, 'value="Ruritanian"'),
        ("add", {"name": "Sapt", "role": "adviser"}, 'value="Sapt"'),
        ("person", {"name": "Sapt", "role": "adviser"}, 'value="Sapt"'),
        ("list", {"lines": "Sapt;Colonel", "step": "add"}, "Sapt;Colonel</textarea>"),
        ("take_off", {}, "Delegate of Ruritania"),
    ],
)
def test_a_form_of_one_state_that_arrives_at_another_changes_neither(page, typed, kept):
    one, other = at_work("Ruritania"), at_work("Strelsau")
    client, before = browser(one, other), all_rows()
    pk = [delegate_of(one).pk] if page in ("person", "take_off") else []
    own = {"invitation": other.pk, "form_key": uuid.uuid4()}
    sent_along = {"texts": SimpleUploadedFile("speech.txt", b"Words.")} if page == "files" else {}

    url = reverse(f"office:{page}", args=[one.pk, *pk])
    answered = text(client.post(url, own | typed | sent_along))

    assert CROSSED in answered
    assert kept in answered
    assert "Strelsau" not in answered
    assert all_rows() == before


def test_what_was_crossed_can_be_given_after_the_page_is_opened_again():
    one, other = invited("Ruritania"), invited("Strelsau")
    client = browser(one, other)
    client.post(page_of(one), words_of(other))

    client.post(page_of(one), words_of(one, answer="video"))

    assert one.replies.get().answer == "video"
    assert not other.replies.exists()


# Two people at one answer


def test_of_two_who_answer_the_second_sees_what_the_first_one_said():
    invitation = invited("Ruritania")
    first, second = browser(invitation), browser(invitation)
    seen = hidden(second.get(page_of(invitation)), "seen")
    first.post(page_of(invitation), words_of(invitation, answer="regrets", remarks="Not this year"))
    words = words_of(invitation, answer="video", remarks="By video.", seen=seen, step="check")

    asked = second.post(page_of(invitation), words, follow=True)

    assert "Another reply was recorded after you opened the page" in text(asked)
    assert "<bdi>Not this year</bdi>" in text(asked)
    assert "<bdi>By video.</bdi>" in text(asked)
    again = words | {"seen": hidden(asked, "seen"), "step": "record"}
    second.post(page_of(invitation), again)
    assert invitation.replies.standing().get().answer == "video"
    assert invitation.replies.count() == 2


def test_a_summary_that_stood_open_does_not_undo_the_reply_of_somebody_else():
    invitation = invited("Ruritania")
    client = browser(invitation)
    words = words_of(invitation, answer="video", seen="")
    client.post(page_of(invitation), words | {"step": "check"})
    on_paper(invitation, answer="regrets")

    refused = client.post(page_of(invitation), words | {"step": "record"})

    assert refused.status_code == 409
    assert "Another reply was recorded after you opened the page" in text(refused)
    assert invitation.replies.count() == 1
    client.post(page_of(invitation), words | {"seen": hidden(refused, "seen"), "step": "record"})
    assert invitation.replies.count() == 2


def test_who_saw_what_stands_is_not_asked_again():
    invitation = invited("Ruritania")
    client = browser(invitation)
    client.post(page_of(invitation), words_of(invitation, answer="regrets"))
    seen = hidden(client.get(page_of(invitation, "change")), "seen")
    words = words_of(invitation, answer="video", seen=seen)

    summary = text(client.post(page_of(invitation), words | {"step": "check"}, follow=True))
    client.post(page_of(invitation), words | {"step": "record"})

    assert "Another reply was recorded" not in summary
    assert invitation.replies.standing().get().answer == "video"


def test_ten_posts_of_one_form_meet_no_other_reply():
    invitation = invited("Ruritania")
    client = browser(invitation)
    words = words_of(invitation, seen="", step="record")

    answered = {client.post(page_of(invitation), words).status_code for _again in range(10)}

    assert answered == {302}
    assert Reply.objects.count() == 1


def test_to_say_that_the_capital_was_asked_undoes_nothing_and_asks_nothing():
    invitation = invited("Ruritania")
    client = browser(invitation)
    client.post(page_of(invitation), words_of(invitation, answer="regrets"))

    client.post(page_of(invitation), words_of(invitation, answer="holding", seen=""))

    assert invitation.replies.standing().get().answer == "regrets"
    assert invitation.replies.count() == 2


# Needs, once given


def test_needs_that_were_given_stand_on_no_page_of_any_office():
    one = at_work("Ruritania")
    colleague = MinisterFactory(member_state=one.member_state, name_key="sapt")
    two = InvitationFactory(edition=one.edition, minister=colleague, is_principal=False)
    Delegate.objects.update(needs="A ramp for Sapt", function="Colonel")
    person, client = delegate_of(one), browser(one, two)
    wrong = {"invitation": one.pk, "name": "", "role": "king", "seen": "x", "form_key": "?"}
    stale = wrong | {"name": "Sapt", "role": "adviser", "form_key": uuid.uuid4()}
    lines = f"{person.name};General\nSapt"

    shown = [
        client.get(reverse(f"office:{page}", args=[of.pk, *pk]))
        for of in (one, two)
        for page, pk in (
            *((name, []) for name in ("answer", "recorded", "statement", "delegation", "add")),
            *((name, [person.pk]) for name in ("person", "take_off")),
        )
    ]
    person_page = reverse("office:person", args=[one.pk, person.pk])
    take_off = reverse("office:take_off", args=[one.pk, person.pk])
    shown += [
        client.post(person_page, wrong),
        client.post(person_page, stale),
        client.post(person_page, stale | {"language": "fr"}),
        client.post(take_off, {"invitation": one.pk, "seen": "x"}),
        client.post(page_of(one, "list"), stale | {"lines": lines}),
        client.post(page_of(one, "add"), stale | {"name": person.name}, follow=True),
    ]

    assert {response.status_code for response in shown} == {200, 302, 409}
    assert not any(b"A ramp" in response.content for response in shown)
    assert Delegate.objects.get(pk=person.pk).needs == "A ramp for Sapt"


# After the end


@pytest.mark.parametrize(
    ("page", "ended"),
    [
        *((page, "withdrawn") for page in ("answer", "statement", "add", "list", "files")),
        ("answer", "closed"),
    ],
)
def test_what_is_sent_after_the_end_is_not_recorded_and_can_be_copied(page, ended):
    invitation = at_work("Ruritania")
    client = browser(invitation)
    if ended == "withdrawn":
        Invitation.objects.update(status=Invitation.Status.WITHDRAWN)
    else:
        ForumEdition.objects.update(replies_closed_at=timezone.now())
    before = all_rows()
    words = words_of(invitation, remarks="Typed.\nTwice.", step="record")

    answered = client.post(page_of(invitation, page), words)

    assert answered.status_code == 410
    assert "Typed.<br>Twice." in text(answered)
    assert f"mailto:{invitation.edition.contact_email}" in text(answered)
    assert all_rows() == before
