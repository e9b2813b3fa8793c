"""A site whose database is away says so and when to come again, and nothing typed is lost."""

import logging
import re
from contextlib import contextmanager
from html import unescape
from io import StringIO
from logging.config import dictConfig
from uuid import uuid4

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.urls import reverse

from delegations.tests.office.entry.addresses import address_of, office_of
from invitations.models import Reply
from invitations.tests.factories import InvitationFactory
from wsis_forum.logs import settings_of_logging

WORDS = {"answer": "regrets", "remarks": "A change of <government>.", "step": "record"}


def away(*_query):
    raise OperationalError("The database is away.")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/nowhere/", "/code/"])
def test_without_a_database_a_page_says_that_the_fault_is_ours(address):
    with connection.execute_wrapper(away):
        refused = Client(raise_request_exception=False).get(address)

    page = refused.content.decode()
    assert refused.status_code == 503
    assert 0 < int(refused["Retry-After"]) <= 60
    assert "no-store" in refused["Cache-Control"]
    assert "The fault is ours" in page
    assert 'href="/code/"' in page
    assert page.count('name="language"') == 6


@pytest.mark.django_db
@pytest.mark.parametrize("as_json", [False, True])
def test_each_request_without_a_database_takes_one_line_of_the_log(as_json):
    written = StringIO()
    with logging_into(written, as_json=as_json), connection.execute_wrapper(away):
        Client(raise_request_exception=False).get("/code/")

    (line,) = written.getvalue().splitlines()
    assert "ERROR" in line
    assert "/code/: The database is away." in line


def test_a_fault_of_another_kind_keeps_its_trace_in_the_log():
    written, error = StringIO(), RuntimeError("A fault of ours.")
    with logging_into(written):
        logging.getLogger("django.request").error("Fault", exc_info=error)

    assert "RuntimeError: A fault of ours." in written.getvalue().splitlines()


@contextmanager
def logging_into(written, *, as_json=False):
    """Let the site log as a deployment does, into a file of the test."""
    asked = settings_of_logging(as_json=as_json)
    asked["handlers"] = {"console": asked["handlers"]["console"] | {"stream": written}}
    logger, ours = logging.getLogger("django.request"), logging.getLogger().handlers
    dictConfig({**asked, "root": {}, "loggers": {"django.request": {"handlers": ["console"]}}})
    try:
        yield
    finally:
        logger.handlers.clear()
        logging.getLogger().handlers = ours


@pytest.fixture
def browser():
    """A browser that takes faults as a visitor does, and whose forms need their token."""
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


def token_on(page):
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())[1]


def fields_of_the_last_form(page):
    form = re.findall(r'<form id="again" method="post">.*?</form>', page.content.decode(), re.S)[-1]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    return {name: unescape(value) for name, value in found}


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [OperationalError, InterfaceError])
def test_what_an_office_has_typed_is_kept_on_the_page_and_sent_again_from_there(browser, fault):
    invitation = InvitationFactory()
    browser.get(address_of(invitation))
    page = office_of(invitation)
    words = WORDS | {"invitation": invitation.pk, "form_key": str(uuid4())}
    words["csrfmiddlewaretoken"] = token_on(browser.get(page))

    def lost(*_query):
        raise fault("The server closed the connection.")

    with connection.execute_wrapper(lost):
        refused = browser.post(page, words)
    kept = fields_of_the_last_form(refused)

    assert refused.status_code == 503
    assert WORDS.items() <= kept.items()
    assert Reply.objects.count() == 0
    assert browser.post(page, kept).url == reverse("office:recorded", args=[invitation.pk])
    assert Reply.objects.get().remarks == WORDS["remarks"]
    assert browser.post(page, kept).status_code == 302
    assert Reply.objects.count() == 1


@pytest.mark.django_db
def test_the_switch_of_languages_keeps_what_was_typed(browser):
    invitation = InvitationFactory()
    browser.get(address_of(invitation))
    page = office_of(invitation)
    token = token_on(browser.get(page))

    with connection.execute_wrapper(away):
        refused = browser.post(
            page, WORDS | {"language": "es", "csrfmiddlewaretoken": token, "from": "form"}
        )

    assert '<html lang="es"' in refused.content.decode()
    assert 'form="again" name="language" value="fr"' in refused.content.decode()
    assert fields_of_the_last_form(refused)["remarks"] == WORDS["remarks"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/office/1/", "/admin/account/login/"])
def test_what_another_site_sends_or_staff_type_is_not_shown_again(browser, address):
    sent = {"csrfmiddlewaretoken": "a" * 64, "remarks": "forged", "password": "forged"}

    with connection.execute_wrapper(away):
        refused = browser.post(address, sent)

    assert refused.status_code in (403, 503)
    assert "forged" not in refused.content.decode()
