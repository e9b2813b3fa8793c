"""Forty scans are dropped at once, and recorded one after the other beside their pictures."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from invitations.admin.list_columns import list_url
from invitations.inbox.scans import read_scans
from invitations.models import Correspondence, DroppedScan, Reply
from invitations.replies import mark_dealt_with
from invitations.tests.admin.replies.test_side_by_side import RIGHTS, form_of, page, sent
from invitations.tests.desk import signed_in
from invitations.tests.factories import InvitationFactory
from invitations.tests.paper import drop, letter_of, past_edition
from invitations.tests.sheets import as_file, sheet

pytestmark = pytest.mark.django_db

DROP = reverse("admin:invitations_droppedscan_drop")
LIST = list_url(DroppedScan)


@pytest.fixture
def registrar(client):
    return signed_in(client, *RIGHTS)


def dropped(client, *files, **said):
    came = {"channel": "fax", "received_at_0": "2026-11-20", "received_at_1": "09:30:00"}
    scans = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(DROP, {**came, **said, "scans": scans}, follow=True)


def told(response):
    return [str(message) for message in response.context["messages"]]


def turned_by(response):
    checked = r'name="turned" value="([0-9]+)" form="reply" checked'
    return "".join(re.findall(checked, response.content.decode()))


def test_scans_are_dropped_at_once_and_each_says_what_became_of_it(client, registrar):
    one, two = as_file(sheet(lines=1)), as_file(sheet(lines=2))

    response = dropped(
        client,
        ("1.png", one),
        ("2.png", two),
        ("3.png", one),
        ("4.xlsx", b"PK\x03\x04"),
        ("5.png", b""),
    )

    states = DroppedScan.objects.order_by("pk").values_list("file_name", "state")
    assert dict(states) == {
        "1.png": "waiting", "2.png": "waiting", "3.png": "twice", "4.xlsx": "refused",
        "5.png": "refused",
    }  # fmt: skip
    assert told(response) == ["2 scans are on file.", "3 files are not: the list says why."]
    assert "A scan is a PDF, PNG, JPEG or TIFF file." in response.content.decode()
    assert "the same file as 1.png" in response.content.decode()
    filed = Correspondence.objects.all()
    assert {(one.channel, f"{timezone.localtime(one.received_at):%H:%M}") for one in filed} == {
        ("fax", "09:30")
    }


def test_forty_scans_that_are_dropped_at_once_become_forty_drafts(client, registrar):
    faxes = [(f"{n}.png", as_file(Image.new("L", (100, 140), n))) for n in range(40)]

    response = dropped(client, *faxes)

    assert told(response) == ["40 scans are on file."]
    drafts = Correspondence.objects.unread().filter(invitation=None, replies=None)
    assert drafts.count() == DroppedScan.objects.to_read().count() == 40
    assert [one.file_name for one in DroppedScan.objects.to_read().order_by("pk")] == [
        name for name, _content in faxes
    ]


def test_the_list_renews_itself_while_scans_are_being_read(client, registrar):
    drop(as_file(sheet()))

    again = client.get(f"{LIST}?state=waiting")["Refresh"]
    assert again == "3;url=?state=waiting&unattended="
    assert client.get(f"{LIST}{again.removeprefix('3;url=')}")["Refresh"] == again

    read_scans()
    assert "Refresh" not in client.get(LIST)


def test_the_first_paper_of_a_long_pile_is_recorded_by_one_step_from_any_page_of_the_list(
    client, registrar
):
    scans = [drop(str(number).encode(), state="read") for number in range(22)]
    shown = client.get(LIST)
    assert page(scans[0].correspondence) not in shown.content.decode()

    first = client.get(reverse("admin:invitations_droppedscan_first"))
    assert first.url == page(scans[0].correspondence)
    assert f'href="{reverse("admin:invitations_droppedscan_first")}"' in shown.content.decode()
    mark_dealt_with(scans[0].correspondence, registrar)

    first = client.get(reverse("admin:invitations_droppedscan_first"))
    assert first.url == page(scans[1].correspondence)


def test_where_nothing_is_to_be_recorded_no_step_to_it_is_offered(client, registrar):
    drop(b"a fax")

    shown = client.get(LIST).content.decode()
    nothing = client.get(reverse("admin:invitations_droppedscan_first"), follow=True)

    assert "Record the first" not in shown
    assert told(nothing) == ["No scan waits to be recorded."]
    assert nothing.redirect_chain[-1][0] == LIST


def test_the_page_says_how_many_of_the_pile_are_left(client, registrar):
    earlier = drop(b"another day", state="read")
    dropped(client, *[(f"{n}.png", as_file(sheet(lines=n))) for n in (1, 2, 3)], ("4.png", b"no"))
    read_scans()
    pile = DroppedScan.objects.filter(file_name__in=["1.png", "2.png", "3.png"])
    scans = list(pile.order_by("pk"))
    mark_dealt_with(scans[0].correspondence, registrar)

    beside = client.get(page(scans[1].correspondence)).content.decode()

    assert "2 of 3 scans of this pile are left." in beside
    assert (
        "1 of 1 scan of this pile is left."
        in client.get(page(earlier.correspondence)).content.decode()
    )
    assert "3 scans are left to record." in client.get(LIST).content.decode()


def test_no_file_or_too_many_are_refused(client, registrar):
    nothing = client.post(DROP, {"channel": "fax"})
    many = dropped(client, *[(f"{n}.png", b"x") for n in range(61)])

    assert nothing.context["form"].errors["scans"] == ["This field is required."]
    assert many.context["form"].errors["scans"] == ["At most 60 scans can be dropped at once."]
    assert not DroppedScan.objects.exists()


def test_the_picture_lies_beside_the_form_with_what_the_code_proposes(client, registrar):
    invitation = InvitationFactory()
    scan = drop(as_file(letter_of(invitation)))
    read_scans()

    response = client.get(page(scan.correspondence))

    picture = reverse("admin:invitations_droppedscan_page", args=[scan.pk, 1])
    assert f'<img src="{picture}"' in response.content.decode()
    assert client.get(picture).content.startswith(b"\xff\xd8\xff")
    assert client.get(picture.replace("/page/1/", "/page/2/")).status_code == 404
    assert form_of(response)["invitation"].value() == invitation.pk
    assert (
        f"Proposed by the code on the paper: {invitation.chosen_as}." in response.content.decode()
    )


def test_a_paper_that_somebody_turned_stays_turned_while_its_state_is_looked_for(client, registrar):
    scan = drop(as_file(sheet()))
    read_scans()
    url = page(scan.correspondence)
    assert turned_by(client.get(url)) == "0"

    looked = client.post(url, sent(client.get(url), whose="Ruritania", turned="180"))

    assert turned_by(looked) == "180"


def test_a_proposal_of_another_edition_is_named_and_not_chosen(client, registrar):
    past = past_edition()
    earlier = InvitationFactory(edition=past)
    now = InvitationFactory(minister=earlier.minister)
    scan = drop(as_file(letter_of(earlier)))
    read_scans()

    response = client.get(page(scan.correspondence))

    form = form_of(response)
    assert not form["invitation"].value()
    assert [pk for pk, _name in form.fields["invitation"].choices] == [now.pk, earlier.pk]
    assert "This edition is not the current one" in response.content.decode()


def test_a_paper_of_an_invitation_that_is_not_in_force_names_its_state_and_edition(
    client, registrar
):
    withdrawn = InvitationFactory(edition=past_edition(), status="withdrawn")
    now = InvitationFactory(minister=withdrawn.minister)
    scan = drop(as_file(letter_of(withdrawn)))
    read_scans()

    listed, beside = client.get(LIST), client.get(page(scan.correspondence))

    told = f"of an invitation that is not in force: {withdrawn.chosen_as}."
    assert told in listed.content.decode()
    assert told in beside.content.decode()
    form = form_of(beside)
    assert not form["invitation"].value()
    assert [pk for pk, _name in form.fields["invitation"].choices] == [now.pk]


def test_record_and_next_leads_through_the_pile_with_channel_and_hour(client, registrar):
    invitations = [InvitationFactory() for _fax in range(3)]
    at_once = {"dropped_by": registrar, "dropped_at": timezone.now()}
    scans = [drop(as_file(letter_of(one)), **at_once) for one in invitations]
    read_scans()
    first, second, last = (page(scan.correspondence) for scan in scans)

    came = {"channel": "letter", "received_at_0": "2026-11-19", "received_at_1": "08:00:00"}
    response = client.post(first, sent(client.get(first), answer="in_person", **came))
    assert response.url.startswith(f"{second}?")

    begun = client.get(response.url)
    assert form_of(begun)["channel"].value() == "letter"
    response = client.post(response.url, sent(begun, answer="regrets"))
    assert response.url.startswith(f"{last}?")

    response = client.post(response.url, sent(client.get(response.url), _nothing=""), follow=True)
    assert told(response)[-1] == "That was the last scan."
    assert list(Reply.objects.order_by("pk").values_list("invitation", "answer", "channel")) == [
        (invitations[0].pk, "in_person", "letter"),
        (invitations[1].pk, "regrets", "letter"),
    ]
    assert not DroppedScan.objects.to_record().exists()


def test_the_next_pile_keeps_the_channel_and_hour_at_which_it_came(client, registrar):
    scans = [drop(as_file(letter_of(InvitationFactory()))) for _pile in range(2)]
    read_scans()
    first, other = (page(scan.correspondence) for scan in scans)

    came = {"channel": "letter", "received_at_0": "2026-11-19", "received_at_1": "08:00:00"}
    response = client.post(first, sent(client.get(first), answer="in_person", **came))

    assert response.url == other


def filed_by_form(client, invitation, content):
    return client.post(
        reverse("admin:invitations_correspondence_add"),
        {
            "invitation": invitation.pk,
            "channel": "fax",
            "received_at_0": "2026-11-20",
            "received_at_1": "09:30:00",
            "answer": "regrets",
            "scan": SimpleUploadedFile("fax.png", content),
        },
    )


def test_a_fax_that_waits_in_a_pile_is_not_recorded_beside_it(client, registrar):
    content, invitation = as_file(sheet()), InvitationFactory()
    drop(content, "tuesday.png")

    refused = filed_by_form(client, invitation, content)

    assert "The same file is on file already" in refused.content.decode()
    assert "tuesday.png" in refused.content.decode()
    assert not Reply.objects.exists()


def test_one_paper_may_answer_for_two_states_and_for_each_once(client, registrar):
    content, one, other = as_file(sheet()), InvitationFactory(), InvitationFactory()

    for invitation in (one, other, one):
        filed_by_form(client, invitation, content)

    assert [reply.invitation for reply in Reply.objects.order_by("pk")] == [one, other]


def test_a_blank_scan_says_so_and_is_put_aside(client, registrar):
    scan = drop(as_file(sheet(lines=0)))
    read_scans()

    response = client.get(page(scan.correspondence))
    assert "The paper is blank." in response.content.decode()
    assert "all: the paper is blank" in client.get(LIST).content.decode()

    client.post(page(scan.correspondence), {"_nothing": ""})
    scan.correspondence.refresh_from_db()
    assert scan.correspondence.dealt_with_by == registrar
    assert not Reply.objects.exists()


def test_a_scan_that_is_named_for_a_state_offers_its_invitation_unchosen(client, registrar):
    invitation = InvitationFactory()
    scan = drop(b"broken", f"{invitation.member_state.iso3}.png", state="unread")
    scan.proposed, scan.found = invitation, "name"
    scan.save()

    form = form_of(client.get(page(scan.correspondence)))

    assert not form["invitation"].value()
    assert [pk for pk, _name in form.fields["invitation"].choices] == [invitation.pk]


def test_who_may_not_record_drops_nothing_and_sees_no_picture(client):
    scan = drop(b"a fax")
    signed_in(client, "view_correspondence")

    assert client.get(DROP).status_code == 403
    assert client.get(LIST).status_code == 403
    picture = reverse("admin:invitations_droppedscan_page", args=[scan.pk, 1])
    assert client.get(picture).status_code == 403


def test_each_question_of_both_pages_begins_with_a_capital_letter(client, registrar):
    dropped(client, ("one.png", as_file(sheet(lines=1))))
    beside = page(Correspondence.objects.get())

    for address in (DROP, beside):
        asked = [str(field.label) for field in form_of(client.get(address)).visible_fields()]
        assert [label for label in asked if label[:1].islower()] == []
