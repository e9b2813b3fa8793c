"""An edition that is over, with all that was collected for it, and its erasure."""

import datetime as dt

from dateutil.relativedelta import relativedelta
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from delegations.desk.erasure import erasing
from delegations.models import Delegate, Delegation, Erasure, PolicyStatement
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    ReplyFactory,
    UserFactory,
)

# Whatever of these stands anywhere after an erasure was not erased.
PERSONAL = (
    "Zenobia Quixby", "Keeper of the Quills", "Quillhouse", "zenobia@example.org",
    "A quiet room without pepper", "+999 5550", "fritz.typed@example.org", "Fritz of the Desk",
    "fritz.desk@example.org", "She was born in Zenda", "Fritz is diabetic",
)  # fmt: skip
LAST_DAY = dt.date(2020, 4, 9)
NIGHT = dt.datetime(2020, 10, 9, 2, 10, tzinfo=dt.UTC)
EVE = dt.datetime(2020, 10, 8, 23, 0, tzinfo=dt.UTC)


def over(months=6, time_zone="UTC", **more):
    """An edition whose last day is 9 April 2020; erased on 9 October unless said otherwise.

    That day was noted as it was set, as each tick does.
    """
    noted = LAST_DAY + relativedelta(months=months) if months else None
    return EditionFactory(
        opens_on=dt.date(2020, 4, 6), closes_on=LAST_DAY, track_opens_on=dt.date(2020, 4, 7),
        track_closes_on=dt.date(2020, 4, 8), reply_before=dt.date(2020, 1, 15), time_zone=time_zone,
        erased_after=months, **{"erased_not_before": noted} | more,
    )  # fmt: skip


def came(edition, name="Zenobia Quixby", gender="f", role="head", speaker="", **more):
    """A delegation that came, with one person named, and all that was asked for."""
    invitation = InvitationFactory(
        edition=edition, focal_point_name="Fritz of the Desk",
        focal_point_email="fritz.desk@example.org",
    )  # fmt: skip
    ReplyFactory(
        invitation=invitation, answer="in_person", respondent_name="Fritz von Tarlenheim",
        respondent_email="fritz.typed@example.org", respondent_phone="+999 5550",
        remarks="Fritz is diabetic.",
    )  # fmt: skip
    delegation = Delegation.objects.create(edition=edition, member_state=invitation.member_state)
    PolicyStatement.objects.create(
        delegation=delegation, speaker_name=speaker or name, biography="She was born in Zenda."
    )
    person(delegation, name, gender, role, **more)
    return delegation


def person(delegation, name="Zenobia Quixby", gender="f", role="adviser", **more):
    return Delegate.objects.create(
        delegation=delegation, name=name, gender=gender, role=role,
        function="Keeper of the Quills", organization="Quillhouse", email="zenobia@example.org",
        needs="A quiet room without pepper.", arrives_on=dt.date(2020, 4, 5), **more,
    )  # fmt: skip


def photographed(delegation):
    statement = delegation.statement
    statement.photo = default_storage.save(f"photos/{statement.pk}/a.png", ContentFile(b"a photo"))
    statement.photo_sha256 = "0" * 64
    statement.save()
    return statement.photo.name


def at_night(clock, at=NIGHT):
    clock.move_to(at)
    return erasing.erase_personal_data()


def erased_by_hand(clock, edition, by=None):
    """Let a person ask for it, and the hour pass in which it can be taken back."""
    erasing.ask_for_erasure(edition, by or UserFactory(), "The house decided so.")
    clock.shift(dt.timedelta(hours=1))
    erasing.erase_personal_data()


def erased_in_part(clock, edition, monkeypatch):
    """Let three more come, and the clock begin: one of the four is erased, and three are left."""
    for _number in range(3):
        came(edition)
    monkeypatch.setattr(erasing, "BATCH", 1)
    clock.move_to(NIGHT)
    erasing.begin_erasure(edition)
    erasing.go_on_erasing(Erasure.objects.get().pk, until=0)
