import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from invitations.admin.corrections.replacing import replacing_url
from invitations.admin.list_columns import list_url
from invitations.letters.composing_queue import compose_planned
from invitations.models import Circular, Invitation, Language, Letter, Minister
from invitations.models.held.outdated import outdated_letters
from invitations.tests.desk import choose, told
from invitations.tests.factories import EditionFactory, InvitationFactory, UserFactory
from invitations.tests.moving import moved
from invitations.tests.originals import approved

pytestmark = pytest.mark.django_db

LANGUAGES = list(Language.values)
RECORD_BOTH = "Record both: who signed the original, and when."
SIGNED = {"original_signed_by": "Michael Strelsau", "original_signed_on": "2026-03-02"}
SAID = {
    "answered": "yes",
    "reference": "CL-27/9",
    "dated_on": "2027-03-01",
    "reason": "The name was spelt wrongly.",
    "changes_en": "The name is put right.",
}


@pytest.fixture
def drafter(client):
    user = UserFactory()
    user.groups.add(Group.objects.get(name="Drafters"))
    client.force_login(user)
    return user


@pytest.fixture
def forty(frozen_letter):
    """Forty letters with a wrong name, and five that are right."""
    edition = EditionFactory()
    letters = [
        frozen_letter(
            invitation=InvitationFactory(edition=edition), addressee="H.E. Ms. Flavia Elfberg"
        )
        for _number in range(45)
    ]
    return letters[:40]


def test_forty_letters_chosen_in_the_list_are_replaced_and_no_others(client, drafter, forty):
    asked = choose(client, list_url(Letter), "replace_letters", *forty)
    response = choose(client, list_url(Letter), "replace_letters", *forty, **SAID)

    assert "Flavia Elfberg" in asked.content.decode()
    circular = Circular.objects.get(reference="CL-27/9")
    progress = reverse("admin:invitations_circular_progress", args=[circular.pk])
    assert response.redirect_chain[-1][0] == progress
    assert told(response) == ["40 replacements are composed now; a second person approves them."]
    assert {one.replaces_id for one in circular.letters.all()} == {one.pk for one in forty}
    assert {one.composed_by for one in circular.letters.all()} == {drafter}


def test_who_signed_the_original_is_asked_at_once_so_that_letters_are_composed_once(
    client, drafter, composed
):
    """Recorded later it stood in no letter yet, and each was composed a second time."""
    letter = approved(composed())
    choose(client, list_url(Letter), "replace_letters", letter, **SAID, **SIGNED)
    compose_planned()

    replacement = Letter.objects.get(kind="replacement")
    assert (replacement.state, replacement.circular.is_signed) == ("composed", True)
    assert outdated_letters(Letter.objects.all()) == {}
    assert approved(replacement).state == "approved"


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ({"original_signed_on": ""}, {"original_signed_on": [RECORD_BOTH]}),
        ({"original_signed_by": ""}, {"original_signed_by": [RECORD_BOTH]}),
        (
            {"original_signed_on": "2999-01-01"},
            {"original_signed_on": ["The original cannot have been signed in the future."]},
        ),
    ],
)
def test_a_signature_is_recorded_whole_and_of_the_past(client, drafter, forty, typed, refused):
    said = SAID | SIGNED | typed

    form = choose(client, list_url(Letter), "replace_letters", forty[0], **said).context["form"]

    assert form.errors == refused
    assert form["reason"].value() == SAID["reason"]


def test_without_a_last_day_replacements_wait_and_that_is_said(client, drafter, forty):
    moved(forty[0].invitation.edition, "online", days=0)

    response = choose(client, list_url(Letter), "replace_letters", *forty, **SAID)

    told_of = "40 replacements wait: they are composed once there is a last day to reply."
    assert told(response) == [told_of]


def test_the_same_page_sent_twice_replaces_nothing_twice(client, drafter, forty):
    for _time in range(2):
        choose(client, list_url(Letter), "replace_letters", *forty, **SAID)

    assert Letter.objects.filter(kind="replacement").count() == 40


def test_more_letters_join_a_circular_of_replacement_on_file(client, drafter, forty):
    choose(client, list_url(Letter), "replace_letters", *forty[:2], **SAID)
    circular = Circular.objects.get(reference="CL-27/9")

    more = {"answered": "yes", "reason": "One was forgotten.", "circular": circular.pk}
    choose(client, list_url(Letter), "replace_letters", forty[2], **more)

    assert circular.letters.count() == 3


def test_words_typed_beside_a_circular_on_file_are_not_dropped_in_silence(client, drafter, forty):
    choose(client, list_url(Letter), "replace_letters", *forty[:2], **SAID)
    circular = Circular.objects.get(reference="CL-27/9")

    both = SAID | {"circular": circular.pk, "reference": "", "original_signed_by": "M. Strelsau"}
    form = choose(client, list_url(Letter), "replace_letters", forty[2], **both).context["form"]

    for name in ("changes_en", "original_signed_by"):
        [why] = form.errors.pop(name)
        assert why.startswith("The circular that you chose has its own")
    assert not form.errors
    assert form["changes_en"].value() == SAID["changes_en"]
    assert circular.letters.count() == 2


