"""The form by which an office answers."""

from typing import Any, NamedTuple, cast

from django import forms
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from delegations.office.forms.base import KeyField, OfficeForm
from invitations.forms.fields import AddressField, LineField, TextField
from invitations.models import NAME_THE_SUBSTITUTE, Answer, Rank
from invitations.models.reply import ASKED_WITH, REPLY_FIELDS
from invitations.models.reply import SUBSTITUTE_FIELDS as SUBSTITUTE

FURTHER = ("respondent_name", "respondent_function", "respondent_email", "respondent_phone")
SENSES = {
    Answer.IN_PERSON: (pgettext_lazy("answer", "In person"), _("with a statement")),
    Answer.REPRESENTED: (
        pgettext_lazy("answer", "By a substitute"),
        _("who delivers a statement"),
    ),
    Answer.ATTENDS_ONLY: (pgettext_lazy("answer", "Attendance only"), _("without a statement")),
    Answer.VIDEO: (pgettext_lazy("answer", "By video"), _("with a statement")),
    Answer.WRITTEN: (pgettext_lazy("answer", "In writing"), _("a written statement only")),
    Answer.REGRETS: (pgettext_lazy("answer", "Regrets"), _("unable to attend")),
    Answer.HOLDING: (
        pgettext_lazy("answer", "Answer to follow"),
        _("the invitation has been transmitted to the capital"),
    ),
}


class AnswerCard(NamedTuple):
    value: str
    sense: Any
    rest: Any


class ReplyForm(OfficeForm):
    """The questions of the edition; no answer is chosen until a person chooses one.

    ``seen`` names the reply that stood when the page was opened, ``dates`` the last move of its
    dates; empty for none.
    """

    form_key = KeyField()
    seen = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)
    dates = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        label=_("Answer"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose an answer.")},
    )
    substitute_name = LineField(label=_("Substitute’s name"), max_length=120, required=False)
    substitute_function = LineField(
        label=_("Substitute’s function"), max_length=200, required=False
    )
    substitute_rank: "forms.ModelChoiceField[Rank]" = forms.ModelChoiceField(
        Rank.objects.all(),
        label=_("Substitute’s rank"),
        required=False,
        empty_label=_("Not said"),
        help_text=_("The list of speakers follows it."),
    )
    segments = forms.MultipleChoiceField(
        label=_("Segments to be attended"), widget=forms.CheckboxSelectMultiple, required=False
    )
    partnership_interest = forms.BooleanField(
        label=_("Partnership packages are of interest"), required=False
    )
    respondent_name = LineField(
        label=_("Name"),
        max_length=120,
        required=False,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    respondent_function = LineField(
        label=_("Function"),
        max_length=200,
        required=False,
        widget=forms.TextInput({"autocomplete": "organization-title"}),
    )
    respondent_email = AddressField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput({"autocomplete": "email", "dir": "ltr"}),
    )
    respondent_phone = LineField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        widget=forms.TelInput({"autocomplete": "tel", "dir": "ltr"}),
    )
    remarks = TextField(
        label=_("Remarks"),
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 5}),
    )

    def offer(self) -> None:
        """Offer the edition's answers and segments, and the holding reply."""
        edition = self.of.edition
        answers = [Answer(answer) for answer in (*edition.answers_offered, Answer.HOLDING)]
        self.answers = answers
        called = {answer.value: answer.label for answer in answers}
        for name, offered in (("answer", called), ("segments", edition.segments)):
            field = cast("forms.ChoiceField", self.fields[name])
            field.choices = [(code, capfirst(words)) for code, words in offered.items()]
        if not edition.segments:
            del self.fields["segments"]
        if not self.asks_of_partnership:
            del self.fields["partnership_interest"]
        elif edition.partnership_link:
            self.fields["partnership_interest"].help_text = format_html(
                '<a href="{}" target="_blank" rel="noopener">{}</a>',
                edition.partnership_link,
                _("What the packages are (opens in a new tab)"),
            )

    @property
    def asks_of_partnership(self) -> bool:
        """Whether the edition has packages, or the office has said that it is interested."""
        edition = self.of.edition
        has_packages = edition.partnership_link or edition.partnership_email
        return bool(has_packages or self.initial.get("partnership_interest"))

    @property
    def is_blank(self) -> bool:
        """Whether the form holds no words of anybody."""
        hidden = {field.name for field in self.hidden_fields()}
        return not self.is_bound and self.initial.keys() <= hidden

    @property
    def cards(self) -> list[AnswerCard]:
        """The answers offered, each with its sense in a word or two and the rest in some more."""
        return [AnswerCard(value, *SENSES[value]) for value in self.answers]

    @property
    def ranks(self) -> Any:
        """The ranks as values and words: no row is made of them where they are only listed."""
        return Rank.objects.values_list("code", "name")

    @property
    def attended(self) -> list[str]:
        """The segments that are ticked."""
        return self["segments"].value() or []

    @property
    def further(self) -> list[forms.BoundField]:
        """The lines that any answer may have; the page folds them while nothing is in them."""
        return [self[name] for name in FURTHER]

    @property
    def is_unfolded(self) -> bool:
        names = (*FURTHER, "partnership_interest", "remarks")
        asked = [name for name in names if name in self.fields]
        return any(self[name].value() or name in self.errors for name in asked)

    @property
    def shows_substitute(self) -> bool:
        """Whether a fault is to be seen there, whichever answer is chosen."""
        return not self.errors.keys().isdisjoint(SUBSTITUTE)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        names_nobody = not (said.get("substitute_name") or "substitute_name" in self.errors)
        if said.get("answer") == Answer.REPRESENTED and names_nobody:
            self.add_error("substitute_name", NAME_THE_SUBSTITUTE)
        return said

    @property
    def seen_by_office(self) -> str | None:
        """The standing reply that the office saw; empty for none, None if the form does not say."""
        return self.cleaned_data["seen"] if "seen" in self.data else None

    @property
    def dates_seen(self) -> str | None:
        """The last move of the dates that the office saw; None if the form does not say."""
        return self.cleaned_data["dates"] if "dates" in self.data else None

    @property
    def typed_words(self) -> dict[str, Any]:
        """The reply's columns, as a valid form gives them, for whichever answer they were typed."""
        return {name: self.cleaned_data[name] for name in REPLY_FIELDS if name in self.fields}

    @property
    def words(self) -> dict[str, Any]:
        """The reply's columns, without what the chosen answer does not ask."""
        said = self.typed_words
        unasked = {name for name, answers in ASKED_WITH.items() if said["answer"] not in answers}
        if said["answer"] != Answer.REPRESENTED:
            unasked |= {*SUBSTITUTE}
        unasked &= said.keys()
        return said | {name: self.fields[name].clean(None) for name in unasked}
