"""Bounces and filed mail at the secretariat's desk."""

import html

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.urls import reverse

from invitations.inbox.bounces import record_report
from invitations.inbox.filing import file_mail
from invitations.models import Bounce, Correspondence, Delivery, HeldChange
from invitations.tests.desk import page_of
from invitations.tests.factories import (
    DeliveryFactory,
    InvitationFactory,
    LetterFactory,
    UserFactory,
)
from invitations.tests.reports import REFUSED, qmail_report, report, written

pytestmark = pytest.mark.django_db

TOKEN = "abcd2345efgh6789"
OVERVIEW = reverse("admin:index")
BOUNCES, MAILS, INVITATIONS, DELIVERIES = (
    reverse(f"admin:invitations_{name}_changelist")
    for name in ("bounce", "correspondence", "invitation", "delivery")
)


def sign_in(client, *codenames):
    user = UserFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return user


@pytest.fixture
def officer(client):
    names = ("delivery", "letter", "invitation", "correspondence")
    rights = [f"{act}_{name}" for act in ("view", "change") for name in names]
    return sign_in(client, *rights, "add_correspondence")


@pytest.fixture
def reader(client):
    return sign_in(client, "view_delivery", "view_correspondence", "view_invitation")


@pytest.fixture
def bounced(frozen_letter):
    invitation = InvitationFactory(minister__to_emails="office@example.org cabinet@example.org")
    delivery = DeliveryFactory(
        letter=frozen_letter(invitation=invitation),
        address="office@example.org",
        arrived=True,
        envelope=TOKEN,
    )
    record_report(report(envid=TOKEN))
    delivery.refresh_from_db()
    return delivery


def message_of(row):
    return reverse(f"admin:invitations_{row._meta.model_name}_message", args=[row.pk])


def text(response):
    return response.content.decode()


# Bounces


def test_a_bounce_shows_whose_it_is_and_what_the_server_said(client, officer, bounced):
    page = text(client.get(BOUNCES))

    assert "office@example.org" in page
    assert "refused for good" in page
    assert REFUSED.replace("<", "&lt;").replace(">", "&gt;") in page


@pytest.mark.parametrize("page", ["change", "changelist"])
def test_in_arabic_what_the_server_said_keeps_its_order(client, officer, bounced, page):
    bounce = Bounce.objects.get()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "ar"
    key = [] if page == "changelist" else [bounce.pk]

    shown = client.get(reverse(f"admin:invitations_bounce_{page}", args=key))

    assert f"\u2068{bounce.server_words}\u2069" in html.unescape(text(shown))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_bounces_costs_the_same_for_one_and_for_three(
    client, officer, rows, django_assert_num_queries
):
    for number in range(rows):
        DeliveryFactory(arrived=True, envelope=f"abcd{number}")
        record_report(report(envid=f"abcd{number}", name=f"<r{number}@x>"))

    with django_assert_num_queries(10):
        client.get(BOUNCES)


def test_a_reader_sees_bounces_and_changes_nothing(client, reader, bounced):
    [unmatched] = record_report(report(name="<r2@x>"))

    assert client.get(BOUNCES).status_code == 200
    assert "I am sorry to have to inform you" not in text(
        client.get(page_of(bounced.bounces.get()))
    )
    assert client.get(message_of(unmatched)).status_code == 403
    assert client.post(page_of(unmatched), {"delivery": bounced.pk}).status_code == 403


def test_who_may_not_see_deliveries_sees_no_bounces(client, bounced):
    sign_in(client, "view_correspondence")

    assert client.get(BOUNCES).status_code == 403


def test_the_report_is_read_on_its_page_and_comes_as_it_was(client, officer):
    content = qmail_report("wsis-forum@example.org")
    [bounce] = record_report(content)

    assert "no mailbox here by that name" in text(client.get(page_of(bounce)))
    assert client.get(message_of(bounce)).content == content