def test_what_is_missing_is_said_and_nothing_typed_is_lost(client, drafter, forty):
    said = SAID | {"reference": forty[0].circular.reference, "changes_en": ""}

    form = choose(client, list_url(Letter), "replace_letters", *forty, **said).context["form"]

    assert form.errors == {
        "reference": ["There is a circular with this reference already."],
        "changes_en": ["This field is required."],
    }
    assert form["reason"].value() == SAID["reason"]
    assert not Circular.objects.filter(kind="replacement").exists()


def test_a_new_circular_marks_what_it_needs_and_one_on_file_needs_the_reason_alone(
    client, drafter, forty
):
    def needed(letter):
        form = choose(client, list_url(Letter), "replace_letters", letter).context["form"]
        return [name for name, field in form.fields.items() if field.required]

    assert needed(forty[0]) == ["reference", "dated_on", "reason"]
    choose(client, list_url(Letter), "replace_letters", *forty[:2], **SAID)
    assert needed(forty[2]) == ["reason"]


def test_a_ready_sentence_stands_in_each_language_in_which_nothing_else_is_typed(
    client, drafter, forty
):
    """Nobody on the desk has to write Arabic, Russian or Chinese to put a name right."""
    for letter, language in zip(forty, LANGUAGES, strict=False):
        Minister.objects.filter(pk=letter.invitation.minister_id).update(language=language)
    ready = SAID | {"changes_en": "The name is put right.", "ready": "name"}

    choose(client, list_url(Letter), "replace_letters", *forty[: len(LANGUAGES)], **ready)

    circular = Circular.objects.get(reference="CL-27/9")
    said = {one: getattr(circular, f"changes_{one.replace('-', '_')}") for one in LANGUAGES}
    assert said.pop("en") == "The name is put right."
    for language, words in said.items():
        with translation.override(language):
            assert words == gettext("The name of the addressee has been corrected.")


def test_nothing_is_asked_about_what_cannot_be_replaced(client, drafter):
    draft = InvitationFactory(status="draft", issued_at=None)

    response = choose(client, list_url(Invitation), "replace_letters", draft)

    assert told(response) == [f"{draft}: This invitation is not in force."]
    assert response.context["cl"].opts.model_name == "invitation"


def test_letters_of_two_editions_are_not_replaced_by_one_circular(client, drafter, frozen_letter):
    response = choose(client, list_url(Letter), "replace_letters", frozen_letter(), frozen_letter())

    assert told(response) == ["Choose letters of one edition: a circular belongs to one."]


def test_the_page_for_one_letter_has_an_address(client, drafter, forty):
    one = forty[0].invitation
    url = replacing_url([one.pk])

    shown = client.get(url)
    client.post(url, {**SAID, "_selected_action": one.pk})

    assert [row for _pk, row, _more in shown.context["rows"]] == [one]
    assert Letter.objects.filter(kind="replacement").get().invitation == one


def test_each_language_of_the_selection_is_asked_for(client, drafter, frozen_letter):
    edition = EditionFactory()
    french, arabic = (
        frozen_letter(invitation__edition=edition, invitation__minister__language=language)
        for language in ("fr", "ar")
    )

    form = choose(client, list_url(Letter), "replace_letters", french, arabic).context["form"]

    assert [name for name in form.fields if name.startswith("changes")] == [
        "changes_ar",
        "changes_fr",
    ]


def test_the_page_of_a_replacement_names_whose_letters_it_replaces(client, drafter, forty):
    choose(client, list_url(Letter), "replace_letters", *forty[:2], **SAID)
    circular = Circular.objects.get(reference="CL-27/9")

    page = client.get(reverse("admin:invitations_circular_change", args=[circular.pk]))

    assert str(forty[0].invitation) in page.content.decode()
    audience = dict(page.context["adminform"].fieldsets)["Audience"]
    assert audience["fields"] == ["chosen_shown"]


@pytest.mark.parametrize("number", [1, 3])
def test_the_question_takes_as_many_queries_for_many_letters(
    client, drafter, forty, django_assert_num_queries, number
):
    url = list_url(Letter)
    choose(client, url, "replace_letters", *forty[:number])

    with django_assert_num_queries(16):
        choose(client, url, "replace_letters", *forty[:number])


def test_who_replaces_a_letter_of_thanks_invites_nobody_again(client, drafter, frozen_letter):
    invited = frozen_letter()
    of = {"invitation": invited.invitation, "circular": invited.circular}
    thanks = frozen_letter(kind="thanks", **of)

    response = choose(client, list_url(Letter), "replace_letters", thanks)

    [refusal] = told(response)
    assert refusal.startswith("No letter of thanks is replaced: nobody is invited by it.")
    assert "write to its office by hand" in refusal
    assert not Circular.objects.filter(kind="replacement").exists()
