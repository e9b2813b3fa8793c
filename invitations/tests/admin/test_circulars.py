"""The circular's desk: its form, its audience, the progress of its letters, the way back."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from invitations.letters.approval import approve_letter
from invitations.letters.composing_queue import compose_planned
from invitations.models import Circular, Delivery, Letter, Rank
from invitations.tests.desk import composed_letter, signed_in, told
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
    MissionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

ADD = reverse("admin:invitations_circular_add")
LIST = reverse("admin:invitations_circular_changelist")
PNG = b"\x89PNG\r\n\x1a\n of the original"
AUCKLAND = "Pacific/Auckland"


def page(circular, name):
    return reverse(f"admin:invitations_circular_{name}", args=[circular.pk])


def draft(edition, **fields):
    return InvitationFactory(edition=edition, status="draft", issued_at=None, **fields)


def composed_in(circular, **fields):
    return composed_letter(invitation=draft(circular.edition), circular=circular, **fields)


def approved_in(circular, **fields):
    letter = composed_in(circular, **fields)
    return approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)


@pytest.fixture
def drafter(client):
    return signed_in(client, "view_circular", "change_circular", "add_circular", "view_letter")


def words(circular=None, **changed):
    """What the form of a circular sends; an edition that is fixed is not asked for."""
    texts = {
        "reference": "CL-27/7",
        "kind": "invitation",
        "dated_on": "2027-02-01",
        "planned_at_0": "",
        "planned_at_1": "",
        "audience": "all",
        "original_signed_by": "",
        "original_signed_on": "",
        "place_en": "Zenda",
        "signatory_name_en": "Michael Strelsau",
        "signatory_title_en": "Secretary-General",
    }
    edition = circular.edition_id if circular else EditionFactory().pk
    return {**texts, "edition": edition, **changed}


def errors(response):
    return response.context["adminform"].form.errors


# The form


def test_audience_is_chosen_by_region_language_and_rank(client, drafter):
    MemberStateFactory(region="Strelsau")
    Rank.objects.get_or_create(code="MIN", defaults={"weight": 6, "form": "MIN", "name": "M"})

    response = client.post(
        ADD, words(regions=["Strelsau"], languages=["fr", "zh-hans"], ranks=["MIN"])
    )

    assert response.status_code == 302
    circular = Circular.objects.get()
    assert circular.regions == ["Strelsau"]
    assert circular.languages == ["fr", "zh-hans"]
    assert circular.ranks == ["MIN"]


def test_unknown_region_is_refused(client, drafter):
    response = client.post(ADD, words(regions=["Atlantis"]))

    assert "regions" in errors(response)


def test_hour_is_typed_in_the_zone_of_the_edition(client, drafter):
    edition = EditionFactory(time_zone=AUCKLAND)

    client.post(ADD, words(edition=edition.pk, planned_at_0="2027-02-01", planned_at_1="09:00"))

    planned_at = Circular.objects.get().planned_at
    assert planned_at == dt.datetime(2027, 2, 1, 9, tzinfo=ZoneInfo(AUCKLAND))


def test_hour_is_shown_in_the_zone_of_the_edition_with_its_name(client, drafter):
    circular = CircularFactory(
        edition__time_zone=AUCKLAND,
        planned_at=dt.datetime(2027, 2, 1, 9, tzinfo=ZoneInfo(AUCKLAND)),
    )

    response = client.get(page(circular, "change"))
    client.post(
        page(circular, "change"), words(circular, planned_at_0="2027-02-01", planned_at_1="09:00")
    )

    planned_at = circular.planned_at
    circular.refresh_from_db()
    form = response.context["adminform"].form
    assert str(form.initial["planned_at"]) == "2027-02-01 09:00:00"
    assert "In the time zone Pacific/Auckland" in form.fields["planned_at"].help_text
    assert circular.planned_at == planned_at
    assert "2027-02-01 09:00 (Pacific/Auckland)" in client.get(LIST).content.decode()


def test_hour_that_the_clocks_skip_is_refused(client, drafter):
    response = client.post(ADD, words(planned_at_0="2027-03-28", planned_at_1="02:30"))

    assert errors(response)["planned_at"] == ["The clocks of Europe/Zurich skip this hour."]


def test_signature_needs_both_name_and_day(client, drafter):
    unnamed = client.post(ADD, words(original_signed_on="2026-11-01"))
    undated = client.post(ADD, words(original_signed_by="Michael Strelsau"))

    sentence = ["Record both: who signed the original, and when."]
    assert errors(unnamed) == {"original_signed_by": sentence}
    assert errors(undated) == {"original_signed_on": sentence}


def test_original_cannot_have_been_signed_in_the_future(client, drafter):
    tomorrow = timezone.localdate() + dt.timedelta(days=2)

    response = client.post(
        ADD, words(original_signed_by="Michael Strelsau", original_signed_on=tomorrow)
    )

    assert errors(response)["original_signed_on"] == [
        "The original cannot have been signed in the future."
    ]


def test_scan_of_the_original_is_frozen_and_comes_back_as_an_attachment(client, drafter):
    circular = CircularFactory()
    scan = SimpleUploadedFile("signed.html", PNG, "text/html")

    client.post(page(circular, "change"), words(circular, new_scan=scan))
    response = client.get(page(circular, "scan"))

    circular.refresh_from_db()
    assert circular.original_scan.name.startswith("scans/")
    assert response.content == PNG
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Content-Disposition"].startswith("attachment; ")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<script>", "The scan is a PDF, JPEG or PNG file."),
        (b"II*\x00 a TIFF", "The scan is a PDF, JPEG or PNG file."),
        (b"%PDF-" + b"7" * 10 * 1024 * 1024, "The scan may have 10 MB at most."),
    ],
)
def test_file_that_is_no_scan_is_refused(client, drafter, content, sentence):
    response = client.post(ADD, words(new_scan=SimpleUploadedFile("scan.pdf", content)))

    assert errors(response)["new_scan"] == [sentence]


def test_scan_is_for_staff_alone(client):
    circular = CircularFactory(original_scan="scans/aa/aa.pdf")

    assert client.get(page(circular, "scan")).status_code == 302
    signed_in(client, "view_letter")
    assert client.get(page(circular, "scan")).status_code == 403


def test_circular_without_a_scan_has_none_to_open(client, drafter):
    assert client.get(page(CircularFactory(), "scan")).status_code == 404


def test_what_approved_letters_say_cannot_change(client, drafter):
    circular = CircularFactory()
    approved_in(circular)

    shown = client.get(page(circular, "change")).content.decode()
    client.post(
        page(circular, "change"),
        words(circular, reference="CL-27/8", planned_at_0="2027-03-01", planned_at_1="09:00"),
    )

    reference = circular.reference
    circular.refresh_from_db()
    assert "call the circular back to change them" in shown
    assert (circular.reference, circular.planned_at) == (reference, None)


def test_changed_hour_goes_to_planned_letters_and_composed_ones_are_offered_anew(client, drafter):
    circular = CircularFactory()
    planned = LetterFactory(invitation=draft(circular.edition), circular=circular)
    written = composed_in(circular)

    response = client.post(
        page(circular, "change"),
        words(
            circular,
            reference=circular.reference,
            planned_at_0="2027-02-01",
            planned_at_1="09:00",
        ),
        follow=True,
    )

    circular.refresh_from_db()
    planned.refresh_from_db()
    assert planned.not_before == circular.planned_at
    assert written.not_before != circular.planned_at
    assert any(page(circular, "anew") in message for message in told(response))
    assert (
        "1 composed letter is dated to another hour"
        in client.get(page(circular, "progress")).content.decode()
    )


def test_reader_sees_the_audience_in_words(client):
    signed_in(client, "view_circular")
    circular = CircularFactory(languages=["fr"], ranks=["MIN"])

    shown = client.get(page(circular, "change")).content.decode()

    assert "French" in shown
    assert "new_scan" not in shown


@pytest.mark.parametrize("rows", [1, 3])
def test_list_takes_as_many_queries_for_three_circulars_as_for_one(
    client, drafter, django_assert_num_queries, rows
):
    for _n in range(rows):
        composed_in(CircularFactory())

    with django_assert_num_queries(8):
        response = client.get(LIST)

    assert response.content.decode().count("1 / 1") == rows


# The audience


def test_audience_is_seen_before_anything_is_composed(client, drafter):
    circular = CircularFactory(languages=["fr"])
    french = draft(
        circular.edition,
        minister__language="fr",
        minister__second_language="en",
        minister__to_emails="cabinet@example.org",
    )
    english = draft(circular.edition)
    french.member_state.missions.add(MissionFactory(emails="mission@example.org"))

    response = client.get(page(circular, "audience"))

    shown = response.content.decode()
    assert response.context["addressed"] == [
        (french, "French, English", "To: cabinet@example.org\nCc: mission@example.org")
    ]
    assert [
        (because, [one.invitation for one in ones])
        for because, ones in response.context["left_out"]
    ] == [("another language: English", [english])]
    assert "French, English" in shown
    assert "Compose 1 letter<" in " ".join(shown.split()).replace(" <", "<")
    assert not Letter.objects.exists()


def test_audience_says_which_texts_are_missing(client, drafter, issued):
    notice = CircularFactory(edition=issued(language="fr").edition, kind="notice", place_fr="")

    response = client.get(page(notice, "audience"))

    assert response.context["missing"] == ["Missing in French: place on the letter, what changes."]


def test_audience_says_who_goes_to_the_print_run(client, drafter):
    circular = CircularFactory()
    draft(circular.edition, minister__to_emails="")

    shown = client.get(page(circular, "audience")).content.decode()

    assert "1 has no e-mail address and goes to the print run." in shown
    assert "no e-mail address: print run" in shown


@pytest.mark.parametrize("rows", [1, 3])
def test_audience_takes_as_many_queries_for_three_as_for_one(
    client, drafter, django_assert_num_queries, rows
):
    circular = CircularFactory(languages=["en"])
    for _n in range(rows):
        draft(circular.edition).member_state.missions.add(MissionFactory())
        draft(circular.edition, minister__language="ar")

    with django_assert_num_queries(10):
        client.get(page(circular, "audience"))


def test_letters_of_the_audience_that_was_seen_are_planned_by_the_drafter(client, drafter):
    circular = CircularFactory()
    seen, came_later = draft(circular.edition), draft(circular.edition)

    response = client.post(page(circular, "audience"), {"seen": f"{seen.pk} "}, follow=True)

    letter = Letter.objects.get()
    assert (letter.invitation, letter.state, letter.composed_by) == (seen, "planned", drafter)
    assert not came_later.letters.exists()
    assert response.redirect_chain == [(page(circular, "progress"), 302)]
    assert told(response) == ["1 letter planned."]


def test_letters_are_planned_while_the_broker_is_away(client, drafter):
    circular = CircularFactory()
    seen = draft(circular.edition)
    folder = Path(settings.VAR_DIR, "broker")
    away = folder.rename(folder.with_name("broker-away"))

    try:
        response = client.post(page(circular, "audience"), {"seen": seen.pk}, follow=True)
    finally:
        away.rename(folder)

    assert told(response) == ["1 letter planned."]


def test_empty_audience_says_what_to_do(client, drafter):
    circular = CircularFactory()

    shown = client.get(page(circular, "audience")).content.decode()
    response = client.post(page(circular, "audience"), follow=True)

    assert "Nobody is left to write to: change the audience" in shown
    assert "data-approve" not in shown
    assert told(response) == ["Nobody is left to write to: nothing was planned."]


def test_only_a_drafter_plans(client):
    circular = CircularFactory()
    seen = draft(circular.edition)
    signed_in(client, "view_circular", "approve_letter")

    shown = client.get(page(circular, "audience"))
    refused = client.post(page(circular, "audience"), {"seen": seen.pk})

    assert "Compose 1 letter" not in shown.content.decode()
    assert refused.status_code == 403
    assert not Letter.objects.exists()


# Progress


def test_progress_counts_and_names_the_reasons_to_wait(client, drafter):
    circular = CircularFactory()
    for _n in range(2):
        LetterFactory(
            invitation=draft(circular.edition),
            circular=circular,
            waits_because="There is no text in Ruritanian.",
        )
    composed_in(circular)
    approved_in(circular)

    shown = client.get(page(circular, "progress")).content.decode()
    numbers = client.get(page(circular, "progress_json")).json()

    assert numbers == {
        "planned": 2,
        "composed": 1,
        "approved": 1,
        "total": 4,
        "with_words": 2,
        "waiting": ["2: There is no text in Ruritanian."],
    }
    assert "<li>2: There is no text in Ruritanian.</li>" in shown
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in shown
    assert "Look at" not in shown


def test_progress_leads_to_approval_when_all_is_composed(client):
    signed_in(client, "view_circular", "approve_letter")
    circular = CircularFactory()
    composed_in(circular)

    shown = client.get(page(circular, "progress")).content.decode()

    assert page(circular, "approve") in shown
    assert "Look at 1 letter and approve" in shown
    assert "http-equiv" not in shown


def test_progress_without_letters_leads_to_the_audience(client, drafter):
    circular = CircularFactory()

    shown = client.get(page(circular, "progress")).content.decode()

    assert "No letter is planned yet" in shown
    assert page(circular, "audience") in shown


def test_notice_that_does_not_say_what_changes_waits_and_says_so(client, drafter, composed):
    letter = composed()
    approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)
    notice = CircularFactory(edition=letter.invitation.edition, kind="notice")

    client.post(page(notice, "audience"), {"seen": letter.invitation_id})
    compose_planned()

    (waits,) = client.get(page(notice, "progress_json")).json()["waiting"]
    assert waits == "1: Missing in English: what changes."


# Notes verbales


def test_notes_are_planned_once_all_letters_are_composed(client, drafter):
    circular = CircularFactory()
    letter = composed_in(circular)
    letter.invitation.member_state.missions.add(MissionFactory())
    waiting = LetterFactory(invitation=draft(circular.edition), circular=circular)

    early = client.post(page(circular, "notes"), follow=True)
    waiting.delete()
    in_time = client.post(page(circular, "notes"), follow=True)
    again = client.post(page(circular, "notes"), follow=True)

    note = circular.letters.get(kind="note")
    assert told(early) == ["Wait until all letters are composed: a note covers those that are."]
    assert told(in_time) == ["1 letter planned."]
    assert list(note.covers.all()) == [letter]
    assert note.composed_by == drafter
    assert told(again) == ["Wait until all letters are composed: a note covers those that are."]


# Compose anew


def test_composed_letters_of_the_circular_are_planned_anew(client, drafter):
    circular = CircularFactory()
    stale, kept = composed_in(circular), approved_in(circular)

    asked = client.get(page(circular, "anew")).content.decode()
    response = client.post(page(circular, "anew"), follow=True)

    stale.refresh_from_db()
    kept.refresh_from_db()
    assert "Compose 1 letter anew" in asked
    assert told(response) == ["1 letter planned."]
    assert (stale.state, kept.state) == ("cancelled", "approved")
    assert stale.invitation.letters.planned().count() == 1


def test_note_covers_the_letter_that_was_composed_anew(client, drafter):
    circular = CircularFactory()
    letter = composed_in(circular)
    note = composed_letter(
        invitation=letter.invitation, circular=circular, kind="note", mission=MissionFactory()
    )
    note.covers.add(letter)

    client.post(page(circular, "anew"))

    anew = circular.letters.planned().get(kind="note")
    assert list(anew.covers.all()) == [circular.letters.planned().get(kind="invitation")]


def test_nothing_composed_means_nothing_anew(client, drafter):
    response = client.get(page(CircularFactory(), "anew"), follow=True)

    assert told(response) == [
        "No letter of this circular waits for approval: none is composed anew."
    ]


# Call back


def test_circular_is_called_back_for_a_reason(client, drafter):
    circular = CircularFactory()
    letter = approved_in(circular)

    asked = client.post(page(circular, "call_back"), {"because": " "})
    response = client.post(page(circular, "call_back"), {"because": "The dates move."}, follow=True)

    letter.refresh_from_db()
    assert "because" in asked.context["form"].errors
    assert letter.state == "cancelled"
    assert letter.invitation.status == "draft"
    assert letter.deliveries.get().state == "cancelled"
    assert letter.events.filter(because="The dates move.", actor=drafter).exists()
    assert told(response) == ["1 letter called back; its approval is void."]


def test_circular_that_has_started_is_not_called_back(client, drafter):
    circular = CircularFactory()
    letter = approved_in(circular)
    letter.deliveries.update(state=Delivery.State.HANDED_OVER, handed_over_at=timezone.now())

    response = client.post(page(circular, "call_back"), {"because": "The dates move."})

    letter.refresh_from_db()
    assert letter.state == "approved"
    assert "The dates move." in response.content.decode()
    assert response.context["form"].non_field_errors() == [
        "Letters of the circular have left already: withdraw invitations, or replace letters."
    ]


def test_circular_without_letters_has_nothing_to_call_back(client, drafter):
    response = client.get(page(CircularFactory(), "call_back"), follow=True)

    assert told(response) == ["This circular has no letters: nothing is called back."]


@pytest.mark.parametrize("name", ["audience", "progress", "progress_json", "notes", "approve",
                                  "anew", "call_back"])  # fmt: skip
def test_pages_of_a_circular_are_closed_to_those_without_the_right(client, name):
    circular = CircularFactory()
    signed_in(client, "view_letter")

    assert client.get(page(circular, name)).status_code == 403
