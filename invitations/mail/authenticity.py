"""Whether our own mail server says that a mail is not from whom it says it is from.

Its verdict stands in Authentication-Results (RFC 8601), above all that the sender wrote: only what
bears our server's name counts. Where ``AUTHSERV_ID`` names none, the topmost header does: it is
taken for distrust alone, so whoever forges one casts doubt on nobody but himself.
"""

import re
from collections.abc import Iterator
from email.message import Message
from itertools import takewhile
from typing import NamedTuple

from django.conf import settings

from invitations.mail.incoming import headers_as_sent

LOOKED_AT = 20
RESULT = re.compile(r"\s*(dmarc|spf|dkim)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)")


class ServerVerdict(NamedTuple):
    server: str
    results: list[tuple[str, str]]  # of each method, such as "spf" and "fail"


def is_disowned(mail: Message) -> bool:
    """Whether it fails DMARC or, where DMARC says nothing, both SPF and DKIM."""
    said: dict[str, list[str]] = {"dmarc": [], "spf": [], "dkim": []}
    for verdict in verdicts_of_ours(mail):
        for method, result in verdict.results:
            said[method].append(result)
    if {*said["dmarc"]} - {"none"}:
        return "fail" in said["dmarc"]
    is_unsigned = bool(said["dkim"]) and {*said["dkim"]} <= {"fail", "none"}
    return is_unsigned and "fail" in said["spf"]


def verdicts_of_ours(mail: Message) -> Iterator[ServerVerdict]:
    """Those of our server: one header may hold its SPF, and another its DKIM."""
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


def results_in(statements: list[str]) -> list[tuple[str, str]]:
    found = (RESULT.match(statement) for statement in statements)
    return [(result[1], result[2]) for result in found if result]


def without_comments(line: str) -> str:
    """The line without what stands in brackets or quotes: the sender may have written that."""
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
