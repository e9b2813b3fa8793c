"""Who acted is named by what was done then, and by nothing that the thread does later."""

import pytest
from auditlog.models import LogEntry
from django.db.models.signals import pre_save
from django.urls import reverse

from invitations.audit import acting, acting_user
from invitations.models import Minister
from invitations.tests.factories import MinisterFactory, UserFactory

pytestmark = pytest.mark.django_db


def named_in_the_history(minister):
    minister.save()
    entry = LogEntry.objects.get_for_object(minister).latest("pk")
    return entry.actor, entry.remote_addr


def a_name_later():
    minister = Minister.objects.get(pk=MinisterFactory().pk)
    minister.portfolio = "Minister of the Kingdom"
    return minister


def test_after_a_request_no_one_is_acting(admin_client):
    admin_client.get(reverse("admin:index"))

    assert acting_user() is None
    assert named_in_the_history(a_name_later()) == (None, None)


def test_after_an_act_that_failed_no_one_is_acting():
    with pytest.raises(ValueError, match="Strelsau"), acting(UserFactory()):
        raise ValueError("Strelsau")

    assert acting_user() is None


def test_one_person_acts_within_the_act_of_another():
    outer, inner = UserFactory(), UserFactory()
    receivers = len(pre_save.receivers)

    with acting(outer, "192.0.2.1"):
        with acting(inner):
            within = named_in_the_history(a_name_later())
        again = named_in_the_history(a_name_later())

    assert (within, again) == ((inner, None), (outer, "192.0.2.1"))
    assert acting_user() is None
    assert len(pre_save.receivers) == receivers
