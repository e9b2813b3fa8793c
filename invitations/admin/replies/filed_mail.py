"""Mail that the machine has filed: its words, and its invitation if the machine found none."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from invitations.admin.base import ModelAdmin, user_of
from invitations.admin.frozen_files import frozen_file_response
from invitations.admin.list_columns import text_link
from invitations.files import frozen
from invitations.mail import incoming
from invitations.mail.parsing import parse_mail
from invitations.models import Correspondence
from invitations.replies import mark_dealt_with
from invitations.text.dates import comma_list


class WhoseFilter(admin.SimpleListFilter):
    title = gettext_lazy("whose it is")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("unknown", _("not known yet"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any] | None:
        return queryset.unmatched() if self.value() == "unknown" else None


class FiledMailMixin(ModelAdmin):
    """A page that shows mail only to registrars, since mail may quote the reply link."""

    readonly_fields: Any = ["message_file", "words"]

    def has_deal_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("invitations.change_correspondence")

    actions_submit_line: Any = ["deal_with"]

    def has_open_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whether the user may deal with this mail, and nobody has yet."""
        if object_id is None or not self.has_deal_permission(request):
            return self.has_deal_permission(request)
        mail = self.get_object(request, unquote(object_id))
        return mail is not None and mail.dealt_with_at is None

    @action(description=gettext_lazy("Save and mark as dealt with"), permissions=["open"])
    def deal_with(self, request: HttpRequest, mail: Correspondence) -> None:
        mark_dealt_with(mail, user_of(request))

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.message_view)
        return [
            path("<int:pk>/message/", view, name="invitations_correspondence_message"),
            *super().get_urls(),
        ]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        fields = list(super().get_fields(request, obj))
        if obj is None or not obj.message:
            return fields
        kept = [name for name in fields if name != "scan_file"]
        if obj.probably_of_id:
            kept.insert(1, "guess")
        return (
            [*kept, *FiledMailMixin.readonly_fields] if self.has_deal_permission(request) else kept
        )

    def message_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_deal_permission(request):
            raise PermissionDenied
        mail = get_object_or_404(Correspondence.objects.exclude(message=""), pk=pk)
        name, sha256 = str(mail.message), mail.message_sha256
        return frozen_file_response(request, name, sha256, "message/rfc822", f"mail-{pk}.eml")

    @display(description=gettext_lazy("what it says"))
    def first_words(self, mail: Correspondence) -> str:
        return Truncator(mail.summary).chars(200)

    @display(description=gettext_lazy("whose it says it is"))
    def guess(self, mail: Correspondence) -> str:
        if mail.probably_of is None:
            return ""
        return _(
            "It says it is from the office of %(state)s, but its sender could not be verified."
        ) % {"state": mail.probably_of.member_state.listed_as}

    @display(description=gettext_lazy("whole mail"))
    def message_file(self, mail: Correspondence) -> str:
        url = reverse("admin:invitations_correspondence_message", args=[mail.pk])
        return text_link(url, _("open"))

    @display(description=gettext_lazy("its words"))
    def words(self, mail: Correspondence) -> str:
        try:
            return mail_text(frozen.thaw(mail.message.name, mail.message_sha256))
        except (frozen.Tampered, frozen.StoreUnavailable) as damage:
            return str(damage)


def mail_text(content: bytes) -> str:
    """Return the text of a mail, then the names of its attachments."""
    mail = parse_mail(content)
    attached = comma_list(incoming.attached_names(mail))
    words = incoming.text_of_mail(mail).strip()
    return "\n\n".join(filter(None, [words, attached and _("Attached: %s") % attached]))
