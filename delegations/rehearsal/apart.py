"""What keeps a rehearsal apart: a folder for all it writes, and none of the deployment's keys."""

import os
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext as _

# No name server knows this name, and none ever will (RFC 6761).
SITE_URL = "https://rehearsal.invalid"
DEPLOYMENT = "rehearsal"
# What a program needs of its surroundings, and what letters look like. All else of a deployment,
# above all its database, mailboxes, store, broker, seal and keys, is left out.
KEPT = (
    "PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV",
    "PYTHONPATH", "PYTHONWARNINGS", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "XDG_CACHE_HOME",
    "XDG_DATA_DIRS", "ARABIC_MONTHS", "FROM_EMAIL", "TIME_ZONE",
)  # fmt: skip


def environment_of(folder: Path) -> dict[str, str]:
    """Return all the variables of the process that walks the copy in this folder."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {
        "DEBUG": "False",
        "DEPLOYMENT": DEPLOYMENT,
        "AUTHSERV_ID": "mx.rehearsal.example.org",
        "SECRET_KEY": get_random_secret_key(),
        "SITE_URL": SITE_URL,
        # The database, the mailbox, the files and the cache lie there unless a variable says else.
        "VAR_DIR": str(folder),
    }


def make_folder(folder: Path) -> None:
    """Make the folder, for its owner alone; refuse one that is there already."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
    except FileExistsError:
        raise ValidationError(
            _(
                "%(folder)s is there already: an earlier rehearsal, or one that broke off. Remove"
                " it, or name another with --folder."
            )
            % {"folder": folder}
        ) from None
    except OSError as error:
        raise ValidationError(
            _("The folder %(folder)s cannot be made: %(why)s.")
            % {"folder": folder, "why": error.strerror}
        ) from None


def refuse_unless_apart() -> None:
    """Refuse to walk anywhere but in the process that a rehearsal has started."""
    here = (settings.DEPLOYMENT, settings.SITE_URL, settings.MAILBOX.scheme)
    if here != (DEPLOYMENT, SITE_URL, "file"):
        raise ValidationError(_("This is no copy: run “manage.py rehearse”, which makes one."))
