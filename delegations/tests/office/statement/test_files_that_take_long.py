"""Many files in one form that take their time: the form ends, and what is good is on file."""

import time

import pytest

from delegations import statements
from delegations.models import StatementText
from delegations.office.views import statement_files
from delegations.tests.office.statement.statements import announced, file, send
from delegations.tests.offices import browser, text
from invitations.files import confined, pagecount
from invitations.files.confined import OutOfTime, all_within, run_confined
from invitations.tests.uploading import pdf

NOT_READ = "It was not read: the files took too long together. Please send it by itself."


@pytest.mark.django_db
def test_what_was_read_in_time_is_filed_and_each_other_file_is_named(invitation, monkeypatch):
    client, look = browser(invitation), statements.document_kind
    announced(client, invitation)
    monkeypatch.setattr(statement_files, "FORM_WITHIN", 0.2)

    def take_time(content):
        time.sleep(0.3)
        return look(content)

    monkeypatch.setattr(statements, "document_kind", take_time)
    texts = [file(f"Speech {number}".encode(), f"speech-{number}.txt") for number in range(3)]
    page = text(send(client, invitation, *texts))

    assert [filed.called for filed in StatementText.objects.all()] == ["speech-0.txt"]
    assert NOT_READ in page
    assert "speech-1.txt" in page
    assert "speech-2.txt" in page


def test_a_file_that_waits_for_those_of_other_forms_gives_up_in_time(monkeypatch):
    monkeypatch.setattr(confined, "AT_ONCE", confined.threading.BoundedSemaphore(1))

    with confined.AT_ONCE, all_within(0.1), pytest.raises(OutOfTime):
        run_confined(pagecount.__file__, pdf())


def test_a_file_is_given_what_is_left_of_the_time_of_its_form(tmp_path):
    program = tmp_path / "endless.py"
    program.write_text("import time; time.sleep(60)")

    with all_within(0.3), pytest.raises(OutOfTime):
        run_confined(str(program), b"")
