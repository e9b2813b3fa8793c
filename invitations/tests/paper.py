"""Paper that comes back: scans of it, and acts on it, each by the person who is told to it."""

import datetime as dt

from django.utils import timezone

from invitations.inbox.recording import record_filed
from invitations.inbox.reopening import set_reply_aside, take_up_again
from invitations.inbox.scans import Scan, drop_scan
from invitations.links import reply_url
from invitations.models import Correspondence
from invitations.replies import file_correspondence, record_reply
from invitations.tests.factories import EditionFactory, InvitationFactory, UserFactory
from invitations.tests.sheets import sheet


def on_file(**fields):
    """Correspondence on file, of which nobody has said yet whose it is."""
    kept = {"channel": "fax", "received_at": timezone.now(), **fields}
    return Correspondence.objects.create(**kept)


def past_edition():
    """An edition that is over."""
    return EditionFactory(
        opens_on=dt.date(2020, 5, 4),
        closes_on=dt.date(2020, 5, 8),
        track_opens_on=dt.date(2020, 5, 5),
        track_closes_on=dt.date(2020, 5, 6),
        reply_before=dt.date(2020, 4, 1),
    )


def letter_of(invitation, lines=12):
    """The sheet that came with the invitation, as its office sends it back."""
    return sheet(reply_url(invitation.links.get(replaced_at=None)), lines)


def drop(content, name="fax.png", kind="png", **fields):
    """Drop one scan, and write on its row what it is told to have been read."""
    row = drop_scan(Scan(name, content, kind), UserFactory(), "fax", timezone.now())
    for field, value in fields.items():
        setattr(row, field, value)
    row.save()
    return row


def recording_what_is_filed(_make, by):
    filed = on_file()
    record_filed(filed, InvitationFactory(), by, {"answer": "in_person"}, channel="letter")
    return filed


def dropping_a_scan(_make, by):
    return drop_scan(Scan("fax.png", b"a fax", "png"), by, "fax", timezone.now()).correspondence


def taking_up_again(_make, by):
    words = {"answer": "in_person"}
    filed = file_correspondence(
        InvitationFactory(), UserFactory(), "fax", timezone.now(), reply_words=words
    )
    take_up_again(filed, by, "It is of another office.")
    return filed


def setting_aside(_make, by):
    words = {"answer": "in_person"}
    reply = record_reply(InvitationFactory(), words, channel="fax", by=UserFactory())
    set_reply_aside(reply, by, "It is of another office.")
    return reply


PAPER_ACTS = {
    take_up_again: taking_up_again,
    set_reply_aside: setting_aside,
    record_filed: recording_what_is_filed,
    drop_scan: dropping_a_scan,
}
