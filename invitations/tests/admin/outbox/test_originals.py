"""The desk's list of signed originals, and what it records."""

import datetime as dt

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from invitations.models import Letter, Rank, SignedOriginal
from invitations.models.delivery import Step
from invitations.outbox.originals import record_step
from invitations.tests.desk import choose, page_of, signed_in, told
from invitations.tests.factories import UserFactory
from invitations.tests.originals import approved, brought, done
from invitations.tests.reading import ask
from invitations.text.dates import format_day

pytestmark = pytest.mark.django_db

LIST = reverse("admin:invitations_signedoriginal_changelist")


@pytest.fixture
def clerk(client):
    return signed_in(client, "view_letter", "change_delivery")


@pytest.fixture
def original(composed):
    return approved(composed(rank_id="HOS"))


def today():
    return {"answered": "yes", "on": timezone.localdate().isoformat()}


def steps(letter):
    return list(letter.original_steps.standing().values_list("step", flat=True))


def shown(client, **filters):
    return [row.pk for row in client.get(LIST, filters).context["cl"].result_list]


def test_the_list_shows_the_days_of_the_steps(client, clerk, original, composed):
    mailed = composed(edition=original.invitation.edition)
    brought(original, Step.SIGNED)

    page = client.get(LIST)

    assert shown(client) == [original.pk] != [mailed.pk]
    assert page.content.decode().count(format_day(timezone.localdate())) >= 2
    assert "to be handed over" in page.content.decode()


def test_a_step_asks_for_the_day_and_takes_today(client, clerk, original):
    asked = choose(client, LIST, "record_printed", original)
    recorded = choose(client, LIST, "record_printed", original, **today())

    assert f'value="{timezone.localdate():%Y-%m-%d}"' in asked.content.decode()
    assert told(recorded) == ["1 original recorded."]
    assert steps(original) == ["printed"]


def test_a_refusal_names_the_row_and_the_others_are_recorded(client, clerk, original, composed):
    other = approved(composed(edition=original.invitation.edition, rank_id="HOG"))
    brought(other, Step.PRINTED)

    said = told(choose(client, LIST, "record_signed", original, other, **today()))

    assert "Record first: printed." in said[0]
    assert said[1:] == ["1 original recorded."]
    assert (steps(original), steps(other)) == ([], ["printed", "signed"])


def test_the_page_prints_what_is_to_be_signed_with_its_address(client, clerk, composed):
    original = approved(composed(rank_id="HOG", postal_address="1 Palace Square"))
    signed_in(client, "view_letter", "approve_letter")

    choose(client, LIST, "print_selected", original)
    printed = choose(client, LIST, "print_selected", original, answered="yes")

    words = ask(b"".join(printed.streaming_content), "pdftotext", "-", "-")
    assert "to be signed by hand" in " ".join(words.split())
    assert "1 Palace Square" in words


def test_handing_over_takes_the_way_and_the_reference(client, clerk, original):
    brought(original, Step.SIGNED)

    words = {"channel": "hand", "reference": "Book 7", "remark": "to the second secretary"}
    choose(client, LIST, "record_handed_over", original, **today(), **words)

    delivery = original.deliveries.get()
    assert (delivery.channel, delivery.reference) == ("hand", "Book 7")
    assert original.original_steps.last().remark == "to the second secretary"


def test_missing_receipts_stand_by_age_the_oldest_first(client, clerk, original, composed):
    edition, begun = original.invitation.edition, timezone.now()
    later = approved(composed(edition=edition, rank_id="MON"))
    with time_machine.travel(begun + dt.timedelta(days=2)):
        brought(later, Step.HANDED_OVER)
    with time_machine.travel(begun + dt.timedelta(days=1)):
        brought(original, Step.HANDED_OVER, day=timezone.localdate(begun) + dt.timedelta(days=1))

    with time_machine.travel(begun + dt.timedelta(days=5)):
        clerk.last_login = timezone.now()
        client.force_login(clerk)
        assert shown(client, stage="no_receipt") == [original.pk, later.pk]
        page = client.get(LIST).content.decode()

    assert "receipt missing for 4 days" in page
    assert "receipt missing for 3 days" in page


