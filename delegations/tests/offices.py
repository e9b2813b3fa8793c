"""Offices that hold their links, what they type, and what they see."""

import re
import uuid

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from invitations.models import Channel
from invitations.replies import record_reply
from invitations.tests.factories import (
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
    MinisterFactory,
)


def invited(state, **particulars):
    minister = MinisterFactory(
        member_state=MemberStateFactory(short_name=state), portfolio=f"Minister of Posts of {state}"
    )
    invitation = InvitationFactory(minister=minister, **particulars)
    now = timezone.now()
    LetterFactory(
        invitation=invitation, state="approved", sha256="0" * 64, composed_at=now, approved_at=now
    )
    return invitation


def coming(state, **particulars):
    """An office that has answered: the minister comes in person."""
    invitation = invited(state, **particulars)
    record_reply(invitation, {"answer": "in_person"})
    return invitation


def page_of(invitation, name="answer"):
    return reverse(f"office:{name}", args=[invitation.pk])


class Browser(Client):
    """A browser that goes where an answer to a form leads, as far as its own page."""

    def post(self, *args, **named):
        response = super().post(*args, **named)
        return self.get(response.url) if "?shown=" in response.get("Location", "") else response


def browser(*invitations, **options):
    client = Browser(**options)
    for invitation in invitations:
        client.get(reverse("office:open", args=[invitation.links.current().get().token]))
    return client


def words_of(invitation, **words):
    answer = {"answer": "in_person", "invitation": invitation.pk, "form_key": uuid.uuid4()}
    return answer | words


def on_paper(invitation, **words):
    return record_reply(invitation, words, channel=Channel.NOTE_VERBALE, received_at=timezone.now())


def text(response):
    return " ".join(response.content.decode().split())


# Sessions and tokens that have ended


def token_in(response):
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', response.content.decode())[1]


def checked(page):
    """The values of the boxes that are ticked; a box without a value goes by its name."""
    boxes = [box for box in re.findall(r"<input[^>]*>", page) if " checked" in box]
    named = [
        re.search(r'value="([^"]*)"', box) or re.search(r'name="([^"]*)"', box) for box in boxes
    ]
    return {name[1] for name in named}


NOTHING = "Nothing has been recorded yet"
