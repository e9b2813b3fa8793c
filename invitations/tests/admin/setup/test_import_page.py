import pytest

from invitations.minister_import.columns import COLUMNS
from invitations.tests.factories import EditionFactory, UserFactory
from invitations.tests.lists import read
from invitations.tests.paper import past_edition

IMPORT = "/admin/invitations/minister/import/"
TEMPLATE = "/admin/invitations/minister/import/template/"


@pytest.fixture
def staff(client, db):
    client.force_login(UserFactory(is_superuser=True))
    return client


def test_the_page_explains_each_column_and_offers_a_template(staff):
    page = staff.get(IMPORT).content.decode()

    assert all(f'<code dir="ltr">{column}</code>' in page for column in COLUMNS)
    assert f'href="{TEMPLATE}"' in page
    assert "Family name<strong> (required)</strong>" in page


def test_the_edition_at_hand_is_chosen_already(staff):
    over = past_edition()
    ahead = EditionFactory()

    form = staff.get(IMPORT).context["form"]

    assert form["edition"].value() == ahead.pk != over.pk


def test_the_export_names_its_columns(staff):
    assert "given_name" in staff.get("/admin/invitations/minister/export/").content.decode()


def test_the_template_is_a_workbook_without_a_row(staff):
    file = staff.get(TEMPLATE)

    assert file["Content-Disposition"] == 'attachment; filename="ministers.xlsx"'
    with pytest.raises(Exception, match="has no row under its header"):
        read(file.content)


def test_the_template_needs_the_right_to_import(client, db):
    client.force_login(UserFactory())

    assert client.get(TEMPLATE).status_code == 403
