"""Member States and their names; other spellings stand in lists alone, and are never printed."""

import datetime as dt
from collections.abc import Iterable
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, F, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import StrIndex
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from invitations.data import former_names
from invitations.models.edition import Language, OrderOfStates
from invitations.models.held.rows import HeldQuerySet, HeldRow
from invitations.text.spellings import normalize_name, running_form, state_key
from invitations.times.zones import validate_zone


class Region(models.TextChoices):
    AFRICA = "Africa", _("Africa")
    AMERICAS = "Americas", _("Americas")
    ARAB_STATES = "Arab States", _("Arab States")
    ASIA_PACIFIC = "Asia-Pacific", _("Asia-Pacific")
    CIS = "CIS", _("CIS")
    EUROPE = "Europe", _("Europe")


class MemberStateQuerySet(HeldQuerySet["MemberState"]):
    def invited(self) -> Self:
        return self.filter(invited_by_default=True)


# Member States come first in each order, observers last.
BY_STATUS = ["member", "associate", "observer"]


def french_order(path: str = "member_state") -> list[Combinable]:
    """Return by what the database sorts rows in the French order of their States.

    Observers come after Member States; without a path, the rows are States themselves.
    """
    of_state = f"{path}__" if path else ""
    # A place among words: a list whose rows lead to States takes over no conditions.
    status = StrIndex(Value(" ".join(BY_STATUS)), F(f"{of_state}status"))
    return [status, F(f"{of_state}sort_key_fr"), F(f"{of_state}iso3")]


class MemberState(HeldRow):
    class Status(models.TextChoices):
        MEMBER = "member", pgettext_lazy("status of a State", "Member State")
        ASSOCIATE = "associate", _("associate member")
        OBSERVER = "observer", _("observer")

    iso2 = models.CharField("ISO 3166-1 alpha-2", max_length=2, unique=True)
    iso3 = models.CharField("ISO 3166-1 alpha-3", max_length=3, unique=True)
    m49 = models.CharField("M49", max_length=3, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.MEMBER)
    invited_by_default = models.BooleanField(_("invited by default"), default=True)
    short_name = models.CharField(_("short name"), max_length=120)
    formal_name = models.CharField(
        _("formal name"), max_length=160, blank=True, help_text=_("As it stands alone on a line.")
    )
    list_name_fr = models.CharField(_("name in French lists"), max_length=120, blank=True)
    sort_key_fr = models.CharField(_("sort key of French lists"), max_length=120, blank=True)
    itu_region = models.CharField(_("ITU administrative region"), max_length=1, blank=True)
    region = models.CharField(_("region"), max_length=30, blank=True, choices=Region)
    language = models.CharField(
        _("language of correspondence"), max_length=10, choices=Language, default=Language.ENGLISH
    )
    language_confidence = models.CharField(
        _("confidence in the language"), max_length=10, blank=True
    )
    language_alt = models.CharField(
        _("second language"), max_length=10, choices=Language, blank=True
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=40,
        blank=True,
        validators=[validate_zone],
        help_text=_(
            "Of the capital. Where it is set, reminders go by the State’s own calendar: its hour, "
            "its weekend, its public holidays. Without it, they go by the edition’s calendar alone."
        ),
    )
    sources = models.CharField(_("sources"), max_length=200, blank=True)

    objects = MemberStateQuerySet.as_manager()  # type: ignore[misc] # more than those of its base

    class Meta:
        verbose_name = _("Member State")
        verbose_name_plural = _("Member States")
        ordering = french_order("")

    def __str__(self) -> str:
        return str(self.short_name)

    @property
    def listed_as(self) -> str:
        """The State's name in lists, in the reader's language; their order is the French one."""
        in_french = get_language() == Language.FRENCH
        return (in_french and self.list_name_fr) or str(self)

    @property
    def chosen_as(self) -> str:
        """The State's name among choices is that of the lists."""
        return self.listed_as

    @property
    def postal_name(self) -> str:
        """The State's name on an envelope, in French, as the post of every State reads it."""
        return running_form(self.list_name_fr or self.name_on_paper(Language.FRENCH))

    def name_on_paper(self, language: str, on: dt.date | None = None) -> str:
        """Return the formal name in the language; else the short name, else the English one.

        On an earlier day a State may have had another name: a letter bears that of its date.
        """
        return self._name_in(language, on, "formal_name", "short_name")

    def short_name_in(self, language: str, on: dt.date | None = None) -> str:
        """Return the short name in the language, else the English one, as it was on that day."""
        return self._name_in(language, on, "short_name")

    def _name_in(self, language: str, on: dt.date | None, *kinds: str) -> str:
        suffix = language.replace("-", "_")
        former = former_names(self.iso3, on)
        columns = [*(f"{kind}_{suffix}" for kind in kinds), "short_name_en"]
        names = [former.get(column) or getattr(self, column) for column in columns]
        return running_form(next(name for name in names if name)).replace("'", "’")


