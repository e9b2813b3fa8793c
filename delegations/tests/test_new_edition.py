"""A new edition from the last one: what comes along, and what does not."""

import datetime as dt

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.urls import reverse

from delegations.models import HighLevelSession
from delegations.new_edition import QuietDays, new_edition_from
from invitations.models import ForumEdition, Invitation, QuietPeriod, ReminderStep
from invitations.tests.conftest import composed, issued
from invitations.tests.desk import page_of, signed_in, told
from invitations.tests.factories import EditionFactory, InvitationFactory, StepFactory, UserFactory

__all__ = ["composed", "issued"]

pytestmark = pytest.mark.django_db

ASKED = {
    "symbol": "wsis-2028",
    "theme_en": "A theme of its own",
    "opens_on": dt.date(2028, 3, 20),
    "closes_on": dt.date(2028, 3, 24),
    "track_opens_on": dt.date(2028, 3, 21),
    "track_closes_on": dt.date(2028, 3, 22),
    "reply_before": dt.date(2028, 2, 1),
    "place_en": "Geneva",
    "city_en": "",
    "time_zone": "Europe/Zurich",
    "time_zone_name_en": "Geneva time",
}


@pytest.fixture
def source():
    edition = EditionFactory(
        symbol="wsis-2027",
        name_fr="Forum 2027 du SMSI",
        name_in_full_fr="Forum 2027 du Sommet mondial",
        website="https://forum.example.org/2027/",
        releases_alone=True,
    )
    edition.quiet_periods.create(first_on=dt.date(2026, 12, 24), last_on=dt.date(2027, 1, 3))
    StepFactory(edition=edition, days_before=21)
    StepFactory(edition=edition, days_before=2, medium="call", variant="")
    HighLevelSession.objects.create(
        edition=edition,
        segment="opening",
        title_en="Opening",
        title_fr="Ouverture",
        chair="Rudolf Rassendyll",
        starts_at=dt.datetime(2027, 5, 11, 9, 30, tzinfo=edition.zone),
        ends_at=dt.datetime(2027, 5, 11, 10, 30, tzinfo=edition.zone),
        first_approver=UserFactory(),
    )
    return edition


def begun(source, quiet_days=QuietDays.SAME_DAYS, **asked):
    edition = new_edition_from(source, ASKED | asked, quiet_days, UserFactory(username="rupert"))
    return ForumEdition.objects.get(pk=edition.pk)


def test_texts_contact_and_steps_come_along_unapproved(source):
    edition = begun(source)

    assert (edition.background_ru, edition.contact_email) == (
        source.background_ru,
        source.contact_email,
    )
    assert [(s.days_before, s.medium, s.variant) for s in edition.reminder_steps.all()] == [
        (21, "mail", "first"),
        (2, "call", ""),
    ]
    assert not ReminderStep.objects.filter(edition=edition, first_approver__isnull=False).exists()


def test_a_step_after_a_yes_comes_along_unapproved_and_asks_for_the_same(source):
    StepFactory(
        edition=source, days_before=42, asks_for="speaker", audience="focal", variant="speaker"
    )

    step = begun(source).reminder_steps.get(asks_for="speaker")

    assert (step.days_before, step.audience, step.first_approver) == (42, "focal", None)


def test_a_session_keeps_its_hour_by_the_clock_also_across_summer_time(source):
    session = begun(source).sessions.get()

    assert session.starts_at == dt.datetime(2028, 3, 21, 8, 30, tzinfo=dt.UTC)
    assert (session.title_fr, session.chair) == ("Ouverture", "")
    assert (session.first_approver, session.hours) == (None, None)


def test_a_session_that_was_called_off_stays_behind(source):
    source.sessions.update(is_called_off=True)

    assert not begun(source).sessions.exists()


