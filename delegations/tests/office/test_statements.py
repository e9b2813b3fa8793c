import datetime as dt
import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from delegations import statements
from delegations.models import (
    DelegationChange,
    HighLevelSession,
    PolicyStatement,
    StatementText,
)
from delegations.office.access import link_cookie_name
from delegations.tests.office.test_answer import browser, invited, page_of, text, token_in
from delegations.tests.office.test_entry import all_rows
from invitations.files.frozen import thaw
from invitations.models import Invitation, Rank
from invitations.replies import record_reply
from invitations.tests.factories import UserFactory
from invitations.tests.uploading import docx, odt, pdf, pdf_bomb, pdf_of_many_objects, picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_february(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel("2027-02-10T09:00Z", tick=False), translation.override("en"):
        yield


@pytest.fixture
def invitation():
    return speaking("Ruritania")


def speaking(state, answer="in_person", **words):
    invitation = invited(state)
    record_reply(invitation, {"answer": answer, **words})
    return invitation


def session_of(invitation, title="Dialogues", seats=20):
    return HighLevelSession.objects.create(
        edition=invitation.edition,
        segment="dialogues",
        title=title,
        starts_at=dt.datetime(2027, 5, 11, 9, tzinfo=dt.UTC),
        ends_at=dt.datetime(2027, 5, 11, 10, tzinfo=dt.UTC),
        seats=seats,
    )


def words_of(invitation, **words):
    own = {"invitation": invitation.pk, "speaker_name": "Flavia Elphberg", "mode": "in_person"}
    return own | words


def announced(client, invitation, **words):
    client.post(page_of(invitation, "statement"), words_of(invitation, **words))
    return PolicyStatement.objects.get(delegation__member_state=invitation.member_state)


def hidden(response, name):
    return re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())[1]


def seen_by(client, invitation):
    page = client.get(page_of(invitation, "statement")).content.decode()
    return re.search(r'name="seen"(?: value="(\w+)")?', page)[1] or ""


def file(content, name="speech"):
    return SimpleUploadedFile(name, content)


def send(client, invitation, *texts, **words):
    data = {"invitation": invitation.pk, "texts": list(texts), **words}
    return client.post(page_of(invitation, "files"), data)


# The particulars


@pytest.mark.parametrize(
    ("speaker", "rank"), [("Flavia Elphberg", "MIN"), ("Michael Strelsau", "VMIN"), ("Sapt", None)]
)
def test_the_speaker_s_rank_is_the_minister_s_or_the_substitute_s(speaker, rank):
    invitation = speaking(
        "Ruritania",
        "represented",
        substitute_name="Michael Strelsau",
        substitute_rank=Rank.objects.get(pk="VMIN"),
    )
    invitation.minister.given_name, invitation.minister.family_name = "Flavia", "Elphberg"
    invitation.minister.save()

    statement = announced(browser(invitation), invitation, speaker_name=speaker)

    assert statement.speaker_rank_id == rank


def test_a_change_of_the_substitute_asks_to_check_the_speaker(invitation):
    client = browser(invitation)
    for substitute in ("Michael Strelsau", "Rudolf Rassendyll"):
        record_reply(invitation, {"answer": "represented", "substitute_name": substitute})
        if substitute == "Michael Strelsau":
            announced(client, invitation, speaker_name=substitute)
            assert "please check" not in text(client.get(page_of(invitation)))

    assert "the answer now names another speaker: please check" in text(
        client.get(page_of(invitation))
    )

    announced(client, invitation, speaker_name="Antoinette", seen=seen_by(client, invitation))
    assert "please check" not in text(client.get(page_of(invitation)))


def test_a_rank_that_staff_put_right_stays_while_the_speaker_does(invitation):
    client = browser(invitation)
    statement = announced(client, invitation, speaker_name="Sapt")
    PolicyStatement.objects.update(speaker_rank="AMB")

    announced(
        client, invitation, speaker_name="Sapt", title="On trust", seen=seen_by(client, invitation)
    )
    statement.refresh_from_db()
    assert statement.speaker_rank_id == "AMB"

    announced(client, invitation, speaker_name="Fritz", seen=seen_by(client, invitation))
    statement.refresh_from_db()
    assert statement.speaker_rank_id is None


