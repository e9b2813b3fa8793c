"""Tell the secretariat by mail what the outbox did; a digest is no letter and is not kept."""

import datetime as dt
import logging
from collections import Counter
from email.message import EmailMessage
from email.utils import parseaddr
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from invitations.mail.outgoing import name_languages, new_message
from invitations.mail.transport import Envelope, NotTaken, Refused, Unknown, configured_carrier
from invitations.models import Delivery, ForumEdition, Letter, LetterEvent, Tick
from invitations.outbox.arming import why_mute
from invitations.setbacks import each_apart
from invitations.text.dates import comma_list, labelled, told_hour
from invitations.times.clocks import CLOCKS_APART
from invitations.times.jobs import Job

logger = logging.getLogger(__name__)

# Events are told at this age: by then their transaction is committed, also on a server whose
# clock is behind.
SETTLED = dt.timedelta(minutes=1) + CLOCKS_APART
# The first digest of an edition looks back no further than this.
FIRST_LOOK = dt.timedelta(hours=1)
NEEDS_A_PERSON: list[str] = [
    Delivery.State.UNCERTAIN,
    Delivery.State.FAILED,
    Delivery.State.BOUNCED,
    Delivery.State.MISSED,
]
TOLD: list[str] = [
    *NEEDS_A_PERSON,
    Letter.State.PLANNED,
    Delivery.State.HANDED_OVER,
    Delivery.State.CANCELLED,
]
NAMED_AT_MOST = 50


class Digest(NamedTuple):
    counts: dict[tuple[str, str], int]  # by state and kind of letter
    troubles: list[LetterEvent]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def send_digest(now: dt.datetime | None = None) -> int:
    """Send each edition's contact what happened since the last digest; return how many were sent.

    It says what a second person released of the edition, and goes where it was released. A digest
    that cannot be written does not stop the others.
    """
    if mute := why_mute():
        logger.warning(mute)
        return 0
    until = (now or timezone.now()) - SETTLED
    editions = [edition.as_released for edition in ForumEdition.objects.order_by("pk")]
    return each_apart(
        Job.SEND_DIGEST, [(edition.symbol, partial(tell, edition, until)) for edition in editions]
    )


def tell(edition: ForumEdition, until: dt.datetime) -> bool:
    """Send the digest up to ``until``, if anything happened; a failure leaves it for later."""
    name = f"digest-{edition.symbol}"
    begin = until - FIRST_LOOK
    tick, _made = Tick.objects.get_or_create(name=name, defaults={"began_at": begin})
    since = tick.began_at
    digest = digest_of(edition, since, until)
    mine = Tick.objects.filter(name=name, began_at=since)
    if not digest.total:
        return False
    # Built before the mark moves: what cannot be written now is told by a later digest.
    content = message_of(edition, digest, since, until).as_bytes()
    # The worker that moves the mark sends the digest; another one finds it moved.
    if not mine.update(began_at=until):
        return False
    if send(edition, digest, content):
        Tick.objects.filter(name=name, began_at=until).update(
            ended_at=timezone.now(), did=digest.total
        )
        return True
    Tick.objects.filter(name=name, began_at=until).update(began_at=since)
    return False


def digest_of(edition: ForumEdition, since: dt.datetime, until: dt.datetime) -> Digest:
    events = told_events(edition, since, until)
    counts = Counter(events.order_by().values_list("state", F("letter__kind")))
    troubles = events.filter(state__in=NEEDS_A_PERSON).select_related(
        "delivery", "letter__invitation__member_state"
    )
    return Digest(dict(counts), list(troubles.order_by("at", "pk")[:NAMED_AT_MOST]))


def told_events(
    edition: ForumEdition, since: dt.datetime, until: dt.datetime
) -> "QuerySet[LetterEvent]":
    happened = LetterEvent.objects.filter(
        at__gte=since, at__lt=until, state__in=TOLD, letter__invitation__edition=edition
    )
    # An event that says why a letter still waits does not mean that it was planned again.
    return happened.exclude(~Q(because=""), state=Letter.State.PLANNED)


def send(edition: ForumEdition, digest: Digest, content: bytes) -> bool:
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    try:
        with configured_carrier() as line:
            line.connect()
            line.hand_over(Envelope(sender, edition.contact_email), content)
    except (Refused, Unknown) as fault:
        # It is not sent again each minute: the admin's pages show the same.
        logger.error("The digest of %s may be lost: %s", edition.symbol, fault.words)  # noqa: TRY400
    except NotTaken as fault:
        logger.warning("The digest of %s waits: %s", edition.symbol, fault.words)
        return False
    else:
        logger.info("The digest of %s was handed over: %s events.", edition.symbol, digest.total)
    return True


# Its words


def message_of(
    edition: ForumEdition, digest: Digest, since: dt.datetime, until: dt.datetime
) -> EmailMessage:
    subject = f"[{edition.symbol}] {in_short(digest)}"
    message = new_message(subject, {"To": [edition.contact_email]}, until, "auto-generated")
    message.set_content(mail_body(edition, digest, since, until), cte="quoted-printable")
    name_languages(message, translation.get_language() or "")
    return message


def in_short(digest: Digest) -> str:
    """Count by state, what needs a person first: "failed: 1, handed over: 193"."""
    by_state: Counter[str] = Counter()
    for (state, _kind), number in digest.counts.items():
        by_state[state] += number
    return comma_list(labelled(label(state), by_state[state]) for state in TOLD if by_state[state])


def label(state: str) -> str:
    return str(LetterEvent.STATES[state])


def mail_body(edition: ForumEdition, digest: Digest, since: dt.datetime, until: dt.datetime) -> str:
    lines = [
        _("%(edition)s: what the outbox did from %(since)s to %(until)s, %(zone)s.")
        % {
            "edition": edition.name,
            "since": hour_in(edition, since),
            "until": hour_in(edition, until),
            "zone": edition.time_zone_name,
        },
        "",
        *(counted(digest)),
    ]
    if digest.troubles:
        lines += ["", _("Needs a person:"), *(trouble(event) for event in digest.troubles)]
    if left_out := needing(digest) - len(digest.troubles):
        more = ngettext("… and %(count)s more.", "… and %(count)s more.", left_out)
        lines.append(more % {"count": left_out})
    outbox = settings.SITE_URL.rstrip("/") + reverse("admin:invitations_delivery_changelist")
    return "\n".join([*lines, "", _("The outbox: %(url)s") % {"url": outbox}, ""])


def hour_in(edition: ForumEdition, at: dt.datetime) -> str:
    return told_hour(at.astimezone(edition.zone))


def counted(digest: Digest) -> list[str]:
    kinds: dict[str, Any] = dict(Letter.Kind.choices)
    in_order = sorted(digest.counts.items(), key=lambda one: (TOLD.index(one[0][0]), one[0][1]))
    return [
        f"{number:>6}  {labelled(label(state), kinds[kind])}" for (state, kind), number in in_order
    ]


def needing(digest: Digest) -> int:
    return sum(
        number for (state, _kind), number in digest.counts.items() if state in NEEDS_A_PERSON
    )


def trouble(event: LetterEvent) -> str:
    """Return one line: State, address, state of the delivery, and the reason or server's words."""
    address = event.delivery.address if event.delivery else ""
    said = [str(event.letter.invitation.member_state), address, label(event.state)]
    why = " – ".join(filter(None, [event.because, " ".join(event.server_words.split())[:200]]))
    return "- " + (labelled(comma_list(said), why) if why else comma_list(said))
