"""What an office that said yes has to do next, and what its State has filed of it."""

import datetime as dt
from collections.abc import Collection

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from invitations.models.edition import ANSWERS_BRINGING, ANSWERS_SPEAKING, ForumEdition
from invitations.models.invitation import Invitation, InvitationQuerySet
from invitations.models.states import MemberState
from invitations.text.dates import comma_list


class NextStep(models.TextChoices):
    """What is asked of an office after its answer, in the order in which it does it."""

    SPEAKER = "speaker", _("name the speaker")
    HEAD = "head", _("name the head of delegation")
    TEXT = "text", _("file a text of the statement")


# The answers that ask for each.
ASKED_BY: dict[str, tuple[str, ...]] = {
    NextStep.SPEAKER: ANSWERS_SPEAKING,
    NextStep.HEAD: ANSWERS_BRINGING,
    NextStep.TEXT: ANSWERS_SPEAKING,
}
# A State has one statement, by its own answer; any of its ministers may bring somebody.
BY_ANSWER_OF_STATE = (NextStep.SPEAKER, NextStep.TEXT)


def left_to_do(
    answers: Collection[str], of_state: Collection[str], filed: Collection[str]
) -> list[NextStep]:
    """Return what is asked for and nobody has filed, in order.

    ``answers`` are those of all its ministers, ``of_state`` those that are the State's own.
    """

    def asks(step: NextStep) -> bool:
        given = of_state if step in BY_ANSWER_OF_STATE else answers
        return not set(given).isdisjoint(ASKED_BY[step])

    return [step for step in NextStep if asks(step) and step.value not in filed]


def asked_before(edition: ForumEdition, asks_for: str) -> dt.date:
    """Return the day from which it is late to reply, or to do what is asked after a yes.

    Speakers, heads of delegation and texts are awaited until the High-Level Track opens.
    """
    return edition.track_opens_on if asks_for else edition.reply_before


def deadline_of(edition: ForumEdition, asks_for: str) -> dt.datetime:
    """Return the first instant at which it is late."""
    return dt.datetime.combine(asked_before(edition, asks_for), dt.time.min, edition.zone)


class Filed(models.Model):
    """One thing that a State has on file after its yes.

    Whoever files and takes off writes it in the same transaction, and nobody else: reminders ask
    here, since they know no delegation.
    """

    edition = models.ForeignKey(
        ForumEdition, models.CASCADE, related_name="filed", verbose_name=_("edition")
    )
    member_state = models.ForeignKey(
        MemberState, models.CASCADE, related_name="filed", verbose_name=_("Member State")
    )
    what = models.CharField(_("what is filed"), max_length=10, choices=NextStep)

    class Meta:
        verbose_name = _("what is filed after a yes")
        verbose_name_plural = _("what is filed after a yes")
        default_permissions = ()
        ordering = ["edition", "member_state", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="filed_once_for_a_state", fields=["edition", "member_state", "what"]
            )
        ]

    def __str__(self) -> str:
        return comma_list([self.member_state, self.edition, self.what])


def offices_to_ask(what: str) -> InvitationQuerySet:
    """Return issued invitations whose answer asks for it, while their State has not filed it.

    Of several offices of a State one is asked, the principal one first. Nobody is asked while the
    answer is contested, or to be confirmed: by a successor's office, or after a move.
    """
    of_state = {"edition": OuterRef("edition"), "member_state": OuterRef("member_state")}
    before = accepted(what).filter(Q(is_principal=True) | Q(pk__lt=OuterRef("pk")), **of_state)
    return (
        accepted(what)
        .exclude(replies__status="contested")
        .exclude(Exists(Invitation.objects.all().asked_again()))
        .exclude(Exists(Filed.objects.filter(what=what, **of_state)))
        .filter(Q(is_principal=True) | ~Exists(before))
    )


def accepted(what: str) -> InvitationQuerySet:
    found: InvitationQuerySet = Invitation.objects.issued()
    if what in BY_ANSWER_OF_STATE:
        found = found.answering_for_state()
    return found.filter(
        replies__status="standing", replies__answer__in=ASKED_BY[what], replies__carried_from=None
    )
