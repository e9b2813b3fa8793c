"""The OpenAPI document, walked by schemathesis with what it allows and what it does not."""

import pytest
import schemathesis
from django.conf import settings
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis import GenerationMode

from delegations.tests.api.published import V1, published_edition, session_of, speaker_of
from invitations.tests.databases import AS_DEPLOYED
from invitations.tests.factories import MemberStateFactory

pytestmark = pytest.mark.django_db

WALK = hypothesis_settings(
    max_examples=60 if AS_DEPLOYED else 20,
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
    return schemathesis.openapi.from_wsgi(f"{V1}/openapi.json", served)


def edition_with_everything():
    session = session_of(published_edition())
    for place in (1, 2):
        speaker_of(session, MemberStateFactory(), place)


@pytest.mark.parametrize("mode", GenerationMode)
def test_what_the_document_says_is_what_is_answered(described, mode):
    edition_with_everything()
    walked = []
    for found in described.get_all_operations():
        operation = found.ok()
        # Whatever is asked for by words alone is understood.
        if mode.is_negative and not operation.query:
            continue
        walk(operation, mode)
        walked.append(operation.path)

    assert len(walked) >= (4 if mode.is_negative else 6)


def walk(operation, mode):
    @WALK
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case):
        cache.clear()
        case.call_and_validate()

    each()
