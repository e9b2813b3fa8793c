"""E-mail addresses: what is understood, what is refused, and that what is taken can be used."""

import contextlib
import re
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import getaddresses

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import example, given
from hypothesis import settings as examples

from invitations.letters.composing_queue import compose_planned
from invitations.mail.transport import Refused, ascii_or_refused
from invitations.models import Minister, Mission
from invitations.replies import record_reply
from invitations.tests.reading import message_of
from invitations.tests.typed import ADDRESSES
from invitations.text.addresses import address_lines, checked_address, one_address

ENCODED = "=?utf-8?q?=0d=0aBcc=3Ax?=@example.org"


@pytest.mark.parametrize(
    "typed",
    [
        "cabinet@example.org؛",
        "cabinet@example.org;",
        "cabinet@example.org\uff0c",
        " cabinet@example.org\xa0",
        "\ufeffcabinet@example.org\u200b",
        "\u202acabinet@example.org\u202c",
        "cabinet@EXAMPLE.org",
        "mailto:cabinet@example.org",
        "mailto:cabinet@example.org?subject=Zenda",
        "<cabinet@example.org>",
        "Flavia Elphberg <cabinet@example.org>",
        "H.E. Flavia Elphberg <cabinet@example.org>;",
        '"Elphberg, Flavia" <cabinet@example.org>',
        "Elphberg, Flavia <cabinet@example.org>",
        "cabinet@example.org<mailto:cabinet@example.org>",
        "'cabinet@example.org' <cabinet@example.org>",
        "\uff43abinet\uff20example\uff0e\uff4frg",
    ],
)
def test_one_address_is_understood_as_people_copy_it(typed):
    assert one_address(typed) == "cabinet@example.org"


@pytest.mark.parametrize(
    "separator", [";", "؛", "\uff1b", "、", "،", ",", "\uff0c", "\n", "\u2028", " ", " ;\n"]
)
def test_several_addresses_stand_between_the_separators_of_all_languages(separator):
    assert address_lines(f"a@example.org{separator}b@example.org") == "a@example.org\nb@example.org"


def test_a_comma_in_a_name_divides_no_addresses():
    typed = '"Elphberg, Flavia" <a@example.org>, Hentzau, Rupert <b@example.org>, c@example.org'

    assert address_lines(typed).split() == ["a@example.org", "b@example.org", "c@example.org"]


def test_an_address_typed_wrong_is_not_taken_for_a_name():
    with pytest.raises(ValidationError, match=re.escape("office(at)example.org is not an e-mail")):
        address_lines("office(at)example.org, Flavia <a@example.org>")


def test_the_same_address_in_other_capitals_is_kept_once():
    assert address_lines("A@example.org; a@example.org; A@Example.ORG") == "A@example.org"


def test_a_field_for_one_address_refuses_several():
    with pytest.raises(ValidationError, match="one e-mail address only"):
        one_address("a@example.org; b@example.org")


def test_a_field_for_one_address_names_all_that_was_typed():
    with pytest.raises(ValidationError, match=r"^\['flavia elphberg@example.org is not an e-mail"):
        one_address(" flavia elphberg@example.org ")


