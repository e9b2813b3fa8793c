"""Paper: what came in and what it says; and the choice between contradicting replies."""

import datetime as dt

import pytest
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape, escape

from invitations.admin.list_columns import state_url
from invitations.admin.replies.correspondence import CorrespondenceAdmin
from invitations.admin.replies.replies import ReplyAdmin
from invitations.models import Correspondence, MemberState, Reply
from invitations.replies import REPLY_FIELDS, record_reply
from invitations.tests.answers import all_said
from invitations.tests.factories import InvitationFactory, ReplyFactory, UserFactory

pytestmark = pytest.mark.django_db

ADD = reverse("admin:invitations_correspondence_add")
LIST = reverse("admin:invitations_correspondence_changelist")
PDF = b"%PDF-1.7 a letter"


@pytest.fixture
def registrar(client):
    user = UserFactory(username="sapt")
    names = ("correspondence", "reply", "invitation")
    codenames = [f"{act}_{name}" for act in ("add", "change", "view") for name in names]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return user


def file(client, invitation, **words):
    return client.post(
        ADD,
        {
            "invitation": invitation.pk,
            "channel": "fax",
            "received_at_0": "2026-11-20",
            "received_at_1": "09:30",
            **words,
        },
    )


def errors(response):
    return response.context["adminform"].form.errors


def told(client):
    return [str(message) for message in client.get(LIST).context["messages"]]


def test_who_has_recorded_a_reply_lands_on_the_page_of_the_state(client, registrar):
    invitation = InvitationFactory()

    response = file(client, invitation, answer="in_person")

    assert response.url == state_url(invitation.edition, invitation.member_state)
    page = client.get(response.url).text
    assert "was added successfully" in page
    answer = "attends in person and delivers a statement"
    assert f"Recorded: {invitation.member_state}: Flavia Elphberg: {answer}." in page


def test_who_may_not_see_that_page_lands_in_the_list(client, registrar):
    registrar.user_permissions.remove(Permission.objects.get(codename="view_invitation"))

    response = file(client, InvitationFactory(), answer="in_person")

    assert response.url == LIST


def test_correspondence_and_its_reply_are_recorded_in_one_form(client, registrar):
    invitation = InvitationFactory()

    file(
        client,
        invitation,
        channel="letter",
        reference="Z/12",
        sender="Cabinet of the Minister",
        summary="The Minister sends her deputy.",
        answer="represented",
        substitute_name="Michael Strelsau",
        substitute_function="Deputy Minister",
        substitute_rank="VMIN",
        segments=["opening", "prizes"],
        partnership_interest="on",
        respondent_name="Fritz von Tarlenheim",
        remarks="By car.",
    )

    filed, reply = Correspondence.objects.get(), Reply.objects.get()
    assert (filed.reference, filed.recorded_by, filed.dealt_with_by) == (
        "Z/12",
        registrar,
        registrar,
    )
    assert (reply.answer, reply.substitute_name) == ("represented", "Michael Strelsau")
    assert reply.substitute_rank_id == "VMIN"
    assert (reply.segments, reply.partnership_interest) == (["opening", "prizes"], True)
    assert (reply.status, reply.channel, reply.remarks) == ("standing", "letter", "By car.")
    assert (reply.correspondence, reply.recorded_by) == (filed, registrar)
    assert timezone.localtime(reply.received_at).isoformat() == "2026-11-20T09:30:00+01:00"


def test_correspondence_without_a_reply_waits_for_somebody(client, registrar):
    file(client, InvitationFactory(), summary="Asks for a list of hotels.")

    filed = Correspondence.objects.get()
    assert filed.dealt_with_at is None
    assert not Reply.objects.exists()

    client.post(LIST, {"action": "mark_as_dealt_with", "_selected_action": [filed.pk]})
    filed.refresh_from_db()
    assert filed.dealt_with_by == registrar


@pytest.mark.parametrize(
    "address",
    [
        "invitations_correspondence_add?invitation=x",
        "invitations_correspondence_add?invitation=1,2&received_at=x",
        "invitations_circular_add?planned_at=x",
        "invitations_forumedition_add?replies_closed_at=2027-01-01T10:00:00%2B00:00",
        "invitations_mission_add?states=x",
        "invitations_minister_add?invitations=x",
        "delegations_delegation_add?member_state=x",
    ],
)
def test_a_form_begins_with_what_the_address_says_as_far_as_it_can_be(admin_client, address):
    page, _mark, asked = address.partition("?")

    assert admin_client.get(f"{reverse(f'admin:{page}')}?{asked}").status_code == 200


