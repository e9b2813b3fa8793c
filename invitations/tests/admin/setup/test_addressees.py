"""Ministers as they will be addressed, missions, and the letterhead of an edition."""

import pytest
from django.urls import reverse

from invitations.models import FormOfAddress, ForumEdition, Minister, Mission
from invitations.tests.desk import add_edition, as_sent, choose, page_of, signed_in, told
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    MemberStateFactory,
    MinisterFactory,
    MissionFactory,
)

pytestmark = pytest.mark.django_db

ADDRESSED = reverse("admin:invitations_minister_addressed")


def addressed(client, minister, **changed):
    words = {
        name: getattr(minister, name)
        for name in ("given_name", "family_name", "address_gender", "language", "prenominal")
    }
    about = {"minister": minister.pk, "member_state": minister.member_state_id, "rank": "MIN"}
    return client.post(ADDRESSED, {**about, **words, **changed}).content.decode()


def test_a_minister_is_shown_as_the_form_would_address_them(admin_client):
    minister = MinisterFactory(member_state__formal_name_en="Kingdom of Ruritania")

    page = addressed(admin_client, minister, prenominal="Dr.", second_language="fr")

    minister.refresh_from_db()
    assert "H.E. Dr. Flavia Elphberg" in page
    assert "Kingdom of Ruritania" in page
    assert "Madame la Ministre," in page
    assert minister.prenominal == ""


def test_what_is_typed_as_printed_stands_at_once(admin_client):
    minister = MinisterFactory()

    page = addressed(
        admin_client,
        minister,
        name_as_printed="Her Grace Flavia",
        salutation_as_printed="Your Grace,",
        closing_as_printed="I remain yours.",
    )

    for words in ("Her Grace Flavia", "Your Grace,", "I remain yours."):
        assert words in page


def test_a_russian_address_is_proposed_where_it_lacks_and_kept_by_nobody_but_staff(admin_client):
    minister = MinisterFactory(
        language="ru", name_in_script="Флавия Эльфберг", family_name_in_script="Эльфберг",
        portfolio="Министр связи", name_in_dative="", portfolio_in_dative="",
    )  # fmt: skip

    page = admin_client.get(page_of(minister)).content.decode()

    assert "stands in the dative" in page
    assert 'data-takes-over="id_name_in_dative" data-words="Флавии Эльфберг"' in page
    assert 'data-takes-over="id_portfolio_in_dative" data-words="Министру связи"' in page
    minister.refresh_from_db()
    assert minister.name_in_dative == ""


def test_a_russian_second_language_is_proposed_for_by_its_own_function(admin_client):
    minister = MinisterFactory(
        second_language="ru", portfolio_in_second_language="Министр связи", name_in_dative="",
        name_in_script="Флавия Эльфберг", portfolio_in_dative="",
    )  # fmt: skip

    page = admin_client.get(page_of(minister)).content.decode()

    assert 'data-takes-over="id_portfolio_in_dative" data-words="Министру связи"' in page


def test_the_page_of_a_minister_says_that_the_second_language_lacks_the_function(admin_client):
    minister = MinisterFactory(second_language="fr", portfolio_in_second_language="")

    page = admin_client.get(page_of(minister)).content.decode()

    assert "Missing in French: portfolio in the second language." in page


def test_no_dative_is_proposed_where_it_stands_or_the_letter_is_not_russian(admin_client):
    for language in ("ru", "en"):
        page = admin_client.get(page_of(MinisterFactory(language=language))).content.decode()

        assert "data-takes-over" not in page


def test_page_of_a_minister_shows_the_form_of_address_without_script(admin_client):
    minister = MinisterFactory(portfolio="Minister of Telegraphs")

    page = admin_client.get(page_of(minister)).content.decode()

    assert "H.E. Ms. Flavia Elphberg" in page
    assert "Please accept, Excellency" in page


def test_a_minister_without_a_state_yet_is_not_addressed(admin_client):
    blank = admin_client.get(reverse("admin:invitations_minister_add")).content.decode()
    typed = admin_client.post(ADDRESSED, {"given_name": "Flavia"}).content.decode()

    assert "Choose the State, the rank and the language first." in blank
    assert "Choose the State, the rank and the language first." in typed


def test_who_only_reads_ministers_cannot_try_forms_out(client):
    minister = MinisterFactory()
    signed_in(client, "view_minister")

    assert "Dr." not in addressed(client, minister, prenominal="Dr.")
    assert client.get(ADDRESSED).status_code == 405

    signed_in(client, "view_mission")
    assert client.post(ADDRESSED).status_code == 403


