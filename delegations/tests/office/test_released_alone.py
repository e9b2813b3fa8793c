"""Nothing that one person typed is shown outside: one walk over all that anybody outside reads."""

import datetime as dt
import io
import re
import uuid

import pytest
import time_machine
from django.core.cache import caches
from django.test import Client, RequestFactory
from django.urls import URLResolver, get_resolver
from django.utils import timezone
from openpyxl import load_workbook

from delegations.models import ApiToken, Delegate, Delegation, SpeakingSlot, StatementText
from delegations.nominations import nominate_delegate
from delegations.office.views.errors import fault
from delegations.tests.api.published import V1, session_of
from delegations.tests.api.tokens import released, with_token
from delegations.tests.office.statement.statements import announced, file, photo, send
from delegations.tests.offices import browser, page_of, words_of
from delegations.tests.typed_alone import (
    LEADING_ELSEWHERE,
    SHORTEST_MARK,
    add_rows,
    rows_behind,
    type_all,
)
from invitations.letters.composing_queue import compose_planned
from invitations.links import replace_link
from invitations.models import DateChange, Language, LetterTemplate, Rank
from invitations.replies import record_reply
from invitations.tests.databases import AS_DEPLOYED
from invitations.tests.factories import (
    AnnouncedEditionFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
    MinisterFactory,
    MissionFactory,
    UserFactory,
)
from invitations.tests.moving import moved
from invitations.tests.reading import ask, message_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("in_february", "own_files"),
    # WeasyPrint leaves the colour profile of a PDF/A open.
    pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning"),
]

# What staff and machines of the house read, what only takes a form, and what the settings say.
NOT_OUTSIDE = (
    "admin/", "handbook/", "hooks/", "i18n/", "healthz", "metrics", "security.txt", ".well-known/",
)  # fmt: skip
# Addresses that lead to another one of the walk.
LEADING = {"open", "spoilt_page", "files", "still_valid", None}
# All six where a deployment runs: one walk takes some ten seconds.
LANGUAGES = Language.values if AS_DEPLOYED else [Language.ARABIC, Language.ENGLISH]
DRAFT = uuid.UUID(int=7)
# What differs from one request to the next.
BY_CHANCE = re.compile(
    r'name="csrfmiddlewaretoken" value="\w+"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
)


def at_work(state, edition, language):
    """An office that has given everything it is asked for."""
    named = MemberStateFactory(short_name=state, formal_name=f"Kingdom of {state}")
    minister = MinisterFactory(member_state=named, language=language, prenominal="Dr.")
    MissionFactory(city=edition.mission_city, states=[named])
    invitation = InvitationFactory(edition=edition, minister=minister)
    approved = {"state": "approved", "approved_at": timezone.now(), "sha256": "0" * 64}
    LetterFactory(
        invitation=invitation, composed_at=timezone.now(), check_code=state[0] * 12, **approved
    )
    words = {"substitute_name": "Sapt", "substitute_rank": Rank.objects.get(code="MIN")}
    record_reply(invitation, {"answer": "represented", "segments": ["opening"], **words})
    return invitation


def with_all_on_file(invitation, session):
    """The browser of the office, which has sent all that it is asked for."""
    client = browser(invitation)
    nominate_delegate(invitation, {"role": "head", "name": "Sapt"}, uuid.uuid4(), "")
    announced(client, invitation)
    send(client, invitation, file(b"We trust.", "speech.txt"), photo=photo())
    delegation = Delegation.objects.get(member_state=invitation.member_state)
    SpeakingSlot.objects.create(session=session, delegation=delegation, position=delegation.pk)
    draft = words_of(invitation, form_key=DRAFT, substitute_name="Rupert", answer="represented")
    client.post(page_of(invitation), draft | {"substitute_rank": "MIN", "step": "check"})
    client.get(page_of(invitation))  # says once what was saved
    return client


