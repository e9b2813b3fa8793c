"""The form of a reminder step, and the steps with which a new edition begins."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from invitations.forms.model_forms import WholeRowForm
from invitations.models import AFTER_A_MOVE, LetterKind, LetterTemplate, NextStep, ReminderStep
from invitations.models.templates import format_variant
from invitations.text.dates import comma_list

USUAL_STEPS = [
    {"days_before": 21, "audience": ReminderStep.Audience.OFFICE, "variant": "first"},
    {"days_before": 7, "audience": ReminderStep.Audience.MISSION, "variant": "last"},
    {"days_before": 2, "medium": ReminderStep.Medium.CALL},
    *(
        {
            "days_before": days,
            "asks_for": what,
            "audience": ReminderStep.Audience.FOCAL_POINT,
            "variant": what.value,
        }
        for days, what in ((42, NextStep.SPEAKER), (28, NextStep.HEAD), (14, NextStep.TEXT))
    ),
]


def texts_known() -> dict[str, str]:
    """Return the names of the texts of reminders; those after a move are taken by themselves."""
    texts = LetterTemplate.objects.filter(kind=LetterKind.REMINDER)
    named = texts.exclude(variant__in=AFTER_A_MOVE).order_by("variant")
    variants = named.values_list("variant", flat=True).distinct()
    return {one: format_variant(one) or str(_("the usual text")) for one in variants}


def texts_to_choose() -> list[tuple[str, str]]:
    return list(({"": "—"} | texts_known()).items())


class ReminderStepForm(WholeRowForm):
    """A form that drops both approvals if the step changes: two people look at it again."""

    # Whether the page proposed the step: it is kept as it stands, although nobody typed it.
    is_proposed = False

    variant = forms.ChoiceField(
        label=_("text"),
        required=False,
        choices=texts_to_choose,
        help_text=_("What is asked after a yes has its own text; a call needs none."),
        widget=UnfoldAdminSelectWidget,
    )

    def has_changed(self) -> bool:
        return self.is_proposed or super().has_changed()

    def clean_variant(self) -> str:
        """Refuse a mail for which there is no text: it would never be composed."""
        if asks_for := self.cleaned_data.get("asks_for"):
            return str(asks_for)
        variant = str(self.cleaned_data["variant"])
        known = {one: name for one, name in texts_known().items() if one not in NextStep.values}
        if self.cleaned_data.get("medium") == ReminderStep.Medium.MAIL and variant not in known:
            raise ValidationError(
                _("There is no such text of a reminder. There are: %(texts)s."),
                params={"texts": comma_list(list(known.values()))},
            )
        return variant

    def clean(self) -> dict[str, Any] | None:
        """Let what is asked after a yes go its only way: by mail to no minister."""
        if self.cleaned_data.get("asks_for"):
            self.cleaned_data["medium"] = ReminderStep.Medium.MAIL
            self.cleaned_data["audience"] = ReminderStep.Audience.FOCAL_POINT
        return super().clean()

    def save(self, commit: bool = True) -> ReminderStep:
        if self.changed_data:
            self.instance.drop_approvals()
        return super().save(commit)


class ReminderStepFormSet(forms.BaseInlineFormSet):
    """The steps of one edition; that of a new one proposes the usual steps."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial_extra = USUAL_STEPS

        self.texts = texts_to_choose()

    def add_fields(self, form: Any, index: int | None) -> None:
        """Ask once for the texts that each row offers."""
        super().add_fields(form, index)
        form.fields["variant"].choices = self.texts

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc] # Django’s own hook
        # A row without a number of days was emptied, or never filled.
        form.is_proposed = self.instance.pk is None and bool(form["days_before"].value())
        return form