def test_a_bounce_of_no_known_delivery_waits_on_the_overview(client, officer):
    InvitationFactory()
    record_report(report())

    assert "bounce of which nobody knows yet what it is of" in text(client.get(OVERVIEW))
    assert client.get(f"{BOUNCES}?matched=no").context["cl"].result_count == 1
    assert client.get(f"{BOUNCES}?matched=yes").context["cl"].result_count == 0


def test_a_person_says_which_delivery_a_bounce_is_of(client, officer):
    delivery = DeliveryFactory(arrived=True)
    [bounce] = record_report(report())

    client.post(page_of(bounce), {"delivery": delivery.pk})

    delivery.refresh_from_db()
    assert (delivery.state, delivery.events.get().actor) == ("bounced", officer)


def test_a_delivery_that_has_not_left_is_refused_on_the_form(client, officer):
    [bounce] = record_report(report())

    response = client.post(page_of(bounce), {"delivery": DeliveryFactory().pk})

    assert "Only what was handed over" in text(response)
    assert Bounce.objects.get().delivery is None


# Not reached


def test_offices_that_were_not_reached_wait_on_the_overview_and_in_a_list(client, officer, bounced):
    InvitationFactory(edition=bounced.letter.invitation.edition)

    page = text(client.get(OVERVIEW))

    assert "office not reached: find another address, telephone, or send by pouch" in page
    listed = client.get(f"{INVITATIONS}?reached=no").context["cl"].result_list
    assert [row.pk for row in listed] == [bounced.letter.invitation_id]


def act(client, url, row, **answer):
    chosen = {"action": "send_to_another", "_selected_action": [row.pk]}
    return client.post(url, {**chosen, **answer})


@pytest.mark.parametrize(
    ("url", "row"),
    [
        (DELIVERIES, lambda delivery: delivery),
        (BOUNCES, lambda delivery: delivery.bounces.get()),
        (INVITATIONS, lambda delivery: delivery.letter.invitation),
    ],
)
def test_the_letter_is_sent_to_another_address_from_each_list(client, officer, bounced, url, row):
    assert "goes out once more" in text(act(client, url, row(bounced)))

    act(client, url, row(bounced), answered="yes", email="cabinet@example.org")

    sent = Delivery.objects.get(address="cabinet@example.org")
    assert (sent.letter, sent.state) == (bounced.letter, "queued")
    assert sent.events.get().actor == officer


def test_the_released_addresses_to_which_it_never_went_are_offered(client, officer, bounced):
    minister = bounced.letter.invitation.minister
    minister.to_emails = f"{bounced.address.upper()}\nnew@example.org"
    minister.save()
    waiting = act(client, INVITATIONS, bounced.letter.invitation).context["form"]
    HeldChange.objects.all().delete()
    released = act(client, INVITATIONS, bounced.letter.invitation).context["form"]

    assert [value for value, _label in waiting.fields["email"].choices] == ["cabinet@example.org"]
    assert [value for value, _label in released.fields["email"].choices] == ["new@example.org"]
    assert released["email"].value() == "new@example.org"


def test_each_address_says_whose_it_is_and_the_page_leads_to_where_one_is_added(
    client, officer, bounced
):
    shown = act(client, INVITATIONS, bounced.letter.invitation)

    page = text(shown)
    [(_value, label)] = shown.context["form"].fields["email"].choices
    minister = bounced.letter.invitation.minister
    assert "cabinet@example.org" in label
    assert label.endswith(f": {minister} (To)")
    assert f'href="{page_of(minister)}">minister: {minister}</a>' in page
    assert f'href="{page_of(bounced.letter.invitation)}"' in page


@pytest.mark.parametrize("email", ["office@example.org", "rupert@example.org", ""])
def test_an_address_that_is_not_offered_is_refused_with_what_to_do(client, officer, bounced, email):
    response = act(client, DELIVERIES, bounced, answered="yes", email=email)

    assert response.context["form"].errors["email"]
    assert "let a second person release it" in text(response)
    assert Delivery.objects.count() == 1


def test_an_office_without_another_address_is_told_what_to_do(client, officer, bounced):
    act(client, DELIVERIES, bounced, answered="yes", email="cabinet@example.org")

    response = client.post(
        DELIVERIES, {"action": "send_to_another", "_selected_action": [bounced.pk]}, follow=True
    )

    assert "let a second person release it" in text(response)


