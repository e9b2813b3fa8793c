"""What the desk saves is never laid over what somebody else has saved meanwhile."""

import datetime as dt
import re

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.forms import modelform_factory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from invitations.forms.model_forms import TemplateForm
from invitations.letters.approval import revise_template
from invitations.letters.issuing import withdraw_invitation
from invitations.models import (
    Circular,
    FormOfAddress,
    ForumEdition,
    Invitation,
    LetterTemplate,
    MemberState,
    ReminderStep,
    Term,
)
from invitations.tests.desk import SAVE_AGAIN, as_listed, as_sent, browser_of, page_of
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    MissionFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.races import before_the_commit_of, ends_within, on_the_side

TERMS = reverse("admin:invitations_term_changelist")
LOCKED = re.compile(r'FOR (?:NO KEY )?UPDATE OF "invitations_(\w+)"')


def opened(client, row):
    """What the browser sends back of the page, with the marks that stand in it."""
    page = client.get(page_of(row))
    marks = dict(re.findall(r'name="([\w-]*seen)" value="(\w+)"', page.content.decode()))
    fields = {name: words for name, words in as_sent(page).items() if "seen" not in name}
    return fields | marks


@pytest.mark.django_db
def test_a_name_that_was_corrected_meanwhile_is_not_put_back(admin_client):
    minister = MinisterFactory(family_name="Elphbreg", to_emails="old@example.org")
    sent = opened(admin_client, minister)
    type(minister).objects.filter(pk=minister.pk).update(family_name="Elphberg")

    refused = admin_client.post(page_of(minister), sent | {"to_emails": "new@example.org"})

    minister.refresh_from_db()
    assert (minister.family_name, minister.to_emails) == ("Elphberg", "old@example.org")
    told = refused.content.decode()
    assert SAVE_AGAIN in told
    assert "On file now: Elphberg" in told


@pytest.mark.django_db
def test_states_that_a_mission_serves_since_are_not_taken_away(admin_client):
    mission = MissionFactory(states=[MemberStateFactory()])
    sent = opened(admin_client, mission)
    mission.states.add(served := MemberStateFactory())

    refused = admin_client.post(page_of(mission), sent | {"phone": "+41 22 730 00 00"})

    assert served in mission.states.all()
    assert SAVE_AGAIN in refused.content.decode()


@pytest.mark.django_db
def test_an_account_that_was_closed_meanwhile_is_not_opened_again(admin_client):
    left = UserFactory(is_staff=True, password=make_password("a strong one"))
    url = reverse("admin:auth_user_change", args=[left.pk])
    page = admin_client.get(url)
    mark = re.search(r'name="seen" value="(\w+)"', page.content.decode())[1]
    sent = as_sent(page) | {"last_name": "Hentzau", "seen": mark}
    type(left).objects.filter(pk=left.pk).update(is_active=False)

    refused = admin_client.post(url, sent)

    left.refresh_from_db()
    assert not left.is_active
    assert SAVE_AGAIN in refused.content.decode()
    assert left.password not in refused.content.decode()


@pytest.mark.django_db
def test_an_account_that_signed_in_meanwhile_is_closed_at_once(admin_client):
    leaving = UserFactory(is_staff=True, password=make_password("a strong one"))
    url = reverse("admin:auth_user_change", args=[leaving.pk])
    page = admin_client.get(url)
    mark = re.search(r'name="seen" value="(\w+)"', page.content.decode())[1]
    sent = as_sent(page) | {"seen": mark}
    signed_in_at = dt.datetime(2027, 1, 8, 9, tzinfo=dt.UTC)
    type(leaving).objects.filter(pk=leaving.pk).update(last_login=signed_in_at)

    admin_client.post(url, {name: said for name, said in sent.items() if name != "is_active"})

    leaving.refresh_from_db()
    assert (leaving.is_active, leaving.last_login) == (False, signed_in_at)


