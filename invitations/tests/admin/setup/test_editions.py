"""The page of an edition: what is asked first, its steps, and what is left before letters leave."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone
from modeltranslation.utils import build_localized_fieldname

from invitations.admin.setup.checklist import checklist, remaining
from invitations.forms.model_forms import NAMES_OF_ITS_TIME
from invitations.letters.checks.missing_words import lacking_in
from invitations.models import ForumEdition, Language, LetterTemplate, ReminderStep
from invitations.outbox.specimens import send_test
from invitations.tests.desk import add_edition, as_sent, page_of, signed_in
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
    MissionFactory,
    StepFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

ADD = reverse("admin:invitations_forumedition_add")
USUAL = [
    (21, "mail", "office", "first"),
    (7, "mail", "mission", "last"),
    (2, "call", "office", ""),
    # What is asked after a yes.
    (28, "mail", "focal", "head"),
    (42, "mail", "focal", "speaker"),
    (14, "mail", "focal", "text"),
]


def items(edition, reader=None):
    return {str(item.title): item for item in checklist(edition, reader or UserFactory())}


def steps_of(edition):
    return list(edition.reminder_steps.values_list("days_before", "medium", "audience", "variant"))


# What is asked


def test_the_form_asks_first_what_an_edition_cannot_be_without(admin_client):
    form = admin_client.get(ADD).context["adminform"]

    first, *others = form.fieldsets
    assert first[1]["fields"][0] == ("symbol", "name_en")
    required = {name for name, field in form.form.fields.items() if field.required}
    asked = {
        name for line in first[1]["fields"] for name in ([line] if type(line) is str else line)
    }
    usual = {
        "answers_offered", "speaking_minutes", "mission_city", "order_of_states", "time_zone",
        "time_zone_name_en", "links_open_for",
    }  # fmt: skip
    assert required - asked == usual
    assert len(asked) == 10
    assert all(options["classes"] == ["collapse"] for _title, options in others)


def test_the_form_offers_all_answers_and_proposes_the_usual_steps(admin_client):
    page = admin_client.get(ADD)
    sent = as_sent(page)

    assert len(sent["answers_offered"]) == 6
    assert len(sent["segments_offered"]) == 5
    days = [
        form["days_before"].value() for form in page.context["inline_admin_formsets"][0].formset
    ]
    assert days == [21, 7, 2, 42, 28, 14]


def test_the_form_proposes_the_time_of_geneva_in_six_languages(admin_client):
    form = admin_client.get(ADD).context["adminform"].form

    edition = EditionFactory()
    for language in Language.values:
        name = build_localized_fieldname("time_zone_name", language)
        setattr(edition, name, form[name].value())
    edition.full_clean()

    assert form["time_zone"].value() == "Europe/Zurich"
    assert all(lacking_in(edition, language) == [] for language in Language.values)


def test_no_other_time_is_called_that_of_geneva(admin_client):
    proposed = as_sent(admin_client.get(ADD))
    names = {name: said for name, said in proposed.items() if name.startswith("time_zone_name")}

    refused = add_edition(admin_client, **names, time_zone="Africa/Addis_Ababa")
    add_edition(admin_client, **dict.fromkeys(names, "Strelsau"), time_zone="Africa/Addis_Ababa")

    assert {*refused.context["adminform"].form.errors} == {*names}
    assert ForumEdition.objects.get().time_zone_name_fr == "Strelsau"


def test_what_comes_back_to_geneva_has_the_name_of_its_time_again(admin_client):
    names = dict.fromkeys(NAMES_OF_ITS_TIME, "Universal time")
    edition = EditionFactory(time_zone="UTC", **names)
    sent = as_sent(admin_client.get(page_of(edition)))
    typed = sent | {"time_zone": "Europe/Zurich", "time_zone_name_fr": "heure de Berne"}

    admin_client.post(page_of(edition), typed)

    edition = ForumEdition.objects.get()
    told = {name: getattr(edition, name) for name in names}
    assert told == NAMES_OF_ITS_TIME | {"time_zone_name_fr": "heure de Berne"}


def test_the_usual_steps_are_made_with_the_edition_and_approved_by_nobody(admin_client):
    formset = admin_client.get(ADD).context["inline_admin_formsets"][0].formset
    proposed = {
        field.html_name: field.value() for form in formset for field in form if field.value()
    }

    add_edition(admin_client, **proposed, **{"reminder_steps-TOTAL_FORMS": 6})

    edition = ForumEdition.objects.get()
    assert steps_of(edition) == USUAL
    assert not edition.reminder_steps.exclude(first_approver=None).exists()


def test_a_proposed_step_that_was_taken_away_is_not_made(admin_client):
    proposed = {
        "reminder_steps-0-days_before": 21,
        "reminder_steps-0-hour": 9,
        "reminder_steps-0-medium": "mail",
        "reminder_steps-0-audience": "office",
        "reminder_steps-0-variant": "first",
        "reminder_steps-TOTAL_FORMS": 1,
    }

    add_edition(admin_client, **proposed)

    assert steps_of(ForumEdition.objects.get()) == USUAL[:1]


@pytest.fixture
def step():
    return StepFactory(edition=EditionFactory(time_zone_name="Geneva time"))


def save_step(client, step, **words):
    page = client.get(page_of(step.edition))
    row = {"id": step.pk, "edition": step.edition_id, "days_before": step.days_before, "hour": 9}
    row |= {"medium": "mail", "audience": "office", "variant": "first", **words}
    typed = {f"reminder_steps-0-{name}": value for name, value in row.items()}
    return client.post(page_of(step.edition), as_sent(page) | typed)


def test_a_step_that_is_changed_where_it_is_listed_loses_both_approvals(admin_client, step):
    save_step(admin_client, step, days_before=14)

    step.refresh_from_db()
    assert (step.days_before, step.is_approved) == (14, False)


def test_the_text_of_a_step_is_chosen_by_its_name_in_the_language_of_staff(admin_client, step):
    admin_client.cookies["django_language"] = "fr"
    row = admin_client.get(page_of(step.edition)).context["inline_admin_formsets"][0].formset[0]

    names = dict(row.fields["variant"].choices)

    assert names.keys() == {"", "first", "last", "speaker", "head", "text"}
    assert (names["first"], names["last"]) == ("premier", "dernier")


@pytest.mark.parametrize("variant", ["", "speaker"])
def test_a_mail_without_a_text_of_a_reminder_is_refused_with_those_there_are(
    admin_client, step, variant
):
    page = save_step(admin_client, step, variant=variant)

    assert "There is no such text of a reminder. There are: first, last." in page.content.decode()


def test_a_step_is_added_where_the_others_are_listed(admin_client, step):
    added = {"edition": step.edition_id, "days_before": 3, "hour": 9, "medium": "call"}
    added |= {"audience": "office", "variant": ""}
    page = admin_client.get(page_of(step.edition))
    typed = {f"reminder_steps-1-{name}": value for name, value in added.items()}

    admin_client.post(
        page_of(step.edition), as_sent(page) | typed | {"reminder_steps-TOTAL_FORMS": 2}
    )

    assert (3, "call", "office", "") in steps_of(step.edition)
    assert not step.edition.reminder_steps.get(days_before=3).is_approved
    step.refresh_from_db()
    assert step.is_approved


def test_a_step_that_is_saved_as_it_was_keeps_its_approvals(admin_client, step):
    assert save_step(admin_client, step).status_code == 302

    step.refresh_from_db()
    assert step.is_approved


def test_a_mail_without_a_text_is_refused_beside_the_texts_that_exist(admin_client, step):
    answer = save_step(admin_client, step, variant="")

    assert "There are: first, last." in answer.content.decode()
    assert ReminderStep.objects.get().variant == "first"


# What is left


def test_the_list_says_what_an_edition_without_anything_lacks(settings):
    MemberStateFactory(language="fr")
    settings.MAILBOX = settings.MAILBOX._replace(scheme="smtp")

    found = items(EditionFactory(reply_before=dt.date(2000, 1, 1), theme_fr=""))

    assert {title for title, item in found.items() if item.is_done} == {"Words of your own"}
    assert found["Texts"].words == "Complete in 0 of 1 languages. Missing in French: theme."
    assert found["Texts"].url.endswith("#id_theme_fr")
    assert found["Reminder steps"].words == "There are none: nobody is reminded."
    assert found["Ministers"].words.startswith("0 of 1 States")
    assert found["Sending"].words.startswith("Nothing is sent")
    assert remaining(list(found.values())) == "7 items are open."


def test_the_list_names_what_the_letters_would_wait_for(in_time):
    in_time.contact_phone = ""
    for code in ("en", "fr"):
        setattr(in_time, f"organization_{code}", "")
    for code in Language.values:
        setattr(in_time, build_localized_fieldname("theme", code), "")
    in_time.save()
    MissionFactory(language="fr")

    found = items(in_time)["Texts"]

    said = "Missing in English, French: organization, telephone."
    assert (found.is_done, found.words) == (False, f"Complete in 0 of 2 languages. {said}")
    assert found.url.endswith("#id_organization_en")


def test_the_list_counts_the_words_of_another_organization_also_in_what_leaves_by_itself(in_time):
    in_time.name_en, in_time.name_fr = "World Congress of Orchards", "Congrès mondial des vergers"
    for code in set(Language.values) - {"en", "fr"}:
        setattr(in_time, build_localized_fieldname("name", code), "")
    LetterTemplate.objects.exclude(kind="acknowledgement").filter(language="en").delete()

    found = items(in_time)["Words of your own"]

    in_french = LetterTemplate.objects.filter(language="fr", paper__contains="Forum").count()
    assert in_french > 0
    assert not found.is_done
    assert "Forum" in found.words
    assert "French (" in found.words
    assert found.url.endswith("?language__exact=fr")


def test_the_list_names_the_ranks_that_are_those_of_itu(in_time):
    for code in Language.values:
        setattr(in_time, build_localized_fieldname("organizers", code), "the Orchards Organization")
    LetterTemplate.objects.all().delete()

    found = items(in_time)["Words of your own"]

    assert (found.is_done, found.words) == (False, "Ranks that name another organization: HADM.")
    assert found.url == reverse("admin:invitations_rank_changelist")


def test_the_list_says_that_everything_is_ready(in_time):
    edition = in_time
    StepFactory(edition=edition)
    send_test(
        LetterFactory(invitation=edition.invitations.get()),
        UserFactory(username="rupert", email="oneself@example.org"),
    )

    found = items(edition)

    assert found["Test letter"].words.startswith("rupert had one sent to themselves on ")
    assert {title for title, item in found.items() if not item.is_done} == set()
    assert remaining(list(found.values())) == "Everything is ready."


@pytest.fixture
def in_time():
    edition = EditionFactory()
    CircularFactory(edition=edition)
    InvitationFactory(edition=edition, status="draft", issued_at=None)
    return edition


def test_one_approval_of_a_step_is_not_enough():
    step = StepFactory(second_approver=None)

    item = items(step.edition)["Reminder steps"]

    assert (item.is_done, item.words) == (False, "0 of 1 approved by two people.")


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_eight_queries(django_assert_num_queries, in_time, number):
    reader = UserFactory()
    for days in range(number):
        StepFactory(edition=in_time, days_before=days)
        InvitationFactory(edition=in_time)
    reader.get_all_permissions()

    with django_assert_num_queries(8):
        checklist(in_time, reader)


def test_each_item_leads_whoever_may_go_there_to_a_page(admin_client, admin_user):
    edition = EditionFactory(theme_fr="")

    found = items(edition, admin_user)

    answers = {title: admin_client.get(item.url).status_code for title, item in found.items()}
    assert answers == dict.fromkeys(found, 200)
    assert len(answers) == 8


def test_the_list_leads_nowhere_its_reader_may_not_go(client):
    reader = signed_in(client, "view_forumedition")
    edition = EditionFactory()

    found = items(edition, reader)

    assert (found["Sending"].url, found["Circular of invitation"].url) == ("", "")
    assert "Before letters leave" in client.get(page_of(edition)).content.decode()


def test_its_page_says_until_when_an_edition_is_not_public(admin_client):
    draft = InvitationFactory(status="draft")
    told = "This edition is not public yet: with its first invitation in force"
    assert told in admin_client.get(page_of(draft.edition)).content.decode()
    assert told not in admin_client.get(ADD).content.decode()

    InvitationFactory(edition=draft.edition)

    assert told not in admin_client.get(page_of(draft.edition)).content.decode()


def test_the_checklist_of_what_is_postponed_names_no_earlier_day():
    edition = EditionFactory(postponed_at=timezone.now())

    dates = items(edition)["Dates"]

    assert (dates.is_done, dates.words) == (False, "postponed; new dates will be announced")
