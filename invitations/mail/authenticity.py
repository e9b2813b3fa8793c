"""The verdict of our own mail server on whether a mail's sender is forged.

The verdict stands in Authentication-Results (RFC 8601), above the headers that the sender wrote:
only headers with our server's name count. If ``AUTHSERV_ID`` names no server, the topmost header
counts. It is used to distrust a mail only, so a forged one harms nobody but the forger.
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
    """Whether the mail fails DMARC or, without a result of DMARC, both SPF and DKIM."""
    said: dict[str, list[str]] = {"dmarc": [], "spf": [], "dkim": []}
    for verdict in verdicts_of_ours(mail):
        for method, result in verdict.results:
            said[method].append(result)
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


def results_in(statements: list[str]) -> list[tuple[str, str]]:
    found = (RESULT.match(statement) for statement in statements)
    return [(result[1], result[2]) for result in found if result]


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
