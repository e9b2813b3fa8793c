"""The contacts of a State as vCards: its offices, their focal points, and its missions."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from icalendar import vText
from icalendar.parser import Contentline

from delegations.desk.dossier import Dossier
from delegations.desk.page_arguments import desk_page
from invitations.admin.base import user_of
from invitations.admin.exports import TAKE_OUT
from invitations.admin.reauthentication import signed_in_recently
from invitations.audit import Act, record_act
from invitations.models import Invitation
from invitations.text.lines import without_unstorable

# The name of each property, and its parts.
Card = list[tuple[str, tuple[str, ...]]]
LINE_END = "\r\n"


@desk_page("invitations.view_invitation", TAKE_OUT)
@never_cache
@require_POST
def contacts_page(request: HttpRequest, symbol: str, iso3: str) -> HttpResponse:
    answer: HttpResponse = hand_over_contacts(None, request, symbol, iso3)
    return answer


@signed_in_recently("take_out_lists")
def hand_over_contacts(_page: None, request: HttpRequest, symbol: str, iso3: str) -> HttpResponse:
    """Hand the contacts over, and leave a row that says who took out how many."""
    dossier = Dossier(symbol, iso3, user_of(request))
    cards = [*cards_of_offices(dossier), *cards_of_missions(dossier)]
    record_act(dossier.state, Act.TAKEN_OUT, dossier.user, f"vCard, {len(cards)}")
    return HttpResponse(
        "".join(map(as_vcard, cards)),
        content_type="text/vcard; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{symbol}-{iso3.upper()}.vcf"'},
    )


def cards_of_offices(dossier: Dossier) -> Iterator[Card]:
    """Yield the ministers who are invited, and the focal points of their offices."""
    for invitation in dossier.invitations:
        if invitation.status == Invitation.Status.WITHDRAWN:
            continue
        minister = invitation.minister
        state = str(dossier.state.listed_as)
        yield [
            ("FN", (str(minister),)),
            ("N", (minister.family_name, minister.given_name, "", "", "")),
            ("TITLE", (minister.portfolio,)),
            ("ORG", (state,)),
            *(("EMAIL", (one,)) for one in f"{minister.to_emails} {minister.cc_emails}".split()),
            *(("TEL", (phone,)) for phone, _whose in dossier.phones_of(invitation)),
            ("NOTE", (minister.postal_address,)),
        ]
        if invitation.focal_point_name or invitation.focal_point_email:
            yield [
                ("FN", (invitation.focal_point_name or invitation.focal_point_email,)),
                ("ORG", (state,)),
                ("EMAIL", (invitation.focal_point_email,)),
            ]


def cards_of_missions(dossier: Dossier) -> Iterator[Card]:
    for mission in dossier.missions:
        yield [
            ("KIND", ("org",)),
            ("FN", (str(mission),)),
            ("ORG", (mission.name,)),
            *(("EMAIL", (one,)) for one in mission.emails.split()),
            ("TEL", (mission.phone,)),
            ("NOTE", (mission.postal_address,)),
        ]


def as_vcard(card: Card) -> str:
    """Return the card by RFC 6350, with long lines folded, and without what is empty."""
    lines = [("BEGIN", ("VCARD",)), ("VERSION", ("4.0",)), *card, ("END", ("VCARD",))]
    return "".join(vcard_line(name, parts) + LINE_END for name, parts in lines if any(parts))


def vcard_line(name: str, parts: tuple[str, ...]) -> str:
    text = ";".join(vText(without_unstorable(part)).to_ical().decode() for part in parts)
    return Contentline(f"{name}:{text}").to_ical().decode()
