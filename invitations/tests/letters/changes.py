"""What changes behind a letter after it was composed."""

import pytest

from invitations.models import FormOfAddress, HeldChange, Rank, Term
from invitations.models.held.proposals import save_or_propose
from invitations.outbox.release import is_proposed_by, release_change
from invitations.tests.factories import LetterFactory, MissionFactory, UserFactory


def set_on(find, **values):
    def change(letter):
        row = find(letter)
        for name, value in values.items():
            setattr(row, name, value)
        save_or_propose(row)
        return row

    return change


def and_approved(change):
    """Make the change, and approve what it proposes."""

    def approved(letter):
        row = change(letter)
        for proposal in filter(is_proposed_by, HeldChange.objects.waiting()):
            release_change(proposal, UserFactory(), proposal.mark)
        return row

    return approved


def new_mission(letter):
    mission = MissionFactory.build(emails="rupert@example.org")
    save_or_propose(mission, "", [letter.invitation.member_state_id])
    return mission
    return mission


def form_of_the_state(letter):
    form = FormOfAddress(
        language="en", form="MIN", gender="f", member_state=letter.invitation.member_state,
        salutation="My dear Count,", closing="Yours",
    )  # fmt: skip
    save_or_propose(form)
    return form


RUPERT = "rupert@example.org"
CHANGES = {
    "minister's address": set_on(lambda one: one.invitation.minister, to_emails=RUPERT),
    "minister's name": set_on(lambda one: one.invitation.minister, family_name="Hentzau"),
    "edition's address": set_on(lambda one: one.invitation.edition, contact_email=RUPERT),
    "edition's text": set_on(lambda one: one.invitation.edition, theme_en="Another theme"),
    "edition's tick": set_on(lambda one: one.invitation.edition, releases_alone=True),
    "State's name": set_on(lambda one: one.invitation.member_state, short_name_en="Hentzavia"),
    "circular": set_on(lambda one: one.circular, reference="CL/Hentzau"),
    "focal point": set_on(lambda one: one.invitation, focal_point_email=RUPERT),
    "mission": set_on(lambda one: one.invitation.member_state.missions.get(), emails=RUPERT),
    "new mission": new_mission,
    "rank": set_on(lambda one: Rank.objects.get(pk="MIN"), name_en="Count"),
    "form of address": set_on(
        lambda one: FormOfAddress.objects.get(language="en", form="MIN", gender="f"), title="Mrs."
    ),
    "new form of the State": form_of_the_state,
    "term": set_on(lambda one: Term.objects.get(language="en", key="page"), text="$page / $pages"),
}
each_change = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
# What letters print, and nothing that follows them.
PRINTED = {
    "circular's text": set_on(lambda one: one.circular, variant="circular"),
    "circular's layout": set_on(lambda one: one.circular, shows_contact=True),
    "circular's addressees": set_on(lambda one: one.circular, addressed_to_en="To the ministers"),
    "circular's service": set_on(lambda one: one.circular, service_en="General Secretariat"),
    "letterhead": set_on(lambda one: one.invitation.edition, organization_phone="+41 22 555 0199"),
    "letterhead's address": set_on(lambda one: one.invitation.edition, postal_address_en="Zenda"),
}
each_change_in_print = pytest.mark.parametrize("change", PRINTED.values(), ids=PRINTED)


IN_FRENCH = {"language": "fr", "form": "MIN", "gender": "f"}
UNUSED = {
    "no column of mail": set_on(lambda one: one.invitation.edition, speaking_minutes=5),
    "another form": set_on(lambda one: FormOfAddress.objects.get(**IN_FRENCH), title="M."),
    "another term": set_on(lambda one: Term.objects.get(language="fr", key="page"), text="$page"),
    "another State's form": lambda one: form_of_the_state(LetterFactory()),
    "another State's mission": lambda one: new_mission(LetterFactory()),
}
