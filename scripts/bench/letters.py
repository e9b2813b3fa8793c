"""Children that set letters in type, naively and as the product does."""

import functools
import string
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import pikepdf
import segno
from django.template import Context, Template
from django.utils.safestring import SafeString, mark_safe
from weasyprint import HTML

from delegations.demonstration.people import invent_person
from invitations import tasks
from invitations.letters import pdf
from invitations.letters.context import LetterKeys, letter_keys, pdf_name
from invitations.letters.message import build_message
from invitations.letters.pdf import letter_context, render_pdf
from invitations.letters.planning import letter_recipients
from invitations.letters.words import LetterText, letter_texts
from invitations.links import new_check_code
from invitations.models import Letter

from .measuring import measure
from .rounds import of_size

NAIVE = Path(__file__).parent / "naive"
LANGUAGES = ("fr", "en", "es", "ru", "ar", "zh-hans")
LETTERS = of_size(8, 1)
# Of a worker whose memory is measured, first and in all.
FEW, MANY = of_size(100, 1), of_size(300, 3)
WARM = 2
# Two characters outside GB 2312, of which one is beyond the Basic Multilingual Plane.
RARE = {"plain": "", "rare": "㛃𠮷"}


class Sheet(NamedTuple):
    letter: Letter
    texts: list[LetterText]
    keys: LetterKeys


def written(language: str, count: int, mark: str = "") -> Iterator[Sheet]:
    """Yield letters to fictitious ministers, each with another name, which the mark ends."""
    letter = Letter.objects.select_related(
        "circular", "invitation__edition", "invitation__minister__member_state",
        "invitation__minister__rank", "invitation__member_state",
    ).filter(language=language).order_by("pk")[0]  # fmt: skip
    letter.check_code = new_check_code()
    keys = letter_keys(letter)
    for number in range(count):
        named = invent_person(language, number)
        del named["name"]
        for field, part in named.items():
            setattr(letter.invitation.minister, field, part)
        letter.invitation.minister.name_in_script += mark
        letter.invitation.minister.name_in_dative += mark
        yield Sheet(letter, letter_texts(letter, keys), keys)


def by_language(render: Callable[..., bytes]) -> None:
    for language in LANGUAGES:
        sheets = list(written(language, WARM + LETTERS))
        for sheet in sheets[:WARM]:
            refuse_second_page(language, render(*sheet))
        measure(functools.partial(number_rendered, render, sheets[WARM:]), language)


def refuse_second_page(language: str, pdf: bytes) -> None:
    with pikepdf.open(BytesIO(pdf)) as document:
        if len(document.pages) > 1:
            sys.exit(f"{language}: that letter takes {len(document.pages)} pages.")


def number_rendered(render: Callable[..., bytes], sheets: list[Sheet]) -> int:
    return sum(bool(render(*sheet)) for sheet in sheets)


def product() -> None:
    by_language(render_pdf)


def naive() -> None:
    pdf.qr = naive_qr
    by_language(naive_pdf)


def naive_pdf(letter: Letter, texts: list[LetterText], keys: LetterKeys) -> bytes:
    context = letter_context(letter, texts, keys)
    for sheet in context["sheets"]:
        sheet["of_pages"] = in_spans(sheet["terms"]["page"])
    html = naive_template().render(Context(context))
    pdf: bytes = HTML(string=html, base_url=f"{NAIVE}/").write_pdf()
    return pdf


def in_spans(term: str) -> SafeString:
    """Return “page n of m” as HTML; the style sheet counts into its two spans."""
    page, pages = '<span class="page"></span>', '<span class="pages"></span>'
    return mark_safe(string.Template(term).safe_substitute(page=page, pages=pages))  # noqa: S308 -- ours


@functools.cache
def naive_template() -> Template:
    return Template((NAIVE / "letter.html").read_text())


def naive_qr(link: str) -> str:
    return segno.make(link, error="m", micro=False).png_data_uri(scale=4, border=0)


def worker(language: str, name: str) -> None:
    """Measure words, PDF and message of many letters, in a process set up like a worker."""
    assert tasks.compose_planned  # noqa: S101 -- a worker has imported the tasks, and Celery
    letters = written(language, MANY, RARE[name])
    measure(functools.partial(composed, letters, FEW), "100")
    measure(functools.partial(composed, letters, MANY - FEW), "300")


def composed(letters: Iterator[Sheet], count: int) -> int:
    done = 0
    for letter, texts, keys in letters:
        letter.subject, letter.mail = texts[0].subject, texts[0].mail
        letter.recipients = letter_recipients(letter)
        attached = {pdf_name(letter): render_pdf(letter, texts, keys)}
        done += bool(build_message(letter, attached).as_bytes())
        if done == count:
            break
    return done
