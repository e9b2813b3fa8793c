import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.letters.approval import approve_letter
from invitations.letters.circulars import (
    call_back_circular,
    circular_audience,
    circular_progress,
    pass_on_to_planned,
    plan_circular,
    plan_notes,
)
from invitations.letters.composing_queue import compose_planned
from invitations.letters.issuing import withdraw_invitation
from invitations.models import Delivery, Invitation, Letter, LetterTemplate, Rank
from invitations.outbox.corrections.replacing import replace_letters
from invitations.outbox.decisions import reason_not_to_resend
from invitations.outbox.dispatch import dispatch_outbox
from invitations.replies import record_reply
from invitations.tests.factories import (
    CircularFactory,
    InvitationFactory,
    MemberStateFactory,
    MissionFactory,
    UserFactory,
)
from invitations.tests.originals import approved

pytestmark = pytest.mark.django_db


@pytest.fixture
def circular():
    return CircularFactory()


@pytest.fixture
def drafted(circular):
    def make(**fields):
        return InvitationFactory(edition=circular.edition, status="draft", issued_at=None, **fields)

    return make


def reasons(circular):
    return {left.state.iso3: left.reason for left in circular_audience(circular).left_out}


def approve(letter):
    return approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)


def test_the_audience_is_all_drafts_in_the_french_order_of_states(circular, drafted):
    last = drafted(member_state__sort_key_fr="ZENDA", minister__member_state__sort_key_fr="ZENDA")
    first = drafted(minister__member_state__sort_key_fr="ANGLIA")
    last.member_state.refresh_from_db()

    assert circular_audience(circular).addressed == [first, last]


def test_crowns_get_a_text_of_their_own_before_the_others_get_the_usual_one(circular, drafted):
    king, minister = drafted(minister__rank_id="MON", minister__address_gender="m"), drafted()
    usual = LetterTemplate.objects.get(kind="invitation", variant="", language="en")
    usual.pk, usual.variant = None, "crowns"
    usual.save()
    circular.ranks, circular.variant = ["MON"], "crowns"
    circular.save()
    plan_circular(circular)
    compose_planned()
    approve(king.letters.get())

    circular.ranks, circular.variant = [], ""
    circular.save()
    pass_on_to_planned(circular)
    plan_circular(circular)
    compose_planned()

    assert king.letters.get().template.variant == "crowns"
    assert minister.letters.get().template.variant == ""


@pytest.mark.parametrize(
    ("narrowed", "reason"),
    [
        ({"regions": ["Europe"]}, "another region: Africa"),
        ({"languages": ["fr"]}, "another language: English"),
        ({"ranks": ["VMIN"]}, "another rank: Minister (cabinet)"),
        ({"audience": "principal"}, "not the principal invitation of its State"),
    ],
)
def test_the_audience_is_narrowed_and_says_why(circular, drafted, narrowed, reason):
    draft = drafted(minister__member_state__region="Africa", is_principal=False)
    for field, value in narrowed.items():
        setattr(circular, field, value)

    assert circular_audience(circular).addressed == []
    assert reasons(circular) == {draft.member_state.iso3: reason}


def test_a_narrowed_audience_keeps_those_who_fit(circular, drafted):
    fits = drafted(minister__member_state__region="Europe", minister__language="fr")
    circular.regions, circular.languages = ["Europe", "Africa"], ["fr"]
    circular.ranks = [Rank.objects.get(code="MIN").code]

    assert circular_audience(circular).addressed == [fits]


def test_who_has_a_letter_or_no_invitation_is_left_out_and_named(circular, drafted):
    has_letter, invited = drafted(), InvitationFactory(edition=circular.edition)
    plan_circular(circular, circular.edition.invitations.filter(pk=has_letter.pk))
    nobody = MemberStateFactory()
    MemberStateFactory(invited_by_default=False)

    assert reasons(circular) == {
        has_letter.member_state.iso3: "has its letter already",
        invited.member_state.iso3: "invited already",
        nobody.iso3: "no invitation is drafted",
    }


