import pytest
from django.utils import timezone

from invitations.files.frozen import freeze
from invitations.models import Letter
from invitations.models.held.proposals import write_approved
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    LetterFactory,
)
from invitations.tests.outbox.print_run.papers import pages_of


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """Damage done here stays here: the same bytes are one file for all tests."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def edition():
    return EditionFactory(postal_address="1 Castle Street, Strelsau")


@pytest.fixture
def letter(edition):
    """Make an approved letter, whose frozen PDF has a page for each given width."""

    def make(*widths, member_state=None, sort_key="", is_principal=True, **fields):
        invitation = InvitationFactory(
            edition=edition,
            is_principal=is_principal,
            **({"minister__member_state": member_state} if member_state else {}),
            **{name: fields.pop(name) for name in list(fields) if name.startswith("minister__")},
        )
        if sort_key:
            state = invitation.member_state
            state.sort_key_fr = state.list_name_fr = sort_key
            write_approved(state, {"short_name_en": sort_key})
        pdf = freeze(pages_of(widths or (300 + invitation.pk,)), "letters", "pdf")
        now = timezone.now()
        return LetterFactory(
            **{
                "invitation": invitation,
                "state": "approved",
                "composed_at": now,
                "approved_at": now,
                "addressee": "H.E. Ms. Flavia Elphberg\nMinister of Communications\nRuritania",
                "pdf": pdf.name,
                "sha256": pdf.sha256,
                **fields,
            }
        )

    return make


@pytest.fixture
def note(letter):
    """Make an approved note verbale for a mission, which covers the given letters."""

    def make(mission, *covered, **fields):
        first = covered[0].invitation
        made = letter(700, kind="note", mission=mission, **fields)
        Letter.objects.filter(pk=made.pk).update(invitation=first)
        made.covers.set(covered)
        return Letter.objects.get(pk=made.pk)

    return make
