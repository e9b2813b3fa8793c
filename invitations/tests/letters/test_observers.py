"""Letters to observers, who may have no Government."""

import pytest

from invitations.letters.checks.warnings import OBSERVERS_GOVERNMENT, approval_doubts
from invitations.models import FormOfAddress, Language, MemberState
from invitations.tests.factories import MemberStateFactory

pytestmark = pytest.mark.django_db


def is_told(letter):
    letter.invitation.refresh_from_db()
    return str(OBSERVERS_GOVERNMENT) in approval_doubts([letter]).flawed


@pytest.mark.parametrize("language", Language.values)
def test_it_is_told_that_a_letter_names_the_government_of_an_observer(composed, language):
    letter = composed(language=language)
    assert not is_told(letter)

    MemberState.objects.update(status="observer")

    assert is_told(letter)


def test_an_observer_with_a_form_of_its_own_is_spoken_of_in_its_words(composed):
    union = MemberStateFactory(status="observer")
    general = FormOfAddress.objects.get(language="en", form="MIN", gender="f", member_state=None)
    own = {
        "style": "excellency",
        "styled": "Your Excellency",
        "government": "the Union",
        "confidence": "high",
    }
    FormOfAddress.objects.create(
        language="en", form="MIN", gender="f", member_state=union, salutation=general.salutation,
        closing=general.closing, title=general.title, courtesy=general.courtesy, **own,
    )  # fmt: skip

    letter = composed(member_state=union, language="en", address_gender="f")

    assert "what the Union has achieved" in letter.paper
    assert not is_told(letter)
