"""What came in, also as scans dropped at once, and what of it nobody has read yet."""

import datetime as dt
from typing import Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from invitations.models.invitation import Invitation
from invitations.text.dates import comma_list, format_list


class Channel(models.TextChoices):
    ONLINE = "online", _("online")
    MAIL = "mail", _("e-mail")
    FAX = "fax", _("fax")
    LETTER = "letter", _("letter")
    NOTE_VERBALE = "note_verbale", _("note verbale")
    TELEPHONE = "telephone", _("telephone")


class CorrespondenceQuerySet(models.QuerySet["Correspondence"]):
    def unread(self) -> Self:
        return self.filter(dealt_with_at=None)

    def unmatched(self) -> Self:
        """What came in and is nobody's yet, but for scans: these wait in their own list."""
        piled = DroppedScan.objects.kept().filter(correspondence=OuterRef("pk"))
        return self.filter(~Exists(piled), invitation=None)

    def holding(self, now: dt.datetime) -> Self:
        """Unread mail of nobody yet that holds the reminders of whose it says it is."""
        return self.unread().filter(invitation=None, holds_until__gt=now)


class Correspondence(models.Model):
    """A mail, fax, letter, note verbale or call; until it is dealt with, no reminder leaves."""

    invitation = models.ForeignKey(
        Invitation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="correspondence",
        help_text=_("Empty until somebody finds whose mail this is."),
        verbose_name=_("invitation"),
    )
    probably_of = models.ForeignKey(
        Invitation,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("whose it says it is"),
    )
    # For so long a mail whose sender is not proven holds the reminders of whose it says it is.
    holds_until = models.DateTimeField(null=True, editable=False)
    channel = models.CharField(
        _("channel"),
        max_length=20,
        choices=[choice for choice in Channel.choices if choice[0] != Channel.ONLINE],
    )
    received_at = models.DateTimeField(
        _("received at"), default=timezone.now, help_text=_("When the organization got it.")
    )
    reference = models.CharField(_("their reference"), max_length=80, blank=True)
    sender = models.CharField(_("from"), max_length=200, blank=True)
    summary = models.TextField(_("what it says"), blank=True)
    scan = models.FileField(_("scan"), blank=True, max_length=120)
    scan_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    message = models.FileField(_("message"), blank=True, max_length=120, editable=False)
    message_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    message_id = models.CharField(
        "Message-ID", max_length=250, unique=True, null=True, blank=True, editable=False
    )
    is_automatic = models.BooleanField(_("automatic mail"), default=False, editable=False)
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("recorded by"),
    )  # fmt: skip
    dealt_with_at = models.DateTimeField(_("dealt with at"), null=True, blank=True, editable=False)
    dealt_with_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("dealt with by"),
    )  # fmt: skip

    objects = CorrespondenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("correspondence")
        verbose_name_plural = _("correspondence")
        ordering = ["-received_at"]
        constraints = [
            models.CheckConstraint(
                name="correspondence_is_not_online", condition=~Q(channel="online")
            )
        ]

    def __str__(self) -> str:
        about = self.reference or self.invitation or self.sender
        return comma_list([self.get_channel_display(), about])

    @property
    def called(self) -> str:
        """The name of the file as it was dropped, or else what it is."""
        first = self.dropped.exclude(state=DroppedScan.State.TWICE).first()
        return first.file_name if first else str(self)

    def refuse_known_scan(self, invitation: Invitation) -> None:
        """Refuse a file that is on file for the invitation, or waits in a pile to be recorded.

        For another invitation it may be filed once more: one paper may answer for two. Call it
        with the invitation locked: two people may file it at once.
        """
        if not self.scan_sha256:
            return
        its_own = Q(invitation=invitation) | Q(invitation=None, dealt_with_at=None)
        same = Correspondence.objects.filter(its_own, scan_sha256=self.scan_sha256)
        if known := same.exclude(pk=self.pk).first():
            raise ValidationError(
                gettext("The same file is on file already, and nothing was recorded: %(name)s.")
                % {"name": known.called}
            )


