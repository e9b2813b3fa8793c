"""Words that are one in English and several in another language stay apart."""

import pytest
from django.utils import translation

from invitations.forms.action_forms import DispatchedForm
from invitations.forms.originals import HandedOverForm


@pytest.mark.parametrize("form", [DispatchedForm, HandedOverForm])
def test_the_number_of_a_pouch_is_no_number_of_a_document(form):
    with translation.override("zh-hans"):
        assert str(form.base_fields["reference"].label) == "寄发编号"
