"""The subject of a letter's mail, which says first for which State it is."""

from django.utils import translation
from django.utils.translation import pgettext

from invitations.letters.addressing import VATICAN, term_in
from invitations.letters.words import BLANKS
from invitations.models import Letter, MemberState
from invitations.text.dates import comma_list

# As much as the list of a mail program shows at least, and of it what is left for the name beside
# the mark of a test.
SHOWN, NAMED = 40, 33


def mail_subject(letter: Letter) -> str:
    """Return the letter's subject after the State's short name, in the letter's language.

    An office may answer for several States. The subject of a mail names no minister: whoever
    handles the mail reads it. One that names the State early stays as it is.
    """
    with translation.override(letter.language):
        named = shortened(BLANKS.sub(" ", named_first(letter)))
        if named in letter.subject[:SHOWN]:
            return letter.subject
        words = pgettext("State and subject of a mail", "%(state)s – %(subject)s")
        return words % {"state": named, "subject": letter.subject}


def named_first(letter: Letter) -> str:
    """Return the State that the letter is for; of a note over several, these or its mission."""
    if letter.kind != Letter.Kind.NOTE or not letter.mission:
        return name_of(letter, letter.invitation.member_state)
    states = states_covered(letter) or [letter.invitation.member_state]
    names = dict.fromkeys(name_of(letter, one) for one in states)
    together = comma_list(names)
    return together if len(names) == 1 or len(together) <= NAMED else letter.mission.name


def states_covered(note: Letter) -> list[MemberState]:
    """Return the States of the letters that the note forwards; of a specimen, none."""
    if not note.pk:
        return []
    covered = note.forwarded.in_french_order().select_related("invitation__member_state")
    return [one.invitation.member_state for one in covered]


def name_of(letter: Letter, state: MemberState) -> str:
    """Return the State's short name; the Holy See where the letter is addressed to that."""
    if state.iso3 == VATICAN:
        holy_see = term_in(letter.language, "holy_see")
        if holy_see in letter.addressee.splitlines():
            return holy_see
    return state.short_name_in(letter.language, letter.circular.dated_on)


def shortened(name: str) -> str:
    """Return the name, or as many of its words as are shown, and a sign that more follow."""
    if len(name) <= NAMED:
        return name
    words = name[:NAMED].rpartition(" ")[0] or name[: NAMED - 1]
    return f"{words}…"
