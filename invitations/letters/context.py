"""The words of a letter's placeholders, in its language."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from modeltranslation.utils import build_localized_fieldname

from invitations.letters.addressing import (
    FormalAddress,
    collective_address,
    formal_address,
    other_form_of_address,
    short_greeting,
    term_in,
)
from invitations.letters.calendar import Event, Session
from invitations.letters.released import form_on_file
from invitations.links import grouped_code, reply_url
from invitations.models import (
    CROWN,
    TO_WHOMEVER,
    Circular,
    ForumEdition,
    Gender,
    Language,
    Letter,
    LetterKind,
    Reconfirmation,
    Reply,
    Term,
)
from invitations.text.dates import (
    comma_list,
    format_date,
    format_hour,
    format_hours,
    format_list,
    keep_own_order,
    labelled,
    on_days,
)
from invitations.text.placeholders import is_keyless
from invitations.text.segments import own_segments
from invitations.text.typography import joined_in_chinese, unbroken_number
from invitations.times.calendars import ONE_DAY


class LetterKeys(NamedTuple):
    """The link and code of the office's page, and the letter's check code, as they are printed."""

    reply_link: str
    reply_code: str
    check_code: str


def letter_keys(letter: Letter) -> LetterKeys:
    """Return the keys that the letter prints; refuse one with a link where that has ended."""
    check_code = grouped_code(letter.check_code or "", " ")
    if link := letter.invitation.current_link:
        return LetterKeys(reply_url(link), grouped_code(link.code), check_code)
    if is_keyless(letter.kind, letter.variant):
        return dead_keys()._replace(check_code=check_code)
    raise ValidationError(gettext_lazy("Its link has ended: give the invitation a new one first."))


def dead_keys() -> LetterKeys:
    """Return keys of the usual length that open nothing, for previews and test sends."""
    return LetterKeys(
        settings.SITE_URL + "/r/test-test-test-test-0/", "xxxx-xxxx-xxxx", "0000 0000 0000 0000"
    )


def placeholder_words(
    letter: Letter, language: str, keys: LetterKeys, addressee: FormalAddress
) -> dict[str, str]:
    """Return the words of the placeholders, in one language of the letter.

    A letter whose receiver may not answer has no words for link and code.
    """
    invitation = letter.invitation
    edition = invitation.edition
    with translation.override(language):
        words = {
            "salutation": addressee.salutation,
            "closing": addressee.closing,
            "minister": addressee.name,
            "styled": addressee.styled,
            "government": addressee.government,
            "portfolio": invitation.minister.portfolio_in(language),
            "enclosed": "" if letter.goes_alone else pdf_name(letter),
            "member_state": addressee.state
            or invitation.member_state.name_on_paper(language, letter.circular.dated_on),
            **shared_words(letter, language),
        }
        words |= kind_words(letter, language)
        if not is_keyless(letter.kind, letter.variant):
            words["reply_link"], words["reply_code"] = keys.reply_link, keys.reply_code
        if letter.replaces:
            replaced = letter.replaces.circular
            words["replaced_reference"] = replaced.reference
            words["replaced_on"] = format_date(replaced.dated_on, language)
        if received_at := came_in_at(letter):
            received = received_at.astimezone(edition.zone)
            words["received_at"] = format_hour(received, edition.time_zone_name, language)
        if letter.reply:
            words["answer"] = capfirst(letter.reply.get_answer_display())
            recorded = [recorded_words(letter.reply, language), holds_for(letter, language)]
            words["recorded"] = "\n".join(filter(None, recorded))
        if letter.kind == Letter.Kind.CALENDAR and letter.calendar:
            words["sessions"] = changed_sessions(edition, letter.calendar.changes, language)
    return {name: str(word) for name, word in words.items()}


def kind_words(letter: Letter, language: str) -> dict[str, str]:
    """Return the words that only this kind of letter has; call this with the language active."""
    if letter.kind == Letter.Kind.NOTE:
        return note_words(letter, language)
    if letter.kind == Letter.Kind.THANKS:
        comma = pgettext("between a name and a function", ", ")
        return {"speaker": comma.join(filter(None, letter.speaker or []))}
    if letter.kind == Letter.Kind.RECEIPT:
        return {"filed": letter.filed.get(language, "")}
    return {}


def came_in_at(letter: Letter) -> dt.datetime | None:
    """Return when what the letter acknowledges came in: the reply, or the last thing filed.

    An answer on file that was re-confirmed by then came in anew.
    """
    if letter.kind == Letter.Kind.RECEIPT:
        return letter.planned_at
    if letter.reply is None:
        return None
    holds = confirmation_on_file(letter)
    if holds and holds.answered_at and letter.reply.recorded_at < holds.answered_at:
        return holds.answered_at
    return letter.reply.received_at


def confirmation_on_file(letter: Letter) -> Reconfirmation | None:
    """Return the re-confirmation of its reply that was on file when the letter was planned."""
    invitation, acknowledges = letter.invitation, letter.variant in ("answer", "copy")
    if not (letter.reply and acknowledges and invitation.edition.moved_at):
        return None
    said = Reconfirmation.objects.current().filter(invitation=invitation, said="still_valid")
    holds = said.filter(answered_at__lte=letter.planned_at).select_related("reply").first()
    return holds if holds and letter.reply.confirms(holds.reply) else None


def shared_words(letter: Letter, language: str) -> dict[str, str]:
    """Return the words that all letters of the circular have in the language."""
    circular = letter.circular
    with translation.override(language):
        return {
            "reference": circular.reference,
            "dated_on": format_date(circular.dated_on, language),
            "signatory": own_text(circular, "signatory_name", language),
            "signatory_title": own_text(circular, "signatory_title", language),
            "second_signatory": own_text(circular, "second_signatory_name", language),
            "second_signatory_title": own_text(circular, "second_signatory_title", language),
            "signatory_called": circular.signatory_called,
            "changes": own_text(circular, "changes", language),
            **edition_words(letter.invitation.edition, language),
        }


def own_text(row: Circular | ForumEdition, field: str, language: str) -> str:
    """Return the text in the language; where it is empty, no other language's stands for it."""
    return getattr(row, build_localized_fieldname(field, language)) or ""


