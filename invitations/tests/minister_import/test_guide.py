import io

import openpyxl
import pytest
from django.conf import settings
from django.utils import translation

from invitations.minister_import.columns import TABLE
from invitations.minister_import.guide import explained_columns, template_workbook
from invitations.tests import lists
from invitations.tests.lists import bring_in, read, saved

ruritania, edition = lists.ruritania, lists.edition
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def template(language):
    with translation.override(language):
        return openpyxl.load_workbook(io.BytesIO(template_workbook()))


def test_each_column_is_explained():
    assert all(column.meaning and column.example for _heading, column in explained_columns())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_template_filled_in_is_read_in_each_language(db, language):
    book = template(language)
    book.worksheets[0].append([column.example for column in TABLE])

    with translation.override(language):
        [row] = read(saved(book))

    assert row.cells == {column.name: column.example for column in TABLE}


def test_a_template_explains_its_columns_on_a_second_sheet(db):
    _list, explained = template("fr").worksheets

    rows = list(explained.iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == [heading for heading, _column in in_french()]
    assert len(rows) == len(TABLE)


def in_french():
    with translation.override("fr"):
        return explained_columns()


def test_an_arabic_template_reads_from_right_to_left(db):
    assert [sheet.sheet_view.rightToLeft for sheet in template("ar").worksheets] == [True, True]
    assert not template("ru").worksheets[0].sheet_view.rightToLeft


def test_a_template_offers_the_codes_of_a_column(db):
    offered = template("en").worksheets[0].data_validations.dataValidation

    assert '"m,f,x"' in {choice.formula1 for choice in offered}
    assert all(len(choice.formula1) < 256 for choice in offered)  # Excel refuses more


def test_the_examples_are_understood(edition):
    cells = {column.name: column.example for column in TABLE} | {"state": "XR"}
    del cells["replaces"]

    [entry] = bring_in(edition, cells)

    assert entry.is_new
