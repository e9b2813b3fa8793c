"""The board: how each State stands, by region, and what stands beside it."""

import pytest
from django.core.management import call_command
from django.urls import reverse, reverse_lazy

from delegations.desk.board.standings import KINDS
from invitations.models import MemberState
from invitations.tests.desk import signed_in
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    ReplyFactory,
)

pytestmark = pytest.mark.django_db

BOARD = reverse("desk:board")


def invited(edition, name, region="Africa", **fields):
    state = MemberStateFactory(region=region, short_name_en=name, sort_key_fr=name)
    minister = MinisterFactory(member_state=state)
    return InvitationFactory(edition=edition, minister=minister, **fields)


def tiles(client, **asked):
    page = client.get(BOARD, asked).context
    return {
        str(region["name"]): {tile["name"]: tile["kind"].code for tile in region["tiles"]}
        for region in page["regions"]
    }


def test_each_state_stands_in_its_region_by_its_answer(admin_client):
    edition = EditionFactory()
    ReplyFactory(invitation=invited(edition, "Ruritania"), answer="video")
    invited(edition, "Strelsau")
    invited(edition, "Zenda", "Europe", status="draft", issued_at=None)
    MemberStateFactory(region="Europe", short_name_en="Hentzau", sort_key_fr="A")

    shown = tiles(admin_client)

    assert shown == {
        "Africa": {"Ruritania": "video", "Strelsau": "silent"},
        "Europe": {"Hentzau": "uninvited", "Zenda": "draft"},
    }


def test_courtesy_superseded_and_withdrawn_answers_move_no_tile(admin_client):
    edition = EditionFactory()
    one = invited(edition, "Ruritania")
    ReplyFactory(invitation=one, status="superseded")
    courtesy = InvitationFactory(
        edition=edition,
        minister=MinisterFactory(member_state=one.member_state, given_name="Rudolf"),
        is_principal=False,
    )
    ReplyFactory(invitation=courtesy)
    ReplyFactory(invitation=invited(edition, "Zenda", status="withdrawn"))
    ReplyFactory(invitation=InvitationFactory(minister=one.minister))

    assert tiles(admin_client, edition=edition.symbol)["Africa"] == {
        "Ruritania": "silent",
        "Zenda": "uninvited",
    }


def test_a_state_that_is_invited_by_courtesy_alone_stands_so(admin_client):
    edition = EditionFactory()
    one = invited(edition, "Ruritania", is_principal=False)
    one.member_state.invited_by_default = False
    one.member_state.save()
    invited(edition, "Strelsau", is_principal=False)
    invited(edition, "Zenda", is_principal=False, status="withdrawn")

    page = admin_client.get(BOARD, {"edition": edition.symbol}).context

    courtesy, uninvited = "By courtesy only", "No invitation"
    assert {tile["name"]: tile["more"].capitalize() for tile in page["regions"][0]["tiles"]} == {
        "Ruritania": courtesy,
        "Strelsau": courtesy,
        "Zenda": uninvited,
    }
    assert {one["words"]: one["count"] for one in page["legend"][-2:]} == {
        uninvited: 1,
        courtesy: 2,
    }
    assert [str(words) for _kind, words in page["table"]["kinds"]][-1] == courtesy
    assert (page["states"], page["invited"]) == (3, 0)


def test_where_no_state_is_invited_by_courtesy_alone_the_board_does_not_speak_of_it(admin_client):
    invited(EditionFactory(), "Ruritania")

    page = admin_client.get(BOARD).context

    assert [kind.code for kind, _words in page["table"]["kinds"]][-1] == "uninvited"
    assert [one["kind"].code for one in page["legend"]][-1] == "uninvited"


def test_the_tile_of_an_associate_member_says_so(admin_client):
    edition = EditionFactory()
    MemberStateFactory(region="Europe", status="associate")
    MemberStateFactory(region="Europe")

    page = admin_client.get(reverse("desk:board"), {"edition": edition.symbol}).content.decode()

    assert page.count("(associate member)") == 1


