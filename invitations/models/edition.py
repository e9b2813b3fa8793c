"""Editions of the forum, and what is decided once for all invitations of an edition."""

import datetime as dt
from copy import copy
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from invitations.data import table
from invitations.models.held.change import HeldChange, Values
from invitations.models.held.holding import lay_over
from invitations.models.held.rows import HeldQuerySet, HeldRow
from invitations.text.dates import format_range, with_honorific
from invitations.text.lines import validate_phone
from invitations.text.segments import all_segments, segments_of, validate_segments
from invitations.times.calendars import is_day_off, is_weekend
from invitations.times.zones import validate_zone, validate_zone_name


class Language(models.TextChoices):
    """The six official languages, under Django's codes."""

    ARABIC = "ar", _("Arabic")
    CHINESE = "zh-hans", _("Chinese")
    ENGLISH = "en", _("English")
    FRENCH = "fr", _("French")
    RUSSIAN = "ru", _("Russian")
    SPANISH = "es", _("Spanish")


class Answer(models.TextChoices):
    """The answers that an office may give; a holding reply is kept, but answers nothing."""

    IN_PERSON = "in_person", _("attends in person and delivers a statement")
    REPRESENTED = "represented", _("will be represented by a substitute, who delivers a statement")
    ATTENDS_ONLY = "attends_only", _("attends, without a statement")
    VIDEO = "video", _("statement by video")
    WRITTEN = "written", _("written statement only")
    REGRETS = "regrets", _("regrets, unable to attend")
    HOLDING = "holding", _("transmitted to the capital; an answer will follow")


ANSWERS_BRINGING = (Answer.IN_PERSON, Answer.REPRESENTED, Answer.ATTENDS_ONLY)
ANSWERS_NAMING_A_SUBSTITUTE = (Answer.REPRESENTED, Answer.HOLDING)
ANSWERS_SPEAKING = (Answer.IN_PERSON, Answer.REPRESENTED, Answer.VIDEO, Answer.WRITTEN)


class OrderOfStates(models.TextChoices):
    """In which order States stand in lists, by the alphabet of a language of protocol."""

    FRENCH = "fr", _("French alphabetical order")
    ENGLISH = "en", _("English alphabetical order")
    SPANISH = "es", _("Spanish alphabetical order")


def all_answers() -> list[str]:
    return [answer for answer in Answer.values if answer != Answer.HOLDING]


def ranks_by_original() -> list[str]:
    return [row["code"] for row in table("original_ranks")]


def validate_answers(values: Any) -> None:
    if not isinstance(values, list) or not values or set(values) - set(all_answers()):
        raise ValidationError(_("Choose at least one of the answers that exist."))


class ForumEditionQuerySet(HeldQuerySet["ForumEdition"]):
    def announced(self) -> Self:
        """Return the editions that the public may know: of which an invitation was ever issued.

        Until then two people have approved nothing of what an edition says; from then on what
        changes in it is held. One whose invitations were all withdrawn has been announced too.
        """
        issued = {"invitations__issued_at__isnull": False}
        return self.filter(Exists(self.model.objects.filter(pk=OuterRef("pk"), **issued)))

    def at_hand(self) -> Self:
        """Return the editions that are not over, the nearest last; if none, the most recent one."""
        in_order = self.order_by("-opens_on", "-pk")
        # One that is postponed has no end yet: that of its earlier dates ends nothing.
        ahead = Q(closes_on__gte=timezone.localdate()) | Q(postponed_at__isnull=False)
        coming = in_order.filter(ahead)
        return coming if coming else in_order[:1]

    def current(self) -> "ForumEdition | None":
        """Return the nearest edition that is not over; if none, the most recent one."""
        return next(reversed(list(self.at_hand())), None)


