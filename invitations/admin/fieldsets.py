"""What the form of a new record asks first, and what it folds."""

from collections.abc import Callable, Sequence
from typing import Any

from invitations.admin.who_may import without_reason


def asked_first(first: Sequence[Any], sets: Any) -> list[tuple[Any, dict[str, Any]]]:
    """Return the fieldsets of a new record: what has to be there first, the rest folded."""
    named = {name for line in first for name in ([line] if isinstance(line, str) else line)}
    found: list[tuple[Any, dict[str, Any]]] = [(None, {"fields": first})]
    for title, options in without_reason(sets):
        if fields := [line for line in map(without(named), options["fields"]) if line]:
            classes = options.get("classes", ["collapse"])
            found.append((title, {**options, "fields": fields, "classes": classes}))
    return found


def without(named: set[str]) -> Callable[[Any], Any]:
    """Return what takes the named fields out of a line of a page."""

    def left(line: Any) -> Any:
        if isinstance(line, str):
            return "" if line in named else line
        return tuple(name for name in line if name not in named)

    return left
