"""One State with something of each kind that the search knows."""

import datetime as dt

from django.contrib.auth.models import Group
from django.urls import reverse

from delegations.models import Delegate, Delegation, HighLevelSession
from invitations.admin.list_columns import change_url, state_url
from invitations.links import grouped_code
from invitations.models import Correspondence, Mission, StateAlias
from invitations.tests.factories import (
    CircularFactory,
    DeliveryFactory,
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
    MinisterFactory,
    MissionFactory,
    ReplyFactory,
    UserFactory,
)

NOON = dt.datetime(2027, 2, 3, 11, tzinfo=dt.UTC)
NAMES = {
    "short_name_en": "Nether Ruritania",
    "short_name_fr": "Île-Ruritanie d’Aval",
    "short_name_es": "Ruritania Baja",
    "short_name_ru": "Нижняя Руритания",
    "short_name_ar": "روريتانيا السفلى",
    "short_name_zh_hans": "下卢里塔尼亚",
}
ALIASES_AND_CODES = ["QX", "qxz", "ile ruritanie", "aval ile", "strelsau m"]
DELEGATE = "lauengram"
OF_PEOPLE = [
    "zoe hentzauova", "Hentzauová", "office.qx@example.org", "bersonin@", "anton berson",
    "detchard", "former.office@example.org", DELEGATE,
]  # fmt: skip
LETTER_ID = "<letter-77@forum.example.org>"
ON_PAPERS = [
    "T-17", "1234 5678 9012 3456", "1234567890123456", "mfa/2027/0815",
    "<answer-5@office.example.org>", "answer-5@office.example.org", LETTER_ID,
]  # fmt: skip


def file_everything(edition):
    """Return the invitation to which all of it belongs."""
    state = MemberStateFactory(iso2="QX", iso3="QXZ", **NAMES)
    alias = StateAlias(member_state=state, spelling="Strelsau Marches", language="en")
    alias.full_clean()
    alias.save()
    minister = MinisterFactory(
        member_state=state, given_name="Zoë", family_name="Hentzauová", ref="T-17",
        to_emails="office.qx@example.org",
    )  # fmt: skip
    invitation = InvitationFactory(
        edition=edition, minister=minister, focal_point_name="Anton Bersonin",
        focal_point_email="bersonin@example.org",
    )  # fmt: skip
    circular = edition.circulars.first() or CircularFactory(edition=edition)
    circular.reference = "QX/58"
    circular.save()
    letter = LetterFactory(
        invitation=invitation, circular=circular, check_code="1234567890123456",
        message_id=LETTER_ID,
    )  # fmt: skip
    DeliveryFactory(letter=letter, address="former.office@example.org")
    ReplyFactory(invitation=invitation, respondent_name="Detchard Gautet")
    Correspondence.objects.create(
        channel="fax", reference="MFA/2027/0815", invitation=invitation, received_at=NOON,
        message_id="<answer-5@office.example.org>", sender="Registry",
    )  # fmt: skip
    delegation = Delegation.objects.create(edition=edition, member_state=state)
    Delegate.objects.create(delegation=delegation, name="Rupert Lauengram")
    MissionFactory(name="Mission at the Lake", emails="lake@example.org", states=[state])
    HighLevelSession.objects.create(
        edition=edition, segment="opening", title_en="Crossing rivers", title_fr="Traversée",
        starts_at=NOON, ends_at=NOON + dt.timedelta(hours=1), room="Salle Zenda",
    )  # fmt: skip
    return invitation


# Who may read all that is on file, part of it, and nothing of it.
ALL, PART, NOTHING = "administrator", "Readers", "Partnership team"
PART_BY_ROLE = ["Registrars", "Speakers' desk"]


def member_of(group):
    user = UserFactory(is_superuser=group == ALL)
    user.groups.set(Group.objects.filter(name=group))
    return user


def leads_to(edition, invitation):
    """Return what is typed, of each kind, and the page to which it leads who may read it."""
    state, code = state_url(edition, invitation.member_state), invitation.links.get().code
    return {
        **dict.fromkeys(NAMES.values(), state),
        **dict.fromkeys(ALIASES_AND_CODES, state),
        **dict.fromkeys(OF_PEOPLE, state),
        **dict.fromkeys(ON_PAPERS, state),
        grouped_code(code): state,
        code: state,
        "qx/58": change_url(edition.circulars.get()),
        "traversee": change_url(edition.sessions.get()),
        "salle zenda": change_url(edition.sessions.get()),
        "lake@example.org": change_url(Mission.objects.get(emails="lake@example.org")),
    }


def hidden_from(group):
    """Return what of it somebody of the group does not find."""
    return {
        ALL: [],
        "Registrars": [DELEGATE, LETTER_ID],
        "Speakers' desk": [LETTER_ID],
        PART: [DELEGATE, LETTER_ID],
    }[group]


def found(client, typed):
    """Return title, description and link of each line that the search answers."""
    answer = client.post(reverse("admin:search"), {"s": typed})
    assert answer.status_code == 200
    return [tuple(one)[:3] for one in answer.context["results"]] if answer.content else []
