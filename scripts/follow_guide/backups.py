"""The keys of the backups, and one that is restored beside the database, as the guide says."""

import shutil
from pathlib import Path

from scripts.follow_guide import done_elsewhere, restoring
from scripts.follow_guide.host import Host, run
from scripts.follow_guide.walks import REMARKS

PUBLIC = Path("/etc/wsis-forum/backup-keys/first")
PRIVATE = Path("/run/private-key")
BACKUPS = Path("/var/lib/wsis-forum/backups")


def make_keys(folder: Path) -> None:
    """Make the pair by the guide's commands, as on another machine; bring the public key here."""
    elsewhere = folder / "another-machine"
    (elsewhere / "home").mkdir(mode=0o700, parents=True)
    for line in done_elsewhere(r"gpg .*\bbackup@example.org\b"):
        command = line.replace("gpg ", "gpg --batch --quiet --passphrase '' ", 1)
        run(f"cd {elsewhere}; GNUPGHOME={elsewhere}/home {command}")
    run(f"gpgconf --homedir {elsewhere}/home --kill gpg-agent")
    PUBLIC.parent.mkdir(parents=True)
    shutil.move(elsewhere / PUBLIC.name, PUBLIC)
    shutil.move(elsewhere / "PRIVATE_KEY", PRIVATE)


def restore(host: Host) -> None:
    """Write a backup, restore it by the guide's commands, and find there what an office wrote."""
    host.systemctl("start", "wsis-forum-backup")
    shutil.chown(PRIVATE, "wsis-forum")
    for line in restoring(PRIVATE, max(BACKUPS.iterdir())):
        host.do(line)
    asked = "psql -tA -d wsis_forum_restored -c 'SELECT remarks FROM invitations_reply'"
    if REMARKS not in host.ask(f"runuser --user postgres -- {asked}").splitlines():
        raise RuntimeError("The restored backup has no reply of the office that has answered.")
    print("The backup is restored, and has the office's reply", flush=True)