def test_a_minister_keeps_what_is_given_as_printed(admin_client):
    state = MemberStateFactory()

    admin_client.post(
        reverse("admin:invitations_minister_add"),
        {
            "member_state": state.pk,
            "family_name": "Elphberg",
            "address_gender": "x",
            "rank": "MIN",
            "language": "en",
            "name_as_printed": "Her Grace",
            "salutation_as_printed": "Your Grace,",
            "invitations-TOTAL_FORMS": 0,
            "invitations-INITIAL_FORMS": 0,
        },
    )

    minister = Minister.objects.get()
    assert (minister.name_as_printed, minister.salutation_as_printed) == (
        "Her Grace",
        "Your Grace,",
    )


def test_nobody_succeeds_themselves_nor_a_minister_of_another_state_nor_who_left_too(admin_client):
    minister, abroad = MinisterFactory(), MinisterFactory()
    of_state = {"member_state": minister.member_state}
    holder = MinisterFactory(**of_state, given_name="Rupert")
    gone = MinisterFactory(**of_state, given_name="Michael", successor=holder)

    for successor, why in [
        (minister, "another person than the one who left office"),
        (abroad, "The successor is of another State."),
        (gone, "This person has left office too."),
    ]:
        sent = as_sent(admin_client.get(page_of(minister))) | {"successor": successor.pk}
        page = admin_client.post(page_of(minister), sent)
        assert why in page.context["adminform"].form.errors["successor"][0]

    sent = as_sent(admin_client.get(page_of(minister))) | {"successor": holder.pk}
    admin_client.post(page_of(minister), sent)
    minister.refresh_from_db()
    assert minister.successor == holder


def test_a_mission_says_what_kind_of_post_it_is_and_how_to_call_it(admin_client):
    mission, state = MissionFactory(), MemberStateFactory()
    words = {"name": mission.name, "city": "Zenda", "language": "en", "states": [state.pk]}

    refused = admin_client.post(
        page_of(mission), {**words, "kind": "regional", "phone": "zenda@example.org"}
    )
    admin_client.post(page_of(mission), {**words, "kind": "regional", "phone": "+999 555 01 00"})

    mission.refresh_from_db()
    assert "zenda@example.org is not a telephone number" in refused.content.decode()
    assert (mission.kind, mission.phone) == (Mission.Kind.REGIONAL, "+999 555 01 00")


@pytest.mark.parametrize(
    ("language", "greeted_as", "is_saved"),
    [
        ("fr", "to the Permanent Mission of Ruritania in Geneva", False),
        ("ru", "to the Permanent Mission of Ruritania in Geneva", False),
        ("fr", "", True),
        ("fr", "À la Mission permanente de la Ruritanie", True),
        ("en", "to the Permanent Mission of Ruritania in Geneva", True),
    ],
)
def test_no_greeting_stays_in_the_former_language(admin_client, language, greeted_as, is_saved):
    mission, state = MissionFactory(), MemberStateFactory()
    words = {"name": mission.name, "city": "Zenda", "kind": "mission", "states": [state.pk]}

    page = admin_client.post(
        page_of(mission), {**words, "language": language, "greeted_as": greeted_as}
    )

    mission.refresh_from_db()
    assert (mission.language == language) == is_saved
    said = "The greeting is in the former language: write it in the new one, or empty it."
    assert (said in page.content.decode()) != is_saved


@pytest.mark.parametrize(
    ("language", "greeted_as"),
    [
        ("fr", "à la Mission permanente de la Ruritanie"),
        ("es", "al Consulado General de Ruritania"),
        ("ru", "Постоянному представительству Руритании"),
        ("zh-hans", "鲁里坦尼亚常驻代表团"),
    ],
)
def test_a_greeting_that_is_in_the_new_language_already_may_stay(
    admin_client, language, greeted_as
):
    mission, state = MissionFactory(greeted_as=greeted_as), MemberStateFactory()
    words = {"name": mission.name, "city": "Zenda", "kind": "mission", "states": [state.pk]}

    admin_client.post(page_of(mission), {**words, "language": language, "greeted_as": greeted_as})

    mission.refresh_from_db()
    assert mission.language == language


def test_greetings_of_notes_are_proposed_and_those_in_doubt_are_counted(admin_client):
    sure, in_doubt, written = (MissionFactory(greeted_as=words) for words in ("", "", "to Zenda"))
    for mission, name in ((sure, "Kingdom of Ruritania"), (in_doubt, "Ruritania")):
        mission.states.add(MemberStateFactory(formal_name_en=name))

    page = choose(
        admin_client,
        reverse("admin:invitations_mission_changelist"),
        "propose_greetings",
        *(sure, in_doubt, written),
    )

    for mission in (sure, in_doubt, written):
        mission.refresh_from_db()
    assert sure.greeted_as.startswith("to the Permanent Mission of the Kingdom of Ruritania to")
    assert (in_doubt.greeted_as, written.greeted_as) == ("", "to Zenda")
    assert [words.split(":")[0] for words in told(page)] == [
        "1 greeting written",
        "1 mission still lacks its greeting",
    ]