def test_a_statement_is_announced_with_all_that_is_asked(invitation):
    first, second = session_of(invitation, "First"), session_of(invitation, "Second")
    client = browser(invitation)
    words = words_of(
        invitation,
        speaker_function="Minister",
        title="On trust",
        theme="Trust",
        first_choice=first.pk,
        second_choice=second.pk,
        other_language="Ruritanian",
        interpretation="own",
        quotation="We\ntrust.",
        quotation_consent="on",
        biography="Born in Zenda.",
    )

    page = text(client.post(page_of(invitation, "statement"), words, follow=True))

    statement = PolicyStatement.objects.get()
    assert "The particulars of the statement are saved." in page
    assert "announced; the text may follow" in page
    assert (statement.first_choice, statement.second_choice) == (first, second)
    assert (statement.language, statement.other_language) == ("", "Ruritanian")
    assert statement.interpretation == "own"
    assert statement.quotation == "We\ntrust."
    assert statement.quotation_consent


@pytest.mark.parametrize(
    ("answer", "mode"), [("in_person", "in_person"), ("video", "video"), ("written", "written")]
)
def test_the_form_begins_with_what_the_answer_says(answer, mode):
    invitation = speaking("Ruritania", answer)

    page = browser(invitation).get(page_of(invitation, "statement")).content.decode()

    assert 'value="Flavia Elphberg"' in page
    assert re.search(rf'value="{mode}"[^>]* checked', page)


def test_the_form_begins_with_the_substitute():
    invitation = speaking("Ruritania", "represented", substitute_name="Colonel Sapt")

    assert 'value="Colonel Sapt"' in text(browser(invitation).get(page_of(invitation, "statement")))


@pytest.mark.parametrize("answer", ["attends_only", "regrets"])
def test_no_statement_is_asked_for_where_nobody_speaks(answer):
    invitation = speaking("Ruritania", answer)
    client = browser(invitation)

    page = text(client.get(page_of(invitation, "statement")))
    refused = text(client.post(page_of(invitation, "statement"), words_of(invitation)))

    assert "With the answer on file no statement is expected" in page
    assert "Save the particulars" not in page
    assert "once an answer with a statement stands" in refused
    assert not PolicyStatement.objects.exists()


def test_after_regrets_the_office_still_finds_what_it_sent(invitation):
    client = browser(invitation)
    announced(client, invitation)
    send(client, invitation, file(b"We trust.", "speech.txt"))
    record_reply(invitation, {"answer": "regrets"})
    way = page_of(invitation, "statement")

    assert f'href="{way}"' in text(client.get(page_of(invitation)))
    page = text(client.get(way))
    assert "speech.txt" in page
    assert "Send the files" not in page


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("speaker_name", "", "Please name the speaker."),
        ("mode", "", "Please choose how the statement is delivered."),
        ("title", "x" * 100_000, "at most 200 characters"),
        ("quotation", "x" * 401, "at most 400 characters"),
        ("biography", "x\x07", "This holds signs that are no writing"),
        ("first_choice", "9" * 30, "Select a valid choice"),
        ("spoken", "xx", "Select a valid choice"),
        ("other_language", "Ruritanian", "not both"),
    ],
)
def test_what_is_wrong_is_named_and_what_was_typed_is_kept(invitation, field, typed, told):
    session_of(invitation)
    words = words_of(invitation, theme="Trust", spoken="fr") | {field: typed}

    page = text(browser(invitation).post(page_of(invitation, "statement"), words))

    assert "Nothing has been saved yet" in page
    assert told in page
    assert 'value="Trust"' in page
    assert not PolicyStatement.objects.exists()


def test_the_second_preference_is_another_session(invitation):
    session = session_of(invitation)
    words = words_of(invitation, first_choice=session.pk, second_choice=session.pk)

    page = text(browser(invitation).post(page_of(invitation, "statement"), words))

    assert "The second preference is another session." in page


def test_ten_times_the_same_form_is_one_statement(invitation):
    client = browser(invitation)

    answers = [
        client.post(page_of(invitation, "statement"), words_of(invitation)) for _again in range(10)
    ]

    assert {response.url for response in answers} == {page_of(invitation, "statement")}
    assert PolicyStatement.objects.count() == DelegationChange.objects.count() == 1


