"""Who may be thanked once the event is over, and for what."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from delegations.desk.thank_you_letters import all_known
from delegations.models import (
    Delegation,
    HighLevelSession,
    PolicyStatement,
    SpeakingSlot,
    StatementText,
)
from delegations.tests.desk.test_offers import member
from invitations.letters.circulars import circular_audience
from invitations.letters.thank_you_letters import choose_thanked
from invitations.models import Reply
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    ReplyFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    with time_machine.travel("2027-06-01T09:00Z", tick=False):
        yield EditionFactory()


@pytest.fixture
def circular(edition):
    return CircularFactory(edition=edition, kind="thanks")


def answered(edition, answer="in_person", **invitation):
    invitation = InvitationFactory(edition=edition, status="issued", **invitation)
    return ReplyFactory(invitation=invitation, answer=answer).invitation


def delegation_of(invitation):
    return Delegation.objects.create(
        edition=invitation.edition, member_state=invitation.member_state
    )


def placed(invitation, **what):
    starts = dt.datetime(2027, 5, 11, 9, tzinfo=dt.UTC)
    hours = {"starts_at": starts, "ends_at": starts + dt.timedelta(hours=2)}
    session = HighLevelSession.objects.create(edition=invitation.edition, title="One", **hours)
    SpeakingSlot.objects.create(
        session=session, delegation=delegation_of(invitation), position=1, **what
    )
    return invitation


def with_text(invitation):
    statement = PolicyStatement.objects.create(delegation=delegation_of(invitation))
    StatementText.objects.create(
        statement=statement,
        filed_by=invitation,
        file="a.pdf",
        sha256="0",
        kind="pdf",
        size=1,
        called="a.pdf",
    )
    return invitation


def fits(edition):
    return {one.invitation: one.fits for one in all_known(edition)}


def test_who_spoke_who_came_and_who_sent_a_text_are_thanked_for_that(edition):
    spoke = placed(answered(edition), heard_at=timezone.now())
    came = answered(edition, "attends_only")
    sent = with_text(answered(edition, "written"))

    assert fits(edition) == {spoke: "spoke", came: "came", sent: "filed"}


def speaker(edition):
    return {one.invitation: one.speaker for one in all_known(edition)}


def stated(invitation, name, function=""):
    delegation = Delegation.objects.get(member_state=invitation.member_state)
    PolicyStatement.objects.create(
        delegation=delegation, speaker_name=name, speaker_function=function
    )
    return invitation


def heard(invitation):
    return placed(invitation, heard_at=timezone.now())


SUBSTITUTE = {"substitute_name": "Fritz von Tarlenheim", "substitute_function": "Count"}


@pytest.mark.parametrize(
    ("answer", "named", "said"),
    [
        ("in_person", None, []),
        ("in_person", "flavia  ELPHBERG", []),
        ("video", "Flavia Elphberg", []),
        ("in_person", "Fritz von Tarlenheim", None),
        ("represented", None, ["Fritz von Tarlenheim", "Count"]),
        ("represented", "Fritz von Tarlenheim", ["Fritz von Tarlenheim", "Colonel"]),
        ("represented", "Rupert of Hentzau", None),
        ("represented", "Flavia Elphberg", None),
    ],
)
def test_speaker_is_known_where_the_answer_and_the_statement_agree(edition, answer, named, said):
    of = SUBSTITUTE if answer == "represented" else {}
    invitation = InvitationFactory(edition=edition, status="issued")
    ReplyFactory(invitation=invitation, answer=answer, **of)
    heard(invitation)
    if named:
        stated(invitation, named, "Colonel")

    assert speaker(edition) == {invitation: said}


def test_speaker_is_not_known_by_an_answer_that_came_after_the_speech(edition):
    invitation = placed(answered(edition), heard_at=timezone.now() - dt.timedelta(hours=1))

    assert speaker(edition) == {invitation: None}


def test_who_has_not_spoken_has_no_speaker(edition):
    invitation = placed(answered(edition))

    assert speaker(edition) == {invitation: None}


def test_page_keeps_who_spoke_for_those_who_are_thanked(client, circular):
    member(client, "Drafters")
    spoke, other = (heard(answered(circular.edition)) for _state in range(2))

    client.post(f"{reverse('desk:thanks', args=[circular.pk])}?text=spoke", {"thanked": [spoke.pk]})

    circular.refresh_from_db()
    assert circular.speakers == {str(spoke.pk): []}
    assert str(other.pk) not in circular.speakers


def test_no_state_is_thanked_that_regretted_was_silent_or_sent_nothing(edition):
    answered(edition, "regrets")
    answered(edition, "written")
    InvitationFactory(edition=edition, status="issued")

    assert fits(edition) == {}


def test_who_was_called_in_vain_is_thanked_only_if_somebody_says_so(edition):
    absent = placed(answered(edition), passed_over_at=timezone.now())
    not_marked = placed(answered(edition))

    assert fits(edition) == {absent: "", not_marked: ""}


def test_who_was_called_in_vain_and_spoke_later_has_spoken(edition):
    late = placed(answered(edition), passed_over_at=timezone.now(), heard_at=timezone.now())

    assert fits(edition) == {late: "spoke"}


def test_minister_by_courtesy_is_thanked_for_coming_and_never_for_the_states_statement(edition):
    spoke = placed(answered(edition), heard_at=timezone.now())
    other = answered(
        edition,
        minister__member_state=spoke.member_state,
        minister__given_name="Rupert",
        is_principal=False,
    )

    assert fits(edition) == {spoke: "spoke", other: "came"}


def test_successor_is_thanked_in_place_of_who_spoke(edition):
    before = placed(answered(edition), heard_at=timezone.now())
    before.status, before.withdrawn_at = "withdrawn", timezone.now()
    before.save()
    after = answered(
        edition, minister__member_state=before.member_state, minister__given_name="Rupert"
    )

    assert fits(edition) == {after: "spoke"}


def test_page_ticks_whom_the_text_fits_and_keeps_who_is_left_ticked(client, circular):
    member(client, "Drafters")
    spoke = placed(answered(circular.edition), heard_at=timezone.now())
    came = answered(circular.edition, "attends_only")
    url = reverse("desk:thanks", args=[circular.pk])

    rows = client.get(url).context["rows"]
    client.post(f"{url}?text=spoke", {"thanked": [spoke.pk]})

    assert {row["invitation"]: row["is_ticked"] for row in rows} == {spoke: True, came: False}
    circular.refresh_from_db()
    assert circular.variant == "spoke"
    assert circular_audience(circular).addressed == [spoke]


def test_page_says_what_to_do_about_a_wrong_letter_once_there_is_one(client, circular):
    member(client, "Drafters")
    url, came = reverse("desk:thanks", args=[circular.pk]), answered(circular.edition)

    before = client.get(url).text
    LetterFactory(invitation=came, circular=circular, kind="thanks")
    after = client.get(url).text

    by_hand = "If a letter of thanks that has left is wrong, write to its office by hand."
    assert (by_hand in before, by_hand in after) == (False, True)


def test_nobody_is_ticked_by_typing_a_number(client, circular):
    member(client, "Drafters")
    regrets = answered(circular.edition, "regrets")

    client.post(reverse("desk:thanks", args=[circular.pk]), {"thanked": [regrets.pk]})

    assert not circular.chosen.exists()


def test_who_has_a_letter_of_thanks_stands_with_its_reference(client, circular):
    member(client, "Drafters")
    came = answered(circular.edition)
    other = CircularFactory(edition=circular.edition, kind="thanks", reference="CL-27/9")
    LetterFactory(invitation=came, circular=other, kind="thanks")

    page = client.get(reverse("desk:thanks", args=[circular.pk]))

    assert [row["thanked_by"] for row in page.context["rows"]] == ["CL-27/9"]
    assert f'value="{came.pk}"' not in page.text


def test_who_was_thanked_and_is_known_no_more_keeps_nobody_else_from_being_chosen(client, circular):
    member(client, "Drafters")
    was_thanked, came = answered(circular.edition), answered(circular.edition)
    circular.variant = "came"
    circular.save()
    circular.chosen.add(was_thanked)
    LetterFactory(invitation=was_thanked, circular=circular, kind="thanks", variant="came")
    Reply.objects.filter(invitation=was_thanked).update(answer="regrets")

    client.post(f"{reverse('desk:thanks', args=[circular.pk])}?text=came", {"thanked": [came.pk]})

    assert set(circular.chosen.all()) == {was_thanked, came}


def test_what_was_ticked_stays_ticked_where_it_is_refused(client, circular):
    member(client, "Drafters")
    has_it, ticked, unticked = (answered(circular.edition) for _state in range(3))
    LetterFactory(invitation=has_it, circular=circular, kind="thanks", variant="came")
    url = f"{reverse('desk:thanks', args=[circular.pk])}?text=spoke"

    page = client.post(url, {"thanked": [ticked.pk]})

    assert "in the other text" in page.text
    rows = {row["invitation"]: row["is_ticked"] for row in page.context["rows"]}
    assert (rows[ticked], rows[unticked]) == (True, False)


def test_nobody_is_thanked_before_the_event(circular):
    with time_machine.travel("2027-05-01T09:00Z"), pytest.raises(ValidationError, match="follow"):
        choose_thanked(circular, "spoke", [], UserFactory())


def test_who_has_a_letter_of_the_circular_is_not_taken_out_silently(circular):
    came = answered(circular.edition)
    LetterFactory(invitation=came, circular=circular, kind="thanks")

    with pytest.raises(ValidationError, match="Call back"):
        choose_thanked(circular, "came", [], UserFactory())


def test_invitation_circular_chooses_nobody(edition):
    with pytest.raises(ValidationError, match="letters of thanks"):
        choose_thanked(CircularFactory(edition=edition), "spoke", [], UserFactory())


def test_page_asks_as_much_for_three_states_as_for_one(client, circular, django_assert_num_queries):
    member(client, "Drafters")
    url = reverse("desk:thanks", args=[circular.pk])
    answered(circular.edition)
    client.get(url)
    with django_assert_num_queries(12):
        client.get(url)
    answered(circular.edition)
    answered(circular.edition)

    with django_assert_num_queries(12):
        client.get(url)
