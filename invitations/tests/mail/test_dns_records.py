import pytest
from django.core.management import CommandError, call_command

from invitations.mail.dns_records import dns_faults, domain_of_address, is_reserved
from invitations.models import Arming
from invitations.tests.dns_peer import dns_peer

FROM = "WSIS Forum <forum@example.org>"
BOUNCES = "bounces@mail.example.org"
KEY = '"v=DKIM1; k=rsa; p=" "MIIBIjANBgkq"'
ZONE = {
    ("mail.example.org", "TXT"): ['"v=spf1 ip4:192.0.2.25 -all"', '"something else"'],
    ("mail.example.org", "MX"): ["10 mx.example.org."],
    ("mx.example.org", "A"): ["192.0.2.25"],
    ("letters._domainkey.example.org", "TXT"): [KEY],
    ("_dmarc.example.org", "TXT"): ['"v=DMARC1; p=quarantine"'],
}


@pytest.fixture
def peer():
    with dns_peer(ZONE) as name_server:
        yield name_server


@pytest.fixture
def found(peer):
    """Look the house's domains up after the zone was changed."""

    def look(changes=None, sender=FROM, bounces=BOUNCES, selector="letters"):
        for key, records in (changes or {}).items():
            peer.zone[key] = records
        return dns_faults(sender, bounces, selector, peer.resolver())

    return look


def test_nothing_is_missing_where_all_records_are_there(found):
    assert found() == []