def addresses(patterns, before=""):
    """Yield the name and the route of each address that anybody outside may ask for."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if route.startswith(NOT_OUTSIDE):
            continue
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        else:
            yield pattern.name, route


def filled(route, invitation):
    """Return the address with the rows of the office: a new variable part has to be told here."""
    state = invitation.member_state
    rows = Delegate.objects.filter(delegation__member_state=state)
    if "/text/" in route:
        rows = StatementText.objects.filter(statement__delegation__member_state=state)
    values = {
        "invitation_id": invitation.pk,
        "pk": rows.get().pk,
        "token": invitation.links.current().get().token,
        "rest": "☃",
        "form_key": DRAFT,
        "kind": "privacy",
        "page": "CODE",
        "symbol": "wsis-2027",
    }
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), route)


def read(response):
    """Return what a person reads of an answer, be it a page, a PDF, a list or a calendar."""
    content = b"".join(response) if response.streaming else response.content
    kind = response.headers.get("Content-Type", "")
    if kind == "application/pdf":
        content = ask(content, "pdftotext", "-", "-").encode()
    elif "spreadsheet" in kind:
        sheet = load_workbook(io.BytesIO(content)).active
        choices = [one.formula1 for one in sheet.data_validations.dataValidation]
        content = repr([*sheet.values, *choices]).encode()
    named = [response.headers.get(one, "") for one in ("Location", "Content-Disposition")]
    return BY_CHANCE.sub("", " ".join([content.decode(errors="replace"), *named]))


def asked_each(client, invitation):
    """Yield what each address of the site answers to the office."""
    for name, route in addresses(get_resolver().url_patterns):
        response = client.get(filled(route, invitation))
        assert response.status_code == (302 if name in LEADING else 200), (name, response)
        yield route, read(response)


def asked_otherwise(client, invitation, gone):
    """Yield pages that no address has by itself: refusals, verdicts, forms with faults."""
    page, typed = page_of(invitation), words_of(invitation, substitute_rank="MIN")
    yield "several States", read(client.get("/states/"))
    yield "with faults", read(client.post(page, typed | {"answer": "nonsense"}))
    yield "with other dates", read(client.post(page, typed | {"dates": "0", "step": "record"}))
    yield "whoever holds no link", read(Client().post(page, typed))
    yield "a link that has ended", read(gone.post(page_of(gone.of), typed))
    yield "a letter checked", read(client.post("/check/", {"code": "R" * 12}))
    yield "a wrong code", read(client.post("/code/", {"code": "wrong"}))
    yield "nothing there", read(client.get("/nowhere/"))
    yield "a fault", read(fault(RequestFactory().get("/")))


def asked_by_machines(words):
    for route in Client().get(f"{V1}/openapi.json").json()["paths"]:
        answer = Client().get(route.replace("{symbol}", "wsis-2027"), **with_token(words))
        assert answer.status_code == 200, (route, answer.content)
        yield route, answer.content.decode()
    yield "in parts", Client().get(f"{V1}/editions?limit=1").content.decode()


def mailed(invitation):
    """Yield what automatic mail says once the office has written again; receipts are later."""
    record_reply(invitation, {"answer": "in_person", "segments": ["opening"]})
    with time_machine.travel("2027-02-10T12:00Z", tick=False):
        compose_planned()
    for letter in invitation.letters.exclude(message=""):
        message = message_of(letter)
        parts = [part.get_content() for part in message.walk() if not part.is_multipart()]
        yield letter.kind, "\n".join(map(str, [*message.values(), *parts]))


@pytest.fixture
def edition():
    """An edition whose list of speakers is public, and whose texts two people have approved."""
    days = ("reply_before", "opens_on", "track_opens_on", "track_closes_on", "closes_on")
    AnnouncedEditionFactory(symbol="wsis-2028", **dict.fromkeys(days, dt.date(2035, 5, 1)))
    LetterTemplate.objects.update(first_approver=UserFactory(), second_approver=UserFactory())
    return EditionFactory(
        symbol="wsis-2027",
        speakers_published_at=timezone.now(),
        postal_address="1 Castle Street, Strelsau",
        organization_phone="+41 22 555 0200",
        organization_fax="+41 22 555 0201",
        organization_email="union@example.org",
        organization_website="https://union.example.org/",
    )


@pytest.fixture
def everything(edition):
    """Return a function that reads all that these offices, machines and anybody else may read."""

    def of(one, other, third, language):
        session = session_of(edition, segment="opening")
        moved(edition, drafts_notice=False)
        with_all_on_file(other, session)
        client = with_all_on_file(one, session)
        client.get(f"/r/{other.links.get().token}/")
        client.post("/states/", {"step": "together"})
        client.cookies["django_language"] = language
        gone = browser(third)
        gone.of = third
        replace_link(third, 1, UserFactory(), "It was forwarded.")
        _token, words = released(edition, *ApiToken.SCOPES)

        def read_all():
            caches["template_fragments"].clear()
            return {
                **dict(asked_each(client, one)),
                **dict(asked_otherwise(client, one, gone)),
                **dict(asked_by_machines(words)),
            }

        return read_all

    return of


def test_an_office_gives_the_answers_that_two_people_offer(edition):
    office = at_work("Ruritania", edition, "en")
    edition.answers_offered = ["regrets"]
    edition.save()
    moved(edition, drafts_notice=False)

    client = browser(office)
    page = client.get(page_of(office, "change")).content.decode()
    words = words_of(office, answer="video", dates=DateChange.objects.get().pk, step="record")
    client.post(page_of(office), words)

    assert 'value="video"' in page
    assert office.replies.standing().get().answer == "video"


@pytest.mark.parametrize("but", [set(), LEADING_ELSEWHERE], ids=["all", "words"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_one_person_typed_is_shown_nowhere_outside(edition, everything, language, but):
    offices = [at_work(state, edition, language) for state in ("Ruritania", "Graustark", "Zenda")]
    read_all = everything(*offices, language)
    before = read_all()

    marks = type_all(rows_behind(offices, language), but)
    marks.append(add_rows(offices[0].member_state, language))
    after, mails = read_all(), dict(mailed(offices[0]))

    assert [name for name in before if before[name] != after[name]] == []
    assert {"acknowledgement", "receipt"} <= mails.keys()
    seen = "\n".join([*after.values(), *mails.values()])
    assert [mark for mark in marks if len(mark) >= SHORTEST_MARK and mark in seen] == []
