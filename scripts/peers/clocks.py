"""A clock that programs believe, and that is set while they run."""

from pathlib import Path

from scripts.peers.servers import ProgramMissing


class Clock:
    """The clock on the wall of the programs that are started with its environment.

    What measures how long something takes goes on as it does on a real host.
    """

    def __init__(self, file: Path) -> None:
        libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        if not libraries:
            raise ProgramMissing("libfaketime is missing. Get it with: apt-get install faketime")
        self.file = file
        self.is_off_by(0)
        self.environment = {
            "LD_PRELOAD": str(libraries[0]),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
            # Otherwise no thread waits for another: each asks again and again for Python's lock.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
            "NO_FAKE_STAT": "1",
        }

    def is_off_by(self, seconds: int) -> None:
        draft = self.file.with_suffix(".part")
        draft.write_text(f"{seconds:+d}\n")
        draft.replace(self.file)
