"""Letters: planned as rows, composed into frozen files, and approved."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.models.addressees import Mission
from invitations.models.circular import Circular
from invitations.models.edition import Language
from invitations.models.held.change import HeldChange
from invitations.models.held.composed_with import LINK
from invitations.models.invitation import Invitation, ReplyLink
from invitations.models.kinds import (
    ACKNOWLEDGING_KINDS,
    AUTOMATIC_KINDS,
    INVITING_KINDS,
    KINDS,
    REFERRING_KINDS,
    LetterKind,
    Traits,
)
from invitations.models.next_steps import NextStep
from invitations.models.reasons import ByLanguageField
from invitations.models.reminder_steps import ReminderStep
from invitations.models.reply import Reply
from invitations.models.states import french_order
from invitations.models.templates import LetterTemplate
from invitations.text.dates import comma_list


class LetterQuerySet(models.QuerySet["Letter"]):
    def in_french_order(self) -> Self:
        """By their States in the French order, a State's principal letter before the others."""
        of_state = french_order("invitation__member_state")
        return self.order_by(*of_state, "-invitation__is_principal", "pk")

    def automatic(self) -> Self:
        return self.filter(kind__in=AUTOMATIC_KINDS)

    def printed(self) -> Self:
        return self.exclude(kind__in=AUTOMATIC_KINDS)

    def acknowledging(self) -> Self:
        """What says back to an office what it sent."""
        return self.filter(kind__in=ACKNOWLEDGING_KINDS)

    def planned(self) -> Self:
        return self.filter(state=Letter.State.PLANNED)

    def not_composable(self) -> Self:
        """Planned letters that could not be composed: a person has to look at them."""
        return self.planned().filter(failed_attempts__gt=0)

    def waiting(self) -> Self:
        """Planned letters that wait for words, a field or a person."""
        return self.planned().exclude(waiting_reason="").filter(failed_attempts=0)

    def to_who_holds_office(self) -> Self:
        """Letters to nobody whose successor is entered; a note verbale goes to a mission."""
        is_in_office = Q(invitation__minister__successor=None)
        return self.filter(is_in_office | Q(kind=LetterKind.NOTE))

    def to_who_left_office(self) -> Self:
        return self.exclude(kind=LetterKind.NOTE).exclude(invitation__minister__successor=None)

    def forwarded_no_more(self) -> Self:
        """Letters that were called back or replaced, or whose addressee has left office."""
        has_left = Q(invitation__minister__successor__isnull=False)
        is_replaced = Q(pk__in=self.model.objects.replaced().values("pk"))
        return self.filter(is_called_back() | has_left | is_replaced)

    def to_forward(self) -> Self:
        """Letters that a note verbale may forward: none of those that are forwarded no more."""
        return self.exclude(is_called_back()).not_replaced().to_who_holds_office()

    def in_force(self) -> Self:
        return self.exclude(state=Letter.State.CANCELLED)

    def inviting(self) -> Self:
        """Invitations and their replacements, in order: the last one is the letter that stands."""
        return self.in_force().filter(kind__in=INVITING_KINDS).order_by("pk")

    def approved(self) -> Self:
        return self.filter(state=Letter.State.APPROVED)

    def standing(self) -> Self:
        """The letter that stands of each invitation: the last approved one that invites."""
        inviting = self.model.objects.inviting().approved()
        newer = inviting.filter(invitation=OuterRef("invitation"), pk__gt=OuterRef("pk"))
        return self.inviting().approved().exclude(Exists(newer))

    def replacements(self) -> Self:
        """Approved replacements: each cancels the letter it replaces, and says so to the office."""
        return self.approved().filter(kind=LetterKind.REPLACEMENT)

    def replaced(self) -> Self:
        """Letters that an approved replacement cancels."""
        replacements = self.model.objects.replacements()
        return self.filter(Exists(replacements.filter(replaces=OuterRef("pk"))))

    def not_replaced(self) -> Self:
        return self.exclude(pk__in=self.model.objects.replaced().values("pk"))

    def with_dead_link(self) -> Self:
        """Letters that print a link and code which were replaced, or have ended, since."""
        return self.filter(prints_dead_link())

    def originals(self) -> Self:
        """Letters that are signed by hand; not the notes verbales above them."""
        return self.filter(by_original=True).exclude(kind=LetterKind.NOTE)


