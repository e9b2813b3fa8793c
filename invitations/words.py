"""The words of a letter, in its language: what each placeholder stands for."""

import re
from string import Template

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from invitations.addressing import Address, address
from invitations.dates import printed_date, printed_list, printed_range
from invitations.links import reply_url
from invitations.models import ForumEdition, Letter, Reply, Segment


def fill(text: str, words: dict[str, str]) -> str:
    try:
        return Template(text).substitute(words)
    except KeyError as missing:
        raise ValidationError(
            _("The placeholder $%(name)s has no words for this letter.") % {"name": missing.args[0]}
        ) from None


def unmarked(words: dict[str, str]) -> dict[str, str]:
    """The words with Markdown's signs escaped: a name or a theme is printed as it is written."""
    return {name: re.sub(r"([\\`*_\[\]<>#~&])", r"\\\1", word) for name, word in words.items()}


def words_for(letter: Letter) -> dict[str, str]:
    """Return the words of the placeholders, in the letter's language.

    An acknowledgement's copy has no link, so its words have none.
    """
    invitation, language = letter.invitation, letter.language
    edition, circular = invitation.edition, letter.circular
    addressee = addressed(letter)
    with translation.override(language):
        words = {
            "salutation": addressee.salutation,
            "closing": addressee.closing,
            "minister": addressee.name,
            "portfolio": invitation.minister.portfolio,
            "member_state": invitation.member_state.name_on_paper(language),
            "reference": circular.reference,
            "dated_on": printed_date(circular.dated_on, language),
            "signatory": circular.signatory_name,
            "signatory_title": circular.signatory_title,
            **edition_words(edition, language),
        }
        if letter.variant != "copy":
            words["reply_link"] = reply_url(invitation.links.current().get())
        if letter.reply:
            received = letter.reply.received_at.astimezone(edition.zone)
            words["received_at"] = (
                f"{printed_date(received.date(), language)}, {received:%H:%M}"
                f" ({edition.time_zone_name})"
            )
            words["recorded"] = recorded_words(letter.reply, language)
    return {name: str(word) for name, word in words.items()}


def edition_words(edition: ForumEdition, language: str) -> dict[str, str]:
    """The words that an edition gives; call it with the language active."""
    contact = " ".join(filter(None, [edition.contact_honorific, edition.contact_name]))
    return {
        "forum": edition.name,
        "forum_dates": printed_range(edition.opens_on, edition.closes_on, language),
        "place": edition.place,
        "theme": edition.theme,
        "organizers": edition.organizers,
        "background": edition.background,
        "track_dates": printed_range(edition.track_opens_on, edition.track_closes_on, language),
        "segments": printed_list(
            [str(Segment(segment).label) for segment in edition.segments_offered], language
        ),
        "reply_before": printed_date(edition.reply_before, language),
        "last_day": last_day_words(edition, language),
        "partnership_link": edition.partnership_link,
        "website": edition.website,
        "contact_name": contact,
        "contact_phone": unbroken(edition.contact_phone),
        "contact_fax": unbroken(edition.contact_fax),
        "contact_email": edition.contact_email,
    }


def unbroken(number: str) -> str:
    """A telephone number that stays on one line."""
    return number.replace(" ", "\u00a0")


def last_day_words(edition: ForumEdition, language: str) -> str:
    with translation.override(language):
        return _("at the latest on %(date)s at 23:59, %(zone)s") % {
            "date": printed_date(edition.last_day, language),
            "zone": edition.time_zone_name,
        }


def recorded_words(reply: Reply, language: str) -> str:
    """What was recorded, a line to each point."""
    with translation.override(language):
        return "\n".join(_("%s: %s") % point for point in recorded_points(reply, language))


def recorded_points(reply: Reply, language: str) -> list[tuple[str, str]]:
    """What was recorded, as labels in the active language and what stands beside them."""
    points = [
        (_("Answer"), capfirst(reply.get_answer_display())),
        (_("Substitute"), reply.substitute_name),
        (_("Substitute’s function"), reply.substitute_function),
        (_("Segments to be attended"), capfirst(printed_list(reply.segment_names, language))),
        (_("Partnership packages"), _("of interest") if reply.partnership_interest else ""),
        (_("Answered by"), reply.respondent_name),
        (_("Function"), reply.respondent_function),
        (_("E-mail"), reply.respondent_email),
        (_("Telephone"), reply.respondent_phone),
        (_("Remarks"), reply.remarks),
    ]
    return [(label, words) for label, words in points if words]


def addressed(letter: Letter) -> Address:
    return address(letter.invitation.minister, letter.language)
