"""Kill workers and beat, a forked child, its parent or both, at random moments."""

from scripts.soak.letters import Invited
from scripts.soak.stage import Stage

KILLS = 200
LETTERS = 1000


def play(stage: Stage) -> None:
    programs = stage.host("zenda")
    stage.mail.behaves(seconds=0.4)
    letters, lines = Invited(LETTERS, seconds=KILLS * 1.75), 0
    for _number in range(KILLS):
        stage.pause(0.3, 3.2)
        victim = stage.random.choice(programs)
        lines += victim.kill(stage.random.choice(["child", "parent", "both"]), stage.mail.port)
    stage.judge("kill -9 of four workers and of beat", KILLS, letters, lines)
