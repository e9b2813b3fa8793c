"""All texts of a session in one package, and its list on paper in six languages."""

import io
import zipfile

import pytest
import time_machine
from auditlog.models import LogEntry
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from delegations.desk.floor.texts import named_texts
from delegations.models import PolicyStatement
from delegations.programme.inscribing import inscribe
from delegations.statements import file_text
from delegations.tests.places import announced, session_of
from invitations.models import Reply
from invitations.tests.desk import of_group, told
from invitations.tests.factories import EditionFactory, ReplyFactory
from invitations.tests.reading import ask

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_april():
    with time_machine.travel("2027-04-30T08:00Z", tick=False):
        yield


@pytest.fixture
def session():
    session = session_of(EditionFactory(speakers_published_at=timezone.now()), room="Room A")
    for name in ("Armenia", "Belgium", "Chad"):
        inscribe(announced(session, name, language="fr"))
    return session


@pytest.fixture
def desk(client):
    client.force_login(of_group("Speakers' desk"))
    return client


def office_of(session, name):
    return session.edition.invitations.get(member_state__short_name_en=name)


def files(session, name, words, called="statement.txt", **more):
    return file_text(office_of(session, name), words.encode(), called, **more)


def package(client, session):
    answer = client.post(reverse("desk:room_texts", args=[session.pk]))
    return zipfile.ZipFile(io.BytesIO(b"".join(answer)))


def bare(name, session):
    """The name with the State's own name in place of its code, which factories invent."""
    for invitation in session.edition.invitations.select_related("member_state"):
        name = name.replace(invitation.member_state.iso3, str(invitation.member_state))
    return name


def test_the_texts_are_named_in_the_order_of_the_speakers(desk, session):
    files(session, "Chad", "Words of Chad.", language="français")
    files(session, "Armenia", "Words of Armenia.")

    packed = package(desk, session)

    assert [bare(name, session) for name in packed.namelist()] == [
        "01 Armenia statement.txt",
        "03 Chad français statement.txt",
    ]
    assert packed.read(packed.namelist()[0]) == b"Words of Armenia."


def test_a_later_text_takes_the_place_of_the_earlier_one(desk, session):
    first = files(session, "Armenia", "First words.")
    files(session, "Armenia", "Last words.", replaces=first.pk)

    packed = package(desk, session)

    assert [packed.read(name) for name in packed.namelist()] == [b"Last words."]


def test_two_texts_of_a_state_have_two_names_that_any_computer_takes(desk, session):
    for language in ("fr", "en"):
        files(session, "Armenia", f"Words: {language}", 'a/b:"c".txt')

    names = [bare(name, session) for name in package(desk, session).namelist()]

    assert names == ["01 Armenia 1 a_b__c_.txt", "01 Armenia 2 a_b__c_.txt"]


def test_a_long_name_in_any_script_is_one_that_a_disk_takes_and_a_program_opens(desk, session):
    files(session, "Armenia", "First words.", "речь министра " * 8 + ".txt", language="русский")
    files(session, "Armenia", "Second words.", "部長的講話" * 23 + ".txt", language="中文" * 20)

    names = package(desk, session).namelist()

    assert max(len(name.encode()) for name in names) <= 255 - len(".missing.txt")
    assert [name[-4:] for name in names] == [".txt"] * 2
    assert len({*names}) == 2


def test_who_hands_in_the_text_alone_stands_apart(desk, session):
    files(session, "Belgium", "To be published.")
    PolicyStatement.objects.filter(delegation__member_state__short_name_en="Belgium").update(
        mode="written"
    )
    files(session, "Chad", "To be read.")

    names = [bare(name, session) for name, _text in named_texts(session)]

    assert names == ["not-read-out/Belgium statement.txt", "02 Chad statement.txt"]


def test_who_withdraws_altogether_is_in_no_package(desk, session):
    files(session, "Belgium", "Words of Belgium.")
    office_of(session, "Belgium").replies.update(status=Reply.Status.SUPERSEDED)
    ReplyFactory(invitation=office_of(session, "Belgium"), answer="regrets")

    page = desk.post(reverse("desk:room_texts", args=[session.pk]), follow=True)

    assert told(page) == ["No text is on file for this session yet."]


def test_what_is_only_published_is_a_package_of_the_whole_forum(desk, session):
    announced(session, "Estonia", answer="written", mode="written")
    announced(session, "Denmark", answer="written", mode="written")
    for name in ("Estonia", "Denmark", "Armenia"):
        files(session, name, f"Words of {name}.", language="English")

    answer = desk.post(reverse("desk:room_in_writing", args=[session.edition.symbol]))

    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer)))
    assert sorted(bare(name, session) for name in packed.namelist()) == [
        "Denmark English statement.txt",
        "Estonia English statement.txt",
    ]


def test_an_edition_without_a_list_hands_over_its_statements_in_writing(desk):
    edition = EditionFactory()

    page = desk.get(reverse("desk:room")).text

    assert f'action="{reverse("desk:room_in_writing", args=[edition.symbol])}"' in page


def test_who_finds_no_statement_in_writing_stays_in_the_edition(desk, session):
    answer = desk.post(reverse("desk:room_in_writing", args=[session.edition.symbol]))

    assert answer.url == f"{reverse('desk:room')}?edition={session.edition.symbol}"


def test_a_text_that_cannot_be_read_is_named_and_holds_back_no_other(desk, session):
    damaged = files(session, "Armenia", "Words of Armenia.")
    files(session, "Chad", "Words of Chad.")
    default_storage.delete(damaged.file.name)

    packed = package(desk, session)

    first, second = packed.namelist()
    assert bare(first, session) == "01 Armenia statement.txt.missing.txt"
    assert b"missing" in packed.read(first)
    assert packed.read(second) == b"Words of Chad."


def test_who_took_the_texts_is_on_file(desk, session):
    files(session, "Armenia", "Words of Armenia.")

    package(desk, session)

    taken = LogEntry.objects.filter(action=LogEntry.Action.ACCESS).latest("pk")
    assert taken.object_repr == "texts of statements: 1, ZIP"


@pytest.mark.parametrize("language", ["en", "fr", "ar", "es", "ru", "zh-hans"])
def test_the_list_is_printed_in_each_language(desk, session, language):
    page = reverse("desk:room_paper", args=[session.pk])

    answer = desk.get(page, {"language": language})

    assert answer["Content-Disposition"].endswith(f'-{language}.pdf"')
    read = ask(answer.content, "pdftotext", "-layout", "-", "-")
    assert read.count("Sapt") == 3
    assert "Room A" in read
    assert "11:00" in read
    assert "11:06" in read


def test_what_is_for_the_desk_alone_is_not_printed(desk, session):
    session.slots.filter(position=1).update(move_reason="The plane is late.")
    office_of(session, "Belgium").replies.update(answer="regrets")

    answer = desk.get(reverse("desk:room_paper", args=[session.pk]), {"language": "en"})

    read = ask(answer.content, "pdftotext", "-layout", "-", "-")
    assert "Armenia" in read
    assert "plane" not in read
    assert "Belgium" not in read
