"""The columns of a reason: as it was typed, or our own words in each language of the desk."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.functional import Promise

from invitations.text.by_language import words_by_language, words_in

LONGEST = 300


class ReasonField(models.CharField):
    """Why something was done: a line of words, whose end is cut off where it is too long.

    PostgreSQL refuses what is longer than its column, and SQLite keeps it. Forms refuse it before.
    A reason that comes by another way may not stop the act, whose row of the history has it whole.
    Words of our own are written in the language of the source, whoever acts.
    """

    _pyi_private_set_type: Any  # read by mypy: a lazy text too

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": LONGEST, "blank": True, **kwargs})

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Promise):
            value = words_in(settings.LANGUAGE_CODE, value)
        words = super().get_prep_value(value)
        return words[: self.max_length] if isinstance(words, str) else words

    def deconstruct(self) -> Any:
        """Tell migrations of a plain CharField: the column is one."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class ByLanguageField(models.JSONField):
    """The words of the reason in the column ``of``, by language; empty where a person typed it.

    It fills itself when the row is made, by ``bulk_create`` too.
    """

    def __init__(self, *args: Any, of: str = "", **kwargs: Any) -> None:
        self.of = of
        options = {"default": dict, "db_default": {}, "blank": True, "editable": False}
        super().__init__(*args, **{**options, **kwargs})

    def pre_save(self, row: models.Model, add: bool) -> Any:
        words = getattr(row, self.of, "")
        if isinstance(words, Promise):
            by_language = words_by_language(words)
            setattr(row, self.attname, {code: said[:LONGEST] for code, said in by_language.items()})
        return super().pre_save(row, add)

    def deconstruct(self) -> Any:
        """Tell migrations of a plain JSONField: the column is one."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs
