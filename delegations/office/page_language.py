"""The language in which a public page is shown."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.i18n import set_language


def activate_letter_language(request: HttpRequest, language: str) -> None:
    """Use the letter's language, unless the visitor chose one on this site."""
    if not has_chosen_language(request):
        translation.activate(language)


def activate_address_language(request: HttpRequest) -> None:
    """Use the language in a letter link's address, unless the visitor chose one on this site."""
    if not has_chosen_language(request) and request.GET.get("in") in dict(settings.LANGUAGES):
        translation.activate(request.GET["in"])


def has_chosen_language(request: HttpRequest) -> bool:
    return request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME) in dict(settings.LANGUAGES)


def activate_sent_language(request: HttpRequest) -> str | None:
    """Use the language that the switch on the page sent, and return it."""
    language = request.POST.get("language")
    if language in dict(settings.LANGUAGES):
        translation.activate(language)
    return language


def switch_language(request: HttpRequest) -> bool:
    """Use the language sent, and return whether the form came only to be shown in it."""
    if request.method != "POST" or "language" not in request.POST:
        return False
    activate_sent_language(request)
    return True


def remember_language(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let the browser remember the language that was chosen."""
    response.cookies.update(set_language(request).cookies)
    return response
