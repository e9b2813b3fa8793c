"""The forty faxes of the demonstration are what the script and the guide promise of them."""

import functools
import io

import pytest
from django.test import TestCase
from PIL import Image

from delegations.demonstration.faxes import NEEDED, UPSIDE_DOWN, WITH_CODE, reply_link
from invitations.files.scans import codes_on, is_blank_page, read_pdf
from invitations.links import grouped_code
from invitations.tests.factories import EditionFactory, InvitationFactory
from invitations.tests.paper import past_edition
from scripts.make_faxes import faxes

pytestmark = pytest.mark.walk


def picture_of(fax):
    return Image.open(io.BytesIO(fax.content))


@functools.cache
def codes_in(fax):
    """The codes on it, which take their time to be found: looked for once."""
    return codes_on(picture_of(fax).convert("L"))


@pytest.mark.django_db
def test_faxes_need_another_edition_and_say_what_to_run():
    EditionFactory()

    with pytest.raises(SystemExit, match=r"manage.py demo --edition 2020"):
        faxes()


class FortyFaxes(TestCase):
    @classmethod
    def setUpTestData(cls):
        edition = EditionFactory()
        cls.invited = [InvitationFactory(edition=edition) for _office in range(NEEDED)]
        cls.earlier = InvitationFactory(edition=past_edition())
        cls.faxes = faxes()

    def test_forty_files_have_names_of_their_own(self):
        assert len({fax.name for fax in self.faxes}) == len(self.faxes) == 40

    def test_each_with_a_code_is_of_its_office_and_one_of_them_is_upside_down(self):
        turned = []
        for number, fax in enumerate(self.faxes[:WITH_CODE]):
            if not fax.name.endswith(".pdf"):
                (code,) = codes_in(fax)
                assert code.text == reply_link(self.invited[number])
                turned += [number] if abs(code.orientation) > 170 else []

        assert turned == [UPSIDE_DOWN]

    def test_they_are_askew_and_grey(self):
        scans = [fax for fax in self.faxes[:12] if not fax.name.endswith(".pdf")]

        angles = {codes_in(fax)[0].orientation % 180 for fax in scans}
        assert len(angles) > 3
        for fax in scans:
            greys = picture_of(fax).convert("L").histogram()
            assert sum(count > 100 for count in greys) > 50
            # No white is left, and no black.
            assert not greys[0] + greys[255]

    def test_those_without_a_code_name_an_office_otherwise_or_nobody(self):
        typed, (*named, nobody) = self.faxes[29:33], self.faxes[33:37]

        for fax, invitation in zip(typed, self.invited[29:33], strict=True):
            _pages, _total, words = read_pdf(fax.content)
            assert grouped_code(invitation.links.current().get().code) in words
        for fax, invitation in zip(named, self.invited[33:36], strict=True):
            assert fax.name == f"{invitation.member_state.iso3}-reply.png"
        for fax in (*named, nobody):
            assert not codes_in(fax)
            assert not is_blank_page(picture_of(fax))

    def test_one_is_of_another_edition_one_blank_and_one_comes_twice(self):
        another, blank, twin = self.faxes[37:]

        assert [code.text for code in codes_in(another)] == [reply_link(self.earlier)]
        assert is_blank_page(picture_of(blank))
        assert twin.content == self.faxes[0].content
        assert len({fax.content for fax in self.faxes}) == 39
