"""What goes online without another last day to reply: what staff ask for, and all that it says."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from modeltranslation.utils import build_localized_fieldname

from delegations.tests.date_change.test_date_change import dates_page, typed
from delegations.tests.offices import browser, coming, invited, page_of, text
from invitations.admin.held_values import format_change
from invitations.admin.list_columns import change_url
from invitations.letters.composing_queue import compose_or_say_why
from invitations.models import DateChange, Language, LetterTemplate
from invitations.replies import record_reply
from invitations.tests.desk import as_sent, letter_in_force, of_group
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.letters.drafts import claimed
from invitations.tests.moving import ONLINE, asked, in_force, later, moved
from invitations.text.dates import format_date

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
    assert not any(format_date(edition.last_day, "en") in text(page) for page in pages)


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
    assert notice.variant == "lastday"
    texts = LetterTemplate.objects.filter(kind="notice", variant="lastday")
    assert texts.count() == len(Language)
    assert texts.get(language="en").subject == "$forum: last day to reply"
    assert not any(
        ".." in getattr(notice, build_localized_fieldname("changes", language))
        for language in Language.values
    )


@pytest.mark.parametrize("language", Language.values)
def test_the_letter_that_tells_of_a_last_day_alone_can_be_composed(edition, language):
    office = InvitationFactory(edition=edition, minister__language=language)
    first = letter_in_force(invitation=office)
    notice = moved(edition, dates=later(edition, 0) | {"reply_before": dt.date(2027, 4, 9)}).notice
    letter = LetterFactory(
        invitation=office, circular=notice, kind="notice", replaces=first, language=language
    )

    assert compose_or_say_why(claimed(letter.pk))

    letter.refresh_from_db()
    assert letter.state == "composed", letter.waiting_reason


def test_the_notice_of_other_days_of_the_track_alone_names_these(edition):
    CircularFactory(edition=edition)
    days = {"track_opens_on": dt.date(2027, 5, 12), "track_closes_on": dt.date(2027, 5, 13)}

    notice = moved(edition, dates=later(edition, 0) | days).notice

    assert notice.changes_en == (
        "The dates of the High-Level Track of the WSIS Forum 2027 have changed. Dates announced "
        "earlier: 11–12 May 2027. New dates: 12–13 May 2027."
    )


def test_a_last_day_that_is_set_makes_the_notice_that_one_follows_untrue(edition):
    CircularFactory(edition=edition)
    notice = moved(edition, "online", days=0).notice
    assert not DateChange.objects.overtook(notice)

    moved(edition, dates=later(edition, 0))

    assert DateChange.objects.overtook(notice)


def test_of_two_notices_of_a_last_day_only_the_later_one_is_true(edition):
    CircularFactory(edition=edition)
    day = later(edition, 0)
    first, last = (
        moved(edition, dates=day | {"reply_before": dt.date(2027, 4, number)}).notice
        for number in (8, 15)
    )

    assert DateChange.objects.overtook(first)
    assert not DateChange.objects.overtook(last)


def test_online_the_page_proposes_no_last_day_and_promises_nothing_of_answers(client, edition):
    coming("Ruritania", edition=edition)
    client.force_login(of_group("Drafters"))
    moved(edition, "online", days=0)

    page = client.get(dates_page(edition))

    before_and_after = {str(name): (before, then) for name, before, then in page.context["dates"]}
    assert before_and_after["Last day to reply"] == ("–", "–")
    assert page.context["form"]["reply_before"].value() is None
    assert "1 answer is on file: it stays valid. </li>" in text(page).replace("valid.<", "valid. <")
    assert "choose anew" not in text(page)


@pytest.mark.parametrize(("kind", "status"), [("moved", 200), ("postponed", 302)])
def test_online_only_a_postponement_needs_no_last_day(client, edition, kind, status):
    client.force_login(of_group("Drafters"))
    moved(edition, "online", days=0)
    said = typed(edition, kind, days=0, reply_before="", reason="The hall is being repaired.")
    said.pop("look", None)

    asked_for = client.post(dates_page(edition), said)

    assert asked_for.status_code == status
    assert edition.moves.filter(released_at=None).exists() == (status == 302)


def test_the_move_tells_its_manner_and_its_last_day_in_words(edition):
    online = asked(edition, "online", days=0).change

    assert "Manner: in person → online" in format_change(online).splitlines()
    assert "Last day to reply: 31 March 2027 → to be announced" in format_change(online)
    assert "yes" not in format_change(online)


def test_the_page_of_a_state_tells_of_a_move_that_waits_and_of_a_last_day_that_lacks(
    client, edition
):
    office = invited("Ruritania", edition=edition)
    url = reverse("desk:state", args=[edition.symbol, office.member_state.iso3])
    client.force_login(UserFactory(is_superuser=True))
    assert 'id="move"' not in text(client.get(url))

    move = asked(edition, "online", days=0)
    waits = text(client.get(url))
    in_force(move)

    assert "A move of the dates waits for a second person." in waits
    assert "Reminders and the deadline rest until a second person has decided" in waits
    assert "no new last day to reply is set" in text(client.get(url))
    assert "waits for a second person" not in text(client.get(url))
