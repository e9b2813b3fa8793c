"""A paper or mail on file becomes a reply on one page, by keyboard alone."""

import datetime as dt
import html

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from invitations.admin.list_columns import state_url
from invitations.inbox.filing import file_mail
from invitations.models import Correspondence, Reply
from invitations.replies import record_reply
from invitations.tests.desk import page_of, signed_in
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
    MinisterFactory,
)
from invitations.tests.paper import on_file, past_edition
from invitations.tests.reports import written

pytestmark = pytest.mark.django_db

RIGHTS = ("add_correspondence", "change_correspondence", "view_correspondence", "view_invitation")


@pytest.fixture
def registrar(client):
    return signed_in(client, *RIGHTS)


@pytest.fixture
def mail():
    InvitationFactory(minister__to_emails="office@example.org")
    return file_mail(written())


def page(filed):
    return reverse("admin:invitations_correspondence_reply", args=[filed.pk])


def form_of(response):
    return response.context["form"]


def sent(response, **typed):
    """What the browser would send from the page, with what is typed into it."""
    filled = {}
    for field in form_of(response):
        value = field.value()
        if field.name == "received_at" and isinstance(value, list):
            filled |= {f"received_at_{place}": part for place, part in enumerate(value)}
        elif field.name == "received_at":
            at = timezone.localtime(value)
            filled |= {"received_at_0": f"{at:%Y-%m-%d}", "received_at_1": f"{at:%H:%M:%S}"}
        elif value not in (None, False):
            filled[field.html_name] = value
    return {**filled, **typed}


def invited_to(edition, iso2, name):
    state = MemberStateFactory(iso2=iso2, iso3=f"{iso2}X", short_name=name)
    return InvitationFactory(edition=edition, minister=MinisterFactory(member_state=state))


def test_the_page_of_a_mail_leads_to_its_reply_with_all_that_is_known(client, registrar, mail):
    assert page(mail) in client.get(page_of(mail)).content.decode()

    response = client.get(page(mail))

    assert form_of(response)["invitation"].value() == mail.invitation_id
    assert "The Minister will come." in response.content.decode()


def test_a_filed_mail_becomes_a_reply_in_one_step(client, registrar, mail):
    response = client.post(page(mail), {"invitation": mail.invitation_id, "answer": "in_person"})

    reply, filed = Reply.objects.get(), Correspondence.objects.get()
    assert response.url == state_url(filed.invitation.edition, filed.invitation.member_state)
    assert (reply.channel, reply.received_at, reply.correspondence) == (
        "mail", mail.received_at, filed,
    )  # fmt: skip
    assert filed.dealt_with_by == reply.recorded_by == registrar


def test_two_letters_of_a_state_bring_its_invitations_the_current_edition_first(client, registrar):
    filed, edition = on_file(), EditionFactory()
    wanted = invited_to(edition, "QR", "Ruritania")
    past = past_edition()
    earlier = InvitationFactory(edition=past, minister=wanted.minister)
    invited_to(edition, "QS", "Strelsau")

    response = client.post(page(filed), {"whose": "qr", "summary": "They come."})

    form = form_of(response)
    assert [pk for pk, _name in form.fields["invitation"].choices] == [wanted.pk, earlier.pk]
    assert form["invitation"].value() == str(wanted.pk)
    assert all(f"({one.edition.symbol})" in response.content.decode() for one in (wanted, earlier))
    assert form["summary"].value() == "They come."
    assert not form.errors
    assert not Reply.objects.exists()


def test_what_was_found_is_recorded_by_the_same_key(client, registrar):
    filed, wanted = on_file(), invited_to(EditionFactory(), "QR", "Ruritania")

    found = client.post(page(filed), sent(client.get(page(filed)), whose="QR"))
    client.post(page(filed), sent(found, answer="regrets"))

    reply = Reply.objects.get()
    assert (reply.invitation, reply.answer, reply.channel) == (wanted, "regrets", "fax")


def test_of_a_mail_too_what_was_found_is_recorded_by_the_same_key(client, registrar):
    mail, wanted = file_mail(written()), invited_to(EditionFactory(), "QR", "Ruritania")

    found = client.post(page(mail), sent(client.get(page(mail)), whose="QR"))
    client.post(page(mail), sent(found, answer="regrets"))

    assert Reply.objects.get().invitation == wanted


def test_where_nothing_says_whose_it_is_the_empty_choice_says_what_to_do(client, registrar):
    InvitationFactory(minister__member_state__iso2="RU")
    filed = on_file()
    what_to_do = "type the State below and press Enter"
    empty = client.get(page(filed))
    assert what_to_do in empty.content.decode()

    found = client.post(page(filed), sent(empty, whose="RU"))

    assert form_of(found)["invitation"].value()
    assert what_to_do not in found.content.decode()


def test_a_name_that_no_state_has_is_told_and_nothing_is_lost(client, registrar):
    response = client.post(page(on_file()), {"whose": "Strelsau", "remarks": "Two guests."})

    assert "No invitation in force is of a State of that name." in response.content.decode()
    assert form_of(response)["remarks"].value() == "Two guests."


def test_without_an_answer_it_is_refused_and_all_that_was_typed_is_shown(client, registrar, mail):
    response = client.post(page(mail), {"invitation": mail.invitation_id, "remarks": "Two guests."})

    assert form_of(response).errors["answer"] == ["This field is required."]
    assert form_of(response)["remarks"].value() == "Two guests."


