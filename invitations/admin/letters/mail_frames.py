"""The frozen mail as the office sees it, in frames that run nothing and load nothing."""

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from invitations.files import frozen
from invitations.mail.html_part import html_alone, plain_alone
from invitations.models import Letter
from invitations.text.scripts import direction_of_language

# Of a phone, and of a window in which nothing has to be narrow.
WIDTHS = (380, 800)
FORMS = ("plain", "html")
HEADERS = {
    # The links of the mail lead nowhere from here, and no form of it is sent.
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline';"
        " form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}


def framed_mail(letter: Letter, form: str) -> HttpResponse:
    """Return one of the forms of the frozen message, or a page that says why there is none."""
    try:
        content = frozen.thaw(str(letter.message), letter.message_sha256)
    except frozen.Tampered:
        return HttpResponse(
            frame_text(_("This file is not the one that was composed")), status=409, headers=HEADERS
        )
    if form == "plain":
        shown = page_of_words(plain_alone(content), letter.language)
    else:
        shown = html_alone(content) or frame_text(
            _("This message was composed without HTML: the office reads its plain text.")
        )
    return HttpResponse(shown, headers=HEADERS)


def frame_text(words: str) -> str:
    return page_of_words(words, get_language() or "en")


def page_of_words(words: str, language: str) -> str:
    info = {"words": words, "lang": language, "dir": direction_of_language(language)}
    return render_to_string("mail/alone.html", info)


def shown_in_frames(letter: Letter) -> str:
    # Without its message it was not composed, or its words were erased since.
    if not letter.message:
        return ""
    context = {"letter": letter, "widths": WIDTHS}
    return render_to_string("admin/letters/mail_frames.html", context)
