"""The lists of what moves and of what waits, and its page: no row costs a query of its own."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from delegations.tests.offices import coming
from invitations.admin.list_columns import change_url, list_url
from invitations.models import HeldChange, Invitation, Minister
from invitations.tests.corrections import asked_for
from invitations.tests.factories import EditionFactory, LetterFactory, UserFactory
from invitations.tests.moving import asked, moved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]


@pytest.fixture
def edition():
    return EditionFactory()


@pytest.fixture
def superuser(client):
    client.force_login(UserFactory(is_superuser=True))
    return client


def offices_of(edition, number):
    return [coming(f"Ruritania {one}", edition=edition) for one in range(number)]


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("said", ["not_yet", "changed", "still_valid"])
def test_who_has_not_re_confirmed_is_listed_in_as_many_queries_for_three_as_for_one(
    superuser, edition, django_assert_num_queries, number, said
):
    offices_of(edition, number)
    moved(edition)
    url = list_url(Invitation, edition__id__exact=edition.pk, reconfirmed=said)
    superuser.get(url)

    with django_assert_num_queries(7):
        page = superuser.get(url)

    assert page.context["cl"].result_count == (number if said == "not_yet" else 0)


@pytest.mark.parametrize("number", [1, 3])
def test_what_waits_is_listed_in_as_many_queries_for_three_of_each_kind_as_for_one(
    superuser, edition, django_assert_num_queries, number
):
    changes = [waiting(EditionFactory(), office) for office in offices_of(edition, number)]
    url = reverse("admin:invitations_heldchange_changelist")
    superuser.get(url)

    with django_assert_num_queries(8):
        page = superuser.get(url)

    assert page.context["cl"].result_count == 3 * len(changes)


def waiting(edition, office):
    """One of each kind: dates that move, a hand-over, and an address of the minister."""
    asked(edition)
    asked_for(office)
    address = {"before": {"to_emails": "a@example.org"}, "after": {"to_emails": "b@example.org"}}
    kind = ContentType.objects.get_for_model(Minister)
    minister = LetterFactory().invitation.minister
    return HeldChange.objects.create(content_type=kind, object_id=str(minister.pk), **address)


@pytest.mark.parametrize("kind", ["dates", "succession", "mail"])
def test_the_page_of_what_waits_takes_a_fixed_number_of_queries(
    superuser, edition, django_assert_num_queries, kind
):
    waiting(EditionFactory(), *offices_of(edition, 1))
    change = HeldChange.objects.get(kind=kind)
    superuser.get(change_url(change))

    with django_assert_num_queries({"dates": 12, "succession": 26, "mail": 23}[kind]):
        superuser.get(change_url(change))