def test_whose_it_is_can_be_said_before_its_answer_is_known(client, registrar):
    filed, wanted = on_file(), invited_to(EditionFactory(), "QR", "Ruritania")
    found = client.post(page(filed), sent(client.get(page(filed)), whose="QR"))

    client.post(page(filed), sent(found, _file=""))

    filed.refresh_from_db()
    assert (filed.invitation, filed.dealt_with_at) == (wanted, None)
    assert not Reply.objects.exists()


def test_to_say_only_whose_it_is_records_no_answer_that_was_chosen_before(client, registrar, mail):
    typed = {"invitation": mail.invitation_id, "answer": "regrets", "_file": ""}

    response = client.post(page(mail), typed)

    assert not Reply.objects.exists()
    assert form_of(response)["answer"].value() == "regrets"
    assert "To say only whose it is, leave all fields" in response.content.decode()


@pytest.mark.parametrize(("day", "is_recorded"), [("2026-01-14", False), ("2026-11-14", True)])
def test_the_year_that_has_ended_is_asked_about_and_all_that_was_typed_stays(
    client, registrar, day, is_recorded
):
    filed, invitation = on_file(), invited_to(EditionFactory(), "QR", "Ruritania")
    circular = CircularFactory(edition=invitation.edition, dated_on=dt.date(2026, 12, 6))
    LetterFactory(invitation=invitation, circular=circular)
    found = client.post(page(filed), sent(client.get(page(filed)), whose="QR"))

    response = client.post(page(filed), sent(found, answer="regrets", received_at_0=day))

    assert Reply.objects.exists() is is_recorded
    if not is_recorded:
        assert "look at the year" in response.content.decode()
        assert form_of(response)["answer"].value() == "regrets"


def test_what_somebody_dealt_with_meanwhile_is_not_recorded_twice(client, registrar, mail):
    form = {"invitation": mail.invitation_id, "answer": "in_person"}
    client.post(page(mail), form)

    response = client.post(page(mail), form, follow=True)

    assert "Someone has dealt with this already." in response.content.decode()
    assert Reply.objects.count() == 1


def on_file_in(response):
    """What the page says to be on file, of each invitation that may be chosen."""
    told = response.content.decode().partition('class="on-file')[2].partition("</section>")[0]
    return " ".join(html.unescape(strip_tags(told.partition(">")[2])).split())


def test_what_stands_is_shown_beside_the_form_before_another_reply_is_recorded(
    client, registrar, mail
):
    mail.invitation.replies.create(answer="regrets", status="standing")
    mail.invitation.replies.create(
        answer="represented", substitute_name="Rupert Hentzau", channel="fax", status="contested"
    )

    told = on_file_in(client.get(page(mail)))

    assert "standing: regrets, online" in told
    assert "contested: represented, Rupert Hentzau, fax" in told


def test_of_each_invitation_that_was_found_it_is_told_what_stands(client, registrar):
    filed, wanted = on_file(), invited_to(EditionFactory(), "QR", "Ruritania")
    earlier = InvitationFactory(edition=past_edition(), minister=wanted.minister)
    earlier.replies.create(answer="video", status="standing")
    nothing = client.get(page(filed))

    told = on_file_in(client.post(page(filed), {"whose": "qr"}))

    assert 'class="on-file' not in nothing.content.decode()
    assert (
        f"{wanted.chosen_as} No answer is on file. {earlier.chosen_as} standing: by video" in told
    )


def test_what_came_to_stand_meanwhile_is_shown_before_it_is_contradicted(client, registrar, mail):
    before = client.get(page(mail))
    record_reply(mail.invitation, {"answer": "regrets"})
    typed = {"answer": "in_person", "remarks": "Two guests.", "seen": before.context["seen"]}

    response = client.post(page(mail), {"invitation": mail.invitation_id, **typed})

    assert "Another reply was recorded after you opened the page." in response.content.decode()
    assert "standing: regrets" in on_file_in(response)
    assert form_of(response)["remarks"].value() == "Two guests."
    assert Reply.objects.count() == 1
    seen = response.context["seen"]
    client.post(page(mail), {"invitation": mail.invitation_id, **typed, "seen": seen})
    assert Reply.objects.contested().get().answer == "in_person"


def test_a_contradiction_is_told_by_the_rules_that_all_paper_keeps(client, registrar, mail):
    mail.invitation.replies.create(answer="regrets", status="standing")

    response = client.post(
        page(mail), {"invitation": mail.invitation_id, "answer": "in_person"}, follow=True
    )

    assert Reply.objects.contested().count() == 1
    assert "this contradicts the reply that stands" in response.content.decode()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_reply_is_recorded_where_no_test_holds_a_transaction_open(client, registrar, mail):
    answered = client.post(page(mail), sent(client.get(page(mail)), answer="regrets"))

    assert answered.status_code == 302
    assert Reply.objects.get().answer == "regrets"


def test_who_may_not_record_finds_no_page_and_no_link(client, mail):
    signed_in(client, "view_correspondence")

    assert client.get(page(mail)).status_code == 403
    assert page(mail) not in client.get(page_of(mail)).content.decode()


def test_the_page_costs_the_same_queries_with_one_invitation_and_with_three(
    client, registrar, django_assert_num_queries
):
    filed, edition = on_file(), EditionFactory()
    for number in range(3):
        invited_to(edition, f"Q{number}", f"Ruritania {number}")
        client.get(page(filed))
        with django_assert_num_queries(13):
            client.post(page(filed), {"whose": "Ruritania"})


def test_what_came_without_scan_or_mail_has_no_empty_place_beside_its_form(client, registrar):
    assert 'aria-label="What came in"' not in client.get(page(on_file())).content.decode()
