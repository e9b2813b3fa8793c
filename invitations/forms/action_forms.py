"""Forms that the desk shows before it acts: a confirmation, a reason, a way, a choice."""

import re
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from invitations.forms.fields import DeskHourWidget, LineField
from invitations.models import Delivery, Invitation, ReplyLink
from invitations.outbox.another_address import PUT_IT_ON_FILE
from invitations.text.dates import labelled
from invitations.text.lines import isolated
from invitations.text.rewording import Pair, pairs_in


class SureForm(forms.Form):
    """A confirmation without fields."""


class ReasonForm(forms.Form):
    reason = LineField(
        label=_("Reason"),
        max_length=300,
        help_text=_("It is kept, and shown to whoever asks later."),
        widget=UnfoldAdminTextInputWidget,
    )


class ReplaceLinkForm(ReasonForm):
    """A reason, and for each invitation the version of the link that the page was about.

    All stand in one field, as pairs of key and version; the form returns them as a dictionary.
    """

    versions = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_versions(self) -> dict[int, int]:
        pairs = re.findall(r"([0-9]{1,18}):([0-9]{1,9})", self.cleaned_data["versions"])
        return {int(pk): int(version) for pk, version in pairs}


def versions_of_links(invitations: QuerySet[Invitation]) -> dict[str, str]:
    """Return what the form begins with: the version of each current link, never its token."""
    links = ReplyLink.objects.current().filter(invitation__in=invitations.values("pk"))
    return {"versions": " ".join(f"{one.invitation_id}:{one.version}" for one in links)}


class MarksForm(forms.Form):
    """For each row the mark of what the page showed of it.

    All stand in one field, as pairs of key and mark; the form returns them as a dictionary.
    """

    marks = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_marks(self) -> dict[int, str]:
        pairs = re.findall(r"([0-9]{1,18}):([0-9a-f]{64})", self.cleaned_data["marks"])
        return {int(pk): mark for pk, mark in pairs}


class MarkedForm(MarksForm):
    """The marks, and a reason."""

    reason = LineField(
        label=_("Reason"),
        max_length=300,
        required=False,
        help_text=_("It is kept, and shown to whoever asks later."),
        widget=UnfoldAdminTextInputWidget,
    )


class MarkedReasonForm(MarkedForm):
    """The same, with a reason that has to be given."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True


def row_marks(rows: QuerySet[Any]) -> dict[str, str]:
    """Return what the form begins with: the mark of each row as it stands."""
    return {"marks": " ".join(f"{one.pk}:{one.mark}" for one in rows)}


class CopyToSignForm(forms.Form):
    without_letterhead = forms.BooleanField(
        label=_("Without the letterhead"),
        help_text=_("For paper on which it is printed already."),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )
    without_original_signed = forms.BooleanField(
        label=_("Without “(original signed)”"),
        help_text=_("For a signature by hand."),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )


class RewordForm(forms.Form):
    """Words and what takes their place, a line to each; the form returns them as pairs."""

    pairs = forms.CharField(
        label=_("What takes the place of what"),
        help_text=_(
            "One to a line: the Forum → the Conference. Whole words are replaced, also where they "
            "begin a sentence, and longer ones first: write the article where it changes, del "
            "$forum → de la $forum."
        ),
        widget=UnfoldAdminTextareaWidget,
    )

    def clean_pairs(self) -> list[Pair]:
        return pairs_in(self.cleaned_data["pairs"])


PAPER_CHANNELS = [choice for choice in Delivery.Channel.choices if choice[0] != "email"]


class DispatchedForm(forms.Form):
    channel = forms.ChoiceField(
        label=_("How it left"),
        choices=PAPER_CHANNELS,
        widget=UnfoldAdminSelectWidget,
    )
    at = forms.SplitDateTimeField(
        label=_("When it left"), initial=timezone.now, widget=DeskHourWidget
    )
    reference = LineField(
        label=capfirst(_("dispatch reference")),
        max_length=60,
        required=False,
        help_text=_("Number of the pouch or of the registered letter."),
        widget=UnfoldAdminTextInputWidget,
    )


class AnotherAddressForm(forms.Form):
    """A choice among the office's released addresses to which the letter never went."""

    email = forms.ChoiceField(
        label=_("Another address"),
        help_text=_("The same letter goes there as it is, with the addresses that stand in it."),
        error_messages={"invalid_choice": PUT_IT_ON_FILE},
        widget=UnfoldAdminRadioSelectWidget,
    )

    def __init__(self, data: Any, *, addresses: dict[str, str]) -> None:
        super().__init__(data, initial={"email": next(iter(addresses))})
        field: Any = self.fields["email"]
        field.choices = [
            (address, labelled(isolated(address), whose)) for address, whose in addresses.items()
        ]


class LetterDispatchedForm(DispatchedForm):
    """Dispatch of letters to several States: each by its own route, unless a way is chosen."""

    channel = forms.ChoiceField(
        label=_("How it left"),
        choices=[("", _("each by its own route")), *PAPER_CHANNELS],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )


class SettleForm(forms.Form):
    """A choice between two contradicting replies."""

    stands = forms.ChoiceField(
        label=_("Which reply stands"),
        choices=[
            ("contested", _("the contested reply, in place of the standing one")),
            ("standing", _("the standing reply; the contested one is set aside")),
        ],
        widget=UnfoldAdminRadioSelectWidget,
    )
    reason = LineField(label=_("Reason"), max_length=300, widget=UnfoldAdminTextInputWidget)
