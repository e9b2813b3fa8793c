from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import ngettext

from invitations.inbox.mailboxes import read_mailboxes


class Command(BaseCommand):
    help = "Read the in-tray and the bounce mailbox: file what came in, and record what bounced."

    def handle(self, **options: Any) -> str:
        taken, faults = read_mailboxes()
        done = ngettext("%(count)s mail read.", "%(count)s mails read.", taken) % {"count": taken}
        if faults:
            raise CommandError(f"{done} {' '.join(faults)}")
        return done
