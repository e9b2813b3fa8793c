from types import SimpleNamespace

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from invitations.admin.list_columns import change_url, list_url, state_url
from invitations.models import Delivery, ForumEdition, HeldChange, Invitation, Letter, Minister
from invitations.outbox.corrections.addresses import correct_address
from invitations.outbox.release import release_change
from invitations.tests.corrections import failed_mail, successor_of
from invitations.tests.desk import choose, told
from invitations.tests.factories import UserFactory

pytestmark = pytest.mark.django_db

CORRECT = "Correct the address and send again"


def member(client, group):
    user = UserFactory()
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    return user


@pytest.fixture
def failed(client, frozen_letter, queued):
    member(client, "Drafters")
    return failed_mail(SimpleNamespace(frozen_letter=frozen_letter, queued=queued))


def test_the_page_of_a_failed_delivery_has_the_button_that_helps(client, failed):
    page = client.get(change_url(failed))
    invitation = failed.letter.invitation

    assert [help.title for help in page.context["helps"]] == [CORRECT, "Send anew to this address"]
    for url in [
        state_url(invitation.edition, invitation.member_state),
        change_url(invitation),
        change_url(invitation.minister),
        reverse("admin:invitations_delivery_correct", args=[failed.pk]),
    ]:
        assert f'href="{url}"' in page.content.decode()


@pytest.mark.parametrize(
    ("state", "titles"),
    [
        ("queued", []),
        ("uncertain", ["It went", "Send again"]),
        ("bounced", [CORRECT]),
        ("missed", [CORRECT, "Send anew to this address"]),
        ("cancelled", []),
        ("handed_over", []),
    ],
)
def test_each_delivery_is_offered_what_can_succeed(client, failed, state, titles):
    Delivery.objects.update(state=state, handed_over_at="2027-02-01T09:00Z")

    assert [str(help.title) for help in client.get(change_url(failed)).context["helps"]] == titles


def test_what_would_be_refused_has_no_button(client, failed):
    Delivery.objects.update(state="uncertain")
    Minister.objects.update(successor=successor_of(failed.letter.invitation))

    titles = [str(help.title) for help in client.get(change_url(failed)).context["helps"]]
    refused = told(choose(client, list_url(Delivery), "send_again", failed))

    assert titles == ["It went"]
    assert "has left office" in refused[0]


def test_the_page_of_a_failed_delivery_that_nothing_helps_says_why(client, failed):
    Minister.objects.update(successor=successor_of(failed.letter.invitation))

    page = client.get(change_url(failed))

    assert page.context["helps"] == []
    assert "has left office" in page.content.decode()


def test_who_only_reads_sees_whom_it_is_about_and_no_button(client, failed):
    member(client, "Readers")

    page = client.get(change_url(failed))

    assert page.context["helps"] == []
    assert change_url(failed.letter.invitation.minister) in page.content.decode()


def test_an_address_is_corrected_and_the_letter_follows_its_release(client, failed):
    url = reverse("admin:invitations_delivery_correct", args=[failed.pk])
    asked = client.get(url)
    said = {"answered": "yes", "email": "right@example.org", "reason": "A slip of the pen."}
    response = client.post(url, said, follow=True)

    assert failed.address in asked.content.decode()
    assert told(response) == [
        "The letter goes to right@example.org as soon as a second person has released it."
    ]
    change = HeldChange.objects.waiting().get()
    member(client, "Approvers")
    marks = {"answered": "yes", "reason": "", "marks": f"{change.pk}:{change.mark}"}
    choose(client, list_url(HeldChange), "release_selected", change, **marks)
    assert failed.letter.deliveries.filter(address="right@example.org", state="queued").exists()


@pytest.mark.parametrize("group", ["Drafters", "Readers"])
def test_the_page_says_what_waits_and_what_happens_then(client, failed, group):
    [change] = correct_address(failed, UserFactory(), "right@example.org", "A slip of the pen.")
    member(client, group)

    waiting = client.get(change_url(failed))
    release_change(change, UserFactory(), change.mark)
    released = client.get(change_url(failed))

    [told] = waiting.context["waits"]
    assert "as soon as a second person has released it" in told
    assert "right@example.org" in told
    assert f'href="{change_url(change)}"' in waiting.content.decode()
    assert released.context["waits"] == []


def test_a_refused_address_is_shown_with_what_was_typed(client, failed):
    url = reverse("admin:invitations_delivery_correct", args=[failed.pk])

    form = client.post(url, {"answered": "yes", "email": failed.address, "reason": "Why."})

    assert form.context["form"].errors == {
        "email": ["This letter has a delivery to that address already."]
    }
    assert form.context["form"]["reason"].value() == "Why."


def test_the_page_is_not_shown_where_nothing_can_be_corrected(client, failed):
    Minister.objects.update(to_emails="other@example.org")
    url = reverse("admin:invitations_delivery_correct", args=[failed.pk])

    assert told(client.get(url, follow=True)) == [
        "This address is on file no more: send the letter to another address."
    ]


def test_to_send_again_is_neither_offered_nor_done_once_the_address_was_corrected(client, failed):
    Minister.objects.update(to_emails="today@example.org")
    HeldChange.objects.all().delete()

    page = client.get(change_url(failed)).content.decode()
    answer = choose(client, list_url(Delivery), "resend_selected", failed)

    assert "Send anew to this address" not in page
    assert "This address is on file no more" in " ".join(told(answer))


def test_a_letter_that_is_kept_back_whole_is_composed_again_from_its_page(client, failed):
    ForumEdition.objects.update(moved_at=timezone.now())
    Delivery.objects.update(state="missed")

    page = client.get(change_url(failed))

    [anew] = [one for one in page.context["helps"] if one.action == "compose_again"]
    choose(client, list_url(Letter), "compose_again", anew.row, answered="yes")
    assert failed.letter.invitation.letters.planned().count() == 1


def test_in_arabic_the_words_of_a_server_keep_their_order(client, failed):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ar"

    for url in (
        change_url(failed),
        reverse("admin:invitations_delivery_correct", args=[failed.pk]),
    ):
        assert "\u2068550 unknown\u2069" in client.get(url).content.decode()


def test_those_who_were_not_reached_yet_are_a_list(client, failed, reached):
    reached()

    found = client.get(list_url(Invitation, reached="yet")).context["cl"].queryset

    assert list(found) == [failed.letter.invitation]


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_takes_as_many_queries_for_many_addresses(
    client, failed, queued, django_assert_num_queries, number
):
    for one in range(number):
        queued(failed.letter, state="failed", address=f"{one}@example.org")
    client.get(change_url(failed))

    with django_assert_num_queries(29):
        client.get(change_url(failed))


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_of_correcting_takes_as_many_queries_for_many_addresses(
    client, failed, queued, django_assert_num_queries, number
):
    for one in range(number):
        queued(failed.letter, state="failed", address=f"{one}@example.org")
    url = reverse("admin:invitations_delivery_correct", args=[failed.pk])
    client.get(url)

    with django_assert_num_queries(15):
        client.get(url)


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_those_not_reached_yet_takes_as_many_queries_for_many(
    client, failed, frozen_letter, django_assert_num_queries, number
):
    for _one in range(number):
        frozen_letter(invitation__edition=failed.letter.invitation.edition)
    client.get(list_url(Invitation, reached="yet"))

    with django_assert_num_queries(8):
        found = client.get(list_url(Invitation, reached="yet"))

    assert found.context["cl"].result_count == number + 1