def test_a_stale_form_shows_both_and_keeps_what_was_typed(invitation):
    client = browser(invitation)
    announced(client, invitation)
    opened = seen_by(client, invitation)
    PolicyStatement.objects.update(title="On hope", language="fr")

    stale = client.post(
        page_of(invitation, "statement"), words_of(invitation, title="On trust", seen=opened)
    )

    page = text(stale)
    assert stale.status_code == 409
    assert "<bdi>On hope</bdi>" in page
    assert "<bdi>On trust</bdi>" in page
    assert "<bdi>French</bdi>" in page
    assert 'value="On trust"' in page
    words = words_of(invitation, title="On trust", seen=hidden(stale, "seen"))
    client.post(page_of(invitation, "statement"), words)
    assert PolicyStatement.objects.get().title == "On trust"


def test_two_offices_that_announce_at_once_see_each_other(invitation):
    client = browser(invitation)
    announced(client, invitation, title="On hope")

    stale = client.post(
        page_of(invitation, "statement"), words_of(invitation, title="On trust", seen="")
    )

    assert stale.status_code == 409
    assert PolicyStatement.objects.get().title == "On hope"


def test_the_language_of_the_page_changes_and_what_was_typed_stays(invitation):
    words = words_of(invitation, title="On trust", spoken="ru", language="fr")

    page = text(browser(invitation).post(page_of(invitation, "statement"), words))

    assert '<html lang="fr"' in page
    assert 'value="On trust"' in page
    assert '<option value="ru" selected>' in page
    assert not PolicyStatement.objects.exists()


def test_a_stale_token_loses_nothing(invitation):
    client = browser(invitation, enforce_csrf_checks=True)
    words = words_of(invitation, title="On trust", csrfmiddlewaretoken="x" * 64)

    refused = client.post(page_of(invitation, "statement"), words)

    assert refused.status_code == 403
    assert 'value="On trust"' in text(refused)
    again = words | {"csrfmiddlewaretoken": token_in(refused)}
    client.post(page_of(invitation, "statement"), again)
    assert PolicyStatement.objects.get().title == "On trust"


# The files


@pytest.mark.parametrize(
    ("content", "kind"),
    [(pdf(), "pdf"), (docx(), "docx"), (odt(), "odt"), ("Bonjour à tous".encode(), "txt")],
)
def test_a_text_is_filed_under_its_hash_and_handed_back(invitation, content, kind):
    client = browser(invitation)
    announced(client, invitation)

    response = send(client, invitation, file(content, "a speech.exe"), text_language="Ruritanian")

    filed = StatementText.objects.get()
    assert response.url == page_of(invitation, "statement")
    assert (filed.kind, filed.language, filed.size) == (kind, "Ruritanian", len(content))
    assert filed.file.name == f"statements/{filed.sha256[:2]}/{filed.sha256}.{kind}"
    assert thaw(filed.file.name, filed.sha256) == content
    handed = client.get(text_url(invitation, filed))
    assert b"".join(handed) == content
    assert handed["Content-Disposition"].startswith("attachment; ")
    assert handed["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in handed["Cache-Control"]


@pytest.mark.parametrize("look", ["document_kind", "redrawn"])
def test_others_may_write_while_a_file_is_looked_at(invitation, monkeypatch, look):
    client, kind_told, held = browser(invitation), getattr(statements, look), []
    announced(client, invitation)

    def looked_at(content):
        held.extend(connection.savepoint_ids)
        return kind_told(content)

    monkeypatch.setattr(statements, look, looked_at)
    response = send(client, invitation, file(pdf()), photo=file(picture()))

    assert response.status_code == 302
    assert held == []


def test_the_files_of_who_does_not_speak_are_not_looked_at(monkeypatch):
    invitation, looked_at = speaking("Strelsau", "regrets"), []
    for look in ("document_kind", "redrawn"):
        monkeypatch.setattr(statements, look, looked_at.append)

    send(browser(invitation), invitation, file(pdf()), photo=file(picture()))

    assert looked_at == []


def text_url(invitation, filed):
    return reverse("office:text", args=[invitation.pk, filed.pk])


def test_a_good_file_is_kept_beside_a_bad_one(invitation):
    client = browser(invitation)
    announced(client, invitation)

    page = text(send(client, invitation, file(pdf(), "speech.pdf"), file(b"MZ\0\0", "virus.pdf")))

    assert "Not every file could be taken" in page
    assert "virus.pdf: This is no PDF, DOCX, ODT or plain text" in page
    assert [filed.called for filed in StatementText.objects.all()] == ["speech.pdf"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"MZ\x90\0\0\0", "This is no PDF"),
        (pdf("Zenda"), "protected by a password"),
        (docx(("bomb", b"\0" * (70 * 1024 * 1024))), "This is no PDF"),
        (pdf_bomb(90), "This is no PDF"),
        (pdf_of_many_objects(500_000), "This PDF cannot be read safely: please save it anew"),
        (b"x" * (10 * 1024 * 1024 + 1), "A file may have 10 MB at most."),
        (b"", "This is no PDF"),
    ],
    ids=["program", "locked", "bomb", "PDF bomb", "too many objects", "large", "empty"],
)
def test_a_hostile_file_is_refused_with_a_sentence(invitation, content, told):
    client = browser(invitation)
    announced(client, invitation)

    page = text(send(client, invitation, file(content)))

    assert "No file has been saved" in page
    assert told in page
    assert not StatementText.objects.exists()


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"Words.", "speech.PDF", "The name ends in .pdf, but the content is TXT"),
        (b"<!doctype html><p>Error", "speech.pdf", "The name ends in .pdf, but the content is TXT"),
        (b"<!doctype html><p>Words", "speech.html", "The name ends in .html"),
        (b"<svg onload='alert(1)'/>", "speech.svg", "The name ends in .svg"),
        (pdf(), "speech.docx", "The name ends in .docx, but the content is PDF"),
        (docx(), "speech.pdf", "The name ends in .pdf, but the content is DOCX"),
    ],
)
def test_a_name_that_contradicts_the_content_is_refused(invitation, content, name, told):
    client = browser(invitation)
    announced(client, invitation)

    assert told in text(send(client, invitation, file(content, name)))
    assert not StatementText.objects.exists()


