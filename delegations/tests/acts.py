"""Acts on a whole edition, each by the person who is told to it."""

import datetime as dt

from django.utils import timezone

from delegations.date_change import release_move
from delegations.desk.erasure.erasing import ask_for_erasure, take_back_erasure
from delegations.desk.erasure.one_person import erase_person
from delegations.new_edition import new_edition_from
from delegations.programme.sessions import publish_speakers
from delegations.succession import release_hand_over
from delegations.tests.api.tokens import made
from delegations.tokens import make_token
from invitations.letters.issuing import draft_invitations, make_principal
from invitations.letters.thank_you_letters import choose_thanked
from invitations.outbox.credentials import release_credential, revoke_credential
from invitations.outbox.date_change.apply import apply_date_change
from invitations.outbox.date_change.proposal import (
    hold,
    propose_date_change,
    stop,
    take_back_move,
    values_of_edition,
)
from invitations.tests.corrections import BECAUSE, asked_for
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    MinisterFactory,
    ReplyFactory,
    UserFactory,
)
from invitations.tests.moving import asked, in_force


def beginning_from_another(_make, by):
    return new_edition_from(EditionFactory(), {"symbol": "x"}, "", by)


def making_principal(_make, by):
    invitation = InvitationFactory(is_principal=False)
    make_principal(invitation, by, BECAUSE)
    return invitation


def drafting(_make, by):
    edition, minister = EditionFactory(), MinisterFactory()
    draft_invitations(edition, {minister.pk}, by)
    return edition.invitations.get()


def choosing_who_is_thanked(_make, by):
    today = timezone.localdate()
    days = {"reply_before": today, "opens_on": today, "track_opens_on": today}
    edition = EditionFactory(**days)
    circular = CircularFactory(edition=edition, kind="thanks")
    choose_thanked(circular, "came", [InvitationFactory(edition=edition)], by)
    return circular


def publishing_the_speakers(_make, by):
    edition = EditionFactory()
    publish_speakers(edition, by)
    return edition


def asking_to_move(_make, by):
    return asked(EditionFactory(), by=by).change


def holding(_make, by):
    edition = EditionFactory()
    before = values_of_edition(edition)
    return hold(edition, before, before, by, BECAUSE)


def stopping_an_edition(_make, by):
    edition = EditionFactory()
    stop(edition, by, BECAUSE, timezone.now())
    return edition


def taking_a_move_back(_make, by):
    move = asked(EditionFactory())
    take_back_move(move.change, by, move.change.mark)
    return move.change


def putting_in_force(_make, by):
    move = asked(EditionFactory())
    in_force(move, by=by)
    return move.change


def releasing_with_sessions(_make, by):
    move = asked(EditionFactory())
    release_move(move.change, by, move.change.mark)
    return move.change


def handing_over_with_the_delegation(make, by):
    change = asked_for(ReplyFactory(invitation=make.issued()).invitation)
    release_hand_over(change, by, change.mark)
    return change


def making_a_token(_make, by):
    by.is_superuser = True
    token, _words = made(EditionFactory(), "answers", by=by)
    return token


def releasing_a_token(_make, by):
    token, _words = made(EditionFactory(), "answers")
    release_credential(token, by)
    return token


def revoking_a_token(_make, by):
    token, _words = made(EditionFactory(), "answers")
    revoke_credential(token, by, BECAUSE)
    return token


def asking_for_an_erasure(_make, by):
    edition = EditionFactory(
        reply_before="2020-01-15", opens_on="2020-04-06", track_opens_on="2020-04-06",
        track_closes_on="2020-04-09", closes_on=dt.date(2020, 4, 9),
    )  # fmt: skip
    InvitationFactory(edition=edition, focal_point_email="office@example.org")
    ask_for_erasure(edition, by, BECAUSE)
    return edition


def taking_an_erasure_back(_make, by):
    edition = asking_for_an_erasure(_make, UserFactory())
    take_back_erasure(edition, by, BECAUSE)
    return edition


def erasing_one_person(_make, by):
    reply = ReplyFactory(respondent_email="fritz@example.org")
    erase_person(reply, by, BECAUSE)
    return reply


EDITION_ACTS = {
    erase_person: erasing_one_person,
    ask_for_erasure: asking_for_an_erasure,
    take_back_erasure: taking_an_erasure_back,
    new_edition_from: beginning_from_another,
    draft_invitations: drafting,
    choose_thanked: choosing_who_is_thanked,
    make_principal: making_principal,
    publish_speakers: publishing_the_speakers,
    propose_date_change: asking_to_move,
    hold: holding,
    stop: stopping_an_edition,
    take_back_move: taking_a_move_back,
    apply_date_change: putting_in_force,
    release_hand_over: handing_over_with_the_delegation,
    release_move: releasing_with_sessions,
    make_token: making_a_token,
    release_credential: releasing_a_token,
    revoke_credential: revoking_a_token,
}
