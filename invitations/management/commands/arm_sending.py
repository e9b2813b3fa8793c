from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from invitations.arming import arm
from invitations.domains import domain_of, faults, house_resolver, is_reserved


class Command(BaseCommand):
    help = "Let this deployment, on this database, write to ministers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--although-dns",
            "--without-dns-checks",
            action="store_true",
            help="arm although DNS does not say what other mail servers will ask",
        )

    def handle(self, although_dns: bool, **options: Any) -> str:
        domain = domain_of(settings.DEFAULT_FROM_EMAIL)
        # With a name server of one's own, a reserved name may mean something.
        if is_reserved(domain) and not settings.DNS_SERVER:
            return f"{armed()}: {domain} is a reserved name, so DNS was not asked."
        missing = " ".join(missing_in_dns())
        if missing and not although_dns:
            raise CommandError(
                f"Sending is not armed: {missing} (--although-dns arms it all the same.)"
            )
        if missing:
            return f"{armed()}, although: {missing}"
        if not settings.DKIM_SELECTOR:
            return (
                f"{armed()}: SPF, DMARC and MX are there; without DKIM_SELECTOR, DKIM is not known."
            )
        return f"{armed()}: SPF, DKIM, DMARC and MX are there."


def armed() -> str:
    return f"Sending is armed for {arm().deployment}"


def missing_in_dns() -> list[str]:
    return faults(
        settings.DEFAULT_FROM_EMAIL,
        settings.BOUNCE_ADDRESS,
        settings.DKIM_SELECTOR,
        house_resolver(),
    )