class DroppedScanQuerySet(models.QuerySet["DroppedScan"]):
    def to_read(self) -> Self:
        return self.filter(state=DroppedScan.State.WAITING)

    def kept(self) -> Self:
        return self.exclude(state__in=[DroppedScan.State.TWICE, DroppedScan.State.REFUSED])

    def to_record(self) -> Self:
        """Return scans on file whose reply nobody has recorded yet, the first dropped first."""
        return self.kept().filter(correspondence__dealt_with_at=None).order_by("pk")

    def ready(self) -> Self:
        """Return those of them whose pages a worker has looked at."""
        return self.to_record().exclude(state=DroppedScan.State.WAITING)

    def pile_of(self, scan: "DroppedScan") -> Self:
        """Return all that was dropped at once with it, and kept."""
        return self.kept().filter(dropped_by=scan.dropped_by_id, dropped_at=scan.dropped_at)


class DroppedScan(models.Model):
    """One file of those that were dropped at once, what was read of it, and what came of it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits to be read")
        READ = "read", _("read")
        UNREAD = "unread", _("could not be read: open the file itself")
        TWICE = "twice", _("on file already: the same file came before")
        REFUSED = "refused", _("refused: not kept")

    class Found(models.TextChoices):
        CODE = "code", _("by the code on the paper")
        WORDS = "words", _("by what it says")
        NAME = "name", _("by the name of the file")

    file_name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    told = models.CharField(_("what came of it"), max_length=300, blank=True)
    correspondence = models.ForeignKey(
        Correspondence, models.PROTECT, null=True, related_name="dropped",
        verbose_name=_("correspondence"),
    )  # fmt: skip
    # What the machine proposes; only a person says whose it is.
    proposed = models.ForeignKey(
        Invitation, models.PROTECT, null=True, editable=False, related_name="+",
        verbose_name=_("whose it may be"),
    )  # fmt: skip
    found = models.CharField(_("how it was found"), max_length=5, choices=Found, blank=True)
    # Name and hash of each page's picture, and whether it is blank.
    pages = models.JSONField(default=list, editable=False)
    total_pages = models.PositiveSmallIntegerField(_("pages"), default=0)
    dropped_at = models.DateTimeField(_("dropped at"), default=timezone.now)
    dropped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("dropped by")
    )
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    objects = DroppedScanQuerySet.as_manager()

    class Meta:
        verbose_name = _("dropped scan")
        verbose_name_plural = _("dropped scans")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="the_same_scan_is_on_file_once",
                fields=["sha256"],
                condition=Q(state__in=["waiting", "read", "unread"]),
            ),
            models.CheckConstraint(
                name="only_a_refused_scan_is_not_on_file",
                condition=Q(state="refused") | Q(correspondence__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def blank_pages(self) -> list[int]:
        """The numbers of the pages that bear nothing."""
        return [place for place, page in enumerate(self.pages, 1) if page["is_blank"]]

    @property
    def is_blank(self) -> bool:
        return bool(self.pages) and len(self.blank_pages) == self.total_pages

    def blank_pages_in_words(self, language: str) -> str:
        return format_list([str(number) for number in self.blank_pages], language)


def has_unread_mail(row: str = "", now: dt.datetime | None = None) -> Q:
    """Return the condition that something from the office lies unread; ``row`` leads to it.

    A scan of nobody yet lies there for whom it proposes, and holds all reminders of that State:
    an office may answer on the letter of an earlier edition. A mail whose sender is not proven
    holds for a while.
    """
    filed = Correspondence.objects.unread().filter(invitation=OuterRef(f"{row}pk"))
    piled = DroppedScan.objects.to_record().filter(
        correspondence__invitation=None, proposed__member_state=OuterRef(f"{row}member_state")
    )
    claimed = Correspondence.objects.holding(now or timezone.now()).filter(
        probably_of=OuterRef(f"{row}pk")
    )
    return Q(Exists(filed)) | Q(Exists(piled)) | Q(Exists(claimed))