def edition_words(edition: ForumEdition, language: str) -> dict[str, str]:
    """Return the words that come from the edition; call this with the language active."""
    texts = (
        "place", "city", "theme", "organization", "secretariat", "organizers", "background",
    )  # fmt: skip
    return {
        "forum": own_text(edition, "name", language),
        "forum_in_full": own_text(edition, "name_in_full", language),
        **{field: own_text(edition, field, language) for field in texts},
        **({"place": edition.venue} if edition.is_online else {}),
        "segments": format_list(list(segments_in(edition, language).values()), language),
        **days_words(edition, language),
        "code_page": code_page(),
        "partnership_link": edition.partnership_link,
        "consultation_link": edition.consultation_link,
        "registration_link": edition.registration_link,
        "statements_link": edition.statements_link,
        "website": edition.website,
        "contact_name": edition.contact_called,
        "contact_phone": unbroken_number(edition.contact_phone),
        "contact_fax": unbroken_number(edition.contact_fax),
        "contact_email": edition.contact_email,
    }


def segments_in(edition: ForumEdition, language: str) -> dict[str, str]:
    """Return the parts of the Track; none where its own have no names in the language."""
    if not edition.own_segments:
        return edition.segments
    return own_segments(own_text(edition, "own_segments", language))


def days_words(edition: ForumEdition, language: str) -> dict[str, str]:
    """Return the words of its days; while there are none, the letters that name them wait."""
    days = {
        "forum_dates": edition.forum_days(language),
        "on_forum_dates": on_days(edition.opens_on, edition.closes_on, language),
        "track_dates": edition.track_days(language),
        "reply_before": format_date(edition.reply_before, language),
        "last_day": last_day_words(edition, edition.last_day, language),
        "asked_by": last_day_words(edition, edition.track_opens_on - ONE_DAY, language),
    }
    if edition.postponed_at:
        return dict.fromkeys(days, "")
    return days if edition.has_last_day else days | {"reply_before": "", "last_day": ""}


def pdf_name(letter: Letter) -> str:
    """Return a file name such as ``CL-19-58-CHE.pdf``, with ``-note`` for a note verbale."""
    kept = "-note" if letter.kind == Letter.Kind.NOTE else ""
    name = f"{letter.circular.reference}-{letter.invitation.member_state.iso3}{kept}.pdf"
    return re.sub(r"[/\s]+", "-", name)


def code_page() -> str:
    return settings.SITE_URL + reverse("office:code")


def check_page() -> str:
    return settings.SITE_URL + reverse("office:check")


def last_day_words(edition: ForumEdition, day: dt.date, language: str) -> str:
    with translation.override(language):
        return _("at the latest on %(date)s at 23:59, %(zone)s") % {
            "date": format_date(day, language),
            "zone": edition.time_zone_name,
        }


def note_words(letter: Letter, language: str) -> dict[str, str]:
    """Return the words that only a note verbale has; call this with the language active."""
    is_one = not letter.pk or letter.forwarded.count() < 2
    words = {
        "covered": covered_words(letter, language),
        "addressees": term_in(language, "addressee" if is_one else "addressees"),
    }
    if letter.mission:
        words["to_mission"] = letter.mission.greeted_as
        words["to_mission_short"] = short_greeting(letter.mission, language)
    return words


def covered_words(letter: Letter, language: str) -> str:
    """Return the addressees of the letters that a note verbale covers, a paragraph for each.

    Call this with the language active.
    """
    covered = letter.forwarded.in_french_order() if letter.pk else []
    on = letter.circular.dated_on
    ministers = [one.invitation.minister for one in covered] or [letter.invitation.minister]
    blocks = [
        formal_address(minister, language, on=on, listed=True).lines for minister in ministers
    ]
    joined = joined_in_chinese if language == Language.CHINESE else comma_list
    return "\n\n".join(joined(lines) for lines in blocks)


