"""A circular as it is typed, and the list of circulars."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from invitations.models import Circular, Rank
from invitations.tests.admin.circulars.stages import approved_in, composed_in, draft, page
from invitations.tests.desk import signed_in, told
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    LetterFactory,
    MemberStateFactory,
)

pytestmark = pytest.mark.django_db

ADD = reverse("admin:invitations_circular_add")
LIST = reverse("admin:invitations_circular_changelist")
PNG = b"\x89PNG\r\n\x1a\n of the original"
AUCKLAND = "Pacific/Auckland"


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


def test_who_gets_notes_verbales_is_chosen_by_kind(client, drafter):
    new = client.get(ADD).context["adminform"].form
    client.post(ADD, words(note_kinds=["mission", "embassy"], signatory_honorific_en="Mr."))

    circular = Circular.objects.get()
    assert new["note_kinds"].value() == ["mission"]
    assert circular.note_kinds == ["mission", "embassy"]
    assert circular.signatory_called == "Mr.\u00a0Michael Strelsau"


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
    hour = f"1 February 2027, 09:00 ({circular.edition.time_zone_name})"
    assert hour in client.get(LIST).content.decode()


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


def test_changed_hour_goes_to_planned_letters_and_composed_ones_are_offered_again(client, drafter):
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
    assert any(page(circular, "compose_again") in message for message in told(response))
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


def test_a_new_circular_asks_ten_things_and_folds_the_rest(client, drafter):
    first, *rest = client.get(ADD).context["adminform"].fieldsets

    asked = [
        name for line in first[1]["fields"] for name in ([line] if isinstance(line, str) else line)
    ]
    assert len(asked) == 10
    assert all(options["classes"] == ["collapse"] for _title, options in rest)


def test_a_new_circular_begins_as_the_last_one_was_signed(client, drafter):
    CircularFactory(
        signatory_title_fr="Secrétaire général",
        note_kinds=["mission", "embassy"],
        dated_on=dt.date(2026, 2, 1),
        original_signed_by="Black Michael",
    )
    CircularFactory(kind="notice", signatory_name="Rupert", dated_on=dt.date(2026, 9, 1))

    form = client.get(ADD).context["adminform"].form

    shown = {name: form[name].value() for name in form.fields}
    assert shown["signatory_title_fr"] == "Secrétaire général"
    assert shown["signatory_name_en"] == "Michael Strelsau"
    assert shown["note_kinds"] == ["mission", "embassy"]
    asked_again = ("reference", "dated_on", "original_signed_by")
    assert not any(shown[name] for name in asked_again)


def test_a_new_circular_leads_to_its_audience(client, drafter):
    answer = client.post(ADD, {**words(), "_save": "yes"})

    circular = Circular.objects.get()
    assert answer.url == page(circular, "audience")