def test_one_office_at_a_time_gets_another_address(client, officer, bounced):
    DeliveryFactory()
    chosen = list(Delivery.objects.values_list("pk", flat=True))

    response = client.post(
        DELIVERIES, {"action": "send_to_another", "_selected_action": chosen}, follow=True
    )

    assert "Choose one row: each office has an address of its own." in text(response)


def test_another_address_needs_the_right_to_change_deliveries(client, reader, bounced):
    act(client, DELIVERIES, bounced, answered="yes", email="cabinet@example.org")

    assert Delivery.objects.count() == 1


# Filed mail


def test_filed_mail_shows_its_words_and_what_is_attached(client, officer):
    more = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="f"'
    words = (
        "--f\nContent-Type: text/plain\n\nSee the note.\n"
        '--f\nContent-Type: application/pdf\nContent-Disposition: attachment; filename="note.pdf"'
        "\n\n%PDF\n--f--\n"
    )
    mail = file_mail(written(words, more=more))

    page = text(client.get(page_of(mail)))

    assert "See the note." in page
    assert "Attached: note.pdf" in page


def test_filed_mail_comes_as_it_was_to_those_who_deal_with_it(client, officer):
    mail = file_mail(written())

    response = client.get(message_of(mail))

    assert response.content == written()
    assert response.headers["Content-Type"] == "message/rfc822"
    assert "attachment" in response.headers["Content-Disposition"]


def test_a_reader_sees_the_summary_alone_since_mail_may_quote_the_reply_link(client, reader):
    mail = file_mail(written("Thanks.\n> https://forum.example.org/r/abcd2345/\n"))

    page = text(client.get(page_of(mail)))

    assert "Thanks." in page
    assert "abcd2345" not in page
    assert client.get(message_of(mail)).status_code == 403


def test_no_word_of_a_mail_is_taken_for_a_tag(client, officer):
    mail = file_mail(written("<script>alert(1)</script>\n", subject="<b>bold</b>"))

    for url in (page_of(mail), MAILS):
        page = text(client.get(url))
        assert "<script>alert(1)" not in page
        assert "<b>bold</b>" not in page


def test_mail_of_nobody_known_waits_on_the_overview(client, officer):
    InvitationFactory()
    file_mail(written())
    file_mail(written(name="<ooo@x>", more="Auto-Submitted: auto-replied"))

    assert "mail of which nobody knows yet whose it is" in text(client.get(OVERVIEW))
    listed = client.get(f"{MAILS}?dealt_with=no&whose=unknown").context["cl"]
    assert listed.result_count == 1


def described(**words):
    return {"sender": "office@example.org", "summary": "Comes.", "reference": "", **words}


def test_a_person_says_whose_mail_it_is_once(client, officer):
    invitation = InvitationFactory()
    mail = file_mail(written())

    client.post(page_of(mail), described(invitation=invitation.pk))
    client.post(page_of(mail), described(invitation=InvitationFactory().pk, reference="Z/1"))

    mail.refresh_from_db()
    assert (mail.invitation, mail.reference, mail.dealt_with_at) == (invitation, "Z/1", None)


@pytest.mark.parametrize(
    "odd",
    ["Ren\ufffd vient.\nA demain", "Ren\u00c3\u00a9 vient.", "=?x-unknown?q?Rene?=", "Viens\u200b"],
)
def test_a_mail_that_came_garbled_can_be_dealt_with_as_it_came(client, officer, odd):
    invitation = InvitationFactory()
    mail = file_mail(written())
    Correspondence.objects.update(sender=odd[:8], summary=odd)
    button = {"invitations_correspondence_deal_with": "yes"}
    sent = {"sender": odd[:8], "summary": odd.replace("\n", "\r\n"), "reference": ""}

    client.post(page_of(mail), {"invitation": invitation.pk, **sent, **button})

    mail.refresh_from_db()
    assert (mail.invitation, mail.dealt_with_by) == (invitation, officer)
    assert mail.summary == odd.strip("\u200b")


