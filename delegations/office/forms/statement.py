"""The forms of a policy statement: its particulars, and its files."""

from typing import Any, cast

from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from delegations.models import PolicyStatement
from delegations.office.forms.base import OfficeForm
from delegations.office.forms.waiting_files import WaitingFile, note_of, read_note
from invitations.forms.fields import LineField, TextField
from invitations.models import Language

SLOTS = ("first_choice", "second_choice")
# Column by field. The field is ``spoken``, since the page's language switch sends ``language``.
COLUMNS = {
    "speaker_name": "speaker_name",
    "speaker_function": "speaker_function",
    "mode": "mode",
    "title": "title",
    "theme": "theme",
    "first_choice": "first_choice_id",
    "second_choice": "second_choice_id",
    "spoken": "language",
    "other_language": "other_language",
    "interpretation": "interpretation",
    "quotation": "quotation",
    "quotation_consent": "quotation_consent",
    "biography": "biography",
}
MOST_FILES = 10


class StatementForm(OfficeForm):
    """``seen`` is the mark of the statement when the page was opened; empty for a new one."""

    marks_optional = True

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    speaker_name = LineField(
        label=_("Speaker"),
        max_length=120,
        error_messages={"required": _("Please name the speaker.")},
    )
    speaker_function = LineField(label=_("Speaker’s function"), max_length=200, required=False)
    mode = forms.ChoiceField(
        label=_("How the statement is delivered"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose how the statement is delivered.")},
    )
    title = LineField(label=_("Title of the statement"), max_length=200, required=False)
    theme = LineField(label=_("Theme"), max_length=200, required=False)
    first_choice = forms.TypedChoiceField(
        label=_("Preferred session"), required=False, coerce=int, empty_value=None
    )
    second_choice = forms.TypedChoiceField(
        label=_("Second preference"), required=False, coerce=int, empty_value=None
    )
    spoken = forms.ChoiceField(label=_("Language of the statement"), required=False)
    other_language = LineField(label=_("Another language, which"), max_length=60, required=False)
    interpretation = forms.ChoiceField(
        label=_("Interpretation"),
        required=False,
        help_text=_("Only for a language that is none of those listed above."),
    )
    quotation = TextField(
        label=_("Short quotation"),
        max_length=400,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )
    quotation_consent = forms.BooleanField(
        label=_("The quotation may be published under the speaker’s name"), required=False
    )
    biography = TextField(
        label=_("Short biography"),
        max_length=1500,
        required=False,
        widget=forms.Textarea({"rows": 6}),
    )

    def __init__(self, *args: Any, sessions: list[tuple[int, str]], **named: Any) -> None:
        self.sessions = sessions
        super().__init__(*args, **named)

    def offer(self) -> None:
        chosen = {
            "mode": [(value, capfirst(label)) for value, label in PolicyStatement.Mode.choices],
            "spoken": [
                ("", _("Not decided yet, or another language")),
                *((code, capfirst(Language(code).label)) for code in self.languages),
            ],
            "interpretation": [
                ("", _("None is needed")),
                *((v, capfirst(label)) for v, label in PolicyStatement.Interpretation.choices),
            ],
        } | {name: [("", _("No preference")), *self.sessions] for name in SLOTS}
        for name, choices in chosen.items():
            cast("forms.ChoiceField", self.fields[name]).choices = choices
        if not self.sessions:
            for name in SLOTS:
                del self.fields[name]

    @property
    def languages(self) -> list[str]:
        """Those of the edition, beside one in which the statement was announced before."""
        known = (self.data if self.is_bound else self.initial).get("spoken")
        of_edition = self.of.edition.languages
        return [code for code in Language.values if code in {*of_edition, known}]

    def laid_out(self) -> Layout:
        return Layout(
            "invitation",
            "seen",
            "speaker_name",
            "speaker_function",
            "mode",
            "title",
            "theme",
            *(SLOTS if self.sessions else ()),
            Fieldset(_("Language"), "spoken", "other_language", "interpretation"),
            Fieldset(_("For the press"), "quotation", "quotation_consent"),
            "biography",
        )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        first, second = (said.get(name) for name in SLOTS)
        if first and first == second:
            self.add_error("second_choice", _("The second preference is another session."))
        if said.get("spoken") and said.get("other_language"):
            self.add_error(
                "other_language", _("Please choose a language above or name another, not both.")
            )
        return said

    @property
    def words(self) -> dict[str, Any]:
        """The statement's columns, as a valid form gives them."""
        return {
            column: self.cleaned_data[name]
            for name, column in COLUMNS.items()
            if name in self.fields
        }


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """A field for no file, one or several; its value is a list."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        given = data if isinstance(data, list | tuple) else [data]
        if len(given) > MOST_FILES:
            raise ValidationError(
                _("Please send at most %(count)s files at a time."), params={"count": MOST_FILES}
            )
        return [file for file in given if file]


class FilesForm(OfficeForm):
    """Texts and a photo, in one form with the particulars; each file is saved by itself."""

    marks_optional = True
    unmarked = ("waiting",)
    auto_ids = "file_%s"

    texts = SeveralFilesField(
        label=_("Texts"),
        required=False,
        help_text=_("PDF, DOCX, ODT or TXT, up to 10 MB each, in any language."),
        widget=SeveralFiles({"accept": ".pdf,.docx,.odt,.txt"}),
    )
    text_language = LineField(label=_("Language of these texts"), max_length=60, required=False)
    replaces = forms.TypedChoiceField(
        label=_("In place of"), required=False, coerce=int, empty_value=None
    )
    photo = forms.FileField(
        label=_("Photo of the speaker"),
        required=False,
        help_text=_("JPEG or PNG, up to 20 MB. A new photo takes the place of the earlier one."),
        widget=forms.FileInput({"accept": "image/jpeg,image/png"}),
    )
    waiting = forms.MultipleChoiceField(
        label=_("Files that came with this form"),
        required=False,
        help_text=_("They are kept for one day, and filed once the statement is saved."),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": _("A file is not kept any more: please choose it again.")
        },
    )

    def __init__(self, *args: Any, current: list[tuple[int, str]], **named: Any) -> None:
        self.current = current
        super().__init__(*args, **named)
        self.offer_waiting(self["waiting"].value() or [])

    def offer_waiting(self, notes: list[str]) -> None:
        """Offer the files of the notes, and ask nothing where none is kept."""
        read = [(note, read_note(self.of, note)) for note in notes]
        self.kept = [(note, file.called) for note, file in read if file]
        cast("forms.MultipleChoiceField", self.fields["waiting"]).choices = self.kept

    def keep_waiting(self, files: list[WaitingFile]) -> None:
        """Show these files, each ticked, as waiting for the form that is shown again."""
        notes = [note_of(self.of, file) for file in files]
        self.offer_waiting(notes)
        data = cast("QueryDict", self.data).copy()
        data.setlist("waiting", notes)
        self.data = data

    def offer(self) -> None:
        replaced = cast("forms.ChoiceField", self.fields["replaces"])
        replaced.choices = [("", _("None: it is filed beside the others")), *self.current]
        if not self.current:
            del self.fields["replaces"]

    def laid_out(self) -> Layout:
        """Lay out what is asked; the form of the particulars, beside it, names the invitation."""
        apart = {"invitation", "waiting"}
        waiting = ["waiting"] if self.kept else []
        return Layout(*waiting, *(name for name in self.fields if name not in apart))

    def clean_photo(self) -> UploadedFile | None:
        return self.cleaned_data["photo"] or None

    def clean_waiting(self) -> list[WaitingFile]:
        """Return the files of the notes, each of which was offered as one that is kept."""
        notes = self.cleaned_data["waiting"]
        return [file for note in notes if (file := read_note(self.of, note))]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        waiting = given.get("waiting", [])
        texts = [*given.get("texts", []), *(file for file in waiting if not file.is_photo)]
        if given.get("replaces") and len(texts) != 1:
            self.add_error("replaces", _("One text takes the place of one: choose a single file."))
        if not self.errors and not texts and not waiting and not given["photo"]:
            self.add_error("texts", _("Please choose a file."))
        return given
