"""Mails of each kind and language of a demonstration, scored by SpamAssassin without a network.

python manage.py shell -c "from scripts.bench.spam import main; main()"
"""

import re
import subprocess

from django.utils import timezone

from invitations.letters.composing import calendar_for
from invitations.letters.message import build_message
from invitations.mail.outgoing import dated
from invitations.models import Language, Letter
from scripts.bench import tables

KINDS = ("invitation", "reminder", "acknowledgement")
HIGHEST = 2.0
SCORE = r"X-Spam-Status: \w+, score=(-?[\d.]+).*?tests=(.*?)autolearn"


def main() -> None:
    tables.heading("SpamAssassin, points", "points", "target", "")
    for kind in KINDS:
        for language in Language:
            letters = Letter.objects.filter(kind=kind, language=language)
            if letter := letters.exclude(message_sha256="").order_by("pk").last():
                letter.calendar = calendar_for(letter)
                points, rules = scored(dated(build_message(letter, {}).as_bytes(), timezone.now()))
                label = f"{kind}, {tables.NAMES[language]}"
                tables.row(label, *tables.at_most(points, HIGHEST), f"  {rules}")


def scored(content: bytes) -> tuple[float, str]:
    """Return the points of the message and the names of the rules that gave them."""
    command = ["spamassassin", "--local", "--test-mode"]
    run = subprocess.run(command, input=content, capture_output=True, check=True)
    report = run.stdout.decode(errors="replace")
    status = re.search(SCORE, report, re.DOTALL)
    if status is None:
        raise ValueError(report[:500])
    return float(status[1]), re.sub(r"\s+", "", status[2]).strip(",")
