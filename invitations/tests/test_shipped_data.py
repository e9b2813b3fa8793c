"""What the migrations load: once, and never over what staff have written."""

import pytest

from invitations.data import load_shipped
from invitations.models import FormOfAddress, LetterTemplate, Rank, StateAlias, Term
from invitations.tests.factories import MemberStateFactory, UserFactory

pytestmark = pytest.mark.django_db

SHIPPED = {Rank: 14, FormOfAddress: 186, Term: 78, LetterTemplate: 66}


def on_file():
    return {model: list(model.objects.order_by("pk").values()) for model in SHIPPED}


def counted(rows_of):
    return {model: len(rows) for model, rows in rows_of.items()}


def newest_invitation():
    of = {"kind": "invitation", "variant": "", "language": "en"}
    return LetterTemplate.objects.filter(**of).latest("version")


def test_shipped_data_loaded_again_changes_nothing(historical, django_assert_num_queries):
    before = on_file()

    with django_assert_num_queries(6):
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

    assert (newest_invitation().version, LetterTemplate.objects.count()) == (2, 67)


def test_the_spellings_of_states_on_file_come_with_a_migration_and_no_others(historical):
    MemberStateFactory(iso3="NLD", short_name="Netherlands (Kingdom of the)")

    load_shipped(historical)

    assert {alias.member_state.iso3 for alias in StateAlias.objects.all()} == {"NLD"}
    assert StateAlias.objects.filter(key="holland", language="en").exists()
