import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from invitations.admin.corrections.replacing import replacing_url
from invitations.admin.list_columns import change_url
from invitations.audit import Act
from invitations.models import HeldChange, Minister
from invitations.outbox.release import release_change
from invitations.tests.corrections import successor_of
from invitations.tests.desk import as_sent, told
from invitations.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def drafter(client):
    user = UserFactory()
    user.groups.add(Group.objects.get(name="Drafters"))
    client.force_login(user)
    return user


@pytest.fixture
def invited(client, drafter, frozen_letter, queued):
    """An invitation whose letter was handed over to the office."""
    letter = frozen_letter(addressee="H.E. Ms. Flavia Elfberg\nMinister of Communications")
    queued(letter, arrived=True, address=letter.invitation.minister.to_emails)
    return letter.invitation


def url_of(minister):
    return reverse("admin:invitations_minister_letters", args=[minister.pk])


def saved(client, minister, **words):
    sent = as_sent(client.get(change_url(minister)))
    return client.post(change_url(minister), {**sent, "_save": "Save", **words})


@pytest.mark.parametrize(
    ("words", "follow_up"),
    [
        ({"family_name": "Elphberg-Strelsau"}, "replace"),
        ({"language": "fr"}, "replace"),
        ({"second_language": "fr"}, "replace"),
        ({"to_emails": "new@example.org"}, "send"),
        ({"family_name": "Elphberg-Strelsau", "to_emails": "new@example.org"}, "replace"),
    ],
)
def test_saving_asks_what_becomes_of_the_letter_with_the_likely_road_chosen(
    client, invited, words, follow_up
):
    response = saved(client, invited.minister, **words)

    assert response.url.startswith(url_of(invited.minister))
    page = client.get(response.url)
    assert page.context["form"]["follow_up"].value() == follow_up
    assert "Flavia Elfberg" in page.content.decode()
    [letter] = page.context["letters"]
    approved_at = timezone.localtime(letter["letter"].approved_at)
    assert f"{approved_at:%-d %B %Y}" in str(letter["named"])
    assert LogEntry.objects.filter(additional_data__act=Act.LETTER_LEFT).count() == 0


def test_another_language_is_shown_beside_that_of_the_letter(client, invited):
    said = "<del>English</del>", "<ins>English, French</ins>"
    page = client.get(url_of(invited.minister)).text
    assert [words in page for words in said] == [False, False]

    page = client.get(saved(client, invited.minister, second_language="fr").url).text

    assert [words in page for words in said] == [True, True]


def test_saving_asks_too_what_becomes_of_a_letter_that_waits_to_leave(
    client, drafter, frozen_letter, queued
):
    letter = frozen_letter(addressee="H.E. Ms. Flavia Elfberg\nMinister of Communications")
    queued(letter, address=letter.invitation.minister.to_emails)

    response = saved(client, letter.invitation.minister, family_name="Elphberg-Strelsau")

    page = client.get(response.url)
    assert page.context["title"] == "Their letter waits to leave"
    assert page.context["form"]["follow_up"].value() == "replace"
    [told] = page.context["letters"]
    address = letter.invitation.minister.to_emails
    assert (told["went_to"], told["waits"]) == ([], [f"waits to leave: {address}"])
    assert "on paper" not in page.content.decode()


def test_a_successor_leads_to_the_hand_over(client, invited):
    successor = successor_of(invited)

    response = saved(client, invited.minister, successor=successor.pk)
    page = client.get(response.url)
    taken = client.post(response.url, {"follow_up": "hand_over"})

    assert [
        follow_up for follow_up, _label in page.context["form"].fields["follow_up"].choices
    ] == [
        "hand_over",
        "leave",
    ]
    assert page.context["form"]["follow_up"].value() == "hand_over"
    assert taken.url == reverse("desk:hand_over", args=[invited.pk])
    asked = client.get(taken.url).context["form"]
    assert asked["successor"].value() == successor.pk


def test_to_replace_it_leads_to_the_replacement_of_this_letter(client, invited):
    taken = client.post(url_of(invited.minister), {"follow_up": "replace"})

    assert taken.url == replacing_url([invited.pk])


def test_the_letter_goes_to_the_new_address_once_it_is_released(client, invited):
    response = saved(client, invited.minister, to_emails="new@example.org")

    sent = client.post(response.url, {"follow_up": "send"}, follow=True)

    assert told(sent)[-1] == (
        "The letter goes to the new address as soon as a second person has released it."
    )
    change = HeldChange.objects.waiting().get()
    assert list(change.letters.all()) == list(invited.letters.all())


