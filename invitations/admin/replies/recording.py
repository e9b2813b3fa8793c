"""The form for what came in on paper or by telephone."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.admin.base import ModelAdmin, user_of
from invitations.admin.columns import state_url, text_link
from invitations.admin.replies.scans import freeze_scan
from invitations.models import Correspondence, Reply
from invitations.replies import file_correspondence


class RecordingMixin(ModelAdmin):
    add_fieldsets = [
        (
            gettext_lazy("What came in"),
            {
                "fields": [
                    "channel",
                    "received_at",
                    "invitation",
                    ("reference", "sender"),
                    "summary",
                    "scan",
                ]
            },
        ),
        (
            gettext_lazy("The reply it brought"),
            {
                "description": gettext_lazy(
                    "Leave the answer empty where it brought none: the correspondence is then "
                    "put on file, and somebody deals with it."
                ),
                "fields": [
                    "answer",
                    ("substitute_name", "substitute_function"),
                    "substitute_rank",
                    "segments",
                    "partnership_interest",
                    "remarks",
                ],
            },
        ),
        (
            gettext_lazy("Who answered for the minister"),
            {
                "fields": [
                    ("respondent_name", "respondent_function"),
                    ("respondent_email", "respondent_phone"),
                ]
            },
        ),
    ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        # The hour of the form saved last, so that a pile of faxes needs it once.
        return {"received_at": timezone.now(), **initial}

    def _record(self, request: HttpRequest, obj: Correspondence, form: Any) -> None:
        filed = file_correspondence(
            form.cleaned_data["invitation"],
            user_of(request),
            obj.channel,
            obj.received_at,
            reply_words=form.reply_words,
            still_valid=form.is_still_valid,
            scan=freeze_scan(form.cleaned_data["scan"]),
            reference=obj.reference,
            sender=obj.sender,
            summary=obj.summary,
        )
        obj.pk = filed.pk
        obj.refresh_from_db()

    def response_add(
        self, request: HttpRequest, obj: Correspondence, post_url_continue: str | None = None
    ) -> HttpResponse:
        tell_of_replies(request, obj)
        response = super().response_add(request, obj, post_url_continue)
        if "_save" in request.POST and "invitation" in request.GET and obj.invitation:
            # From the page of the State one came here, and there one goes back.
            return redirect(state_url(obj.invitation.edition, obj.invitation.member_state))
        if "_addanother" not in request.POST:
            return response
        kept = {"channel": obj.channel, "received_at": obj.received_at.isoformat()}
        return redirect(f"{request.path}?{urlencode(kept)}")

    def response_post_save_add(self, request: HttpRequest, obj: Correspondence) -> HttpResponse:
        """Lead who may see it to the State's page, where the reply stands; others to the list."""
        if obj.invitation and request.user.has_perm("invitations.view_invitation"):
            return redirect(state_url(obj.invitation.edition, obj.invitation.member_state))
        return super().response_post_save_add(request, obj)


def tell_of_replies(request: HttpRequest, filed: Correspondence) -> None:
    """Warn of a reply that contradicts the standing one, or came before the last of its channel."""
    contested = filed.replies.contested().first()
    if contested:
        messages.warning(request, contest_warning(contested))
    if filed.replies.filter(status=Reply.Status.SUPERSEDED).exists():
        messages.warning(
            request,
            _(
                "A reply that came later by this channel is on file and keeps its place: this"
                " one is kept as superseded, and is not acknowledged."
            ),
        )


def contest_warning(contested: Reply) -> str:
    return text_link(
        reverse("admin:invitations_reply_settle", args=[contested.pk]),
        _(
            "%(invitation)s: this contradicts the reply that stands. Both are kept until you "
            "choose between them."
        )
        % {"invitation": contested.invitation},
    )