def test_correspondence_dealt_with_twice_is_refused_by_name(client, registrar):
    file(client, InvitationFactory(), reference="F 1")
    filed = Correspondence.objects.get()
    action = {"action": "mark_as_dealt_with", "_selected_action": [filed.pk]}

    client.post(LIST, action)
    client.post(LIST, action)

    assert "fax, F 1: Someone has dealt with this already." in told(client)


def test_holding_reply_is_noted(client, registrar):
    file(client, InvitationFactory(), answer="holding")

    assert Reply.objects.get().status == "noted"


def test_contradiction_across_channels_is_told_with_a_link_to_the_pair(client, registrar):
    standing = ReplyFactory(answer="in_person")

    file(client, standing.invitation, channel="note_verbale", answer="regrets")

    contested = Reply.objects.contested().get()
    page = client.get(LIST).content.decode()
    assert "this contradicts the reply that stands" in page
    assert reverse("admin:invitations_reply_settle", args=[contested.pk]) in page
    standing.refresh_from_db()
    assert standing.status == "standing"


def test_what_stands_is_shown_on_the_form_that_the_page_of_a_state_opens(client, registrar):
    reply = ReplyFactory(answer="regrets")

    page = client.get(f"{ADD}?invitation={reply.invitation_id}")

    assert "standing: regrets, online" in page.content.decode()
    file(client, reply.invitation, answer="in_person", seen=page.context["seen"])
    assert Reply.objects.contested().exists()


def test_what_nobody_saw_to_stand_is_shown_before_it_is_contradicted(client, registrar):
    reply = ReplyFactory(answer="regrets")

    page = file(client, reply.invitation, answer="in_person", remarks="Two guests.", seen="")

    assert "A reply of this office stands already" in page.content.decode()
    assert "standing: regrets, online" in page.content.decode()
    assert page.context["adminform"].form["remarks"].value() == "Two guests."
    assert not Correspondence.objects.exists()
    file(client, reply.invitation, answer="in_person", seen=page.context["seen"])
    assert Reply.objects.contested().exists()


def test_next_fax_starts_with_the_channel_and_hour_of_the_last(client, registrar):
    response = file(client, InvitationFactory(), channel="note_verbale", _addanother="yes")

    form = client.get(response.url).context["adminform"].form

    assert form["channel"].value() == "note_verbale"
    assert (
        timezone.localtime(form["received_at"].value()).isoformat() == "2026-11-20T09:30:00+01:00"
    )
    assert not form["invitation"].value()