def alphabetical(states: Iterable[MemberState], order: str) -> list[MemberState]:
    """Sort by the alphabet of that language, observers after Member States."""
    return sorted(states, key=lambda state: key_in(state, order))


def key_in(state: MemberState, order: str) -> tuple[int, str, str]:
    """Return by what a State is sorted in that order; the French one has its own key on file."""
    status = BY_STATUS.index(state.status)
    if order == OrderOfStates.FRENCH:
        return status, state.sort_key_fr, state.iso3
    own, english = (getattr(state, f"short_name_{code}") for code in (order, "en"))
    name = own or english or state.iso3
    return status, normalize_name(name), state.iso3


def places_in(order: str, path: str = "member_state") -> list[Combinable]:
    """Return by what the database sorts rows in that order of their States."""
    if order == OrderOfStates.FRENCH:
        return french_order(path)
    states = alphabetical(MemberState.objects.order_by(), order)
    places = (When(**{path: state.pk}, then=Value(place)) for place, state in enumerate(states))
    return [Case(*places, default=Value(len(states)), output_field=models.IntegerField())]


class StateAlias(models.Model):
    """A usual, short or former name of a State: a list that holds it means this State."""

    member_state = models.ForeignKey(
        MemberState, models.CASCADE, related_name="aliases", verbose_name=_("Member State")
    )
    spelling = models.CharField(
        _("spelling"),
        max_length=120,
        help_text=_("Capitals, accents, articles and the order of words do not matter."),
    )
    language = models.CharField(_("language"), max_length=10, choices=Language, blank=True)
    key = models.CharField(max_length=240, editable=False)

    class Meta:
        verbose_name = _("other spelling")
        verbose_name_plural = _("other spellings")
        ordering = ["member_state", "language", "spelling"]
        constraints = [
            models.UniqueConstraint(
                name="one_state_per_spelling",
                fields=["key"],
                violation_error_message=_("This spelling stands for a State already."),
            )
        ]

    def __str__(self) -> str:
        return self.spelling

    def clean(self) -> None:
        before, self.key = self.key, state_key(self.spelling)
        if self.pk and self.key == before:
            return
        if not self.key:
            raise ValidationError({"spelling": _("Write a name: these are signs only.")})
        for state in MemberState.objects.order_by("pk"):
            if self.key in printed_keys(state):
                known = _("%(state)s has this name or code already.") % {"state": state}
                raise ValidationError({"spelling": known})


def printed_keys(state: MemberState) -> set[str]:
    """Return the keys of the State's codes and of all its names that are printed somewhere."""
    names = [getattr(state, name) for name in printed_columns()]
    return {state_key(name) for name in names if name} - {""}


def printed_columns() -> list[str]:
    suffixes = [language.replace("-", "_") for language in Language.values]
    kinds = ("short_name", "formal_name")
    return [
        "iso2", "iso3", "m49", "list_name_fr",
        *(f"{kind}_{suffix}" for kind in kinds for suffix in suffixes),
    ]  # fmt: skip