def test_a_wrong_tick_is_taken_back_with_a_reason(client, clerk, original):
    brought(original, Step.SIGNED)
    asked = choose(client, LIST, "take_back", original)
    words = {"answered": "yes", "steps": asked.context["form"].initial["steps"]}

    refused = choose(client, LIST, "take_back", original, **words)
    taken = choose(client, LIST, "take_back", original, reason="Not signed yet.", **words)

    assert "This field is required." in refused.content.decode()
    assert told(taken) == ["1 step taken back."]
    assert steps(original) == ["printed"]


def test_what_another_recorded_meanwhile_is_not_taken_back(client, clerk, original):
    brought(original, Step.PRINTED)
    asked = choose(client, LIST, "take_back", original)
    record_step(original, Step.SIGNED, UserFactory(), done())

    words = {
        "answered": "yes",
        "reason": "Wrong.",
        "steps": asked.context["form"].initial["steps"],
    }
    said = told(choose(client, LIST, "take_back", original, **words))

    assert "look at it once more" in said[0]
    assert steps(original) == ["printed", "signed"]


def test_the_scan_of_the_receipt_is_put_on_file_and_read_again(client, clerk, original):
    brought(original, Step.RECEIPT)
    row = SignedOriginal.objects.get(pk=original.pk)
    inline = {"original_steps-TOTAL_FORMS": 0, "original_steps-INITIAL_FORMS": 0}
    scan = SimpleUploadedFile("receipt.pdf", b"%PDF-1.7 stamped", "application/pdf")

    kept = client.post(page_of(row), {"new_scan": scan, **inline}, follow=True)
    read = client.get(reverse("admin:invitations_signedoriginal_scan", args=[row.pk]))

    assert kept.status_code == 200
    assert read.content == b"%PDF-1.7 stamped"


def test_a_scan_of_another_kind_is_refused(client, clerk, original):
    brought(original, Step.RECEIPT)
    row = SignedOriginal.objects.get(pk=original.pk)
    inline = {"original_steps-TOTAL_FORMS": 0, "original_steps-INITIAL_FORMS": 0}
    scan = SimpleUploadedFile("receipt.exe", b"MZ", "application/pdf")

    page = client.post(page_of(row), {"new_scan": scan, **inline})

    assert "A scan is a PDF, PNG, JPEG or TIFF file." in page.content.decode()


def test_a_reader_sees_the_list_and_who_may_record(client, original):
    signed_in(client, "view_letter")

    page = client.get(LIST).content.decode()

    assert "Who may do more: Drafters, Registrars." in page
    assert "record_printed" not in page


def test_the_history_of_the_letter_names_each_step(client, clerk, original):
    brought(original, Step.SIGNED, by=clerk)
    row = SignedOriginal.objects.get(pk=original.pk)

    page = client.get(reverse("admin:invitations_signedoriginal_history", args=[row.pk]))

    assert "signed original printed" in page.content.decode()
    assert clerk.username in page.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_as_many_queries_for_three_as_for_one(
    client, clerk, composed, django_assert_max_num_queries, rows
):
    edition = None
    for rank in ["HOS", "HOG", "MON"][:rows]:
        letter = approved(composed(edition=edition, rank_id=rank))
        edition = letter.invitation.edition
        brought(letter, Step.SIGNED)

    with django_assert_max_num_queries(16):
        client.get(LIST)


def test_overview_counts_what_waits_with_its_age(client, original):
    brought(original, Step.HANDED_OVER)
    asked = {"edition": original.invitation.edition.symbol}

    with time_machine.travel(timezone.now() + dt.timedelta(days=12), tick=False):
        signed_in(client, "view_invitation", "change_delivery")
        rows = client.get(reverse("admin:index"), asked).context["to_do"]

    found = [(row["count"], str(row["title"]), row["age"]) for row in rows]
    assert [row for row in found if row[1].startswith("signed original")] == [
        (1, "signed original of which the mission’s receipt is missing", "oldest: 12 days"),
        (1, "signed original without an answer: speak to the mission", "oldest: 12 days"),
    ]


def test_the_overview_names_mail_where_an_original_is_due(client, issued):
    invitation = issued()
    invitation.minister.rank = Rank.objects.get(pk="HOS")
    invitation.minister.save()
    signed_in(client, "view_invitation", "change_invitation", "view_letter")

    page = client.get(reverse("admin:index"), {"edition": invitation.edition.symbol})
    due = reverse("admin:invitations_invitation_changelist") + "?original_due=yes"

    assert "letter that went by mail although the rank" in page.content.decode()
    assert [row.pk for row in client.get(due).context["cl"].result_list] == [invitation.pk]
    assert Letter.objects.originals().count() == 0