def test_the_letterhead_is_typed_in_its_own_fields(admin_client):
    add_edition(
        admin_client,
        organization_phone="+41 22 555 01 00",
        organization_fax="+41 22 555 01 01",
        organization_email="union@example.org",
        organization_website="https://union.example.org",
        postal_address_en="1 Castle Street, Zenda",
        postal_address_fr="1, rue du Château, Zenda",
    )

    edition = ForumEdition.objects.get()
    assert edition.organization_email == "union@example.org"
    assert edition.postal_address_fr == "1, rue du Château, Zenda"


@pytest.mark.parametrize(
    "field", ["organization_phone", "organization_fax", "contact_phone", "contact_fax"]
)
def test_an_address_in_the_field_of_the_telephone_is_refused(admin_client, field):
    response = add_edition(admin_client, **{field: "forum@example.org"})

    assert response.context["adminform"].form.errors == {
        field: ["forum@example.org is not a telephone number: write it as +41 22 555 01 00."]
    }


@pytest.mark.parametrize("field", ["organization_email", "contact_email"])
def test_a_telephone_number_in_the_field_of_the_address_is_refused(admin_client, field):
    response = add_edition(admin_client, **{field: "+41 22 555 01 00"})

    assert response.context["adminform"].form.errors == {
        field: ["+41 22 555 01 00 is not an e-mail address: please write it as name@example.org."]
    }


@pytest.mark.parametrize("field", ["organization_website", "website", "partnership_link"])
def test_what_is_no_web_address_is_refused(admin_client, field):
    response = add_edition(admin_client, **{field: "forum@ example.org"})

    assert list(response.context["adminform"].form.errors) == [field]


@pytest.mark.parametrize(
    "dates",
    [
        {"reply_before": "2028-05-09"},
        {"opens_on": "2028-05-13"},
        {"closes_on": "2028-05-07"},
        {"track_opens_on": "2028-05-07"},
        {"track_closes_on": "2028-05-13"},
    ],
)
def test_dates_out_of_order_are_refused_with_a_sentence(admin_client, dates):
    response = add_edition(admin_client, **dates)

    [sentence] = response.context["adminform"].form.non_field_errors()
    assert sentence.startswith("The deadline comes before the opening, the opening before the end")
    assert not ForumEdition.objects.exists()


def test_a_reference_is_used_once_in_the_organization(admin_client):
    CircularFactory(reference="CL-28/1")

    response = admin_client.post(
        reverse("admin:invitations_circular_add"),
        {"edition": EditionFactory().pk, "reference": "CL-28/1", "kind": "invitation"},
    )

    errors = response.context["adminform"].form.errors
    assert errors["reference"] == ["Circular with this Reference already exists."]


def test_a_new_edition_offers_all_answers_and_asks_for_originals_of_the_shipped_ranks(
    admin_client,
):
    form = admin_client.get(reverse("admin:invitations_forumedition_add")).context["adminform"].form

    ticked = {
        name: {box.data["value"] for box in form[name] if box.data["selected"]}
        for name in ("answers_offered", "segments_offered", "original_ranks")
    }

    edition = ForumEdition()
    assert ticked == {name: set(getattr(edition, name)) for name in ticked}


def test_how_sure_a_form_of_address_is_is_chosen_and_not_guessed(admin_client):
    url = reverse("admin:invitations_formofaddress_add")
    typed = {
        "language": "en",
        "form": "MIN",
        "gender": "f",
        "salutation": "Sir,",
        "closing": "Yours",
    }

    offered = admin_client.get(url).context["adminform"].form.fields["confidence"].choices
    refused = admin_client.post(url, typed | {"confidence": "very"}).context["adminform"].form

    assert [value for value, _words in offered] == ["", "high", "medium", "low"]
    assert "confidence" in refused.errors


def test_missions_and_forms_of_address_name_states_in_the_reader_s_language(admin_client, settings):
    state = MemberStateFactory(short_name_fr="Ruritanie", list_name_fr="RURITANIE")
    MissionFactory(states=[state])
    words = {"language": "fr", "form": "MIN", "gender": "m", "salutation": "$title,"}
    FormOfAddress.objects.create(**words, closing="Hommages.", member_state=state)
    admin_client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"

    for model in ("mission", "formofaddress"):
        url = reverse(f"admin:invitations_{model}_changelist")
        asked = {"q": "Ruritania"} if model == "formofaddress" else {}
        assert "RURITANIE" in admin_client.get(url, asked).content.decode()
