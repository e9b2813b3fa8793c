"""Forms to put right what has left: a replacement, an address, a successor."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from invitations.forms.action_forms import ReasonForm
from invitations.forms.circular import RECORD_BOTH, SIGNED, lacking_of_signature, signed_by_now
from invitations.forms.fields import AddressesField, AddressField, LineField, TextField
from invitations.forms.model_forms import WholeRowForm
from invitations.models import (
    Circular,
    ForumEdition,
    Gender,
    Invitation,
    Language,
    Minister,
    Rank,
)
from invitations.outbox.corrections.after_saving import AfterSaving
from invitations.outbox.corrections.replacing import replacements_of
from invitations.outbox.corrections.succession import (
    Choices,
    DelegationChoice,
    LetterChoice,
    ReplyChoice,
    other_invitations,
)
from invitations.text.dates import labelled

A_NEW_ONE = ""
# What replacements say most often, in words that stand in letters of each language.
READY_WORDS: dict[str, Any] = {
    "name": _("The name of the addressee has been corrected."),
    "function": _("The title and the function of the addressee have been corrected."),
    "dates": _("The dates have changed; those given in this letter hold."),
    "keys": _("The address and the code for the reply are new; the earlier ones open nothing."),
}


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
    original_signed_by = LineField(
        label=capfirst(_("original signed by")),
        max_length=120,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    original_signed_on = forms.DateField(
        label=capfirst(_("original signed on")),
        required=False,
        help_text=_(
            "Leave both empty while nobody has signed it: the letters are composed now all the "
            "same, and once more when that is recorded."
        ),
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
    ready = forms.ChoiceField(
        label=_("What changes"),
        choices=[("", _("in my own words, below")), *READY_WORDS.items()],
        required=False,
        help_text=_(
            "A sentence chosen here stands in each letter in its own language, unless other words "
            "are typed below."
        ),
        widget=UnfoldAdminRadioSelectWidget,
    )
    field_order = [
        "circular", "reference", "dated_on", *SIGNED, "reason", "new_links", "ready",
    ]  # fmt: skip

    def __init__(
        self, data: Any, *, edition: ForumEdition, languages: Iterable[str], **more: Any
    ) -> None:
        super().__init__(data, **more)
        self.languages = list(languages)
        self.zone = edition.zone
        on_file: Any = self.fields["circular"]
        on_file.queryset = replacements_of(edition)
        for language in self.languages:
            self.fields[f"changes_{language}"] = changes_field(language)
        if not on_file.queryset.exists():
            del self.fields["circular"]
            for name in ("reference", "dated_on"):
                self.fields[name].required = True

    @property
    def of_a_new_one(self) -> list[str]:
        """What a new circular needs, and one on file has."""
        return ["reference", "dated_on", *(f"changes_{one}" for one in self.languages)]

    @property
    def changes(self) -> dict[str, str]:
        return {one: self.words_in(one) for one in self.languages}

    def words_in(self, language: str) -> str:
        """Return what was typed in the language, or the sentence that was chosen for all."""
        ready = READY_WORDS.get(self.cleaned_data.get("ready", ""), "")
        with translation.override(language):
            return self.cleaned_data.get(f"changes_{language}") or str(ready)

    def clean_original_signed_on(self) -> dt.date | None:
        return signed_by_now(self.cleaned_data["original_signed_on"], self.zone)

    def clean(self) -> dict[str, Any] | None:
        cleaned: Any = super().clean()
        if cleaned.get("circular"):
            self.refuse_what_would_be_lost(cleaned)
            return cleaned
        for name in lacking_of_signature(cleaned):
            self.add_error(name, ValidationError(RECORD_BOTH))
        for name in self.of_a_new_one:
            is_ready = name.startswith("changes_") and cleaned.get("ready")
            if name in cleaned and not cleaned[name] and not is_ready:
                self.add_error(name, self.fields[name].error_messages["required"])
        reference = cleaned.get("reference")
        if reference and Circular.objects.filter(reference=reference).exists():
            self.add_error("reference", ValidationError(TAKEN))
        return cleaned

    def refuse_what_would_be_lost(self, cleaned: dict[str, Any]) -> None:
        """Refuse words beside a circular on file, which has its own; its day is proposed anyway."""
        for name in [*self.of_a_new_one, *SIGNED, "ready"]:
            if name != "dated_on" and cleaned.get(name):
                self.add_error(name, ValidationError(HAS_ITS_OWN))


HAS_ITS_OWN = _(
    "The circular that you chose has its own: leave this empty, or begin a new circular above."
)
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


class HandOverForm(ReasonForm):
    """Who takes office, and what becomes of what is on file of who leaves it."""

    successor = forms.ModelChoiceField(
        label=_("Successor"),
        queryset=Minister.objects.none(),
        required=False,
        empty_label=_("somebody who is not on file yet: type the name below"),
        widget=UnfoldAdminSelectWidget,
    )
    letter = forms.ChoiceField(
        label=_("The letter"),
        choices=LetterChoice.choices,
        initial=LetterChoice.NOW,
        widget=UnfoldAdminRadioSelectWidget,
    )
    reply = forms.ChoiceField(
        label=_("The answer on file"),
        choices=ReplyChoice.choices,
        initial=ReplyChoice.CARRY,
        widget=UnfoldAdminRadioSelectWidget,
    )
    delegation = forms.ChoiceField(
        label=_("The delegation"),
        choices=DelegationChoice.choices,
        initial=DelegationChoice.KEEP,
        widget=UnfoldAdminRadioSelectWidget,
    )
    principal = forms.ModelChoiceField(
        label=_("Principal invitation"),
        queryset=Invitation.objects.none(),
        required=False,
        empty_label=_("that of the successor"),
        help_text=_("The State’s answer is this one’s."),
        widget=UnfoldAdminSelectWidget,
    )
    field_order = ["successor", "letter", "reply", "delegation", "principal", "reason"]

    def __init__(
        self, data: Any, *, invitation: Invitation, asks: Iterable[str], **more: Any
    ) -> None:
        super().__init__(data, **more)
        choices: Any = self.fields
        of_state = invitation.member_state.ministers.filter(successor=None)
        choices["successor"].queryset = of_state.exclude(pk=invitation.minister_id)
        choices["principal"].queryset = other_invitations(invitation).select_related(
            "member_state", "minister__member_state"
        )
        for name in {"reply", "delegation", "principal"} - set(asks):
            del self.fields[name]

    @property
    def choices(self) -> Choices:
        said = self.cleaned_data
        principal = said.get("principal")
        return Choices(
            letter=said["letter"],
            reply=said.get("reply", ReplyChoice.ASK),
            delegation=said.get("delegation", DelegationChoice.KEEP),
            principal=principal.pk if principal else None,
        )


class NewMinisterForm(WholeRowForm):
    """A successor who is not on file yet, of the State and in the function of who leaves."""

    given_name = LineField(
        label=_("Given name"), max_length=120, required=False, widget=UnfoldAdminTextInputWidget
    )
    family_name = LineField(
        label=_("Family name"), max_length=120, widget=UnfoldAdminTextInputWidget
    )
    portfolio = LineField(label=_("Portfolio"), max_length=240, widget=UnfoldAdminTextInputWidget)
    rank = forms.ModelChoiceField(
        label=_("Rank"), queryset=Rank.objects.all(), widget=UnfoldAdminSelectWidget
    )
    address_gender = forms.ChoiceField(
        label=_("Gender of the form of address"),
        choices=Gender.choices,
        initial=Gender.UNKNOWN,
        widget=UnfoldAdminSelectWidget,
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=Language.choices, widget=UnfoldAdminSelectWidget
    )
    to_emails = AddressesField(
        label=_("To"),
        required=False,
        help_text=_("One address a line; none: the letter goes on paper."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )

    class Meta:
        model = Minister
        fields = [
            "given_name", "family_name", "portfolio", "rank", "address_gender", "language",
            "to_emails",
        ]  # fmt: skip

    @property
    def is_typed(self) -> bool:
        """Whether a name was typed, which nobody proposed."""
        return any((self[name].value() or "").strip() for name in ("given_name", "family_name"))

    def __init__(self, data: Any, *, before: Minister) -> None:
        alike = {"portfolio": before.portfolio, "rank": before.rank_id, "language": before.language}
        super().__init__(
            data,
            initial=alike,
            instance=Minister(member_state=before.member_state),
            prefix="new",
        )


class CorrectedAddressForm(ReasonForm):
    """The address that takes the place of the one to which a mail did not get."""

    email = AddressField(
        label=_("Corrected address"),
        help_text=_(
            "It takes the place of the old one on file. When a second person has released it, the "
            "letter goes there by itself."
        ),
        widget=UnfoldAdminEmailInputWidget,
    )
    field_order = ["email", "reason"]


class AfterSavingForm(ReasonForm):
    """What becomes of the letters that left, of what can succeed."""

    follow_up = forms.ChoiceField(
        label=_("What becomes of the letter"), widget=UnfoldAdminRadioSelectWidget
    )
    field_order = ["follow_up", "reason"]

    def __init__(self, data: Any, *, follow_ups: Iterable[str], **more: Any) -> None:
        super().__init__(data, **more)
        choices: Any = self.fields["follow_up"]
        choices.choices = [(follow_up, AfterSaving(follow_up).label) for follow_up in follow_ups]
        self.fields["reason"].required = False
