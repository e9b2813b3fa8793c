import datetime as dt
import re
from io import BytesIO

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from delegations import statements
from delegations.models import Delegation, PolicyStatement, SpeakingSlot, StatementText
from delegations.office.access import link_cookie_name
from delegations.tests.office.statement.statements import announced, file, send, speaking, text_url
from delegations.tests.offices import browser, page_of, text
from delegations.tests.places import session_of
from invitations.files.frozen import thaw
from invitations.models import Invitation
from invitations.tests.factories import UserFactory
from invitations.tests.uploading import docx, odt, pdf, pdf_bomb, pdf_of_many_objects, picture

pytestmark = pytest.mark.django_db


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
    assert handed["Content-Disposition"] == f'attachment; filename="a speech.exe.{kind}"'
    assert handed["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in handed["Cache-Control"]


@pytest.mark.parametrize("look", ["document_kind", "redraw_photo"])
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
    for look in ("document_kind", "redraw_photo"):
        monkeypatch.setattr(statements, look, looked_at.append)

    send(browser(invitation), invitation, file(pdf()), photo=file(picture()))

    assert looked_at == []


def test_a_good_file_is_kept_beside_a_bad_one(invitation):
    client = browser(invitation)
    announced(client, invitation)

    page = text(send(client, invitation, file(pdf(), "speech.pdf"), file(b"MZ\0\0", "virus.pdf")))

    assert "Not every file could be taken" in page
    assert "virus.pdf: This is no PDF, DOCX, ODT or plain text" in page
    assert [filed.called for filed in StatementText.objects.all()] == ["speech.pdf"]


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (lambda: b"MZ\x90\0\0\0", "This is no PDF"),
        (lambda: pdf("Zenda"), "protected by a password"),
        (lambda: docx(("bomb", b"\0" * (70 * 1024 * 1024))), "This is no PDF"),
        (lambda: pdf_bomb(90), "This is no PDF"),
        (
            lambda: pdf_of_many_objects(500_000),
            "This PDF cannot be read safely: please save it anew",
        ),
        (lambda: b"x" * (10 * 1024 * 1024 + 1), "A file may have 10 MB at most."),
        (lambda: b"", "This is no PDF"),
    ],
    ids=["program", "locked", "bomb", "PDF bomb", "too many objects", "large", "empty"],
)
def test_a_hostile_file_is_refused_with_a_sentence(invitation, made, told):
    client = browser(invitation)
    announced(client, invitation)

    page = text(send(client, invitation, file(made())))

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


@pytest.mark.parametrize("replaces", [True, False])
def test_the_same_file_said_to_be_in_another_language_corrects_it(invitation, replaces):
    client = browser(invitation)
    announced(client, invitation)
    send(client, invitation, file(b"Paroles."), text_language="English")
    first = StatementText.objects.get()

    in_place = {"replaces": first.pk} if replaces else {}
    send(client, invitation, file(b"Paroles."), text_language="French", **in_place)

    first.refresh_from_db()
    assert first.replaced_at
    assert StatementText.objects.current().get().language == "French"


def test_the_same_file_without_its_language_keeps_the_one_that_was_said(invitation):
    client = browser(invitation)
    announced(client, invitation)
    send(client, invitation, file(b"Paroles."), text_language="French")

    send(client, invitation, file(b"Paroles."))

    assert StatementText.objects.get().language == "French"


def test_a_text_gives_way_to_one_that_is_on_file_already(invitation):
    client = browser(invitation)
    announced(client, invitation)
    send(client, invitation, file(b"Draft.", "draft.txt"), file(b"Final.", "final.txt"))
    draft = StatementText.objects.get(called="draft.txt")

    send(client, invitation, file(b"Final.", "final.txt"), replaces=draft.pk)

    assert StatementText.objects.current().get().called == "final.txt"
    assert StatementText.objects.count() == 2
    assert choices(client, invitation) == ["final.txt"]


def choices(client, invitation):
    page = client.get(page_of(invitation, "statement")).content.decode()
    return re.findall(r'<option value="\d+">([^<]*)</option>', page)


