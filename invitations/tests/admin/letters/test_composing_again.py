"""Outdated letters: told before the approval, left out of it, and composed anew from there."""

import pytest
from django.urls import reverse

from invitations.letters.composing_queue import compose_planned
from invitations.models import Letter
from invitations.tests.desk import choose, composed_letter, page_of, shown, signed_in, told
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    MinisterFactory,
    MissionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LETTERS = reverse("admin:invitations_letter_changelist")
APPROVE = reverse("admin:invitations_letter_approve")
APPROVER = ("view_letter", "view_circular", "approve_letter")


@pytest.fixture
def approver(client):
    return signed_in(client, *APPROVER)


@pytest.fixture
def second(client):
    """Another approver, who is not signed in."""
    return signed_in(client, *APPROVER)


@pytest.fixture
def circular():
    return CircularFactory(edition=EditionFactory())


def waiting(circular, **fields):
    draft = InvitationFactory(status="draft", issued_at=None, edition=circular.edition, **fields)
    return composed_letter(invitation=draft, circular=circular)


def renamed(letter):
    minister = letter.invitation.minister
    minister.family_name = "Hentzau"
    minister.save()
    return letter


def outdated_in(response):
    return [one for group in response.context["outdated"] for one in group.letters]


def test_an_outdated_letter_is_named_by_state_with_what_changed(client, second, approver, circular):
    good, outdated = waiting(circular), renamed(waiting(circular))

    response = choose(client, LETTERS, "approve_selected", good, outdated)

    page, minister = response.content.decode(), outdated.invitation.minister
    assert "1 letter is outdated and cannot be approved" in page
    (group,) = response.context["outdated"]
    assert group.letters == [outdated]
    (record,) = group.records
    assert record.name == f"minister: {minister} ({minister.member_state})"
    assert (record.url, record.fields) == (page_of(minister), "Family name")
    assert minister.member_state.listed_as in page
    assert f'href="{record.url}"' in page
    assert "Approve 1 letter</button>" in page


def test_a_text_that_changed_is_named_once_in_its_language(client, second, approver, circular):
    letter = waiting(circular)
    edition = letter.invitation.edition
    edition.name_in_full = "Another name"
    edition.save()

    response = choose(client, LETTERS, "approve_selected", letter)

    ((record,),) = [group.records for group in response.context["outdated"]]
    assert record.fields == "Name in full [en]"


def test_letters_outdated_by_the_same_record_stand_together(client, second, approver, circular):
    letters = [waiting(circular) for _number in range(3)]
    circular.edition.contact_email = "hentzau@example.org"
    circular.edition.save()
    renamed(letters[0])

    response = choose(client, LETTERS, "approve_selected", *letters, renamed(waiting(circular)))

    said = {
        tuple(one.fields for one in group.records): len(group.letters)
        for group in response.context["outdated"]
    }
    both = ("E-mail", "Family name")
    assert said == {both[:1]: 2, both: 1, both[1:]: 1}


def test_what_is_gone_is_named_by_its_kind(client, second, approver, circular):
    mission, minister = MissionFactory(), MinisterFactory()
    mission.states.add(minister.member_state)
    letter = waiting(circular, minister=minister)
    mission.delete()

    response = choose(client, LETTERS, "approve_selected", letter)

    (group,) = response.context["outdated"]
    assert [tuple(one) for one in group.records] == [("permanent mission", "", "")]


def test_outdated_letters_are_left_out_of_what_is_approved(client, second, approver, circular):
    good, outdated = waiting(circular), renamed(waiting(circular))

    page = choose(client, LETTERS, "approve_selected", good, outdated).content.decode()
    boxes = [line for line in page.splitlines() if 'name="letters"' in line]

    assert [("disabled" in box, "checked" in box) for box in boxes] == [
        (str(outdated.sha256) in box, str(good.sha256) in box) for box in boxes
    ]
    assert len(boxes) == 2


