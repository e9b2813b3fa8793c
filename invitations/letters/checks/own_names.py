"""Names that the shipped words of letters have and an edition of another organization has not."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _
from modeltranslation.translator import translator
from modeltranslation.utils import build_localized_fieldname

from invitations.letters.context import own_text
from invitations.models import ForumEdition, Language, Letter, LetterTemplate, Rank
from invitations.text.typography import format_typography

OF_ANOTHER = _(
    "another organization or summit than the edition’s: look at the letter template and the "
    "segments"
)
CALLED_OTHERWISE = _("“High-Level Track”, which the edition calls otherwise")
NO_FORUM = _("“Forum”, of an edition that is none")
UNFIT_ARTICLE = _("an article that does not fit the name of the edition: du, au; del, al")
# The organization and the summit in the shipped words, as each language calls them.
NAMED = (
    ("ITU", "UIT", "МСЭ", "国际电联", "سياسة الاتحاد"),
    ("WSIS", "SMSI", "CMSI", "ВВУИО", "信息社会世界峰会", "خطوط عمل القمة"),
)
# Whoever has one of these among its own words is meant by the others too.
ALSO_CALLED = (("Telecommunication Union",), ("World Summit on the Information Society",))
TRACK = re.compile(
    r"High-Level Track|Partie de haut niveau|Serie de sesiones de alto nivel"
    r"|Сегмент\w* высокого уровня|الجزء الرفيع المستوى|高级别会议"
)
# As the shipped words call the meeting, and not within an address of the net.
FORUM = re.compile(
    r"(?<![\w.@/-])(?:Forum|Foro|Форум\w*)(?![\w@-]|\.\w)|форум\w*|论坛|منتدى", re.MULTILINE
)
# What masculine articles do not go before: names of meetings, and in French whatever begins with a
# vowel. Other names are right after them, or nobody can tell.
ARTICLES_UNFIT = (
    (
        Language.FRENCH,
        r"(?:[Dd]u|[Aa]u) (?={name})",
        r"[AEIOUYÀÂÉÈÊÎÔŒ]|(?:Conférence|Réunion|Rencontre|Semaine|Session|Journée|Table|Convention"
        r"|Consultation|Plateforme|Biennale|Foire|Concertation|Série|Phase|Tribune)s?\b|Dialogues\b",
    ),
    (
        Language.SPANISH,
        r"(?:[Dd]el|[Aa]l) (?={name})",
        r"(?:Conferencia|Reunión|Asamblea|Cumbre|Semana|Sesión|Jornada|Mesa|Convención|Consulta"
        r"|Plataforma|Bienal|Feria|Cita|Tribuna|Serie)(?:s|es)?\b|(?:Diálogos|Encuentros)\b",
    ),
)


def is_of_another(letter: Letter) -> bool:
    """Whether the letter names the organization or summit of the shipped words, and is of none."""
    return named_otherwise(letter.invitation.edition).names_another(printed_words(letter))


def calls_the_track_otherwise(letter: Letter) -> bool:
    """Whether the letter says High-Level Track for what its edition calls by a name of its own."""
    return named_otherwise(letter.invitation.edition).says_track(printed_words(letter))


def calls_a_forum_what_is_none(letter: Letter) -> bool:
    """Whether the letter speaks of the Forum where no name of its edition has that word."""
    return named_otherwise(letter.invitation.edition).says_forum(printed_words(letter))


class NamedOtherwise(NamedTuple):
    """The names of the shipped words that an edition has not among its own."""

    others: list[tuple[str, ...]]
    has_own_track: bool
    is_no_forum: bool

    def names_another(self, words: str) -> bool:
        return any(names_one_of(names, words) for names in self.others)

    def says_track(self, words: str) -> bool:
        return self.has_own_track and bool(TRACK.search(words))

    def says_forum(self, words: str) -> bool:
        return self.is_no_forum and bool(FORUM.search(words))


def named_otherwise(edition: ForumEdition) -> NamedOtherwise:
    own, track = words_of_edition(edition), words_of_edition(edition, ["track_name"])
    called = words_of_edition(edition, ["name", "name_in_full", "organizers"])
    others = [
        names
        for names, also in zip(NAMED, ALSO_CALLED, strict=True)
        if not names_one_of((*names, *also), own)
    ]
    has_own_track = bool(track.strip()) and not TRACK.search(track)
    return NamedOtherwise(others, has_own_track, not FORUM.search(called))


def texts_of_another(edition: ForumEdition) -> list[LetterTemplate]:
    """Return the newest texts, in the edition's languages, whose words are not its own.

    What leaves by itself is read by no approver of letters: its texts are among them.
    """
    named = named_otherwise(edition)
    every = LetterTemplate.objects.filter(language__in=edition.languages)
    newest = every.newest_of(every).only("language", "subject", "paper", "mail")
    return [text for text in newest if is_of_others(named, text)]


def is_of_others(named: NamedOtherwise, text: LetterTemplate) -> bool:
    words = "\n".join([text.subject, text.paper, text.mail])
    return named.names_another(words) or named.says_track(words) or named.says_forum(words)


def ranks_of_another(edition: ForumEdition) -> list[Rank]:
    """Return the ranks whose names, offered to offices, name another organization."""
    named = named_otherwise(edition)
    return [
        rank
        for rank in Rank.objects.all()
        if named.names_another("\n".join(rank_names(rank, edition.languages)))
    ]


def rank_names(rank: Rank, languages: Iterable[str]) -> list[str]:
    return [getattr(rank, build_localized_fieldname("name", code)) or "" for code in languages]


def has_unfit_article(letter: Letter) -> bool:
    """Whether a masculine article stands before the edition's name, to which it does not belong."""
    edition, words = letter.invitation.edition, printed_words(letter)
    return any(
        has_article_before(words, article, name)
        for language, article, unfit in ARTICLES_UNFIT
        for name in names_of_edition(edition, language)
        if re.match(unfit, name)
    )


def names_of_edition(edition: ForumEdition, language: str) -> list[str]:
    fields = ("name", "name_in_full")
    names = (own_text(edition, field, language) for field in fields)
    return [format_typography(language, name) for name in names if name]


def has_article_before(words: str, article: str, name: str) -> bool:
    return bool(re.search(rf"\b{article.format(name=re.escape(name))}", words))


def printed_words(letter: Letter) -> str:
    return "\n".join([letter.subject, letter.paper, letter.mail])


def words_of_edition(edition: ForumEdition, fields: Iterable[str] = ()) -> str:
    """Return what the edition has in these fields in any language; in all, if none is named."""
    columns = translator.get_options_for_model(ForumEdition).all_fields
    named = fields or columns
    return "\n".join(getattr(edition, one.name) or "" for of in named for one in columns[of])


def names_one_of(names: Iterable[str], words: str) -> bool:
    """Whether one of the names stands in the words, and not within a longer one."""
    found = "|".join(map(re.escape, names))
    return bool(re.search(f"(?<![A-Za-z])(?:{found})(?![A-Za-z])", words))
