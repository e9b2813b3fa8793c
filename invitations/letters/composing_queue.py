"""The queue of planned letters: their order, and the pauses of those that cannot be composed."""

import datetime as dt
import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import Error, transaction
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.files.frozen import StoreUnavailable, Tampered
from invitations.job_errors import ENDS_THE_TICK, pause_after, pause_at, place_of_error
from invitations.letters.checks.missing_words import Lacking
from invitations.letters.composing import (
    choose_languages,
    compose_letter,
)
from invitations.letters.context import terms_in
from invitations.letters.notes.covering import tidy_waiting_notes
from invitations.letters.planning import try_waiting_again
from invitations.letters.released import Passing, forms_on_file, held_changes
from invitations.mail.transport import NotTaken
from invitations.models import (
    KINDS,
    Delivery,
    FormOfAddress,
    ForumEdition,
    Letter,
)
from invitations.models.held.composed_with import (
    hashes_behind_each,
    keys_among,
    languages_of,
    letters_with_records,
)
from invitations.text.by_language import Words, filled, words_by_language, words_in, words_of
from invitations.times.clocks import CLOCKS_APART

logger = logging.getLogger(__name__)
BECAUSE_LIMIT = 300
COMPOSE_WITHIN = dt.timedelta(minutes=5)
WAITS_FOR = dt.timedelta(minutes=10)


def compose_planned(
    edition: ForumEdition | None = None,
    within: dt.timedelta | None = None,
    kinds: Iterable[str] = Letter.Kind.values,
) -> int:
    """Compose the planned letters, and return how many were composed.

    A letter that cannot be composed stays planned with the reason, and delays no other letter. If
    the file store cannot be used, the first letter keeps that reason and the others are not begun.
    """
    stop_at = time.monotonic() + within.total_seconds() if within else None
    note_vanished()
    tidy_waiting_notes()
    composed = 0
    for noted in noted_in_parts(planned_letters(edition, kinds)):
        if stop_at and time.monotonic() > stop_at:
            break
        if letter := claim_to_compose(noted):
            try:
                composed += compose_or_say_why(letter)
            except StoreUnavailable as fault:
                logger.warning("Composing stopped: the file store cannot be used.")
                release_lease(letter, words_of(fault), compose_again_at=timezone.now())
                break
            except ENDS_THE_TICK:
                # The letter is not at fault: if this can be written, another tick has it at once.
                with suppress(Error):
                    give_back_as_it_was(letter)
                raise
    if composed:
        # Notes verbales wait for the letters that they cover.
        try_waiting_again(kind=Letter.Kind.NOTE)
    return composed


STOPPED = gettext_lazy("the program stopped while composing it")


def note_vanished() -> None:
    """Put off letters whose lease has ended: the worker died, and perhaps the letter killed it.

    A lease that ends later than any can was given by a clock that ran ahead, and counts as ended.
    """
    now = timezone.now()
    over = Q(composing_until__lt=now) | Q(composing_until__gt=now + COMPOSE_WITHIN + CLOCKS_APART)
    for letter in Letter.objects.planned().filter(over):
        began = (letter.composing_until or letter.planned_at) - COMPOSE_WITHIN
        could_not_compose(letter, STOPPED, min(began, now))


def planned_letters(edition: ForumEdition | None, kinds: Iterable[str]) -> list[int]:
    """Return the keys of the letters to compose, in order.

    First those never tried, acknowledgements before others; then those that waited for something;
    then those that failed. Among the last two, those tried longest ago come first.
    """
    planned = Letter.objects.planned().filter(free_to_compose(), kind__in=kinds)
    if edition:
        planned = planned.filter(invitation__edition=edition)
    tried = F("compose_again_at").asc(nulls_first=True)
    return list(
        planned.annotate(
            turn=Case(
                When(failed_attempts__gt=0, then=2), When(~Q(waiting_reason=""), then=1), default=0
            ),
            priority=Case(
                *(When(kind=kind, then=traits.priority) for kind, traits in KINDS.items())
            ),
        )
        .order_by("turn", tried, "priority", "pk")
        .values_list("pk", flat=True)
    )


