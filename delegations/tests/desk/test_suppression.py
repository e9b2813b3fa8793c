"""No small count is shown, and none can be worked out of those that are."""

from fractions import Fraction
from itertools import combinations, product

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from delegations.desk.board.suppression import SMALLEST, shown_cells, shown_sums

ROWS = ("heads", "speakers", "delegates")
COLUMNS = range(3)
PARTS = [set(found) for number in (1, 2) for found in combinations(COLUMNS, number)]

few = st.integers(0, 14)
# Other work on the same processors is no fault of the rule.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
numbers = st.tuples(few, few, few)


def nested(heads, speakers, others):
    """Heads and speakers are delegates; whoever is neither is one of the others."""
    delegates = [sum(found) for found in zip(heads, speakers, others, strict=True)]
    return {"heads": heads, "speakers": speakers, "delegates": delegates}


tables = st.builds(nested, numbers, numbers, numbers)
any_tables = st.fixed_dictionaries(dict.fromkeys(ROWS, numbers))


# What somebody works out who knows the sums of the rows too: each number that any addition and
# subtraction of what is known must give, whatever the hidden cells are.


def reduced(known):
    """The known combinations of cells, as rows of a triangle, each with its value."""
    triangle = []
    for combination, value in known:
        row = [*map(Fraction, combination), Fraction(value)]
        for other in triangle:
            lead = next(place for place, number in enumerate(other) if number)
            row = [a - row[lead] * b for a, b in zip(row, other, strict=True)]
        if any(row[:-1]):
            lead = next(number for number in row if number)
            triangle.append([number / lead for number in row])
    return triangle


def worked_out(triangle, wanted):
    """The value of the combination, or None if what is known leaves it open."""
    row = [*map(Fraction, wanted), Fraction(0)]
    for other in triangle:
        lead = next(place for place, number in enumerate(other) if number)
        row = [a - row[lead] * b for a, b in zip(row, other, strict=True)]
    return None if any(row[:-1]) else -row[-1]


def vector(**chosen):
    """One number for each cell: its weight in the row that has these columns."""
    return [
        weight * (column in columns)
        for name in ROWS
        for columns, weight in [chosen.get(name, (set(), 0))]
        for column in COLUMNS
    ]


def known_to_all(counts, shown):
    sums = [(vector(**{row: ({0, 1, 2}, 1)}), sum(counts[row])) for row in ROWS]
    cells = [(vector(**{row: ({column}, 1)}), counts[row][column]) for row, column in shown]
    return reduced([*sums, *cells])


def groups_of_people():
    """What people could be pointed at by: a part of a row, or what two rows differ in."""
    for row, part in product(ROWS, PARTS):
        yield vector(**{row: (part, 1)})
    for (one, other), part in product(combinations(ROWS, 2), PARTS):
        yield vector(**{one: (part, 1), other: (part, -1)})


@example(nested((5, 5, 0), (0, 0, 0), (5, 5, 0)))
@example(nested((20, 25, 3), (14, 12, 5), (11, 14, 60)))
@example(nested((6, 6, 6), (6, 6, 6), (6, 1, 6)))
@given(tables | any_tables)
@unhurried
def test_nothing_small_can_be_worked_out(counts):
    triangle = known_to_all(counts, shown_cells(counts))

    for wanted in groups_of_people():
        found = worked_out(triangle, wanted)
        assert found is None or abs(found) >= SMALLEST


@given(tables | any_tables)
@unhurried
def test_no_cell_shown_is_small(counts):
    assert all(counts[row][column] >= SMALLEST for row, column in shown_cells(counts))


@given(tables | any_tables)
@unhurried
def test_no_sum_shown_is_small_or_near_another(counts):
    sums = [sum(counts[row]) for row in shown_sums(counts)]

    assert all(number >= SMALLEST for number in sums)
    assert all(abs(one - other) >= SMALLEST for one, other in combinations(sums, 2))


@example((4, 4, 5))
@given(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)))
@unhurried
def test_who_knows_the_rule_does_not_learn_what_a_hidden_cell_holds(row):
    shown = shown_cells({"heads": row})
    hidden = [column for column in COLUMNS if ("heads", column) not in shown]

    alike = [
        other
        for other in product(range(sum(row) + 1), repeat=3)
        if sum(other) == sum(row)
        and shown_cells({"heads": other}) == shown
        and all(other[column] == row[column] for _name, column in shown)
    ]

    for column in hidden:
        if sum(row):
            assert len({other[column] for other in alike}) > 1


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((20, 25, 5), {0, 1, 2}),
        ((20, 25, 4), {0}),
        ((5, 5, 0), {0}),
        ((5, 4, 0), set()),
        ((4, 25, 20), set()),
        ((1, 2, 40), set()),
        ((0, 0, 0), set()),
    ],
)
def test_a_row_shows_as_much_as_it_may(counts, shown):
    assert {column for _row, column in shown_cells({"heads": counts})} == shown


def test_large_counts_are_all_shown():
    counts = {"heads": (20, 30, 10), "speakers": (10, 15, 30), "delegates": (50, 70, 60)}

    assert len(shown_cells(counts)) == 9
    assert shown_sums(counts) == list(ROWS)


def test_what_two_rows_differ_in_hides_one_of_them():
    counts = {"heads": (20, 30, 10), "delegates": (23, 60, 50)}

    shown = shown_cells(counts)

    assert shown == {("heads", column) for column in COLUMNS}
