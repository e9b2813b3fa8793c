"""Whom a State has named stands on no page of who may not open the list of delegates."""

import pytest
from django.core import mail
from django.urls import reverse

from delegations.models import Delegate, Delegation
from delegations.tests.offices import coming
from invitations.files.frozen import freeze
from invitations.tests.databases import AS_DEPLOYED
from invitations.tests.desk import browser_of, choose, composed_letter, of_group, page_of, told
from wsis_forum.tests.addresses import addresses, url_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february", "own_files")]

NAME, NEEDS = "Zenobia Quixby", "A quiet room without pepper."
# Those who read most of all else, and may not open the list of delegates.
GROUPS = ["Drafters", "Approvers", "Registrars", "Readers"]
LETTERS = reverse("admin:invitations_letter_changelist")


@pytest.fixture
def invitation():
    """An office that has named its head of delegation."""
    invitation = coming("Ruritania")
    of_state = {"edition": invitation.edition, "member_state": invitation.member_state}
    delegation = Delegation.objects.create(**of_state)
    Delegate.objects.create(delegation=delegation, role="head", name=NAME, needs=NEEDS)
    return invitation


@pytest.fixture
def receipt(invitation):
    """The mail that told the office whom it has named."""
    words = f"Head of delegation: {NAME}"
    message = freeze(f"To: office@example.org\n\n{words}\n".encode(), "messages", "eml")
    return composed_letter(
        invitation=invitation, kind="receipt", variant="delegation", mail=words,
        message=message.name, message_sha256=message.sha256,
    )  # fmt: skip


def words_at(client, url):
    answer = client.get(url)
    return b"".join(answer).decode(errors="replace") if answer.status_code == 200 else ""


def test_no_address_of_the_desk_names_them_to_who_may_not_open_their_list(invitation, receipt):
    """Each by all these groups where a deployment runs, elsewhere by one of them, by turns."""
    browsers = [browser_of(of_group(group)) for group in GROUPS]
    naming = set()
    for turn, (name, converters) in enumerate(addresses()):
        url = url_of(name, converters)
        for browser in browsers if AS_DEPLOYED else browsers[turn % 4 :][:1]:
            words = words_at(browser, url)
            naming |= {name} if NAME in words or NEEDS in words else set()

    assert naming == set()


def test_who_hands_over_learns_how_many_are_named_and_not_who(invitation):
    url = reverse("desk:hand_over", args=[invitation.pk])

    drafter = words_at(browser_of(of_group("Drafters")), url)
    both = words_at(browser_of(of_group("Drafters", "Speakers' desk")), url)

    assert "1 person named" in drafter
    assert NAME not in drafter
    assert f"<bdi>{NAME}</bdi> (head of delegation)" in both


@pytest.mark.parametrize("group", ["Drafters", "Approvers"])
def test_the_receipt_of_a_list_is_read_by_who_may_open_it(receipt, group):
    url = reverse("admin:invitations_letter_plain", args=[receipt.pk])
    without, both = (browser_of(of_group(group, *more)) for more in ([], ["Speakers' desk"]))

    page = words_at(without, page_of(receipt))

    assert "The words name delegates" in page
    assert NAME not in page
    assert without.get(url).status_code == 403
    assert NAME in words_at(both, url)
    assert NAME in words_at(both, page_of(receipt))


def test_nobody_mails_the_names_to_oneself(receipt):
    client = browser_of(of_group("Drafters"))

    page = choose(client, LETTERS, "send_test", receipt)

    assert "The words name delegates" in told(page)[0]
    assert mail.outbox == []
