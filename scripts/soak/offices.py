"""Offices that answer by their browsers, and write down what each was told."""

import random
import re
import time
from html import escape, unescape
from threading import Event, Thread
from typing import NamedTuple

import requests

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')
PATIENCE, TRIES = 60, 30  # seconds for one answer; how often an office asks for it
WORDS = {"answer": "regrets", "respondent_name": "Colonel Sapt"}


CUT_OFF, SILENCE = 0, -1


class Told(NamedTuple):
    """The status of an answer; or that the connection was cut off, or nothing said for a minute."""

    at: float
    seconds: float
    status: int


class Unanswered(Exception):
    """The site has not answered, however often an office came again."""


class Office(Thread):
    """An office that opens its link, and changes its reply again and again until the hour ends."""

    def __init__(self, site: str, token: str, invitation: int, over: Event) -> None:
        super().__init__(daemon=True)
        self.site, self.link = site, f"/r/{token}/"
        self.invitation, self.page = invitation, f"/office/{invitation}/"
        self.over = over
        self.pauses = random.Random(invitation)  # noqa: S311 -- to be done again
        self.browser = requests.Session()
        self.browser.trust_env = False
        # As nginx calls it: each request by a connection of its own.
        self.browser.headers["Connection"] = "close"
        self.told: list[Told] = []
        self.thanked: list[str] = []
        self.breaches: list[str] = []

    def run(self) -> None:
        number = 0
        try:
            self.ask("GET", self.link)
            while not (self.over.is_set() or self.breaches):
                number += 1
                self.answer(f"Train <{number}> of office {self.invitation}")
        except Unanswered as never:
            self.breaches.append(str(never))

    def answer(self, remarks: str) -> None:
        """Type a reply, look at its summary, and have it recorded."""
        form = hidden(self.ask("GET", f"{self.page}change/"))
        summary = self.ask("POST", self.page, form | WORDS | {"remarks": remarks, "step": "check"})
        if hidden(summary).get("remarks") != remarks:
            self.breaches.append(f"{summary.status_code} at {summary.url}: what was typed is lost")
            return
        thanks = self.ask("POST", self.page, hidden(summary) | {"step": "record"})
        if thanks.url.endswith("/thanks/"):
            self.thanked.append(remarks)
        else:
            self.breaches.append(f"{thanks.status_code} instead of thanks at {thanks.url}")

    def ask(
        self, method: str, address: str, words: dict[str, str] | None = None
    ) -> requests.Response:
        """Ask until there is an answer, as often as the site says to come again."""
        for _time in range(TRIES):
            time.sleep(self.pauses.uniform(1, 4))
            answer = self.asked_once(method, address, words)
            if answer is None:
                continue
            if answer.status_code != 503:
                if answer.status_code >= 400:
                    self.breaches.append(f"{answer.status_code} at {answer.url}")
                return answer
            self.judge(answer, words)
            if answer.request.method == "GET":
                method, address, words = "GET", answer.url.removeprefix(self.site), None
        raise Unanswered(f"Office {self.invitation} has no answer to its {method}.")

    def asked_once(
        self, method: str, address: str, words: dict[str, str] | None
    ) -> requests.Response | None:
        began = time.monotonic()
        answer, status = None, CUT_OFF
        try:
            answer = self.browser.request(
                method, f"{self.site}{address}", data=words, timeout=PATIENCE
            )
            status = answer.status_code
        except requests.Timeout:
            status = SILENCE
        except requests.RequestException:
            answer = None
        self.told.append(Told(time.monotonic(), time.monotonic() - began, status))
        return answer

    def judge(self, refused: requests.Response, words: dict[str, str] | None) -> None:
        """Check that who is sent away is told until when, and loses nothing typed."""
        if not refused.headers.get("Retry-After", "").isdecimal():
            self.breaches.append("A 503 does not say when to come again.")
        typed = {**(words or {})}
        typed.pop("csrfmiddlewaretoken", None)
        if refused.request.method == "POST" and not typed.items() <= hidden(refused).items():
            self.breaches.append(f"A 503 has lost what was typed: {escape(str(typed))}")


def hidden(page: requests.Response) -> dict[str, str]:
    """Return what the forms of the page hold, and nobody sees."""
    return {name: unescape(value) for name, value in HIDDEN.findall(page.text)}