@pytest.mark.django_db
def test_words_of_a_version_that_was_made_meanwhile_are_not_dropped(admin_client):
    text = LetterTemplate.objects.filter(kind="reminder", variant="first", language="en").last()
    sent = opened(admin_client, text)
    revise_template(text, UserFactory(), "Another subject", text.paper, text.mail)

    refused = admin_client.post(page_of(text), sent | {"mail": f"{text.mail}\n\nPlease."})

    assert text_versions(text).latest("version").subject == "Another subject"
    assert "On file now: Another subject" in refused.content.decode()


@pytest.mark.django_db
def test_an_earlier_version_may_be_taken_up_again(admin_client):
    text = LetterTemplate.objects.filter(kind="reminder", variant="first", language="en").last()
    revise_template(text, UserFactory(), "Another subject", text.paper, text.mail)

    admin_client.post(page_of(text), opened(admin_client, text) | {"mail": f"{text.mail}\n\nNow."})

    newest = text_versions(text).latest("version")
    assert (newest.subject, newest.mail[-4:]) == (text.subject, "Now.")


def text_versions(text):
    return LetterTemplate.objects.filter(
        kind=text.kind, variant=text.variant, language=text.language
    )


@pytest.mark.django_db
def test_a_step_that_was_changed_meanwhile_is_not_put_back_by_the_page_of_its_edition(admin_client):
    step = StepFactory(days_before=21)
    sent = opened(admin_client, step.edition)
    ReminderStep.objects.filter(pk=step.pk).update(days_before=14)

    admin_client.post(page_of(step.edition), sent | {"contact_phone": "+41 22 730 00 00"})

    step.refresh_from_db()
    assert step.days_before == 14


@pytest.mark.django_db
def test_the_hour_of_a_circular_that_nobody_changed_is_no_reason_to_refuse(admin_client):
    hour = dt.datetime(2027, 1, 8, 9, tzinfo=dt.UTC)
    circular = CircularFactory(planned_at=hour, edition__time_zone="UTC")
    shown = {"planned_at_0": "2027-01-08", "planned_at_1": "09:00"}
    sent = opened(admin_client, circular) | shown
    Circular.objects.filter(pk=circular.pk).update(place_fr="Genève 20")

    refused = admin_client.post(page_of(circular), sent)

    assert refused.content.decode().count("On file now") == 1


@pytest.mark.django_db
def test_boxes_that_were_ticked_meanwhile_are_told_as_the_page_calls_them(admin_client):
    edition = EditionFactory(answers_offered=["in_person", "regrets"])
    sent = opened(admin_client, edition)
    ForumEdition.objects.update(answers_offered=["in_person", "video"])

    refused = admin_client.post(page_of(edition), sent).content.decode()

    now = "attends in person and delivers a statement, statement by video"
    assert f"On file now: {now}" in refused


@pytest.fixture
def terms(admin_client):
    """Two terms, and what the browser sends back of the list in which they are edited."""
    Term.objects.exclude(key="subject", language__in=["en", "fr"])._raw_delete("default")
    shown = admin_client.get(TERMS).content.decode()
    fields = re.findall(r'name="((?:initial-)?form-[\w-]+)"[^>]*?value="([^"]*)"', shown)
    return {**dict(fields), "_save": "Save"}


@pytest.mark.django_db
def test_a_term_that_was_changed_meanwhile_is_not_put_back_by_the_list(admin_client, terms):
    english, french = (Term.objects.get(language=one) for one in ("en", "fr"))
    Term.objects.filter(pk=english.pk).update(text="Re:")

    admin_client.post(TERMS, typed_in_list(terms, french, "Sujet :"))

    assert {one.text for one in Term.objects.all()} == {"Re:", "Sujet :"}


@pytest.mark.django_db
def test_who_types_over_a_term_that_was_changed_meanwhile_reads_what_stands(admin_client, terms):
    english = Term.objects.get(language="en")
    Term.objects.filter(pk=english.pk).update(text="Re:")
    sent = typed_in_list(terms, english, "About:")

    refused = admin_client.post(TERMS, sent).content.decode()

    english.refresh_from_db()
    assert english.text == "Re:"
    assert "On file now: Re:" in refused
    admin_client.post(TERMS, sent | shown_now(refused))
    english.refresh_from_db()
    assert english.text == "About:"