class ForumEdition(HeldRow):
    symbol = models.SlugField(_("edition code"), max_length=20, unique=True, help_text="wsis-2020")
    name = models.CharField(_("name"), max_length=120)
    name_in_full = models.CharField(
        _("name in full"), max_length=200, blank=True, help_text=_("Without short forms.")
    )
    theme = models.CharField(_("theme"), max_length=300, blank=True)
    city = models.CharField(
        _("city and country"), max_length=120, blank=True, help_text=_("Geneva (Switzerland)")
    )
    place = models.CharField(_("place"), max_length=120, help_text=_("As printed in letters."))
    organization = models.CharField(
        pgettext_lazy("that invites", "organization"), max_length=200, blank=True
    )
    secretariat = models.CharField(
        pgettext_lazy("that writes", "secretariat"),
        max_length=240,
        blank=True,
        help_text=_(
            "With its article and the organization’s name, as it opens a note verbale: The "
            "secretariat of the …; Le Secrétariat de l’…"
        ),
    )
    postal_address = models.CharField(
        _("postal address"), max_length=200, blank=True, help_text=_("In the letterhead.")
    )
    organizers = models.CharField(_("organizers"), max_length=300, blank=True)
    background = models.TextField(
        _("background"), blank=True, help_text=_("Whole sentences; they stand in the invitation.")
    )

    opens_on = models.DateField(_("opens on"))
    closes_on = models.DateField(_("closes on"))
    track_opens_on = models.DateField(_("High-Level Track opens on"))
    track_closes_on = models.DateField(_("High-Level Track closes on"))
    track_name = models.CharField(
        _("name of the High-Level Track"), max_length=120, blank=True,
        help_text=_("Where it is called otherwise. Letters call it as their own texts do."),
    )  # fmt: skip
    reply_before = models.DateField(
        _("reply before"), help_text=_("The last day to reply is the day before.")
    )
    replies_closed_at = models.DateTimeField(_("replies closed at"), null=True, blank=True)
    stopped_at = models.DateTimeField(
        _("reminders and deadline stopped at"), null=True, editable=False
    )
    postponed_at = models.DateTimeField(
        _("postponed without a new date since"), null=True, editable=False
    )
    # It went online by a move that set no last day; another move sets one.
    awaits_last_day = models.BooleanField(
        _("without a last day to reply"), default=False, editable=False
    )
    moved_at = models.DateTimeField(_("dates moved at"), null=True, editable=False)
    is_online = models.BooleanField(_("held online"), default=False, editable=False)
    time_zone = models.CharField(
        _("time zone"), max_length=40, default="Europe/Zurich", validators=[validate_zone]
    )
    time_zone_name = models.CharField(
        _("name of the time zone"),
        max_length=60,
        validators=[validate_zone_name],
        help_text=_(
            "As printed: Geneva time; heure de Genève; hora de Ginebra; по женевскому времени; "
            "日内瓦时间. Arabic without the letter that joins it to the hour: توقيت جنيف."
        ),
    )

    answers_offered = models.JSONField(
        _("answers offered"), default=all_answers, validators=[validate_answers]
    )
    segments_offered = models.JSONField(
        _("segments offered"), default=all_segments, blank=True, validators=[validate_segments]
    )
    own_segments = models.TextField(
        _("segments of its own"),
        blank=True,
        help_text=_(
            "In place of the segments offered: one to a line, in the same order in each language. "
            "Once an office has answered, add others at the end."
        ),
    )
    speaking_minutes = models.PositiveSmallIntegerField(_("minutes for a statement"), default=3)
    delegates_limit = models.PositiveSmallIntegerField(
        _("largest delegation"), null=True, blank=True
    )
    asks_gender = models.BooleanField(
        _("asks whether delegates are women or men"), default=True,
        help_text=_("Where it is not asked, neither offices nor the board read of women and men."),
    )  # fmt: skip
    order_of_states = models.CharField(
        _("order of States"), max_length=2, choices=OrderOfStates, default=OrderOfStates.FRENCH,
        help_text=_("That of the host’s protocol: on the board, its sheet and in lists."),
    )  # fmt: skip
    mission_city = models.CharField(
        _("city of the permanent missions"), max_length=60, default="Geneva"
    )

    contact_honorific = models.CharField(_("contact’s honorific"), max_length=20, blank=True)
    contact_name = models.CharField(_("contact"), max_length=120)
    contact_phone = models.CharField(
        _("telephone"), max_length=40, blank=True, validators=[validate_phone]
    )
    contact_fax = models.CharField(_("fax"), max_length=40, blank=True, validators=[validate_phone])
    contact_email = models.EmailField(_("e-mail"), help_text=_("A mailbox that is read."))
    organization_phone = models.CharField(
        _("organization’s telephone"), max_length=40, blank=True, validators=[validate_phone]
    )
    organization_fax = models.CharField(
        _("organization’s fax"), max_length=40, blank=True, validators=[validate_phone]
    )
    organization_email = models.EmailField(_("organization’s e-mail"), blank=True)
    organization_website = models.URLField(_("organization’s website"), blank=True)
    website = models.URLField(_("website"), blank=True)
    registration_link = models.URLField(_("registration page"), blank=True)
    partnership_link = models.URLField(_("page on partnership packages"), blank=True)
    partnership_email = models.EmailField(
        _("e-mail of the partnership team"),
        blank=True,
        help_text=_("Told once of each office that is interested in partnership packages."),
    )
    consultation_link = models.URLField(_("page of the open consultation"), blank=True)
    statements_link = models.URLField(_("page on policy statements"), blank=True)
    releases_alone = models.BooleanField(
        _("an approver alone may release a corrected address or hour"),
        default=False,
        help_text=_(
            "At once, with a reason. All approvers are told by mail, and a second one confirms or "
            "reverses it."
        ),
    )
    original_ranks = models.JSONField(
        _("ranks that get a signed original"),
        default=ranks_by_original,
        blank=True,
        help_text=_(
            "On paper, under a note verbale: no mail and no reminder. Where none is chosen, all "
            "get their letter by mail."
        ),
    )
    erased_after = models.PositiveSmallIntegerField(
        _("months after which personal data are erased"), null=True, blank=True,
        help_text=_("After the last day. Empty: nothing is erased."),
    )  # fmt: skip
    links_open_for = models.PositiveSmallIntegerField(
        _("days for which links and codes of letters open"), default=30, db_default=30,
        help_text=_("After the last day. They end sooner where an erasure begins."),
    )  # fmt: skip
    # The day that is told, noted each minute: what brings it forward leaves thirty days to object.
    erased_not_before = models.DateField(_("not erased before"), null=True, editable=False)
    speakers_published_at = models.DateTimeField(
        _("list of speakers published at"),
        null=True,
        blank=True,
        help_text=_("From this hour on everyone can read it; empty: it is not published."),
    )

    objects = ForumEditionQuerySet.as_manager()  # type: ignore[misc] # more than those of its base

    class Meta:
        verbose_name = _("forum edition")
        verbose_name_plural = _("forum editions")
        ordering = ["-opens_on"]
        constraints = [
            models.CheckConstraint(
                name="edition_dates_in_order",
                condition=Q(
                    reply_before__lte=F("opens_on"),
                    opens_on__lte=F("track_opens_on"),
                    track_opens_on__lte=F("track_closes_on"),
                    track_closes_on__lte=F("closes_on"),
                ),
                violation_error_message=_(
                    "The deadline comes before the opening, the opening before the end, "
                    "and the High-Level Track lies between the two."
                ),
            )
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def languages(self) -> list[str]:
        """Those in which it has a name: in these its pages are offered."""
        named = [
            code
            for code in Language.values
            if getattr(self, build_localized_fieldname("name", code))
        ]
        return named or Language.values

    @cached_property
    def as_released(self) -> Self:
        """A copy with what a second person released, for what is told without being approved."""
        change = HeldChange.objects.waiting().of(self).first()
        found = self.with_values(change.before if change else None)
        found.as_released = found
        return found

    def with_values(self, values: Values | None) -> Self:
        found = copy(self)
        lay_over(found, values or {})
        return found

    @property
    def contact_called(self) -> str:
        """The contact's name with the honorific, which follows the name in Chinese."""
        return with_honorific(self.contact_honorific, self.contact_name)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def deadline(self) -> dt.datetime:
        """The first instant at which a reply is late."""
        return dt.datetime.combine(self.reply_before, dt.time.min, self.zone)

    @property
    def last_day(self) -> dt.date:
        return self.reply_before - dt.timedelta(days=1)

    def local_date(self, at: dt.datetime) -> dt.date:
        return at.astimezone(self.zone).date()

    @property
    def has_last_day(self) -> bool:
        """Whether offices are told a last day to reply: not while it is postponed."""
        return self.postponed_at is None and not self.awaits_last_day

    @property
    def is_stopped(self) -> bool:
        """Whether there is no deadline now, and nobody is reminded of one."""
        return self.stopped_at is not None or not self.has_last_day

    def is_late(self, at: dt.datetime) -> bool:
        return not self.is_stopped and at >= self.deadline

    def is_ahead(self, now: dt.datetime) -> bool:
        """Whether it is not over; one that is postponed is not, whatever its earlier days were."""
        return self.postponed_at is not None or self.closes_on >= self.local_date(now)

    def moved_since(self, at: dt.datetime | None) -> bool:
        return bool(at and self.moved_at and at < self.moved_at)

    def forum_days(self, language: str) -> str:
        """Return its days in words; while it is postponed, that new ones follow."""
        return self.days_in_words(self.opens_on, self.closes_on, language)

    @property
    def track(self) -> str:
        """What the part with the ministers' statements is called, in the active language."""
        return self.track_name or gettext("High-Level Track")

    @property
    def segments(self) -> dict[str, str]:
        """The parts of the Track for which an office says whether it comes, by their codes."""
        return segments_of(self.own_segments, self.segments_offered)

    def track_days(self, language: str) -> str:
        return self.days_in_words(self.track_opens_on, self.track_closes_on, language)

    def days_in_words(self, first: dt.date, last: dt.date, language: str) -> str:
        if self.postponed_at:
            return gettext("postponed; new dates will be announced")
        return format_range(first, last, language)

    @property
    def venue(self) -> str:
        """The place where it is held, in the active language; or that it is held online."""
        return gettext("online") if self.is_online else self.place

    def takes_replies(self, at: dt.datetime) -> bool:
        """Whether replies are still accepted: late ones are, until staff close the edition."""
        return self.replies_closed_at is None or at < self.replies_closed_at

    def is_open_to_offices(self, at: dt.datetime) -> bool:
        """Whether offices answer on their pages; what comes on paper is recorded afterwards too."""
        return self.takes_replies(at) and self.is_ahead(at)

    def shows_speakers(self, at: dt.datetime) -> bool:
        return self.speakers_published_at is not None and at >= self.speakers_published_at

    def is_quiet(self, day: dt.date) -> bool:
        """Whether no reminder leaves on the day: a weekend, or in a quiet period of the edition."""
        return is_weekend(day) or self.lists_as_quiet(day)

    def is_quiet_in(self, iso2: str, day: dt.date) -> bool:
        """Whether the day is quiet in that State: its weekend, its holidays, or a quiet period."""
        return is_day_off(iso2, day) or self.lists_as_quiet(day)

    def lists_as_quiet(self, day: dt.date) -> bool:
        return any(p.first_on <= day <= p.last_on for p in self.quiet_periods.all())

    def working_day(self, day: dt.date) -> dt.date:
        """Return the day, or the last day before it that is not quiet."""
        while self.is_quiet(day):
            day -= dt.timedelta(days=1)
        return day
