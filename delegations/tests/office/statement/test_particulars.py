import datetime as dt
import re

import pytest

from delegations.models import (
    DelegationChange,
    HighLevelSession,
    PolicyStatement,
    StatementText,
)
from delegations.tests.office.statement.statements import (
    announced,
    file,
    hidden,
    seen_by,
    send,
    session_of,
    speaking,
    words_of,
)
from delegations.tests.offices import browser, page_of, text, token_in
from invitations.models import HeldChange, Invitation, Minister, Rank
from invitations.replies import record_reply
from invitations.tests.factories import HoursFactory, InvitationFactory, MinisterFactory
from invitations.text.lines import isolated

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


# The particulars


@pytest.mark.parametrize(
    ("speaker", "rank"),
    [
        ("Flavia Elphberg", "MIN"),
        ("فلافيا إلفبرغ", "MIN"),
        ("Michael Strelsau", "VMIN"),
        ("Sapt", None),
    ],
)
def test_the_speaker_s_rank_is_the_minister_s_or_the_substitute_s(speaker, rank):
    invitation = speaking(
        "Ruritania",
        "represented",
        substitute_name="Michael Strelsau",
        substitute_rank=Rank.objects.get(pk="VMIN"),
    )
    names = {"given_name": "Flavia", "family_name": "Elphberg", "name_in_script": "فلافيا إلفبرغ"}
    Minister.objects.filter(pk=invitation.minister_id).update(**names)
    HeldChange.objects.all().delete()

    statement = announced(browser(invitation), invitation, speaker_name=speaker)

    assert statement.speaker_rank_id == rank


def test_a_change_of_the_substitute_asks_to_check_the_speaker(invitation):
    client = browser(invitation)
    for substitute in ("Michael Strelsau", "Rudolf Rassendyll"):
        record_reply(invitation, {"answer": "represented", "substitute_name": substitute})
        if substitute == "Michael Strelsau":
            announced(client, invitation, speaker_name=substitute)
            assert "please check" not in text(client.get(page_of(invitation)))

    assert "the answer now says otherwise: please check" in text(client.get(page_of(invitation)))

    announced(client, invitation, speaker_name="Antoinette", seen=seen_by(client, invitation))
    assert "please check" not in text(client.get(page_of(invitation)))


def test_a_minister_named_in_the_own_script_is_no_other_speaker_until_another_one_comes(invitation):
    Minister.objects.update(name_in_script="فلافيا إلفبرغ")
    HeldChange.objects.all().delete()
    client = browser(invitation)
    announced(client, invitation, speaker_name="فلافيا إلفبرغ")
    assert "please check" not in text(client.get(page_of(invitation)))

    record_reply(invitation, {"answer": "represented", "substitute_name": "Michael Strelsau"})

    assert "the answer now says otherwise: please check" in text(client.get(page_of(invitation)))


def test_a_successor_is_asked_to_check_a_statement_that_names_the_predecessor(invitation):
    before = invitation.minister
    announced(browser(invitation), invitation, speaker_name=before.name)
    successor = MinisterFactory(member_state=invitation.member_state, family_name="Rassendyll")
    Minister.objects.filter(pk=before.pk).update(successor=successor)
    Invitation.objects.filter(pk=invitation.pk).update(status="withdrawn", is_principal=False)
    new = InvitationFactory(edition=invitation.edition, minister=successor)
    record_reply(new, {"answer": "in_person"})

    page = text(browser(new).get(page_of(new, "statement")))

    assert f"the statement still names {isolated(before.name)}" in page


def test_a_rank_that_staff_put_right_stays_while_the_speaker_does(invitation):
    client = browser(invitation)
    statement = announced(client, invitation, speaker_name="Sapt")
    PolicyStatement.objects.update(speaker_rank="AMB")

    announced(
        client, invitation, speaker_name="Sapt", title="On trust", seen=seen_by(client, invitation)
    )
    statement.refresh_from_db()
    assert statement.speaker_rank_id == "AMB"

    announced(client, invitation, speaker_name="Fritz", seen=seen_by(client, invitation))
    statement.refresh_from_db()
    assert statement.speaker_rank_id is None