def test_what_is_typed_while_one_says_whose_mail_it_is_is_kept(client, officer):
    invitation = InvitationFactory()
    mail = file_mail(written())

    client.post(page_of(mail), described(invitation=invitation.pk, reference="Z/1"))

    mail.refresh_from_db()
    assert (mail.invitation, mail.reference, mail.summary) == (invitation, "Z/1", "Comes.")


def test_words_put_right_in_a_mail_are_checked_as_all_that_is_typed(client, officer):
    mail = file_mail(written())
    typed = described(invitation=InvitationFactory().pk, summary="Ren\ufffd vient.")

    response = client.post(page_of(mail), typed)

    assert list(response.context["adminform"].form.errors) == ["summary"]


def test_one_button_says_whose_it_is_and_that_it_is_dealt_with(client, officer):
    invitation = InvitationFactory()
    mail = file_mail(written())
    button = {"invitations_correspondence_deal_with": "yes"}
    assert "Save and mark as dealt with" in text(client.get(page_of(mail)))

    client.post(page_of(mail), described(invitation=invitation.pk, **button))

    mail.refresh_from_db()
    assert (mail.invitation, mail.dealt_with_by) == (invitation, officer)
    assert "Save and mark as dealt with" not in text(client.get(page_of(mail)))


def test_an_invitation_that_is_not_in_force_is_refused_on_the_form_and_nothing_is_lost(
    client, officer
):
    withdrawn = InvitationFactory(status="withdrawn")
    mail = file_mail(written())

    response = client.post(page_of(mail), described(invitation=withdrawn.pk, reference="Z/1"))

    assert "This invitation is not in force." in text(response)
    assert 'value="Z/1"' in text(response)
    mail.refresh_from_db()
    assert mail.invitation is None


def test_the_description_of_mail_of_nobody_known_can_be_put_right(client, officer):
    mail = file_mail(written())

    client.post(page_of(mail), described(summary="Asks for hotels."))

    mail.refresh_from_db()
    assert (mail.invitation, mail.summary) == (None, "Asks for hotels.")


def test_what_a_person_files_still_names_its_invitation(client, officer):
    add = reverse("admin:invitations_correspondence_add")
    fax = {"channel": "fax", "received_at_0": "2026-11-20", "received_at_1": "09:30"}

    response = client.post(add, fax)

    assert response.context["adminform"].form.errors["invitation"]
    assert not Correspondence.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_mail_costs_the_same_for_one_and_for_three(
    client, officer, rows, django_assert_num_queries
):
    for number in range(rows):
        letter = LetterFactory(message_id=f"<letter-{number}@x>")
        file_mail(written(name=f"<{number}@y>", more=f"In-Reply-To: {letter.message_id}"))
    file_mail(written(name="<of-nobody@y>"))

    with django_assert_num_queries(10):
        client.get(MAILS)


def test_a_mail_that_our_server_disowns_says_whose_it_claims_to_be(client, officer):
    invitation = InvitationFactory(minister__to_emails="office@example.org")
    failed = "Authentication-Results: mx.forum.example.org; dmarc=fail"
    mail = file_mail(written(proven=False, more=failed))
    state = invitation.member_state.listed_as
    could_not = "could not be verified"

    assert "mail of which nobody knows yet whose it is" in text(client.get(OVERVIEW))
    assert f"{state}? Its sender {could_not}." in text(client.get(f"{MAILS}?whose=unknown"))
    told = f"It says it is from the office of {state}, but its sender {could_not}."
    assert told in text(client.get(page_of(mail)))

    client.post(page_of(mail), described(invitation=invitation.pk))

    mail.refresh_from_db()
    assert mail.invitation == invitation
    assert told in text(client.get(page_of(mail)))


@pytest.mark.parametrize("key", ["x", "_00", "9" * 30])
def test_the_page_of_a_mail_that_cannot_be_says_that_there_is_none(admin_client, key):
    address = reverse("admin:invitations_correspondence_change", args=["key"]).replace("key", key)

    assert admin_client.get(address, follow=True).status_code == 200
