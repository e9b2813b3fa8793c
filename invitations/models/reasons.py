"""The column of a reason."""

from typing import Any

from django.db import models

LONGEST = 300


class ReasonField(models.CharField):
    """Why something was done: a line of words, whose end is cut off where it is too long.

    PostgreSQL refuses what is longer than its column, and SQLite keeps it. Forms refuse it before.
    A reason that comes by another way may not stop the act, whose row of the history has it whole.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": LONGEST, "blank": True, **kwargs})

    def get_prep_value(self, value: Any) -> Any:
        words = super().get_prep_value(value)
        return words[: self.max_length] if isinstance(words, str) else words

    def deconstruct(self) -> Any:
        """Tell migrations of a plain CharField: the column is one."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
