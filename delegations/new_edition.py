"""A new edition begun from an earlier one: what stays is copied, what was decided for it is not."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modeltranslation.fields import TranslationField
from modeltranslation.translator import translator
from modeltranslation.utils import build_localized_fieldname

from delegations.models import HighLevelSession
from invitations.audit import Act, save_new
from invitations.models import ForumEdition, Language, QuietPeriod, ReminderStep

# What is asked anew is no part of this list; the rest was decided for the earlier edition alone.
DECIDED_ANEW = {
    "id", "replies_closed_at", "speakers_published_at", "releases_alone", "stopped_at",
    "postponed_at", "awaits_last_day", "moved_at", "is_online", "erased_not_before",
}  # fmt: skip
# By none its data would be erased in the night after its last day, and the desk takes none.
LEAST_MONTHS = 1
PAGES = (
    "website", "registration_link", "partnership_link", "consultation_link", "statements_link",
)  # fmt: skip
KEPT_OF_SESSIONS = (
    "segment", "room", "seats",
    *(build_localized_fieldname("title", language) for language in Language.values),
)  # fmt: skip


class QuietDays(models.TextChoices):
    """Where the quiet periods of the earlier edition lie in the new one."""

    SAME_DAYS = "same_days", gettext_lazy("the same days of the year, such as year-end holidays")
    SHIFTED = "shifted", gettext_lazy("as far from the event as they were")
    NONE = "none", gettext_lazy("none: they are entered later")


@transaction.atomic
def new_edition_from(
    source: ForumEdition, asked: Mapping[str, Any], quiet_days: QuietDays, by: User
) -> ForumEdition:
    """Begin an edition from an earlier one: its texts, steps, quiet days and sessions come along.

    Nothing is approved, and nobody is invited. Raise ValidationError if the symbol is taken or the
    dates are out of order; then nothing is made.
    """
    edition = new_edition_like(source, asked)
    edition.validate_constraints()
    taken = _("There is an edition with the code “%(symbol)s” already.")
    try:
        with transaction.atomic():
            save_new(edition, Act.BEGUN, by, reason=str(source))
    except IntegrityError:
        raise ValidationError(taken, params={"symbol": edition.symbol}) from None
    ReminderStep.objects.bulk_create(steps_like(source, edition))
    QuietPeriod.objects.bulk_create(quiet_periods_like(source, edition, quiet_days))
    HighLevelSession.objects.bulk_create(sessions_like(source, edition))
    return edition


def new_edition_like(source: ForumEdition, asked: Mapping[str, Any]) -> ForumEdition:
    """Return the unsaved edition: what was asked, laid over what stays."""
    stays = {
        field.attname: getattr(source, field.attname)
        for field in ForumEdition._meta.concrete_fields
        if field.name not in DECIDED_ANEW and field.name not in text_columns(source)
    }
    edition = ForumEdition(**(stays | dict(asked)))
    if edition.erased_after is not None:
        edition.erased_after = max(edition.erased_after, LEAST_MONTHS)
    year = year_changer(source, edition)
    for text in text_columns(source):
        copy_text(source, edition, text, asked, year)
    for page in PAGES:
        # A page that names the old year speaks of the old edition.
        if str(source.opens_on.year) in getattr(edition, page):
            setattr(edition, page, "")
    return edition


def text_columns(edition: ForumEdition) -> dict[str, set[TranslationField]]:
    """Return the columns of each text that stands in six languages."""
    return translator.get_options_for_model(type(edition)).all_fields


def year_changer(source: ForumEdition, edition: ForumEdition) -> Callable[[str], str]:
    """Return what puts the new edition's year where a text names the old one's."""
    old, new = str(source.opens_on.year), str(edition.opens_on.year)
    return lambda words: words.replace(old, new)


def copy_text(
    source: ForumEdition,
    edition: ForumEdition,
    text: str,
    asked: Mapping[str, Any],
    retold: Callable[[str], str],
) -> None:
    """Copy a text, its names in all languages with the new year.

    A text that was asked in English and says something else has no words in other languages yet.
    """
    retell = retold if text.startswith(("name", "track_name")) else str
    english = f"{text}_en"
    stays = english not in asked or asked[english] == (getattr(source, english) or "")
    for column in text_columns(source)[text]:
        if column.name != english or english not in asked:
            words = retell(getattr(source, column.name) or "") if stays else ""
            setattr(edition, column.name, words)


def steps_like(source: ForumEdition, edition: ForumEdition) -> list[ReminderStep]:
    """Return the steps of the earlier edition; two people look at each again."""
    kept = ("days_before", "hour", "asks_for", "medium", "audience", "variant")
    return [
        ReminderStep(edition=edition, **{name: getattr(step, name) for name in kept})
        for step in source.reminder_steps.all()
    ]


def quiet_periods_like(
    source: ForumEdition, edition: ForumEdition, quiet_days: QuietDays
) -> list[QuietPeriod]:
    if quiet_days == QuietDays.NONE:
        return []
    years = edition.opens_on.year - source.opens_on.year
    days = edition.opens_on - source.opens_on

    def moved(day: dt.date) -> dt.date:
        return day + days if quiet_days == QuietDays.SHIFTED else in_another_year(day, years)

    return [
        QuietPeriod(edition=edition, first_on=moved(one.first_on), last_on=moved(one.last_on))
        for one in source.quiet_periods.all()
    ]


def in_another_year(day: dt.date, years: int) -> dt.date:
    """Return the same day so many years later; 28 February where there is no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def sessions_like(source: ForumEdition, edition: ForumEdition) -> list[HighLevelSession]:
    """Return the sessions that were not called off, moved to the days of the new Track."""
    days = edition.track_opens_on - source.track_opens_on
    sessions = HighLevelSession.objects.taking_place().filter(edition=source)
    return [session_like(one, edition, days) for one in sessions.select_related("edition")]


def session_like(
    session: HighLevelSession, edition: ForumEdition, days: dt.timedelta
) -> HighLevelSession:
    """Return the session so many days later, at the same hour by the clock; who chairs is open."""

    def moved(at: dt.datetime) -> dt.datetime:
        return moved_by_the_clock(at, days, session.edition.zone, edition.zone)

    return HighLevelSession(
        edition=edition,
        starts_at=moved(session.starts_at),
        ends_at=moved(session.ends_at),
        **{name: getattr(session, name) for name in KEPT_OF_SESSIONS},
    )


def moved_by_the_clock(
    at: dt.datetime, days: dt.timedelta, zone: ZoneInfo, new_zone: ZoneInfo
) -> dt.datetime:
    """Return the instant so many days later, at the same hour by the clock."""
    local = at.astimezone(zone).replace(tzinfo=None)
    return (local + days).replace(tzinfo=new_zone)


def sessions_outside(edition: ForumEdition) -> int:
    """Count the sessions that lie outside the days of the edition's High-Level Track."""
    first, last = edition.track_opens_on, edition.track_closes_on
    sessions = HighLevelSession.objects.taking_place().filter(edition=edition)
    return sum(
        not first <= edition.local_date(starts_at) <= last
        for starts_at in sessions.values_list("starts_at", flat=True)
    )
