"""The mail server takes one connection at a time, and eight lines want one."""

from scripts.soak.letters import Invited
from scripts.soak.stage import Stage

LETTERS = 150
WITHIN = 90  # seconds; one line that is never idle takes half of it


def play(stage: Stage) -> None:
    stage.host("zenda")
    stage.mail.behaves(seconds=0.1, lines=1)
    letters = Invited(LETTERS, seconds=1)
    stage.judge("one connection for eight lines", 0, letters, 0)
    seconds, again = letters.age, letters.deliveries.filter(attempts__gt=1)
    if number := again.count():
        stage.breaches.append(f"{number} deliveries were tried more than once")
    if seconds > WITHIN:
        stage.breaches.append(f"{seconds:.0f} s instead of {WITHIN}")
