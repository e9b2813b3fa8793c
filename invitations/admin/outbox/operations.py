"""The pages of ticks, workers, job errors, outages and the arming of this database."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy, ngettext_lazy
from unfold.decorators import action, display

from invitations.admin.base import Menu, RecordAdmin, user_of
from invitations.admin.confirming import confirmed, row_by_row
from invitations.admin.list_columns import hour_column
from invitations.admin.outbox.queue import job_name
from invitations.forms.action_forms import ReasonForm
from invitations.models import Arming, JobError, JobRun, Outage, Worker
from invitations.outbox.arming import stop_sending


@admin.register(Arming)
class ArmingAdmin(RecordAdmin):
    menu = (Menu.STAFF, 4, "outgoing_mail")
    when_empty = gettext_lazy("Sending is armed by “manage.py arm_sending” alone.")
    list_display = ["deployment", "database", "armed_at", "stopped_at"]
    list_filter = ["deployment"]
    search_fields = ["deployment", "database"]
    actions = ["stop_all"]
    fields = ["deployment", "database", "armed_at", "stopped_at"]

    def has_stop_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("invitations.stop_arming")

    @action(description=gettext_lazy("Stop all sending"), permissions=["stop"])
    @confirmed(
        title=gettext_lazy("Stop all sending"),
        explanation=gettext_lazy(
            "Nothing leaves any more, until somebody runs “manage.py arm_sending” again. What "
            "waits in the outbox stays there."
        ),
        form=ReasonForm,
    )
    @row_by_row(done=ngettext_lazy("Sending is stopped.", "Sending is stopped.", "count"))
    def stop_all(self, request: HttpRequest, arming: Arming, reason: str) -> None:
        stop_sending(user_of(request), reason)


@admin.register(JobRun)
class JobRunAdmin(RecordAdmin):
    when_empty = gettext_lazy(
        "No regular job has run yet: start “celery worker” and “celery beat”."
    )
    list_display = [
        "name",
        hour_column("began_at", gettext_lazy("began at")),
        hour_column("ended_at", gettext_lazy("ended at")),
        "did",
    ]
    fields = ["name", "began_at", "ended_at", "did"]


@admin.register(JobError)
class JobErrorAdmin(RecordAdmin):
    when_empty = gettext_lazy("No regular job has met a fault.")
    list_display = [
        "job_shown",
        "item",
        "reason",
        "attempts",
        hour_column("at", gettext_lazy("at")),
        hour_column("again_at", gettext_lazy("tried again from")),
    ]
    actions = ["try_again"]
    fields = ["job", "item", "reason", "attempts", "at", "again_at"]

    def has_try_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("invitations.delete_joberror")

    @display(description=gettext_lazy("job"), ordering="job")
    def job_shown(self, job_error: JobError) -> str:
        return job_name(job_error.job)

    @action(description=gettext_lazy("Dealt with: try it again now"), permissions=["try"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[JobError]) -> None:
        for job_error in queryset:
            self.log_deletions(request, [job_error])
        queryset.delete()


@admin.register(Worker)
class WorkerAdmin(RecordAdmin):
    when_empty = gettext_lazy("No background program was seen in the last day.")
    list_display = ["name", hour_column("seen_at", gettext_lazy("seen at"))]
    fields = ["name", "seen_at"]


@admin.register(Outage)
class OutageAdmin(RecordAdmin):
    when_empty = gettext_lazy("There was always a connection, and the file store was there.")
    list_display = [
        "of",
        hour_column("began_at", gettext_lazy("began at")),
        hour_column("ended_at", gettext_lazy("ended at")),
        "words",
    ]
    fields = ["of", "began_at", "ended_at", "words"]
