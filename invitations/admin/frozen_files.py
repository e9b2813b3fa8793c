"""The download of frozen files."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from invitations.files import frozen


def frozen_file_response(
    request: HttpRequest, name: str, sha256: str, content_type: str, download: str
) -> HttpResponse:
    """Return the frozen bytes, or a page that says that the file is damaged."""
    try:
        content = frozen.thaw(name, sha256)
    except frozen.Tampered as damage:
        context = {"title": _("This file is not the one that was composed"), "damage": str(damage)}
        return TemplateResponse(request, "admin/tampered.html", context, status=409)
    shown = "inline" if content_type != "message/rfc822" else "attachment"
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": f'{shown}; filename="{download}"',
            # What a stranger sent runs nothing and loads nothing, whatever it holds.
            "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        },
    )
