"""Tell staff who ask by mail what the outbox did; a digest is no letter and is not kept."""

import datetime as dt
import logging
from collections import Counter
from email.message import EmailMessage
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from invitations.job_errors import each_apart
from invitations.mail.outgoing import name_languages, new_message
from invitations.models import (
    Delivery,
    DigestChoice,
    ForumEdition,
    Letter,
    LetterEvent,
    StaffMail,
)
from invitations.outbox.arming import reason_sending_is_off
from invitations.outbox.staff_notifications import hand_over_mail, report_vanished
from invitations.text.dates import comma_list, format_day_and_hour, labelled
from invitations.times.clocks import CLOCKS_APART
from invitations.times.jobs import Job

logger = logging.getLogger(__name__)

MAY_BE_TOLD = "invitations.view_delivery"
# Events are told at this age: by then their transaction is committed, also on a server whose
# clock is behind.
SETTLED = dt.timedelta(minutes=1) + CLOCKS_APART
MORNING = dt.time(8)
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
STATES: dict[str, list[str]] = {
    DigestChoice.What.NEEDS_A_PERSON: NEEDS_A_PERSON,
    DigestChoice.What.PLANNED: [Letter.State.PLANNED],
    DigestChoice.What.HANDED_OVER: [Delivery.State.HANDED_OVER],
    DigestChoice.What.CANCELLED: [Delivery.State.CANCELLED],
}
NAMED_AT_MOST = 50


class Digest(NamedTuple):
    edition: ForumEdition
    since: dt.datetime
    until: dt.datetime
    counts: dict[tuple[str, str], int]  # by state and kind of letter
    troubles: list[LetterEvent]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def send_digest(now: dt.datetime | None = None) -> int:
    """Tell each who asked what happened since the last digest; return how many mails left.

    It says what a second person released of each edition. A digest that cannot be written does not
    stop the others.
    """
    if mute := reason_sending_is_off():
        logger.warning(mute)
        return 0
    report_vanished(Job.SEND_DIGEST)
    choices = choices_that_stand()
    if not choices:
        return 0
    ends = ends_of_digests((now or timezone.now()) - SETTLED)
    editions = [edition.as_released for edition in ForumEdition.objects.order_by("pk")]
    return each_apart(
        Job.SEND_DIGEST,
        [(str(one.user.pk), partial(send_to, one, editions, ends[one.often])) for one in choices],
    )


def choices_that_stand() -> list[DigestChoice]:
    """Return those of staff who ask for mails, have an address and may still read the outbox."""
    may = User.objects.with_perm(MAY_BE_TOLD, backend="django.contrib.auth.backends.ModelBackend")
    asked = DigestChoice.objects.exclude(often=DigestChoice.Often.NEVER).exclude(user__email="")
    told = asked.filter(user__in=may.filter(is_staff=True))
    return list(told.select_related("user").order_by("pk"))


def ends_of_digests(until: dt.datetime) -> dict[str, dt.datetime]:
    """Return up to when each may be told by now: all, whole hours, or whole working mornings."""
    return {
        DigestChoice.Often.AT_ONCE: until,
        DigestChoice.Often.HOURLY: until.replace(minute=0, second=0, microsecond=0),
        DigestChoice.Often.MORNING: last_morning(until),
    }


def last_morning(until: dt.datetime) -> dt.datetime:
    """Return the last working morning of the current edition; without one nothing is told."""
    edition = ForumEdition.objects.current()
    if not edition:
        return until
    day = edition.local_date(until)
    if until < dt.datetime.combine(day, MORNING, edition.zone):
        day -= dt.timedelta(days=1)
    return dt.datetime.combine(edition.working_day(day), MORNING, edition.zone)