def typed_in_list(sent, term, words):
    [row] = [name for name, value in sent.items() if name.endswith("-id") and value == str(term.pk)]
    return sent | {row.replace("-id", "-text"): words}


def shown_now(page):
    return dict(re.findall(r'name="(initial-form-[\w-]+)"[^>]*?value="([^"]*)"', page))


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="Only PostgreSQL names its locks.")
def test_a_form_of_address_is_locked_after_its_state_as_approvals_lock_both(admin_client):
    own = FormOfAddress.objects.last()
    own.pk, own.member_state = None, MemberStateFactory()
    own.save()
    sent = opened(admin_client, own) | {"notes": "By note of the protocol."}

    with CaptureQueriesContext(connection) as queries:
        admin_client.post(page_of(own), sent)

    own.refresh_from_db()
    assert own.notes == "By note of the protocol."
    locked = [table for one in queries for table in LOCKED.findall(one["sql"])]
    assert list(dict.fromkeys(locked)) == ["memberstate", "formofaddress"]


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="Races need PostgreSQL.")
def test_a_withdrawal_at_the_same_moment_is_not_undone_by_the_page_of_the_invitation():
    invitation = InvitationFactory()
    client = browser_of(UserFactory(is_superuser=True))
    sent = opened(client, invitation)

    before_the_commit_of(
        lambda: withdraw_invitation(invitation, UserFactory(), "Its minister left."),
        lambda: client.post(page_of(invitation), sent | {"focal_point_name": "Sapt"}),
    )

    assert Invitation.objects.get().status == "withdrawn"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="Races need PostgreSQL.")
def test_a_name_that_is_corrected_at_the_same_moment_is_not_put_back_by_the_list_of_states():
    state = MemberStateFactory(short_name="Ruritnaia", language="ar")
    client = browser_of(UserFactory(is_superuser=True))
    url = reverse("admin:invitations_memberstate_changelist")
    sent = as_listed(client.get(url)) | {"form-0-language": "en", "_save": "Save"}

    before_the_commit_of(
        lambda: MemberState.objects.filter(pk=state.pk).update(short_name_en="Ruritania"),
        lambda: client.post(url, sent),
    )

    state.refresh_from_db()
    assert (state.short_name_en, state.language) == ("Ruritania", "en")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="Races need PostgreSQL.")
def test_what_is_typed_over_a_change_of_the_same_moment_is_refused_by_the_list_of_states():
    state = MemberStateFactory(language="ar")
    client = browser_of(UserFactory(is_superuser=True))
    url = reverse("admin:invitations_memberstate_changelist")
    sent = as_listed(client.get(url)) | {"form-0-language": "en", "_save": "Save"}

    refused = before_the_commit_of(
        lambda: MemberState.objects.filter(pk=state.pk).update(language="fr"),
        lambda: client.post(url, sent),
    )

    state.refresh_from_db()
    assert state.language == "fr"
    assert "On file now: French" in refused.content.decode()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="Races need PostgreSQL.")
def test_of_one_text_two_versions_are_taken_up_at_once_and_neither_waits_for_the_other():
    text = LetterTemplate.objects.filter(kind="reminder", variant="first", language="en").last()
    newer = revise_template(text, UserFactory(), "Another subject", text.paper, text.mail)
    client = browser_of(UserFactory(is_superuser=True))
    sent = opened(client, newer) | {"subject": "A third subject"}

    def take_up_the_former():
        form = modelform_factory(LetterTemplate, TemplateForm, fields=["subject"])
        assert form({"subject": "A fourth subject"}, instance=text).is_valid()
        saves = on_the_side(lambda: client.post(page_of(newer), sent), results)
        ends_within(1, saves)
        revise_template(text, UserFactory(), "A fourth subject", text.paper, text.mail)
        return saves

    results = []
    with transaction.atomic():
        saves = take_up_the_former()

    assert ends_within(10, saves)
    assert SAVE_AGAIN in results[0].content.decode()
    assert text_versions(text).latest("version").subject == "A fourth subject"
