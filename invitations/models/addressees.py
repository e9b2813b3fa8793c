"""The missions of States, and the ministers that the organization writes to."""

import re
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from invitations.models.edition import Language
from invitations.models.held.rows import HeldRow
from invitations.models.states import MemberState
from invitations.text.addresses import checked_address
from invitations.text.dates import bracketed, comma_list
from invitations.text.lines import is_blank, validate_phone
from invitations.text.placeholders import COURTESY_PLACEHOLDERS, unknown_placeholders
from invitations.text.scripts import LETTERS
from invitations.text.spellings import normalize_name


def validate_address_lines(text: str) -> None:
    for line in text.split():
        checked_address(line)


validate_codes = RegexValidator(
    r"^[A-Z]{3}( [A-Z]{3})*\Z", _("Write codes of three letters, with a space between them.")
)


class Mission(HeldRow):
    class Kind(models.TextChoices):
        MISSION = "mission", _("permanent mission")
        EMBASSY = "embassy", _("embassy")
        CONSULATE = "consulate", _("consulate")
        MINISTRY = "ministry", _("ministry of foreign affairs")
        REGIONAL = "regional", _("regional office")

    # They forward letters where there is no permanent mission.
    POSTS = (Kind.EMBASSY, Kind.CONSULATE, Kind.MINISTRY)

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.MISSION)
    name = models.CharField(_("name"), max_length=200)
    city = models.CharField(_("city"), max_length=60, default="Geneva")
    states = models.ManyToManyField(MemberState, related_name="missions", verbose_name=_("States"))
    postal_address = models.TextField(_("postal address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True, validators=[validate_phone])
    emails = models.TextField(
        _("e-mail addresses"), blank=True, validators=[validate_address_lines]
    )
    language = models.CharField(
        _("language"), max_length=10, choices=Language, default=Language.ENGLISH
    )
    greeted_as = models.CharField(
        _("greeting in a note verbale"),
        max_length=300,
        blank=True,
        help_text=_(
            "In its language, with State and seat, as it follows “presents its compliments”: to "
            "the Permanent Mission of … to the United Nations Office … in Geneva. Russian: in the "
            "dative. Chinese: the name alone."
        ),
    )

    class Meta:
        verbose_name = _("permanent mission")
        verbose_name_plural = _("permanent missions")
        ordering = ["city", "name"]
        constraints = [
            models.UniqueConstraint(name="one_mission_per_name_and_city", fields=["city", "name"])
        ]

    def __str__(self) -> str:
        return comma_list([self.name, self.city])

    @property
    def languages(self) -> tuple[str, str]:
        """The language of its notes; there is never a second one."""
        return self.language, ""


class Rank(HeldRow):
    """The rank of a person: weight in the list of speakers, and form of address."""

    code = models.CharField(_("code"), max_length=10, primary_key=True)
    weight = models.PositiveSmallIntegerField(_("weight"), help_text=_("The lowest speaks first."))
    form = models.CharField(_("form of address"), max_length=10)
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("rank")
        verbose_name_plural = _("ranks")
        ordering = ["weight", "code"]

    def __str__(self) -> str:
        return str(self.name)


class Gender(models.TextChoices):
    """The gender of the form of address; nothing else is known of the person."""

    MALE = "m", _("masculine")
    FEMALE = "f", _("feminine")
    UNKNOWN = "x", _("not known")


class Style(models.TextChoices):
    """As what letters speak of a person in the third person."""

    MAJESTY = "majesty", _("Majesty")
    HIGHNESS = "highness", _("Highness")
    HOLINESS = "holiness", _("Holiness")
    EMINENCE = "eminence", _("Eminence")
    EXCELLENCY = "excellency", pgettext_lazy("style", "Excellency")


UNNAMED = "GEN"
# A permanent mission, as mail that is not written to the minister addresses it.
THE_MISSION = "MISSION"


class FormOfAddress(HeldRow):
    """How letters address who has that form: in one State, or wherever no State's own is on file.

    A general form does not serve the States under ``unfit_in``, even where they have none.
    """

    # The forms of reminders to missions and focal points, and of copies.
    BESIDES_THE_OFFICE = [
        {"form": form, "gender": Gender.UNKNOWN} for form in (THE_MISSION, UNNAMED)
    ]

    language = models.CharField(_("language"), max_length=10, choices=Language)
    form = models.CharField(_("form"), max_length=10)
    gender = models.CharField(_("gender"), max_length=1, choices=Gender)
    member_state = models.ForeignKey(
        MemberState, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("Member State"),
        help_text=_("None: for all States that have no form of their own."),
    )  # fmt: skip
    unfit_in = models.CharField(
        _("does not fit in"),
        max_length=240,
        blank=True,
        validators=[validate_codes],
        help_text=_("Codes of three letters, such as MCO LIE: those States need their own form."),
    )
    courtesy = models.CharField(_("courtesy"), max_length=60, blank=True)
    title = models.CharField(pgettext_lazy("before a name", "title"), max_length=60, blank=True)
    courtesy_dative = models.CharField(_("courtesy in the dative"), max_length=60, blank=True)
    title_dative = models.CharField(_("title in the dative"), max_length=60, blank=True)
    salutation = models.CharField(_("salutation"), max_length=200)
    closing = models.CharField(_("closing"), max_length=300)
    style = models.CharField(
        _("spoken of as"),
        max_length=10,
        choices=Style,
        blank=True,
        help_text=_("The text then speaks of the person; without it, it says “you”."),
    )
    styled = models.CharField(
        _("style in running text"), max_length=60, blank=True, help_text=_("Your Majesty")
    )
    government = models.CharField(
        _("the Government in running text"),
        max_length=120,
        blank=True,
        help_text=_("Your Majesty’s Government; of the Pope: the Holy See"),
    )
    confidence = models.CharField(_("confidence"), max_length=10, blank=True)
    notes = models.CharField(_("notes"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("form of address")
        verbose_name_plural = _("forms of address")
        ordering = ["language", "form", "gender", "member_state"]
        constraints = [
            models.UniqueConstraint(
                name="one_form_per_language_and_gender",
                fields=["language", "form", "gender"],
                condition=Q(member_state=None),
                violation_error_message=_("There is a form for all States already."),
            ),
            models.UniqueConstraint(
                name="one_form_per_state_language_and_gender",
                fields=["language", "form", "gender", "member_state"],
                violation_error_message=_("This State has such a form already."),
            ),
        ]

    def __str__(self) -> str:
        state = [self.member_state] if self.member_state else []
        form = comma_list([self.form, self.get_gender_display(), *state])
        return bracketed(form, self.get_language_display())

    def fits(self, state: MemberState) -> bool:
        """Whether the form is sure, and not known to be another one in that State."""
        is_own = self.member_state_id == state.pk
        return self.confidence in SURE and (is_own or state.iso3 not in self.unfit_in.split())

    def clean(self) -> None:
        words = {"salutation": self.salutation, "closing": self.closing}
        faults = {
            field: unknown_placeholders(text, COURTESY_PLACEHOLDERS)
            for field, text in words.items()
        }
        if self.style:
            spoken = {"styled": self.styled, "government": self.government}
            faults |= {field: [UNSPOKEN] for field, text in spoken.items() if is_blank(text)}
        if faults := {field: said for field, said in faults.items() if said}:
            raise ValidationError(faults)


UNSPOKEN = ValidationError(_("A letter that speaks of a person needs these words."))


def usable_forms(form: str, gender: str, state: int | None) -> Q:
    """Return the condition for forms of that kind: the State's own and the general one."""
    of_state = Q(member_state=None) | Q(member_state=state)
    return Q(form=form, gender=gender) & of_state


# The forms of those whom no letter may address by guess: heads of State and of government, crowns,
# princes and cardinals.
HIGHEST = ("HOS", "MON", "GOVGEN", "CROWN", "HRH", "HH", "HSH", "HOG", "CARD")
SURE = ("high", "medium")


def is_written_in(language: str, name: str) -> bool:
    """Whether the name stands in the language's own script, which is not the Latin one."""
    return language in LETTERS and bool(re.search(f"[{LETTERS[language]}]", name))


class Minister(HeldRow):
    """A person who holds an office, and how letters address that person."""

    member_state = models.ForeignKey(
        MemberState, models.PROTECT, related_name="ministers", verbose_name=_("Member State")
    )
    ref = models.CharField(
        _("reference of the list"), max_length=40, blank=True, help_text=_("Stable in imports.")
    )
    honorific = models.CharField(
        _("courtesy as printed"),
        max_length=60,
        blank=True,
        help_text=_("Replaces the courtesy of the form of address."),
    )
    prenominal = models.CharField(
        _("pre-nominal"), max_length=40, blank=True, help_text=_("Dr.: replaces Mr. or Ms.")
    )
    given_name = models.CharField(_("given name"), max_length=120, blank=True)
    family_name = models.CharField(_("family name"), max_length=120, blank=True)
    name_in_script = models.CharField(_("name in the letter’s script"), max_length=120, blank=True)
    family_name_in_script = models.CharField(
        _("family name in the letter’s script"), max_length=120, blank=True
    )
    name_in_dative = models.CharField(
        _("name in the dative"),
        max_length=120,
        blank=True,
        help_text=_("For the address of a Russian letter: Флавии Эльфберг."),
    )
    portfolio_in_dative = models.CharField(
        _("portfolio in the dative"),
        max_length=240,
        blank=True,
        help_text=_("For the address of a Russian letter: Министру связи."),
    )
    name_as_printed = models.CharField(
        _("name as printed"),
        max_length=200,
        blank=True,
        help_text=_("The whole line with its courtesy, where the form of address does not fit."),
    )
    salutation_as_printed = models.CharField(
        _("opening as printed"),
        max_length=200,
        blank=True,
        help_text=_("Where that of the form of address does not fit."),
    )
    closing_as_printed = models.CharField(
        _("closing as printed"),
        max_length=300,
        blank=True,
        help_text=_("Where that of the form of address does not fit."),
    )
    name_key = models.CharField(max_length=240, blank=True, editable=False)
    address_gender = models.CharField(
        _("gender of the form of address"), max_length=1, choices=Gender, default=Gender.UNKNOWN
    )
    rank = models.ForeignKey(
        Rank, models.PROTECT, related_name="+", default="MIN", verbose_name=_("rank")
    )
    portfolio = models.CharField(
        _("portfolio"), max_length=240, blank=True, help_text=_("In the letter’s language.")
    )
    portfolio_in_second_language = models.CharField(
        _("portfolio in the second language"),
        max_length=240,
        blank=True,
        help_text=_("As the letter’s text in the second language has it."),
    )
    language = models.CharField(_("language"), max_length=10, choices=Language)
    second_language = models.CharField(
        _("second language"), max_length=10, choices=Language, blank=True
    )
    to_emails = models.TextField(_("To"), blank=True, validators=[validate_address_lines])
    cc_emails = models.TextField(_("Cc"), blank=True, validators=[validate_address_lines])
    postal_address = models.TextField(_("postal address"), blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="predecessors",
        verbose_name=_("successor"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("minister")
        verbose_name_plural = _("ministers")
        permissions = [("export_minister", "Can take ministers and their addresses out as a file")]
        ordering = ["member_state", "rank", "family_name"]
        constraints = [
            models.UniqueConstraint(
                name="one_minister_per_reference",
                fields=["member_state", "ref"],
                condition=~Q(ref=""),
                violation_error_message=_("This State has a minister with that reference."),
            ),
            models.UniqueConstraint(
                name="one_minister_per_name",
                fields=["member_state", "name_key"],
                condition=~Q(name_key=""),
                violation_error_message=_("This State has a minister of that name."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or comma_list([self.portfolio or self.rank_id, self.member_state])

    @property
    def told_as(self) -> str:
        return bracketed(self.name, self.member_state) if self.name else str(self)

    def clean(self) -> None:
        self.keep_keys()

    def keep_keys(self, changed: Collection[str] = ()) -> None:
        """Set the key of a new name; whose name stays keeps the key that an earlier version set."""
        on_file = Minister.objects.filter(pk=self.pk).first() if self.pk else None
        if on_file is None or on_file.name != self.name or not self.name_key:
            self.name_key = normalize_name(self.name)

    @property
    def name(self) -> str:
        """Given and family name in Latin letters, or the name in its own script."""
        return f"{self.given_name} {self.family_name}".strip() or self.name_in_script

    @property
    def languages(self) -> tuple[str, str]:
        """The language of letters, and the second one; empty if there is none beside the first."""
        beside = "" if self.second_language == self.language else self.second_language
        return self.language, beside

    @property
    def addressed_by(self) -> dict[str, str]:
        """The form and gender under which the forms of address have this person."""
        if self.is_unnamed and self.rank.form not in HIGHEST:
            return {"form": UNNAMED, "gender": Gender.UNKNOWN}
        return {"form": self.rank.form, "gender": self.address_gender}

    @property
    def is_printed_as_written(self) -> bool:
        """Whether name, opening and closing are all written on the person."""
        return all([self.name_as_printed, self.salutation_as_printed, self.closing_as_printed])

    @property
    def is_unnamed(self) -> bool:
        """Tell whether letters go to the holder of the office, whoever that is."""
        return not (self.name or self.name_as_printed)

    def portfolio_in(self, language: str) -> str:
        """Return the function in the language; that of the first language where none is known."""
        is_second = language == self.second_language != self.language
        return (is_second and self.portfolio_in_second_language) or self.portfolio

    def lacks_portfolio_in(self, language: str) -> bool:
        """Whether there is a function, and it is known in another language alone."""
        is_known = language == self.second_language and not is_blank(
            self.portfolio_in_second_language
        )
        return language != self.language and not is_known and not is_blank(self.portfolio)

    def name_in(self, language: str) -> str:
        """Return the name in the language's script if it is known, else in Latin letters."""
        return self.name_in_script if is_written_in(language, self.name_in_script) else self.name

    def family_name_in(self, language: str) -> str:
        in_script = self.family_name_in_script
        return in_script if is_written_in(language, in_script) else self.family_name
