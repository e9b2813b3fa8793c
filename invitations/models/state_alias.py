"""Other spellings by which people write a State in a list; no page or letter prints them."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from invitations.models.addressees import MemberState
from invitations.models.edition import Language
from invitations.text.spellings import state_key


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
