"""Part 8: three hosts with networks of their own against one database; one is cut off in sending.

Nobody is told that it is gone: no connection is closed, and what it held is free only when the
servers miss it.
"""

from scripts.peers.networks import networks
from scripts.peers.programs import wait_until
from scripts.soak.letters import Invited
from scripts.soak.stage import Stage

LETTERS = 300
LINES = 5


def play(stage: Stage) -> None:
    cables = networks()
    stage.mail.behaves(seconds=0.3)
    # Made before anybody else wants the processors.
    letters, most = Invited(LETTERS, seconds=1), 0
    hosts = [stage.host(one.name, lines=LINES, on=one) for one in cables]
    while letters.deliveries.filter(state="queued").exists():
        most = max(most, stage.lines())
        stage.pause(0.1, 0.3)
    stage.judge(f"8. three hosts, twelve workers, {most} lines at once", 0, letters, 0)

    # So slow that letters are on their way at any moment, however busy this machine is.
    stage.mail.behaves(seconds=1)
    letters = Invited(LETTERS, seconds=1)
    lost = [pid for program in hosts[-1] for pid in program.pids]
    wait_until(lambda: stage.lines_of(lost) > 1, "letters leave from the third host", 300)
    for program in hosts[-1]:
        program.stands_still()
    lines = stage.lines_of(lost)
    cables[-1].cut()
    for program in hosts[-1]:
        program.end()
        stage.programs.remove(program)
    stage.judge("8. one of three hosts is cut off", len(hosts[-1]), letters, lines)
