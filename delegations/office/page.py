"""What the pages of an office share: their language, their form's token, their variables."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.i18n import set_language

from delegations.programme.calling import speaking_place
from invitations.letters.addressing import styled_name, titled
from invitations.letters.released import form_on_file
from invitations.models import HIGHEST, ForumEdition, Invitation, Language, Letter, Minister
from invitations.text.dates import format_hour, format_hours

TOO_LONG_OPEN = gettext_lazy("This page was open too long. Please check it and send it again.")


def activate_letter_language(request: HttpRequest, language: str) -> None:
    """Use the letter's language, unless the visitor chose one on this site."""
    if not has_chosen_language(request):
        translation.activate(language)


def activate_address_language(request: HttpRequest) -> None:
    """Use the language in a letter link's address, unless the visitor chose one on this site."""
    if not has_chosen_language(request):
        activate_linked_language(request)


def activate_linked_language(request: HttpRequest) -> None:
    """Use the language of a page's own link to it, where no form can be sent."""
    if (language := request.GET.get("in")) in dict(settings.LANGUAGES):
        translation.activate(language)


def activate_offered_language(request: HttpRequest, *editions: ForumEdition | None) -> list[str]:
    """Return the languages in which the editions are offered; turn to one of them.

    Whoever chose another on this site keeps it. Else it is the first that the browser accepts, or
    English; before the first edition all are offered.
    """
    of_each = [edition.languages for edition in editions if edition] or [Language.values]
    offered = [code for code in Language.values if any(code in of_one for of_one in of_each)]
    if not has_chosen_language(request) and translation.get_language() not in offered:
        accepted = parse_accept_lang_header(request.headers.get("Accept-Language", "").lower())
        wanted = (code for said, _weight in accepted for code in offered if is_said(code, said))
        usual = Language.ENGLISH.value if Language.ENGLISH in offered else offered[0]
        translation.activate(next(wanted, usual))
    return offered


def is_said(code: str, accepted: str) -> bool:
    return code.split("-")[0] == accepted.split("-")[0]


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


def csrf_refusal(request: HttpRequest) -> HttpResponse | None:
    """Return the refusal of a POST whose token is missing or stale."""
    return CsrfViewMiddleware(checked_page).process_view(request, checked_page, (), {})


def checked_page(_request: HttpRequest) -> HttpResponse:
    """Stand for the page in Django's check, which asks whether it is exempt."""
    return HttpResponse()


def is_staff_looking(request: HttpRequest) -> bool:
    """Whether somebody of the secretariat is signed in: to look, never to answer."""
    return isinstance(request.user, User) and request.user.is_staff


def page_context(request: HttpRequest, invitation: Invitation, **more: Any) -> dict[str, Any]:
    """Return the variables of an office's page: those that all have, and those given."""
    edition, language = invitation.edition, translation.get_language()
    is_over, is_staff = not edition.is_ahead(timezone.now()), is_staff_looking(request)
    return {
        "invitation": invitation,
        "edition": edition,
        "forum_dates": edition.forum_days(language),
        "track_dates": edition.track_days(language),
        "minister_name": styled_minister_name(invitation),
        "state_name": invitation.member_state.name_on_paper(language),
        "reference": letter_reference(invitation),
        "is_over": is_over,
        "is_staff_looking": is_staff,
        "looks_on": is_staff or is_over,
        **more,
    }


def place_on_list(invitation: Invitation) -> list[tuple[str, str]]:
    """Return, as labels and words, where and when the State speaks, once the list is public."""
    edition, now, language = invitation.edition, timezone.now(), translation.get_language()
    if edition.postponed_at or not edition.shows_speakers(now):
        return []
    place = speaking_place(edition, invitation.member_state_id, now)
    if place is None:
        return []
    session, zone = place.session.as_published, edition.zone
    begins, ends = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
    said = [
        (_("Session"), str(session.title)),
        (_("From when to when"), format_hours(begins, ends, edition.time_zone_name, language)),
        (_("Room"), session.room),
        (
            _("Number on the list"),
            _("%(number)d of %(total)d") % {"number": place.number, "total": place.of},
        ),
    ]
    if place.at:
        hour = format_hour(place.at.astimezone(zone), edition.time_zone_name, language)
        said.append((_("Takes the floor at about"), hour))
    elif place.is_heard:
        said.append((_("Statement"), _("delivered")))
    return [(label, words) for label, words in said if words]


def letter_reference(invitation: Invitation) -> str | None:
    """Return the reference of the letter that invites: the last one that was approved."""
    letters = Letter.objects.inviting().approved().filter(invitation=invitation.pk)
    last = letters.select_related("circular").only("circular").last()
    return last.circular.reference if last else None


def styled_minister_name(invitation: Invitation) -> str:
    """Return the name with courtesy and title, as letters in the page's language style it.

    The name stands alone where no form of address is sure to fit.
    """
    minister, language = invitation.minister, translation.get_language()
    name, is_own = format_minister_name(minister), language == minister.language
    if is_own and minister.name_as_printed:
        return minister.name_as_printed
    try:
        form = form_on_file(language, **minister.addressed_by, state=invitation.member_state_id)
    except ValidationError:
        return name
    if form.form in HIGHEST and not form.fits(invitation.member_state):
        return name
    courtesy = (minister.honorific if is_own else "") or form.courtesy
    return styled_name(language, courtesy, titled(form.title, minister.prenominal), name)


def format_minister_name(minister: Minister) -> str:
    """Return the name, in its own script where the page speaks the minister's language."""
    if translation.get_language() == minister.language:
        return minister.name_in(minister.language)
    return minister.name
