"""The shapes of what the API answers, each made of a row and of nothing else."""

import datetime as dt
from typing import Any, Self

from django.utils import translation
from modeltranslation.utils import build_localized_fieldname
from ninja import Field, Schema

from delegations.api.keys import Part
from invitations.models import (
    ForumEdition,
    Language,
    MemberState,
    SessionHours,
    segment_called,
)


class InSixLanguages(Schema):
    """The same words in each official language; empty where nobody has written them."""

    ar: str
    zh: str
    en: str
    fr: str
    ru: str
    es: str

    @classmethod
    def of(cls, row: Any, column: str) -> Self:
        words = {
            language.split("-")[0]: getattr(row, build_localized_fieldname(column, language)) or ""
            for language in Language.values
        }
        return cls(**words)

    @classmethod
    def of_segment(cls, code: str, edition: ForumEdition) -> Self:
        """Return the segment's name: a usual one has it in each language, an edition's own may."""
        words = {}
        for language in Language.values:
            own = getattr(edition, build_localized_fieldname("own_segments", language)) or ""
            with translation.override(language):
                words[language.split("-")[0]] = segment_called(code, own)
        return cls(**words)


class State(Schema):
    """A State that the forum invites."""

    iso2: str = Field(description="ISO 3166-1 alpha-2")
    iso3: str = Field(description="ISO 3166-1 alpha-3")
    m49: str = Field(description="UN M49; empty where there is none")
    status: MemberState.Status
    region: str
    name: InSixLanguages
    formal_name: InSixLanguages

    @classmethod
    def of(cls, state: MemberState) -> Self:
        plain = ("iso2", "iso3", "m49", "status", "region")
        return cls(
            **{name: getattr(state, name) for name in plain},
            name=InSixLanguages.of(state, "short_name"),
            formal_name=InSixLanguages.of(state, "formal_name"),
        )


class Edition(Schema):
    """An edition of the forum; while it is postponed it has no days."""

    symbol: str
    name: InSixLanguages
    theme: InSixLanguages
    city: InSixLanguages
    place: InSixLanguages
    opens_on: dt.date | None
    closes_on: dt.date | None
    track_opens_on: dt.date | None = Field(description="The first day of the High-Level Track.")
    track_closes_on: dt.date | None
    time_zone: str
    is_postponed: bool
    is_online: bool
    website: str
    speakers_are_public: bool

    @classmethod
    def of(cls, edition: ForumEdition, at: dt.datetime) -> Self:
        days = ("opens_on", "closes_on", "track_opens_on", "track_closes_on")
        plain = ("symbol", "time_zone", "is_online", "website")
        off = edition.postponed_at is not None
        said: dict[str, Any] = {
            **{name: InSixLanguages.of(edition, name) for name in TEXTS_OF_EDITION},
            **{day: None if off else getattr(edition, day) for day in days},
            **{name: getattr(edition, name) for name in plain},
        }
        return cls(
            **said,
            is_postponed=off,
            speakers_are_public=edition.shows_speakers(at),
        )


TEXTS_OF_EDITION = ("name", "theme", "city", "place")


class Session(Schema):
    """A session as calendars have it; while its edition is postponed it has no hours."""

    id: int
    segment: str
    segment_name: InSixLanguages
    title: InSixLanguages
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    room: str
    is_called_off: bool
    published_at: dt.datetime

    @classmethod
    def of(cls, hours: SessionHours, edition: ForumEdition) -> Self:
        off = edition.postponed_at is not None
        plain = ("segment", "room", "is_called_off", "published_at")
        return cls(
            id=hours.pk,
            segment_name=InSixLanguages.of_segment(hours.segment, edition),
            title=InSixLanguages.of(hours, "title"),
            starts_at=None if off else hours.starts_at,
            ends_at=None if off else hours.ends_at,
            **{name: getattr(hours, name) for name in plain},
        )


class Speaker(Schema):
    """A place on the published list of speakers; its speaker is named once the office has."""

    id: int
    session: InSixLanguages
    position: int = Field(description="Its number on the list of its session, as printed there.")
    state: str = Field(description="ISO 3166-1 alpha-2")
    speaker: str
    function: str
    by_video: bool

    @classmethod
    def of(cls, slot: Any) -> Self:
        statement = getattr(slot.delegation, "statement", None)
        return cls(
            id=slot.pk,
            session=InSixLanguages.of(slot.session.as_published, "title"),
            position=slot.number,
            state=slot.delegation.member_state.iso2,
            speaker=statement.speaker_name if statement else "",
            function=statement.speaker_function if statement else "",
            by_video=bool(statement and statement.mode == statement.Mode.VIDEO),
        )


class Totals(Schema):
    """How many States are invited, and how many of them have answered how."""

    invited: int
    answered: int
    silent: int
    in_person: int
    represented: int
    attends_only: int
    video: int
    written: int
    regrets: int


class States(Part):
    items: list[State]


class Editions(Part):
    items: list[Edition]


class Sessions(Part):
    items: list[Session]


class Speakers(Part):
    items: list[Speaker]
