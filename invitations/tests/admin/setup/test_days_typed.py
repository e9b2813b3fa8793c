"""Days as they are typed at the desk, in the order of its language."""

import pytest
from django.urls import reverse
from django.utils.translation import override

from invitations.forms.fields import AS_DAYS_ARE_WRITTEN, DayField

ADD = reverse("admin:invitations_forumedition_add")


@pytest.mark.parametrize("typed", ["2027-10-01", "01.10.2027", "1 October 2027", "1 Oct 2027"])
def test_a_day_is_taken_as_it_is_written_in_english(typed):
    with override("en"):
        assert DayField().clean(typed).isoformat() == "2027-10-01"


def test_a_day_is_the_first_number_in_arabic():
    with override("ar"):
        assert DayField().clean("01/10/2027").isoformat() == "2027-10-01"


@pytest.mark.django_db
def test_a_last_day_that_is_october_to_one_reader_and_january_to_another_is_refused(admin_client):
    typed = {"reply_before": "01/10/2027", "replies_closed_at_0": "01/10/2027"}

    form = admin_client.post(ADD, typed).context["adminform"].form

    assert form.errors["reply_before"] == [str(AS_DAYS_ARE_WRITTEN)]
    assert str(AS_DAYS_ARE_WRITTEN) in form.errors["replies_closed_at"]
