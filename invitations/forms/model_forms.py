"""Forms of whole rows: the checks they share, and those of an edition and an invitation."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from invitations.forms.fields import OF_GENEVA, AddressesField, HourOfEditionField, LineField
from invitations.forms.segments import faults_of_own_segments, without_new_nothing
from invitations.forms.stale_form import StaleForm, lock_rows
from invitations.models import (
    Answer,
    DigestChoice,
    ForumEdition,
    Invitation,
    LetterTemplate,
    Minister,
    Mission,
    Rank,
    Segment,
)
from invitations.models.edition import all_answers, all_segments, ranks_by_original
from invitations.models.operations import all_kinds
from invitations.outbox.corrections.succession import reason_not_to_succeed
from invitations.text.mission_names import is_greeting_in
from invitations.text.spellings import normalize_name


class WholeRowForm(StaleForm):
    """A form that checks all constraints of its row, also over fields that the page does not show.

    It lays nothing over what somebody else has saved meanwhile.

    ``refusal`` is the sentence of a verb that refused to save the row.
    """

    refusal: ValidationError | None = None
    # Columns whose constraints hold by the time the row is saved, by what its verb does before.
    unchecked: frozenset[str] = frozenset()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal:
            raise ValidationError(self.refusal.messages)
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        # The stubs do not know it: Django has no public name for it.
        return super()._get_validation_exclusions() | self.unchecked  # type: ignore[misc]

    def validate_unique(self) -> None:
        super().validate_unique()
        if self.errors:
            return
        try:
            self.instance.validate_constraints(exclude={*self.unchecked})
        except ValidationError as refusal:
            self.add_error(None, refusal.messages)


class SpellingsFormSet(forms.BaseInlineFormSet):
    """Other spellings of one State: the database is asked for each before any of them is saved."""

    def clean(self) -> None:
        super().clean()
        seen: set[str] = set()
        for form in self.forms:
            key = form.instance.key
            if form.cleaned_data.get("DELETE") or not key:
                continue
            if key in seen:
                twice = _("The spelling “%(spelling)s” stands here twice.")
                raise ValidationError(twice, params={"spelling": form.instance.spelling})
            seen.add(key)


class HeldRowForm(WholeRowForm):
    """A form of a row whose changes may wait for a second person, who reads why it changes."""

    why_changed = LineField(
        label=_("Why it changes"),
        max_length=300,
        required=False,
        help_text=_(
            "Where approved letters use the record, a second person releases the change for "
            "automatic mail and public pages, and reads this."
        ),
        widget=UnfoldAdminTextInputWidget,
    )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self.instance.why_changed = self.cleaned_data.get("why_changed", "")
        return cleaned


class TemplateForm(WholeRowForm):
    """A form that becomes the next version: it drops no words of one that was made meanwhile."""

    def lock(self) -> None:
        # Whoever makes the next version locks them all, also from the page of another one.
        lock_rows(LetterTemplate, versions_of(self.instance).values_list("pk", flat=True))

    def standing(self, row: Any) -> LetterTemplate:
        return versions_of(row).latest("version")


def versions_of(text: LetterTemplate) -> QuerySet[LetterTemplate]:
    return LetterTemplate.objects.filter(
        kind=text.kind, variant=text.variant, language=text.language
    )


class FormOfAddressForm(HeldRowForm):
    # Approvals lock States before forms of address, and so does whatever saves one.
    locked_first = "member_state"

    confidence = forms.ChoiceField(
        label=capfirst(_("confidence")),
        choices=[
            ("", "–"),
            ("high", pgettext_lazy("confidence", "high")),
            ("medium", pgettext_lazy("confidence", "medium")),
            ("low", pgettext_lazy("confidence", "low")),
        ],
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("A style, and whoever is highest, need a form that is sure: high or medium."),
    )


class AlternateForm(WholeRowForm):
    """The alternate of an approver; whoever enters a new one is the approver."""

    named_by: User | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.named_by and self.instance.pk is None:
            self.instance.approver = self.named_by


class BoxesField(forms.MultipleChoiceField):
    """Boxes to tick, on pages of the admin."""

    widget = UnfoldAdminCheckboxSelectMultipleWidget


class DigestChoiceForm(WholeRowForm):
    """What one's own digest mails tell and when; what happened before is not told."""

    chosen_by: User

    what = BoxesField(
        label=_("What you are told"),
        choices=DigestChoice.What.choices,
        initial=all_kinds,
        help_text=_(
            "“Needs a person” is a letter or mail that failed, came back or missed its hour, or of "
            "which nobody knows whether it arrived."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.instance.user = self.chosen_by
            self.initial["language"] = get_language()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.initial.get("often") == DigestChoice.Often.NEVER:
            self.instance.informed_until = timezone.now()
        return cleaned


def ranks_known() -> list[tuple[str, str]]:
    return [(rank.code, str(rank)) for rank in Rank.objects.all()]


BOXES = ["answers_offered", "segments_offered", "original_ranks"]


ANOTHER_TIME = _(
    "This is the time of Geneva, and the edition goes by another: letters name it beside the last "
    "day to reply."
)
# The name of the time zone that a new edition has unless another one is chosen.
NAMES_OF_ITS_TIME = {
    "time_zone_name_en": "Geneva time",
    "time_zone_name_fr": "heure de Genève",
    "time_zone_name_es": "hora de Ginebra",
    "time_zone_name_ru": "по женевскому времени",
    "time_zone_name_zh_hans": "日内瓦时间",
    "time_zone_name_ar": "توقيت جنيف",
}


def usual_here() -> dict[str, Any]:
    """Return what a new edition begins with: where and by which time it is held, and its segments.

    A desk elsewhere than in Geneva is another organization's, which awards no prizes of WSIS.
    """
    zone = timezone.get_default_timezone_name()
    if zone == OF_GENEVA:
        return NAMES_OF_ITS_TIME
    segments = [code for code in all_segments() if code != Segment.PRIZES]
    return {"time_zone": zone, "mission_city": "", "segments_offered": segments}


class EditionForm(HeldRowForm):
    """An edition; its hours are typed and shown by its clock, as it was before it is saved."""

    replies_closed_at = HourOfEditionField(label=capfirst(_("replies closed at")), required=False)
    speakers_published_at = HourOfEditionField(
        label=capfirst(_("list of speakers published at")),
        required=False,
        help_text=_("From this hour on everyone can read it; empty: it is not published."),
    )
    answers_offered = BoxesField(
        label=_("Answers offered"),
        choices=[choice for choice in Answer.choices if choice[0] != Answer.HOLDING],
        initial=all_answers,
    )
    segments_offered = BoxesField(
        label=_("Segments offered"),
        choices=Segment.choices,
        initial=all_segments,
        required=False,
    )
    original_ranks = BoxesField(
        label=_("Ranks that get a signed original"),
        choices=ranks_known,
        initial=ranks_by_original,
        required=False,
        help_text=_(
            "On paper, under a note verbale: no mail and no reminder. Where none is chosen, all "
            "get their letter by mail."
        ),
    )

    class Meta:
        model = ForumEdition
        fields = BOXES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, HourOfEditionField):
                field.by_the_clock_of(self.instance if self.instance.pk else self.begun())

    def begun(self) -> ForumEdition | None:
        """Return an edition with the time zone that was typed for a new one, if it is one."""
        typed = self.data.get(self.add_prefix("time_zone"), "")
        return ForumEdition(time_zone=typed) if typed in available_timezones() else None

    def clean(self) -> dict[str, Any] | None:
        """Keep the order on file: another one alone is no change for a second person.

        The time of Geneva is proposed for each edition: another one is called otherwise, and what
        comes back to it is called so again.
        """
        cleaned = super().clean() or {}
        if "time_zone" in self.changed_data and cleaned.get("time_zone") == OF_GENEVA:
            cleaned |= {
                name: said
                for name, said in NAMES_OF_ITS_TIME.items()
                if name in cleaned and name not in self.changed_data
            }
        if cleaned.get("time_zone", OF_GENEVA) != OF_GENEVA:
            called = {name for name, said in NAMES_OF_ITS_TIME.items() if cleaned.get(name) == said}
            for name in called:
                self.add_error(name, ANOTHER_TIME)
        cleaned |= without_new_nothing(self.instance, cleaned)
        for name, fault in faults_of_own_segments(self.instance, cleaned).items():
            self.add_error(name, fault)
        for name in BOXES:
            on_file = getattr(self.instance, name)
            if name in cleaned and {*cleaned[name]} == {*on_file}:
                cleaned[name] = on_file
        return cleaned


class MemberStateForm(HeldRowForm):
    def clean(self) -> dict[str, Any] | None:
        """Give a State without a key of French lists that of its name: it is first in none."""
        cleaned = super().clean() or {}
        names = ("list_name_fr", "short_name_fr", "short_name_en")
        if not cleaned.get("sort_key_fr", "key"):
            name = next(filter(None, (cleaned.get(name) for name in names)), "")
            cleaned["sort_key_fr"] = normalize_name(name).upper()
        return cleaned


class MissionForm(HeldRowForm):
    class Meta:
        model = Mission
        fields = ["emails"]
        field_classes = {"emails": AddressesField}

    def clean(self) -> dict[str, Any] | None:
        """Refuse another language beside a greeting that stayed in the former one."""
        cleaned = super().clean() or {}
        greeting, changed = cleaned.get("greeted_as", ""), self.changed_data
        is_left = greeting and "language" in changed and "greeted_as" not in changed
        if is_left and not is_greeting_in(cleaned.get("language", ""), greeting):
            self.add_error("greeted_as", IN_FORMER_LANGUAGE)
        return cleaned


IN_FORMER_LANGUAGE = _(
    "The greeting is in the former language: write it in the new one, or empty it."
)


class MinisterForm(HeldRowForm):
    class Meta:
        model = Minister
        fields = ["to_emails", "cc_emails"]
        field_classes = {"to_emails": AddressesField, "cc_emails": AddressesField}

    def clean(self) -> dict[str, Any] | None:
        """Refuse a new successor whom a hand-over would refuse."""
        cleaned = super().clean() or {}
        successor, state = cleaned.get("successor"), cleaned.get("member_state")
        if successor and "successor" in self.changed_data:
            why = reason_not_to_succeed(self.instance.pk, state and state.pk, successor)
            if why:
                self.add_error("successor", why)
        return cleaned


class FiledForm(WholeRowForm):
    """A form of what came in; whoever records its reply locks the invitation first too."""

    locked_first = "invitation"


class FiledMailForm(FiledForm):
    """A form of filed mail: garbled words may stay as they came, unless somebody changes them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, LineField) and self._is_as_it_came(name, field):
                field.refuse = lambda words: None

    def _is_as_it_came(self, name: str, field: LineField) -> bool:
        sent = self.data.get(self.add_prefix(name), "")
        return field.tidy(sent) == field.tidy(self.get_initial_for_field(field, name) or "")


class InvitationForm(HeldRowForm):
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        # A draft follows its minister to the minister's State.
        minister = cleaned.get("minister")
        if minister and self.instance.status == Invitation.Status.DRAFT:
            self.instance.member_state = minister.member_state
        return cleaned
