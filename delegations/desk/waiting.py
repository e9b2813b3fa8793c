"""What of a State waits for a person, each with the page on which it is done."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delegations.desk.dossier import Dossier
from delegations.desk.offers import has_no_valid_link, to_hand_over
from delegations.programme.doubts import doubts_of_state
from invitations.admin.list_columns import change_url, format_waiting_reason, on_day
from invitations.models import Delivery, Invitation, Letter, Reply
from invitations.text.dates import format_day, keep_own_order, labelled

FOR_A_PERSON: dict[str, Any] = {
    Delivery.State.UNCERTAIN: gettext_lazy("it is not known whether it left for %(to)s."),
    Delivery.State.FAILED: gettext_lazy("it did not leave for %(to)s: the mail server refused it."),
    Delivery.State.BOUNCED: gettext_lazy("it came back from %(to)s."),
    Delivery.State.MISSED: gettext_lazy("it was kept back for %(to)s, since its hour has passed."),
}


def waiting(dossier: Dossier) -> list[tuple[str, str]]:
    """Return sentence and address of each thing that a person has to do."""
    return [
        *contested_replies(dossier),
        *unread_correspondence(dossier),
        *calls_to_make(dossier),
        *deliveries_in_doubt(dossier),
        *letters_at_work(dossier),
        *held_changes(dossier),
        *persons_out_of_office(dossier),
        *ended_links(dossier),
        *doubtful_statement(dossier),
    ]


def contested_replies(dossier: Dossier) -> Iterator[tuple[str, str]]:
    for reply in dossier.replies:
        is_issued = reply.invitation.status == Invitation.Status.ISSUED
        if is_issued and reply.status == Reply.Status.CONTESTED:
            url = reverse("admin:invitations_reply_settle", args=[reply.pk])
            words = _("Two replies differ: choose which one stands.")
            yield words, url if dossier.may("invitations.change_reply") else change_url(reply)


def unread_correspondence(dossier: Dossier) -> Iterator[tuple[str, str]]:
    for one in dossier.correspondence:
        if one.dealt_with_at is None:
            day = on_day(one.received_at)
            words = _("Nobody has dealt with what came in on %(day)s; no reminder leaves before.")
            yield words % {"day": day}, change_url(one)


def calls_to_make(dossier: Dossier) -> Iterator[tuple[str, str]]:
    """Tell of each silent office on which day it is to be called again, by its last call."""
    for one in dossier.invitations:
        if one.status == Invitation.Status.WITHDRAWN:
            continue
        standing = [call for call in dossier.of(one, dossier.calls) if not call.struck_at]
        last = standing[0] if standing else None
        answered = Reply.Status.STANDING in {
            reply.status for reply in dossier.of(one, dossier.replies)
        }
        if last and last.next_call_on and not answered:
            day = format_day(last.next_call_on)
            yield _("To be called again on %(day)s.") % {"day": day}, change_url(last)


def deliveries_in_doubt(dossier: Dossier) -> Iterator[tuple[str, str]]:
    doubtful = [one.pk for one in dossier.deliveries if one.state in FOR_A_PERSON]
    settled = put_right(doubtful)
    for delivery in dossier.deliveries:
        sentence = FOR_A_PERSON.get(delivery.state)
        if sentence and delivery.pk not in settled:
            to = keep_own_order(delivery.address) or delivery.get_channel_display()
            kind = capfirst(delivery.letter.get_kind_display())
            yield labelled(kind, sentence % {"to": to}), change_url(delivery)


def put_right(keys: list[int]) -> set[int]:
    """Return those that went to another address since; nothing is asked where nothing failed."""
    if not keys:
        return set()
    found = Delivery.objects.put_right().filter(pk__in=keys)
    return set(found.values_list("pk", flat=True))


def letters_at_work(dossier: Dossier) -> Iterator[tuple[str, str]]:
    for letter in dossier.letters:
        kind, reason = capfirst(letter.get_kind_display()), format_waiting_reason(letter)
        if letter.state == Letter.State.PLANNED and reason:
            yield labelled(kind, reason), change_url(letter)
        if letter.state == Letter.State.COMPOSED and not to_who_left(dossier, letter):
            yield labelled(kind, _("it waits for approval.")), change_url(letter)


def to_who_left(dossier: Dossier, letter: Letter) -> bool:
    """Whether nobody can approve it, since its person has left office: another line says so."""
    left = {one.pk for one in dossier.invitations if one.minister.successor_id}
    return letter.invitation_id in left and letter.kind != Letter.Kind.NOTE


def held_changes(dossier: Dossier) -> Iterator[tuple[str, str]]:
    for change, name in dossier.held_changes:
        if change.is_waiting or change.is_alone:
            words = _("A second person has to look at a change of %(record)s.")
            yield words % {"record": keep_own_order(name)}, change_url(change)


def persons_out_of_office(dossier: Dossier) -> Iterator[tuple[str, str]]:
    for one in dossier.invitations:
        if one.minister.successor_id and one.status != Invitation.Status.WITHDRAWN:
            words = _("%(person)s has left office, and is invited still.")
            handed = next((offer.url for offer in to_hand_over(dossier, one)), change_url(one))
            yield words % {"person": keep_own_order(str(one.minister))}, handed


def ended_links(dossier: Dossier) -> Iterator[tuple[str, str]]:
    """Tell whose link has ended while replies are taken, as after a hand-over was taken back."""
    if not dossier.edition.takes_replies(timezone.now()):
        return
    for one in filter(has_no_valid_link, dossier.invitations):
        words = _(
            "The link of %(person)s has ended: its office has no way in until it is replaced."
        )
        yield words % {"person": keep_own_order(str(one.minister))}, change_url(one)


def doubtful_statement(dossier: Dossier) -> Iterator[tuple[str, str]]:
    """Tell where the statement says otherwise than the answer, for who reads both."""
    if dossier.statement and dossier.reads(Reply):
        for doubt in doubts_of_state(dossier.statement):
            yield doubt, change_url(dossier.statement)
