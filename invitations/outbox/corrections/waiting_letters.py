"""Letters that wait to leave while the link that they print ends: they are composed anew."""

from django.contrib.auth.models import User
from django.db import transaction

from invitations.letters.approval import reason_not_to_compose_again, recompose_letter
from invitations.letters.notes.covering import lock_with_notes
from invitations.letters.planning import try_waiting_again
from invitations.links import end_link, replace_link
from invitations.models import Invitation, Letter, ReplyLink


@transaction.atomic
def renew_link(invitation: Invitation, version: int, by: User, reason: str) -> ReplyLink:
    """Replace the link; approved letters that wait with the old one are composed anew.

    A second person approves them once more.
    """
    lock_with_notes([invitation.pk])
    link = replace_link(invitation, version, by, reason)
    compose_waiting_again(invitation, by)
    transaction.on_commit(try_waiting_again)
    return link


@transaction.atomic
def close_link(invitation: Invitation, version: int, by: User, reason: str) -> None:
    """End the link; approved letters that wait with it are planned anew, and wait for a new one."""
    lock_with_notes([invitation.pk])
    end_link(invitation, version, by, reason)
    compose_waiting_again(invitation, by)


def compose_waiting_again(invitation: Invitation, by: User) -> None:
    """Drop and plan anew what prints a dead link and has not left; then the notes over it.

    One whose replacement is under way stays, and is kept back.
    """
    states = [Letter.State.PLANNED, Letter.State.COMPOSED]
    under_way = Letter.objects.filter(kind=Letter.Kind.REPLACEMENT, state__in=states)
    waiting = invitation.letters.approved().with_dead_link().exclude(replaced_by__in=under_way)
    for letter in waiting.order_by("pk"):
        if reason_not_to_compose_again(letter):
            continue
        recompose_letter(letter, by)
        for note in letter.notes.approved().order_by("pk"):
            if not reason_not_to_compose_again(note):
                recompose_letter(note, by)
