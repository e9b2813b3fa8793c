"""States as lists find them: by any name, without accents, or by a code."""

import pytest
from django.conf import settings
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from invitations.admin.list_columns import list_url
from invitations.admin.state_names import Fit, fit_of, states_called
from invitations.models import (
    Correspondence,
    Delivery,
    Invitation,
    Letter,
    MemberState,
    Minister,
    Mission,
    Reply,
    StateAlias,
)
from invitations.tests.factories import (
    CircularFactory,
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def listed(client, model, words):
    answer = client.get(list_url(model), {"q": words})
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


@pytest.mark.parametrize(
    ("said", "name", "fit"),
    [
        ("cote d ivoire", "cote d ivoire", Fit.WHOLE),
        ("cote", "cote d ivoire", Fit.BEGINNING),
        ("ivoire cote", "cote d ivoire", Fit.WORDS),
        ("voire", "cote d ivoire", Fit.WITHIN),
        ("oi", "cote d ivoire", None),
        ("里塔", "下卢里塔尼亚", Fit.WITHIN),
        ("里", "下卢里塔尼亚", None),
    ],
)
def test_the_nearer_the_name_the_better_it_fits(said, name, fit):
    assert fit_of(said, name) == fit


def test_states_are_called_by_any_name_in_six_languages_and_by_aliases(django_assert_num_queries):
    state = MemberStateFactory(
        iso2="QX", iso3="QXZ", short_name_en="Ivory Marches", short_name_fr="Côte d’Yvoire",
        formal_name_es="República de las Marcas", short_name_ru="Ёлочный Берег",
        short_name_ar="ساحل الماركة", short_name_zh_hans="象滨",
    )  # fmt: skip
    StateAlias.objects.create(member_state=state, spelling="Eburnia", key="eburnia")

    for typed in (
        "qx", "QXZ", "ivory", "cote d'yvoire", "COTE YVOIRE", "republica marcas", "елочный",
        "ساحل الماركه", "象滨", "eburn",
    ):  # fmt: skip
        with django_assert_num_queries(2):
            assert list(states_called(typed)) == [state.pk], typed
    assert states_called("  ") == states_called("zzz") == {}


@pytest.mark.parametrize("model", [Invitation, Letter, Delivery, Reply, Correspondence, Minister])
def test_lists_find_the_state_without_accents(admin_client, model):
    named = {"short_name_en": "Côte d’Yvoire", "short_name_fr": "Côte d’Yvoire"}
    invitation = InvitationFactory(minister__member_state=MemberStateFactory(**named))
    letter = LetterFactory(invitation=invitation)
    letter.deliveries.create(address="office@example.org")
    invitation.replies.create(answer="regrets", status="standing")
    invitation.correspondence.create(channel="fax")
    InvitationFactory()

    assert len(listed(admin_client, model, "cote")) == 1
    assert len(listed(admin_client, model, "cote d'yvoire")) == 1
    assert listed(admin_client, model, "cote zzz") == []


def test_lists_and_choices_name_a_state_in_the_language_of_the_reader(admin_client):
    state = MemberStateFactory(short_name_en="Ruritania", short_name_fr="Ruritanie")
    invitation = InvitationFactory(minister__member_state=state)
    LetterFactory(invitation=invitation)
    invitation.replies.create(answer="regrets", status="standing")
    admin_client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"

    chosen = f"{reverse('admin:invitations_correspondence_add')}?invitation={invitation.pk}"
    for address in (*map(list_url, (Invitation, Letter, Reply, Minister, MemberState)), chosen):
        page = admin_client.get(address).content.decode()

        assert "Ruritanie" in page, address
        assert "Ruritania" not in page, address


def test_invitations_are_found_by_address_reference_and_name_without_accents(admin_client):
    invitation = InvitationFactory(
        minister__given_name="Zoë", minister__name_key="zoe elphberg", minister__ref="T-17",
        minister__cc_emails="cabinet@example.org", focal_point_email="focal@example.org",
    )  # fmt: skip
    LetterFactory(
        invitation=invitation,
        circular=CircularFactory(edition=invitation.edition, reference="QX/58"),
    )
    InvitationFactory(minister__given_name="Rudolf", minister__name_key="rudolf elphberg")

    address = invitation.minister.to_emails
    for words in (address, "cabinet@example.org", "focal@", "T-17", "qx/58", "zoe", "Zoë"):
        assert listed(admin_client, Invitation, words) == [invitation], words


def test_code_in_capitals_finds_its_state_alone(admin_client):
    MemberStateFactory(iso2="QX", iso3="QXZ")
    MemberStateFactory(iso2="QY", iso3="QYZ", short_name_en="Qxonia")

    assert [one.iso2 for one in listed(admin_client, MemberState, "QX")] == ["QX"]
    assert len(listed(admin_client, MemberState, "qx")) == 2


def test_missions_are_found_by_the_states_they_serve(admin_client):
    mission = Mission.objects.create(name="Mission at the Lake")
    mission.states.add(MemberStateFactory(short_name_en="Îlot"))

    assert listed(admin_client, Mission, "ilot") == [mission]


def test_invitations_are_found_by_a_circular_only_by_who_may_read_letters():
    letter = LetterFactory(circular__reference="QX/58")
    page = admin.site.get_model_admin(Invitation)
    request = RequestFactory().get("/")
    request.user = UserFactory()

    found, _may_repeat = page.get_search_results(request, Invitation.objects.all(), "QX/58")

    assert letter.invitation not in found
