"""Reply links and printed codes: make them, find invitations by them, and when all of them end."""

import datetime as dt
import secrets
import unicodedata

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.audit import Act, record_act
from invitations.models import ForumEdition, HeldChange, Invitation, ReplyLink

# 31 signs that nobody confuses, in print or on the telephone: 4.95 bits each.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
TOKEN_LENGTH = 21  # 104 bits
# A code is typed from paper. It has only consonants, so it is no word, and no check code of digits.
CODE_ALPHABET = "bcdfghjkmnpqrstvwxyz"
CODE_LENGTH = 12  # 51.8 bits
CHECK_LENGTH = 16  # 53 bits
# Cyrillic and Greek letters with the shape of exactly one letter of a code.
SAME_SHAPE = str.maketrans("вкмнрстхуѕјһԛԝѵβκρτχζ", "bkmhpctxysjhqwvbkptxz")
# Codes of ALPHABET have digits; in a code of CODE_ALPHABET a digit is a misread letter.
MISREAD = str.maketrans("258", "zsb")
TYPED_AT_MOST = 200
# The version that a page shows where the link has ended.
NO_LINK = 0


def random_signs(length: int, alphabet: str = ALPHABET) -> str:
    return "".join(secrets.choice(alphabet) for _place in range(length))


def new_check_code() -> str:
    """Return new digits to verify a letter on paper; they open no page."""
    return random_signs(CHECK_LENGTH, "0123456789")


def grouped_code(code: str, joined: str = "-") -> str:
    """Return the code in groups of four, as it is printed."""
    return joined.join(code[start : start + 4] for start in range(0, len(code), 4))


def new_link(invitation: Invitation, version: int = 1) -> ReplyLink:
    """Return an unsaved link."""
    return ReplyLink(
        invitation=invitation,
        version=version,
        token=random_signs(TOKEN_LENGTH),
        code=random_signs(CODE_LENGTH, CODE_ALPHABET),
    )


@transaction.atomic
def replace_link(invitation: Invitation, version: int, by: User, reason: str) -> ReplyLink:
    """Give the invitation a new link and code in place of this version, which says so.

    A version that was replaced meanwhile is refused: the one after it may be given out already.
    While a hand-over waits, the link of who leaves office stays dead.
    """
    if not reason.strip():
        raise ValidationError(_("Say why the link is replaced."))
    invitation = Invitation.objects.locked().get(pk=invitation.pk)
    if why := reason_not_to_replace_link(invitation):
        raise ValidationError(why)
    end_version(invitation, version)
    link = new_link(invitation, invitation.links.aggregate(last=Max("version"))["last"] + 1)
    link.save()
    record_act(invitation, Act.LINK_REPLACED, by, reason)
    return link


def reason_not_to_replace_link(invitation: Invitation) -> str:
    """Return why the invitation gets no new link; an empty text if it may have one."""
    until = links_open_until(invitation.edition)
    if until is not None and invitation.edition.local_date(timezone.now()) > until:
        return str(LINKS_HAVE_ENDED)
    if HeldChange.objects.successions().of(invitation).exists():
        return _("A successor is entered already; a second person releases it or takes it back.")
    # The letter of a draft whose link has ended waits for a new one.
    is_draft = invitation.status == Invitation.Status.DRAFT
    lacks_one = is_draft and not invitation.links.current().exists()
    if invitation.status != Invitation.Status.ISSUED and not lacks_one:
        return _("The invitation is not in force.")
    return ""


LINKS_HAVE_ENDED = gettext_lazy(
    "The links and codes of this edition have ended: they open nothing any more."
)
ENDED_ALREADY = gettext_lazy("Its link has ended already.")


def reason_not_to_end_link(invitation: Invitation) -> str:
    """Return why no link ends: there is none; an empty text if there is one."""
    return "" if invitation.links.current().exists() else str(ENDED_ALREADY)


@transaction.atomic
def end_link(invitation: Invitation, version: int, by: User, reason: str) -> None:
    """Let this version of the link and code open nothing more; letters wait for a new one."""
    if not reason.strip():
        raise ValidationError(_("Say why the link ends."))
    invitation = Invitation.objects.locked().get(pk=invitation.pk)
    if version == NO_LINK:
        raise ValidationError(ENDED_ALREADY)
    end_version(invitation, version)
    record_act(invitation, Act.LINK_ENDED, by, reason)


def end_version(invitation: Invitation, version: int) -> None:
    """End the current link if it is of this version, or if there is none and none was shown."""
    current = invitation.links.current()
    if version == NO_LINK and not current.exists():
        return
    if not current.filter(version=version).update(replaced_at=timezone.now()):
        raise ValidationError(_("Its link was replaced meanwhile: look at the new one first."))


def links_open_until(edition: ForumEdition) -> dt.date | None:
    """Return the last day on which links and codes open a page; None while it is postponed."""
    if edition.postponed_at is not None:
        return None
    return edition.closes_on + dt.timedelta(days=edition.links_open_for)


def reply_url(link: ReplyLink) -> str:
    return settings.SITE_URL + reverse("office:open", args=[link.token])


def link_for_token(token: str) -> ReplyLink:
    """Return the link; raise ReplyLink.DoesNotExist for a token that was never given out."""
    return ReplyLink.objects.select_related("invitation__edition", "invitation__minister").get(
        token=token
    )


def plain_signs(typed: str) -> str:
    """Return the letters and digits only, in one width and case; digits of any script as 0 to 9."""
    folded = unicodedata.normalize("NFKC", typed[:TYPED_AT_MOST]).casefold()
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in folded if sign.isalnum())


def read_code(typed: str) -> str:
    """Return the typed code as codes are stored, however it was typed; other text finds none."""
    return plain_signs(typed).translate(SAME_SHAPE)


def is_like_a_code(typed: str) -> bool:
    """Whether the text has the shape of a reply code, misread or not; nothing is looked up."""
    code = read_code(typed)
    is_whole = len(code) == CODE_LENGTH and not code.isdecimal()
    return is_whole and set(code.translate(MISREAD)) <= set(CODE_ALPHABET)


def is_like_a_check_code(typed: str) -> bool:
    """Whether the text has the shape of the digits that verify a letter; nothing is looked up."""
    signs = plain_signs(typed)
    return len(signs) == CHECK_LENGTH and signs.isdecimal()


def link_for_code(typed: str) -> ReplyLink:
    """Return the link; raise ReplyLink.DoesNotExist for an unknown code, after the same look-up."""
    code = read_code(typed)
    misread = code.translate(MISREAD)
    links = ReplyLink.objects.select_related("invitation__edition", "invitation__minister")
    found = links.in_bulk([code, misread], field_name="code")
    if link := found.get(code) or found.get(misread):
        return link
    raise ReplyLink.DoesNotExist
