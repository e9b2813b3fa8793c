import math

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from invitations.links import (
    ALPHABET,
    CODE_LENGTH,
    TOKEN_LENGTH,
    link_for,
    new_link,
    replace_link,
    reply_url,
)
from invitations.models import ReplyLink
from invitations.tests.factories import InvitationFactory

pytestmark = pytest.mark.django_db


def test_link_and_code_have_the_bits_that_they_need():
    bits = math.log2(len(ALPHABET))

    assert len(set(ALPHABET)) == 31
    assert TOKEN_LENGTH * bits >= 100
    assert CODE_LENGTH * bits >= 50


def test_no_sign_of_the_alphabet_is_taken_for_another():
    assert not set(ALPHABET) & set("01ilo")
    assert all(sign.isascii() and (sign.isdigit() or sign.islower()) for sign in ALPHABET)


def test_link_and_code_are_made_of_the_alphabet_at_random():
    links = [new_link(InvitationFactory.build()) for _number in range(200)]

    for name, length in (("token", TOKEN_LENGTH), ("code", CODE_LENGTH)):
        words = {getattr(link, name) for link in links}
        assert len(words) == 200
        assert {len(word) for word in words} == {length}
        assert set("".join(words)) == set(ALPHABET)


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

    assert link_for(token).invitation == invitation


@pytest.mark.parametrize("token", ["", "forged", "a" * 21, "a" * 5000])
def test_a_token_that_was_never_given_out_finds_nothing(token):
    InvitationFactory()

    with pytest.raises(ReplyLink.DoesNotExist):
        link_for(token)


def test_a_code_is_no_token():
    invitation = InvitationFactory()

    with pytest.raises(ReplyLink.DoesNotExist):
        link_for(invitation.links.get().code)


def test_a_replaced_link_is_remembered_and_no_longer_current():
    invitation = InvitationFactory()
    old = invitation.links.get()

    new = replace_link(invitation)

    assert (link_for(old.token).replaced_at is None, link_for(new.token).replaced_at) == (
        False,
        None,
    )
    assert invitation.links.current().get() == new
    assert (new.version, new.token != old.token, new.code != old.code) == (2, True, True)


def test_a_link_can_be_replaced_again_and_again():
    invitation = InvitationFactory()

    versions = [replace_link(invitation).version for _number in range(3)]

    assert versions == [2, 3, 4]


def test_an_invitation_has_one_current_link():
    invitation = InvitationFactory()

    with pytest.raises((IntegrityError, ValidationError)):
        new_link(invitation, version=2).save()
