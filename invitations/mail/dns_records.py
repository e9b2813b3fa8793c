"""The DNS records that other mail servers check before they accept our mail.

SPF and MX belong to the domain of the bounce address, DKIM and DMARC to the domain of the visible
sender. DNS cannot say whether the mail server really signs, nor from which address it sends.
"""

from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

import dns.exception
import dns.name
import dns.resolver
from django.conf import settings
from django.utils.translation import gettext as _

# Domains that nobody can own: RFC 2606 and RFC 6761.
RESERVED = (
    "test", "example", "invalid", "localhost", "example.com", "example.net", "example.org",
)  # fmt: skip
ANSWER_WITHIN = 5.0  # seconds


class NoServerAnswered(Exception):
    """No name server answered, so nothing is known of that domain."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def domain_of_address(address: str) -> str:
    _name, email = parseaddr(address)
    return email.partition("@")[2].rstrip(".").lower()


def is_reserved(domain: str) -> bool:
    return any(f".{domain}".endswith(f".{name}") for name in RESERVED)


def house_resolver() -> dns.resolver.Resolver:
    """Return a resolver that asks the server of ``DNS_SERVER``, else those of the system."""
    resolver = dns.resolver.Resolver(configure=not settings.DNS_SERVER)
    if settings.DNS_SERVER:
        server = urlsplit(f"//{settings.DNS_SERVER}")
        resolver.nameservers = [server.hostname or ""]
        resolver.port = server.port or 53
    resolver.lifetime = ANSWER_WITHIN
    return resolver


def dns_faults(
    from_address: str, bounce_address: str, selector: str, resolver: dns.resolver.Resolver
) -> list[str]:
    """Return a sentence for each fault; without a selector DKIM is not checked."""
    ours, bounces = domain_of_address(from_address), domain_of_address(bounce_address)
    if not ours or not bounces:
        return [_("“%s” is no e-mail address.") % (bounce_address if ours else from_address)]
    found: list[str] = []
    try:
        found += spf_faults(resolver, bounces)
        signing = signing_domain(resolver, selector, ours)
        found += dkim_faults(resolver, selector, ours, signing)
        found += dmarc_faults(resolver, ours, bounces, signing)
        found += mx_faults(resolver, bounces)
    except NoServerAnswered as silence:
        found.append(
            _("No name server answered for %s: try again later, or look at DNS_SERVER.")
            % silence.name
        )
    except dns.exception.DNSException as error:
        found.append(_("No name that DNS can hold: %s.") % error)
    return found


# The checks of each record


def spf_faults(resolver: dns.resolver.Resolver, domain: str) -> list[str]:
    records = [text for text in txt_records(resolver, domain) if is_spf(text)]
    if not records:
        return [_("%s has no SPF record (TXT “v=spf1 …”).") % domain]
    if len(records) > 1:
        return [_("%s has several SPF records: one is allowed.") % domain]
    if records[0].lower().split()[1:] == ["-all"]:
        return [_("The SPF record of %s allows no server at all.") % domain]
    return []


def is_spf(text: str) -> bool:
    return text.lower().split(" ", 1)[0] == "v=spf1"


def signing_domain(resolver: dns.resolver.Resolver, selector: str, domain: str) -> str:
    """Return the domain with the DKIM key: the sender's own, or its organization's; else empty."""
    if not selector:
        return ""
    candidates = dict.fromkeys([domain, organizational_domain(resolver, domain)])
    return next((one for one in candidates if keys_at(resolver, selector, one)), "")


def keys_at(resolver: dns.resolver.Resolver, selector: str, domain: str) -> list[str]:
    found = txt_records(resolver, f"{selector}._domainkey.{domain}")
    return [text for text in found if "p" in tags(text)]


def dkim_faults(
    resolver: dns.resolver.Resolver, selector: str, domain: str, signing: str
) -> list[str]:
    if not selector:
        return []
    if not signing:
        return [_("%s has no DKIM key.") % f"{selector}._domainkey.{domain}"]
    if not all(tags(key)["p"] for key in keys_at(resolver, selector, signing)):
        return [_("The DKIM key of %s is revoked.") % f"{selector}._domainkey.{signing}"]
    return []


def dmarc_faults(
    resolver: dns.resolver.Resolver, ours: str, bounces: str, signing: str
) -> list[str]:
    """Return the fault of DMARC, which wants SPF or DKIM aligned with the sender's domain."""
    own, parent = dmarc_records(resolver, ours), organizational_domain(resolver, ours)
    records = own or dmarc_records(resolver, parent)
    if not records:
        return [_("%s has no DMARC record.") % f"_dmarc.{ours}"]
    if len(records) > 1:
        return [_("%s has several DMARC records: one is allowed.") % f"_dmarc.{ours}"]
    policy = tags(records[0])
    if policy.get("p", "").lower() not in ("none", "quarantine", "reject"):
        return [_("The DMARC record of %s names no policy (“p=”).") % ours]
    by_spf = bounces == ours or (
        policy.get("aspf", "r") != "s" and organizational_domain(resolver, bounces) == parent
    )
    by_dkim = signing == ours or (signing != "" and policy.get("adkim", "r") != "s")
    if by_spf or by_dkim:
        return []
    return [
        _("DMARC: neither bounces to %(bounces)s nor a DKIM key is aligned with %(ours)s.")
        % {"bounces": bounces, "ours": ours}
    ]


def organizational_domain(resolver: dns.resolver.Resolver, domain: str) -> str:
    """Return the highest domain above this one, or itself, with a DMARC record (the tree walk)."""
    labels = domain.split(".")
    # A top-level domain is nobody's organization.
    above = [".".join(labels[number:]) for number in range(max(len(labels) - 1, 1))]
    return next(
        (
            name
            for name in reversed(above)
            if any(tags(text).get("psd") != "y" for text in dmarc_records(resolver, name))
        ),
        domain,
    )


def dmarc_records(resolver: dns.resolver.Resolver, domain: str) -> list[str]:
    found = txt_records(resolver, f"_dmarc.{domain}")
    return [text for text in found if tags(text).get("v") == "DMARC1"]


def mx_faults(resolver: dns.resolver.Resolver, domain: str) -> list[str]:
    hosts = [str(record.exchange).rstrip(".") for record in query_records(resolver, domain, "MX")]
    if not hosts:
        return [_("%s has no MX: bounces would be lost.") % domain]
    if hosts == [""]:
        return [_("%s takes no mail (MX “.”): bounces would be lost.") % domain]
    if not any(
        query_records(resolver, host, kind)
        for host in filter(None, hosts)
        for kind in ("A", "AAAA")
    ):
        return [
            _("No MX of %(domain)s has an address: %(hosts)s.")
            % {"domain": domain, "hosts": ", ".join(hosts)}
        ]
    return []


# Queries


def txt_records(resolver: dns.resolver.Resolver, name: str) -> list[str]:
    return [
        b"".join(record.strings).decode("utf-8", "replace")
        for record in query_records(resolver, name, "TXT")
    ]


def query_records(resolver: dns.resolver.Resolver, name: str, kind: str) -> list[Any]:
    """Return the records, which may be none; raise NoServerAnswered if no server knows."""
    try:
        return list(resolver.resolve(dns.name.from_text(name), kind))
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.resolver.LifetimeTimeout, dns.resolver.NoNameservers) as error:
        raise NoServerAnswered(name) from error


def tags(text: str) -> dict[str, str]:
    """Read ``v=DMARC1; p=none``."""
    pairs = (part.partition("=") for part in text.split(";") if "=" in part)
    return {name.strip(): value.strip() for name, _sign, value in pairs}