@pytest.mark.parametrize(
    ("key", "records", "said"),
    [
        pytest.param(
            ("mail.example.org", "TXT"),
            [],
            "mail.example.org has no SPF record (TXT “v=spf1 …”).",
            id="no SPF",
        ),
        pytest.param(
            ("mail.example.org", "TXT"),
            ['"v=spf1 -all"', '"v=spf1 mx -all"'],
            "mail.example.org has several SPF records: one is allowed.",
            id="two SPF records",
        ),
        pytest.param(
            ("mail.example.org", "TXT"),
            ['"v=spf1 -all"'],
            "The SPF record of mail.example.org allows no server at all.",
            id="SPF that forbids all",
        ),
        pytest.param(
            ("mail.example.org", "TXT"),
            ['"v=spf10 mx"'],
            "mail.example.org has no SPF record (TXT “v=spf1 …”).",
            id="another version of SPF",
        ),
        pytest.param(
            ("letters._domainkey.example.org", "TXT"),
            [],
            "letters._domainkey.example.org has no DKIM key.",
            id="no DKIM key",
        ),
        pytest.param(
            ("letters._domainkey.example.org", "TXT"),
            ['"v=DKIM1; p="'],
            "The DKIM key of letters._domainkey.example.org is revoked.",
            id="revoked DKIM key",
        ),
        pytest.param(
            ("_dmarc.example.org", "TXT"),
            [],
            "_dmarc.example.org has no DMARC record.",
            id="no DMARC",
        ),
        pytest.param(
            ("_dmarc.example.org", "TXT"),
            ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"'],
            "_dmarc.example.org has several DMARC records: one is allowed.",
            id="two DMARC records",
        ),
        pytest.param(
            ("_dmarc.example.org", "TXT"),
            ['"v=DMARC1; rua=mailto:dmarc@example.org"'],
            "The DMARC record of example.org names no policy (“p=”).",
            id="DMARC without policy",
        ),
        pytest.param(
            ("mail.example.org", "MX"),
            [],
            "mail.example.org has no MX: bounces would be lost.",
            id="no MX",
        ),
        pytest.param(
            ("mail.example.org", "MX"),
            ["0 ."],
            "mail.example.org takes no mail (MX “.”): bounces would be lost.",
            id="null MX",
        ),
        pytest.param(
            ("mx.example.org", "A"),
            [],
            "No MX of mail.example.org has an address: mx.example.org.",
            id="MX without address",
        ),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(found, key, records, said):
    assert found({key: records}) == [said]


def test_each_missing_record_is_said(peer):
    peer.zone.clear()

    missing = dns_faults(FROM, BOUNCES, "letters", peer.resolver())

    assert [sentence.split(" has no ")[1][:4] for sentence in missing] == [
        "SPF ",
        "DKIM",
        "DMAR",
        "MX: ",
    ]


def test_an_mx_with_an_ipv6_address_alone_is_reached(found):
    changes = {("mx.example.org", "A"): [], ("mx.example.org", "AAAA"): ["2001:db8::25"]}

    assert found(changes) == []


def test_without_a_selector_dkim_is_not_looked_at(found, peer):
    assert found(selector="") == []

    assert not any("_domainkey" in name for name in peer.asked)


def test_bounces_to_another_house_are_aligned_by_the_signature_alone(found):
    elsewhere = {
        ("bounces.example.net", "TXT"): ['"v=spf1 mx -all"'],
        ("bounces.example.net", "MX"): ["10 mx.example.org."],
        ("_dmarc.example.net", "TXT"): ['"v=DMARC1; p=none"'],
    }

    signed = found(elsewhere, bounces="forum@bounces.example.net")
    unsigned = found(bounces="forum@bounces.example.net", selector="")

    assert signed == []
    assert unsigned == [
        "DMARC: neither bounces to bounces.example.net nor a DKIM key is aligned with example.org."
    ]


def test_strict_alignment_wants_the_very_same_domain(found):
    strict = {("_dmarc.example.org", "TXT"): ['"v=DMARC1; p=reject; aspf=s"']}

    (said,) = found(strict, selector="")

    assert said.startswith("DMARC: neither bounces to mail.example.org")
    assert found(strict) == []


def test_a_subdomain_goes_by_the_records_of_the_domain_it_belongs_to(found):
    assert found(sender="forum@letters.example.org") == []


def test_strict_signatures_of_the_domain_above_are_not_aligned(found):
    strict = {
        ("_dmarc.example.org", "TXT"): ['"v=DMARC1; p=reject; adkim=s; aspf=s"'],
    }

    (said,) = found(strict, sender="forum@letters.example.org")

    assert "aligned with letters.example.org" in said


def test_a_registry_above_is_not_the_house(found, peer):
    peer.zone[("_dmarc.example", "TXT")] = ['"v=DMARC1; p=none; psd=y"']
    peer.zone[("mail.zenda.example", "TXT")] = ['"v=spf1 mx -all"']
    peer.zone[("mail.zenda.example", "MX")] = ["10 mx.example.org."]
    peer.zone[("_dmarc.strelsau.example", "TXT")] = ['"v=DMARC1; p=none"']

    (said,) = found(sender="forum@strelsau.example", bounces="b@mail.zenda.example", selector="")

    assert "neither bounces to mail.zenda.example" in said


@pytest.mark.parametrize("trouble", ["silent", "in_trouble"])
def test_a_name_server_that_does_not_answer_is_no_missing_record(found, peer, trouble):
    getattr(peer, trouble).add("mail.example.org")

    (said,) = found()

    assert said.startswith("No name server answered for mail.example.org")


@pytest.mark.parametrize("selector", ["..", "x" * 70])
def test_a_selector_that_is_no_name_is_said(found, selector):
    (said,) = found(selector=selector)

    assert said.startswith("No name that DNS can hold")


def test_an_address_without_domain_is_said(found):
    assert found(sender="Forum") == ["“Forum” is no e-mail address."]
    assert found(bounces="bounces") == ["“bounces” is no e-mail address."]


@pytest.mark.parametrize(
    ("address", "reserved"),
    [
        ("Forum <forum@Example.org>", True),
        ("forum@mail.example.org", True),
        ("forum@ruritania.test", True),
        ("forum@localhost", True),
        ("forum@notexample.org", False),
        ("forum@ruritania.int", False),
    ],
)
def test_reserved_names_belong_to_nobody(address, reserved):
    assert is_reserved(domain_of_address(address)) is reserved


# manage.py arm_sending


@pytest.fixture
def house(peer, settings, db):
    settings.DEFAULT_FROM_EMAIL = FROM
    settings.BOUNCE_ADDRESS = BOUNCES
    settings.DKIM_SELECTOR = "letters"
    settings.DNS_SERVER = peer.address
    return peer


def arm_sending(capsys, *options):
    """Run it, and return its line; the key, where it shows one, is looked at elsewhere."""
    call_command("arm_sending", *options)
    return capsys.readouterr().out.splitlines()[0]


def test_sending_is_armed_where_nothing_is_missing(house, capsys):
    said = arm_sending(capsys)

    assert said == "Sending is armed for tests: SPF, DKIM, DMARC and MX are there."
    assert Arming.objects.count() == 1


def test_sending_is_not_armed_and_one_line_says_all_that_is_missing(house):
    house.zone.pop(("letters._domainkey.example.org", "TXT"))
    house.zone.pop(("mail.example.org", "MX"))

    with pytest.raises(CommandError) as refusal:
        call_command("arm_sending")

    assert str(refusal.value) == (
        "Sending is not armed: letters._domainkey.example.org has no DKIM key. "
        "mail.example.org has no MX: bounces would be lost. "
        "(--although-dns arms it all the same.)"
    )
    assert not Arming.objects.exists()


@pytest.mark.parametrize("option", ["--although-dns", "--without-dns-checks"])
def test_who_knows_better_arms_although_dns_says_otherwise(house, capsys, option):
    house.zone.pop(("mail.example.org", "MX"))

    said = arm_sending(capsys, option)

    assert said == (
        "Sending is armed for tests, although: mail.example.org has no MX: bounces would be lost."
    )
    assert Arming.objects.count() == 1


def test_that_dkim_was_not_looked_at_is_said(house, capsys, settings):
    settings.DKIM_SELECTOR = ""

    assert "without DKIM_SELECTOR, DKIM is not known" in arm_sending(capsys)


def test_a_reserved_name_is_not_looked_up(house, capsys, settings):
    settings.DNS_SERVER = ""

    said = arm_sending(capsys)

    assert (
        said == "Sending is armed for tests: example.org is a reserved name, so DNS was not asked."
    )
    assert house.asked == []


def test_a_name_server_in_trouble_keeps_sending_unarmed(house):
    house.in_trouble.add("mail.example.org")

    with pytest.raises(CommandError, match=r"No name server answered for mail\.example\.org"):
        call_command("arm_sending")