def test_what_changed_while_the_page_was_read_is_told_there(client, second, approver, circular):
    good, outdated = waiting(circular), renamed(waiting(circular))

    response = client.post(APPROVE, {"letters": [shown(good), shown(outdated)]})

    assert outdated_in(response) == [outdated]
    good.refresh_from_db()
    assert good.state == "approved"


def test_an_approver_has_outdated_letters_composed_again(client, second, approver, circular):
    good, outdated = waiting(circular), renamed(waiting(circular))
    page = choose(client, LETTERS, "approve_selected", good, outdated).content.decode()
    assert "cannot approve it: another person then has to." in page
    assert 'value="compose_again"' in page

    asked = choose(client, LETTERS, "compose_again", outdated)
    choose(client, LETTERS, "compose_again", outdated, answered="yes")

    assert "another person then has to" in asked.content.decode()
    anew = outdated.invitation.letters.in_force().get()
    assert (anew.state, anew.composed_by) == ("planned", approver)


def test_whoever_had_it_composed_again_does_not_approve_it(client, second, approver, composed):
    letter = renamed(composed())
    choose(client, LETTERS, "compose_again", letter, answered="yes")
    compose_planned()
    anew = Letter.objects.get(state="composed")

    refused = client.post(APPROVE, {"letters": [shown(anew)]}, follow=True).content.decode()
    client.force_login(second)
    said = told(client.post(APPROVE, {"letters": [shown(anew)]}, follow=True))

    assert "A second person has to approve: you composed this letter." in refused
    assert said == ["1 letter approved; it goes to the outbox."]


def test_the_only_approver_is_told_whom_to_ask(client, circular):
    drafter = signed_in(client, "change_letter", username="sapt")
    UserFactory(is_superuser=True)
    signed_in(client, *APPROVER)
    outdated = renamed(waiting(circular))

    page = choose(client, LETTERS, "approve_selected", outdated).content.decode()
    choose(client, LETTERS, "compose_again", outdated, answered="yes")

    assert f"Ask a drafter to do it: {drafter}." in page
    assert 'value="compose_again"' not in page
    outdated.refresh_from_db()
    assert outdated.state == "composed"


def test_a_reader_composes_nothing_again(client, second, circular):
    outdated = renamed(waiting(circular))
    signed_in(client, "view_letter")

    choose(client, LETTERS, "compose_again", outdated, answered="yes")

    outdated.refresh_from_db()
    assert outdated.state == "composed"


def test_a_note_that_is_composed_again_with_its_letters_covers_the_new_ones(client, circular):
    signed_in(client, "view_letter", "change_letter")
    letter = renamed(waiting(circular))
    about = {"invitation": letter.invitation, "circular": circular, "mission": MissionFactory()}
    about["mission"].states.add(letter.invitation.member_state)
    note = composed_letter(kind="note", covers=[letter], **about)

    choose(client, LETTERS, "compose_again", note, letter, answered="yes")

    new_note = Letter.objects.planned().get(kind="note")
    assert list(new_note.covers.all()) == [Letter.objects.planned().get(kind="invitation")]


def test_the_list_shows_apart_what_to_approve_and_what_to_compose_again(
    client, second, approver, circular
):
    good, outdated = waiting(circular), renamed(waiting(circular))
    own = waiting(circular)
    Letter.objects.filter(pk=own.pk).update(composed_by=approver)

    def listed(value):
        return [*client.get(LETTERS, {"approval": value}).context["cl"].queryset]

    assert (listed("open"), listed("anew")) == ([good], [outdated])


@pytest.mark.parametrize("rows", [1, 3])
def test_many_outdated_letters_take_as_many_queries_as_one(
    client, approver, circular, django_assert_num_queries, rows
):
    signed_in(client, *APPROVER)
    letters = [renamed(waiting(circular)) for _number in range(rows)]
    circular.edition.contact_email = "hentzau@example.org"
    circular.edition.save()

    with django_assert_num_queries(50):
        choose(client, LETTERS, "approve_selected", *letters)