def free_to_compose() -> Q:
    """Return the condition for letters that are neither under a lease nor in a pause."""
    after, until = pause_at(timezone.now())
    pauses = Q(compose_again_at__gt=after, compose_again_at__lte=until)
    return Q(composing_until=None) & ~pauses


class Noted(NamedTuple):
    """A planned letter with what leads to its records, and their hashes as they were before."""

    letter: Letter
    hashes: dict[str, str]


NOTED_AT_ONCE = 20


def noted_in_parts(keys: Sequence[int]) -> Iterator[Noted]:
    """Yield the letters in their order; what is behind twenty takes no more queries than one.

    A note verbale is noted anew when its turn comes: letters composed before it may have left it.
    """
    for start in range(0, len(keys), NOTED_AT_ONCE):
        for noted in note_records(keys[start : start + NOTED_AT_ONCE]):
            is_note = noted.letter.kind == Letter.Kind.NOTE
            yield from note_records([noted.letter.pk]) if is_note else [noted]


def note_records(keys: Sequence[int]) -> list[Noted]:
    """Note what is behind these letters before any of it is read to compose them; then read it.

    What changes meanwhile differs when they are approved. Behind an automatic letter nothing is
    hashed: it asks which changes wait, and its records are read once it is claimed.
    """
    found = letters_with_records().select_related("mission").in_bulk(keys)
    letters = [found[key] for key in keys if key in found]
    for letter in letters:
        choose_languages(letter)
    hashes = hashes_behind_each([one for one in letters if one.traits.printed])
    languages = {said for one in letters for said in languages_of(one)}
    read = read_at_once(hashes, languages) if hashes else {}
    return [Noted(read.get(one.pk, one), hashes.get(one.pk, {})) for one in letters]


def read_at_once(
    hashes: Mapping[int, Mapping[str, str]], languages: Iterable[str]
) -> dict[int, Letter]:
    """Return the letters with the records that were hashed, each read once for all of them."""
    letters = Letter.objects.select_related(*OWN).prefetch_related(*SHARED).in_bulk(list(hashes))
    forms = forms_on_file(keys_among(chain.from_iterable(hashes.values()), FormOfAddress))
    terms = terms_in(languages)
    for letter in letters.values():
        letter.forms, letter.terms = forms, terms
    return letters


# What each letter has by itself is joined; what many have is read once for all of them.
OWN = ("invitation__minister__member_state", "invitation__member_state")
SHARED = (
    "invitation__edition",
    "invitation__minister__rank",
    "invitation__links",
    "invitation__member_state__missions",
    "circular",
    "composed_by",
    "mission",
    "replaces__circular",
)
JOINED = ("invitation__edition", "invitation__minister__rank", "circular", "composed_by")


def claim_to_compose(noted: Noted) -> Letter | None:
    """Lease the letter and return it with its records; None if another worker has, or had, it."""
    letter = noted.letter
    until = timezone.now() + COMPOSE_WITHIN
    free = Letter.objects.planned().filter(free_to_compose(), pk=letter.pk)
    # Tried since by somebody else it has a later hour; with another text chosen, another variant.
    as_read = {name: getattr(letter, name) for name in ("compose_again_at", "variant")}
    if not free.filter(**as_read).update(composing_until=until):
        return None
    if letter.traits.automatic:
        return automatic_with_records(letter)
    letter.composing_until, letter.composed_with, letter.held = until, noted.hashes, ()
    return letter


def automatic_with_records(letter: Letter) -> Letter:
    """Return the letter with its records; which changes wait is asked before they are read."""
    held = held_changes(letter.invitation)
    # To join the records that only some letters have doubles the columns.
    besides = [name for name in ("step", "reply") if getattr(letter, f"{name}_id") is not None]
    letter = Letter.objects.select_related(*OWN, *JOINED, *besides).get(pk=letter.pk)
    letter.held = held
    return letter


