"""Why a letter waits is kept in each language of the desk, and each reader reads it in theirs."""

import pytest
from django.conf import settings
from django.db import OperationalError
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from invitations.admin.list_columns import format_waiting_reason
from invitations.letters import composing_queue
from invitations.letters.composing_queue import compose_planned
from invitations.models import Letter, LetterTemplate
from invitations.outbox.monitoring import count_reasons_to_wait
from invitations.tests.factories import EditionFactory, LetterFactory, MemberStateFactory

pytestmark = pytest.mark.django_db

NO_FORM = (
    "No form of address in %(language)s is sure to fit (%(rank)s, %(gender)s, %(state)s): "
    "correct rank or gender, add a form for the State, or write name, opening and closing "
    "as printed on the person."
)
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def of_no_form(letter):
    """Return the reason in the active language, with the names that the language has."""
    minister = letter.invitation.minister
    return _(NO_FORM) % {
        "language": _("French"),
        "rank": minister.rank,
        "gender": minister.get_address_gender_display(),
        "state": minister.member_state,
    }


@pytest.fixture
def unaddressed(composed):
    """A letter to a king whom the list has as a president: no form is sure to fit."""
    names = {f"short_name_{code.replace('-', '_')}": f"Belgium {code}" for code in LANGUAGES}
    state = MemberStateFactory(iso3="BEL", language="fr", **names)
    return composed(member_state=state, language="fr", rank_id="HOS", address_gender="m")


def shown_to(client, language, url):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client.get(url).text


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_a_reason_with_names_is_read_in_the_language_of_the_reader(
    unaddressed, admin_client, language
):
    page = reverse("admin:invitations_letter_change", args=[unaddressed.pk])
    queue = reverse("admin:invitations_delivery_queue")
    progress = reverse("admin:invitations_circular_progress", args=[unaddressed.circular_id])
    with translation.override(language):
        said = of_no_form(unaddressed)

    assert f"Belgium {language}" in said
    history = reverse("admin:invitations_letter_history", args=[unaddressed.pk])
    for url in (page, queue, progress, history):
        assert escape(said) in shown_to(admin_client, language, url)


def test_the_worker_s_language_changes_nothing_of_what_is_kept(composed):
    LetterTemplate.objects.filter(kind="invitation", language="fr").delete()
    with translation.override("ar"):
        letter = composed(language="fr")

    assert letter.waiting_reason == "No approved text: invitation, French."
    with translation.override("es"):
        assert format_waiting_reason(letter) == _("No approved text: %(text)s, %(language)s.") % {
            "text": _("invitation"),
            "language": _("French"),
        }


def test_a_missing_text_is_named_in_the_history_in_the_reader_s_language(composed):
    letter = composed(EditionFactory(contact_phone=""), language="fr")

    event = letter.events.latest("pk")
    assert event.reason == letter.waiting_reason
    with translation.override("ar"):
        assert event.why == format_waiting_reason(letter) != letter.waiting_reason


def test_words_on_file_from_before_are_read_as_they_are():
    letter = LetterFactory(waiting_reason="Il manque un texte.")
    event = letter.events.create(state=Letter.State.PLANNED, reason="Typed by a person.")

    with translation.override("fr"):
        assert format_waiting_reason(letter) == "Il manque un texte."
        assert event.why == "Typed by a person."
    assert event.reason_by_language == {}


def test_letters_of_one_reason_are_counted_once_for_old_rows_and_new():
    LetterFactory(waiting_reason="No text.")
    LetterFactory(waiting_reason="No text.", waiting_reason_by_language={"fr": "Pas de texte."})

    with translation.override("fr"):
        assert count_reasons_to_wait() == [("Pas de texte.", False, 2)]


def test_the_reason_is_kept_in_each_language_after_the_database_failed(unaddressed, monkeypatch):
    kept = unaddressed.waiting_reason_by_language

    def lost(_letter):
        raise OperationalError

    Letter.objects.update(compose_again_at=None)
    monkeypatch.setattr(composing_queue, "compose_letter", lost)
    with pytest.raises(OperationalError):
        compose_planned()

    unaddressed.refresh_from_db()
    assert unaddressed.waiting_reason_by_language == kept
    assert sorted(kept) == sorted(set(LANGUAGES) - {"en"})
