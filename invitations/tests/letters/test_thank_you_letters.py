"""Letters of thanks: to whom somebody chose, once, and asking for nothing."""

import pytest
from django.db import IntegrityError

from invitations.letters.approval import approve_letter
from invitations.letters.circulars import (
    call_back_circular,
    circular_audience,
    missions_foreseen,
    plan_circular,
    plan_notes,
)
from invitations.letters.composing_queue import compose_planned
from invitations.letters.context import dead_keys
from invitations.letters.words import letter_texts
from invitations.models import FormOfAddress, Letter, LetterTemplate
from invitations.outbox.dispatch import dispatch_outbox
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    MinisterFactory,
    MissionFactory,
    UserFactory,
)
from invitations.tests.unset import not_set_in_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    edition = EditionFactory()
    CircularFactory(edition=edition)
    return edition


@pytest.fixture
def thanked(edition):
    return InvitationFactory(edition=edition, status="issued")


def thanks(*chosen, variant="spoke", edition=None):
    edition = edition or chosen[0].edition
    circular = CircularFactory(edition=edition, kind="thanks", variant=variant)
    circular.chosen.set(chosen)
    return circular


def composed(circular, monkeypatch):
    not_set_in_type(monkeypatch)
    plan_circular(circular, by=UserFactory())
    compose_planned(circular.edition)
    return circular.letters.get()


def test_only_who_was_chosen_is_thanked(thanked):
    InvitationFactory(edition=thanked.edition, status="issued")

    found = circular_audience(thanks(thanked))

    assert found.addressed == [thanked]
    assert [str(one.reason) for one in found.left_out if one.invitation] == [
        "not among those who are thanked"
    ]


def test_nobody_is_thanked_for_nothing(edition, thanked):
    assert circular_audience(thanks(edition=edition)).addressed == []


def test_nobody_is_thanked_twice(thanked):
    plan_circular(thanks(thanked), by=UserFactory())

    assert plan_circular(thanks(thanked, variant="came"), by=UserFactory()) == 0


def test_who_was_thanked_by_a_circular_that_is_called_back_may_be_thanked_again(thanked):
    wrong, by = thanks(thanked), UserFactory()
    plan_circular(wrong, by=by)

    call_back_circular(wrong, by, "The name was wrong.")

    assert plan_circular(thanks(thanked), by=by) == 1


def test_database_holds_one_letter_of_thanks_for_each(thanked):
    first, second = thanks(thanked), thanks(thanked, variant="came")
    for_both = {"invitation": thanked, "kind": "thanks", "language": "en"}
    Letter.objects.create(circular=first, **for_both)

    with pytest.raises(IntegrityError):
        Letter.objects.create(circular=second, **for_both)


@pytest.mark.parametrize("variant", ["spoke", "came", "filed"])
def test_letter_of_thanks_asks_for_nothing(thanked, variant, monkeypatch):
    letter = composed(thanks(thanked, variant=variant), monkeypatch)

    words = f"{letter.subject} {letter.paper} {letter.mail}"
    link = thanked.links.get()
    assert "gratitude" in letter.paper
    assert not any(key in words for key in (link.token, link.code, "reply", "before"))
    assert letter.composed_with.get("link") is None


def test_another_link_keeps_no_letter_of_thanks_back(thanked, monkeypatch):
    letter = composed(thanks(thanked), monkeypatch)

    assert not Letter.objects.with_dead_link().filter(pk=letter.pk).exists()
    assert not letter.has_dead_link


def test_crown_is_thanked_in_its_own_form(edition, monkeypatch):
    rudolf = MinisterFactory(rank_id="MON", address_gender="m", language="en")
    form = FormOfAddress.objects.get(language="en", form="MON", gender="m", member_state=None)

    letter = composed(
        thanks(InvitationFactory(minister=rudolf, edition=edition, status="issued")), monkeypatch
    )

    assert letter.paper.startswith(form.salutation)
    assert letter.by_original is (rudolf.rank_id in edition.original_ranks)
    assert " you" not in letter.paper


def test_every_language_thanks_who_spoke_who_came_and_who_sent_a_text():
    texts = LetterTemplate.objects.filter(kind="thanks").values_list("variant", "language")

    assert len(texts) == len(set(texts)) == 30


SPEAKER = ["Fritz von Tarlenheim", "Minister of State"]
OF_DELEGATION = {
    "ar": "وفدكم",
    "en": "your delegation",
    "es": "su delegación",
    "fr": "votre délégation",
    "ru": "Ваш",
    "zh-hans": "贵国代表团",
}


def spoken_by(speaker, thanked):
    """The words on paper of the letter to who is thanked, for the statement of this speaker."""
    circular = thanks(thanked)
    if speaker is not None:
        circular.speakers = {str(thanked.pk): speaker}
    circular.save()
    letter = Letter(
        invitation=thanked, circular=circular, kind="thanks", variant="spoke",
        language=thanked.minister.language,
    )  # fmt: skip
    return letter_texts(letter, dead_keys())[0].paper


@pytest.mark.parametrize("language", OF_DELEGATION)
def test_letter_of_thanks_speaks_of_the_addressees_delegation_and_names_the_speaker(
    edition, language
):
    minister = MinisterFactory(language=language)
    thanked = InvitationFactory(edition=edition, minister=minister, status="issued")

    named, unknown = spoken_by(SPEAKER, thanked), spoken_by(None, thanked)

    assert SPEAKER[0] in named
    assert SPEAKER[1] in named
    assert f"{SPEAKER[0]}、" not in named, "the comma of Chinese lists makes two speakers of one"
    assert OF_DELEGATION[language] in unknown


def test_minister_who_spoke_in_person_is_thanked_for_it(thanked):
    paper = spoken_by([], thanked)

    assert "the policy statement which you delivered in the High-Level Track." in paper


@pytest.mark.parametrize("variant", ["spoke", "came", "filed"])
def test_no_crown_is_told_you_whatever_it_is_thanked_for(edition, variant, monkeypatch):
    rudolf = MinisterFactory(rank_id="MON", address_gender="m", language="en")
    invitation = InvitationFactory(minister=rudolf, edition=edition, status="issued")

    paper = composed(thanks(invitation, variant=variant), monkeypatch).paper

    assert "to Your Majesty my sincere gratitude" in paper
    assert "Your Majesty’s Government" in paper
    assert " you" not in paper


def test_letter_of_thanks_does_not_end_with_whom_to_call(thanked, monkeypatch):
    letter = composed(thanks(thanked), monkeypatch)

    assert thanked.edition.contact_phone not in letter.paper


def test_no_note_verbale_calls_thanks_an_invitation(thanked, monkeypatch):
    MissionFactory(city=thanked.edition.mission_city, states=[thanked.member_state])
    circular = composed(thanks(thanked), monkeypatch).circular

    assert plan_notes(circular, by=UserFactory()) == 0
    assert missions_foreseen(circular, circular_audience(circular)) == {}


def test_approved_letter_of_thanks_leaves_and_keeps_the_invitation_as_it_is(
    thanked, monkeypatch, mailoutbox
):
    letter = composed(thanks(thanked), monkeypatch)

    approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)
    dispatch_outbox()

    assert set(letter.deliveries.values_list("state", flat=True)) == {"handed_over"}
    thanked.refresh_from_db()
    assert thanked.status == "issued"
    assert not Letter.objects.standing().filter(pk=letter.pk).exists()
