"""The form for what came in on paper or by telephone."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.admin.base import ModelAdmin, user_of
from invitations.admin.list_columns import state_url, text_link
from invitations.admin.replies.on_file import on_file_context, standing_reply_shown
from invitations.admin.replies.replies import describe_differences
from invitations.admin.replies.scans import freeze_scan
from invitations.models import Answer, Correspondence, Invitation, Reply
from invitations.replies import StaleReply, file_correspondence
from invitations.text.dates import labelled, running_text

LOOK_AT_BOTH = gettext_lazy(
    "A reply of this office stands already, and nothing was recorded yet. It is shown above: look "
    "at both, then save once more."
)


SPEAK_TO_THE_OFFICE = gettext_lazy(
    "recorded as it was said, though this edition does not offer that answer: speak to the office."
)


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

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.on_file_view)
        return [
            path("on-file/", view, name="invitations_correspondence_on_file"),
            *super().get_urls(),
        ]

    def on_file_view(self, request: HttpRequest) -> HttpResponse:
        """Return what stands of the invitation that was chosen in the form."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        shown = on_file_context(invitation_named(request.GET.get("invitation")))
        context = {"form_id": "correspondence_form", **shown}
        return TemplateResponse(request, "admin/replies/on_file.html", context)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        # The hour of the form saved last, so that a pile of faxes needs it once.
        return {"received_at": timezone.now(), **initial}

    def _record(self, request: HttpRequest, obj: Correspondence, form: Any) -> None:
        try:
            self._filed(request, obj, form)
        except StaleReply:
            raise ValidationError(LOOK_AT_BOTH) from None

    def _filed(self, request: HttpRequest, obj: Correspondence, form: Any) -> None:
        invitation = form.cleaned_data["invitation"]
        filed = file_correspondence(
            invitation,
            user_of(request),
            obj.channel,
            obj.received_at,
            reply_words=form.reply_words,
            still_valid=form.is_still_valid,
            seen=standing_reply_shown(request, invitation),
            scan=freeze_scan(form.cleaned_data["scan"]),
            reference=obj.reference,
            sender=obj.sender,
            summary=obj.summary,
        )
        obj.pk = filed.pk
        obj.refresh_from_db()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show what stands of the invitation that the address or the form names."""
        if context["original"] is None:
            form = context["adminform"].form
            context |= on_file_context(invitation_named(form["invitation"].value()))
            context["confirmed_answer"] = form.confirmed_answer
        return super().render_change_form(request, context, *args, **kwargs)

    def response_add(
        self, request: HttpRequest, obj: Correspondence, post_url_continue: str | None = None
    ) -> HttpResponse:
        report_replies(request, obj)
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


def invitation_named(key: Any) -> "QuerySet[Invitation]":
    """Return the one invitation of the key that a form holds, or none."""
    if not str(key or "").isdecimal():
        return Invitation.objects.none()
    joined = ("edition", "member_state", "minister__member_state")
    return Invitation.objects.filter(pk=key).select_related(*joined)


def report_replies(request: HttpRequest, filed: Correspondence) -> None:
    """Name the reply that stands now; warn of one that contradicts it, or is not offered.

    Warn too of one that came before the last one by its channel.
    """
    for reply in filed.replies.standing():
        messages.success(request, _("Recorded: %(reply)s.") % {"reply": reply})
    contested = filed.replies.contested().first()
    if contested:
        messages.warning(request, contest_warning(contested))
    for reply in filed.replies.exclude(answer=Answer.HOLDING):
        if reply.answer not in reply.invitation.edition.answers_offered:
            messages.warning(request, labelled(reply, SPEAK_TO_THE_OFFICE))
    if filed.replies.filter(status=Reply.Status.SUPERSEDED).exists():
        messages.warning(
            request,
            _(
                "A reply that came later by this channel is on file and keeps its place: this"
                " one is kept as superseded, and is not acknowledged."
            ),
        )


def contest_warning(contested: Reply) -> str:
    told = _(
        "%(invitation)s: this contradicts the reply that stands. Both are kept until you "
        "choose between them."
    ) % {"invitation": contested.invitation}
    stands = contested.invitation.replies.standing()
    sentences = [told, *(describe_differences(contested, reply) for reply in stands)]
    url = reverse("admin:invitations_reply_settle", args=[contested.pk])
    return text_link(url, running_text(sentences))
