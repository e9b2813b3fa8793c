"""Children that call the floors: a form shown, a row saved."""

import sys
import uuid

from django.core.management import call_command

from .calling import ANSWER_WORDS, call_on, get_call, post_call
from .floors.models import Answer
from .rounds import of_size

SHOWN = SAVED = of_size(1000, 24)


def make_rows() -> None:
    call_command("migrate", run_syncdb=True, verbosity=0)
    Answer.objects.bulk_create(Answer() for _row in range(SAVED))


def show(*server: str) -> None:
    call_on(server, [get_call("/", 'name="remarks"')] * SHOWN)


def save(*server: str) -> None:
    """Measure saving the form; each call changes a row of its own."""
    words = ANSWER_WORDS | {"answer": "represented", "remarks": f"Round {uuid.uuid4()}."}
    rows = list(Answer.objects.values_list("pk", flat=True)[:SAVED])
    call_on(server, [post_call(f"/{pk}/", words) for pk in rows])
    if Answer.objects.filter(remarks=words["remarks"]).count() != SAVED:
        sys.exit("Not every call was saved once.")
