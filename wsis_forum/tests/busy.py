"""A registrar who records one fax after another until the process is ended: ``python -m …``."""

import os
from itertools import count

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402 -- models are there now
from django.utils import timezone  # noqa: E402

from invitations.files.frozen import freeze, store_takes_files  # noqa: E402
from invitations.models import Answer, Channel, Invitation  # noqa: E402
from invitations.replies import file_correspondence  # noqa: E402


def record_fax(invitation: Invitation, by: User, number: int) -> None:
    """File the fax with its scan, its reply and the acknowledgement of that, as one."""
    words = {"answer": Answer.IN_PERSON, "remarks": f"{number}"}
    scan = freeze(os.urandom(2000), "scans", "pdf")
    file_correspondence(
        invitation, by, Channel.FAX, timezone.now(), reply_words=words, scan=scan,
        reference=f"{number}",
    )  # fmt: skip


if __name__ == "__main__":
    for number in count(1):
        record_fax(Invitation.objects.get(), User.objects.get(), number)
        store_takes_files()
