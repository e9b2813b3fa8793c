"""The names that people write for States: which State each means, or why it is refused."""

import csv
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import transaction

from invitations.data import names_apart, table
from invitations.minister_import.states import find_state, load_shipped_states, states_by_name
from invitations.models import MemberState, StateAlias, printed_keys
from invitations.tests.desk import page_of
from invitations.tests.factories import MemberStateFactory
from invitations.text.spellings import state_key

WRITTEN = Path(__file__).with_name("spellings.csv")
NOT_LISTED = "This code or name is not on the list of Member States of this system."
REFUSED = {
    "Several States have this name: say which, by its code: ": "several",
    "This State exists no more, and more than one followed it": "ended",
    NOT_LISTED: "not listed",
}


@pytest.fixture(scope="module")
def shipped(django_db_setup, django_db_blocker):
    """The names of the shipped States, loaded once and rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_shipped_states()
        yield states_by_name()
        transaction.set_rollback(True)


def meant(names, spelling):
    try:
        return find_state(names, spelling).iso3
    except ValidationError as refusal:
        [sentence] = refusal.messages
        return next(kind for words, kind in REFUSED.items() if sentence.startswith(words))


def refusal(names, spelling):
    with pytest.raises(ValidationError) as refused:
        find_state(names, spelling)
    [sentence] = refused.value.messages
    return sentence


def test_each_spelling_means_its_state_or_is_refused(shipped):
    with WRITTEN.open(encoding="utf-8", newline="") as file:
        rows = [(row["spelling"], row["means"]) for row in csv.DictReader(file)]

    wrong = {
        (spelling, means, found)
        for spelling, means in rows
        if (found := meant(shipped, spelling)) != means
    }

    assert wrong == set()
    assert len(rows) > 400


def test_names_that_are_not_on_the_list_are_refused_in_one_and_the_same_sentence(shipped):
    for spelling in ("Kosovo", "Taiwan", "Republic of China", "European Union", "Niue", "Atlantis"):
        assert refusal(shipped, spelling) == NOT_LISTED


@pytest.mark.parametrize(
    ("spelling", "near"),
    [
        ("Nigera", {"NER", "NGA"}),
        ("Guinnea", {"GIN", "GNB", "GNQ", "PNG"}),
        ("New Guinea", {"GIN", "GNB", "GNQ", "PNG"}),
        ("Democratic Republic of Korea", {"KOR", "PRK"}),
        ("Kongo", {"COG", "COD"}),
        ("Untied Kingdom", {"GBR"}),
        ("Switzerlnd", {"CHE"}),
    ],
)
def test_what_is_near_is_told_with_its_like_and_never_taken(shipped, spelling, near):
    sentence = refusal(shipped, spelling)
    assert {code for code in near if f"({code})" in sentence} == near


def test_a_name_of_two_states_names_both(shipped):
    assert refusal(shipped, "Congo") == (
        "Several States have this name: say which, by its code: "
        "Congo (COG), Democratic Republic of the Congo (COD)."
    )


def test_a_list_full_of_unknown_names_is_searched_a_hundred_times_at_most(shipped):
    shipped.near.clear()

    for number in range(300):
        refusal(shipped, f"Ruritania {'abcdefghij'[number % 10] * (1 + number // 10)}")

    assert len(shipped.near) == 100


def test_no_spelling_has_two_meanings():
    keys = [state_key(row["spelling"]) for row in table("state_aliases")]
    apart = names_apart()
    assert len(set(keys)) == len(keys)
    assert not set(keys) & (set(apart.several) | apart.ended | apart.not_listed)
    assert {row["language"] for row in table("state_aliases")} == {
        "ar", "en", "es", "fr", "ru", "zh-hans"
    }  # fmt: skip


def test_no_other_spelling_is_a_name_that_is_printed(shipped):
    printed = set(shipped.states) - shipped.aliases
    keys = {state_key(row["spelling"]) for row in table("state_aliases")}

    assert keys == shipped.aliases
    assert not keys & printed
    assert all(len(states) == 1 for states in shipped.states.values())


@pytest.mark.django_db
class TestOnFile:
    def test_spellings_come_with_the_states_and_once(self):
        call_command("load_member_states")
        before = list(StateAlias.objects.order_by("pk").values())

        call_command("load_member_states")

        assert list(StateAlias.objects.order_by("pk").values()) == before
        assert len(before) == len(table("state_aliases"))

    def test_what_staff_have_decided_of_a_spelling_stays(self):
        call_command("load_member_states")
        moved = MemberState.objects.get(iso3="FRA")
        StateAlias.objects.filter(key="holland").update(member_state=moved)

        call_command("load_member_states")

        assert find_state(states_by_name(), "Holland") == moved

    def test_staff_add_a_spelling_on_the_page_of_the_state(self, admin_client):
        state = MemberStateFactory(short_name="Ruritania", iso2="XR", iso3="XRU")

        response = post_spellings(admin_client, state, "Ruritanien")

        assert response.status_code == 302
        assert find_state(states_by_name(), "RURITANIEN") == state

    @pytest.mark.parametrize(
        ("spellings", "sentence"),
        [
            (["Freedonia"], "Freedonia has this name or code already."),
            (["Zenda"], "This spelling stands for a State already."),
            (["Ruritanien", "ruritanien."], "The spelling “ruritanien.” stands here twice."),
            (["?!"], "Write a name: these are signs only."),
        ],
    )
    def test_a_spelling_that_is_taken_is_refused(self, admin_client, spellings, sentence):
        state = MemberStateFactory(short_name="Ruritania", iso2="XR", iso3="XRU")
        other = MemberStateFactory(short_name="Freedonia", iso2="XF", iso3="XFR")
        other.aliases.create(spelling="Zenda", key="zenda")

        response = post_spellings(admin_client, state, *spellings)

        assert sentence in response.content.decode()
        assert not state.aliases.exists()

    def test_a_spelling_is_printed_nowhere(self):
        state = MemberStateFactory(short_name="Ruritania", formal_name="Kingdom of Ruritania")
        state.aliases.create(spelling="Zenda", key="zenda")

        assert "Zenda" not in (str(state), state.listed_as, state.name_on_paper("en"))
        assert "zenda" not in printed_keys(state)


def post_spellings(client, state, *spellings):
    form = client.get(page_of(state)).context["adminform"].form
    typed = {name: form[name].value() for name, first in form.initial.items() if first is not None}
    inline = {
        "aliases-TOTAL_FORMS": len(spellings),
        "aliases-INITIAL_FORMS": 0,
        **{f"aliases-{n}-spelling": spelling for n, spelling in enumerate(spellings)},
        **{f"aliases-{n}-member_state": state.pk for n in range(len(spellings))},
    }
    return client.post(page_of(state), typed | inline)
