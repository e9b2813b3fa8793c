"""The page on which a second person approves letters."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from invitations.admin.letters.text_changes import line_differences
from invitations.letters.composing_queue import compose_planned
from invitations.models import Letter, LetterTemplate
from invitations.tests.desk import choose, composed_letter, shown, signed_in, told
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
    MissionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LETTERS = reverse("admin:invitations_letter_changelist")
APPROVE = reverse("admin:invitations_letter_approve")


@pytest.fixture
def approver(client):
    return signed_in(client, "view_letter", "view_circular", "approve_letter")


def draft(edition=None, **fields):
    return InvitationFactory(
        status="draft", issued_at=None, edition=edition or EditionFactory(), **fields
    )


def page_of(client, *letters):
    return choose(client, LETTERS, "approve_selected", *letters)


def text(**fields):
    return LetterTemplate.objects.create(
        **{
            "kind": "invitation",
            "language": "en",
            "version": 7,
            "subject": "On $forum",
            "paper": "Come to Zenda.\n\nYours",
            "mail": "Dear",
            **fields,
        }
    )


def test_page_shows_addressee_recipients_and_both_hashes(client, approver):
    letter = composed_letter()

    page = page_of(client, letter).content.decode()

    assert f'value="{shown(letter)}"' in page
    assert reverse("admin:invitations_letter_pdf", args=[letter.pk]) in page
    assert "H.E. Ms. Flavia Elphberg" in page
    assert f"To: {letter.invitation.minister.to_emails}" in page
    assert "English" in page
    letter.refresh_from_db()
    assert letter.state == "composed"


def test_number_of_letters_stands_on_the_button(client, approver):
    one, two, own = composed_letter(), composed_letter(), composed_letter(composed_by=approver)

    page = page_of(client, one, two, own).content.decode()

    assert ">Approve 2 letters</button>" in page


def test_page_names_those_whose_gender_is_to_be_confirmed(client, approver):
    known = composed_letter()
    unknown = composed_letter(invitation=draft(minister__address_gender="x"))

    response = page_of(client, known, unknown)

    assert response.context["doubts"].unknown_gender == [unknown]
    assert "The gender of 1 named addressee is not known" in response.content.decode()
    assert "gender not known: confirm with the mission" in response.content.decode()


def test_page_names_those_whose_language_is_not_certain(client, approver):
    unsure = draft(minister__member_state__language_confidence="low")

    response = page_of(client, composed_letter(), composed_letter(invitation=unsure))

    assert [one.invitation for one in response.context["doubts"].unsure_language] == [unsure]
    assert "language not certain: English is on file" in response.content.decode()


def test_page_says_that_a_letter_is_not_in_the_ministers_language(client, approver):
    spanish = draft(minister__language="es")

    page = page_of(client, composed_letter(invitation=spanish)).content.decode()

    assert "language is Spanish" in page


def test_page_says_which_texts_no_native_reader_has_read(client, approver):
    letter = composed_letter(template=text())

    page = page_of(client, letter).content.decode()

    assert "were not reviewed by a native reader" in page
    assert f"<li>{letter.template}</li>" in page


def test_page_says_who_is_left_out_and_why(client, approver):
    edition = EditionFactory()
    circular = CircularFactory(edition=edition, regions=["Strelsau"])
    served = draft(edition, minister__member_state__region="Strelsau")
    elsewhere = draft(edition, minister__member_state__region="Zenda")
    undrafted = MemberStateFactory()

    response = page_of(client, composed_letter(invitation=served, circular=circular))

    ((_circular, groups),) = response.context["left_out"]
    assert {reason: [one.state for one in ones] for reason, ones in groups} == {
        "another region: Zenda": [elsewhere.member_state],
        "no invitation is drafted": [undrafted],
    }
    assert "1 is left out: another region: Zenda" in response.content.decode()


def test_page_shows_what_differs_from_the_last_circular(client, approver):
    before, after = text(), text(version=8, paper="Come to Strelsau.\n\nYours")
    last = CircularFactory(reference="CL-26/7", dated_on=dt.date(2026, 2, 1))
    LetterFactory(
        circular=last,
        template=before,
        state="approved",
        sha256="x",
        message_sha256="y",
        composed_at=timezone.now(),
        approved_at=timezone.now(),
    )

    response = page_of(client, composed_letter(template=after))

    (compared,) = response.context["texts"]
    assert compared.earlier.circular == last
    assert "what differs from CL-26/7" in response.content.decode()
    assert "<del>Zenda.</del><ins>Strelsau.</ins>" in response.content.decode()


def test_page_says_that_no_earlier_circular_had_such_a_letter(client, approver):
    response = page_of(client, composed_letter(template=text()))

    assert "no earlier circular had such a letter" in response.content.decode()


def test_difference_marks_words_and_in_chinese_characters():
    before = "Dear\n同一\nCome on 6 April"
    after = "Dear\n同二\nCome on 7 April\nPS"

    assert list(line_differences(before, after)) == [
        [
            ("", "同"),
            ("del", "一"),
            ("ins", "二"),
            ("", "\nCome on "),
            ("del", "6"),
            ("ins", "7"),
            ("", " April"),
            ("ins", "\nPS"),
        ]
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_page_takes_as_many_queries_for_three_letters_as_for_one(
    client, approver, django_assert_num_queries, rows
):
    circular = CircularFactory()
    words = text()
    letters = [
        composed_letter(invitation=draft(circular.edition), circular=circular, template=words)
        for _n in range(rows)
    ]

    with django_assert_num_queries(47):
        page_of(client, *letters)


def test_letters_that_need_no_approval_are_left_out(client, approver):
    waiting, planned = composed_letter(), LetterFactory()

    response = page_of(client, waiting, planned)

    assert [row.letter for row in response.context["rows"]] == [waiting]
    assert "1 chosen letter needs no approval" in response.content.decode()


def test_selection_has_its_limit(client, approver, monkeypatch):
    monkeypatch.setattr("invitations.admin.letters.approvals.LARGEST_SELECTION", 1)

    response = page_of(client, composed_letter(), composed_letter())

    assert told(response) == ["Choose between one and 1 composed letters that need approval."]


def test_approval_issues_each_letter_that_was_ticked(client, approver):
    ticked, unticked = composed_letter(), composed_letter()

    response = client.post(APPROVE, {"letters": [shown(ticked)]}, follow=True)

    ticked.refresh_from_db()
    unticked.refresh_from_db()
    assert (ticked.state, ticked.approved_by) == ("approved", approver)
    assert ticked.invitation.status == "issued"
    assert ticked.deliveries.get().address == ticked.invitation.minister.to_emails
    assert unticked.state == "composed"
    assert told(response) == ["1 letter approved; it goes to the outbox."]


def test_nothing_ticked_is_said(client, approver):
    response = client.post(APPROVE, {}, follow=True)

    assert told(response) == ["No letter was chosen: nothing is approved."]


def test_refusals_stand_in_their_rows_and_the_others_go(client, approver):
    own, other, anew = composed_letter(composed_by=approver), composed_letter(), composed_letter()
    stale = f"{anew.pk}:{'0' * 64}:{anew.message_sha256}"

    response = client.post(APPROVE, {"letters": [shown(own), shown(other), stale]})

    assert {row.letter: row.refused for row in response.context["rows"]} == {
        own: "A second person has to approve: you composed this letter.",
        anew: "The letter was composed anew since you looked at it.",
    }
    assert told(response) == ["1 letter approved; it goes to the outbox."]
    assert f'value="{shown(anew)}"' in response.content.decode()
    assert set(Letter.objects.filter(state="approved")) == {other}


def test_letter_that_somebody_else_approved_meanwhile_is_named(client, approver):
    letter = composed_letter()
    client.post(APPROVE, {"letters": [shown(letter)]})

    response = client.post(APPROVE, {"letters": [shown(letter)]}, follow=True)

    assert told(response)[-1] == f"{letter}: Only a composed letter can be approved."


def test_letter_with_doubtful_days_is_approved_only_with_a_reason_that_its_history_keeps(
    client, approver
):
    today = timezone.localdate()
    edition = EditionFactory(reply_before=today + dt.timedelta(days=1))
    dated = CircularFactory(edition=edition, dated_on=today + dt.timedelta(days=2))
    letter = composed_letter(invitation=draft(edition), circular=dated)

    asked = page_of(client, letter).content.decode()
    refused = client.post(APPROVE, {"letters": [shown(letter)]})
    client.post(APPROVE, {"letters": [shown(letter)], "reason": "The minister asked for it."})

    assert 'name="reason"' in asked
    assert "Say why you approve it all the same" in refused.context["rows"][0].refused
    assert letter.events.get(state="approved").reason == "The minister asked for it."


def test_late_letter_leaves_only_when_that_is_confirmed(client, approver):
    late = composed_letter(circular=CircularFactory(dated_on=dt.date(2019, 12, 6)))

    asked = page_of(client, late).content.decode()
    refused = client.post(APPROVE, {"letters": [shown(late)]})
    client.post(APPROVE, {"letters": [shown(late)], "although_late": "yes"})

    assert "I approve it although it is late" in asked
    assert "more than three days" in refused.context["rows"][0].refused
    late.refresh_from_db()
    assert late.state == "approved"


def test_letter_that_is_dated_to_another_hour_is_told(client, approver):
    planned_at = timezone.now() + dt.timedelta(days=2)
    circular = CircularFactory(planned_at=planned_at)
    dated = composed_letter(circular=circular, not_before=planned_at)

    before = page_of(client, dated).content.decode()
    other = page_of(client, composed_letter(circular=circular)).content.decode()

    assert "another hour" not in before
    assert "1 composed letter is dated to another hour" in other


def test_nothing_is_approved_before_the_signature_is_recorded(client, approver):
    unsigned = CircularFactory(original_signed_by="", original_signed_on=None)
    letter = composed_letter(circular=unsigned)

    page = page_of(client, letter).content.decode()
    client.post(APPROVE, {"letters": [shown(letter)]})

    assert f"Record first who signed the original of {unsigned.reference}, and when." in page
    assert "data-approve" not in page
    letter.refresh_from_db()
    assert letter.state == "composed"


def test_note_verbale_is_approved_after_the_letters_it_covers(client, approver):
    letter = composed_letter()
    note = composed_letter(
        invitation=letter.invitation,
        circular=letter.circular,
        kind="note",
        mission=MissionFactory(),
        covers=[letter],
    )

    rows = page_of(client, note, letter).context["rows"]
    client.post(APPROVE, {"letters": [shown(note), shown(letter)]})

    assert [row.letter for row in rows] == [letter, note]
    assert Letter.objects.filter(state="approved").count() == 2


@pytest.mark.parametrize("entry", ["", "1", "x:y:z", "1:2:3:4"])
def test_broken_approval_approves_nothing_and_says_so(client, approver, entry):
    response = client.post(APPROVE, {"letters": [entry]}, follow=True)

    assert told(response) == ["The page was incomplete: choose the letters again."]


def test_approval_needs_the_right_to_approve_and_a_post(client):
    letter = composed_letter()
    signed_in(client, "view_letter", "change_letter")

    page_of(client, letter)
    assert client.post(APPROVE, {"letters": [shown(letter)]}).status_code == 403
    signed_in(client, "view_letter", "approve_letter")
    assert client.get(APPROVE, {"letters": [shown(letter)]}).status_code == 405

    letter.refresh_from_db()
    assert letter.state == "composed"


def test_page_shows_the_addresses_of_reminders_that_the_letter_does_not_go_to(client, approver):
    invitation = draft(focal_point_email="focal@example.org")
    for kind, emails in (("mission", "mission@example.org"), ("embassy", "post@example.org")):
        MissionFactory(kind=kind, emails=emails, states=[invitation.member_state])
    to = [["to", invitation.minister.to_emails], ["cc", "Mission@example.org"]]
    in_copy = composed_letter(invitation=invitation, recipients=to)

    assert page_of(client, in_copy).context["rows"][0].reminded == "focal@example.org"
    Letter.objects.update(recipients=[])
    page = page_of(client, in_copy)

    assert page.context["rows"][0].reminded == "mission@example.org\nfocal@example.org"
    assert "Reminders may also go to:" in page.content.decode()


def test_page_shows_the_addresses_of_reminders_as_they_were_released(client, approver, issued):
    invitation = issued()
    replacement = composed_letter(
        invitation=invitation, kind="replacement", replaces=invitation.letters.get()
    )
    invitation.focal_point_email = "rupert@example.org"
    invitation.save()

    assert page_of(client, replacement).context["rows"][0].reminded == ""


@pytest.mark.parametrize(
    "letter",
    [{"kind": "note", "mission": MissionFactory}, {"invitation__is_principal": False}],
    ids=["note verbale", "courtesy"],
)
def test_what_is_never_reminded_of_shows_no_such_addresses(client, approver, letter):
    fields = {name: made() if callable(made) else made for name, made in letter.items()}
    invitation = draft(
        focal_point_email="focal@example.org",
        is_principal=fields.pop("invitation__is_principal", True),
    )

    page = page_of(client, composed_letter(invitation=invitation, **fields)).content.decode()

    assert "focal@example.org" not in page


@pytest.mark.parametrize("alone", [True, False])
def test_page_says_whether_one_approver_alone_may_release(client, approver, alone):
    letter = composed_letter(invitation=draft(EditionFactory(releases_alone=alone)))

    page = page_of(client, letter).content.decode()

    said = f"{letter.invitation.edition}: an approver alone may release a corrected address or hour"
    assert (said in page) is alone


def test_letter_is_planned_composed_and_approved_through_the_admin(client):
    signed_in(client, "view_invitation", "change_invitation")
    invitation = draft()
    CircularFactory(edition=invitation.edition)
    url = reverse("admin:invitations_invitation_changelist")

    response = choose(client, url, "compose_letters", invitation)

    letter = invitation.letters.get()
    assert letter.state == "planned"
    assert told(response) == ["1 letter is composed within minutes."]
    compose_planned()
    signed_in(client, "view_letter", "approve_letter")
    page = page_of(client, letter).context["rows"]
    client.post(APPROVE, {"letters": [shown(row.letter) for row in page]})
    invitation.refresh_from_db()
    assert invitation.status == "issued"


# The whole circular


def whole(circular):
    return reverse("admin:invitations_circular_approve", args=[circular.pk])


def test_whole_circular_is_approved_in_one_form(client, approver):
    circular = CircularFactory()
    letters = [
        composed_letter(invitation=draft(circular.edition), circular=circular) for _n in range(3)
    ]
    LetterFactory(invitation=draft(circular.edition), circular=circular)

    response = client.get(whole(circular))
    after = client.post(
        APPROVE,
        {
            "letters": [shown(row.letter) for row in response.context["rows"]],
            "circular": circular.pk,
        },
    )

    assert "1 letter of this circular is not composed yet" in response.content.decode()
    assert after.url == reverse("admin:invitations_circular_progress", args=[circular.pk])
    assert set(circular.letters.filter(state="approved")) == set(letters)


def test_form_takes_more_letters_than_django_would_by_itself(client, approver):
    letter = composed_letter()
    gone = [f"{10**6 + n}:0:0" for n in range(1500)]

    response = client.post(APPROVE, {"letters": [shown(letter), *gone]}, follow=True)

    assert told(response) == ["1 letter approved; it goes to the outbox."]


def test_circular_of_which_nothing_waits_says_so(client, approver):
    response = client.get(whole(CircularFactory()), follow=True)

    assert told(response) == ["No letter of this circular waits for approval."]


def test_whole_circular_is_not_shown_to_those_who_cannot_approve(client):
    signed_in(client, "view_letter", "view_circular", "change_circular")

    assert client.get(whole(CircularFactory())).status_code == 403


def test_letter_of_another_drafter_is_free_and_ones_own_is_not(client, approver):
    other, own = composed_letter(composed_by=UserFactory()), composed_letter(composed_by=approver)

    rows = {row.letter: row.obstacle for row in page_of(client, other, own).context["rows"]}

    assert rows == {other: "", own: "You composed it: a second person has to approve."}


def test_each_letter_to_all_alike_says_whom_it_invites(client, approver):
    circular = CircularFactory(addressed_to="To the ministers")
    draft = InvitationFactory(status="draft", issued_at=None, edition=circular.edition)
    letter = composed_letter(invitation=draft, circular=circular, addressee="To the ministers")

    page = choose(client, LETTERS, "approve_selected", letter).content.decode()

    assert f"To the ministers</span><br>{draft}</label>" in page
