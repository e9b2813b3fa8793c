"""What the first page asks of who is signed in, without the page around it."""

from django.contrib.auth import get_user
from django.test import RequestFactory

from delegations.desk.needs.page import needs_of
from delegations.desk.outbox import outbox_of
from delegations.desk.page_arguments import edition_asked


def needs_by_title(client, edition=None):
    request = RequestFactory().get("/", {"edition": edition.symbol} if edition else {})
    request.user = get_user(client)
    edition = edition_asked(request)
    return {str(need["title"]): need for need in needs_of(edition, request, outbox_of(edition))}
