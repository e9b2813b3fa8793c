"""Codes, references and identifiers on papers and in mails; sessions, and pages of the desk."""

from typing import Any

from django.db.models import Prefetch, Q, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from delegations.desk.dossier import NOT_TOLD
from delegations.desk.finding.people import found_line, of_invitations
from delegations.desk.finding.search import (
    EACH_KIND,
    FoundLine,
    Search,
    columns_holding,
    describe_found,
)
from delegations.models import HighLevelSession
from invitations.admin.list_columns import change_url
from invitations.admin.navigation import navigation
from invitations.links import (
    is_like_a_check_code,
    is_like_a_code,
    link_for_code,
    plain_signs,
)
from invitations.models import (
    Circular,
    Correspondence,
    Delivery,
    ForumEdition,
    Letter,
    ReplyLink,
)
from invitations.text.spellings import search_words

# Words of titles are compared one by one, so that accents do not matter.
SESSIONS_AT_MOST = 1000


def reply_code(search: Search) -> list[FoundLine]:
    """Return the State whose code was typed, in full; the code itself is not shown."""
    if not is_like_a_code(search.typed):
        return []
    try:
        link = link_for_code(search.typed)
    except ReplyLink.DoesNotExist:
        return []
    told = _("reply code, replaced") if link.replaced_at else _("reply code")
    invitation: Any = link.invitation
    return [found_line(search, invitation, invitation, told, invitation.minister)]


def check_code(search: Search) -> list[FoundLine]:
    """Return the letter whose paper bears the digits."""
    if not is_like_a_check_code(search.typed):
        return []
    return find_letters(search, _("check code"), check_code=plain_signs(search.typed))


def find_letters(search: Search, told: str, **identified: str) -> list[FoundLine]:
    found = of_invitations(Letter.objects.filter(**identified), "invitation__")
    return [
        found_line(search, one, one.invitation, told, one.get_kind_display())._replace(icon="draft")
        for one in found.defer(*NOT_TOLD)
    ]


def message_id(search: Search) -> list[FoundLine]:
    """Return the letter that left under this Message-ID, written with or without brackets.

    Only who reads letters whole sees their identifiers.
    """
    if not (is_like_a_message_id(search.typed) and reads_letters_whole(search)):
        return []
    return find_letters(search, "Message-ID", message_id=in_brackets(search.typed))


def reads_letters_whole(search: Search) -> bool:
    return any(search.user.has_perm(f"invitations.{one}_letter") for one in ("change", "approve"))


def is_like_a_message_id(typed: str) -> bool:
    return "@" in typed and " " not in typed


def in_brackets(typed: str) -> str:
    return f"<{typed.strip('<>')}>"


def correspondence(search: Search) -> list[FoundLine]:
    """Return what came in, by the sender's reference, name or address, or by its Message-ID."""
    text = search.typed
    named = columns_holding(text, ["reference"], ["sender"])
    if is_like_a_message_id(text):
        named |= Q(message_id=in_brackets(text))
    return [
        find_correspondence(search, one)
        for one in of_invitations(Correspondence.objects.filter(named), "invitation__")
    ]


def find_correspondence(search: Search, one: Any) -> FoundLine:
    kind = one.get_channel_display()
    name = one.reference or one.sender or kind
    if one.invitation:
        return found_line(search, one, one.invitation, kind, name)._replace(icon="inbox")
    return FoundLine(name, describe_found(kind, _("of nobody yet")), change_url(one), "inbox")


def find_deliveries(search: Search) -> list[FoundLine]:
    """Return where mails went, also to addresses that are on file no more."""
    addresses = ["address"] if "@" in search.typed else []
    sent = columns_holding(search.typed, ["reference"], addresses)
    found = of_invitations(Delivery.objects.filter(sent), "letter__invitation__")
    return [
        found_line(
            search, one, one.letter.invitation, _("delivery"), one.reference or one.address
        )._replace(icon="outgoing_mail")
        for one in found.defer(*(f"letter__{name}" for name in NOT_TOLD))
    ]


def find_circulars(search: Search) -> list[FoundLine]:
    found = Circular.objects.filter(reference__icontains=search.typed).select_related("edition")
    found = found.only("reference", "kind", "edition__symbol")
    return [
        FoundLine(
            one.reference,
            describe_found(_("circular"), one.get_kind_display(), one.edition.symbol),
            change_url(one),
            "campaign",
        )
        for one in found.order_by(*search.current_first("edition"), "-pk")[:EACH_KIND]
    ]


def find_sessions(search: Search) -> list[FoundLine]:
    """Return sessions by their title in any language, and by room and chair."""
    words = search_words(search.typed).split()
    rows = HighLevelSession.objects.order_by(*search.current_first("edition"), "starts_at")
    found = [
        one
        for one in rows[:SESSIONS_AT_MOST]
        if words and all(word in session_words(one) for word in words)
    ][:EACH_KIND]
    prefetch_related_objects(found, Prefetch("edition", ForumEdition.objects.only("symbol")))
    return [
        FoundLine(
            str(one),
            describe_found(pgettext("of the Forum", "session"), one.room, one.edition.symbol),
            change_url(one),
            "event",
        )
        for one in found
    ]


def session_words(session: Any) -> str:
    titles = [value for name, value in vars(session).items() if name.startswith("title")]
    return search_words(" ".join(filter(None, [*titles, session.room, session.chair])))


def find_pages(search: Search) -> list[FoundLine]:
    """Return the pages of the sidebar that are called so: it has those the person may open."""
    said = search_words(search.typed)
    return [
        FoundLine(str(page["title"]), str(group.get("title", "")), str(page["link"]), page["icon"])
        for group in navigation(search.request)
        for page in group["items"]
        if said and said in search_words(str(page["title"]))
    ]