def test_a_withdrawn_invitation_is_nobody_s_audience(circular, drafted):
    withdraw_invitation(drafted(), UserFactory(), "A change of government.")

    assert circular_audience(circular).addressed == []


def test_planning_twice_plans_once_and_keeps_the_drafter(circular, drafted):
    drafter = UserFactory()
    drafted(minister__second_language="fr")

    assert [plan_circular(circular, by=drafter) for _run in range(2)] == [1, 0]

    letter = circular.letters.get()
    assert (letter.composed_by, letter.second_language) == (drafter, "fr")
    compose_planned()
    letter.refresh_from_db()
    with pytest.raises(ValidationError, match="second person"):
        approve_letter(letter, drafter, letter.sha256, letter.message_sha256)


def test_a_second_language_that_is_the_first_is_none(circular, drafted):
    drafted(minister__second_language="en")

    plan_circular(circular)

    assert circular.letters.get().second_language == ""


@pytest.mark.parametrize("kind", ["notice", "corrigendum", "replacement"])
def test_a_letter_that_refers_to_another_goes_to_those_who_have_that_other(issued, kind):
    invitation = issued()
    InvitationFactory(edition=invitation.edition, status="draft", issued_at=None)
    chosen = [invitation] if kind == "replacement" else []
    circular = CircularFactory(
        edition=invitation.edition, kind=kind, changes="All is later.", chosen=chosen
    )

    assert plan_circular(circular) == 1

    compose_planned()
    letter = circular.letters.get()
    assert letter.replaces == invitation.letters.get(kind="invitation")
    assert "All is later." in letter.paper
    assert letter.replaces.circular.reference in letter.paper


def test_a_note_verbale_covers_all_letters_to_the_states_of_its_mission(circular, drafted):
    mission = MissionFactory(language="fr", name="Mission permanente")
    for _number in range(2):
        mission.states.add(drafted().member_state)
    drafted()
    plan_circular(circular)
    compose_planned()

    assert [plan_notes(circular) for _run in range(2)] == [1, 0]

    compose_planned()
    note = circular.letters.get(kind="note")
    assert (note.mission, note.language, note.covers.count()) == (mission, "fr", 2)
    assert note.recipients == [["to", mission.emails]]
    assert note.addressee == "Mission permanente"
    for covered in note.covers.all():
        assert covered.invitation.member_state.short_name in note.paper


@pytest.mark.parametrize("state", ["planned", "composed", "approved"])
def test_a_later_letter_of_the_circular_is_forwarded_too(circular, drafted, state):
    mission = MissionFactory(greeted_as="" if state == "planned" else "to the Legation")
    first, later = drafted(), drafted()
    mission.states.add(first.member_state, later.member_state)
    plan_circular(circular, Invitation.objects.filter(pk=first.pk))
    compose_planned()
    plan_notes(circular)
    compose_planned()
    if state == "approved":
        for letter in circular.letters.order_by("pk"):
            approved(letter)
    plan_circular(circular)
    compose_planned()

    assert [plan_notes(circular) for _run in range(2)] == [1, 0]

    notes = circular.letters.filter(kind="note").order_by("pk")
    covered = [{one.invitation for one in note.covers.all()} for note in notes]
    assert covered == ([{first, later}] if state == "planned" else [{first}, {later}])


def test_missions_elsewhere_and_other_posts_get_no_note(circular, drafted):
    draft = drafted()
    MissionFactory(city="Vienna", states=[draft.member_state])
    MissionFactory(kind="embassy", states=[draft.member_state])
    plan_circular(circular)
    compose_planned()

    assert plan_notes(circular) == 0


