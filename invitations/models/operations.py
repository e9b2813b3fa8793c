"""The operation of the system: timed jobs, workers, faults, outages, arming, who is told of it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.models.edition import Language
from invitations.text.dates import comma_list, format_day_and_hour, labelled


class JobRun(models.Model):
    """The last run of a timed job, and how much it did."""

    name = models.SlugField(_("job"), max_length=40, unique=True)
    began_at = models.DateTimeField(_("began at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    did = models.PositiveIntegerField(_("items done"), default=0)

    class Meta:
        verbose_name = _("run of a regular job")
        verbose_name_plural = _("runs of regular jobs")

    def __str__(self) -> str:
        return self.name


class Worker(models.Model):
    """A worker process on one of the machines, and when it last gave a sign of life."""

    name = models.CharField(_("machine and process"), max_length=120, unique=True)
    seen_at = models.DateTimeField(_("seen at"))

    class Meta:
        verbose_name = _("background program")
        verbose_name_plural = _("background programs")

    def __str__(self) -> str:
        return self.name


class JobError(models.Model):
    """A failure of a job with one item; deleted once the item is done or dealt with."""

    job = models.SlugField(_("job"), max_length=40)
    item = models.CharField(_("of what"), max_length=80)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    reason = models.CharField(_("why"), max_length=300)
    at = models.DateTimeField(_("at"), default=timezone.now)
    again_at = models.DateTimeField(_("tried again from"), default=timezone.now)

    class Meta:
        verbose_name = _("fault of a job")
        verbose_name_plural = _("faults of jobs")
        constraints = [
            models.UniqueConstraint(name="one_setback_per_job_and_item", fields=["job", "item"])
        ]

    def __str__(self) -> str:
        return f"{self.job}, {self.item}"


class StaffMail(models.Model):
    """A mail to staff or to a team that a worker hands over; gone once the answer is on file.

    It is saved with the note that its words are told, so that what a worker left behind is seen.
    """

    job = models.SlugField(max_length=40)
    item = models.CharField(max_length=50)
    begun_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        verbose_name = _("mail to staff")
        verbose_name_plural = _("mails to staff")

    def __str__(self) -> str:
        return f"{self.job}, {self.item}"


class OutageQuerySet(models.QuerySet["Outage"]):
    def standing(self) -> Self:
        return self.filter(ended_at=None)

    def of_the_outbox(self) -> Self:
        """What keeps each delivery from leaving."""
        return self.filter(of__in=Outage.OF_THE_OUTBOX)

    def begin(self, of: str, words: str) -> None:
        """Note that it is out of reach from now on, unless that is known."""
        Outage.objects.bulk_create([Outage(of=of, words=words)], ignore_conflicts=True)

    def tell(self, of: str, words: str) -> None:
        """Note what is amiss now, once for each words; end it if there are none."""
        self.standing().filter(of=of).exclude(words=words).update(ended_at=timezone.now())
        if words:
            self.begin(of, words)

    def end(self, of: str) -> None:
        self.standing().filter(of=of).update(ended_at=timezone.now())


class Outage(models.Model):
    """A period in which no delivery could leave, no seal get its time, or the seal was amiss."""

    class Of(models.TextChoices):
        MAIL_SERVER = "mail_server", _("no connection to the mail server")
        STORE = "store", _("the file store cannot be read")
        TIME_STAMPS = "time_stamps", _("no time stamps for the seal of letters")
        SEAL = "seal", _("the seal of letters")

    OF_THE_OUTBOX = (Of.MAIL_SERVER, Of.STORE)

    of = models.CharField(_("what is out of reach"), max_length=12, choices=Of)
    words = models.TextField(_("the server’s words"), blank=True)
    began_at = models.DateTimeField(_("began at"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = OutageQuerySet.as_manager()

    class Meta:
        verbose_name = _("outage")
        verbose_name_plural = _("outages")
        constraints = [
            models.UniqueConstraint(
                name="one_outage_of_each_at_a_time",
                fields=["of"],
                condition=models.Q(ended_at=None),
            )
        ]

    def __str__(self) -> str:
        return comma_list(
            [self.get_of_display(), format_day_and_hour(timezone.localtime(self.began_at))]
        )

    @property
    def stops_the_outbox(self) -> bool:
        return self.of in self.OF_THE_OUTBOX


class Arming(models.Model):
    """The one deployment and database that may write to ministers.

    Only the hash of the key is stored: the hosts hold the key, and no copy of the database has it.
    An arming without a hash was made by an earlier version, and lets nothing leave.
    """

    deployment = models.CharField(_("deployment"), max_length=100)
    database = models.CharField(_("database"), max_length=200)
    key_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    # Only grows: a host whose mark is higher takes the database for an earlier one.
    batches = models.PositiveBigIntegerField(default=0, editable=False)
    armed_at = models.DateTimeField(_("armed at"), default=timezone.now)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("arming of the outbox")
        verbose_name_plural = _("arming of the outbox")
        permissions = [("stop_arming", "Can stop all sending")]
        constraints = [models.CheckConstraint(name="one_arming", condition=models.Q(pk=1))]

    def __str__(self) -> str:
        return f"{self.deployment}, {self.database}"


def all_kinds() -> list[str]:
    return list(DigestChoice.What.values)


class DigestChoice(models.Model):
    """What a person of staff asked to be told of the outbox by mail, and when."""

    class What(models.TextChoices):
        NEEDS_A_PERSON = "needs_a_person", _("needs a person")
        PLANNED = "planned", _("to be composed")
        HANDED_OVER = "handed_over", _("handed over")
        CANCELLED = "cancelled", _("cancelled")

    class Often(models.TextChoices):
        NEVER = "never", _("no mails")
        AT_ONCE = "at_once", _("a few minutes after it happened")
        HOURLY = "hourly", _("each hour")
        MORNING = "morning", _("each working morning at eight")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="digest_choice",
        verbose_name=_("account"),
    )  # fmt: skip
    what = models.JSONField(_("what you are told"), default=all_kinds)
    often = models.CharField(_("when"), max_length=8, choices=Often, default=Often.NEVER)
    language = models.CharField(
        _("language"), max_length=10, choices=Language, default=Language.ENGLISH
    )
    informed_until = models.DateTimeField(_("told until"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("digest mails")
        verbose_name_plural = _("digest mails")

    def __str__(self) -> str:
        return labelled(self.user, self.get_often_display())
