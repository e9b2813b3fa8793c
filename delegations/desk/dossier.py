"""What is on file of one State for one edition, read in a fixed number of queries."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, Model, Prefetch, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from delegations.models import Delegation, PolicyStatement, SpeakingSlot
from delegations.programme.calling import PlaceOnList, speaking_place
from invitations.models import (
    Correspondence,
    Delivery,
    ForumEdition,
    HeldChange,
    Invitation,
    Letter,
    MemberState,
    Mission,
    Reconfirmation,
    Reply,
    ReplyLink,
    TelephoneCall,
)

# What no line of the page says: a letter's words are long.
NOT_TOLD = ["paper", "mail", "composed_with", "recipients"]
LIVE_FIRST = [Invitation.Status.ISSUED, Invitation.Status.DRAFT, Invitation.Status.WITHDRAWN]


class Dossier:
    """The records of a State in an edition that the user may read; others are empty."""

    def __init__(self, symbol: str, iso3: str, user: User) -> None:
        self.edition: Any = get_object_or_404(ForumEdition, symbol=symbol)
        self.state: Any = get_object_or_404(MemberState, iso3=iso3.upper())
        self.user = user

    def may(self, permission: str) -> bool:
        return self.user.has_perm(permission)

    def reads(self, model: type[Model]) -> bool:
        return self.may(f"{model._meta.app_label}.view_{model._meta.model_name}")

    @cached_property
    def invitations(self) -> list[Any]:
        """The State's invitations: those in force first, and of these the principal one."""
        found = self.edition.invitations.filter(member_state=self.state).select_related(
            "edition", "member_state", "minister__rank", "minister__member_state",
            "minister__successor__member_state",
        )  # fmt: skip
        links = Prefetch("links", ReplyLink.objects.current(), to_attr="current_links")
        found = found.prefetch_related(links)
        return sorted(
            found, key=lambda one: (LIVE_FIRST.index(one.status), not one.is_principal, one.pk)
        )

    @cached_property
    def keys(self) -> list[int]:
        return [invitation.pk for invitation in self.invitations]

    @cached_property
    def letters(self) -> list[Letter]:
        """Their letters, with the notes verbales that cover them, the newest first."""
        if not self.reads(Letter):
            return []
        of_them = Letter.objects.filter(invitation__in=self.keys)
        covering = Letter.objects.filter(covers__invitation__in=self.keys)
        both = (rows.select_related("circular").defer(*NOT_TOLD) for rows in (of_them, covering))
        found = {one.pk: one for rows in both for one in rows}
        for letter in found.values():
            if letter.invitation_id in self.keys:
                letter.invitation = self.invitation_of(letter.invitation_id)
        return [found[pk] for pk in sorted(found, reverse=True)]

    def invitation_of(self, pk: int) -> Any:
        return next((one for one in self.invitations if one.pk == pk), None)

    @cached_property
    def deliveries(self) -> list[Delivery]:
        if not self.reads(Delivery):
            return []
        return self.told(Delivery.objects.filter(letter__in=self.letters).order_by("pk"))

    def told(self, rows: "QuerySet[Any]") -> list[Any]:
        """Return the rows of letters, each with its letter as it was read."""
        letters = {letter.pk: letter for letter in self.letters}
        found = list(rows)
        for row in found:
            row.letter = letters[row.letter_id]
        return found

    @cached_property
    def replies(self) -> list[Reply]:
        joined = ("recorded_by", "settled_by", "correspondence")
        return self.of_invitations(Reply.objects.with_first_received(), *joined)

    @cached_property
    def asked_again(self) -> set[int]:
        """The invitations whose offices have not said yet if their answer holds after a move."""
        if self.edition.moved_at is None or not self.reads(Reply):
            return set()
        asked = Reconfirmation.objects.current().not_yet().filter(invitation__in=self.keys)
        offered = asked.filter(reply__answer__in=self.edition.answers_offered)
        return set(offered.values_list("invitation", flat=True))

    @cached_property
    def move_waits(self) -> bool:
        """Whether a move of the edition waits for a second person."""
        waiting = HeldChange.objects.waiting_dates().of(self.edition)
        return self.reads(HeldChange) and waiting.exists()

    @cached_property
    def correspondence(self) -> list[Correspondence]:
        return self.of_invitations(Correspondence.objects.all(), "recorded_by", "dealt_with_by")

    @cached_property
    def calls(self) -> list[TelephoneCall]:
        """The calls to the offices, the last one first."""
        return self.of_invitations(TelephoneCall.objects.all(), "by", "struck_by")

    def of_invitations(self, rows: "QuerySet[Any]", *joined: str) -> list[Any]:
        """Return the rows of these invitations, each with its invitation as it was read."""
        if not self.reads(rows.model):
            return []
        rows = rows.filter(invitation__in=self.keys)
        # Without a name Django would join all that a row refers to.
        found = list(rows.select_related(*joined) if joined else rows)
        for row in found:
            row.invitation = self.invitation_of(row.invitation_id)
        return found

    @cached_property
    def missions(self) -> list[Mission]:
        """The State's missions, those in the edition's city first."""
        if not self.reads(Mission):
            return []
        city = self.edition.mission_city
        return sorted(self.state.missions.all(), key=lambda one: (one.city != city, one.name))

    @cached_property
    def delegation(self) -> Any:
        if not self.reads(Delegation):
            return None
        found = Delegation.objects.filter(edition=self.edition, member_state=self.state)
        return found.annotate(named=Count("delegates")).first()

    @property
    def named(self) -> int:
        return self.delegation.named if self.delegation else 0

    @cached_property
    def statement(self) -> Any:
        if not (self.delegation and self.reads(PolicyStatement)):
            return None
        found = PolicyStatement.objects.filter(delegation=self.delegation)
        return found.select_related("delegation").first()

    @cached_property
    def place(self) -> PlaceOnList | None:
        """The place of the State on the list of speakers; whether it is public does not matter."""
        if not (self.statement and self.reads(SpeakingSlot)):
            return None
        return speaking_place(self.edition, self.state.pk, timezone.now())

    @cached_property
    def held_changes(self) -> list[tuple[HeldChange, str]]:
        """The changes of the State, its ministers, missions and invitations, each with its name."""
        if not self.reads(HeldChange):
            return []
        behind: dict[tuple[str, str], Any] = {("memberstate", str(self.state.pk)): self.state}
        for one in self.invitations:
            behind["minister", str(one.minister_id)] = one.minister
            behind["invitation", str(one.pk)] = one.minister
        behind |= {("mission", str(mission.pk)): mission for mission in self.missions}
        # A new mission has none of the State's until that is approved.
        found = Q(content_type__model="mission", states=self.state)
        for model, key in behind:
            found |= Q(content_type__model=model, object_id=key)
        changes = HeldChange.objects.filter(found, content_type__app_label="invitations")
        people = "asked_by", "alone_by", "decided_by"
        return [
            (change, str(behind.get((change.content_type.model, change.key), change.named)))
            for change in changes.select_related("content_type", *people)
        ]

    def of(self, invitation: Invitation, rows: Iterable[Any]) -> list[Any]:
        return [row for row in rows if row.invitation_id == invitation.pk]

    def phones_of(self, invitation: Invitation) -> list[tuple[str, str]]:
        """Return the numbers that its office has given, each with whose it is."""
        given = {
            reply.respondent_phone: reply.respondent_name
            for reply in reversed(self.of(invitation, self.replies))
            if reply.respondent_phone and not reply.is_taken_up
        }
        return list(given.items())