def test_a_refused_file_is_named_with_the_colon_of_the_language(invitation):
    client = browser(invitation)
    announced(client, invitation)
    client.cookies["django_language"] = "fr"

    page = send(client, invitation, file(b"Words.", "speech.pdf"))

    assert "speech.pdf\u00a0: Le nom" in page.content.decode()


@pytest.mark.parametrize("name", ["speech", "speech.TXT", "speech.md", "H.E. Flavia", ".txt"])
def test_a_name_that_promises_no_other_kind_is_taken(invitation, name):
    client = browser(invitation)
    announced(client, invitation)

    assert send(client, invitation, file(b"Words.", name)).status_code == 302
    assert StatementText.objects.get().called == name


def test_a_replaced_text_stays_on_file(invitation):
    client = browser(invitation)
    announced(client, invitation)
    send(client, invitation, file(b"First."))
    first = StatementText.objects.get()

    send(client, invitation, file(b"Second.", "new.txt"), replaces=first.pk)

    assert [filed.called for filed in StatementText.objects.current()] == ["new.txt"]
    page = text(client.get(page_of(invitation, "statement")))
    assert "it stays on file" in page
    assert "announced, with 1 text" in page
    assert b"".join(client.get(text_url(invitation, first))) == b"First."


def test_a_text_that_was_replaced_meanwhile_is_not_replaced_again(invitation):
    client = browser(invitation)
    announced(client, invitation)
    send(client, invitation, file(b"First."))
    first = StatementText.objects.get()
    send(client, invitation, file(b"Second."), replaces=first.pk)

    page = text(send(client, invitation, file(b"Third."), replaces=first.pk))

    assert "No file has been saved" in page
    assert StatementText.objects.count() == 2


def test_the_same_file_ten_times_is_filed_once(invitation):
    client = browser(invitation)
    announced(client, invitation)

    for _again in range(10):
        send(client, invitation, file(pdf_once))

    assert StatementText.objects.count() == 1


pdf_once = pdf()


def test_no_text_comes_before_the_particulars_or_after_the_opening(invitation):
    client = browser(invitation)
    early = text(send(client, invitation, file(b"Words.")))
    announced(client, invitation)
    with time_machine.travel("2027-05-10T22:00Z", tick=False):
        late = text(send(browser(invitation), invitation, file(b"Words.")))

    assert "Please save the particulars of the statement first." in early
    assert "The High-Level Track has begun" in late
    assert not StatementText.objects.exists()


