"""What an erasure waits for: as long as an office is owed something, its data are needed."""

from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Cast
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from invitations.admin.list_columns import list_url
from invitations.models import (
    Correspondence,
    Delivery,
    ForumEdition,
    HeldChange,
    Invitation,
    Letter,
    Reply,
)
from invitations.text.dates import labelled

Offices = QuerySet[Invitation]
State = Delivery.State
# It may still leave; where nobody knows whether it has left, a person may send it again.
ON_ITS_WAY = (*Delivery.WAITING, State.CLAIMED, State.SENDING, State.UNCERTAIN)
UNDECIDED = (HeldChange.State.WAITING, HeldChange.State.ALONE)


class Owed(NamedTuple):
    """Something that has to be done first, and the list that shows it."""

    title: Any
    rows: QuerySet[Any]
    url: str


def all_owed(edition: ForumEdition, offices: Offices | None = None) -> list[Owed]:
    """Return what is owed, if to anybody, to the offices of the edition, or to these of them."""
    if offices is None:
        offices = models.QuerySet(Invitation).filter(edition=edition)
    own, here = {"invitation__in": offices}, {"invitation__edition__id__exact": edition.pk}
    return [
        Owed(
            _("letters and mails that may still leave, or be sent again"),
            may_still_leave().filter(letter__invitation__in=offices),
            list_url(
                Delivery,
                letter__invitation__edition__id__exact=edition.pk,
                letter__invitation__status__exact=Invitation.Status.ISSUED.value,
                state__in=",".join(ON_ITS_WAY),
            ),
        ),
        Owed(
            _("mails that have not been composed yet"),
            Letter.objects.acknowledging().planned().filter(**own),
            list_url(Letter, state__exact=Letter.State.PLANNED.value, **here),
        ),
        Owed(
            _("contested replies"),
            Reply.objects.to_settle().filter(**own),
            list_url(Reply, status__exact=Reply.Status.CONTESTED.value, **here),
        ),
        Owed(
            _("correspondence not dealt with"),
            Correspondence.objects.unread().filter(**own),
            list_url(Correspondence, dealt_with="no", **here),
        ),
        Owed(
            _("changes that wait for a second person"),
            held_changes(edition, offices),
            list_url(HeldChange, state__in=",".join(UNDECIDED)),
        ),
    ]


def may_still_leave() -> QuerySet[Delivery]:
    """Return what is on its way; of what is not in force nothing leaves but what is being sent."""
    in_force = Q(letter__invitation__status=Invitation.Status.ISSUED) | Q(state=State.SENDING)
    return Delivery.objects.filter(in_force, state__in=ON_ITS_WAY)


def held_changes(edition: ForumEdition, offices: Offices) -> QuerySet[HeldChange]:
    """Return what waits of the edition itself, and of these invitations."""
    kinds = ContentType.objects.get_for_models(ForumEdition, Invitation)
    keys: QuerySet[Any] = offices.annotate(key=Cast("pk", models.TextField()))
    return HeldChange.objects.undecided().filter(
        Q(content_type=kinds[ForumEdition], object_id=str(edition.pk))
        | Q(content_type=kinds[Invitation], object_id__in=keys.values("key"))
    )


def is_any_owed(edition: ForumEdition) -> bool:
    return any(one.rows.exists() for one in all_owed(edition))


def owed_in_words(edition: ForumEdition, offices: Offices | None = None) -> list[tuple[str, str]]:
    """Return what has to be done first, in words, with the address of its list."""
    counted = ((one, one.rows.count()) for one in all_owed(edition, offices))
    return [(labelled(capfirst(one.title), count), one.url) for one, count in counted if count]
