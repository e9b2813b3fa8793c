"""The one search: by whatever stands on a paper, for whom, and how much it asks of the database."""

import logging

import pytest
from django.urls import reverse
from django.utils import timezone

from delegations.models import Delegate, Delegation
from delegations.tests.desk.finding.filed import (
    ALL,
    LETTER_ID,
    NAMES,
    NOTHING,
    PART,
    PART_BY_ROLE,
    file_everything,
    found,
    hidden_from,
    leads_to,
    member_of,
)
from invitations.admin.list_columns import list_url, state_url
from invitations.links import grouped_code, new_link
from invitations.models import Invitation
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    return EditionFactory()


@pytest.mark.walk
@pytest.mark.parametrize("group", [ALL, PART, *PART_BY_ROLE])
def test_each_kind_leads_whoever_may_read_it_to_its_page(client, edition, group):
    leads = leads_to(edition, file_everything(edition))
    client.force_login(member_of(group))

    hidden = []
    for typed, page in leads.items():
        lines = found(client, typed)
        if page not in [link for _title, _told, link in lines]:
            assert lines == [], typed
            hidden.append(typed)
        assert all(edition.symbol in told for _, told, link in lines if "/state/" in link)

    assert hidden == hidden_from(group)


@pytest.mark.parametrize("group", [NOTHING, "no group"])
def test_who_may_read_nothing_of_it_finds_nothing(client, edition, group):
    leads = leads_to(edition, file_everything(edition))
    client.force_login(member_of(group))

    assert [line for typed in leads for line in found(client, typed)] == []


def test_message_id_of_a_letter_is_found_by_who_reads_letters_whole(client, edition):
    invitation = file_everything(edition)
    client.force_login(member_of("Drafters"))

    (line,) = found(client, LETTER_ID)

    assert line[2] == state_url(edition, invitation.member_state)


@pytest.mark.parametrize("typed", ["{}", " {} ", "{} "], ids=["as printed", "spaced", "typing"])
def test_reply_code_is_found_however_it_is_typed(client, edition, typed, caplog):
    invitation = file_everything(edition)
    code = invitation.links.get().code
    client.force_login(member_of("Registrars"))

    with caplog.at_level(logging.DEBUG):
        for form in (grouped_code(code), grouped_code(code, " "), code, code.upper()):
            (line,) = found(client, typed.format(form))
            assert line[2] == state_url(edition, invitation.member_state)
            assert code not in grouped_code("".join(line), "")

    assert code not in caplog.text
    assert grouped_code(code) not in caplog.text


def test_code_that_was_replaced_says_so(client, edition):
    invitation = file_everything(edition)
    link = invitation.links.get()
    link.replaced_at = timezone.now()
    link.save()
    new_link(invitation, 2).save()
    client.force_login(member_of("Registrars"))

    (line,) = found(client, link.code)

    assert line[1] == f"reply code, replaced · {edition.symbol}"


def test_list_of_the_desk_is_found_by_its_name(client, edition):
    client.force_login(member_of(PART))

    assert list_url(Invitation) in [line[2] for line in found(client, "invitations")]


@pytest.mark.parametrize("typed", ["Office@example.net", "ffice@EXAMPLE.N", "e@example.net"])
def test_an_address_is_compared_to_its_end(client, edition, typed):
    for end in ("org", "net"):
        InvitationFactory(edition=edition, focal_point_email=f"office@example.{end}")
    client.force_login(member_of("Registrars"))

    (line,) = found(client, typed)

    assert line[0].endswith("office@example.net")


def test_code_of_a_state_comes_first_and_in_capitals_alone(client, edition):
    named = MemberStateFactory(iso2="XY", iso3="XYX", short_name_en="Aaland")
    other = MemberStateFactory(iso2="XZ", iso3="XZZ", short_name_en="Xylophonia")
    client.force_login(member_of("Readers"))

    assert [line[0] for line in found(client, "xy")] == ["Aaland", "Xylophonia"]
    assert [line[0] for line in found(client, "XY")] == ["Aaland"]
    assert state_url(edition, other) == found(client, "xylo")[0][2]
    assert state_url(edition, named) == found(client, "XYX")[0][2]


def test_edition_at_hand_comes_before_earlier_ones(client, edition):
    dates = ("opens_on", "closes_on", "track_opens_on", "track_closes_on", "reply_before")
    long_ago = {name: getattr(edition, name).replace(year=2020) for name in dates}
    before = EditionFactory(symbol="wsis-before", **long_ago)
    minister = MinisterFactory(given_name="Zoë", family_name="Hentzauová")
    for one in (edition, before):
        InvitationFactory(edition=one, minister=minister)
    client.force_login(member_of("Registrars"))

    assert [line[2] for line in found(client, "hentzau")] == [
        state_url(edition, minister.member_state)
    ]
    lines = found(client, minister.member_state.iso3)
    assert [line[2] for line in lines] == [
        state_url(edition, minister.member_state),
        state_url(before, minister.member_state),
    ]


def test_nothing_found_says_so(client, edition):
    client.force_login(member_of("Readers"))

    answer = client.post(reverse("admin:search"), {"s": "zzzzzz"})

    assert "Nothing is found." in answer.content.decode()
    assert client.post(reverse("admin:search"), {"s": "  "}).content == b""


@pytest.mark.parametrize("typed", ["\0", "%", "_", "'", "\\", '"', "-", "=" * 5000, "مم", "<b>"])
def test_whatever_is_typed_is_answered(client, edition, typed):
    file_everything(edition)
    client.force_login(UserFactory(is_superuser=True))

    assert client.post(reverse("admin:search"), {"s": typed}).status_code == 200


def test_search_is_for_staff_and_stands_in_no_address(client, edition):
    assert client.post(reverse("admin:search"), {"s": "QX"}).status_code == 302
    client.force_login(member_of("Readers"))
    assert client.get(reverse("admin:search"), {"s": "QX"}).status_code == 405
    assert client.post(reverse("admin:search"), {"s": "QX"})["Cache-Control"].count("no-store")


def test_name_of_a_state_is_told_in_the_language_of_the_reader(client, edition):
    file_everything(edition)
    client.force_login(member_of("Readers"))

    answer = client.post(reverse("admin:search"), {"s": "qxz"}, headers={"Accept-Language": "ar"})

    assert [one.title for one in answer.context["results"]] == [NAMES["short_name_ar"]]


@pytest.mark.parametrize("typed", ["zoe dub", "ZOË DUBČEKOVÁ", "dubčekova", "Dubcek"])
def test_delegate_is_found_without_the_accents_of_the_name(client, edition, typed):
    invitation = file_everything(edition)
    Delegate.objects.create(delegation=Delegation.objects.get(), name="Zoë Dubčeková")
    client.force_login(member_of("Speakers' desk"))

    lines = found(client, typed)

    page = state_url(edition, invitation.member_state)
    assert [line for line in lines if line[0].endswith(": Zoë Dubčeková") and line[2] == page]


@pytest.mark.parametrize("offices", [1, 3])
def test_queries_are_as_many_for_any_number_of_rows(
    client, edition, offices, django_assert_num_queries
):
    for _office in range(offices):
        InvitationFactory(
            edition=edition, minister__family_name="Hentzau", minister__name_key="hentzau",
            focal_point_name="Hentzau",
        )  # fmt: skip
    client.force_login(UserFactory(is_superuser=True))

    with django_assert_num_queries(15):
        lines = found(client, "hentzau")

    assert len(lines) == 2 * offices
