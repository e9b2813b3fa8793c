"""The part ``pages``: the office's page beside a form and a saved row that Django alone makes.

Each is called in one process, without a network between.
"""

import sys
import uuid
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from invitations.models import Letter, Reply, ReplyLink

from . import tables
from .measuring import Cost, Run, measure, of_size, play, run
from .sending import approve

FORM, ROW = "floor: a form of ten fields, crispy", "floor: a locked row of ten fields, saved"
SILENT, FILED = "product: the answer page", "product: the same, with an answer on file"
CONFIRMED = "product: an answer confirmed"
# The floor beside each, and the part of its rate, by processors, that is wanted.
BESIDE = {SILENT: (FORM, 0.7), FILED: (FORM, 0.7), CONFIRMED: (ROW, 0.22)}
FLOOR_CALLS = of_size(1000, 24)
LOOKS = 5  # at the page of each office
WARM = of_size(50, 2)
# What each office says, one after the other; the last is on file when pages are measured again.
ANSWERS = ("in_person", "video", "regrets", "represented")
WORDS = {
    "substitute_name": "Rudolf Rassendyll",
    "substitute_function": "Deputy Minister",
    "segments": "opening",
    "partnership_interest": "on",
    "respondent_name": "Colonel Sapt",
    "respondent_function": "Chief of Cabinet",
    "respondent_email": "",
    "respondent_phone": "+41 22 555 0199",
    "remarks": "The minister sends her regards.",
}


def main(folder: Path) -> None:
    run(approve)
    run(make_rows)
    jobs = {
        FORM: show_form, SILENT: show_pages, ROW: save_rows, CONFIRMED: record, FILED: show_pages
    }  # fmt: skip
    found = play({label: Run([job]) for label, job in jobs.items()})
    costs = {label: measured[""] for label, measured in found.items()}
    columns = ("ms", "CPU ms", "database", "ratio", "target")
    tables.heading("Pages, one after the other in one process", *columns)
    for label, cost in costs.items():
        figures = map(tables.number, (cost.wall, cost.worked, cost.worked_by_database))
        floor, target = BESIDE.get(label, (label, 0))
        ratio = tables.at_least(worked(costs[floor]) / worked(cost), target) if target else ()
        tables.row(label, *figures, *ratio)


def worked(cost: Cost) -> float:
    """Return the milliseconds of processor that a call takes here and in the database."""
    return cost.worked + cost.worked_by_database


# In processes of their own: the floors


class Answer(models.Model):
    """One row of ten fields, in a table that is made for it."""

    objects: "models.Manager[Answer]" = models.Manager()

    answer = models.CharField(max_length=20, default="regrets")
    substitute_name = models.CharField(max_length=120, blank=True)
    substitute_function = models.CharField(max_length=200, blank=True)
    segments = models.CharField(max_length=200, blank=True)
    partnership_interest = models.BooleanField(default=False)
    respondent_name = models.CharField(max_length=120, blank=True)
    respondent_function = models.CharField(max_length=200, blank=True)
    respondent_email = models.EmailField(blank=True)
    respondent_phone = models.CharField(max_length=40, blank=True)
    remarks = models.TextField(max_length=2000, blank=True)

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return self.answer


class AnswerForm(forms.ModelForm):
    helper = FormHelper()
    helper.disable_csrf = True

    class Meta:
        model = Answer
        fields = "__all__"


@cache
def form_template() -> Template:
    return Template("{% load crispy_forms_tags %}<!doctype html><body>{% crispy form %}</body>")


def show(request: HttpRequest) -> HttpResponse:
    return HttpResponse(form_template().render(Context({"form": AnswerForm()})))


@transaction.atomic
def save(request: HttpRequest, pk: int) -> HttpResponse:
    form = AnswerForm(request.POST, instance=Answer.objects.select_for_update().get(pk=pk))
    if not form.is_valid():
        return HttpResponseBadRequest()
    form.save()
    return HttpResponseRedirect("/")


def make_rows() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Answer)
    Answer.objects.bulk_create(Answer() for _row in range(FLOOR_CALLS))
    with connection.cursor() as cursor:
        # As PostgreSQL does by itself within minutes after tables are filled.
        cursor.execute("ANALYZE")


def show_form() -> None:
    request = RequestFactory().get("/")
    call_all(lambda _call: answered(show(request), 200, 'name="remarks"'), range(FLOOR_CALLS))


def save_rows() -> None:
    """Measure saving the form; each call changes a row of its own."""
    words = WORDS | {"answer": "represented", "remarks": f"Round {uuid.uuid4()}."}
    request = RequestFactory().post("/", words)
    rows = Answer.objects.values_list("pk", flat=True)
    call_all(lambda pk: answered(save(request, pk), 302), list(rows))
    if Answer.objects.filter(remarks=words["remarks"]).count() != FLOOR_CALLS:
        sys.exit("Not every call was saved once.")


# In processes of their own: the product


class Office(NamedTuple):
    """The browser of an office that has opened its link."""

    link: ReplyLink
    browser: Client
    state: str  # as its page names it

    @property
    def page(self) -> str:
        return reverse("office:answer", args=[self.link.invitation_id])

    def looks(self, *holds: str) -> bool:
        return answered(self.browser.get(self.page), 200, self.state, "csrfmiddlewaretoken", *holds)

    def confirms(self, answer: str) -> bool:
        words = WORDS | {
            "csrfmiddlewaretoken": self.browser.cookies[settings.CSRF_COOKIE_NAME].value,
            "invitation": self.link.invitation_id,
            "form_key": uuid.uuid4(),
            "answer": answer,
            "step": "record",
        }
        return answered(self.browser.post(self.page, words), 302)


def show_pages() -> None:
    """Measure the page of offices, with an answer on file or none yet."""
    holds = [WORDS["respondent_name"]] if Reply.objects.exists() else []
    call_all(lambda office: office.looks(*holds), offices() * LOOKS)


def record() -> None:
    """Let each office answer, and change its mind; no answer is lost, or acknowledged twice."""
    calls = [(office, answer) for answer in ANSWERS for office in offices()]
    call_all(lambda call: call[0].confirms(call[1]), calls)
    acknowledged = Letter.objects.filter(kind=Letter.Kind.ACKNOWLEDGEMENT)
    found = (Reply.objects.count(), acknowledged.count())
    if found != (len(calls), len(calls)):
        sys.exit(f"{len(calls)} answers left {found} replies and acknowledgements.")


def offices() -> list[Office]:
    links = ReplyLink.objects.current().order_by("pk")
    return list(
        map(opened, links.select_related("invitation__member_state", "invitation__minister"))
    )


def opened(link: ReplyLink) -> Office:
    """Open the link and the page to which it leads."""
    browser = Client(headers={"host": "127.0.0.1"}, enforce_csrf_checks=True)
    browser.get(reverse("office:open", args=[link.token]), follow=True)
    with translation.override(link.invitation.minister.language):
        return Office(link, browser, escape(link.invitation.member_state))


def call_all(call: Callable[[Any], bool], calls: Iterable[Any]) -> None:
    """Measure all calls but the first ones, which warm what is loaded once."""
    warm, rest = [*calls][:WARM], [*calls][WARM:]
    list(map(call, warm))
    measure(lambda: sum(map(call, rest)))


def answered(answer: Any, status: int, *holds: str) -> bool:
    """Exit unless the answer has this status and holds the words."""
    words = answer.content.decode()
    if answer.status_code != status or not all(one in words for one in holds):
        sys.exit(f"Instead of {status} with {holds} came {answer.status_code}: {words[:1000]}")
    return True
