"""Staff put on file that an office says by telephone or on paper that its answer holds."""

import datetime as dt

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from delegations.tests.offices import coming, text
from invitations.admin.list_columns import list_url, state_url
from invitations.inbox.filing import file_mail
from invitations.models import Answer, Correspondence, Invitation, Reconfirmation, Reply
from invitations.replies import record_reply
from invitations.tests.factories import UserFactory
from invitations.tests.moving import moved
from invitations.tests.reports import written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

ADD = reverse("admin:invitations_correspondence_add")
HOLDS = "Record that the answer holds"


@pytest.fixture
def invitation():
    return coming("Ruritania")


@pytest.fixture
def registrar(client):
    user = UserFactory()
    user.groups.add(Group.objects.get(name="Registrars"))
    client.force_login(user)
    return user


def offers(client, invitation):
    page = client.get(state_url(invitation.edition, invitation.member_state))
    [shown] = page.context["invitations"]
    return {offer.title: offer.url for offer in shown["offers"]}


def to_reconfirm(invitation):
    return list_url(Invitation, edition__id__exact=invitation.edition_id, reconfirmed="not_yet")


def file(client, invitation, at=None, **words):
    at = timezone.localtime(at or timezone.now())
    return client.post(
        ADD,
        {
            "invitation": invitation.pk,
            "channel": "telephone",
            "received_at_0": f"{at:%Y-%m-%d}",
            "received_at_1": f"{at:%H:%M:%S}",
            "answer": "still_valid",
            **words,
        },
    )


def refused(response):
    return " ".join(response.context["adminform"].form.non_field_errors())


def test_the_page_of_the_state_offers_it_until_the_office_has_said_so(
    client, registrar, invitation
):
    assert HOLDS not in offers(client, invitation)
    moved(invitation.edition)

    form = client.get(offers(client, invitation)[HOLDS]).context["adminform"].form
    assert (form["answer"].value(), form["invitation"].value()) == (
        "still_valid", invitation.pk,
    )  # fmt: skip
    answer = file(client, invitation, sender="Fritz von Tarlenheim", summary="It holds.")

    assert answer.status_code == 302
    filed, question = Correspondence.objects.get(), Reconfirmation.objects.get()
    assert (question.said, question.channel) == ("still_valid", "telephone")
    assert (question.recorded_by, question.correspondence) == (registrar, filed)
    assert (filed.dealt_with_by, filed.summary) == (registrar, "It holds.")
    assert Reply.objects.count() == 1
    assert HOLDS not in offers(client, invitation)


def test_who_recorded_it_stands_in_the_history_and_on_the_page_of_the_state(
    client, registrar, invitation
):
    moved(invitation.edition)

    file(client, invitation)

    history = LogEntry.objects.get_for_object(Reply.objects.get())
    assert history.get(additional_data__act="reconfirmed").actor == registrar
    page = text(client.get(state_url(invitation.edition, invitation.member_state)))
    assert "The office re-confirmed its answer after the dates had moved" in page


def test_the_list_of_those_not_re_confirmed_leads_to_it_beside_each(client, registrar, invitation):
    moved(invitation.edition)
    link = f"{ADD}?invitation={invitation.pk}&amp;answer=still_valid"

    assert link in client.get(to_reconfirm(invitation)).content.decode()
    registrar.groups.set([Group.objects.get(name="Readers")])
    assert link not in client.get(to_reconfirm(invitation)).content.decode()


def test_what_is_not_offered_any_more_is_not_offered_to_hold(client, registrar, invitation):
    moved(invitation.edition, "online")

    assert HOLDS not in offers(client, invitation)
    assert "is not offered any more" in text(client.get(to_reconfirm(invitation)))
    assert "not offered any more" in refused(file(client, invitation))
    assert not Correspondence.objects.exists()


def test_what_came_in_before_the_move_says_nothing_of_the_new_dates(client, registrar, invitation):
    before = timezone.now() - dt.timedelta(days=1)
    moved(invitation.edition)

    told = refused(file(client, invitation, before, summary="It holds."))

    assert "It came in before the dates moved" in told
    assert Reconfirmation.objects.get().said == "not_yet"
    assert not Correspondence.objects.exists()


def test_what_the_office_said_itself_stays_said(client, registrar, invitation):
    other = coming("Zenda", edition=invitation.edition)
    moved(invitation.edition)
    record_reply(invitation, {"answer": "regrets"})

    told = refused(file(client, invitation))

    assert "has said already" in told
    said = dict(Reconfirmation.objects.values_list("invitation", "said"))
    assert said == {invitation.pk: "changed", other.pk: "not_yet"}


def test_with_an_answer_that_holds_no_other_words_of_a_reply_are_kept_or_lost(
    client, registrar, invitation
):
    moved(invitation.edition)

    page = file(client, invitation, remarks="With a delegation of four.")

    assert "leave all other fields of the reply empty" in refused(page)
    assert "With a delegation of four." in text(page)
    assert Reconfirmation.objects.get().said == "not_yet"


def test_while_no_dates_have_moved_the_form_has_no_such_answer(client, registrar, invitation):
    form = client.get(ADD).context["adminform"].form

    assert "still_valid" not in str(form["answer"])


def test_that_the_answer_holds_is_offered_last_and_apart_from_the_others(
    client, registrar, invitation
):
    moved(invitation.edition)

    answer = client.get(ADD).context["adminform"].form.fields["answer"]

    *others, (apart, [(code, _words)]) = answer.choices
    assert [code for code, _words in others] == ["", *Answer.values]
    assert (apart, code) == ("Asked again since the dates moved", "still_valid")


def beside(filed):
    return reverse("admin:invitations_correspondence_reply", args=[filed.pk])


def test_a_mail_by_which_the_answer_holds_is_recorded_beside_its_words(
    client, registrar, invitation
):
    moved(invitation.edition)
    mail = file_mail(written(sender=invitation.minister.to_emails))

    client.post(beside(mail), {"invitation": invitation.pk, "answer": "still_valid"})

    question = Reconfirmation.objects.get()
    assert (question.said, question.channel) == ("still_valid", "mail")
    assert (question.recorded_by, question.correspondence) == (registrar, mail)
    assert Correspondence.objects.get().dealt_with_by == registrar
    history = LogEntry.objects.get_for_object(Reply.objects.get())
    assert history.get(additional_data__act="reconfirmed").actor == registrar


def test_a_mail_of_before_the_move_waits_with_the_reason_beside_it(client, registrar, invitation):
    before = timezone.now() - dt.timedelta(days=1)
    mail = file_mail(written(sender=invitation.minister.to_emails), before)
    moved(invitation.edition)

    page = client.post(beside(mail), {"invitation": invitation.pk, "answer": "still_valid"})

    assert "It came in before the dates moved" in text(page)
    assert Reconfirmation.objects.get().said == "not_yet"
    assert Correspondence.objects.get().dealt_with_at is None