def compose_or_say_why(letter: Letter) -> bool:
    began = timezone.now()
    try:
        return compose_letter(letter)
    except ENDS_THE_TICK:
        raise
    except ValidationError as refusal:
        lacks = refusal.lacks if isinstance(refusal, Lacking) else []
        release_lease(
            letter,
            words_of(refusal),
            failed_attempts=0,
            compose_again_at=timezone.now() + pause_of(refusal),
            waits_for=[list(lack) for lack in lacks],
        )
    except (Tampered, NotTaken) as fault:
        could_not_compose(letter, str(fault), began)
    except Exception as error:  # noqa: BLE001 -- whatever one letter meets keeps no other waiting
        place = place_of_error(error)
        logger.error(  # noqa: TRY400 -- a trace would show whose letter it is
            "Letter %s could not be composed: %s", letter.pk, place, extra={"letter": letter.pk}
        )
        could_not_compose(letter, filled(FAULT, {"fault": place}), began)
    return False


def pause_of(refusal: ValidationError) -> dt.timedelta:
    """Return how long a letter rests that was refused, unless somebody saves what it lacks."""
    return dt.timedelta() if isinstance(refusal, Passing) else WAITS_FOR


FAULT = gettext_lazy("It could not be composed (%(fault)s): somebody has to look at it.")


def could_not_compose(letter: Letter, reason: Words, began: dt.datetime) -> None:
    """Put the letter off, longer after each attempt; staff are asked to look at it."""
    attempts = letter.failed_attempts + 1
    release_lease(
        letter,
        reason,
        Delivery.State.FAILED,
        failed_attempts=attempts,
        compose_again_at=began + pause_after(attempts),
    )


def release_lease(
    letter: Letter, reason: Words, state: str = Letter.State.PLANNED, **fields: object
) -> None:
    """End the letter's lease, if it still holds, and keep the reason; a new reason is an event.

    If that cannot be written, the letter stays under its lease, and the log says so.
    """
    words = words_in(settings.LANGUAGE_CODE, reason)[:BECAUSE_LIMIT]
    others = {code: said[:BECAUSE_LIMIT] for code, said in words_by_language(reason).items()}
    kept = {"waiting_reason": words, "waiting_reason_by_language": others}
    fields = {**kept, "waits_for": [], **fields}
    leased = Letter.objects.planned().filter(pk=letter.pk, composing_until=letter.composing_until)
    try:
        with transaction.atomic():
            is_mine = leased.update(composing_until=None, **fields)
            if is_mine and words != letter.waiting_reason:
                letter.events.create(state=state, reason=reason)
    except ENDS_THE_TICK:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever one letter meets keeps no other waiting
        place = place_of_error(error)
        logger.error(  # noqa: TRY400 -- a trace would show whose letter it is
            "Letter %s stays under its lease: %s", letter.pk, place, extra={"letter": letter.pk}
        )


def give_back_as_it_was(letter: Letter) -> None:
    """End the letter's lease with the reason that it had before."""
    names = ("waits_for", "waiting_reason_by_language")
    release_lease(letter, letter.waiting_reason, **{name: getattr(letter, name) for name in names})


@transaction.atomic
def try_composing_again(letter: Letter, by: User) -> None:
    """End the pause of a letter that waits or could not be composed: the next tick tries it."""
    never_tried = Q(failed_attempts=0, waiting_reason="")
    paused = Letter.objects.planned().filter(~never_tried, pk=letter.pk)
    if not paused.update(failed_attempts=0, compose_again_at=None):
        raise ValidationError(_("Only a letter that could not be composed can be tried again."))
    letter.events.create(
        state=Letter.State.PLANNED, actor=by, reason=gettext_lazy("to be tried again at once")
    )
