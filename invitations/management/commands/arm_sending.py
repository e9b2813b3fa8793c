import getpass
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from invitations.files.sealing import seal_warning
from invitations.mail.dns_records import dns_faults, domain_of_address, house_resolver, is_reserved
from invitations.outbox.arming import arm, reason_sending_is_off


class Command(BaseCommand):
    help = (
        "Let this deployment, on this database, write to ministers. The second line is the key"
        " for ARMING_KEY on each of its hosts; it is shown once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--although-dns",
            "--without-dns-checks",
            action="store_true",
            help="arm although DNS does not say what other mail servers will ask",
        )
        parser.add_argument(
            "--new-key",
            action="store_true",
            help="make another key: the hosts that have the earlier one fall silent",
        )
        parser.add_argument(
            "--links-only",
            action="store_true",
            help="let offices answer on this restored database, and nothing leave it yet",
        )
        parser.add_argument("--by", help="who arms; without it, the name of the system's user")

    def handle(self, although_dns: bool, new_key: bool, by: str | None, **options: Any) -> str:
        links_only = options["links_only"]
        dns = "" if links_only else check_dns(although_dns)
        key = arm(anew=new_key, by=by or system_user(), links_only=links_only)
        if warning := seal_warning():
            self.stderr.write(warning)
        said = f"{'Links open' if links_only else 'Sending is armed'} for {settings.DEPLOYMENT}"
        if key:
            self.stderr.write("Set ARMING_KEY to this key on each host: it is not shown again.")
            return f"{said}{dns}\n{key}"
        if mute := reason_sending_is_off():
            self.stderr.write(mute)
        return f"{said}, and its key stays{dns}"


def system_user() -> str:
    """Return the user who runs the command; empty in a container without users."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        return ""


def check_dns(although_dns: bool) -> str:
    """Return the end of the sentence about arming; raise CommandError if DNS forbids it."""
    domain = domain_of_address(settings.DEFAULT_FROM_EMAIL)
    # At a name server of one's own, a reserved name may exist.
    if is_reserved(domain) and not settings.DNS_SERVER:
        return f": {domain} is a reserved name, so DNS was not asked."
    missing = " ".join(missing_in_dns())
    if missing and not although_dns:
        raise CommandError(
            f"Sending is not armed: {missing} (--although-dns arms it all the same.)"
        )
    if missing:
        return f", although: {missing}"
    if not settings.DKIM_SELECTOR:
        return ": SPF, DMARC and MX are there; without DKIM_SELECTOR, DKIM is not known."
    return ": SPF, DKIM, DMARC and MX are there."


def missing_in_dns() -> list[str]:
    return dns_faults(
        settings.DEFAULT_FROM_EMAIL,
        settings.BOUNCE_ADDRESS,
        settings.DKIM_SELECTOR,
        house_resolver(),
    )
