"""Sessions: approved by two people, in calendars, and with their speakers on the public list."""

import datetime as dt

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modeltranslation.utils import build_localized_fieldname

from delegations.models import HighLevelSession, SpeakingSlot
from invitations.audit import Act, record_act
from invitations.letters.approval import approve_text
from invitations.models import ForumEdition, Language, SessionHours


@transaction.atomic
def publish_speakers(edition: ForumEdition, by: User) -> None:
    """Let everybody read the list of speakers from now on, whichever hour was to come."""
    now = timezone.now()
    others = ForumEdition.objects.exclude(speakers_published_at__lte=now)
    if not others.filter(pk=edition.pk).update(speakers_published_at=now):
        raise ValidationError(PUBLIC_ALREADY)
    record_act(edition, Act.PUBLISHED, by)


PUBLIC_ALREADY = gettext_lazy("The list of speakers is public already.")


def reason_not_to_publish(session: HighLevelSession) -> str:
    """Return why the list of the session's edition cannot be published; empty if it can."""
    is_public = session.edition.shows_speakers(timezone.now())
    return str(PUBLIC_ALREADY) if is_public else ""


@transaction.atomic
def unpublish_speakers(edition: ForumEdition, by: User, reason: str) -> None:
    """Take the list of speakers from the public page, or let its hour not come."""
    if not reason.strip():
        raise ValidationError(_("Say why the list is taken from the public page."))
    published = ForumEdition.objects.filter(pk=edition.pk, speakers_published_at__isnull=False)
    if not published.update(speakers_published_at=None):
        raise ValidationError(NOT_PUBLIC)
    record_act(edition, Act.UNPUBLISHED, by, reason)


NOT_PUBLIC = gettext_lazy("The list of speakers is not public.")


def reason_not_to_unpublish(session: HighLevelSession) -> str:
    """Return why the list of the session's edition cannot be taken down; empty if it can."""
    return "" if session.edition.speakers_published_at else str(NOT_PUBLIC)


@transaction.atomic
def approve_session(session: HighLevelSession, by: User, mark: str) -> None:
    """Approve the session as it has this mark; after the second person, calendars have its hours.

    Raise ValidationError if it is changed, or approved by the same person.
    """
    approve_text(session, by, mark)
    session = HighLevelSession.objects.select_related("hours").get(pk=session.pk)
    if session.is_approved:
        publish_hours(session, timezone.now())


def publish_hours(session: HighLevelSession, at: dt.datetime) -> None:
    """Let calendars have the session's hours; what says the same is not published again."""
    said = {field: getattr(session, field) for field in PUBLISHED}
    hours = session.hours
    if hours is None and not session.is_called_off:
        session.hours = SessionHours.objects.create(**said, published_at=at)
        session.save(update_fields=["hours"])
    elif hours and any(getattr(hours, field) != said[field] for field in said):
        SessionHours.objects.filter(pk=hours.pk).update(
            **said, published_at=at, sequence=F("sequence") + 1
        )


PUBLISHED = (
    "edition", "segment", "starts_at", "ends_at", "room", "is_called_off",
    *(build_localized_fieldname("title", language) for language in Language.values),
)  # fmt: skip


def sessions_with_speakers(edition: ForumEdition) -> QuerySet[HighLevelSession]:
    """Return the sessions that take place and have speakers, by hour, with ``speakers`` in order.

    The hour is that of calendars. Speakers are slots of States that speak today; a later regret
    takes one off the list.
    """
    standing = SpeakingSlot.objects.standing()
    speakers = standing.select_related("delegation__member_state", "delegation__statement")
    return (
        HighLevelSession.objects.public()
        .filter(edition=edition, slots__in=standing)
        .by_published_hour()
        .distinct()
        .prefetch_related(Prefetch("slots", speakers.order_by("position"), to_attr="speakers"))
    )
