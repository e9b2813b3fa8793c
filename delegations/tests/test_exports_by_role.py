"""Who takes out what, as which kind of file: a table of all that leaves the desk and the API."""

import pytest
import time_machine
from auditlog.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from delegations.groups import WRITTEN_BY_GROUP
from delegations.models import ApiToken
from delegations.tests.api.published import OF_EDITION, V1, published_edition
from delegations.tests.api.tokens import made, released, with_token
from delegations.tests.lists import PAGES, take_out_url
from invitations.admin.export_files import ExportFormat
from invitations.admin.list_columns import list_url
from invitations.admin.setup.minister_import import MinisterResource
from invitations.files.frozen import freeze
from invitations.models import Letter, Minister
from invitations.tests.databases import AS_DEPLOYED
from invitations.tests.desk import browser_of, choose, letter_in_force, of_group
from invitations.tests.factories import InvitationFactory, UserFactory
from invitations.tests.outbox.print_run.papers import mission_for, pages_of

pytestmark = pytest.mark.django_db

DESK = {"Drafters", "Approvers", "Registrars", "Speakers' desk"}
SPEAKERS, PARTNERS = {"Speakers' desk"}, {"Partnership team"}
# Readers and who is in no group take out nothing: they are in no row.
PEOPLE = [*WRITTEN_BY_GROUP, "no group"]

LISTS = {
    "invitations.memberstate": DESK,
    "invitations.mission": DESK,
    "invitations.invitation": DESK,
    "invitations.letter": DESK,
    "invitations.delivery": DESK,
    "invitations.bounce": DESK,
    "invitations.heldchange": DESK,
    "invitations.correspondence": DESK,
    "invitations.reply": DESK,
    "invitations.calllistentry": DESK,
    "invitations.telephonecall": DESK,
    "invitations.partnershipinterest": PARTNERS,
    "delegations.delegation": DESK,
    "delegations.delegate": SPEAKERS,
    "delegations.delegationchange": SPEAKERS,
    "delegations.policystatement": DESK,
    "delegations.highlevelsession": DESK,
    "delegations.speakingslot": DESK,
}
MORE = {
    "who is silent": DESK,
    "registered or not": SPEAKERS,
    "contacts of a State": DESK,
    "ministers": {"Drafters", "Approvers"},
    "archive of letters": {"Drafters", "Approvers"},
    "copies to sign": {"Drafters", "Approvers"},
    "print run": {"Drafters", "Approvers"},
}
# Which part of the API nobody but they may open to another system.
SCOPES = {
    "answers": {"Drafters", "Speakers' desk"},
    "contacts": {"Drafters"},
    "delegates": SPEAKERS,
    "respondents": {"Drafters", "Speakers' desk"},
}
RELEASE_TOKENS = {"Approvers"}
EVERYBODY = {"", *SCOPES}
ADDRESSES = {
    f"{V1}/states": EVERYBODY,
    f"{V1}/editions": EVERYBODY,
    OF_EDITION: EVERYBODY,
    f"{OF_EDITION}/sessions": EVERYBODY,
    f"{OF_EDITION}/speakers": EVERYBODY,
    f"{OF_EDITION}/totals": EVERYBODY,
    **{f"{OF_EDITION}/{scope}": {scope} for scope in SCOPES},
}


def files_in(answer):
    """How many files the answer hands over: one or none."""
    handed_over = answer.get("Content-Disposition", "").startswith("attachment")
    if handed_over:
        answer.getvalue()
    return int(handed_over)


def rows_on_file(user):
    return LogEntry.objects.filter(actor=user, additional_data__act="taken_out").count()


# Lists


def test_the_table_has_each_list_that_can_be_taken_out():
    assert set(LISTS) == {page.opts.label_lower for page in PAGES}


@pytest.mark.walk
@pytest.mark.parametrize("kind", ExportFormat.values)
@pytest.mark.parametrize("group", PEOPLE)
def test_each_list_is_taken_out_by_whom_the_table_names(group, kind):
    """Each list as each kind where a deployment runs, elsewhere as one of them, by turns."""
    user = of_group(group)
    client = browser_of(user)
    turn = 0 if AS_DEPLOYED else PEOPLE.index(group) + ExportFormat.values.index(kind)
    asked = PAGES if AS_DEPLOYED else PAGES[turn % len(ExportFormat) :: len(ExportFormat)]

    answers = {
        page.opts.label_lower: client.post(take_out_url(page.model), {"kind": kind})
        for page in asked
    }

    given = {name for name, answer in answers.items() if files_in(answer)}
    assert given == {name for name in answers if group in LISTS[name]}
    assert {answers[name].status_code for name in answers if name not in given} <= {403}
    assert rows_on_file(user) == len(given)


@pytest.mark.walk
@pytest.mark.parametrize("group", PEOPLE)
def test_a_list_offers_its_file_to_whom_the_table_names(group):
    client = browser_of(of_group(group))

    offered = {
        page.opts.label_lower
        for page in PAGES
        if "take_out_url" in (client.get(list_url(page.model)).context or {})
    }

    assert offered == {name for name, groups in LISTS.items() if group in groups}