def test_a_photo_is_filed_and_replaced(invitation):
    client = browser(invitation)
    announced(client, invitation)

    send(client, invitation, photo=file(picture("PNG"), "photo.gif"))
    first = PolicyStatement.objects.get()
    send(client, invitation, photo=file(picture("JPEG"), "photo.gif"))

    second = PolicyStatement.objects.get()
    assert first.photo.name.endswith(".png")
    assert second.photo.name.endswith(".jpg")
    handed = client.get(page_of(invitation, "photo"))
    assert handed["Content-Type"] == "image/jpeg"
    assert handed["Content-Disposition"] == 'attachment; filename="photo.jpg"'


def test_what_is_no_picture_is_no_photo(invitation):
    client = browser(invitation)
    announced(client, invitation)

    page = text(send(client, invitation, photo=file(pdf())))

    assert "This is no JPEG or PNG picture" in page
    assert client.get(page_of(invitation, "photo")).status_code == 404


def test_files_are_for_their_own_office_and_for_staff_alone(invitation):
    other = speaking("Strelsau")
    client = browser(invitation)
    announced(client, invitation)
    send(client, invitation, file(b"Words."))
    filed = StatementText.objects.get()

    assert browser(other).get(text_url(invitation, filed)).status_code == 404
    assert browser(other).get(text_url(other, filed)).status_code == 404
    assert Client().get(text_url(invitation, filed)).status_code == 404
    staff = Client()
    staff.force_login(UserFactory(is_superuser=True))
    assert b"".join(staff.get(text_url(invitation, filed))) == b"Words."
    on_desk = staff.get(reverse("admin:delegations_statementtext_file", args=[filed.pk]))
    assert on_desk["Content-Disposition"].startswith("attachment; ")


def test_a_name_of_a_file_turns_nothing_round(invitation):
    client = browser(invitation)
    announced(client, invitation)

    send(client, invitation, file(b"Words.", "speech\u202efdp.exe"))

    assert StatementText.objects.get().called == "speechfdp.exe"


def test_a_link_that_is_no_longer_held_asks_for_the_files_again(invitation):
    client = browser(invitation)
    announced(client, invitation)
    client.cookies.pop(link_cookie_name(invitation.pk))

    page = text(send(client, invitation, file(b"Words.")))

    assert "please choose the files again" in page
    assert not StatementText.objects.exists()


def test_nothing_is_filed_after_a_withdrawal(invitation):
    client = browser(invitation)
    announced(client, invitation)
    Invitation.objects.update(status="withdrawn", withdrawn_at=timezone.now())

    assert send(client, invitation, file(b"Words.")).status_code == 410
    assert not StatementText.objects.exists()


def test_looking_changes_nothing(invitation):
    client = browser(invitation)
    announced(client, invitation)
    send(client, invitation, file(b"Words."), photo=file(picture()))
    before = all_rows()

    for name in ("statement", "photo"):
        assert client.get(page_of(invitation, name)).status_code == 200
    assert client.get(page_of(invitation, "files")).url == page_of(invitation, "statement")
    assert all_rows() == before


def test_the_desk_shows_the_texts_and_notes_what_staff_change(admin_client, invitation):
    client = browser(invitation)
    statement = announced(client, invitation)
    send(client, invitation, file(b"Words.", "speech.txt"))
    url = reverse("admin:delegations_policystatement_change", args=[statement.pk])

    assert "speech.txt" in admin_client.get(url).content.decode()
    admin_client.post(
        url,
        {
            "delegation": statement.delegation_id,
            "speaker_name": "Colonel Sapt",
            "speaker_rank": statement.speaker_rank_id,
            "mode": "video",
            "texts-TOTAL_FORMS": 0,
            "texts-INITIAL_FORMS": 0,
        },
    )
    page = text(client.get(page_of(invitation, "delegation")))
    assert "Colonel Sapt</bdi>: changed (speaker, mode)" in page
    assert "the secretariat" in page


# Fast


@pytest.mark.parametrize("texts", [1, 10])
def test_queries_of_the_page_and_of_a_change(invitation, django_assert_num_queries, texts):
    session_of(invitation)
    client = browser(invitation)
    announced(client, invitation)
    send(client, invitation, *[file(f"Words {n}".encode()) for n in range(texts)])
    seen = seen_by(client, invitation)

    # The invitation by its link, the sessions of the track, the replies, the State's answers, the
    # delegation with its statement, how many texts it has, and they.
    with django_assert_num_queries(7):
        client.get(page_of(invitation, "statement"))
    with django_assert_num_queries(11):
        client.post(page_of(invitation, "statement"), words_of(invitation, title="New", seen=seen))
