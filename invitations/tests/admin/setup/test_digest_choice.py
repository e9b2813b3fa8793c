import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse

from invitations.models import DigestChoice
from invitations.tests.factories import UserFactory

pytestmark = pytest.mark.django_db

ALL = ["needs_a_person", "planned", "handed_over", "cancelled"]


@pytest.fixture
def page():
    return reverse("admin:invitations_digestchoice_changelist")


def reader(client, **fields):
    user = UserFactory(**fields)
    user.groups.add(Group.objects.get(name="Readers"))
    client.force_login(user)
    return user


def test_who_reads_the_outbox_chooses_what_is_told_and_when(client, page):
    user = reader(client, email="sapt@example.org")

    shown = client.get(page).content.decode()
    client.post(page, {"what": ["needs_a_person"], "often": "hourly", "language": "fr"})

    choice = DigestChoice.objects.get()
    assert "These mails go to sapt@example.org." in shown
    assert (choice.user, choice.what) == (user, ["needs_a_person"])
    assert (choice.often, choice.language) == ("hourly", "fr")
    assert "None" not in client.get(page).context["title"]


def test_nobody_is_asked_for_a_mail_that_was_not_chosen(client, page):
    reader(client)

    form = client.get(page).context["adminform"].form

    assert (form["often"].initial, form["what"].initial) == ("never", ALL)
    assert form["language"].value() == "en"
    assert not DigestChoice.objects.exists()


def test_a_choice_made_again_takes_the_place_of_the_first(client, page):
    reader(client)
    for often in ("hourly", "never", "morning"):
        client.post(page, {"what": ALL, "often": often, "language": "en"})

    assert DigestChoice.objects.get().often == "morning"


def test_mails_that_begin_again_do_not_tell_what_happened_in_between(client, page):
    with time_machine.travel("2027-03-10 11:00Z", tick=False) as clock:
        reader(client)
        for often in ("never", "hourly", "morning"):
            clock.shift(60)
            client.post(page, {"what": ALL, "often": often, "language": "en"})

    assert DigestChoice.objects.get().informed_until.isoformat() == "2027-03-10T11:02:00+00:00"


def test_mails_that_tell_nothing_are_refused(client, page):
    reader(client)

    answer = client.post(page, {"often": "hourly", "language": "fr"})

    assert answer.context["adminform"].form.errors["what"]
    assert not DigestChoice.objects.exists()


@pytest.mark.parametrize("who", ["reader", "administrator"])
def test_nobody_chooses_for_another(client, admin_client, page, who):
    other = DigestChoice.objects.create(user=UserFactory(), often="hourly")
    if who == "reader":
        reader(client)
    browser = client if who == "reader" else admin_client
    theirs = reverse("admin:invitations_digestchoice_change", args=[other.pk])

    browser.post(theirs, {"what": ALL, "often": "never", "language": "en"})
    browser.post(page, {"what": ALL, "often": "morning", "language": "en"})

    other.refresh_from_db()
    assert other.often == "hourly"
    assert DigestChoice.objects.count() == 2


def test_who_has_no_address_is_told_whom_to_ask(client, page):
    reader(client)

    assert "ask an administrator to note your e-mail address" in client.get(page).content.decode()


def test_who_may_not_read_the_outbox_has_no_choice(client, page):
    client.force_login(UserFactory())

    assert client.get(page).status_code == 403
    assert client.post(page, {"what": ALL, "often": "hourly", "language": "fr"}).status_code == 403
