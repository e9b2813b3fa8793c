"""Children that call the office's page: to look, and to confirm an answer."""

import re
import sys
import uuid
from typing import NamedTuple

from django.core.management import call_command
from django.db import connection
from django.db.models import QuerySet
from django.utils import translation
from django.utils.html import escape

from invitations.models import Letter, LetterEvent, Reply, ReplyLink

from .calling import ANSWER_WORDS, Call, answered, call_on, get_call, post_call, request_bytes

LOOKS = 5  # at the page of each office
# What each office says, one after the other; the last is what most pages begin with.
ANSWERS = ("in_person", "video", "regrets", "represented")


class Browser(NamedTuple):
    """A browser that has opened its office's link and seen the page."""

    link: ReplyLink
    cookies: str
    token: str

    @property
    def page(self) -> str:
        return f"/office/{self.link.invitation_id}/"

    def looks(self, *holds: str) -> Call:
        """Ask for the office's own page: it must name the State in its language, and hold these."""
        with translation.override(self.link.invitation.minister.language):
            state = escape(self.link.invitation.member_state)
        return get_call(self.page, state, "csrfmiddlewaretoken", *holds, cookies=self.cookies)

    def confirms(self, answer: str) -> Call:
        words = ANSWER_WORDS | {
            "csrfmiddlewaretoken": self.token,
            "invitation": self.link.invitation_id,
            "form_key": uuid.uuid4(),
            "answer": answer,
            "step": "record",
        }
        return post_call(self.page, words, self.cookies)


def collect_static() -> None:
    call_command("collectstatic", interactive=False, verbosity=0)


def analyze() -> None:
    """Let PostgreSQL know its tables, as it does by itself within minutes of their filling."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def show(*server: str) -> None:
    """Measure the page of offices, with an answer on file or none yet."""
    answered_by = [ANSWER_WORDS["respondent_name"]] if Reply.objects.exists() else []
    call_on(server, [browser.looks(*answered_by) for browser in browsers(server)] * LOOKS)


def record(*server: str) -> None:
    """Let each office answer, and change its mind; no answer is lost, or acknowledged twice."""
    offices = browsers(server)
    calls = [browser.confirms(answer) for answer in ANSWERS for browser in offices]
    call_on(server, calls)
    found = (Reply.objects.count(), acknowledgements().count())
    if found != (len(calls), len(calls)):
        sys.exit(f"{len(calls)} answers left {found} replies and acknowledgements.")


def forget() -> None:
    """Delete all answers and their acknowledgements."""
    LetterEvent.objects.filter(letter__in=acknowledgements()).delete()
    acknowledgements().delete()
    Reply.objects.all().delete()


def acknowledgements() -> QuerySet[Letter]:
    return Letter.objects.filter(kind=Letter.Kind.ACKNOWLEDGEMENT)


def browsers(server: tuple[str, ...]) -> list[Browser]:
    links = ReplyLink.objects.current().order_by("pk")
    return [
        opened(int(server[0]), link)
        for link in links.select_related("invitation__member_state", "invitation__minister")
    ]


def opened(port: int, link: ReplyLink) -> Browser:
    held = cookie(answered(port, request_bytes("GET", f"/r/{link.token}/")))
    page = answered(port, request_bytes("GET", f"/office/{link.invitation_id}/", held))
    (token,) = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.decode()))
    return Browser(link, f"{held}; {cookie(page)}", token)


def cookie(answer: bytes) -> str:
    return "; ".join(re.findall(r"(?im)^set-cookie: ([^;]+)", answer.decode()))