def test_to_leave_it_is_on_file_too(client, drafter, invited):
    response = saved(client, invited.minister, prenominal="Dr.")

    client.post(response.url, {"follow_up": "leave", "reason": "They know her."})

    entry = LogEntry.objects.get(additional_data__act=Act.LETTER_LEFT)
    assert (entry.actor, entry.additional_data["reason"]) == (drafter, "They know her.")


def test_the_reason_comes_along_to_the_replacement(client, invited):
    reason = "It was spelt wrongly."

    asked = client.post(url_of(invited.minister), {"follow_up": "replace", "reason": reason})
    page = client.get(asked.url)

    assert page.context["form"]["reason"].value() == reason
    assert reason not in asked.url


def test_the_reason_comes_along_to_the_hand_over(client, invited):
    successor_of(invited)
    minister = invited.minister
    saved(client, minister, successor=Minister.objects.get(given_name="Rupert").pk)

    said = {"follow_up": "hand_over", "reason": "A new government."}
    asked = client.post(url_of(minister), said)

    assert client.get(asked.url).context["form"]["reason"].value() == "A new government."


@pytest.mark.parametrize("is_released", [True, False])
def test_the_reason_stands_in_the_history_of_a_letter_that_is_sent(client, invited, is_released):
    saved(client, invited.minister, to_emails="new@example.org")
    if is_released:
        change = HeldChange.objects.get()
        release_change(change, UserFactory(), change.mark)

    client.post(
        url_of(invited.minister), {"follow_up": "send", "reason": "Their office has moved."}
    )

    assert invited.letters.get().events.last().reason == "Their office has moved."


def test_each_minister_has_a_reason_of_their_own(client, invited, frozen_letter, queued):
    other = frozen_letter(invitation__edition=invited.edition)
    queued(other, arrived=True, address=other.invitation.minister.to_emails)
    for minister, reason in [(invited.minister, "One."), (other.invitation.minister, "Two.")]:
        client.post(url_of(minister), {"follow_up": "replace", "reason": reason})

    one, two, both = (
        client.get(replacing_url(keys)).context["form"]["reason"].value()
        for keys in ([invited.pk], [other.invitation_id], [invited.pk, other.invitation_id])
    )

    assert (one, two, both) == ("One.", "Two.", "")


def test_one_is_back_at_the_minister_once_it_is_decided(client, invited):
    for follow_up in ("leave", "send"):
        saved(client, invited.minister, to_emails="new@example.org")

        done = client.post(url_of(invited.minister), {"follow_up": follow_up})

        assert done.url == change_url(invited.minister)


def test_nothing_is_asked_where_no_letter_has_left_or_nothing_printed_changed(
    client, drafter, invited, frozen_letter
):
    waiting = frozen_letter().invitation.minister

    assert "letters" not in saved(client, waiting, family_name="Strelsau").url
    assert "letters" not in saved(client, invited.minister, postal_address="Zenda").url
    nothing = told(client.get(url_of(waiting), follow=True))
    assert nothing[-1] == "No letter to this minister has left."


def test_who_stays_on_the_page_gets_a_link(client, invited):
    minister = invited.minister
    stays = {"_continue": "Save and continue"}
    sent = as_sent(client.get(change_url(minister))) | stays

    page = client.post(change_url(minister), sent | {"prenominal": "Dr."}, follow=True)

    assert "A letter has left already: what becomes of it?" in " ".join(told(page))
    invited.letters.get().deliveries.update(state="queued", handed_over_at=None)
    sent = as_sent(page) | stays
    waits = client.post(change_url(minister), sent | {"prenominal": "Prof."}, follow=True)
    assert "A letter waits to leave: what becomes of it?" in " ".join(told(waits))


def test_the_question_is_asked_in_a_fixed_number_of_queries(
    client, invited, django_assert_num_queries
):
    client.get(url_of(invited.minister))

    with django_assert_num_queries(13):
        client.get(url_of(invited.minister))


def test_a_function_that_stays_while_the_language_changes_is_doubted_at_once(client, invited):
    minister = invited.minister

    saved(client, minister, language="es")

    sentence = "was written when the language of the letters was English: look whether its words"
    assert client.get(change_url(minister)).content.decode().count(sentence) == 2
    saved(client, minister, portfolio="Ministra de Comunicaciones")
    assert sentence not in client.get(change_url(minister)).content.decode()