def test_names_get_the_new_year_in_each_language(source):
    source.track_name_fr = "Journées des ministres 2027"

    edition = begun(source)

    assert edition.track_name_fr == "Journées des ministres 2028"

    assert (edition.name_fr, edition.name_zh_hans) == ("Forum 2028 du SMSI", "WSIS Forum 2028")
    assert edition.name_in_full_fr == "Forum 2028 du Sommet mondial"


def test_what_is_said_otherwise_in_english_has_no_words_in_other_languages_yet(source):
    edition = begun(source, place_en="Zenda")

    assert (edition.theme_en, edition.theme_fr) == ("A theme of its own", "")
    assert (edition.place_en, edition.place_fr) == ("Zenda", "")
    assert edition.time_zone_name_fr == "Geneva time"


def test_what_was_decided_for_the_earlier_edition_alone_stays_there(source):
    InvitationFactory(edition=source)
    source.replies_closed_at = source.speakers_published_at = dt.datetime(2027, 5, 1, tzinfo=dt.UTC)
    source.save()

    edition = begun(source)

    assert (edition.replies_closed_at, edition.speakers_published_at) == (None, None)
    assert (edition.releases_alone, edition.website) == (False, "")
    assert edition.partnership_link == source.partnership_link
    assert not Invitation.objects.filter(edition=edition).exists()


@pytest.mark.parametrize(("months", "copied"), [(0, 1), (6, 6), (None, None)])
def test_no_months_at_all_after_which_data_are_erased_come_along_as_one(source, months, copied):
    source.erased_after = months

    assert begun(source).erased_after == copied


@pytest.mark.parametrize(
    ("quiet_days", "period"),
    [
        (QuietDays.SAME_DAYS, [(dt.date(2027, 12, 24), dt.date(2028, 1, 3))]),
        (QuietDays.SHIFTED, [(dt.date(2027, 11, 4), dt.date(2027, 11, 14))]),
        (QuietDays.NONE, []),
    ],
)
def test_quiet_periods_lie_where_it_was_said(source, quiet_days, period):
    edition = begun(source, quiet_days)

    assert list(edition.quiet_periods.values_list("first_on", "last_on")) == period


def test_a_leap_day_is_the_28th_in_another_year(source):
    source.quiet_periods.update(first_on=dt.date(2028, 2, 29), last_on=dt.date(2028, 2, 29))

    assert begun(source).quiet_periods.get().first_on == dt.date(2029, 2, 28)


def test_the_history_says_who_began_it_and_from_what(source):
    edition = begun(source)

    entry = LogEntry.objects.get_for_object(edition).get()
    assert entry.additional_data == {
        "act": "begun",
        "reason": "WSIS Forum 2027",
        "named": "rupert",
    }


def test_the_same_symbol_is_refused_and_nothing_is_half_made(source):
    begun(source)
    held = [model.objects.count() for model in (ForumEdition, ReminderStep, QuietPeriod)]

    with pytest.raises(ValidationError, match="an edition with the code “wsis-2028” already"):
        new_edition_from(source, ASKED, QuietDays.NONE, UserFactory())

    assert held == [model.objects.count() for model in (ForumEdition, ReminderStep, QuietPeriod)]


def test_dates_out_of_order_are_refused(source):
    with pytest.raises(ValidationError, match="The deadline comes before the opening"):
        begun(source, reply_before=dt.date(2028, 12, 1))


def test_letters_of_the_new_edition_are_composed_approved_and_put_into_the_outbox(source, issued):
    edition = begun(source)
    edition.website = "https://forum.example.org/2028/"
    edition.name_in_full_en = "The Forum of 2028 in full"
    edition.save()

    invitation = issued(edition=edition)

    letter = invitation.letters.get()
    assert letter.state == "approved"
    assert "WSIS Forum 2028" in letter.mail
    assert letter.deliveries.get().state == "queued"


# At the desk


def next_of(edition):
    return reverse("admin:invitations_forumedition_next", args=[edition.pk])