def test_a_statement_is_announced_with_all_that_is_asked(invitation):
    first, second = session_of(invitation, "First"), session_of(invitation, "Second")
    client = browser(invitation)
    words = words_of(
        invitation,
        speaker_function="Minister",
        title="On trust",
        theme="Trust",
        first_choice=first.pk,
        second_choice=second.pk,
        other_language="Ruritanian",
        interpretation="own",
        quotation="We\ntrust.",
        quotation_consent="on",
        biography="Born in Zenda.",
    )

    page = text(client.post(page_of(invitation, "statement"), words, follow=True))

    statement = PolicyStatement.objects.get()
    assert "The particulars of the statement are saved." in page
    assert "announced; the text may follow" in page
    assert (statement.first_choice, statement.second_choice) == (first, second)
    assert (statement.language, statement.other_language) == ("", "Ruritanian")
    assert statement.interpretation == "own"
    assert statement.quotation == "We\ntrust."
    assert statement.quotation_consent


@pytest.mark.parametrize(
    ("answer", "mode"), [("in_person", "in_person"), ("video", "video"), ("written", "written")]
)
def test_the_form_begins_with_what_the_answer_says(answer, mode):
    invitation = speaking("Ruritania", answer)

    page = browser(invitation).get(page_of(invitation, "statement")).content.decode()

    assert 'value="Flavia Elphberg"' in page
    assert re.search(rf'value="{mode}"[^>]* checked', page)


def test_the_form_begins_with_the_substitute():
    invitation = speaking("Ruritania", "represented", substitute_name="Colonel Sapt")

    assert 'value="Colonel Sapt"' in text(browser(invitation).get(page_of(invitation, "statement")))


@pytest.mark.parametrize("answer", ["attends_only", "regrets"])
def test_no_statement_is_asked_for_where_nobody_speaks(answer):
    invitation = speaking("Ruritania", answer)
    client = browser(invitation)

    page = text(client.get(page_of(invitation, "statement")))
    refused = text(client.post(page_of(invitation, "statement"), words_of(invitation)))

    assert "With the answer on file no statement is expected" in page
    assert "Save the statement" not in page
    assert "once an answer with a statement stands" in refused
    assert not PolicyStatement.objects.exists()


def test_after_regrets_the_office_still_finds_what_it_sent(invitation):
    client = browser(invitation)
    announced(client, invitation)
    send(client, invitation, file(b"We trust.", "speech.txt"))
    record_reply(invitation, {"answer": "regrets"})
    way = page_of(invitation, "statement")

    assert f'href="{way}"' in text(client.get(page_of(invitation)))
    page = text(client.get(way))
    assert "speech.txt" in page
    assert "Save the statement" not in page
    StatementText.objects.all().delete()
    assert "Texts and photo" not in text(client.get(way))


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("speaker_name", "", "Please name the speaker."),
        ("mode", "", "Please choose how the statement is delivered."),
        ("title", "x" * 100_000, "at most 200 characters"),
        ("quotation", "x" * 401, "at most 400 characters"),
        ("biography", "x\x07", "This holds signs that are no writing"),
        ("first_choice", "9" * 30, "Select a valid choice"),
        ("spoken", "xx", "Select a valid choice"),
        ("other_language", "Ruritanian", "not both"),
    ],
)
def test_what_is_wrong_is_named_and_what_was_typed_is_kept(invitation, field, typed, told):
    session_of(invitation)
    words = words_of(invitation, theme="Trust", spoken="fr") | {field: typed}

    page = text(browser(invitation).post(page_of(invitation, "statement"), words))

    assert "Nothing has been saved yet" in page
    assert told in page
    assert 'value="Trust"' in page
    assert not PolicyStatement.objects.exists()