def test_a_refused_address_keeps_its_order_in_arabic():
    with translation.override("ar"), pytest.raises(ValidationError) as refusal:
        one_address(ENCODED)

    assert f"\u2068{ENCODED}\u2069" in refusal.value.messages[0]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (ENCODED, "mail programs mark a code"),
        ("a\x01@example.org", "a sign that no e-mail address has"),
        ('"a b"@example.org', "has quotation marks"),
        ('"a\x01b"@example.org', "has quotation marks"),
        ("a@[127.0.0.1]", "names one computer"),
        ("a@localhost", "lacks the end of its domain"),
        ("|x@example.org", "begins with a sign"),
        ("-oQ/tmp@example.org", "begins with a sign"),
        ("é@example.org", "Latin letters without accents"),
        ("x" * 65 + "@example.org", "is too long"),
        ("a@" + "b." * 125 + "example.org", "is too long"),
        ("a@example.org\ud800", "a sign that no e-mail address has"),
        ("a@می\u200cخ.example.org", "is not an e-mail address"),
        ("a@☺.example.org", "is not an e-mail address"),
        ("a@@example.org", "is not an e-mail address"),
        ("a..b@example.org", "is not an e-mail address"),
        ("a@example.o", "is not an e-mail address"),
        ("the cabinet", "the cabinet is not an e-mail address"),
        ("a@example.org / b@example.org", "/ is not an e-mail address"),
        ("a" * 20_000, "is too long"),
    ],
)
def test_what_may_be_misread_is_refused_in_a_sentence(typed, why):
    with pytest.raises(ValidationError) as refusal:
        address_lines(typed)

    (sentence,) = refusal.value.messages
    assert why in sentence
    assert sentence.isprintable()


@pytest.mark.parametrize("address", ["a@example.org", "a@zenda.test", "a@zenda.example"])
def test_the_domains_of_tests_and_demonstrations_are_taken(address):
    assert one_address(address) == address


@pytest.mark.parametrize("typed", ["kabinett@faß.example", "kabinett@FAß.example"])
def test_a_domain_that_is_two_since_2008_is_written_to_as_it_was_typed(typed):
    assert one_address(typed) == "kabinett@faß.example"
    assert ascii_or_refused(one_address(typed)) == "kabinett@xn--fa-hia.example"


def test_a_domain_in_its_ascii_form_is_the_same_address():
    assert address_lines("a@faß.example; a@xn--fa-hia.example") == "a@faß.example"


@pytest.mark.parametrize(
    "address", [ENCODED, "é@example.org", "a@example.org؛", "a\r\n@example.org"]
)
def test_an_odd_address_on_file_has_no_form_for_mail_servers(address):
    with pytest.raises(Refused):
        ascii_or_refused(address)


# Whatever is taken can be written to


@given(ADDRESSES)
@example(ENCODED)
@example("cabinet@example.org؛")
@examples(max_examples=700, deadline=None)
def test_each_address_that_is_taken_can_be_written_to_and_injects_no_header(typed):
    taken = []
    with contextlib.suppress(ValidationError):
        taken.extend(address_lines(typed).split())
    for address in taken:
        assert checked_address(address) == address
        message = EmailMessage(policy=SMTP)
        message["To"] = ascii_or_refused(address)
        message["Subject"] = "Zenda"
        header, _blank, _rest = message.as_bytes().partition(b"\r\n\r\n")
        names = [line.split(b":")[0] for line in header.split(b"\r\n") if line[:1] not in b" \t"]
        assert names == [b"To", b"Subject"]
        assert getaddresses([message["To"]]) == [("", ascii_or_refused(address))]


def test_columns_take_only_addresses_that_stand_one_to_a_line():
    for column in (*map(Minister._meta.get_field, ["to_emails", "cc_emails"]),
                   Mission._meta.get_field("emails")):  # fmt: skip
        column.run_validators("a@example.org\nb@example.org")
        with pytest.raises(ValidationError):
            column.run_validators("Flavia <a@example.org>")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "header"),
    [
        ("Flavia <cabinet@example.org>", "cabinet@example.org"),
        ("cabinet@example.org؛", "cabinet@example.org"),
        ("kabinett@faß.example", "kabinett@xn--fa-hia.example"),
        ("o'hara+zenda=1@example.org", "o'hara+zenda=1@example.org"),
        ("a?b=c{d}@example.org", "a?b=c{d}@example.org"),
    ],
)
def test_the_copy_to_an_address_typed_is_composed(reached, approved_texts, typed, header):
    reply = record_reply(reached(), {"answer": "regrets", "respondent_email": one_address(typed)})

    compose_planned()

    assert message_of(reply.acknowledgements.get(variant="copy"))["To"] == header
