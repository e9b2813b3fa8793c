"""Letters that have left and turn out to be wrong, and the acts by which they are put right."""

import datetime as dt

from invitations.models import Invitation
from invitations.outbox.mending.replacing import (
    begin_replacement,
    give_new_links,
    replace_letters,
)
from invitations.tests.factories import CircularFactory

BECAUSE = "The name was spelt wrongly."


def beginning(make, by):
    invitation = make.issued()
    said = {"reference": "CL-27/99", "dated_on": dt.date(2027, 3, 1)}
    circular = invitation.letters.get().circular
    return begin_replacement(circular, by, BECAUSE, changes={"en": "The name."}, **said)


def replacing(make, by):
    invitation = make.issued()
    circular = CircularFactory(edition=invitation.edition, kind="replacement", changes="A name.")
    replace_letters(circular, Invitation.objects.filter(pk=invitation.pk), by, BECAUSE)
    return invitation


def giving_new_links(make, by):
    invitation = make.issued()
    give_new_links([invitation], by, BECAUSE)
    return invitation


MENDING_ACTS = {
    begin_replacement: beginning,
    replace_letters: replacing,
    give_new_links: giving_new_links,
}