def test_a_file_is_for_who_may_read_the_list_and_take_lists_out():
    for page in PAGES:
        for right in ("take_out_lists", f"view_{page.opts.model_name}"):
            user = UserFactory()
            user.user_permissions.set(Permission.objects.filter(codename=right))
            answer = browser_of(user).post(take_out_url(page.model), {"kind": "csv"})
            assert answer.status_code == 403, (page, right)


def test_nobody_takes_anything_out_without_signing_in(client):
    for page in PAGES:
        answer = client.post(take_out_url(page.model), {"kind": "csv"})
        assert answer["Location"].startswith(reverse("admin:login"))


# What else leaves the desk


def who_is_silent(client, _invitation, kind):
    return client.post(reverse("desk:silent_take_out"), {"kind": kind})


def registered_or_not(client, _invitation, kind):
    file = SimpleUploadedFile("badges.csv", b"State;Name\nRuritania;Flavia Elphberg")
    return client.post(reverse("desk:registered"), {"file": file, "kind": kind})


def contacts(client, invitation, _kind):
    of = [invitation.edition.symbol, invitation.member_state.iso3]
    return client.post(reverse("desk:contacts", args=of))


def ministers(client, _invitation, kind):
    columns = {f"ministerresource_{name}": "on" for name in MinisterResource().get_export_order()}
    asked = {"format": str(int(kind == "xlsx")), "resource": "0", **columns}
    return client.post(f"{list_url(Minister)}export/", asked)


def archive_of_letters(client, _invitation, _kind):
    return choose(client, list_url(Letter), "archive_selected", letter_in_force())


def printable():
    letter, pdf = letter_in_force(), freeze(pages_of([300]), "letters", "pdf")
    Letter.objects.filter(pk=letter.pk).update(pdf=pdf.name, sha256=pdf.sha256)
    return letter


def copies_to_sign(client, _invitation, _kind):
    return choose(client, list_url(Letter), "copy_selected", printable(), answered="yes")


def print_run(client, _invitation, _kind):
    letter = printable()
    mission_for(letter)
    return choose(client, list_url(Letter), "print_selected", letter, answered="yes")


WAYS = [
    who_is_silent, registered_or_not, contacts, ministers, archive_of_letters, copies_to_sign,
    print_run,
]  # fmt: skip
OF_A_KIND = {"who is silent", "registered or not", "ministers"}


def ways_asked(kind):
    """Those that know kinds of files for each of them, the others for the first."""
    ways = dict(zip(MORE, WAYS, strict=True))
    is_first = kind == ExportFormat.values[0]
    return {name: way for name, way in ways.items() if is_first or name in OF_A_KIND}


@pytest.mark.walk
@pytest.mark.parametrize("kind", ExportFormat.values)
@pytest.mark.parametrize("group", PEOPLE)
def test_what_else_leaves_the_desk_is_given_to_whom_the_table_names(group, kind):
    user, invitation = of_group(group), InvitationFactory()
    client = browser_of(user)

    given, asked = set(), ways_asked(kind)
    for name, way in asked.items():
        given |= {name} if files_in(way(client, invitation, kind)) else set()

    assert given == {name for name in asked if group in MORE[name]}
    assert rows_on_file(user) == len(given)


# What other systems take out


@pytest.fixture
def edition():
    """Published in March, when it is read."""
    with time_machine.travel("2027-03-10T09:00Z", tick=False):
        yield published_edition()


@pytest.mark.walk
@pytest.mark.parametrize("group", PEOPLE)
@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_is_given_to_a_system_by_whom_the_table_names(edition, scope, group):
    page = reverse("admin:delegations_apitoken_add")
    typed = {"edition": edition.pk, "called": "Badges", f"reads_{scope}": "on"}

    browser_of(of_group(group)).post(
        page, {**typed, "valid_until": timezone.localdate().isoformat()}
    )

    assert ApiToken.objects.exists() == (group in SCOPES[scope])


@pytest.mark.parametrize("group", PEOPLE)
def test_a_token_is_released_by_whom_the_table_names(edition, group):
    token, _words = made(edition, "answers")

    choose(
        browser_of(of_group(group)), list_url(ApiToken), "release_selected", token, answered="yes"
    )

    token.refresh_from_db()
    assert (token.released_by is not None) == (group in RELEASE_TOKENS)


@pytest.mark.parametrize("scope", ["", *SCOPES])
def test_a_scope_opens_the_addresses_that_the_table_names(client, edition, scope):
    sent = with_token(released(edition, scope)[1]) if scope else {}

    opened = {name for name in ADDRESSES if client.get(name, **sent).status_code == 200}

    assert opened == {name for name, scopes in ADDRESSES.items() if scope in scopes}


def test_the_table_has_each_address_and_each_scope_of_the_api(client, edition):
    described = client.get(f"{V1}/openapi.json").json()["paths"]

    assert set(ADDRESSES) == {name.replace("{symbol}", edition.symbol) for name in described}
    assert set(SCOPES) == set(ApiToken.SCOPES)
