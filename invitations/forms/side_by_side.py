"""The reply of a paper or mail that lies beside its form; all of it is used by keyboard alone."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from invitations.forms.correspondence import PaperReplyForm
from invitations.forms.fields import DeskHourWidget, LineField
from invitations.models import Answer, Correspondence, Invitation
from invitations.replies import REPLY_FIELDS

Search = Callable[[str], Sequence[Invitation]]
NOTHING_OFFERED = _(
    "Nothing that came in says whose it is: type the State below and press Enter, then choose here."
)
ONLY_WHOSE = _("To say only whose it is, leave all fields of the reply empty; or record the reply.")
# What a mail says by itself, and nobody puts right beside it.
OF_A_MAIL = ("channel", "received_at", "reference", "sender", "summary")


class BesideForm(PaperReplyForm):
    """A reply whose correspondence is on file; letters of a State bring invitations to choose.

    What was looked for stays in ``found``: the same words once more are no new search, so that
    Enter looks for what is new, and records what is complete.
    """

    whose = LineField(
        label=_("Another State"),
        max_length=80,
        required=False,
        help_text=_("Its code of two letters, or a name of it: Enter looks for its invitations."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )
    found = forms.CharField(required=False, widget=forms.HiddenInput)
    answer = forms.ChoiceField(
        label=_("Answer"), choices=Answer.choices, widget=UnfoldAdminRadioSelectWidget
    )
    received_at = forms.SplitDateTimeField(label=capfirst(_("received at")), widget=DeskHourWidget)

    class Meta(PaperReplyForm.Meta):
        fields = ["invitation", "channel", "received_at", "reference", "sender", "summary"]
        widgets = {
            "invitation": UnfoldAdminRadioSelectWidget,
            "channel": UnfoldAdminSelectWidget,
            "reference": UnfoldAdminTextInputWidget,
            "sender": UnfoldAdminTextInputWidget,
            "summary": UnfoldAdminExpandableTextareaWidget,
        }

    def __init__(
        self, data: Any, filed: Correspondence, offered: Any, search: Search, **initial: Any
    ) -> None:
        super().__init__(data, instance=filed, initial={"invitation": offered.chosen, **initial})
        self.is_looking = False
        # Whose it is can be said before anybody knows what it answers.
        self.fields["answer"].required = "_file" not in (data or {})
        for name in OF_A_MAIL if filed.message else ():
            del self.fields[name]
        listed: Sequence[Invitation] = offered.invitations
        if filed.invitation_id:
            del self.fields["whose"], self.fields["found"]
        elif data is not None:
            listed = self.looked_up(data, listed, search)
        self.offer(listed)
        self.fields[self.first_open(listed)].widget.attrs["autofocus"] = True

    def looked_up(
        self, data: Any, offered: Sequence[Invitation], search: Search
    ) -> Sequence[Invitation]:
        """Return what may be chosen by now; what is newly found has its first one chosen."""
        typed, found = data.get("whose", "").strip(), data.get("found", "")
        searched = list(search(typed)) if typed else []
        if typed and typed != found:
            self.is_looking = True
            shown = data.copy()
            shown["found"] = typed
            if searched:
                shown["invitation"] = str(searched[0].pk)
            self.data = shown
            # Nothing is checked yet: the page is only shown with what was found.
            self._errors = ErrorDict()
        return [*searched, *(one for one in offered if one not in searched)]

    def offer(self, offered: Sequence[Invitation]) -> None:
        self.offered = offered
        field: Any = self.fields["invitation"]
        field.queryset = Invitation.objects.filter(pk__in=[one.pk for one in offered])
        field.choices = [(one.pk, one.chosen_as) for one in offered]
        field.help_text = "" if offered else NOTHING_OFFERED

    def first_open(self, offered: Sequence[Invitation]) -> str:
        """Return the first question that is open: whose it is, then what it answers."""
        if "whose" not in self.fields or self["invitation"].value():
            return "answer"
        return "invitation" if offered else "whose"

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        if "_file" in self.data and any(cleaned.get(name) for name in REPLY_FIELDS):
            raise ValidationError(ONLY_WHOSE)
        return cleaned

    @property
    def said(self) -> dict[str, Any]:
        """How it came, as far as it was asked."""
        cleaned: dict[str, Any] = getattr(self, "cleaned_data", {})
        return {name: cleaned[name] for name in OF_A_MAIL if name in cleaned}

    @property
    def first_fields(self) -> list[Any]:
        return [self[name] for name in ("invitation", "whose", "answer") if name in self.fields]

    @property
    def further_fields(self) -> list[Any]:
        first = {"invitation", "whose", "answer"}
        return [field for field in self.visible_fields() if field.name not in first]
