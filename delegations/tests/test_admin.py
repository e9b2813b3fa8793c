import datetime as dt

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse
from unfold.admin import ModelAdmin

from delegations.models import (
    Delegate,
    Delegation,
    HighLevelSession,
    PolicyStatement,
    SpeakingSlot,
)
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    ReplyFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def list_url(model):
    return reverse(f"admin:delegations_{model._meta.model_name}_changelist")


def page_url(row):
    return reverse(f"admin:delegations_{row._meta.model_name}_change", args=[row.pk])


def delegation(**fields):
    fields.setdefault("edition", EditionFactory())
    return Delegation.objects.create(member_state=MemberStateFactory(), **fields)


def delegate(n=0):
    return Delegate.objects.create(
        delegation=delegation(), name=f"Flavia Elphberg {n}", gender="f", needs="A ramp."
    )


def session(n=0):
    return HighLevelSession.objects.create(
        edition=EditionFactory(),
        segment="opening",
        title=f"Opening {n}",
        starts_at=dt.datetime(2027, 5, 11, 9, tzinfo=dt.UTC),
        ends_at=dt.datetime(2027, 5, 11, 10, tzinfo=dt.UTC),
    )


def statement(n=0):
    return PolicyStatement.objects.create(
        delegation=delegation(),
        speaker_name="Flavia",
        speaker_rank_id="MIN",
        first_choice=session(),
    )


def slot(n=0):
    return SpeakingSlot.objects.create(session=session(), delegation=delegation(), position=1)


LISTS = [
    (Delegation, lambda n: delegate(n).delegation, 6),
    (Delegate, delegate, 6),
    (HighLevelSession, session, 7),
    (PolicyStatement, statement, 6),
    (SpeakingSlot, slot, 7),
]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("listed", LISTS, ids=[model.__name__ for model, _make, _queries in LISTS])
def test_list_takes_as_many_queries_for_three_rows_as_for_one(
    admin_client, django_assert_num_queries, listed, rows
):
    model, make, queries = listed
    for n in range(rows):
        make(n)

    with django_assert_num_queries(queries):
        response = admin_client.get(list_url(model))

    assert response.context["cl"].result_count == rows


def test_every_model_has_its_page():
    models = apps.get_app_config("delegations").get_models()

    assert all(isinstance(admin.site.get_model_admin(model), ModelAdmin) for model in models)


def test_delegation_stands_only_while_a_standing_answer_brings_someone(admin_client):
    reply = ReplyFactory(answer="in_person")
    comes = Delegation.objects.create(
        edition=reply.invitation.edition, member_state=reply.invitation.member_state
    )
    stays_away = delegation()

    def found(answer):
        return list(
            admin_client.get(list_url(Delegation), {"stands": answer}).context["cl"].result_list
        )

    assert found("yes") == [comes]
    assert found("no") == [stays_away]
    reply.answer = "regrets"
    reply.save()
    assert found("yes") == []


def people(delegation, *roles):
    data = {"delegates-TOTAL_FORMS": len(roles), "delegates-INITIAL_FORMS": 0}
    data |= {"changes-TOTAL_FORMS": 0, "changes-INITIAL_FORMS": 0}
    for n, role in enumerate(roles):
        data |= {
            f"delegates-{n}-role": role,
            f"delegates-{n}-name": f"Rudolf {n}",
            f"delegates-{n}-delegation": delegation.pk,
        }
    return data


def test_delegates_are_named_on_the_page_of_the_delegation(admin_client):
    named = delegation()

    admin_client.post(page_url(named), people(named, "head", "adviser"))

    assert {person.role for person in named.delegates.all()} == {"head", "adviser"}


def test_two_heads_entered_at_once_are_refused(admin_client):
    named = delegation()

    response = admin_client.post(page_url(named), people(named, "head", "head"))

    assert "A delegation has one head." in response.content.decode()
    assert not named.delegates.exists()


def test_second_head_is_refused_beside_the_first(admin_client):
    named = delegation()
    Delegate.objects.create(delegation=named, name="Flavia Elphberg", role="head")
    url = reverse("admin:delegations_delegate_add")

    response = admin_client.post(url, {"delegation": named.pk, "role": "head", "name": "Rudolf"})

    assert response.context["adminform"].form.non_field_errors() == ["A delegation has one head."]


def test_gender_and_needs_are_seen_by_those_who_need_them_alone(client):
    person = delegate()
    reader, desk = UserFactory(), UserFactory()
    reader.groups.add(Group.objects.get(name="Readers"))
    desk.groups.add(Group.objects.get(name="Speakers' desk"))

    client.force_login(reader)
    assert client.get(page_url(person)).status_code == 403
    assert "A ramp." not in client.get(page_url(person.delegation)).content.decode()
    client.force_login(desk)
    assert "A ramp." in client.get(page_url(person)).content.decode()
    assert "A ramp." not in client.get(list_url(Delegate)).content.decode()


def test_the_list_of_delegates_tells_who_comes_from_whose_state_does_not(admin_client):
    regrets, comes = delegate(1), delegate(2)
    for person, answer in ((regrets, "regrets"), (comes, "attends_only")):
        of = {"member_state": person.delegation.member_state}
        invitation = InvitationFactory(
            edition=person.delegation.edition, minister=MinisterFactory(**of)
        )
        ReplyFactory(invitation=invitation, answer=answer)

    listed = {
        stands: [row.pk for row in admin_client.get(url).context["cl"].result_list]
        for stands in ("yes", "no")
        for url in [f"{list_url(Delegate)}?stands={stands}"]
    }

    assert listed == {"yes": [comes.pk], "no": [regrets.pk]}


def test_empty_list_of_speakers_says_what_to_do(admin_client):
    assert (
        "The list of speakers is empty" in admin_client.get(list_url(SpeakingSlot)).content.decode()
    )


def test_issued_invitation_without_an_answer_brings_no_delegation(admin_client):
    invitation = InvitationFactory()
    Delegation.objects.create(edition=invitation.edition, member_state=invitation.member_state)

    page = admin_client.get(list_url(Delegation), {"stands": "yes"})

    assert page.context["cl"].result_count == 0


@pytest.mark.parametrize("row", [lambda: slot().session, lambda: slot().delegation])
def test_what_has_speaking_slots_offers_no_deletion(admin_client, row):
    held = row()

    page = admin_client.get(page_url(held)).text

    assert f"{page_url(held).removesuffix('change/')}delete/" not in page
    assert "others belong to it: speaking slots" in page