def test_states_stand_in_the_chosen_order_and_observers_last(admin_client):
    edition = EditionFactory()
    for name, key in (("Austria", "ZZZ"), ("Zenda", "AAA")):
        MemberStateFactory(region="Europe", short_name_en=name, sort_key_fr=key)
    MemberStateFactory(region="Europe", short_name_en="Aachen", sort_key_fr="AA", status="observer")

    orders = {
        order: list(tiles(admin_client, edition=edition.symbol, order=order)["Europe"])
        for order in ("fr", "en", "never heard of")
    }

    assert orders["fr"] == orders["never heard of"] == ["Zenda", "Austria", "Aachen"]
    assert orders["en"] == ["Austria", "Zenda", "Aachen"]


def test_the_edition_says_in_which_order_its_states_stand(admin_client):
    edition = EditionFactory(order_of_states="es")
    for english, spanish, key in (("Austria", "Zeta", "A"), ("Zenda", "Alfa", "B")):
        one = invited(edition, english)
        one.member_state.short_name_es, one.member_state.sort_key_fr = spanish, key
        one.member_state.save()

    filtered = {"edition__id__exact": edition.pk}
    listed = admin_client.get(reverse("admin:invitations_invitation_changelist"), filtered)
    silent = admin_client.get(reverse("desk:silent")).context["rows"]
    next_one = admin_client.get(silent[0]["url"]).context["beside"].after

    assert list(tiles(admin_client)["Africa"]) == ["Zenda", "Austria"]
    assert list(tiles(admin_client, order="fr")["Africa"]) == ["Austria", "Zenda"]
    assert [row["state"] for row in silent] == ["Zenda", "Austria"]
    assert [str(one.member_state) for one in listed.context["cl"].queryset] == ["Zenda", "Austria"]
    assert next_one.name == "Austria"


def test_headline_says_how_many_of_how_many(admin_client):
    edition = EditionFactory()
    ReplyFactory(invitation=invited(edition, "Ruritania"))
    invited(edition, "Zenda")
    MemberStateFactory()

    page = admin_client.get(BOARD).content.decode()

    assert "Invited: 2 of 3 States. Answered: 1. Silent: 1." in page


def test_sums_of_the_table_are_those_of_its_rows_and_its_links_count_the_same(admin_client):
    edition = EditionFactory()
    for region in ("Africa", "Africa", "Europe"):
        ReplyFactory(invitation=invited(edition, f"Ruritania {region}", region))
        invited(edition, "Zenda", region)

    table = admin_client.get(BOARD).context["table"]

    columns = zip(*([cell["count"] for cell in row["cells"]] for row in table["rows"]), strict=True)
    assert [sum(column) for column in columns] == table["sums"]
    assert sum(table["sums"]) == sum(row["sum"] for row in table["rows"]) == table["sum"] == 6
    linked = [cell for row in table["rows"] for cell in row["cells"] if cell["url"]]
    listed = [admin_client.get(cell["url"]).context["cl"].result_count for cell in linked]
    assert listed == [cell["count"] for cell in linked]
    assert sum(listed) == 6


def test_each_way_to_stand_has_a_sign_of_its_own():
    marks = [kind.mark for kind in KINDS.values()]

    assert len(set(marks)) == len(marks) == 10


@pytest.mark.parametrize("states", [1, 3])
def test_board_takes_as_many_queries_for_three_states_as_for_one(
    admin_client, django_assert_num_queries, states
):
    edition = EditionFactory()
    for number in range(states):
        ReplyFactory(invitation=invited(edition, f"Ruritania {number}"))

    with django_assert_num_queries(12):
        admin_client.get(BOARD)


@pytest.mark.parametrize("page", [BOARD, reverse_lazy("desk:silent")])
def test_193_silent_states_weigh_no_more_than_300_kilobytes(admin_client, page):
    call_command("load_member_states")
    edition = EditionFactory()
    for state in MemberState.objects.filter(status="member"):
        InvitationFactory(edition=edition, minister=MinisterFactory(member_state=state))

    shown = admin_client.get(str(page)).content

    assert shown.count(b"/state/") >= 193
    assert len(shown) < 300_000


def test_board_of_an_empty_site_says_what_to_add(admin_client):
    assert "There is no edition yet" in admin_client.get(BOARD).content.decode()

    EditionFactory()

    assert "manage.py load_member_states" in admin_client.get(BOARD).content.decode()


def test_board_is_for_those_who_may_see_invitations_and_replies(client):
    EditionFactory()
    assert client.get(BOARD).status_code == 302

    signed_in(client, "view_invitation")
    assert client.get(BOARD).status_code == 403

    signed_in(client, "view_invitation", "view_reply")
    assert client.get(BOARD).status_code == 200
