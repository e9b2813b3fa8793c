"""The route by which a letter leaves on paper."""

from typing import NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from invitations.models import Delivery, Letter, Mission
from invitations.text.dates import comma_list


class Way(TextChoices):
    """The receiver of an envelope, in the order in which a print run takes them."""

    MISSION = "mission", _("permanent mission")
    CAPITAL = "capital", _("capital")
    POST = "post", _("another post")
    REGIONAL = "regional", _("regional office")
    NOWHERE = "nowhere", _("no address")


class Route(NamedTuple):
    """The way of an envelope: by pouch or post, and the mission or office that takes it."""

    way: Way
    channel: str = ""
    mission: Mission | None = None

    def __str__(self) -> str:
        channel = Delivery.Channel(self.channel).label if self.channel else ""
        words = (channel, self.way.label, self.mission or "")
        return comma_list(words)


def paper_route(letter: Letter) -> Route:
    """Return the letter's route on paper; without any address it has no channel.

    The first choice is the State's permanent mission in the edition's city; then the minister's
    postal address in the capital; another post that serves the State; the regional office.
    """
    if letter.mission:
        return Route(Way.MISSION, Delivery.Channel.POUCH, letter.mission)
    invitation = letter.invitation
    serving = list(invitation.member_state.missions.all())
    missions = [mission for mission in serving if mission.kind == Mission.Kind.MISSION]
    in_the_city = [m for m in missions if m.city == invitation.edition.mission_city]
    posts = [mission for mission in serving if mission.kind in Mission.POSTS]
    by_post = [mission for mission in posts + missions if mission.postal_address.strip()]
    offices = [mission for mission in serving if mission.kind == Mission.Kind.REGIONAL]
    if in_the_city:
        return Route(Way.MISSION, Delivery.Channel.POUCH, in_the_city[0])
    if invitation.minister.postal_address.strip():
        return Route(Way.CAPITAL, Delivery.Channel.POST)
    if by_post:
        return Route(Way.POST, Delivery.Channel.POST, by_post[0])
    if offices:
        return Route(Way.REGIONAL, Delivery.Channel.POUCH, offices[0])
    return Route(Way.NOWHERE)
