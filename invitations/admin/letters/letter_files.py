"""The PDF and the message of a letter."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from invitations.admin.base import RecordAdmin
from invitations.admin.frozen_files import frozen_file_response
from invitations.admin.letters.mail_frames import FORMS, framed_mail
from invitations.admin.list_columns import at_hour, leads_on, text_link
from invitations.letters.message import without_sealed
from invitations.models import Letter
from invitations.text.dates import running_text

# The columns of a list that open the files.
OPENS = ("open_pdf", "open_message")


class LetterFilesMixin(RecordAdmin):
    """Files whose words carry the reply link: only those who draft or approve may read them."""

    class Media:
        js = ["admin-desk/mail_frames.js"]

    def has_draft_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("invitations.change_letter")

    def has_words_permission(self, request: HttpRequest) -> bool:
        may_approve = request.user.has_perm("invitations.approve_letter")
        return may_approve or self.has_draft_permission(request)

    def may_read_words(self, request: HttpRequest, letter: Letter) -> bool:
        """Whether the user reads its words; of a list of delegates, only who may open theirs."""
        may_see_names = request.user.has_perm("delegations.view_delegate")
        return self.has_words_permission(request) and (may_see_names or not lists_delegates(letter))

    def get_urls(self) -> list[Any]:
        return [
            path(
                "<int:pk>/pdf/",
                self.admin_site.admin_view(self.pdf_view),
                name="invitations_letter_pdf",
            ),
            path(
                "<int:pk>/message/",
                self.admin_site.admin_view(self.message_view),
                name="invitations_letter_message",
            ),
            *[
                path(
                    f"<int:pk>/mail/{form}/",
                    self.admin_site.admin_view(self.mail_view),
                    {"form": form},
                    name=f"invitations_letter_{form}",
                )
                for form in FORMS
            ],
            *super().get_urls(),
        ]

    @display(description=gettext_lazy("PDF"))
    def pdf_file(self, letter: Letter) -> str:
        link = letter_file_link("pdf", letter, letter.sha256)
        return format_html("{}<p>{}</p>", link, describe_seal(letter)) if letter.sealed_by else link

    @display(description=gettext_lazy("whole message"))
    def message_file(self, letter: Letter) -> str:
        return letter_file_link("message", letter, letter.message_sha256)

    @leads_on
    @display(description=gettext_lazy("PDF"))
    def open_pdf(self, letter: Letter) -> str:
        return file_opening_link("pdf", letter)

    @leads_on
    @display(description=gettext_lazy("message"))
    def open_message(self, letter: Letter) -> str:
        return file_opening_link("message", letter)

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = self._readable(request, pk)
        if not letter.pdf:
            raise Http404
        name = f"{download_name(letter)}.pdf"
        answer = frozen_file_response(
            request, str(letter.pdf), letter.sha256, "application/pdf", name
        )
        if letter.keeps_its_seal and answer.status_code == HTTPStatus.OK:
            answer.content = answer.content[: letter.unsealed_size]
        return answer

    def message_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = self._readable(request, pk)
        if not letter.message:
            raise Http404
        name = f"{download_name(letter)}.eml"
        answer = frozen_file_response(
            request, str(letter.message), letter.message_sha256, "message/rfc822", name
        )
        sealed = set() if letter.approved_at else sealed_hashes(letter)
        if sealed and answer.status_code == HTTPStatus.OK:
            answer.content = without_sealed(answer.content, sealed)
        return answer

    def mail_view(self, request: HttpRequest, pk: int, form: str) -> HttpResponse:
        letter = self._readable(request, pk)
        if not letter.message:
            raise Http404
        return framed_mail(letter, form)

    def _readable(self, request: HttpRequest, pk: int) -> Letter:
        if not (self.has_view_permission(request) and self.has_words_permission(request)):
            raise PermissionDenied
        letter: Letter = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.may_read_words(request, letter):
            raise PermissionDenied
        return letter


def lists_delegates(letter: Letter) -> bool:
    return letter.kind == Letter.Kind.RECEIPT and letter.variant == "delegation"


def file_opening_link(kind: str, letter: Letter) -> str:
    """Return what opens the file from a list; what not all who read the list may open has none."""
    if not getattr(letter, kind) or lists_delegates(letter):
        return ""
    return text_link(reverse(f"admin:invitations_letter_{kind}", args=[letter.pk]), _("open"))


def letter_file_link(kind: str, letter: Letter, sha256: str) -> str:
    if not sha256:
        return ""
    if not getattr(letter, kind):
        return _("erased, with what else was collected for the edition")
    url = reverse(f"admin:invitations_letter_{kind}", args=[letter.pk])
    return format_html(
        '{}<details><summary>SHA-256</summary><span class="break-words">{}</span></details>',
        text_link(url, _("open")),
        sha256,
    )


def download_name(letter: Letter) -> str:
    invitation = letter.invitation
    return f"{invitation.edition.symbol}-{invitation.member_state.iso2}-{letter.kind}-{letter.pk}"


def sealed_hashes(letter: Letter) -> set[str]:
    """Return the hash of each sealed letter that its message carries."""
    carried = Letter.objects.filter(Q(pk=letter.pk) | Q(notes=letter)).exclude(unsealed_size=0)
    return set(carried.values_list("sha256", flat=True))


def describe_seal(letter: Letter) -> str:
    """Return whose seal the PDF carries and of what time, and why it opens without it as yet."""
    owner = {"owner": letter.sealed_by}
    if letter.keeps_its_seal:
        told = _(
            "It carries the electronic seal of %(owner)s, and its SHA-256 is that of the sealed "
            "file. Until it is approved, it opens without the seal, and the message without it."
        )
    else:
        told = _("It carries the electronic seal of %(owner)s.")
    return running_text([told % owner, describe_time_stamp(letter)])


def describe_time_stamp(letter: Letter) -> str:
    if letter.lacks_time_stamp:
        return _("The seal has no time stamp: the service gave none.")
    if not letter.time_stamped_at:
        return ""
    return _("It was sealed on %(at)s by the clock of %(service)s.") % {
        "at": at_hour(letter.time_stamped_at),
        "service": letter.time_stamped_by,
    }
