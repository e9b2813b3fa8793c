import datetime as dt

import pytest
import time_machine
from auditlog.models import LogEntry
from django.urls import reverse
from django.utils import translation

from delegations.admin.erasures import format_effect
from delegations.desk.erasure.erasing import ask_for_erasure, erase_personal_data
from delegations.models import Delegate, Erasure
from delegations.models.erasure import erases_on
from delegations.tests.desk.erasure.erased import came, erased_in_part, over
from delegations.tests.offices import text
from invitations.audit import Act
from invitations.models import Correspondence, ForumEdition
from invitations.tests.desk import as_sent, browser_of, of_group, page_of, told
from invitations.tests.factories import (
    DeliveryFactory,
    LetterFactory,
    ReplyFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files", "in_may")]
NOW = dt.datetime(2020, 5, 1, 9, tzinfo=dt.UTC)
AN_HOUR = dt.timedelta(hours=1)


@pytest.fixture
def in_may():
    with time_machine.travel(NOW, tick=False) as traveller, translation.override("en"):
        yield traveller


@pytest.fixture
def edition():
    return over()


def page(edition):
    return reverse("desk:erasure", args=[edition.symbol])


def test_the_page_says_when_what_goes_and_nothing_of_whom(admin_client, edition):
    came(edition)

    shown = text(admin_client.get(page(edition)))

    assert "On 9 October 2020 the names" in shown
    assert "<li>Delegates: 1</li>" in shown
    assert "Zenobia" not in shown


def test_without_a_time_it_says_so(admin_client):
    assert "No time is set: nothing is erased." in text(admin_client.get(page(over(months=None))))


def test_who_may_erases_in_an_hour_with_a_reason_which_history_keeps(in_may, edition):
    came(edition)
    approver = of_group("Approvers")

    browser_of(approver).post(page(edition), {"reason": "The delegate asked for it."})
    assert erase_personal_data() == 0
    in_may.shift(AN_HOUR)
    erase_personal_data()

    erasure = Erasure.objects.get()
    assert (erasure.asked_by, erasure.reason) == (approver, "The delegate asked for it.")
    assert not Delegate.objects.named().exists()
    shown = text(browser_of(approver).get(page(edition)))
    assert "The delegate asked for it." in shown
    assert "There is nothing left to erase." in shown
    history = reverse("admin:invitations_forumedition_history", args=[edition.pk])
    lines = text(browser_of(approver).get(history))
    assert str(Act.ERASED.label) in lines
    assert str(Act.ERASURE_ASKED.label) in lines


def test_without_a_reason_nothing_is_erased(admin_client, edition):
    came(edition)

    admin_client.post(page(edition), {"reason": " "})

    assert not Erasure.objects.exists()


@pytest.mark.parametrize("group", ["Drafters", "Speakers' desk"])
def test_who_may_only_look_asks_for_nothing(edition, group):
    came(edition)
    client = browser_of(of_group(group))

    assert "Erase for good" not in text(client.get(page(edition)))
    client.post(page(edition), {"reason": "Why not?"})

    assert not Erasure.objects.exists()


def test_of_an_edition_that_is_not_over_nothing_is_erased(admin_client, edition):
    came(edition)
    edition.closes_on = NOW.date()
    edition.save()

    admin_client.post(page(edition), {"reason": "Too early."})

    assert not Erasure.objects.exists()


def owing_a_mail(invitation):
    DeliveryFactory(letter=LetterFactory(invitation=invitation), state="queued")


def owing_an_acknowledgement(invitation):
    LetterFactory(invitation=invitation, kind="acknowledgement", reply=invitation.replies.get())


def owing_a_choice(invitation):
    ReplyFactory(invitation=invitation, status="contested", channel="fax")


def owing_an_answer(invitation):
    Correspondence.objects.create(invitation=invitation, channel="fax")


OWING = [
    (owing_a_mail, "Letters and mails that may still leave, or be sent again: 1"),
    (owing_an_acknowledgement, "Mails that have not been composed yet: 1"),
    (owing_a_choice, "Contested replies: 1"),
    (owing_an_answer, "Correspondence not dealt with: 1"),
]


@pytest.mark.parametrize(("owing", "words"), OWING)
def test_what_is_owed_is_named_with_its_list_and_waited_for(admin_client, edition, owing, words):
    came(edition)
    owing(edition.invitations.get())

    shown = admin_client.get(page(edition))
    admin_client.post(page(edition), {"reason": "All the same."})

    assert words in text(shown)
    assert not Erasure.objects.exists()
    for _words, url in shown.context["owed"]:
        assert admin_client.get(url).status_code == 200


def test_what_can_leave_no_more_is_owed_to_nobody(admin_client, edition):
    came(edition)
    letter = LetterFactory(invitation=edition.invitations.get())
    mail = DeliveryFactory(letter=letter, state="uncertain", sending_at=NOW)
    [before] = admin_client.get(page(edition)).context["owed"]
    edition.invitations.update(status="withdrawn", withdrawn_at=NOW, withdrawal_reason="A mistake.")

    shown = admin_client.get(page(edition))

    assert (before[0], shown.context["owed"]) == (f"{OWING[0][1]}", [])
    assert shown.context["why_not"] == ""
    listed = admin_client.get(before[1]).context["cl"].queryset
    assert mail not in listed


def test_the_list_to_which_the_page_leads_has_what_is_counted_alone(admin_client, edition):
    came(edition)
    letter = LetterFactory(invitation=edition.invitations.get())
    waits = DeliveryFactory(letter=letter, state="queued")
    DeliveryFactory(letter=letter, state="handed_over", handed_over_at=NOW, address="a@example.org")

    [(_words, url)] = admin_client.get(page(edition)).context["owed"]

    assert list(admin_client.get(url).context["cl"].queryset) == [waits]


def test_what_comes_to_be_owed_stops_an_erasure_that_was_asked_for(in_may, edition):
    came(edition)
    ask_for_erasure(edition, UserFactory(), "All is done.")
    owing_a_choice(edition.invitations.get())

    in_may.shift(AN_HOUR)
    erase_personal_data()

    assert Delegate.objects.named().exists()
    approver = browser_of(of_group("Approvers"))
    assert "or as soon as nothing is owed" in text(approver.get(page(edition)))
    assert "a person has asked to erase" in text(approver.get(reverse("admin:index")))


def test_what_was_asked_for_is_taken_back_with_a_reason_before_it_begins(in_may, edition):
    came(edition)
    ask_for_erasure(edition, UserFactory(), "All is done.")
    approver = of_group("Approvers")

    browser_of(approver).post(page(edition), {"reason": "Not all is.", "take_back": "1"})
    in_may.shift(AN_HOUR)
    erase_personal_data()

    assert Delegate.objects.named().exists()
    assert not Erasure.objects.closes(edition)
    kept = LogEntry.objects.get(additional_data__act="erasure_taken_back")
    assert (kept.actor, kept.additional_data["reason"]) == (approver, "Not all is.")


def test_what_has_begun_is_not_taken_back(in_may, edition, monkeypatch):
    erased_in_part(in_may, edition, monkeypatch)
    Erasure.objects.update(asked_by=UserFactory(), reason="All is done.")

    answer = browser_of(of_group("Approvers")).post(
        page(edition), {"reason": "Not all is.", "take_back": "1"}, follow=True
    )

    assert "There is nothing to take back" in " ".join(told(answer))
    assert Erasure.objects.under_way().exists()


def test_who_would_erase_takes_nothing_back_that_a_colleague_asked_for_meanwhile(edition):
    came(edition)
    ask_for_erasure(edition, UserFactory(), "All is done.")

    browser_of(of_group("Approvers")).post(page(edition), {"reason": "All is done."})

    assert Erasure.objects.under_way().count() == 1


def test_who_sets_the_months_reads_the_day_and_leaves_thirty_days():
    edition = over(months=None, time_zone="Europe/Zurich")
    drafter = browser_of(of_group("Drafters"))
    url = page_of(edition)

    answer = drafter.post(
        url, as_sent(drafter.get(url)) | {"erased_after": "1", "_continue": "1"}, follow=True
    )

    edition.refresh_from_db()
    assert (edition.erased_after, erases_on(edition)) == (1, dt.date(2020, 5, 31))
    assert any("On 31 May 2020 the names" in one for one in told(answer))


def test_no_months_at_all_are_refused_and_what_is_on_file_hinders_no_other_change():
    edition = over(months=None, time_zone="Europe/Zurich")
    drafter = browser_of(of_group("Drafters"))
    url = page_of(edition)

    refused = drafter.post(url, as_sent(drafter.get(url)) | {"erased_after": "0"})
    ForumEdition.objects.update(erased_after=0)
    drafter.post(url, as_sent(drafter.get(url)) | {"city_en": "Zenda"})

    assert "Type 1 month or more, or leave it empty." in text(refused)
    edition.refresh_from_db()
    assert (edition.erased_after, edition.city_en) == (0, "Zenda")


def test_a_new_time_leaves_thirty_days_whatever_the_last_day_was(edition):
    edition.erased_after = 0

    assert "On 31 May 2020" in format_effect(edition, "en")


def test_while_an_edition_is_postponed_no_day_is_named(edition):
    edition.postponed_at = NOW

    assert "it has no last day" in format_effect(edition, "en")


def test_first_page_says_thirty_days_before_what_goes(edition):
    came(edition)
    drafter = browser_of(of_group("Drafters"))
    address = page(edition)

    assert address not in text(drafter.get(reverse("admin:index")))
    with time_machine.travel(dt.datetime(2020, 9, 9, 9, tzinfo=dt.UTC), tick=False):
        near = browser_of(of_group("Drafters"))
        assert address in text(near.get(reverse("admin:index")))
        readers = browser_of(of_group("Readers"))
        assert address not in text(readers.get(reverse("admin:index")))