def test_no_text_comes_before_the_particulars_or_after_the_track(invitation):
    client = browser(invitation)
    early = text(send(client, invitation, file(b"Words.")))
    announced(client, invitation)
    with time_machine.travel("2027-05-12T22:00Z", tick=False):
        late = text(send(browser(invitation), invitation, file(b"Words.")))

    assert "Please save the particulars of the statement first." in early
    assert "Texts are not taken here any more" in late
    assert not StatementText.objects.exists()


@pytest.mark.parametrize(
    ("hour", "is_taken"), [("2027-05-12T08:59Z", True), ("2027-05-12T09:00Z", False)]
)
def test_a_late_text_is_taken_until_the_session_of_its_state_begins(invitation, hour, is_taken):
    announced(browser(invitation), invitation)
    begins = dt.datetime(2027, 5, 12, 9, tzinfo=dt.UTC)
    ends = begins + dt.timedelta(hours=1)
    second_day = session_of(invitation.edition, starts_at=begins, ends_at=ends)
    SpeakingSlot.objects.create(session=second_day, delegation=Delegation.objects.get(), position=1)

    with time_machine.travel(hour, tick=False):
        page = text(send(browser(invitation), invitation, file(b"Words.")))

    assert StatementText.objects.exists() == is_taken
    assert ("Texts are not taken here any more" in page) != is_taken


def test_a_text_of_a_statement_in_writing_is_taken_while_the_track_lasts(invitation):
    announced(browser(invitation), invitation)

    with time_machine.travel("2027-05-12T21:59Z", tick=False):
        send(browser(invitation), invitation, file(b"Words."))

    assert StatementText.objects.exists()


@pytest.mark.parametrize(("day", "asks"), [("2027-05-10", True), ("2027-05-12", False)])
def test_no_text_is_asked_for_by_a_day_that_is_over(invitation, day, asks):
    announced(browser(invitation), invitation)

    with time_machine.travel(f"{day}T08:00Z", tick=False):
        page = text(browser(invitation).get(page_of(invitation, "statement")))

    assert ("Please file texts before" in page) == asks
    assert ("Texts may be added and replaced" in page) != asks


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


def test_a_photo_of_twelve_megabytes_is_taken_and_one_of_more_than_twenty_is_not(invitation):
    client = browser(invitation)
    announced(client, invitation)
    megabyte, taken = 1024 * 1024, picture("JPEG")

    page = text(send(client, invitation, photo=file(taken + bytes(20 * megabyte))))
    send(client, invitation, photo=file(taken + bytes(12 * megabyte)))

    assert "A photo may have 20 MB at most." in page
    assert PolicyStatement.objects.get().photo.size < megabyte


def test_what_is_no_picture_is_no_photo(invitation):
    client = browser(invitation)
    announced(client, invitation)

    page = text(send(client, invitation, photo=file(pdf())))

    assert "This is no JPEG or PNG picture" in page
    assert client.get(page_of(invitation, "photo")).status_code == 404


def test_a_picture_of_too_many_pixels_is_refused_as_such(invitation):
    client = browser(invitation)
    announced(client, invitation)
    drawn = BytesIO()
    Image.new("1", (4100, 4100)).save(drawn, "PNG")

    page = text(send(client, invitation, photo=file(drawn.getvalue())))

    assert "it has too many pixels: please choose a smaller JPEG" in page
    assert not PolicyStatement.objects.get().photo


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
    assert on_desk["Content-Disposition"] == 'attachment; filename="speech.txt"'


@pytest.mark.parametrize(
    ("called", "handed"),
    [
        ("run.bat", "run.bat.txt"),
        ("speech.TXT", "speech.TXT"),
        ("H.E. Flavia", "H.E. Flavia.txt"),
        (".txt", ".txt"),
    ],
)
def test_a_text_is_handed_out_under_a_name_that_tells_its_kind(invitation, called, handed):
    client = browser(invitation)
    announced(client, invitation)
    send(client, invitation, file(b"del *.*", called))

    response = client.get(text_url(invitation, StatementText.objects.get()))

    assert response["Content-Disposition"] == f'attachment; filename="{handed}"'


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