def recorded_words(reply: Reply, language: str) -> str:
    """Return the recorded reply, a line for each point; typed text keeps its own direction."""
    with translation.override(language):
        return "\n".join(
            labelled(label, keep_own_order(words))
            for label, words in reply.recorded_points(language)
        )


def holds_for(letter: Letter, language: str) -> str:
    """Return a line that says for which days the answer was re-confirmed; empty if it was not."""
    if not confirmation_on_file(letter):
        return ""
    with translation.override(language):
        return labelled(_("Re-confirmed for"), letter.invitation.edition.forum_days(language))


def changed_sessions(edition: ForumEdition, changes: list[Event], language: str) -> str:
    """Return what is new in the office's calendar, a line to each session."""
    with translation.override(language):
        return "\n".join(session_line(edition, event, language) for event in changes)


def session_line(edition: ForumEdition, event: Event, language: str) -> str:
    """Return hours and place of a session, or that it is taken out; call it in the language."""
    session = event.session
    title = session.title if session else edition.track_name or _("days of the High-Level Track")
    if event.is_cancelled:
        off = session and session.is_called_off
        return labelled(title, _("called off") if off else _("taken out of the calendar"))
    when = when_and_where(edition, session, language)
    if event.is_changed:
        when = _("%(when)s (in place of what was announced earlier)") % {"when": when}
    return labelled(title, when)


def when_and_where(edition: ForumEdition, session: Session, language: str) -> str:
    if session is None:
        return day_and_place(edition.track_days(language), edition.venue)
    at, until = (one.astimezone(edition.zone) for one in (session.starts_at, session.ends_at))
    hours = format_hours(at, until, edition.time_zone_name, language)
    return day_and_place(hours, keep_own_order(session.room), edition.venue)


def day_and_place(*parts: str) -> str:
    """Return the parts in the active language; the comma of Chinese lists is not for these."""
    return pgettext("between day and place", ", ").join(filter(None, map(str, parts)))


def addressee_of(letter: Letter, language: str) -> FormalAddress:
    """Return the minister's address, that of all ministers, or of the mission that gets a note.

    A note has no salutation and no closing; mail to others than the office speaks to them. A
    signed original is nobody else's.
    """
    if letter.mission:
        mission = letter.mission
        lines = [mission.name, *mission.postal_address.splitlines()]
        return FormalAddress(mission.name, [line for line in lines if line.strip()], "", "")
    is_printed = letter.traits.printed
    if letter.addressed_alike and is_printed:
        return collective_address(letter.circular, language)
    minister, on = letter.invitation.minister, letter.circular.dated_on
    address = formal_address(minister, language, on=on, listed=not is_printed)
    if spoken_to := other_form_of_address(letter, language):
        form = form_on_file(language, spoken_to, Gender.UNKNOWN)
        return address._replace(salutation=form.salutation, closing=form.closing)
    return address


# By language and key.
Terms = Mapping[str, Mapping[str, str]]


def terms_in(languages: Iterable[str]) -> Terms:
    """Return the terms on file, in one query."""
    found: dict[str, dict[str, str]] = {language: {} for language in languages}
    rows = Term.objects.filter(language__in=found).order_by()
    for language, key, text in rows.values_list("language", "key", "text"):
        found[language][key] = text
    return found


def printed_terms_in(
    language: str,
    variant: str = "",
    kind: str = "",
    on_file: Terms | None = None,
) -> dict[str, str]:
    """Return the terms printed around the text, by key; raise ValidationError if one is missing.

    Those around a text that crowns get say “your” of nothing, and a note verbale is no letter.
    What is not ``on_file`` is asked for.
    """
    terms = dict((on_file or {}).get(language) or terms_in([language])[language])
    speaks_to_addressee = variant not in SAYING_YOU_TO_NOBODY
    others = {} if speaks_to_addressee else {key: f"{key}_{CROWN}" for key in SAYING_YOUR}
    if kind == LetterKind.NOTE:
        others = {key: f"{key}_{kind}" for key in SAYING_LETTER}
    if missing := sorted({*PRINTED_TERMS, *others.values()} - set(terms)):
        raise ValidationError(
            gettext_lazy("Missing in %(language)s: the terms %(texts)s."),
            params={"language": Language(language).label, "texts": lazy(comma_list, str)(missing)},
        )
    return terms | {key: terms[other] for key, other in others.items()}


SAYING_YOUR = ("reply_online", "reply_code")
SAYING_YOU_TO_NOBODY = (CROWN, *TO_WHOMEVER)
SAYING_LETTER = ("check_code", "check_at")
PRINTED_TERMS = {
    "ref", "subject", "circular_letter", "note_verbale", "original_signed", "reply_online",
    "reply_code", "check_code", "check_at", "page", "specimen", "phone", "fax", "contact", "email",
}  # fmt: skip
