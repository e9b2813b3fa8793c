import uuid

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from delegations.models import Delegate, Delegation
from delegations.tests.offices import browser, invited, page_of, text, words_of
from invitations.models import Reply
from invitations.replies import record_reply
from invitations.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]


@pytest.fixture
def invitation():
    return invited("Ruritania")


def of_staff(group="Registrars", client=None):
    user = UserFactory()
    user.groups.add(Group.objects.get(name=group))
    client = client or Client()
    client.force_login(user)
    return client


def named(invitation, **particulars):
    delegation, _new = Delegation.objects.get_or_create(
        edition=invitation.edition, member_state=invitation.member_state
    )
    return Delegate.objects.create(
        delegation=delegation, **{"name": "Rudolf Rassendyll", **particulars}
    )


def test_staff_see_the_page_without_its_link_and_are_told_so(invitation):
    page = text(of_staff().get(page_of(invitation)))

    assert "You are signed in as a member of the secretariat" in page
    assert f"{reverse('admin:invitations_correspondence_add')}?invitation={invitation.pk}" in page
    assert "<fieldset disabled>" in page
    assert "Check the reply" not in page


@pytest.mark.parametrize("name", ["answer", "add", "list", "statement", "files"])
def test_what_staff_send_is_refused_with_a_sentence(invitation, name):
    client = of_staff("Speakers' desk")

    response = client.post(page_of(invitation, name), words_of(invitation))

    assert response.status_code == 403
    assert "changes nothing on it: nothing was recorded" in text(response)
    assert "Record a reply" in text(response)
    assert not Reply.objects.exists()


def test_a_browser_that_holds_the_link_cannot_answer_while_staff_are_signed_in(invitation):
    client = of_staff(client=browser(invitation))

    assert client.post(page_of(invitation), words_of(invitation)).status_code == 403
    assert not Reply.objects.exists()


def test_staff_without_the_permission_see_nothing_of_the_office(invitation):
    client = Client()
    client.force_login(UserFactory())

    response = client.get(page_of(invitation))

    assert response.status_code == 403
    assert "Your account in the secretariat does not include this page" in text(response)
    assert "Ruritania" not in text(response)


def test_who_is_named_is_seen_by_staff_who_may_see_delegates_alone(invitation):
    record_reply(invitation, {"answer": "in_person"})
    named(invitation)

    assert of_staff("Readers").get(page_of(invitation, "delegation")).status_code == 403
    page = text(of_staff("Speakers' desk").get(page_of(invitation, "delegation")))
    assert "Rudolf Rassendyll" in page
    assert "Add a person" not in page
    assert "Take off" not in page


def test_a_person_s_page_is_read_only_for_staff(invitation):
    record_reply(invitation, {"answer": "in_person"})
    person = named(invitation, needs="A ramp.")
    url = reverse("office:person", args=[invitation.pk, person.pk])

    page = text(of_staff("Speakers' desk").get(url))

    assert "<fieldset disabled>" in page
    assert "A ramp." not in page


def test_somebody_signed_in_who_is_no_staff_is_an_office_like_any_other(invitation):
    client = browser(invitation)
    client.force_login(UserFactory(is_staff=False))

    client.post(page_of(invitation), words_of(invitation, form_key=uuid.uuid4()))

    assert invitation.replies.standing().exists()


def test_a_number_without_an_invitation_is_not_found_for_staff(invitation):
    for number in ("0", "9" * 30):
        assert of_staff().get(f"/office/{number}/").status_code == 404


def test_the_desk_links_to_the_office_s_page(admin_client, invitation):
    url = reverse("admin:invitations_invitation_change", args=[invitation.pk])

    assert f'href="{page_of(invitation)}"' in admin_client.get(url).content.decode()


def test_staff_and_an_office_never_see_each_other_s_page(invitation):
    for _look in range(2):
        assert "<fieldset disabled>" in of_staff().get(page_of(invitation)).content.decode()
        page = browser(invitation).get(page_of(invitation)).content.decode()
        assert "<fieldset disabled>" not in page
        assert "Check the reply" in page


def test_a_link_that_staff_open_lets_nobody_answer_after_they_sign_out(invitation):
    client = of_staff()
    client.get(reverse("office:open", args=[invitation.links.get().token]))
    assert client.get(page_of(invitation)).status_code == 200

    client.post(reverse("admin:logout"))

    assert client.get(page_of(invitation)).status_code == 404
