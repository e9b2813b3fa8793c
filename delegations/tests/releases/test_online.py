"""What goes online without another last day to reply: what staff ask for, and all that it says."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from modeltranslation.utils import build_localized_fieldname

from delegations.tests.offices import browser, invited, page_of, text
from delegations.tests.releases.test_moved_dates import dates_page, typed
from invitations.admin.columns import change_url
from invitations.models import Language
from invitations.replies import record_reply
from invitations.tests.desk import as_sent, of_group
from invitations.tests.factories import CircularFactory, EditionFactory, StepFactory, UserFactory
from invitations.tests.moving import ONLINE, asked, later, moved
from invitations.text.dates import printed_date

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]
NO_DAY = "A new last day to reply will be announced."


@pytest.fixture
def edition():
    return EditionFactory()


def test_the_page_says_that_all_rests_until_there_is_another_last_day(client, edition):
    StepFactory(edition=edition)
    client.force_login(of_group("Drafters"))
    online = typed(edition, "online", days=0, answers_offered=ONLINE, look="yes")

    same = client.post(dates_page(edition), online)
    another = client.post(dates_page(edition), {**online, "reply_before": "2027-05-06"})

    assert "rest until there is another last day to reply" in text(same)
    assert [step["after"] for step in same.context["steps"]] == ["–"]
    assert [step["after"] for step in another.context["steps"]] == ["14 April 2027"]


def test_the_last_day_of_before_holds_again_once_two_people_say_so(edition):
    moved(edition, "online", days=0)
    assert (edition.awaits_last_day, edition.is_stopped) == (True, True)

    moved(edition, dates=later(edition, 0))

    assert (edition.awaits_last_day, edition.is_stopped) == (False, False)
    with pytest.raises(ValidationError, match="Nothing moves"):
        asked(edition, dates=later(edition, 0))


def test_a_move_online_with_another_last_day_rests_for_nothing(edition):
    moved(edition, "online", days=7)

    assert (edition.awaits_last_day, edition.is_stopped) == (False, False)


def test_new_dates_after_a_postponement_have_a_last_day(edition):
    moved(edition, "online", days=0)
    moved(edition, "postponed")

    moved(edition, days=21)

    assert edition.has_last_day


def test_before_any_office_knows_a_day_it_is_set_on_the_page_of_the_edition(client, edition):
    client.force_login(UserFactory(is_superuser=True))
    moved(edition, "online", days=0)
    sent = as_sent(client.get(change_url(edition))) | {"reply_before": "2027-04-08"}

    client.post(change_url(edition), sent)

    edition.refresh_from_db()
    assert (edition.reply_before, edition.has_last_day) == (dt.date(2027, 4, 8), True)


def test_neither_office_nor_desk_reads_a_last_day(client, edition):
    office = invited("Ruritania", edition=edition)
    client.force_login(UserFactory(is_superuser=True))
    moved(edition, "online", days=0)

    pages = [browser(office).get(page_of(office))] + [
        client.get(reverse(name), {"edition": edition.symbol})
        for name in ("desk:board", "desk:silent", "admin:index")
    ]

    assert NO_DAY in text(pages[0])
    assert all("no new last day to reply is set" in text(page) for page in (pages[1], pages[3]))
    assert not any(printed_date(edition.last_day, "en") in text(page) for page in pages)


def test_a_holding_reply_is_acknowledged_without_a_last_day(edition):
    moved(edition, "online", days=0)

    reply = record_reply(invited("Ruritania", edition=edition), {"answer": "holding"})

    assert reply.acknowledgements.get().variant == "answer"


def test_the_notice_says_that_a_last_day_will_follow(edition):
    CircularFactory(edition=edition)

    notice = moved(edition, "online", days=0).notice

    assert notice.changes_en.endswith(NO_DAY)


def test_the_notice_of_a_last_day_that_is_set_later_speaks_of_no_change_of_days(edition):
    CircularFactory(edition=edition)
    moved(edition, "online", days=0)

    notice = moved(edition, dates=later(edition, 0) | {"reply_before": dt.date(2027, 4, 9)}).notice

    assert notice.changes_en == (
        "The last day to reply to the invitation to the WSIS Forum 2027 is now: 8 April 2027."
    )
    assert not any(
        ".." in getattr(notice, build_localized_fieldname("changes", language))
        for language in Language.values
    )


def test_the_notice_of_other_days_of_the_track_alone_names_these(edition):
    CircularFactory(edition=edition)
    days = {"track_opens_on": dt.date(2027, 5, 12), "track_closes_on": dt.date(2027, 5, 13)}

    notice = moved(edition, dates=later(edition, 0) | days).notice

    assert notice.changes_en == (
        "The dates of the High-Level Track of the WSIS Forum 2027 have changed. Dates announced "
        "earlier: 11–12 May 2027. New dates: 12–13 May 2027."
    )