def test_a_drafter_begins_an_edition_from_the_last_one(client, source):
    signed_in(client, "view_forumedition", "add_forumedition", "change_forumedition")
    form = client.get(next_of(source)).context["form"]

    answer = client.post(next_of(source), ASKED | {"quiet_days": "same_days"}, follow=True)

    edition = ForumEdition.objects.get(symbol="wsis-2028")
    assert [form[name].value() for name in ("symbol", "theme_en", "place_en")] == [
        "wsis-2028",
        "",
        "Geneva",
    ]
    assert len(form.fields) == 12
    assert answer.redirect_chain == [(page_of(edition), 302)]
    assert told(answer)[1].endswith("enter them anew: website.")
    assert (
        "2 reminder steps, 1 session, 1 quiet period. Nothing of it is approved" in told(answer)[0]
    )


def test_sessions_outside_the_new_days_are_told(client, source):
    signed_in(client, "view_forumedition", "add_forumedition")
    source.sessions.update(starts_at=dt.datetime(2027, 5, 9, 9, tzinfo=dt.UTC))

    answer = client.post(next_of(source), ASKED | {"quiet_days": "none"}, follow=True)

    assert told(answer)[2] == "1 session lies outside the new days of the High-Level Track."


def test_who_takes_the_forum_elsewhere_is_asked_for_its_time_zone(client, source):
    signed_in(client, "view_forumedition", "add_forumedition")
    typed = ASKED | {"place_en": "Strelsau", "quiet_days": "none"}

    answer = client.post(next_of(source), typed, follow=True)

    assert told(answer)[2].startswith("It takes place elsewhere: is Europe/Zurich still")
    assert ForumEdition.objects.get(symbol="wsis-2028").time_zone == "Europe/Zurich"


def test_an_edition_elsewhere_goes_by_the_clock_of_its_place(client, source):
    signed_in(client, "view_forumedition", "add_forumedition")
    there = {"time_zone": "America/Santiago", "time_zone_name_en": "Santiago time"}
    typed = ASKED | {"place_en": "Santiago", "quiet_days": "none"}

    unnamed = client.post(next_of(source), typed | {"time_zone": "America/Santiago"})
    answer = client.post(next_of(source), typed | there, follow=True)

    assert "name it as letters" in str(unnamed.context["form"].errors["time_zone_name_en"])
    edition = ForumEdition.objects.get(symbol="wsis-2028")
    assert (edition.time_zone_name_en, edition.time_zone_name_fr) == ("Santiago time", "")
    # Half past nine in Santiago, whose summer has not ended.
    hour = dt.datetime(2028, 3, 21, 12, 30, tzinfo=dt.UTC)
    assert edition.sessions.get().starts_at == hour
    assert not any("still its time zone" in one for one in told(answer))


def test_a_refusal_keeps_what_was_typed(client, source):
    signed_in(client, "view_forumedition", "add_forumedition")

    typed = ASKED | {"symbol": source.symbol, "quiet_days": "shifted", "theme_en": "Kept"}
    answer = client.post(next_of(source), typed)

    assert "already exists" in str(answer.context["form"].errors["symbol"])
    assert answer.context["form"]["theme_en"].value() == "Kept"


def test_who_only_reads_begins_no_edition(client, source):
    signed_in(client, "view_forumedition")

    assert client.post(next_of(source), ASKED | {"quiet_days": "none"}).status_code == 403
    assert "New edition" not in client.get(page_of(source)).content.decode()


def test_the_way_there_stands_in_the_list_and_on_the_page(client, source):
    signed_in(client, "view_forumedition", "add_forumedition")
    button = reverse("admin:invitations_forumedition_new_from", args=[source.pk])

    listed = client.get(reverse("admin:invitations_forumedition_changelist")).content.decode()
    shown = client.get(page_of(source)).content.decode()

    assert button in listed
    assert button in shown
    assert client.get(button).url == next_of(source)
