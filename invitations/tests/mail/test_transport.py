import pytest

from invitations.mail.transport import (
    Broken,
    Envelope,
    Postponed,
    Refused,
    Unknown,
    Unreachable,
    configured_carrier,
    dot_stuffed,
    return_path,
)
from scripts.peers.ports import free_port
from wsis_forum.env import Mailbox

SENDER = "forum@example.org"
OFFICE = "office@example.org"
CONTENT = b"Subject: Invitation\r\n\r\n.\r\n..\r\nWith dots.\r\n"


def test_the_server_gets_the_very_bytes_with_lines_that_begin_with_a_dot(mail_server):
    with configured_carrier() as line:
        words = line.hand_over(Envelope(SENDER, OFFICE), CONTENT)

    assert words == "250 2.0.0 taken"
    assert mail_server.taken == [(SENDER, [OFFICE], CONTENT)]


def test_only_dots_at_the_start_of_a_line_are_doubled():
    stuffed = dot_stuffed(b".a\r\nb.c\r\n.\r\n")

    assert stuffed == b"..a\r\nb.c\r\n..\r\n.\r\n"


def test_a_last_line_without_an_end_gets_one():
    assert dot_stuffed(b"a") == b"a\r\n.\r\n"


def test_one_session_serves_several_transactions(mail_server):
    with configured_carrier() as line:
        for _number in range(3):
            line.hand_over(Envelope(SENDER, OFFICE), CONTENT)

    assert (mail_server.sessions, len(mail_server.taken)) == (1, 3)


@pytest.mark.parametrize("moment", ["RCPT", "DOT"])
def test_a_no_for_now_is_postponed_with_the_servers_words(mail_server, moment):
    mail_server.answers[moment] = "450 4.2.0 Greylisted, come again"

    with configured_carrier() as line, pytest.raises(Postponed) as no:
        line.hand_over(Envelope(SENDER, OFFICE), CONTENT)

    assert no.value.words == "450 4.2.0 Greylisted, come again"
    assert not mail_server.taken


@pytest.mark.parametrize("moment", ["RCPT", "DOT"])
def test_a_no_for_good_is_refused_with_the_servers_words(mail_server, moment):
    mail_server.answers[moment] = "550 5.1.1 No such user"

    with configured_carrier() as line, pytest.raises(Refused) as no:
        line.hand_over(Envelope(SENDER, OFFICE), CONTENT)

    assert no.value.words == "550 5.1.1 No such user"
    assert not mail_server.taken