@pytest.mark.parametrize(
    ("content", "suffix", "content_type"),
    [
        (PDF, "pdf", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n...", "png", "image/png"),
        (b"\xff\xd8\xff\xe0...", "jpg", "image/jpeg"),
        (b"II*\x00...", "tiff", "image/tiff"),
    ],
)
def test_scan_is_frozen_by_its_content_and_comes_back_byte_for_byte(
    client, registrar, content, suffix, content_type
):
    scan = SimpleUploadedFile("whatever.exe", content)

    file(client, InvitationFactory(), scan=scan, answer="regrets")

    filed = Correspondence.objects.get()
    assert filed.scan.name == f"scans/{filed.scan_sha256[:2]}/{filed.scan_sha256}.{suffix}"
    response = client.get(reverse("admin:invitations_correspondence_scan", args=[filed.pk]))
    assert (response.content, response.headers["Content-Type"]) == (content, content_type)


def test_file_that_is_no_scan_is_refused_whatever_its_name(client, registrar):
    scan = SimpleUploadedFile("letter.pdf", b"<script>", "application/pdf")

    response = file(client, InvitationFactory(), scan=scan)

    assert errors(response)["scan"] == ["A scan is a PDF, PNG, JPEG or TIFF file."]
    assert not Correspondence.objects.exists()


def test_scan_of_more_than_20_mb_is_refused(client, registrar):
    scan = SimpleUploadedFile("letter.pdf", PDF.ljust(20 * 1024 * 1024 + 1))

    response = file(client, InvitationFactory(), scan=scan)

    assert errors(response)["scan"] == ["A scan may have 20 MB at most."]


def test_refusal_of_the_verb_comes_back_on_the_form_and_nothing_is_lost(client, registrar):
    scan = SimpleUploadedFile("letter.pdf", PDF)

    response = file(
        client, InvitationFactory(status="withdrawn"), scan=scan, answer="regrets", remarks="Sorry."
    )

    form = response.context["adminform"].form
    assert form.non_field_errors() == ["This invitation is not in force."]
    assert form["remarks"].value() == "Sorry."
    assert not Correspondence.objects.exists()


@pytest.mark.parametrize(
    ("words", "field", "sentence"),
    [
        ({"answer": "represented"}, "substitute_name", "Please name the substitute."),
        (
            {"answer": "represented", "substitute_name": "RenÃ© Dupont"},
            "substitute_name",
            "“RenÃ©” was garbled on the way; it may have been “René”. Please type it anew.",
        ),
        (
            {"remarks": "They will come."},
            "__all__",
            "Choose the answer, or leave all fields of the reply empty.",
        ),
        (
            {"received_at_0": "2999-01-01"},
            "received_at",
            "What came in cannot have come in the future.",
        ),
    ],
)
def test_incomplete_paper_form_says_what_is_missing(client, registrar, words, field, sentence):
    response = file(client, InvitationFactory(), **words)

    assert errors(response)[field] == [sentence]
    assert not Correspondence.objects.exists()


def test_paper_of_now_is_filed_though_this_server_s_clock_is_a_minute_behind(client, registrar):
    ahead = timezone.localtime() + dt.timedelta(minutes=1)
    hour = {"received_at_0": f"{ahead:%Y-%m-%d}", "received_at_1": f"{ahead:%H:%M:%S}"}

    file(client, InvitationFactory(), answer="regrets", **hour)

    filed, reply = Correspondence.objects.get(), Reply.objects.get()
    assert filed.received_at == reply.received_at < ahead


def test_paper_that_came_before_the_last_one_of_its_channel_is_told_to_be_superseded(
    client, registrar
):
    invitation = InvitationFactory()
    file(client, invitation, answer="in_person")

    file(client, invitation, answer="regrets", received_at_0="2026-11-19")

    assert invitation.replies.standing().get().answer == "in_person"
    assert any("came later by this channel" in message for message in told(client))


def test_only_the_description_of_filed_correspondence_can_be_put_right(client, registrar):
    file(client, InvitationFactory(), reference="F 1")
    filed = Correspondence.objects.get()
    url = reverse("admin:invitations_correspondence_change", args=[filed.pk])

    client.post(
        url,
        {
            "reference": "F 2",
            "channel": "letter",
            "replies-TOTAL_FORMS": 0,
            "replies-INITIAL_FORMS": 0,
        },
    )

    filed.refresh_from_db()
    assert (filed.reference, filed.channel) == ("F 2", "fax")


def test_invitations_in_force_alone_are_offered_for_correspondence(client, registrar):
    live = InvitationFactory(minister__family_name="Elphberg")
    InvitationFactory(status="draft", issued_at=None, minister__family_name="Elphberg")

    found = client.get(
        reverse("admin:autocomplete"),
        {
            "term": "Elphberg",
            "app_label": "invitations",
            "model_name": "correspondence",
            "field_name": "invitation",
        },
    ).json()

    assert [entry["id"] for entry in found["results"]] == [str(live.pk)]


def test_an_invitation_to_choose_is_named_in_the_reader_s_language_with_its_edition(
    client, registrar
):
    invitation = InvitationFactory(minister__family_name="Elphberg")
    state = invitation.member_state
    MemberState.objects.filter(pk=state.pk).update(list_name_fr="Ruritanie (Royaume de)")
    asked = {
        "term": "Elphberg",
        "app_label": "invitations",
        "model_name": "correspondence",
        "field_name": "invitation",
    }

    found = client.get(
        reverse("admin:autocomplete"), asked, headers={"accept-language": "fr"}
    ).json()
    form = client.get(
        reverse("admin:invitations_correspondence_add"),
        {"invitation": invitation.pk},
        headers={"accept-language": "fr"},
    ).text

    [choice] = found["results"]
    assert choice["text"].startswith("Ruritanie (Royaume de)")
    assert choice["text"].endswith(f"({invitation.edition.symbol})")
    assert escape(choice["text"]) in form


# The choice


def contradiction():
    standing = ReplyFactory(answer="in_person", remarks="Gladly.")
    received_at = timezone.now() - dt.timedelta(hours=1)
    contested = ReplyFactory(
        invitation=standing.invitation,
        answer="regrets",
        status="contested",
        channel="note_verbale",
        received_at=received_at,
        remarks="The Minister is prevented.",
    )
    return standing, contested


def settle_url(reply):
    return reverse("admin:invitations_reply_settle", args=[reply.pk])


def test_both_replies_stand_side_by_side_with_the_advice(client, registrar):
    _standing, contested = contradiction()

    page = client.get(settle_url(contested)).content.decode()

    assert "Gladly." in page
    assert "The Minister is prevented." in page
    assert "A letter signed by the minister or a note verbale goes before" in page


def test_who_chooses_between_two_replies_sees_what_each_says_but_an_interest_in_partnership(
    client, registrar
):
    _standing, contested = contradiction()
    words = all_said() | {"answer": "regrets"}
    Reply.objects.filter(pk=contested.pk).update(**words)
    contested.refresh_from_db()

    page = client.get(settle_url(contested)).content.decode()

    for label, said in contested.points_for_desk("en"):
        assert f"{label}</dt>" in page
        assert conditional_escape(said) in page
    assert "Partnership" not in page


@pytest.mark.parametrize(
    ("choice", "stands", "set_aside"),
    [("contested", "regrets", "in_person"), ("standing", "in_person", "regrets")],
)
def test_staff_choose_with_a_reason(client, registrar, choice, stands, set_aside):
    _standing, contested = contradiction()

    client.post(settle_url(contested), {"stands": choice, "reason": "The note is signed."})

    replies = contested.invitation.replies
    assert replies.standing().get().answer == stands
    aside = replies.get(status="set_aside")
    assert aside.answer == set_aside
    assert (aside.settled_by, aside.settlement_reason) == (registrar, "The note is signed.")


def test_a_reply_that_came_to_stand_meanwhile_is_shown_before_it_is_set_aside(client, registrar):
    standing, contested = contradiction()
    seen = client.get(settle_url(contested)).context["seen"]
    choice = {"stands": "contested", "reason": "The note is signed."}
    record_reply(standing.invitation, {"answer": "video", "remarks": "By video after all."})

    page = client.post(settle_url(contested), {**choice, "seen": seen})

    assert "Another reply came to stand meanwhile" in page.content.decode()
    assert "By video after all." in page.content.decode()
    assert contested.invitation.replies.standing().get().answer == "video"
    client.post(settle_url(contested), {**choice, "seen": page.context["seen"]})
    assert contested.invitation.replies.standing().get() == contested


def test_choice_without_a_reason_is_asked_again(client, registrar):
    _standing, contested = contradiction()

    response = client.post(settle_url(contested), {"stands": "contested", "reason": ""})

    assert "reason" in response.context["form"].errors
    contested.refresh_from_db()
    assert contested.status == "contested"


def test_choice_that_was_made_meanwhile_is_gone(client, registrar):
    standing, _contested = contradiction()

    assert client.get(settle_url(standing)).status_code == 404


def test_choosing_needs_the_right_to_change_replies(client):
    _standing, contested = contradiction()
    reader = UserFactory()
    reader.user_permissions.set(Permission.objects.filter(codename="view_reply"))
    client.force_login(reader)

    choice = {"stands": "contested", "reason": "The note is signed."}

    assert client.post(settle_url(contested), choice).status_code == 403


@pytest.mark.parametrize("field", REPLY_FIELDS)
def test_whatever_an_office_may_say_is_laid_out_on_the_form_for_paper(field):
    assert field in flatten_fieldsets(CorrespondenceAdmin.add_fieldsets)


@pytest.mark.parametrize("field", REPLY_FIELDS)
def test_whatever_an_office_says_is_laid_out_on_the_page_of_its_reply_but_partnership(field):
    shown = flatten_fieldsets(ReplyAdmin.fieldsets)

    laid_out = field in shown or f"{field}_shown" in shown
    assert laid_out == (field != "partnership_interest")
