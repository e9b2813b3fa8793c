"""Forms to put right what has left: a replacement, an address, a successor."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from invitations.forms.action_forms import ReasonForm
from invitations.forms.fields import LineField, TextField
from invitations.models import Circular, ForumEdition, Language
from invitations.outbox.mending.replacing import replacements_of
from invitations.text.dates import labelled

A_NEW_ONE = ""


class ReplacementForm(ReasonForm):
    """The circular of the replacements, a new one or one on file, and what each of them says."""

    circular = forms.ModelChoiceField(
        label=_("Circular of the replacement"),
        queryset=Circular.objects.none(),
        required=False,
        empty_label=_("a new one"),
        widget=UnfoldAdminSelectWidget,
    )
    reference = LineField(
        label=_("Reference"), max_length=40, required=False, widget=UnfoldAdminTextInputWidget
    )
    dated_on = forms.DateField(
        label=_("Date on the letter"),
        required=False,
        initial=timezone.localdate,
        widget=UnfoldAdminDateWidget,
    )
    new_links = forms.BooleanField(
        label=_("New link and code"),
        required=False,
        help_text=_(
            "Where the letter came into wrong hands: the earlier link and code open nothing any "
            "more from now on, and say that they were replaced."
        ),
        widget=UnfoldBooleanSwitchWidget,
    )
    field_order = ["circular", "reference", "dated_on", "because", "new_links"]

    def __init__(self, data: Any, *, edition: ForumEdition, languages: Iterable[str]) -> None:
        super().__init__(data)
        self.languages = list(languages)
        on_file: Any = self.fields["circular"]
        on_file.queryset = replacements_of(edition)
        if not on_file.queryset.exists():
            del self.fields["circular"]
        for language in self.languages:
            self.fields[f"changes_{language}"] = changes_field(language)

    @property
    def changes(self) -> dict[str, str]:
        return {one: self.cleaned_data[f"changes_{one}"] for one in self.languages}

    def clean(self) -> dict[str, Any] | None:
        cleaned: Any = super().clean()
        if cleaned.get("circular"):
            return cleaned
        names = ["reference", "dated_on", *(f"changes_{one}" for one in self.languages)]
        for name in names:
            if name in cleaned and not cleaned[name]:
                self.add_error(name, self.fields[name].error_messages["required"])
        reference = cleaned.get("reference")
        if reference and Circular.objects.filter(reference=reference).exists():
            self.add_error("reference", ValidationError(TAKEN))
        return cleaned


TAKEN = _("There is a circular with this reference already.")


def changes_field(language: str) -> TextField:
    """Return the field for what changes, in the language that letters of the selection have."""
    return TextField(
        label=labelled(_("What changes"), Language(language).label),
        required=False,
        help_text=_("Whole sentences; they stand in the letter, which says what it replaces."),
        widget=UnfoldAdminTextareaWidget(
            attrs={
                "lang": language,
                "dir": "rtl" if language == Language.ARABIC else "ltr",
                "rows": 3,
            }
        ),
    )
