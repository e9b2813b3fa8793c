# ruff: noqa: RUF001 (signs that look alike are what is tested)
import math

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from invitations.links import (
    ALPHABET,
    CODE_ALPHABET,
    CODE_LENGTH,
    TOKEN_LENGTH,
    end_link,
    grouped_code,
    link_for_code,
    link_for_token,
    new_link,
    replace_link,
    reply_url,
)
from invitations.models import ReplyLink
from invitations.tests.factories import InvitationFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_link_and_code_have_the_bits_that_they_need():
    assert len(set(ALPHABET)) == 31
    assert TOKEN_LENGTH * math.log2(len(ALPHABET)) >= 100
    assert CODE_LENGTH * math.log2(len(set(CODE_ALPHABET))) >= 50


def test_no_sign_of_the_alphabet_is_taken_for_another():
    assert not set(ALPHABET) & set("01ilo")
    assert all(sign.isascii() and (sign.isdigit() or sign.islower()) for sign in ALPHABET)


def test_link_and_code_are_made_of_the_alphabet_at_random():
    links = [new_link(InvitationFactory.build()) for _number in range(200)]

    for name, length, alphabet in (
        ("token", TOKEN_LENGTH, ALPHABET),
        ("code", CODE_LENGTH, CODE_ALPHABET),
    ):
        words = {getattr(link, name) for link in links}
        assert len(words) == 200
        assert {len(word) for word in words} == {length}
        assert set("".join(words)) == set(alphabet)


def test_the_address_is_short_enough_for_a_line_of_a_letter(settings):
    settings.SITE_URL = "https://wsis-forum-2027.example.org"

    address = reply_url(InvitationFactory().links.get())

    assert len(address) < 70
    path = address.removeprefix(settings.SITE_URL)
    assert set(path) <= set("abcdefghijklmnopqrstuvwxyz0123456789-/")


def test_a_link_outlives_the_secret_key(settings):
    invitation = InvitationFactory()
    token = invitation.links.get().token
    settings.SECRET_KEY = "another"

    assert link_for_token(token).invitation == invitation


@pytest.mark.parametrize("token", ["", "forged", "a" * 21, "a" * 5000])
def test_a_token_that_was_never_given_out_finds_nothing(token):
    InvitationFactory()

    with pytest.raises(ReplyLink.DoesNotExist):
        link_for_token(token)


def test_a_code_is_no_token():
    invitation = InvitationFactory()

    with pytest.raises(ReplyLink.DoesNotExist):
        link_for_token(invitation.links.get().code)


def test_a_replaced_link_is_remembered_and_no_longer_current():
    invitation = InvitationFactory()
    old = invitation.links.get()

    new = replace_link(invitation, 1, UserFactory(), "It was forwarded.")

    assert (
        link_for_token(old.token).replaced_at is None,
        link_for_token(new.token).replaced_at,
    ) == (
        False,
        None,
    )
    assert invitation.links.current().get() == new
    assert (new.version, new.token != old.token, new.code != old.code) == (2, True, True)


def test_a_link_can_be_replaced_again_and_again():
    invitation, by = InvitationFactory(), UserFactory()

    versions = [
        replace_link(invitation, version, by, "It was forwarded.").version for version in (1, 2, 3)
    ]

    assert versions == [2, 3, 4]


@pytest.mark.parametrize("version", [0, 1, 3])
def test_a_version_that_is_not_current_is_not_replaced(version):
    invitation = InvitationFactory()
    second = replace_link(invitation, 1, UserFactory(), "It was forwarded.")

    with pytest.raises(ValidationError, match="replaced meanwhile"):
        replace_link(invitation, version, UserFactory(), "It was forwarded.")

    assert invitation.links.current().get() == second


def test_a_link_is_replaced_for_a_reason():
    invitation = InvitationFactory()

    with pytest.raises(ValidationError, match="Say why the link is replaced"):
        replace_link(invitation, 1, UserFactory(), " ")

    assert invitation.links.current().get().version == 1


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
def test_the_link_of_an_invitation_that_is_not_in_force_stays(status):
    invitation = InvitationFactory(status=status, issued_at=None)

    with pytest.raises(ValidationError, match="not in force"):
        replace_link(invitation, 1, UserFactory(), "It was forwarded.")

    assert invitation.links.current().get().version == 1


def test_a_draft_whose_link_has_ended_may_have_a_new_one():
    draft = InvitationFactory(status="draft", issued_at=None)
    end_link(draft, 1, UserFactory(), "It was forwarded.")

    replace_link(draft, 0, UserFactory(), "Its letter waits for it.")

    assert draft.links.current().get().version == 2


def test_an_invitation_has_one_current_link():
    invitation = InvitationFactory()

    with pytest.raises((IntegrityError, ValidationError)):
        new_link(invitation, version=2).save()


def link_with(code):
    link = InvitationFactory().links.get()
    link.code = code
    link.save()
    return link


@pytest.mark.parametrize(
    "typed",
    [
        "bcdf-ghjk-mnpq",
        "bcdfghjkmnpq",
        "  BCDF GHJK\u00a0MNPQ\n",
        "bcdf–ghjk—mnpq.",
        "b c d f g h j k m n p q",
        "ｂｃｄｆ－ＧＨＪＫ－ｍｎｐｑ",
        "всdf-gнjк-мnрq",
        "ΒcdfghjΚmnΡq",
        "bcdf-ghjk-mnpq\u200f\0",
        "8cdf-ghjk-mnpq",
    ],
)
def test_a_code_is_found_however_it_is_typed(typed):
    link = link_with("bcdfghjkmnpq")

    assert link_for_code(typed) == link


def test_a_code_is_found_as_it_is_printed():
    link = InvitationFactory().links.get()

    assert link_for_code(grouped_code(link.code)) == link


def test_a_digit_stands_for_a_letter_only_where_it_looks_like_one_alone():
    link = link_with("bzsfghjkmnpq")

    assert link_for_code("825f-ghjk-mnpq") == link
    for typed in ("6zsf-ghjk-mnpq", "bzsf-9hjk-mnpq", "bzsf-ghjk-mn0q"):
        with pytest.raises(ReplyLink.DoesNotExist):
            link_for_code(typed)


def test_a_digit_of_an_older_code_remains_a_digit():
    older = link_with("28ae5u7k9np4")
    both_ways = [link_with("2cdfghjkmnpq"), link_with("zcdfghjkmnpq")]

    assert link_for_code("28AE-5U7K-9NP4") == older
    assert [link_for_code(link.code) for link in both_ways] == both_ways


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "----",
        "\0",
        "☃",
        "bcdf-ghjk",
        "bcdf-ghjk-mnpq-b",
        "bcdf-ghjk-mnpr",
        "bcdf-ghjk-mnp\u0301q",
        "bcdf-ghjk-mnp\ud800",
        "4821 9035 7716 2048",
        "b" * 100_000,
    ],
)
def test_what_is_no_code_finds_nothing_after_the_same_look_up(typed, django_assert_num_queries):
    link_with("bcdfghjkmnpq")

    with django_assert_num_queries(1), pytest.raises(ReplyLink.DoesNotExist):
        link_for_code(typed)


def test_a_token_is_no_code():
    with pytest.raises(ReplyLink.DoesNotExist):
        link_for_code(InvitationFactory().links.get().token)


def test_a_code_is_found_with_all_that_its_page_needs(django_assert_num_queries):
    link = InvitationFactory().links.get()

    with django_assert_num_queries(1):
        found = link_for_code(link.code)
        assert found.invitation.edition.name
        assert found.invitation.minister.language
