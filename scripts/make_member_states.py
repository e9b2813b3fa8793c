"""Make invitations/data/member_states.csv from hdx-python-country and the file kept by hand.

The file kept by hand takes precedence; an empty cell there means the library's value.
What has changed is what git says of the table.
"""

import csv
import io
import re
import sys
import unicodedata
from collections import Counter
from pathlib import Path

# Installed from make_member_states.requirements.txt, not with the product.
from hdx.location.country import Country  # type: ignore[import-not-found,unused-ignore]

DATA = Path(__file__).resolve().parent.parent / "invitations" / "data"
BY_HAND = DATA / "member_states_by_hand.csv"
TABLE = DATA / "member_states.csv"

# Django's code of each language, and the library's word for it.
LANGUAGES = {
    "ar": "Arabic",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "ru": "Russian",
    "zh-hans": "Chinese",
}
ALLOWED = {
    "status": ("member", "observer"),
    "itu_member_2020": ("yes", "no"),
    "language": tuple(LANGUAGES),
    "language_alt": ("", *LANGUAGES),
}
COPIED = ("status", "itu_region", "region", "language", "language_confidence", "language_alt")

State = dict[str, str]


def column(kind: str, language: str) -> str:
    return f"{kind}_{language.replace('-', '_')}"


SHORT_NAMES = [column("short_name", language) for language in LANGUAGES]
FORMAL_NAMES = [column("formal_name", language) for language in LANGUAGES]
COLUMNS = [
    *("iso2", "iso3", "m49", "status", "invited_by_default"),
    *("itu_region", "region", "language", "language_confidence", "language_alt"),
    *SHORT_NAMES,
    *FORMAL_NAMES,
    *("name_list_fr", "sort_key_fr", "sources"),
]


def sort_key(name: str) -> str:
    """Return the name as French lists sort it: capitals without accents, single spaces."""
    letters = unicodedata.normalize("NFD", name.replace("œ", "oe").replace("Œ", "OE"))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.findall("[A-Z]+", plain.upper()))


def short_names(row: State, country: State) -> State:
    return {
        column("short_name", language): row[column("short_name", language)]
        or country[f"{word} Short"]
        for language, word in LANGUAGES.items()
    }


def formal_names(row: State, country: State) -> State:
    """Return the names by language, each as it stands alone on a line; those by hand win."""
    names = {"formal_name_en": country["English Formal"].removeprefix("the ")}
    if row["formal_name"]:
        names[column("formal_name", row["language"])] = row["formal_name"]
    return names | {name: row[name] for name in FORMAL_NAMES if row[name]}


def sources(row: State) -> str:
    """Say where the names come from; regions and languages are always by hand."""
    by_hand = [name for name in [*SHORT_NAMES, "name_list_fr"] if row[name]]
    said = ["hdx-python-country", *([f"{', '.join(by_hand)}: by hand"] if by_hand else [])]
    if row["formal_name"]:
        said.append(f"{column('formal_name', row['language'])}: {row['formal_name_source']}")
    said.append(f"other formal names: {row['formal_names_source']}")
    if row["formal_names_doubtful"]:
        said.append(f"not certain: {row['formal_names_doubtful'].replace(' ', ', ')}")
    return "; ".join(said)


def member_state(row: State) -> State:
    country = Country.get_country_info_from_iso3(row["iso3"], use_live=False)
    if country is None:
        sys.exit(f"{BY_HAND.name}: hdx-python-country knows no State {row['iso3']!r}.")

    short = short_names(row, country)
    name_list_fr = row["name_list_fr"] or short["short_name_fr"]
    return {
        **{name: row[name] for name in COPIED},
        **short,
        **dict.fromkeys(FORMAL_NAMES, ""),
        **formal_names(row, country),
        "iso2": country["ISO 3166-1 Alpha 2-Codes"],
        "iso3": row["iso3"],
        "m49": country["m49 numerical code"].zfill(3),
        "invited_by_default": row["itu_member_2020"],
        "name_list_fr": name_list_fr,
        "sort_key_fr": sort_key(name_list_fr),
        "sources": sources(row),
    }


def refuse_mistakes(rows: list[State]) -> None:
    """Exit with a sentence for each value that the file kept by hand must not have."""
    mistakes = [
        f"{BY_HAND.name}: {row['iso3']} has {name} {row[name]!r}, allowed are {', '.join(allowed)}."
        for row in rows
        for name, allowed in ALLOWED.items()
        if row[name] not in allowed
    ]
    mistakes += [
        f"{BY_HAND.name}: {row['iso3']} has no formal name in {row['language']}."
        for row in rows
        if row["language"] != "en" and not row["formal_name"]
    ]
    mistakes += [
        f"{BY_HAND.name}: {row['iso3']} has formal names without a source."
        for row in rows
        if (row["formal_name"] and not row["formal_name_source"]) or not row["formal_names_source"]
    ]
    mistakes += [
        f"{BY_HAND.name}: {row['iso3']} lacks a formal name in {language}."
        for row in rows
        for language in LANGUAGES
        if language not in ("en", row["language"]) and not row[column("formal_name", language)]
    ]
    mistakes += [
        f"{BY_HAND.name}: {iso3} stands there {times} times."
        for iso3, times in Counter(row["iso3"] for row in rows).items()
        if times > 1
    ]
    if mistakes:
        sys.exit("\n".join(mistakes))


def made_table() -> str:
    with BY_HAND.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    refuse_mistakes(rows)
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(sorted(map(member_state, rows), key=lambda state: state["sort_key_fr"]))
    return table.getvalue()


def main() -> None:
    table = made_table()
    TABLE.write_text(table, encoding="utf-8", newline="\n")
    print(f"{TABLE.name} is written, with {len(table.splitlines()) - 1} States.")


if __name__ == "__main__":
    main()
