"""The OpenAPI document, walked by schemathesis with what it allows and what it does not."""

import pytest
import schemathesis
from django.conf import settings
from django.core import signals
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis import GenerationMode

from delegations.models import ApiToken, Delegate, Delegation
from delegations.tests.api.published import V1, published_edition, session_of, speaker_of
from delegations.tests.api.tokens import released
from invitations.tests.databases import examples_of
from invitations.tests.factories import MemberStateFactory

pytestmark = [pytest.mark.walk, pytest.mark.django_db]

WALK = hypothesis_settings(
    max_examples=examples_of(60),
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def served(environ, start):
    """The site, as a server hands it a call from this machine."""
    here = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": settings.ALLOWED_HOSTS[0]}
    return WSGIHandler()({**environ, **here}, start)


@pytest.fixture
def described():
    """The document of the site, whose calls leave the connection of the test open."""
    told = (signals.request_started, signals.request_finished)
    for one in told:
        one.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi(f"{V1}/openapi.json", served)
    for one in told:
        one.connect(close_old_connections)


def words_for_everything():
    """Return a token of each scope, for an edition that has something of each kind."""
    edition = published_edition()
    session = session_of(edition)
    for place in (1, 2):
        speaker_of(session, MemberStateFactory(), place)
    for of in Delegation.objects.all():
        Delegate.objects.create(delegation=of, name="Flavia Elphberg")
    return released(edition, *ApiToken.SCOPES)[1]


@pytest.mark.parametrize("mode", GenerationMode)
def test_what_the_document_says_is_what_is_answered(described, mode):
    words = words_for_everything()
    walked = []
    for found in described.get_all_operations():
        operation = found.ok()
        # Whatever is asked for by words alone is understood.
        if mode.is_negative and not operation.query:
            continue
        walk(operation, mode, words)
        walked.append(operation.path)

    assert len(walked) >= (8 if mode.is_negative else 10)


def walk(operation, mode, words):
    @WALK
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case):
        cache.clear()
        # Of the edition that there is, more often than not.
        if case.path_parameters and case.method == "GET":
            case.path_parameters["symbol"] = "wsis-2027"
        token = {} if mode.is_negative else {"Authorization": f"Bearer {words}"}
        case.call_and_validate(headers=token)

    each()
