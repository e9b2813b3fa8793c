"""Two hosts, each with a beat and four workers of five threads; then one is lost."""

import time

from scripts.peers.programs import wait_until
from scripts.soak.letters import Invited
from scripts.soak.stage import Stage

LETTERS = 1000


def play(stage: Stage) -> None:
    here = stage.host("zenda", lines=5)
    there = stage.host("strelsau", lines=5)
    stage.mail.behaves(seconds=0.3)
    letters, most = Invited(LETTERS, seconds=1), 0
    while letters.deliveries.filter(state="queued").exists():
        most = max(most, stage.lines())
        time.sleep(0.2)
    stage.judge(f"two beats, eight workers, {most} lines at once", 0, letters, 0)

    letters, lines = Invited(LETTERS, seconds=1), 0
    wait_until(lambda: stage.lines() > 20, "most threads are at work")
    for program in there:
        lines += program.kill("both", stage.mail.port)
        program.end()
    stage.programs = here
    stage.judge("one of two hosts is lost", len(there), letters, lines)
