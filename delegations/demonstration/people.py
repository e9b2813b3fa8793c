"""Invented ministers, their missions, and names for everyone else."""

from typing import Any

from delegations.demonstration.edition import read_data
from invitations.letters.addressing import greeting_in_geneva
from invitations.models import ForumEdition, MemberState, Minister, Mission

DEMO_MARK = "demo-"
GENDERS = "mfmffmmfmx"


def invent_person(language: str, number: int) -> dict[str, str]:
    """Return an invented name; the next number has another family name."""
    people = read_people(language)
    gender = GENDERS[number % len(GENDERS)]
    given_names, family_names = people[gender], people["family"]
    given = given_names[number // len(GENDERS) % len(given_names)]
    family = family_names[number % len(family_names)]
    own = [*family[1:2], *given[1:2]] if language == "zh-hans" else [*given[1:2], *family[1:2]]
    return {
        "name": f"{given[0]} {family[0]}",
        "given_name": given[0],
        "family_name": family[0],
        "name_in_script": ("" if language == "zh-hans" else " ").join(own),
        "family_name_in_script": "".join(family[1:2]),
        "name_in_dative": name_in_dative(given, family, gender),
        "address_gender": gender,
    }


def name_in_dative(given: list[str], family: list[str], gender: str) -> str:
    """Return the name in the dative, which the table has of Russian names.

    Such family names are not declined for a woman.
    """
    if not given[2:]:
        return ""
    return f"{given[2]} {family[2] if gender == 'm' else family[1]}"


def read_people(language: str) -> Any:
    return read_data("people")[language]


def make_minister(kind: str, number: int, state: MemberState) -> Minister:
    named = invent_person(state.language, number if kind == "demo" else number + 1)
    del named["name"]
    iso2 = state.iso2.lower()
    minister = Minister(
        member_state=state,
        ref=f"{DEMO_MARK}{iso2}" if kind == "demo" else f"{DEMO_MARK}{kind}-{iso2}",
        portfolio=read_people(state.language)["portfolio"][named["address_gender"]],
        portfolio_in_dative=read_people(state.language).get("portfolio_in_dative", ""),
        language=state.language,
        to_emails=f"minister.{iso2}@example.org",
        cc_emails=f"cabinet.{iso2}@example.org" if number % 4 == 0 else "",
        **named,
    )
    minister.clean()
    minister.save()
    return minister


def greeting(state: MemberState) -> str:
    """Return the greeting of the State's mission, from the data where grammar is not certain."""
    by_hand = read_data("missions")["greeted_as"].get(state.iso2)
    return by_hand or greeting_in_geneva(state, state.language)


def make_missions(edition: ForumEdition, states: list[MemberState]) -> None:
    """Make one mission for the first two States and one for each other; every tenth has none."""
    served = [states[:2], *([state] for n, state in enumerate(states[2:]) if n % 10 != 9)]
    for number, group in enumerate(filter(None, served), start=1):
        mission, _made = Mission.objects.get_or_create(
            name=f"Permanent Mission, {' and '.join(state.short_name for state in group)}",
            city=edition.mission_city,
            defaults={
                "postal_address": f"Chemin de Zenda {number}\n1200 Geneva",
                "emails": f"mission.{group[0].iso2.lower()}@example.org",
                "language": group[0].language,
                "greeted_as": greeting(group[0]),
            },
        )
        mission.states.add(*group)
