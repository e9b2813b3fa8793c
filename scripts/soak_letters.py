# ruff: noqa: PLC0415 -- models are there once the part that asks for them has read its settings
"""The database of the soak, and the letters in its outbox."""

import datetime as dt
import os
import secrets
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from invitations.tests.faults import Account, MailServer, Receipt, account, until

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from invitations.models import Delivery, Invitation, Letter

DATABASE = "wsis_forum_soak"


class Letters:
    """Approved letters in the outbox, each to an office of its own, due one after another."""

    def __init__(self, number: int, seconds: float, *, reminders: bool = False) -> None:
        from django.db import transaction
        from django.utils import timezone

        with transaction.atomic():
            self.invitations = invited(number, principal=reminders)
            fields = reminding(self.invitations[0]) if reminders else {}
            self.pks = [queued(invitation, **fields) for invitation in self.invitations]
            now, later = timezone.now(), dt.timedelta(seconds=seconds / number)
            for place, pk in enumerate(self.pks):
                self.deliveries.filter(letter=pk).update(not_before=now + place * later)
        self.began = time.monotonic()

    @property
    def deliveries(self) -> "QuerySet[Delivery]":
        from invitations.models import Delivery

        return Delivery.objects.filter(letter__in=self.pks)

    def settle(self, seconds: float = 400) -> None:
        """Wait until nothing waits; a pause that the mail server asked for is cut short."""
        from django.utils import timezone

        def nothing_waits() -> bool:
            time.sleep(0.5)
            soon = timezone.now()
            self.deliveries.filter(state="deferred", not_before__gt=soon).update(not_before=soon)
            waiting = ["queued", "claimed", "sending", "deferred"]
            return not self.deliveries.filter(state__in=waiting).exists()

        try:
            until(nothing_waits, "nothing waits", seconds)
        except TimeoutError as late:
            print(late)

    def account(self, mail: MailServer) -> Account:
        from invitations.mail.transport import return_path

        rows = self.deliveries.values_list("address", "envelope", "letter__message_sha256", "state")
        states = {
            Receipt(address, return_path(envelope or ""), sha256): state
            for address, envelope, sha256, state in rows
        }
        ours = {receipt.address for receipt in states}
        return account(states, [r for r in mail.received() if r.address in ours])


class Acknowledgements(Letters):
    """Replies whose acknowledgements workers compose, for the office and for a typed address.

    ``poison`` takes the place of the typed address, or of the edition's name.
    """

    def __init__(self, number: int, poison: str = "", *, in_name: bool = False) -> None:
        from django.db import transaction

        from invitations.links import new_link
        from invitations.models import ForumEdition, Letter, Reply
        from invitations.replies import record_reply

        with transaction.atomic():
            self.invitations = invited(number, principal=False)
            for invitation in self.invitations:
                new_link(invitation).save()
                approved(invitation)
                typed = f"cabinet{invitation.pk}@example.org"
                record_reply(invitation, {"answer": "regrets", "respondent_email": typed})
            replies = Reply.objects.filter(invitation__in=self.invitations)
            planned = Letter.objects.filter(reply__in=replies)
            if in_name:
                ForumEdition.objects.filter(invitations__in=self.invitations).update(name_en=poison)
            elif poison:
                replies.update(respondent_email=poison)
                planned = planned.filter(variant="copy")
            self.pks = list(planned.values_list("pk", flat=True))
        self.began = time.monotonic()

    def composed(self) -> bool:
        from invitations.models import Letter

        return not Letter.objects.planned().filter(pk__in=self.pks).exists()

    def neither_left_nor_said_why(self) -> int:
        from invitations.models import LetterEvent

        events = LetterEvent.objects.filter(letter__in=self.pks)
        known = events.exclude(because="") | events.filter(state="handed_over")
        return len({*self.pks} - {*known.values_list("letter", flat=True)})


def approve_texts() -> None:
    """Two people have approved the shipped words of what the machine sends by itself."""
    from invitations.models import LetterTemplate
    from invitations.tests.factories import UserFactory

    first, second = UserFactory.create_batch(2)
    LetterTemplate.objects.update(first_approver=first, second_approver=second)


def invited(number: int, *, principal: bool) -> "list[Invitation]":
    """Issued invitations: by courtesy, of one State, or the principal ones of as many States."""
    from django.utils import timezone

    from invitations.models import Invitation, MemberState, Minister
    from invitations.tests import factories

    today = timezone.localdate()
    days = {
        f"{name}_on": today + dt.timedelta(days=60)
        for name in ("opens", "track_opens", "track_closes", "closes")
    }
    edition = factories.EditionFactory(reply_before=today + dt.timedelta(days=20), **days)
    factories.CircularFactory(edition=edition)
    states = MemberState.objects.bulk_create(
        factories.MemberStateFactory.build_batch(number if principal else 1)
    )
    ministers = Minister.objects.bulk_create(
        factories.MinisterFactory.build(
            member_state=states[place % len(states)], family_name=f"Elphberg {secrets.token_hex(8)}"
        )
        for place in range(number)
    )
    return Invitation.objects.bulk_create(
        factories.InvitationFactory.build(
            edition=edition, minister=minister, is_principal=principal
        )
        for minister in ministers
    )


def reminding(invitation: "Invitation") -> dict[str, object]:
    from invitations.tests.factories import StepFactory

    edition = invitation.edition
    return {
        "kind": "reminder",
        "step": StepFactory(edition=edition),
        "reply_before": edition.reply_before,
        "leave_before": edition.deadline,
    }


def approved(invitation: "Invitation", **fields: object) -> "Letter":
    """A letter with a small frozen message of its own."""
    from django.utils import timezone

    from invitations.files.frozen import freeze
    from invitations.tests.factories import LetterFactory

    address, now = invitation.minister.to_emails, timezone.now()
    words = f"Subject: Invitation\r\nTo: {address}\r\n\r\n.Number {invitation.pk}.\r\n.\r\n"
    message, sha256 = freeze(words.encode(), "messages", "eml")
    return LetterFactory.create(
        **{
            "invitation": invitation, "state": "approved", "approved_at": now, "composed_at": now,
            "message": message, "message_sha256": sha256, "recipients": [["to", address]],
        }
        | fields
    )  # fmt: skip


def queued(invitation: "Invitation", **fields: object) -> int:
    """Put a letter into the outbox; before a reminder the invitation itself has arrived."""
    from django.utils import timezone

    from invitations.letters.planning import enqueue
    from invitations.tests.factories import DeliveryFactory

    if fields:
        before = timezone.now() - dt.timedelta(days=12)
        DeliveryFactory(letter=approved(invitation), state="handed_over", handed_over_at=before)
    letter = approved(invitation, **fields)
    enqueue(letter)
    return letter.pk


def make_database() -> None:
    """Make the database anew, and arm it: its letters may leave for the soak's mail server."""
    import psycopg2
    from django.conf import settings
    from django.core.management import call_command

    from invitations.outbox.arming import arm

    postgres = urlsplit(os.environ["DATABASE_URL"])._replace(path="/postgres").geturl()
    connection = psycopg2.connect(postgres)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {DATABASE}")
    connection.close()
    call_command("migrate", verbosity=0)
    settings.ARMING_KEY = os.environ["ARMING_KEY"] = arm()
