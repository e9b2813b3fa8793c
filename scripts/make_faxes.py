"""Make forty faxes of the offices of a demonstration, to be dropped at the desk.

python -m scripts.make_faxes FOLDER, in the environment of the site. The edition at hand needs 37
invitations in force (`manage.py demo`); the one of another edition is of any that is on file
(`manage.py demo --edition 2020`).
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from delegations.demonstration.faxes import Fax


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wsis_forum.settings")
    django.setup()
    made, folder = faxes(), Path(sys.argv[1])
    folder.mkdir(parents=True)
    for name, content in made:
        (folder / name).write_bytes(content)
        print(folder / name)
    return 0


def faxes() -> "list[Fax]":
    from delegations.demonstration.faxes import NEEDED, forty_faxes  # noqa: PLC0415 -- after setup
    from invitations.models import ForumEdition, Invitation  # noqa: PLC0415

    joined = Invitation.objects.select_related("member_state")
    edition = ForumEdition.objects.current()
    invited = list(joined.issued().filter(edition=edition).order_by("pk")[:NEEDED])
    others = joined.exclude(edition=edition).order_by("pk")
    earlier = others.issued().first() or others.first()
    if len(invited) < NEEDED or earlier is None:
        sys.exit(
            "Faxes need 37 invitations in force, and one of another edition: run manage.py demo, "
            "and manage.py demo --edition 2020."
        )
    return forty_faxes(invited, earlier)


if __name__ == "__main__":
    raise SystemExit(main())