def test_sessions_to_prefer_stand_by_the_hours_of_calendars(invitation):
    late, early = session_of(invitation, "Late"), session_of(invitation, "Early")
    for session, by in ((late, 5), (early, 0)):
        session.hours = HoursFactory(
            edition=invitation.edition,
            title=session.title,
            starts_at=session.starts_at + by * HOUR,
            ends_at=session.ends_at + by * HOUR,
        )
        session.save()

    page = text(browser(invitation).get(page_of(invitation, "statement")))

    assert page.index("Early – ") < page.index("Late – ")


@pytest.mark.parametrize("how", [{"is_called_off": True}, {"seats": 0}])
def test_a_preferred_session_that_is_not_offered_any_more_is_kept_and_says_so(invitation, how):
    session, other = session_of(invitation, "First"), session_of(invitation, "Other")
    client = browser(invitation)
    announced(client, invitation, second_choice=session.pk)
    HighLevelSession.objects.update(**how)

    page = text(client.get(page_of(invitation, "statement")))
    choice = re.search(r'<option value="(\d+)" selected>(First[^<]*)</option>', page)
    words = {"second_choice": choice[1], "title": "On trust", "seen": seen_by(client, invitation)}
    statement = announced(client, invitation, **words)

    assert choice[2].endswith("(not offered any more)")
    assert (statement.second_choice, statement.title) == (session, "On trust")
    assert f'value="{other.pk}"' not in page


def test_the_second_preference_is_another_session(invitation):
    session = session_of(invitation)
    words = words_of(invitation, first_choice=session.pk, second_choice=session.pk)

    page = text(browser(invitation).post(page_of(invitation, "statement"), words))

    assert "The second preference is another session." in page


def test_ten_times_the_same_form_is_one_statement(invitation):
    client = browser(invitation)

    answers = [
        client.post(page_of(invitation, "statement"), words_of(invitation)) for _again in range(10)
    ]

    assert {response.url for response in answers} == {page_of(invitation, "statement")}
    assert PolicyStatement.objects.count() == DelegationChange.objects.count() == 1


def test_a_stale_form_shows_both_and_keeps_what_was_typed(invitation):
    client = browser(invitation)
    announced(client, invitation)
    opened = seen_by(client, invitation)
    PolicyStatement.objects.update(title="On hope", language="fr")

    stale = client.post(
        page_of(invitation, "statement"), words_of(invitation, title="On trust", seen=opened)
    )

    page = text(stale)
    assert stale.status_code == 409
    assert "<bdi>On hope</bdi>" in page
    assert "<bdi>On trust</bdi>" in page
    assert "<bdi>French</bdi>" in page
    assert 'value="On trust"' in page
    words = words_of(invitation, title="On trust", seen=hidden(stale, "seen"))
    client.post(page_of(invitation, "statement"), words)
    assert PolicyStatement.objects.get().title == "On trust"


def test_two_offices_that_announce_at_once_see_each_other(invitation):
    client = browser(invitation)
    announced(client, invitation, title="On hope")

    stale = client.post(
        page_of(invitation, "statement"), words_of(invitation, title="On trust", seen="")
    )

    assert stale.status_code == 409
    assert PolicyStatement.objects.get().title == "On hope"


def test_the_language_of_the_page_changes_and_what_was_typed_stays(invitation):
    words = words_of(invitation, title="On trust", spoken="ru", language="fr")

    page = text(browser(invitation).post(page_of(invitation, "statement"), words))

    assert '<html lang="fr"' in page
    assert 'value="On trust"' in page
    assert '<option value="ru" selected>' in page
    assert not PolicyStatement.objects.exists()


def test_a_stale_token_loses_nothing(invitation):
    client = browser(invitation, enforce_csrf_checks=True)
    words = words_of(invitation, title="On trust", csrfmiddlewaretoken="x" * 64)

    refused = client.post(page_of(invitation, "statement"), words)

    assert refused.status_code == 403
    assert 'value="On trust"' in text(refused)
    again = words | {"csrfmiddlewaretoken": token_in(refused)}
    client.post(page_of(invitation, "statement"), again)
    assert PolicyStatement.objects.get().title == "On trust"
