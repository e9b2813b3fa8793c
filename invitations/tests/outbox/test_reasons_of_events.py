"""Why a delivery changed is read in the language of the reader, whoever acted in which."""

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from invitations.letters.approval import recompose_letter
from invitations.letters.circulars import call_back_circular
from invitations.models import Delivery, LetterEvent
from invitations.outbox.decisions import decide_uncertain
from invitations.outbox.sending import break_off
from invitations.tests.factories import DeliveryFactory, UserFactory

pytestmark = pytest.mark.django_db


def read_in(language, event):
    with translation.override(language):
        return event.why


def last_event():
    return LetterEvent.objects.latest("pk")


def test_what_was_decided_at_a_french_desk_is_read_in_arabic(admin_client):
    delivery = DeliveryFactory(state=Delivery.State.UNCERTAIN)
    with translation.override("fr"):
        decide_uncertain(delivery, UserFactory(), went=True)

    assert last_event().reason == "it went"
    for language in ("fr", "ar"):
        with translation.override(language):
            said = _("it went")
        admin_client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        listed = admin_client.get(reverse("admin:invitations_letterevent_changelist")).text
        assert said != "it went"
        assert escape(said) in listed


def test_a_fault_of_a_delivery_is_told_in_each_language_with_its_own_words(queued):
    delivery = queued()

    break_off(delivery, delivery.state, "ValueError")

    with translation.override("ru"):
        assert last_event().why == _("it could not be handed over: %s") % "ValueError"


def test_letters_called_back_together_have_their_reason_in_each_language(composed):
    letter = composed()
    with translation.override("es"):
        recompose_letter(letter, UserFactory())

    event = letter.events.latest("pk")
    assert event.reason == "composed anew"
    with translation.override("zh-hans"):
        assert event.why == _("composed anew") != "composed anew"


def test_a_typed_reason_is_read_as_it_was_typed_in_any_language(issued):
    letter = issued().letters.get()
    with translation.override("fr"):
        call_back_circular(letter.circular, UserFactory(), "it went")

    event = letter.events.latest("pk")
    assert {read_in(code, event) for code, _name in settings.LANGUAGES} == {"it went"}
