"""Mail that is proven to be an office's holds its reminders; forged mail holds none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invitations.inbox.filing import assign_mail, file_mail
from invitations.mail.authenticity import are_aligned, is_disowned, is_proven
from invitations.mail.parsing import parse_mail
from invitations.models import Correspondence
from invitations.tests.factories import (
    InvitationFactory,
    LetterFactory,
    UserFactory,
)
from invitations.tests.reports import written

OURS = "mx.forum.example.org"


def told(*results, **words):
    lines = "\n".join(f"Authentication-Results: {result}" for result in results)
    return written(proven=False, **words).replace(
        b"From:", lines.replace("\n", "\r\n").encode() + b"\r\nFrom:", 1
    )


DISOWNED = [
    f"{OURS}; dmarc=fail (p=reject dis=none) header.from=example.org",
    f"{OURS}; spf=pass smtp.mailfrom=example.net; dkim=pass header.d=example.net;\n dmarc=fail",
    f"{OURS}; spf=fail smtp.mailfrom=example.org; dkim=none",
    f'{OURS}; dmarc=none header.from=example.org; spf=fail; dkim=fail (bad) reason="x; dkim=pass"',
    f"{OURS.upper()} 1; DMARC = Fail",
    "spf=fail (sender IP is 192.0.2.1) smtp.mailfrom=example.org; dkim=none (message not signed)"
    " header.d=none;dmarc=fail action=quarantine header.from=example.org;compauth=fail reason=000",
    f'{OURS} (dmarc=pass (or "not)); dmarc/1=fail',
]
OWNED = [
    f"{OURS}; dmarc=pass header.from=example.org",
    f"{OURS}; dmarc=pass; spf=fail; dkim=fail",
    f"{OURS}; none",
    f"{OURS}; spf=fail smtp.mailfrom=example.org; dkim=fail; dkim=pass header.d=example.org",
    f"{OURS}; spf=fail smtp.mailfrom=example.org",
    f"{OURS}; spf=softfail; dkim=none",
    f"{OURS}; dmarc=temperror; spf=fail; dkim=none",
    f'{OURS}; dmarc=pass (dmarc=fail) reason="; dmarc=fail"',
    f"{OURS}; dmarc=bestguesspass; x-dmarc=fail",
    "",
    ";;;=",
]


@pytest.mark.parametrize("ours", ["", OURS])
@pytest.mark.parametrize("result", DISOWNED)
def test_mail_that_fails_is_disowned(settings, ours, result):
    settings.AUTHSERV_ID = ours if OURS in result.lower() else ""

    assert is_disowned(parse_mail(told(result)))


@pytest.mark.parametrize("ours", ["", OURS])
@pytest.mark.parametrize("result", OWNED)
def test_mail_that_does_not_fail_is_not_doubted(settings, ours, result):
    settings.AUTHSERV_ID = ours

    assert not is_disowned(parse_mail(told(result)))


def test_what_the_sender_wrote_below_our_own_verdict_does_not_count():
    passed, failed = f"{OURS}; dmarc=pass", "mx.example.net; dmarc=fail"

    assert not is_disowned(parse_mail(told(passed, failed)))
    assert is_disowned(parse_mail(told(f"{OURS}; dmarc=fail", passed)))


def test_results_of_our_server_may_stand_in_a_header_each():
    spf, dkim = f"{OURS}; spf=fail smtp.mailfrom=example.org", f"{OURS}; dkim=none"

    assert is_disowned(parse_mail(told(spf, dkim)))
    assert not is_disowned(parse_mail(told(spf, "mx.example.net; dkim=none")))


def test_where_our_server_has_a_name_no_other_is_listened_to(settings):
    settings.AUTHSERV_ID = OURS

    assert not is_disowned(parse_mail(told("mx.example.net; dmarc=fail")))
    assert is_disowned(parse_mail(told("mx.example.net; dmarc=pass", f"{OURS}; dmarc=fail")))


@given(st.lists(st.text(st.characters(max_codepoint=255), max_size=80), max_size=4))
def test_no_verdict_stops_a_reader(results):
    lines = "".join(f"Authentication-Results: {result}\r\n" for result in results)

    assert is_disowned(parse_mail(lines.encode("latin-1") + b"\r\nx")) in (True, False)


@pytest.mark.parametrize("sign", ["(", '"', "\\", ";", "(\\", "dmarc="])
def test_a_verdict_made_to_keep_a_reader_busy_is_read_in_no_time(sign):
    assert not is_disowned(parse_mail(told(*[f"{OURS}; {sign * 100_000}"] * 5)))


# What becomes of it


@pytest.fixture
def office(db):
    return InvitationFactory(minister__to_emails="office@example.org")


FAILED = f"{OURS}; dmarc=fail header.from=example.org"


def held():
    return Correspondence.objects.unread().exclude(invitation=None)


def test_a_forged_mail_waits_for_a_person_with_the_guess(office):
    filed = file_mail(told(FAILED))

    assert (filed.invitation, filed.probably_of) == (None, office)
    assert not held().exists()
    assert list(Correspondence.objects.unread().unmatched()) == [filed]


def test_mail_that_passes_belongs_to_its_office(office):
    filed = file_mail(told(f"{OURS}; dmarc=pass"))

    assert (filed.invitation, filed.probably_of) == (office, None)
    assert list(held()) == [filed]


def test_a_forged_mail_that_quotes_our_letter_waits_too(office):
    name = "<letter-1@forum.example.org>"
    LetterFactory(invitation=office, message_id=name)

    filed = file_mail(told(FAILED, sender="stranger@example.net", more=f"In-Reply-To: {name}"))

    assert (filed.invitation, filed.probably_of) == (None, office)


def test_once_a_person_says_whose_it_is_it_holds(office):
    filed = file_mail(told(FAILED))

    assign_mail(filed, office, UserFactory())

    assert [mail.pk for mail in held()] == [filed.pk]


# Proven


PROVEN = [
    f"{OURS}; dmarc=pass header.from=ministry.example",
    f"{OURS.upper()} 1; SPF=Pass SMTP.MailFrom=Cabinet@Ministry.Example",
    f"{OURS}; spf=pass (sender IP is 192.0.2.1) smtp.mailfrom=ministry.example; dkim=none",
    f"{OURS};\n\tspf=fail smtp.mailfrom=list.example;\n\tdkim=pass header.i=@ministry.example",
    f"{OURS}; dkim=fail header.d=ministry.example; dkim=pass header.d=mail.ministry.example",
    f"{OURS}; dkim=pass (2048-bit key; d=evil.example) header.d=ministry.example header.s=x",
    f"{OURS}; dmarc=none; dkim=pass header.d=ministry.example",
]
UNPROVEN = [
    "",
    f"{OURS}; none",
    "mx.example.net; dmarc=pass",
    f"{OURS}; dmarc=fail; spf=pass smtp.mailfrom=ministry.example",
    f"{OURS}; dmarc=none; spf=pass smtp.mailfrom=evil.example; dkim=pass header.d=evil.example",
    f"{OURS}; spf=softfail smtp.mailfrom=ministry.example",
    f"{OURS}; spf=neutral smtp.mailfrom=ministry.example; dkim=none header.d=ministry.example",
    f"{OURS}; spf=pass smtp.helo=ministry.example",
    f"{OURS}; spf=pass smtp.mailfrom=x@evil-ministry.example",
    f"{OURS}; spf=pass (smtp.mailfrom=ministry.example) smtp.mailfrom=evil.example",
    f'{OURS}; spf=pass smtp.mailfrom="x; dkim=pass header.d=ministry.example"@evil.example',
    f"{OURS}; spf=pass (no end smtp.mailfrom=ministry.example",
    "dmarc=pass action=none header.from=ministry.example",
]


def is_said_to_be_proven(*results):
    return is_proven(parse_mail(told(*results, sender="minister@ministry.example")))


@pytest.mark.parametrize("result", PROVEN)
def test_an_aligned_verdict_of_our_server_proves_the_sender(result):
    assert is_said_to_be_proven(result)


@pytest.mark.parametrize("result", UNPROVEN)
def test_another_verdict_proves_nothing(result):
    assert not is_said_to_be_proven(result)


def test_verdicts_in_several_headers_count_if_they_are_ours():
    spf, dkim = f"{OURS}; spf=fail", f"{OURS}; dkim=pass header.d=ministry.example"

    assert is_said_to_be_proven(spf, "mx.example.net; dmarc=fail", dkim)
    assert not is_said_to_be_proven(spf, dkim.replace(OURS, "mx.example.net"))


def test_where_no_server_is_named_nothing_is_proven(settings):
    settings.AUTHSERV_ID = ""

    assert not is_said_to_be_proven(f"{OURS}; dmarc=pass")


def test_a_mail_of_two_senders_is_proven_of_none():
    twice = told(f"{OURS}; dmarc=pass", more="From: minister@ministry.example")

    assert not is_proven(parse_mail(twice))


@pytest.mark.parametrize(
    ("one", "other", "aligned"),
    [
        ("ministry.gov.rt", "ministry.gov.rt", True),
        ("mail.ministry.gov.rt", "ministry.gov.rt", True),
        ("itu.rt", "post.itu.rt", True),
        ("gov.rt", "ministry.gov.rt", False),
        ("rt", "ministry.rt", False),
        ("example", "ministry.example", False),
        ("one.ministry.example", "two.ministry.example", False),
        ("", "", False),
        (".", "ministry.example", False),
    ],
)
def test_a_domain_is_aligned_with_its_parent_but_with_no_registry(one, other, aligned):
    assert are_aligned(one, other) is are_aligned(other, one) is aligned
