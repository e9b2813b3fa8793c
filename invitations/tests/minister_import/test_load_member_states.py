import csv

import pytest
from django.core.management import call_command
from django.utils import translation

from invitations.minister_import.states import STATES_FILE, load_states
from invitations.models import MemberState
from invitations.tests.factories import MemberStateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def table():
    with STATES_FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told(capsys):
    call_command("load_member_states")
    return capsys.readouterr().out


def test_193_states_are_invited_and_two_more_are_on_file(capsys):
    sentence = (
        "193 Member States and 2 others that are not invited by default added, 0 completed.\n"
    )
    assert told(capsys) == sentence
    assert MemberState.objects.invited().count() == 193
    others = MemberState.objects.filter(invited_by_default=False).order_by("iso2")
    assert [(state.iso2, state.status) for state in others] == [
        ("PS", MemberState.Status.OBSERVER),
        ("PW", MemberState.Status.MEMBER),
    ]


def test_second_run_brings_nothing_new(capsys):
    told(capsys)
    before = list(MemberState.objects.order_by("pk").values())

    sentence = "0 Member States and 0 others that are not invited by default added, 0 completed.\n"
    assert told(capsys) == sentence
    assert list(MemberState.objects.order_by("pk").values()) == before


def test_what_staff_edited_stays_and_what_is_empty_is_filled(capsys):
    told(capsys)
    MemberState.objects.filter(iso2="CH").update(
        short_name_fr="Suisse (éd.)", formal_name_fr="", invited_by_default=False, language="ar"
    )
    MemberState.objects.filter(iso2="AF").delete()

    sentence = "1 Member State and 0 others that are not invited by default added, 1 completed.\n"
    assert told(capsys) == sentence
    switzerland = MemberState.objects.get(iso2="CH")
    assert switzerland.formal_name_fr == "Confédération suisse"
    assert switzerland.short_name_fr == "Suisse (éd.)"
    assert switzerland.language == "ar"
    assert not switzerland.invited_by_default


def test_state_that_staff_added_is_completed_by_its_code(table):
    state = MemberStateFactory(iso2="FR", iso3="FRA", short_name="France", sort_key_fr="")

    added, completed = load_states(row for row in table if row["iso2"] == "FR")

    assert (added, completed) == ([], [state])
    state.refresh_from_db()
    assert (state.short_name_ru, state.sort_key_fr, state.m49) == ("Франция", "FRANCE", "250")


def test_the_column_without_language_is_english_whatever_language_is_active(table):
    german = [row for row in table if row["iso2"] == "DE"]
    with translation.override("fr"):
        load_states([german[0] | {"formal_name_en": ""}])
        load_states(german)

    columns = ["short_name", "short_name_en", "formal_name", "formal_name_en"]
    stored = MemberState.objects.rewrite(False).values_list(*columns).get()
    assert stored == (
        "Germany",
        "Germany",
        "Federal Republic of Germany",
        "Federal Republic of Germany",
    )


def test_every_row_of_the_table_fits_its_columns(table):
    load_states(table)

    for state in MemberState.objects.all():
        state.clean_fields()


@pytest.mark.parametrize("states", [3, 195])
def test_number_of_queries_does_not_grow_with_the_states(
    table, states, django_assert_max_num_queries
):
    with django_assert_max_num_queries(9):
        load_states(table[:states])
    with django_assert_max_num_queries(3):
        load_states(table[:states])
