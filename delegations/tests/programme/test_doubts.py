"""A statement that says otherwise than the answer that brings it is told of at the desk too."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from delegations.models import PolicyStatement
from delegations.programme.doubts import doubts_of_state
from delegations.tests.offices import text
from delegations.tests.places import announced, session_of
from invitations.admin.list_columns import change_url, list_url, state_url
from invitations.models import Answer, Minister, Reply
from invitations.tests.desk import as_sent, browser_of, told
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    MinisterFactory,
    ReplyFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

BY_VIDEO = (
    "The answer on file says “statement by video”; the statement says that it is delivered "
    "“in person”. Please correct the one that is wrong."
)
TO_DO = "statement that says otherwise than its State’s answer"


@pytest.fixture
def session():
    return session_of(EditionFactory())


@pytest.fixture
def doubtful(session):
    """A State that answers with a video, and whose statement is to be delivered in person."""
    return announced(session, "Ruritania", answer="video", speaker_name="Flavia Elphberg")


def invitation_of(statement):
    return statement.delegation.member_state.invitations.get(is_principal=True)


def answered_by_another(statement, answer):
    minister = MinisterFactory(member_state=statement.delegation.member_state, given_name="Rudolf")
    invitation = InvitationFactory(
        edition=statement.delegation.edition, minister=minister, is_principal=False
    )
    return ReplyFactory(invitation=invitation, answer=answer)


def test_the_page_of_the_statement_says_so(admin_client, doubtful):
    assert BY_VIDEO in text(admin_client.get(change_url(doubtful)))

    PolicyStatement.objects.update(mode="video")

    assert "Please check" not in text(admin_client.get(change_url(doubtful)))


def test_who_saves_such_a_mode_is_told_at_once(admin_client, session):
    statement = announced(session, "Ruritania", answer="video", mode="video")
    sent = as_sent(admin_client.get(change_url(statement)))

    page = admin_client.post(change_url(statement), sent | {"mode": "in_person"}, follow=True)

    assert BY_VIDEO in told(page)
    assert PolicyStatement.objects.get().mode == "in_person"


def test_who_reads_no_answers_is_told_of_none(doubtful):
    staff = UserFactory()
    can = ["view_policystatement", "change_policystatement"]
    staff.user_permissions.set(Permission.objects.filter(codename__in=can))
    client = browser_of(staff)
    page = client.get(change_url(doubtful))

    saved = client.post(change_url(doubtful), as_sent(page) | {"title": "Trust"}, follow=True)

    assert PolicyStatement.objects.get().title == "Trust"
    assert "statement by video" not in text(page) + text(saved)


def test_the_page_of_the_state_leads_to_it(admin_client, doubtful):
    url = state_url(doubtful.delegation.edition, doubtful.delegation.member_state)

    waiting = dict(admin_client.get(url).context["waiting"])

    assert waiting[BY_VIDEO] == change_url(doubtful)


def test_the_first_page_counts_them_and_their_list_finds_them(admin_client, session, doubtful):
    agreeing = announced(session, "Strelsau")
    announced(session, "Zenda", answer="regrets")

    [item] = [
        one for one in admin_client.get(reverse("admin:index")).context["to_do"]
        if one["title"] == TO_DO
    ]  # fmt: skip

    assert item["count"] == 1
    assert list(admin_client.get(item["url"]).context["cl"].queryset) == [doubtful]
    agrees = admin_client.get(list_url(PolicyStatement, agrees="yes"))
    assert list(agrees.context["cl"].queryset) == [agreeing]


@pytest.mark.parametrize("answer", sorted({*Answer.values} - {"holding"}))
@pytest.mark.parametrize("mode", PolicyStatement.Mode.values)
def test_the_list_and_the_sentences_mean_the_same_statements(session, answer, mode):
    statement = announced(session, "Ruritania", mode=mode)
    invitation_of(statement).replies.update(answer=answer, substitute_name="Sapt")

    assert PolicyStatement.objects.contradicted().exists() == bool(doubts_of_state(statement))


def test_an_answer_by_courtesy_that_agrees_settles_no_doubt(doubtful):
    answered_by_another(doubtful, "in_person")

    assert len(doubts_of_state(doubtful)) == 1
    assert PolicyStatement.objects.contradicted().exists()


def test_a_speaker_whom_a_later_answer_replaced_is_told_of_too(session):
    statement = announced(session, "Ruritania", speaker_name="Flavia Elphberg")
    invitation_of(statement).replies.update(answer="represented", substitute_name="Colonel Sapt")

    [doubt] = doubts_of_state(statement)

    assert "By the answer on file the speaker is" in doubt
    assert "Colonel Sapt" in doubt


@pytest.mark.parametrize(
    "speaker", ["Flavia Elphberg", "弗拉维娅", "Rudolf Before", "Sapt", "A third"]
)
@pytest.mark.parametrize("substitute", ["", "Sapt", "Tarlenheim"])
@pytest.mark.parametrize("before", ["", "Sapt"])
def test_the_first_page_means_the_speakers_whom_the_sentences_tell_of(
    session, speaker, substitute, before
):
    statement = announced(session, "Ruritania", speaker_name=speaker)
    invitation = invitation_of(statement)
    names = {"given_name": "Flavia", "family_name": "Elphberg", "name_in_script": "弗拉维娅"}
    Minister.objects.filter(pk=invitation.minister_id).update(**names)
    MinisterFactory(
        member_state=statement.delegation.member_state, given_name="Rudolf", family_name="Before",
        successor=invitation.minister,
    )  # fmt: skip
    answer = "represented" if substitute else "in_person"
    invitation.replies.update(answer=answer, substitute_name=substitute)
    if before:
        ReplyFactory(
            invitation=invitation, answer="represented", substitute_name=before,
            status=Reply.Status.SUPERSEDED,
        )  # fmt: skip

    assert PolicyStatement.objects.naming_another().exists() == bool(doubts_of_state(statement))
