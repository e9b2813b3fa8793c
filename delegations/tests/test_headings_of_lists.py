"""No list, and no file of one, has two columns under one heading, whatever the language."""

from collections import Counter
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.utils import translation

from delegations.tests.lists import PAGES
from invitations.admin.export_cells import headings_of
from invitations.models import HeldChange, Language


def headings(page):
    shown = {"model": page.model, "model_admin": page, "list_display": page.list_display}
    return headings_of(SimpleNamespace(**shown, filter_specs=[]))


@pytest.mark.parametrize("language", Language.values)
def test_each_column_of_a_list_has_a_heading_of_its_own(language):
    with translation.override(language):
        of_lists = {
            page.model.__name__: Counter(headings(page)) for page in admin.site._registry.values()
        }

    twice = {
        name: [heading for heading, times in counted.items() if times > 1]
        for name, counted in of_lists.items()
    }
    assert {name: found for name, found in twice.items() if found} == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.model.__name__)
def test_each_column_of_a_file_has_a_heading(page):
    assert all(headings(page))


def test_the_status_of_a_change_is_not_called_as_the_states_that_it_concerns():
    assert {"States", "Status"} < {*headings(admin.site._registry[HeldChange])}
