"""Print figures and ratios, with targets beside them; nothing is asserted."""

from .rounds import Cost, Costs

NAMES = {
    "fr": "French",
    "en": "English",
    "es": "Spanish",
    "ru": "Russian",
    "ar": "Arabic",
    "zh-hans": "Chinese",
}


def heading(title: str, *columns: str) -> None:
    print(f"\n{title}\n{'':48}{''.join(f'{column:>9}' for column in columns)}", flush=True)


def row(label: str, *cells: object) -> None:
    print(f"{label:48}{''.join(f'{cell:>9}' for cell in cells)}", flush=True)


def number(measured: float) -> str:
    return f"{measured:.0f}" if measured >= 1000 else f"{measured:.1f}"


def at_most(measured: float, target: float) -> tuple[str, str, str]:
    return f"{measured:.2f}", f"≤ {target:g}", "met" if measured <= target else "missed"


def at_least(measured: float, target: float) -> tuple[str, str, str]:
    return f"{measured:.2f}", f"≥ {target:g}", "met" if measured >= target else "missed"


def below(measured: float, target: float) -> tuple[str, str, str]:
    return f"{measured:.0f}", f"< {target:g}", "met" if measured < target else "missed"


def setting(naive: Costs, product: Costs, floor: Costs, targets: dict[str, float]) -> None:
    heading(
        "Setting a letter, one process, CPU ms for each",
        "naive", "product", "ratio", "target", "", "Typst", "to Typst",
    )  # fmt: skip
    for language, target in targets.items():
        before, now, least = (costs[language].worked for costs in (naive, product, floor))
        row(
            NAMES[language],
            number(before),
            number(now),
            *at_most(now / before, target),
            number(least),
            f"{now / least:.1f}",
        )


def setting_together(naive: Costs, product: Costs, targets: dict[str, float]) -> None:
    heading(
        "Two processes at once beside one naive one, ms by the clock for each letter",
        "naive", "product", "ratio", "target",
    )  # fmt: skip
    for language, target in targets.items():
        before, now = naive[language].wall, product[language].wall
        row(NAMES[language], number(before), number(now), *at_most(now / before, target))


def memory(label: str, costs: Costs, target: float) -> None:
    first, last = costs["100"].megabytes, costs["300"].megabytes
    row(label, number(first), *below(last, target), *below(last - first, 5))


def each(label: str, cost: Cost, *cells: str) -> None:
    per_second = number(cost.done / cost.seconds)
    row(label, cost.done, per_second, number(cost.wall), f"{cost.worked:.2f}", *cells)


def compared(title: str, costs: dict[str, Cost]) -> None:
    """Print a line for each cost, with ratios to the first."""
    heading(title, "per s", "seconds", "ratio", "CPU s", "ratio", "peak MB")
    baseline = next(iter(costs.values()))
    for label, cost in costs.items():
        row(
            label,
            number(cost.done / cost.seconds),
            f"{cost.seconds:.2f}",
            f"{cost.seconds / baseline.seconds:.2f}",
            f"{cost.of_processor:.2f}",
            f"{cost.of_processor / baseline.of_processor:.2f}",
            number(cost.megabytes),
        )