def is_called_back() -> Q:
    """Match letters that were called back, or had left when their invitation was withdrawn."""
    withdrawn = Q(invitation__status=Invitation.Status.WITHDRAWN)
    return Q(state=Letter.State.CANCELLED) | withdrawn


def prints_dead_link() -> Exists:
    """Match letters that a person approves whose link opens no more; by what they are made of."""
    printed = KeyTextTransform(LINK, OuterRef("composed_with"))
    ended = ReplyLink.objects.filter(invitation=OuterRef("invitation"), replaced_at__isnull=False)
    return Exists(ended.annotate(key=Cast("pk", TextField())).filter(key=printed))


class Letter(models.Model):
    """One letter of one invitation; it has no text until it is composed, and is then frozen."""

    Kind = LetterKind

    class State(models.TextChoices):
        PLANNED = "planned", _("to be composed")
        COMPOSED = "composed", _("composed")
        APPROVED = "approved", _("approved")
        CANCELLED = "cancelled", _("cancelled")

    invitation = models.ForeignKey(
        Invitation, models.PROTECT, related_name="letters", verbose_name=_("invitation")
    )
    circular = models.ForeignKey(
        Circular, models.PROTECT, related_name="letters", verbose_name=_("circular")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=LetterKind)
    variant = models.CharField(_("variant"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=Language)
    second_language = models.CharField(
        _("second language"), max_length=10, choices=Language, blank=True
    )
    by_original = models.BooleanField(
        _("by signed original"),
        default=False,
        editable=False,
        help_text=_("It leaves on paper alone; so does the note verbale above it."),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    planned_at = models.DateTimeField(_("to be composed since"), default=timezone.now)
    not_before = models.DateTimeField(_("leaves no earlier than"), default=timezone.now)
    leave_before = models.DateTimeField(_("not sent any more from"), null=True, blank=True)
    # The end of the lease of the worker that composes it. A lease in the past was not given back.
    composing_until = models.DateTimeField(null=True, blank=True, editable=False)
    # Why it is still planned, and when it may be tried again: after a failure there is a pause.
    waiting_reason = models.CharField(_("why it waits"), max_length=300, blank=True, editable=False)
    waiting_reason_by_language = ByLanguageField(of="waiting_reason")
    # The empty fields that it waits for: language, model and column of each.
    waits_for = models.JSONField(default=list, blank=True, editable=False)
    failed_attempts = models.PositiveSmallIntegerField(
        _("failed attempts to compose it"), default=0, editable=False
    )
    compose_again_at = models.DateTimeField(
        _("composed again from"), null=True, blank=True, editable=False
    )

    step = models.ForeignKey(
        ReminderStep, models.PROTECT, null=True, blank=True, related_name="letters",
        verbose_name=_("reminder step"),
    )  # fmt: skip
    reply_before = models.DateField(_("deadline it reminds of"), null=True, blank=True)
    reply = models.ForeignKey(
        Reply, models.PROTECT, null=True, blank=True, related_name="acknowledgements",
        verbose_name=_("reply"),
    )  # fmt: skip
    # How often the reply was acknowledged before: mail about another one has left since.
    again = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    # What a receipt tells: the lines on file, by language, as they were when it was planned.
    filed = models.JSONField(default=dict, blank=True, editable=False)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by",
        verbose_name=_("replaces"),
    )  # fmt: skip
    mission = models.ForeignKey(
        Mission, models.PROTECT, null=True, blank=True, related_name="notes",
        verbose_name=_("mission"),
    )  # fmt: skip
    covers = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="notes", verbose_name=_("covers")
    )

    template = models.ForeignKey(
        LetterTemplate, models.PROTECT, null=True, blank=True, related_name="letters",
        verbose_name=_("letter template"),
    )  # fmt: skip
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    paper = models.TextField(_("on paper"), blank=True)
    mail = models.TextField(_("in the mail"), blank=True)
    addressee = models.TextField(_("addressee’s block"), blank=True)
    recipients = models.JSONField(
        _("recipients"), default=list, blank=True, help_text=_("[line, address], To before Cc")
    )
    check_code = models.CharField(
        _("check code"), max_length=16, unique=True, null=True, blank=True, editable=False
    )
    pdf = models.FileField(_("PDF"), blank=True, max_length=120)
    sha256 = models.CharField(_("SHA-256 of the PDF"), max_length=64, blank=True)
    # How much of the PDF stood there before the seal, whose seal it is and until when it is valid.
    unsealed_size = models.PositiveIntegerField(default=0, editable=False)
    sealed_by = models.CharField(_("sealed by"), max_length=200, blank=True, editable=False)
    seal_valid_until = models.DateTimeField(
        _("certificate valid until"), null=True, blank=True, editable=False
    )
    # The time on the seal, and whose word that is; or that the service gave none.
    time_stamped_at = models.DateTimeField(
        _("time on the seal"), null=True, blank=True, editable=False
    )
    time_stamped_by = models.CharField(_("time from"), max_length=200, blank=True, editable=False)
    lacks_time_stamp = models.BooleanField(default=False, editable=False)
    message = models.FileField(_("message"), blank=True, max_length=120)
    message_sha256 = models.CharField(_("SHA-256 of the message"), max_length=64, blank=True)
    message_id = models.CharField("Message-ID", max_length=120, blank=True)
    # When it first left: each copy bears this date, before the frozen message.
    dated_at = models.DateTimeField(_("dated at"), null=True, blank=True, editable=False)
    # The hash of each record that a letter which invites was composed with, for its approval.
    composed_with = models.JSONField(default=dict, blank=True, editable=False)
    composed_at = models.DateTimeField(_("composed at"), null=True, blank=True)
    composed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("composed by"),
    )  # fmt: skip
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("approved by"),
    )  # fmt: skip

    # The changes that an automatic letter leaves out while it is composed; no column. None: not
    # asked for yet.
    held: Sequence[HeldChange] | None = None
    # Whether it goes without the letter that it reminds of; no column.
    goes_alone = False
    # What was read for several letters at once; without it each is asked for. No columns.
    forms: Callable[..., Any] | None = None
    terms: Mapping[str, Mapping[str, str]] | None = None
    # What it has for the office's calendar, compared when its words are written; no column.
    calendar: Any = None
    # Which of what it covers a note forwards, chosen before its words are written; no column.
    chosen: set[int] | None = None

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-planned_at", "-pk"]
        permissions = [("approve_letter", "Can approve letters")]
        indexes = [
            models.Index(name="planned_letters", fields=["id"], condition=Q(state="planned")),
            models.Index(
                name="letters_by_message_id",
                fields=["message_id"],
                condition=~Q(message_id=""),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_invitation_letter",
                fields=["invitation"],
                condition=Q(kind="invitation") & ~Q(state="cancelled"),
            ),
            models.UniqueConstraint(
                name="one_letter_per_circular",
                fields=["invitation", "circular", "kind"],
                condition=Q(kind__in=REFERRING_KINDS) & ~Q(state="cancelled"),
            ),
            models.UniqueConstraint(
                name="one_letter_of_thanks",
                fields=["invitation"],
                condition=Q(kind="thanks") & ~Q(state="cancelled"),
            ),
            models.UniqueConstraint(
                name="one_planned_note_per_mission_and_circular",
                fields=["mission", "circular", "by_original"],
                condition=Q(kind="note", state="planned"),
            ),
            models.CheckConstraint(
                name="note_names_its_mission",
                condition=~Q(kind="note") | Q(mission__isnull=False),
            ),
            models.CheckConstraint(
                name="referring_letter_names_the_one_it_refers_to",
                condition=~Q(kind__in=REFERRING_KINDS) | Q(replaces__isnull=False),
            ),
            models.CheckConstraint(
                name="signed_original_has_no_message",
                condition=Q(by_original=False) | Q(message_sha256=""),
            ),
            models.UniqueConstraint(
                name="one_reminder_per_step_and_deadline",
                fields=["invitation", "step", "reply_before"],
                condition=Q(kind="reminder") & ~Q(state="cancelled"),
            ),
            models.UniqueConstraint(
                name="one_acknowledgement_per_reply",
                fields=["reply", "variant", "again"],
                condition=Q(kind="acknowledgement") & ~Q(state="cancelled"),
            ),
            models.UniqueConstraint(
                name="one_planned_calendar",
                fields=["invitation"],
                condition=Q(kind="calendar", state="planned"),
            ),
            models.UniqueConstraint(
                name="one_planned_receipt",
                fields=["invitation", "variant"],
                condition=Q(kind="receipt", state="planned"),
            ),
            models.CheckConstraint(
                name="reminder_names_its_step_and_deadline",
                condition=~Q(kind="reminder")
                | Q(step__isnull=False, reply_before__isnull=False, leave_before__isnull=False),
            ),
            models.CheckConstraint(
                name="acknowledgement_names_its_reply",
                condition=~Q(kind="acknowledgement") | Q(reply__isnull=False),
            ),
            models.CheckConstraint(
                name="composed_letter_is_frozen",
                condition=Q(state__in=["planned", "cancelled"])
                | (~Q(sha256="", message_sha256="") & Q(composed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="approved_letter_says_when",
                condition=~Q(state="approved") | Q(approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="approver_is_not_the_drafter",
                condition=Q(approved_by=None)
                | Q(composed_by=None)
                | ~Q(approved_by=F("composed_by")),
            ),
        ]

    def __str__(self) -> str:
        return comma_list([self.get_kind_display(), self.invitation])

    @property
    def traits(self) -> Traits:
        return KINDS[self.kind]

    @property
    def keeps_its_seal(self) -> bool:
        """Whether nobody may have the sealed bytes yet: a second person has to approve them."""
        return bool(self.unsealed_size) and self.approved_at is None

    @property
    def forwarded(self) -> LetterQuerySet:
        """What a note verbale covers; while it is composed, what was chosen of it."""
        covered: Any = self.covers.all()
        return covered if self.chosen is None else covered.filter(pk__in=self.chosen)

    @property
    def asks_for(self) -> str:
        """What a reminder asks for after a yes; empty where it asks for the reply."""
        is_such = self.kind == LetterKind.REMINDER and self.variant in NextStep.values
        return self.variant if is_such else ""

    @property
    def named(self) -> str:
        """Its kind, and what it asks for after a yes."""
        asks_for = NextStep(self.asks_for).label if self.asks_for else ""
        return comma_list([self.get_kind_display(), asks_for])

    @property
    def is_of_earlier_dates(self) -> bool:
        """Whether the dates of its edition have moved since it was frozen."""
        return self.invitation.edition.moved_since(self.composed_at)

    @property
    def has_dead_link(self) -> bool:
        """Whether it prints a link that was replaced, or has ended, since it was composed."""
        printed = self.composed_with.get(LINK)
        links = self.invitation.links.all() if printed else ()
        return any(str(link.pk) == printed and link.replaced_at for link in links)

    @property
    def is_to_who_left_office(self) -> bool:
        """Whether the successor of its addressee is entered; a note verbale goes to a mission."""
        return self.kind != LetterKind.NOTE and self.invitation.minister.successor_id is not None

    @property
    def speaker(self) -> list[str] | None:
        """Name and function of the person whose statement it thanks for; None if not on file.

        Nothing where its addressee delivered it.
        """
        speaker: list[str] | None = self.circular.speakers.get(str(self.invitation_id))
        return speaker

    @property
    def addressed_alike(self) -> dict[str, str]:
        """The form of address of a circular to all; none of a signed original, to a person."""
        return {} if self.by_original else self.circular.addressed_by