@pytest.mark.parametrize("moment", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(("answer", "kind"), [("550 No", Refused), ("450 Later", Postponed)])
@pytest.mark.parametrize("manner", ["closes", "421 4.3.2 Closing", "500 What?"])
def test_a_no_stays_the_reason_whatever_the_server_does_on_reset(
    mail_server, moment, answer, kind, manner
):
    mail_server.answers[moment] = answer
    if manner == "closes":
        mail_server.hangs_up_at = "RSET"
    else:
        mail_server.answers["RSET"] = manner

    with configured_carrier() as line:
        with pytest.raises(kind) as no:
            line.hand_over(Envelope(SENDER, OFFICE), CONTENT)
        mail_server.answers.clear()
        line.hand_over(Envelope(SENDER, OFFICE), CONTENT)

    assert no.value.words == answer
    assert (mail_server.sessions, len(mail_server.taken)) == (2, 1)


def test_a_server_that_does_not_ask_for_the_message_does_not_get_it(mail_server):
    mail_server.answers["DATA"] = "250 2.0.0 OK"

    with configured_carrier() as line:
        with pytest.raises(Postponed) as no:
            line.hand_over(Envelope(SENDER, OFFICE), CONTENT)
        mail_server.answers.clear()
        line.hand_over(Envelope(SENDER, OFFICE), CONTENT)

    assert no.value.words == "250 2.0.0 OK"
    assert (mail_server.sessions, len(mail_server.taken)) == (2, 1)


def test_a_fault_of_ours_before_the_message_says_so_and_the_next_gets_a_new_session(mail_server):
    with configured_carrier() as line:
        with pytest.raises(Broken) as fault:
            line.hand_over(Envelope("forum\r\n@example.org", OFFICE), CONTENT)
        line.hand_over(Envelope(SENDER, OFFICE), CONTENT)

    assert fault.value.words == "ValueError"
    assert (mail_server.sessions, len(mail_server.taken)) == (2, 1)


def test_a_fault_of_ours_once_the_message_is_begun_is_unknown(mail_server):
    with configured_carrier() as line, pytest.raises(Unknown) as fault:
        line.hand_over(Envelope(SENDER, OFFICE), "not of bytes")

    assert fault.value.words == "TypeError"


def test_words_of_a_server_that_no_database_keeps_are_made_legible(mail_server):
    mail_server.answers["RCPT"] = "550 No\x00such\x1buser"

    with configured_carrier() as line, pytest.raises(Refused) as no:
        line.hand_over(Envelope(SENDER, OFFICE), CONTENT)

    assert no.value.words == "550 No�such�user"


def test_a_refused_address_leaves_the_session_to_the_next(mail_server):
    mail_server.answers["nobody@example.org"] = "550 5.1.1 No such user"

    with configured_carrier() as line:
        with pytest.raises(Refused):
            line.hand_over(Envelope(SENDER, "nobody@example.org"), CONTENT)
        line.hand_over(Envelope(SENDER, OFFICE), CONTENT)

    assert mail_server.taken == [(SENDER, [OFFICE], CONTENT)]
    assert mail_server.sessions == 1


def test_a_server_that_does_not_answer_is_unreachable(settings):
    settings.MAILBOX = Mailbox("smtp", "127.0.0.1", free_port(), "", "", "none")

    with configured_carrier() as line, pytest.raises(Unreachable) as fault:
        line.connect()

    assert "refused" in fault.value.words


def test_a_domain_with_letters_of_its_own_is_spelled_as_servers_take_it(mail_server):
    with configured_carrier() as line:
        line.hand_over(Envelope(SENDER, "office@zénda.example.org"), CONTENT)

    assert mail_server.taken == [(SENDER, ["office@xn--znda-bpa.example.org"], CONTENT)]


def test_an_address_that_cannot_be_spelled_is_refused_before_anything_is_said(mail_server):
    with configured_carrier() as line:
        with pytest.raises(Refused) as no:
            line.hand_over(Envelope(SENDER, "bürö@example.org"), CONTENT)
        line.hand_over(Envelope(SENDER, OFFICE), CONTENT)

    assert no.value.words.startswith("553 ")
    assert mail_server.taken == [(SENDER, [OFFICE], CONTENT)]


def test_a_line_lost_before_the_message_is_postponed(mail_server):
    mail_server.hangs_up_at = "RCPT"

    with configured_carrier() as line, pytest.raises(Postponed):
        line.hand_over(Envelope(SENDER, OFFICE), CONTENT)

    assert not mail_server.taken


def test_a_line_lost_after_the_last_dot_is_unknown(mail_server):
    mail_server.hangs_up_at = "DOT"

    with configured_carrier() as line, pytest.raises(Unknown):
        line.hand_over(Envelope(SENDER, OFFICE), CONTENT)

    assert len(mail_server.taken) == 1


def test_an_answer_to_the_last_dot_that_says_neither_yes_nor_no_is_unknown(mail_server):
    mail_server.answers["DOT"] = "well, well"

    with configured_carrier() as line, pytest.raises(Unknown):
        line.hand_over(Envelope(SENDER, OFFICE), CONTENT)


def test_after_a_lost_line_a_new_session_is_opened(mail_server):
    mail_server.hangs_up_at = "RCPT"

    with configured_carrier() as line:
        with pytest.raises(Postponed):
            line.hand_over(Envelope(SENDER, OFFICE), CONTENT)
        mail_server.hangs_up_at = ""
        line.hand_over(Envelope(SENDER, OFFICE), CONTENT)

    assert (mail_server.sessions, len(mail_server.taken)) == (2, 1)


@pytest.mark.parametrize("moment", ["RCPT", "DOT"])
def test_a_server_that_says_it_closes_is_called_again(mail_server, moment):
    mail_server.answers[moment] = "421 4.3.2 Closing"

    with configured_carrier() as line:
        with pytest.raises(Postponed) as no:
            line.hand_over(Envelope(SENDER, OFFICE), CONTENT)
        mail_server.answers.clear()
        line.hand_over(Envelope(SENDER, OFFICE), CONTENT)

    assert "421" in no.value.words
    assert (mail_server.sessions, len(mail_server.taken)) == (2, 1)


def test_a_server_without_the_encryption_asked_for_gets_nothing(settings, mail_server):
    settings.MAILBOX = settings.MAILBOX._replace(security="starttls")

    with configured_carrier() as line, pytest.raises(Unreachable):
        line.hand_over(Envelope(SENDER, OFFICE), CONTENT)

    assert not mail_server.taken


def test_a_password_is_not_sent_to_a_server_that_does_not_ask_for_one(settings, mail_server):
    settings.MAILBOX = settings.MAILBOX._replace(user="forum", password="ruritania")

    with configured_carrier() as line, pytest.raises(Unreachable):
        line.hand_over(Envelope(SENDER, OFFICE), CONTENT)

    assert not mail_server.taken


def test_a_session_that_the_server_has_left_closes_without_a_fault(mail_server):
    mail_server.hangs_up_at = "DOT"

    with configured_carrier() as line, pytest.raises(Unknown):
        line.hand_over(Envelope(SENDER, OFFICE), CONTENT)

    assert line.smtp is None


def test_a_folder_gets_one_file_for_each_transaction(mail_folder):
    with configured_carrier() as line:
        line.connect()
        first = line.hand_over(Envelope(SENDER, OFFICE), CONTENT)
        second = line.hand_over(Envelope(SENDER, OFFICE), CONTENT)

    assert sorted(path.name for path in mail_folder.iterdir()) == sorted([first, second])
    envelope = b"X-Envelope-From: forum@example.org\r\nX-Envelope-To: office@example.org\r\n"
    assert (mail_folder / first).read_bytes() == envelope + CONTENT


def test_an_address_cannot_leave_the_folder(mail_folder):
    with configured_carrier() as line:
        line.connect()
        line.hand_over(Envelope(SENDER, "../../office@example.org"), CONTENT)

    assert len(list(mail_folder.iterdir())) == 1
    assert not list(mail_folder.parent.glob("*.eml"))


def test_a_folder_that_cannot_be_made_is_unreachable(settings, tmp_path):
    (tmp_path / "file").touch()
    settings.MAILBOX = Mailbox("file", folder=str(tmp_path / "file" / "mail"))

    with configured_carrier() as line, pytest.raises(Unreachable):
        line.connect()

    assert (tmp_path / "file").read_bytes() == b""


def test_a_report_of_failure_and_delay_is_asked_for_where_it_is_offered(mail_server):
    mail_server.offers.append("DSN")

    with configured_carrier() as line:
        line.hand_over(Envelope(SENDER, "o+ffice@example.org", "token"), CONTENT)

    of_mail, of_rcpt = mail_server.asked
    # The peer reads parameters in capitals.
    assert of_mail == {"SIZE": str(len(CONTENT)), "RET": "HDRS", "ENVID": "TOKEN"}
    assert of_rcpt == {"NOTIFY": "FAILURE,DELAY", "ORCPT": "RFC822;O+2BFFICE@EXAMPLE.ORG"}


def test_nothing_is_asked_for_that_is_not_offered(mail_server):
    with configured_carrier() as line:
        line.hand_over(Envelope(SENDER, OFFICE, "token"), CONTENT)

    assert mail_server.asked == [{"SIZE": str(len(CONTENT))}, {}]


def test_too_large_is_known_before_it_is_sent(mail_server):
    mail_server.largest = 10

    with configured_carrier() as line:
        line.connect()
        with pytest.raises(Refused, match="the server takes 10 at most"):
            line.hand_over(Envelope(SENDER, OFFICE), CONTENT)

    assert mail_server.asked == []


def test_a_return_path_names_the_delivery(settings):
    settings.BOUNCE_ADDRESS = "bounces@example.org"

    assert return_path("abc") == "bounces+abc@example.org"
    assert return_path("") == "bounces@example.org"
