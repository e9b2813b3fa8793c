"""The verdict of our own mail server on whether a mail is its sender's, or forged.

The verdict stands in Authentication-Results (RFC 8601), above the headers that the sender wrote:
only headers with our server's name count. If ``AUTHSERV_ID`` names no server, the topmost header
counts, and is used to distrust a mail only: so a forged one harms nobody but the forger.
"""

import re
from collections.abc import Iterator
from email.message import Message
from itertools import takewhile
from typing import NamedTuple

from django.conf import settings

from invitations.mail.incoming import headers_as_sent, sender_address

LOOKED_AT = 20
RESULT = re.compile(r"\s*(dmarc|spf|dkim)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)")
# Whose SPF or DKIM it is: an address, or a domain.
WHOSE = re.compile(r"\s(?:smtp\.mailfrom|header\.[di])\s*=\s*(?:\S*@)?([a-z0-9_.-]+)")
# Below a country's code, such a name is a registry's: who has a domain there is not its sibling.
OF_REGISTRIES = {
    "ac", "biz", "co", "com", "ed", "edu", "gc", "go", "gob", "gouv", "gov", "government", "govt",
    "gub", "gv", "info", "int", "lg", "mil", "ne", "net", "nic", "nom", "or", "org", "pub", "sch",
}  # fmt: skip


class Result(NamedTuple):
    method: str  # such as "spf"
    value: str  # such as "fail"
    domains: list[str]


class ServerVerdict(NamedTuple):
    server: str
    results: list[Result]


def is_proven(mail: Message) -> bool:
    """Whether our server says that the mail is its sender's: by DMARC, or aligned SPF or DKIM.

    Without ``AUTHSERV_ID`` nothing is proven: the sender may have written the verdict.
    """
    if not settings.AUTHSERV_ID or len(headers_as_sent(mail, "From")) != 1:
        return False
    results = [one for verdict in verdicts_of_ours(mail) for one in verdict.results]
    if dmarc := {one.value for one in results if one.method == "dmarc"} & {"pass", "fail"}:
        return dmarc == {"pass"}
    sender = sender_address(mail).rpartition("@")[2]
    passed = (one for one in results if one.value == "pass")
    return any(are_aligned(domain, sender) for one in passed for domain in one.domains)


def are_aligned(one: str, other: str) -> bool:
    """Whether the domains are the same, or one is the parent of the other and no registry's.

    Relaxed alignment (RFC 7489, 3.1) without the list of public suffixes, which is renewed each
    week: two subdomains are not aligned here, unless DMARC says so.
    """
    above, below = sorted((one.strip("."), other.strip(".")), key=len)
    if above == below:
        return bool(above)
    *rest, name, top = ["", *above.split(".")]
    is_registry = not rest or (rest == [""] and len(top) == 2 and name in OF_REGISTRIES)
    return not is_registry and below.endswith(f".{above}")


def is_disowned(mail: Message) -> bool:
    """Whether the mail fails DMARC or, without a result of DMARC, both SPF and DKIM."""
    said: dict[str, list[str]] = {"dmarc": [], "spf": [], "dkim": []}
    for verdict in verdicts_of_ours(mail):
        for result in verdict.results:
            said[result.method].append(result.value)
    if {*said["dmarc"]} - {"none"}:
        return "fail" in said["dmarc"]
    is_unsigned = bool(said["dkim"]) and {*said["dkim"]} <= {"fail", "none"}
    return is_unsigned and "fail" in said["spf"]


def verdicts_of_ours(mail: Message) -> Iterator[ServerVerdict]:
    """Return the verdicts of our server: SPF and DKIM may stand in different headers."""
    verdicts = [
        verdict_in(line) for line in headers_as_sent(mail, "Authentication-Results")[:LOOKED_AT]
    ]
    if ours := settings.AUTHSERV_ID.lower():
        return (verdict for verdict in verdicts if verdict.server == ours)
    return takewhile(lambda verdict: verdict.server == verdicts[0].server, verdicts)


def verdict_in(line: str) -> ServerVerdict:
    first, *statements = without_comments(line.lower()).split(";")
    if "=" in first:  # a server that leaves its name out
        return ServerVerdict("", results_in([first, *statements]))
    server = next(iter(first.split()), "")
    return ServerVerdict(server, results_in(statements))


def results_in(statements: list[str]) -> list[Result]:
    found = [(RESULT.match(statement), statement) for statement in statements]
    # A bracket or quote that is left has no end: who knows where the sender's own words begin.
    is_whole = not any(sign in statement for statement in statements for sign in '("')
    return [
        Result(result[1], result[2], WHOSE.findall(statement) if is_whole else [])
        for result, statement in found
        if result
    ]


def without_comments(line: str) -> str:
    """Return the line without text in brackets or quotes, which the sender may have written."""
    kept, depth, is_quoted = [], 0, False
    for sign in re.findall(r"(?s)\\.|.", line):
        if is_quoted:
            is_quoted = sign != '"'
        elif sign == '"' and not depth:
            is_quoted = True
        elif sign == "(":
            depth += 1
        elif sign == ")":
            depth = max(depth - 1, 0)
        elif not depth:
            kept.append(sign)
    return line if depth or is_quoted else "".join(kept)
