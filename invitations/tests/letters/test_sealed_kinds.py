"""Each kind of letter in each language, as two readers that know nothing of each other see it."""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from invitations.files.frozen import thaw
from invitations.letters.circulars import plan_circular, plan_notes
from invitations.letters.composing_queue import compose_planned
from invitations.models import KINDS, Language, Letter
from invitations.tests.factories import CircularFactory, MissionFactory
from invitations.tests.seals import NO_PDFSIG, seal_status, use_seal, what_pdfsig_says

pytestmark = [pytest.mark.django_db, NO_PDFSIG]


# As most organizations have it.
KEY = rsa.generate_private_key(65537, 2048)


@pytest.fixture
def seal(settings, tmp_path):
    return use_seal(settings, tmp_path / "seal.p12", key=KEY)


@pytest.fixture
def of_each_kind(issued, seal):
    """Compose a letter of each kind that is printed to a minister, or to the mission."""

    def make(language):
        invitation = issued(language=language)
        MissionFactory(language=language, states=[invitation.member_state])
        for kind in ("thanks", "notice", "corrigendum", "replacement"):
            circular = CircularFactory(
                edition=invitation.edition,
                kind=kind,
                changes="All is later.",
                variant="spoke" if kind == "thanks" else "",
            )
            if circular.traits.by_choice:
                circular.chosen.set([invitation])
            plan_circular(circular)
        compose_planned()
        plan_notes(circular)
        compose_planned()
        return list(Letter.objects.all())

    return make


@pytest.mark.program
@pytest.mark.parametrize("language", Language.values)
def test_two_readers_agree_on_each_kind_of_letter(of_each_kind, seal, language, tmp_path):
    letters = of_each_kind(language)

    assert {(one.kind, one.language) for one in letters} == {
        (kind, language) for kind in KINDS if KINDS[kind].printed
    }
    for letter in letters:
        content = thaw(letter.pdf.name, letter.sha256)
        status = seal_status(content, seal)
        said = what_pdfsig_says(content, tmp_path)
        assert status.bottom_line
        assert status.coverage.name == "ENTIRE_FILE"
        assert "Signature is Valid." in said
        assert "Total document signed" in said


@pytest.mark.program
def test_two_readers_find_a_changed_byte_in_each_kind_of_letter(of_each_kind, seal, tmp_path):
    for letter in of_each_kind("fr"):
        content = bytearray(thaw(letter.pdf.name, letter.sha256))
        content[letter.unsealed_size // 2] ^= 1

        assert not seal_status(bytes(content), seal).intact
        assert "Signature is Valid." not in what_pdfsig_says(bytes(content), tmp_path)


def test_an_acknowledgement_carries_no_letter_and_so_no_seal(seal, acknowledged):
    letters = acknowledged({"answer": "in_person"}).values()

    assert letters
    assert not any(letter.pdf or letter.sealed_by for letter in letters)