def test_a_circular_called_back_before_its_hour_voids_its_approval(issued):
    invitation = issued()
    circular = invitation.edition.circulars.get()

    assert call_back_circular(circular, UserFactory(), "The hour was wrong.") == 1

    invitation.refresh_from_db()
    assert (invitation.status, invitation.issued_at) == ("draft", None)
    assert invitation.letters.get().state == Letter.State.CANCELLED
    assert Delivery.objects.exclude(state="cancelled").count() == 0
    assert plan_circular(circular) == 1


def test_an_invitation_whose_office_has_answered_stays_in_force(issued):
    """Though the letter is called back: nobody answers a draft, and another letter may follow."""
    invitation = issued()
    circular = invitation.edition.circulars.get()
    record_reply(invitation, {"answer": "in_person"}, channel="fax")

    call_back_circular(circular, UserFactory(), "The hour was wrong.")

    invitation.refresh_from_db()
    assert invitation.status == "issued"
    assert invitation.replies.standing().exists()
    assert plan_circular(circular) == 1
    compose_planned()
    letter = invitation.letters.get(state="composed")
    approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)


def test_a_circular_that_has_started_is_not_called_back(peer, issued):
    invitation = issued()
    dispatch_outbox()

    with pytest.raises(ValidationError, match="have left already"):
        call_back_circular(invitation.edition.circulars.get(), UserFactory(), "Too late.")

    invitation.refresh_from_db()
    assert invitation.status == "issued"


def test_a_letter_whose_replacement_is_called_back_waits_for_a_person(peer, issued):
    invitation, by = issued(), UserFactory()
    tomorrow = timezone.now() + dt.timedelta(days=1)
    replacing = CircularFactory(
        edition=invitation.edition, kind="replacement", changes="A name.", planned_at=tomorrow
    )
    replace_letters(replacing, Invitation.objects.filter(pk=invitation.pk), by, "A name.")
    compose_planned()
    letter = replacing.letters.get()
    approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)
    dispatch_outbox()
    mail = Delivery.objects.get(letter__kind="invitation")
    assert mail.state == "cancelled"

    call_back_circular(replacing, by, "The name was right.")

    mail.refresh_from_db()
    assert mail.state == "missed"
    assert mail.events.latest("pk").actor == by
    assert reason_not_to_resend(mail) == ""


def test_a_notice_that_is_called_back_brings_no_cancelled_mail_back(queued, frozen_letter):
    mail = queued(state="cancelled")
    about = {"invitation": mail.letter.invitation, "replaces": mail.letter}
    notice = CircularFactory(edition=mail.letter.invitation.edition, kind="notice")
    frozen_letter(kind="notice", circular=notice, **about)

    assert call_back_circular(notice, UserFactory(), "Not yet.") == 1

    mail.refresh_from_db()
    assert mail.state == "cancelled"


def test_calling_back_wants_a_reason(circular):
    with pytest.raises(ValidationError, match="Say why"):
        call_back_circular(circular, UserFactory(), " ")


def test_a_circular_for_an_hour_to_come_stays_until_then(circular, drafted):
    circular.planned_at = dt.datetime(2027, 2, 2, 9, tzinfo=dt.UTC)
    circular.save(update_fields=["planned_at"])
    drafted()
    plan_circular(circular)
    compose_planned()

    letter = approve(circular.letters.get())

    assert letter.deliveries.get().not_before == circular.planned_at


def test_progress_counts_letters_by_state(circular, drafted):
    drafted()
    drafted(minister__language="fr")
    plan_circular(circular)
    letter = circular.letters.filter(language="fr").get()
    Letter.objects.exclude(pk=letter.pk).update(state="cancelled")

    assert circular_progress(circular) == {"planned": 1, "composed": 0, "approved": 0}


def test_a_notice_leaves_out_who_has_no_letter_to_refer_to():
    invitation = InvitationFactory()
    notice = CircularFactory(edition=invitation.edition, kind="notice", changes="All is later.")

    assert reasons(notice) == {invitation.member_state.iso3: "has no approved letter to refer to"}
    assert plan_circular(notice) == 0
