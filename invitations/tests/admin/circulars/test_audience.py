"""Whom a circular addresses, and the plan of its letters."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from invitations.letters.approval import revise_template
from invitations.models import Circular, ForumEdition, Letter, LetterTemplate
from invitations.tests.admin.circulars.stages import draft, page
from invitations.tests.desk import signed_in, told
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    MissionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def test_audience_is_seen_before_anything_is_composed(client, drafter):
    circular = CircularFactory(languages=["fr"])
    french = draft(
        circular.edition,
        minister__language="fr",
        minister__second_language="en",
        minister__to_emails="cabinet@example.org",
    )
    english = draft(circular.edition)
    MissionFactory(emails="mission@example.org", states=[french.member_state])

    response = client.get(page(circular, "audience"))

    shown = response.content.decode()
    assert response.context["addressed"] == [
        (french, "French, English", "To: cabinet@example.org\nCc: mission@example.org")
    ]
    assert [
        (reason, [one.invitation for one in ones]) for reason, ones in response.context["left_out"]
    ] == [("another language: English", [english])]
    assert "French, English" in shown
    assert "Compose 1 letter<" in " ".join(shown.split()).replace(" <", "<")
    assert not Letter.objects.exists()


def test_audience_says_which_texts_are_missing_and_leads_to_their_fields(client, drafter, issued):
    notice = CircularFactory(edition=issued(language="fr").edition, kind="notice", place_fr="")

    response = client.get(page(notice, "audience"))

    (missing,) = response.context["missing"]
    change = reverse("admin:invitations_circular_change", args=[notice.pk])
    assert (missing["language"], missing["letters"]) == ("French", 1)
    assert missing["fields"] == [
        (f"{change}#id_place_fr", "place on the letter"),
        (f"{change}#id_changes_fr", "what changes"),
    ]
    assert f'<a class="text-link" href="{change}#id_place_fr">' in response.content.decode()


def test_audience_says_how_many_letters_wait_and_what_falls_away(client, drafter):
    edition = EditionFactory(contact_phone="", organizers="", contact_fax="")
    circular = CircularFactory(edition=edition)
    for language in ("fr", "fr", "en"):
        draft(edition, minister__language=language)

    response = client.get(page(circular, "audience"))

    change = reverse("admin:invitations_forumedition_change", args=[edition.pk])
    waits = [
        (row["language"], row["letters"], row["fields"]) for row in response.context["missing"]
    ]
    phone = [(f"{change}#id_contact_phone", "telephone")]
    assert waits == [("French", 2, phone), ("English", 1, phone)]
    assert response.context["falls_away"][0] == {
        "language": "French",
        "fields": [
            (f"{change}#id_organizers_fr", "organizers"),
            (f"{change}#id_contact_fax", "fax"),
        ],
    }
    assert "(2 letters wait)" in response.content.decode()


def counted(response):
    """The bold sentences on how many letters there would be."""
    page = " ".join(response.content.decode().split())
    return re.findall(r"<strong>(\d+ letters? would [^<]*)</strong> ([^<.]*)\.", page)


def test_audience_says_of_no_letter_that_waits_that_it_would_be_composed_now(client, drafter):
    circular = CircularFactory(edition=EditionFactory(awaits_last_day=True))
    for language in ("fr", "fr", "en"):
        draft(circular.edition, minister__language=language)
    unset = client.get(page(circular, "audience"))

    ForumEdition.objects.update(awaits_last_day=False)
    Circular.objects.update(place_fr="")
    lacking = client.get(page(circular, "audience"))

    assert counted(unset) == [
        ("3 letters would wait, for what is named below:", "French 2, English 1")
    ]
    assert what_waits(unset)[1] == ("English", 1, ["last day to reply, which is still to be set"])
    assert counted(lacking) == [
        ("1 letter would be composed now:", "English 1"),
        ("2 letters would wait, for what is named below:", "French 2"),
    ]


def test_audience_names_the_ministers_whose_function_the_text_needs(client, drafter):
    circular = CircularFactory(languages=["en"])
    text = LetterTemplate.objects.get(kind="invitation", variant="", language="en")
    revise_template(text, UserFactory(), text.subject, f"As $portfolio:\n\n{text.paper}", text.mail)
    _known, unknown = draft(circular.edition), draft(circular.edition, minister__portfolio="")

    (missing,) = client.get(page(circular, "audience")).context["missing"]

    minister = unknown.minister
    change = reverse("admin:invitations_minister_change", args=[minister.pk])
    assert missing["receivers"] == [(f"{change}#id_portfolio", f"{minister}: portfolio")]
    assert missing["fields"] == []


def served(invitation, **mission):
    return MissionFactory(**mission, states=[invitation.member_state])


def what_waits(response):
    return [
        (row["language"], row["letters"], [title for _url, title in row["fields"]])
        for row in response.context["missing"]
    ]


def test_audience_foresees_the_notes_verbales_over_its_letters(client, drafter):
    edition = EditionFactory(secretariat="")
    circular = CircularFactory(edition=edition)
    mission = served(draft(edition), language="fr", greeted_as="")
    served(draft(edition, minister__rank_id="HOS"), language="ar")
    MissionFactory(greeted_as="", language="es")

    response = client.get(page(circular, "audience"))

    assert what_waits(response) == [
        ("French, notes verbales", 1, ["secretariat"]),
        ("Arabic, notes verbales over signed originals", 1, ["secretariat"]),
    ]
    change = reverse("admin:invitations_mission_change", args=[mission.pk])
    ((url, name),) = response.context["missing"][0]["receivers"]
    assert (url, name) == (f"{change}#id_greeted_as", f"{mission}: greeting in a note verbale")


def test_audience_foresees_notes_to_the_kinds_of_posts_of_choice_alone(client, drafter):
    circular = CircularFactory(note_kinds=["embassy"])
    invitation = draft(circular.edition)
    served(invitation, greeted_as="")
    embassy = served(invitation, greeted_as="", kind="embassy", city="Strelsau")

    (missing,) = client.get(page(circular, "audience")).context["missing"]

    assert [name for _url, name in missing["receivers"]] == [
        f"{embassy}: greeting in a note verbale"
    ]


def test_audience_foresees_the_usual_text_of_signed_originals(client, drafter):
    circular = CircularFactory(variant="circular", addressed_to="To the ministers")
    draft(circular.edition, minister__rank_id="HOS", minister__language="fr")
    LetterTemplate.objects.filter(kind="invitation", variant="", language="fr").delete()

    (missing,) = client.get(page(circular, "audience")).context["missing"]

    assert (missing["language"], missing["has_text"]) == ("French, signed originals", False)


def test_audience_names_the_head_of_state_whose_name_the_usual_text_needs(client, drafter):
    circular = CircularFactory(variant="circular", addressed_to="To the ministers")
    text = LetterTemplate.objects.get(kind="invitation", variant="", language="en")
    revise_template(text, UserFactory(), text.subject, f"To $minister:\n\n{text.paper}", text.mail)
    unnamed = {"minister__given_name": "", "minister__family_name": ""}
    draft(circular.edition, **unnamed)
    head = draft(circular.edition, minister__rank_id="HOS", **unnamed).minister

    _mailed, missing = client.get(page(circular, "audience")).context["missing"]

    ((url, _name),) = missing["receivers"]
    assert reverse("admin:invitations_minister_change", args=[head.pk]) in url


@pytest.mark.parametrize("number", [1, 4])
def test_audience_of_many_takes_as_many_queries_as_of_one(
    client, drafter, django_assert_num_queries, number
):
    circular = CircularFactory()
    for _number in range(number):
        for rank in ("MIN", "HOS"):
            served(draft(circular.edition, minister__rank_id=rank), greeted_as="")

    with django_assert_num_queries(17):
        client.get(page(circular, "audience"))


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
        MissionFactory(states=[draft(circular.edition).member_state])
        draft(circular.edition, minister__language="ar")

    with django_assert_num_queries(15):
        client.get(page(circular, "audience"))


def test_letters_of_the_audience_that_was_seen_are_planned_by_the_drafter(client, drafter):
    circular = CircularFactory()
    seen, came_later = draft(circular.edition), draft(circular.edition)

    response = client.post(page(circular, "audience"), {"seen": f"{seen.pk} "}, follow=True)

    letter = Letter.objects.get()
    assert (letter.invitation, letter.state, letter.composed_by) == (seen, "planned", drafter)
    assert not came_later.letters.exists()
    assert response.redirect_chain == [(page(circular, "progress"), 302)]
    assert told(response) == ["1 letter is to be composed."]


def test_letters_are_planned_while_the_broker_is_away(client, drafter):
    circular = CircularFactory()
    seen = draft(circular.edition)
    folder = Path(settings.VAR_DIR, "broker")
    away = folder.rename(folder.with_name("broker-away"))

    try:
        response = client.post(page(circular, "audience"), {"seen": seen.pk}, follow=True)
    finally:
        away.rename(folder)

    assert told(response) == ["1 letter is to be composed."]


def test_empty_audience_says_what_to_do(client, drafter):
    circular = CircularFactory()

    shown = client.get(page(circular, "audience")).content.decode()
    response = client.post(page(circular, "audience"), follow=True)

    assert "Nobody is left to write to: change the audience" in shown
    assert "data-approve" not in shown
    assert told(response) == ["Nobody is left to write to: no letter is to be composed."]


def test_only_a_drafter_plans(client):
    circular = CircularFactory()
    seen = draft(circular.edition)
    signed_in(client, "view_circular", "approve_letter")

    shown = client.get(page(circular, "audience"))
    refused = client.post(page(circular, "audience"), {"seen": seen.pk})

    assert "Compose 1 letter" not in shown.content.decode()
    assert refused.status_code == 403
    assert not Letter.objects.exists()


def test_who_gets_a_signed_original_is_listed_apart_and_planned_with_the_others(client, drafter):
    circular = CircularFactory()
    head, minister = draft(circular.edition, minister__rank_id="HOS"), draft(circular.edition)

    response = client.get(page(circular, "audience"))
    shown = " ".join(response.content.decode().split())

    assert [one for one, _languages in response.context["originals"]] == [head]
    assert [one for one, _languages, _to in response.context["addressed"]] == [minister]
    assert response.context["left_out"] == []
    assert "1 letter by signed original." in shown
    assert "Compose 2 letters" in shown
    client.post(page(circular, "audience"), {"seen": f"{head.pk} {minister.pk}"})
    assert head.letters.get().by_original


def test_with_heads_of_state_alone_there_is_somebody_to_write_to(client, drafter):
    circular = CircularFactory()
    draft(circular.edition, minister__rank_id="MON")

    shown = client.get(page(circular, "audience")).content.decode()

    assert "Nobody is left to write to" not in shown
    assert "Compose 1 letter" in shown


def test_where_nobody_is_left_the_page_leads_to_ministers_and_invitations(client):
    signed_in(client, "view_circular", "change_circular", "add_minister", "add_invitation")
    circular = CircularFactory()
    leads_on = [
        reverse("admin:invitations_minister_import"),
        reverse("admin:invitations_forumedition_draft", args=[circular.edition_id]),
    ]

    empty = client.get(page(circular, "audience")).content.decode()

    assert all(f'href="{address}"' in empty for address in leads_on)
