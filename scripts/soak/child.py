"""The process of one part: ``python -m scripts.soak.child PART FOLDER SEED``.

It exits with what was broken, or, if it was stopped, with 128 plus the signal's number.
"""

import signal
import sys
from importlib import import_module
from pathlib import Path

import django

for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda signum, _frame: sys.exit(128 + signum))
django.setup()
part, folder, seed = sys.argv[1:]
import_module(".rows", __package__).make_database()
stage = import_module(".stage", __package__).Stage(Path(folder), int(seed))
try:
    import_module(f".{part}", __package__).play(stage)
finally:
    stage.end()
sys.exit("\n".join(stage.breaches) or 0)
