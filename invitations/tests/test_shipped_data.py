"""What the migrations load: once, and never over what staff have written."""

import pytest

from invitations.data import HERE, add_missing, load_shipped
from invitations.models import FormOfAddress, LetterTemplate, Rank, StateAlias, Term
from invitations.tests.factories import MemberStateFactory, UserFactory

pytestmark = pytest.mark.django_db

SHIPPED = {Rank: 21, FormOfAddress: 318, Term: 162, LetterTemplate: 222}


def on_file():
    return {model: list(model.objects.order_by("pk").values()) for model in SHIPPED}


def counted(rows_of):
    return {model: len(rows) for model, rows in rows_of.items()}


def newest_invitation():
    of = {"kind": "invitation", "variant": "", "language": "en"}
    return LetterTemplate.objects.filter(**of).latest("version")


def test_shipped_data_loaded_again_changes_nothing(historical, django_assert_num_queries):
    before = on_file()

    with django_assert_num_queries(7):
        load_shipped(historical)

    assert on_file() == before
    assert counted(before) == SHIPPED


def test_what_staff_have_edited_stays(historical):
    Rank.objects.filter(code="HOS").update(name_fr="Chef de l’État", weight=1)
    FormOfAddress.objects.filter(language="en", form="HOS", gender="m").update(title="Mr")
    Term.objects.filter(key="ref", language="en").update(text="Reference:")
    before = on_file()

    load_shipped(historical)

    assert on_file() == before


def test_what_is_missing_is_added(historical):
    Term.objects.filter(key="ref").delete()
    FormOfAddress.objects.filter(language="ru", form="HOS").delete()
    LetterTemplate.objects.filter(kind="note", language="fr").delete()

    load_shipped(historical)

    assert counted(on_file()) == SHIPPED


def test_a_column_that_only_a_later_migration_adds_is_left_out(historical):
    add_missing(
        historical.get_model("invitations", "Term"),
        ["key", "language"],
        [{"key": "seal", "language": "en", "text": "Seal", "added_later": "yes"}],
    )

    assert Term.objects.get(key="seal").text == "Seal"


def test_a_shipped_text_that_has_changed_is_added_as_a_new_version(historical):
    shipped = newest_invitation()
    LetterTemplate.objects.filter(pk=shipped.pk).update(mail="As it was shipped before.")

    load_shipped(historical)

    assert (newest_invitation().version, newest_invitation().mail) == (2, shipped.mail)
    assert newest_invitation().second_approver is None


def test_no_version_is_added_after_one_that_a_person_wrote(historical):
    shipped = newest_invitation()
    LetterTemplate.objects.create(
        kind=shipped.kind, language=shipped.language, subject=shipped.subject,
        mail="As the secretariat has it.", version=2, written_by=UserFactory(),
    )  # fmt: skip

    load_shipped(historical)

    assert newest_invitation().version == 2
    assert LetterTemplate.objects.count() == SHIPPED[LetterTemplate] + 1


def test_an_approved_text_stays_in_use_until_two_people_approve_the_corrected_one(historical):
    of = {"kind": "reminder", "variant": "last", "language": "en"}
    shipped = LetterTemplate.objects.filter(**of)
    shipped.update(mail="As before.", first_approver=UserFactory(), second_approver=UserFactory())

    load_shipped(historical)

    assert shipped.latest("version").version == 2
    assert LetterTemplate.objects.for_letter("reminder", "last").get(language="en").version == 1


def test_forms_of_states_come_for_those_on_file(historical):
    kuwait = MemberStateFactory(iso3="KWT")

    load_shipped(historical)

    own = FormOfAddress.objects.filter(member_state=kuwait)
    assert set(own.values_list("form", flat=True)) == {"MON", "CROWN", "HOG"}
    assert own.get(form="MON", language="fr").salutation == "Altesse,"


def test_the_spellings_of_states_on_file_come_with_a_migration_and_no_others(historical):
    MemberStateFactory(iso3="NLD", short_name="Netherlands (Kingdom of the)")

    load_shipped(historical)

    assert {alias.member_state.iso3 for alias in StateAlias.objects.all()} == {"NLD"}
    assert StateAlias.objects.filter(key="holland", language="en").exists()


@pytest.mark.parametrize(
    ("language", "concerned"),
    [
        ("en", "concern this invitation"),
        ("fr", "concernent cette invitation"),
        ("es", "afectan a esta invitación"),
        ("ru", "касаются этого приглашения"),
        ("ar", "تخص هذه الدعوة"),
        ("zh-hans", "与此邀请有关"),
    ],
)
def test_the_reply_tells_whom_new_hours_concern_and_changes_no_programme(language, concerned):
    mail = (HERE / "templates" / f"calendar.{language}.md").read_text(encoding="utf-8")

    assert concerned in mail.partition("$sessions")[0]