def send_to(choice: DigestChoice, editions: list[ForumEdition], until: dt.datetime) -> bool:
    """Send what was chosen up to ``until``, if it happened; a failure leaves it for later."""
    since = choice.informed_until
    if until <= since:
        return False
    states = [state for what in choice.what for state in STATES[what]]
    found = [digest_of(edition, states, since, until) for edition in editions]
    digests = [digest for digest in found if digest.total]
    if not digests:
        move_mark(choice, since, until)
        return False
    # Built before the mark moves: what cannot be written now is told by a later digest.
    with translation.override(choice.language):
        content = message_of(choice.user, digests, until).as_bytes()
    return hand_over_mail(
        StaffMail(job=Job.SEND_DIGEST, item=str(choice.user_id)),
        choice.user.email,
        # The worker that moves the mark sends the digest; another one finds it moved.
        note=lambda: content if move_mark(choice, since, until) else b"",
        take_back=partial(move_mark, choice, until, since),
    )


def move_mark(choice: DigestChoice, since: dt.datetime, until: dt.datetime) -> int:
    as_it_was = DigestChoice.objects.filter(pk=choice.pk, informed_until=since)
    return as_it_was.update(informed_until=until)


def digest_of(
    edition: ForumEdition, states: list[str], since: dt.datetime, until: dt.datetime
) -> Digest:
    happened = LetterEvent.objects.filter(
        at__gte=since, at__lt=until, state__in=states, letter__invitation__edition=edition
    )
    # An event that says why a letter still waits does not mean that it was planned again.
    events = happened.exclude(~Q(reason=""), state=Letter.State.PLANNED)
    counts = Counter(events.order_by().values_list("state", F("letter__kind")))
    troubles = events.filter(state__in=NEEDS_A_PERSON).select_related(
        "delivery", "letter__invitation__member_state"
    )
    named = list(troubles.order_by("at", "pk")[:NAMED_AT_MOST])
    return Digest(edition, since, until, dict(counts), named)


# Its words


def message_of(user: User, digests: list[Digest], until: dt.datetime) -> EmailMessage:
    symbols = comma_list(digest.edition.symbol for digest in digests)
    subject = f"[{symbols}] {count_by_state(digests)}"
    message = new_message(subject, {"To": [user.email]}, until, "auto-generated")
    message.set_content(mail_body(digests), cte="quoted-printable")
    name_languages(message, translation.get_language() or "")
    return message


def count_by_state(digests: list[Digest]) -> str:
    """Count by state, what needs a person first: "failed: 1, handed over: 193"."""
    by_state: Counter[str] = Counter()
    for digest in digests:
        for (state, _kind), number in digest.counts.items():
            by_state[state] += number
    return comma_list(labelled(label(state), by_state[state]) for state in TOLD if by_state[state])


def label(state: str) -> str:
    return str(LetterEvent.STATES[state])


def mail_body(digests: list[Digest]) -> str:
    lines = [line for digest in digests for line in [*digest_lines(digest), ""]]
    outbox, choice = map(list_address, ("delivery", "digestchoice"))
    lines += [
        _("The outbox: %(url)s") % {"url": outbox},
        _("What these mails tell you, and when: %(url)s") % {"url": choice},
    ]
    return "\n".join([*lines, ""])


def list_address(model: str) -> str:
    return settings.SITE_URL.rstrip("/") + reverse(f"admin:invitations_{model}_changelist")


def digest_lines(digest: Digest) -> list[str]:
    edition = digest.edition
    lines = [
        _("%(edition)s: what the outbox did from %(since)s to %(until)s, %(zone)s.")
        % {
            "edition": edition.name,
            "since": hour_in(edition, digest.since),
            "until": hour_in(edition, digest.until),
            "zone": edition.time_zone_name,
        },
        "",
        *(count_lines(digest)),
    ]
    if digest.troubles:
        lines += ["", _("Needs a person:"), *(trouble(event) for event in digest.troubles)]
    if left_out := needing(digest) - len(digest.troubles):
        more = ngettext("… and %(count)s more.", "… and %(count)s more.", left_out)
        lines.append(more % {"count": left_out})
    return lines


def hour_in(edition: ForumEdition, at: dt.datetime) -> str:
    return format_day_and_hour(at.astimezone(edition.zone))


def count_lines(digest: Digest) -> list[str]:
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
    why = " – ".join(filter(None, [event.why, " ".join(event.server_words.split())[:200]]))
    return "- " + (labelled(comma_list(said), why) if why else comma_list(said))
