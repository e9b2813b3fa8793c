"""Files that come with a first statement that cannot be saved yet wait for it."""

import html
import re

import pytest
import time_machine
from django.core.files.storage import default_storage

from delegations.models import PolicyStatement, StatementText
from delegations.tests.office.statement.statements import file, speaking, words_of
from delegations.tests.offices import browser, page_of, text
from invitations.files.frozen import freeze
from invitations.models import DeletedFile
from invitations.models.deleted_files import files_below
from invitations.models.saved_forms import NEWEST_OF_EACH
from invitations.outbox.arming import arm
from invitations.outbox.retention import delete_expired
from invitations.tests.uploading import pdf, picture

pytestmark = pytest.mark.django_db


def save(client, invitation, *texts, **words):
    data = words_of(invitation, **words) | {"texts": list(texts)}
    return client.post(page_of(invitation, "statement"), data)


def notes_on(response):
    found = re.findall(r'name="waiting"[^>]*value="([^"]+)"', response.content.decode())
    return [html.unescape(note) for note in found]


def test_files_that_came_with_a_first_wrong_word_are_filed_once_it_is_right(invitation):
    client = browser(invitation)
    speech, portrait = file(pdf(), "speech.pdf"), file(picture(), "portrait.jpg")

    wrong = save(client, invitation, speech, speaker_name="", photo=portrait, text_language="Latin")
    assert not PolicyStatement.objects.exists()
    right = save(client, invitation, waiting=notes_on(wrong), text_language="Latin")

    assert "Files that came with this form" in text(wrong)
    assert "choose them again" not in text(wrong)
    assert "No file has been saved" not in text(wrong)
    assert 'value="Latin"' in text(wrong)
    page = text(client.get(right.url))
    assert "On file: speech.pdf and portrait.jpg" in page
    assert "Files that came with this form" not in page
    filed = StatementText.objects.get()
    assert (filed.called, filed.language) == ("speech.pdf", "Latin")
    assert PolicyStatement.objects.get().photo


def test_files_wait_through_one_wrong_word_after_another(invitation):
    client = browser(invitation)

    first = save(client, invitation, file(b"One.", "one.txt"), speaker_name="")
    second = save(
        client, invitation, file(b"Two.", "two.txt"), waiting=notes_on(first), speaker_name=""
    )
    save(client, invitation, waiting=notes_on(second))

    assert {*StatementText.objects.values_list("called", flat=True)} == {"one.txt", "two.txt"}


def test_a_file_whose_tick_is_taken_away_is_not_filed(invitation):
    client = browser(invitation)
    texts = (file(b"One.", "one.txt"), file(b"Two.", "two.txt"))
    wrong = save(client, invitation, *texts, speaker_name="")

    save(client, invitation, waiting=notes_on(wrong)[:1])

    assert StatementText.objects.get().called == "one.txt"


def test_a_bad_file_is_refused_at_once_and_a_good_one_beside_it_waits(invitation):
    texts = (file(b"MZ\0\0", "virus.pdf"), file(b"Words.", "words.txt"))

    wrong = save(browser(invitation), invitation, *texts, speaker_name="")

    assert "Not every file could be taken" in text(wrong)
    assert "virus.pdf: This is no PDF" in text(wrong)
    assert len(notes_on(wrong)) == 1


def test_files_outlast_the_switch_of_the_language(invitation):
    client = browser(invitation)

    switched = save(client, invitation, file(pdf(), "speech.pdf"), language="fr")
    save(client, invitation, waiting=notes_on(switched))

    assert StatementText.objects.get().called == "speech.pdf"


def test_no_other_office_files_what_waits(invitation):
    other = speaking("Strelsau")
    wrong = save(browser(invitation), invitation, file(b"Words."), speaker_name="")

    page = text(save(browser(other), other, waiting=notes_on(wrong)))

    assert "A file is not kept any more: please choose it again." in page
    assert not StatementText.objects.exists()


@pytest.mark.parametrize("note", ["nonsense", "WyJsZXR0ZXJzIl0:1abc:def"])
def test_a_note_that_nobody_signed_files_nothing(invitation, note):
    assert save(browser(invitation), invitation, waiting=note).status_code == 200
    assert not StatementText.objects.exists()


def test_after_a_day_the_file_is_gone_and_the_office_is_told(invitation, settings):
    settings.ARMING_KEY = arm()
    client = browser(invitation)
    wrong = save(client, invitation, file(b"Words."), speaker_name="")
    assert len([*files_below("waiting")]) == 1

    with time_machine.travel("2027-02-11T09:00:01Z", tick=False):
        delete_expired()
        page = text(save(browser(invitation), invitation, waiting=notes_on(wrong)))

    assert "A file is not kept any more: please choose it again." in page
    assert [*files_below("waiting")] == []
    assert PolicyStatement.objects.get().speaker_name == "Flavia Elphberg"


def test_what_a_killed_writer_leaves_goes_with_its_day(invitation, settings, monkeypatch):
    settings.ARMING_KEY = arm()

    def killed(*given):
        freeze(*given)
        raise SystemExit

    for module in ("delegations.office.forms.waiting_files", "invitations.models.deleted_files"):
        monkeypatch.setattr(f"{module}.freeze", killed, raising=False)
    with pytest.raises(SystemExit):
        save(browser(invitation), invitation, file(b"Words."), speaker_name="")
    assert len([*files_below("waiting")]) == 1

    with time_machine.travel("2027-02-11T09:00:01Z", tick=False):
        delete_expired()

    assert [*files_below("waiting")] == []


def test_a_file_that_is_lost_is_told_of_by_its_name(invitation):
    client = browser(invitation)
    wrong = save(client, invitation, file(b"Words.", "words.txt"), speaker_name="")
    default_storage.delete(DeletedFile.objects.get().name)

    page = text(save(client, invitation, waiting=notes_on(wrong)))

    assert "words.txt: It is not kept any more: please choose it again." in page


def test_one_open_link_fills_no_store(invitation):
    client = browser(invitation)
    DeletedFile.objects.bulk_create(
        DeletedFile(name=f"waiting/{invitation.pk}/{n}.txt") for n in range(NEWEST_OF_EACH)
    )

    page = text(save(client, invitation, file(b"Words."), speaker_name=""))

    assert "Too many files wait for their form" in page
    assert [*files_below("waiting")] == []


def test_who_does_not_speak_keeps_no_file_waiting():
    silent = speaking("Strelsau", "regrets")

    save(browser(silent), silent, file(b"Words."))

    assert [*files_below("waiting")] == []
