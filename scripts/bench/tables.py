"""Print figures and ratios, with targets beside them; nothing is asserted."""

from .measuring import Cost

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
