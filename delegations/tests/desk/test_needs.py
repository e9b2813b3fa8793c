"""What needs whoever reads the first page, and for how long."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from delegations.desk.needs.letters import COULD_NOT_BE_COMPOSED, FAULTS_OF_JOBS, STUCK
from delegations.desk.needs.page import all_needs
from delegations.models import HighLevelSession
from delegations.programme.inscribing import inscribe
from delegations.tests.desk.overview import needs_by_title
from delegations.tests.places import announced, session_of
from invitations.inbox.filing import file_mail
from invitations.models import Bounce, Correspondence, JobError, Letter, Minister
from invitations.replies import mark_dealt_with
from invitations.tests.desk import composed_letter, signed_in
from invitations.tests.factories import (
    CircularFactory,
    DeliveryFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MinisterFactory,
    ReplyFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.paper import drop
from invitations.tests.reports import written

pytestmark = pytest.mark.django_db


HOUR = dt.timedelta(hours=1)
DATES = ("reply_before", "track_opens_on", "opens_on", "track_closes_on", "closes_on")


def test_first_page_counts_apart_what_to_approve_and_what_to_compose_again(client):
    edition = EditionFactory()
    good, outdated, own = (
        composed_letter(
            invitation=InvitationFactory(edition=edition, status="draft", issued_at=None)
        )
        for _number in range(3)
    )
    outdated.invitation.minister.family_name = "Hentzau"
    outdated.invitation.minister.save()
    user = signed_in(client, "view_invitation", "view_letter", "approve_letter")
    Letter.objects.filter(pk=own.pk).update(composed_by=user)

    items = {title: item for title, item in needs_by_title(client).items() if "letter" in title}

    listed = {
        title: list(client.get(item["url"]).context["cl"].queryset) for title, item in items.items()
    }
    assert listed == {"letter to approve": [good], "outdated letter to compose anew": [outdated]}
    assert {item["count"] for item in items.values()} == {1}


def test_a_letter_to_who_left_office_is_neither_approved_nor_composed_again(client):
    letter = composed_letter(
        invitation=InvitationFactory(status="draft", issued_at=None, minister__family_name="Elph")
    )
    Minister.objects.filter(pk=letter.invitation.minister_id).update(successor=MinisterFactory())
    may = ["view_invitation", "view_letter", "approve_letter", "change_invitation", "change_letter"]
    signed_in(client, *may)

    found = needs_by_title(client)

    assert [title for title in found if "letter" in title] == []
    assert any("left office" in title for title in found)


def test_a_failed_mail_that_went_to_a_corrected_address_needs_nobody(admin_client):
    failed = DeliveryFactory(state="failed", address="wrong@example.org")
    still = DeliveryFactory(state="failed", letter__invitation__edition=edition_of(failed))
    DeliveryFactory(letter=failed.letter, arrived=True)

    found = needs_by_title(admin_client)[STUCK["failed"] % 1]

    assert found["count"] == 1
    assert list(admin_client.get(found["url"]).context["cl"].queryset) == [still]


def test_one_mail_is_told_as_one_and_several_as_several(admin_client):
    failed = DeliveryFactory(state="failed", address="wrong@example.org")
    words = " that failed: read the server’s words, then put it right and send anew"
    assert needs_by_title(admin_client)[f"mail{words}"]["count"] == 1

    DeliveryFactory(state="failed", letter__invitation__edition=edition_of(failed))

    assert needs_by_title(admin_client)[f"mails{words}"]["count"] == 2


def test_whatever_waits_is_told_of_one_as_of_several(rf):
    edition, request = EditionFactory(), rf.get("/")
    request.user = UserFactory(is_superuser=True)
    edition.moved_at = timezone.now()

    titles = [need.title for need in all_needs(edition, request, outbox={})]

    assert [title % 2 for title in titles if title % 1 == title % 2] == []


def edition_of(delivery):
    return delivery.letter.invitation.edition


def test_letters_of_one_circular_are_looked_at_one_by_one(client):
    letter = composed_letter()
    signed_in(client, "view_invitation", "view_letter", "approve_letter")

    look = reverse("admin:invitations_circular_look", args=[letter.circular_id])
    assert needs_by_title(client)["letter to approve"]["url"] == look

    edition = letter.invitation.edition
    draft = InvitationFactory(edition=edition, status="draft", issued_at=None)
    composed_letter(invitation=draft, circular=CircularFactory(edition=edition, kind="notice"))

    assert "/letter/?approval=open" in needs_by_title(client)["letters to approve"]["url"]


WAITS_FOR = {
    "Drafters": {
        COULD_NOT_BE_COMPOSED % 1,
        FAULTS_OF_JOBS % 1,
        "outdated letter to compose anew",
        "bounce of which nobody knows yet what it is of",
    },
    "Approvers": {
        "letter to approve",
        "outdated letter to compose anew",
        "reminder step without approval",
        "texts of reminders and acknowledgements without approval",
    },
    "Registrars": {"piece of correspondence not dealt with", "contested reply"},
    "Readers": set(),
}


@pytest.mark.parametrize(("group", "titles"), WAITS_FOR.items(), ids=WAITS_FOR)
def test_first_page_shows_what_its_reader_may_do(client, group, titles):
    edition = StepFactory(second_approver=None).edition
    good, outdated = (
        composed_letter(
            invitation=InvitationFactory(edition=edition, status="draft", issued_at=None)
        )
        for _number in range(2)
    )
    outdated.invitation.minister.family_name = "Hentzau"
    outdated.invitation.minister.save()
    LetterFactory(invitation__edition=edition, failed_attempts=1)
    JobError.objects.create(job="hooks", item="mailgun")
    Correspondence.objects.create(invitation=good.invitation, channel="fax")
    ReplyFactory(invitation__edition=edition, status="contested")
    Bounce.objects.create(kind="failed", received_at=timezone.now())
    user = UserFactory()
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)

    items = needs_by_title(client)

    assert set(items) == titles


def test_what_is_stuck_leads_to_its_list_with_its_age(admin_client):
    edition, long_ago = EditionFactory(), timezone.now() - dt.timedelta(days=8)
    of_edition = {"letter__invitation__edition": edition, "not_before": long_ago}
    for state in STUCK:
        DeliveryFactory(state=state, address=f"{state}@example.org", **of_edition)
    DeliveryFactory(channel="pouch", address="", **of_edition)
    DeliveryFactory(state="failed")

    items = needs_by_title(admin_client, edition)

    assert {title % 1 for title in STUCK.values()} < set(items)
    stuck = [item for item in items.values() if item["age"] == "oldest: 8 days"]
    assert len(stuck) == len(STUCK) + 1
    assert all(item["is_old"] for item in stuck)
    for item in stuck:
        listed = admin_client.get(item["url"]).context["cl"]
        assert listed.result_count == item["count"] == 1, item["title"]


def test_what_the_clock_could_not_do_leads_to_what_it_was(admin_client):
    failed = LetterFactory(failed_attempts=2, waiting_reason="It could not be composed.")
    LetterFactory(waiting_reason="No text.", invitation__edition=failed.invitation.edition)
    JobError.objects.create(job="read_mailboxes", item="INTRAY_URL", reason="no such user")

    items = needs_by_title(admin_client, failed.invitation.edition)

    composing, faults = items[COULD_NOT_BE_COMPOSED % 1], items[FAULTS_OF_JOBS % 1]
    assert (composing["count"], faults["count"]) == (1, 1)
    listed = admin_client.get(composing["url"]).context["cl"].result_list
    assert list(listed) == [failed]
    assert "no such user" in admin_client.get(faults["url"]).content.decode()


def test_what_came_today_has_no_age(admin_client):
    came = Correspondence.objects.create(invitation=InvitationFactory(), channel="fax")

    items = needs_by_title(admin_client, came.invitation.edition)

    assert items["piece of correspondence not dealt with"]["age"] == ""


def test_a_session_waits_for_who_approves(client):
    edition = EditionFactory()
    at = dt.datetime(2027, 5, 11, 7, tzinfo=dt.UTC)
    session = HighLevelSession.objects.create(
        edition=edition, segment="opening", title="Opening", starts_at=at, ends_at=at + HOUR
    )
    title = "session that waits for the approval of two people"
    signed_in(client, "view_invitation", "view_highlevelsession", "approve_letter")

    item = needs_by_title(client, edition)[title]

    assert list(client.get(item["url"]).context["cl"].queryset) == [session]
    signed_in(client, "view_invitation", "view_highlevelsession")
    assert title not in needs_by_title(client, edition)


def test_dropped_scans_wait_for_who_records_replies_and_are_no_mails(client):
    EditionFactory()
    scan, other = drop(b"a fax"), drop(b"another")
    mark_dealt_with(other.correspondence, UserFactory())
    may = ("add_correspondence", "change_correspondence", "view_correspondence")
    signed_in(client, "view_invitation", *may)

    items = needs_by_title(client)

    item = items["dropped scan to be recorded"]
    assert item["count"] == 1
    assert list(client.get(item["url"]).context["cl"].queryset) == [scan]
    assert "mail of which nobody knows yet whose it is" not in items


def test_speakers_without_a_place_are_counted_once_the_list_is_begun(in_february, admin_client):
    session = session_of(EditionFactory(), seats=9)
    first, waiting = announced(session, "Ruritania"), announced(session, "Zenda")
    announced(session, "Strelsau", mode="written")
    assert not [title for title in needs_by_title(admin_client) if "speaker" in title]
    inscribe(first)

    item = needs_by_title(admin_client)["speaker without a place on the list of speakers"]

    assert item["count"] == 1
    assert list(admin_client.get(item["url"]).context["cl"].queryset) == [waiting]


def test_speakers_without_a_place_are_counted_once_the_last_day_is_over(in_february, admin_client):
    edition = EditionFactory(reply_before=dt.date(2027, 2, 1))
    announced(session_of(edition, seats=9), "Ruritania")

    assert "speaker without a place on the list of speakers" in needs_by_title(admin_client)


def test_a_statement_by_courtesy_alone_needs_somebody_who_says_which_answer_counts(admin_client):
    principal = InvitationFactory()
    minister = MinisterFactory(member_state=principal.member_state, family_name="Sapt")
    other = InvitationFactory(edition=principal.edition, minister=minister, is_principal=False)
    ReplyFactory(invitation=other, answer="in_person")
    title = "answer by courtesy that brings a statement, while the State’s own brings none"

    item = needs_by_title(admin_client)[title]

    assert list(admin_client.get(item["url"]).context["cl"].queryset) == [other]
    ReplyFactory(invitation=principal, answer="video")
    assert title not in needs_by_title(admin_client)


def test_mail_of_nobody_yet_is_counted_once_where_there_is_one_edition(admin_client):
    invitation = InvitationFactory()
    Correspondence.objects.create(channel="fax")
    Correspondence.objects.create(channel="fax", invitation=invitation)

    told = needs_by_title(admin_client)
    items = [item for title, item in told.items() if title.startswith(("mail of", "piece of"))]
    listed = [admin_client.get(item["url"]).context["cl"].result_count for item in items]

    assert [item["count"] for item in items] == listed == [1, 1]


def test_a_note_above_a_signed_original_is_no_printed_letter_to_mark(admin_client):
    edition = EditionFactory()
    for by_original in (True, False):
        letter = LetterFactory(invitation__edition=edition, by_original=by_original)
        DeliveryFactory(letter=letter, channel="pouch", address="")

    item = needs_by_title(admin_client)["printed letter to mark as dispatched"]

    assert item["count"] == 1 == admin_client.get(item["url"]).context["cl"].result_count


def test_first_page_says_how_much_needs_its_reader_in_an_edition_beside_it(client):
    here = InvitationFactory().edition
    ahead = EditionFactory(opens_on=here.opens_on, closes_on=here.closes_on, name="Conference")
    over, long_over = held_in(2020), held_in(2019)
    for edition in (here, ahead, ahead, over, long_over):
        composed_letter(invitation=InvitationFactory(edition=edition))
    signed_in(client, "view_invitation", "view_letter", "approve_letter")

    page = client.get(reverse("admin:index"), {"edition": here.symbol})

    beside = {one: getattr(one, "needs_you", None) for one in page.context["editions"]}
    assert beside == {ahead: 2, over: 1, long_over: None}
    assert "needs you: 2" in page.text


def test_postponed_edition_still_tells_what_needs_its_reader(client):
    here, postponed = InvitationFactory().edition, held_in(2019, postponed_at=timezone.now())
    composed_letter(invitation=InvitationFactory(edition=postponed))
    signed_in(client, "view_invitation", "view_letter", "approve_letter")

    page = client.get(reverse("admin:index"), {"edition": here.symbol})

    assert [one.needs_you for one in page.context["editions"]] == [1]


def held_in(year, **fields):
    edition = EditionFactory(**fields)
    past = {name: getattr(edition, name).replace(year=year) for name in DATES}
    type(edition).objects.filter(pk=edition.pk).update(**past)
    return edition


def test_mail_that_holds_a_reminder_stands_first_and_once(admin_client):
    invitation = InvitationFactory(minister__to_emails="office@example.org")
    DeliveryFactory(letter=LetterFactory(invitation=invitation), state="failed")
    file_mail(written(proven=False))

    first, *others = needs_by_title(admin_client)

    assert others
    assert first.startswith("mail holds a reminder for two working days")
    assert not any("whose it is" in title for title in others)
