"""The part ``composing``: letters set in type, and the whole job from planned to frozen."""

import string
import sys
from collections.abc import Callable
from functools import cache, partial
from io import BytesIO
from pathlib import Path

import pikepdf
import segno
from django.conf import settings
from django.core.mail import EmailMessage
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from weasyprint import HTML

from delegations.demonstration.people import invent_person
from invitations.files.frozen import thaw
from invitations.letters import pdf
from invitations.letters.composing_queue import compose_planned
from invitations.letters.context import LetterKeys, letter_keys
from invitations.letters.message import mail_subject
from invitations.letters.pdf import letter_context, render_pdf
from invitations.letters.planning import letter_recipients
from invitations.letters.words import LetterText, letter_texts
from invitations.links import new_check_code
from invitations.models import Letter
from scripts.demonstration_seal import make_seal

from . import tables
from .edition import plan, planned_letters
from .measuring import Run, alone, measure, of_size, play, run
from .same_work import refuse_unlike_mails

NAIVE_FILES = Path(__file__).parent / "naive"
LETTERS = of_size(8, 1)
WARM = 2
# The ratio to naive code that each language may reach.
BARS = {"fr": 0.80, "en": 0.80, "es": 0.80, "ru": 0.80, "ar": 0.65, "zh-hans": 0.50}

NAIVE = "naive: write_pdf(), and the message"
ONE = "product: words, PDF/A, message, hashes and rows"
TWO = "product, two processes"
WHOLE_JOB = {ONE: 0.67, TWO: 0.33}
# The HTML of a mail, and the emblem in it, which a naive mail does without.
ONLY_OURS = ("text/html", "image/png")

Sheet = tuple[Letter, list[LetterText], LetterKeys]


def main(folder: Path) -> None:
    make_seal(folder / "seal.p12")
    sealing = {"SEAL_FILE": str(folder / "seal.p12")}
    run(compare, **sealing)
    run(plan)
    compare_typesetting()
    jobs = {NAIVE: [compose_naively], ONE: [compose], TWO: [compose] * 2}
    runs = {label: Run(played, sealing, plan) for label, played in jobs.items()}
    costs = alone(play(runs))
    tables.compared("Composing 193 letters; the product's have HTML and a seal", costs)
    tables.heading("Of these, by the clock", "ratio", "target")
    for label, target in WHOLE_JOB.items():
        tables.row(label, *tables.at_most(costs[label].seconds / costs[NAIVE].seconds, target))


def compare_typesetting() -> None:
    naive, product = run(typeset_naively), run(typeset)
    columns = ("naive", "product", "ratio", "target")
    tables.heading("Setting a letter, one process, CPU ms for each", *columns)
    for language, bar in BARS.items():
        figures = naive[language].worked, product[language].worked
        ratio = tables.at_most(figures[1] / figures[0], bar)
        tables.row(tables.NAMES[language], *map(tables.number, figures), *ratio)


# In processes of their own


def compare() -> None:
    """Refuse mails composed naively that do not say what the product's say."""
    compose_planned()
    in_each_language = {letter.language: letter for letter in planned_letters()}
    pdf.qr = naive_qr
    for language, letter in in_each_language.items():
        ours = thaw(letter.message.name, letter.message_sha256)
        refuse_unlike_mails(f"naive, {language}", ours, composed_naively(letter), *ONLY_OURS)


def typeset() -> None:
    by_language(render_pdf)


def typeset_naively() -> None:
    pdf.qr = naive_qr
    by_language(naive_pdf)


def by_language(render: Callable[..., bytes]) -> None:
    for language in BARS:
        letter = next(one for one in planned_letters() if one.language == language)
        letter.check_code = new_check_code()
        sheets = [written_to(number, letter) for number in range(WARM + LETTERS)]
        for sheet in sheets[:WARM]:
            refuse_second_page(language, render(*sheet))
        measure(partial(number_rendered, render, sheets[WARM:]), language)


def written_to(number: int, letter: Letter) -> Sheet:
    """Write the words of the letter to the fictitious minister of that number."""
    person = invent_person(letter.language, number)
    del person["name"]
    for field, part in person.items():
        setattr(letter.invitation.minister, field, part)
    keys = letter_keys(letter)
    return letter, letter_texts(letter, keys), keys


def number_rendered(render: Callable[..., bytes], sheets: list[Sheet]) -> int:
    return sum(bool(render(*sheet)) for sheet in sheets)


def refuse_second_page(language: str, content: bytes) -> None:
    with pikepdf.open(BytesIO(content)) as document:
        if len(document.pages) > 1:
            sys.exit(f"{language}: that letter takes {len(document.pages)} pages.")


def compose() -> None:
    measure(compose_planned)


def compose_naively() -> None:
    pdf.qr = naive_qr
    letters = planned_letters()
    measure(lambda: sum(bool(composed_naively(letter)) for letter in letters))


def composed_naively(letter: Letter) -> bytes:
    keys = letter_keys(letter)
    texts = letter_texts(letter, keys)
    with translation.override(letter.language):
        content = naive_pdf(letter, texts, keys)
    to = [address for _line, address in letter_recipients(letter)]
    letter.subject = texts[0].subject
    mail = EmailMessage(mail_subject(letter), texts[0].mail, settings.DEFAULT_FROM_EMAIL, to)
    mail.attach("letter.pdf", content, "application/pdf")
    return mail.message().as_bytes()


def naive_pdf(letter: Letter, texts: list[LetterText], keys: LetterKeys) -> bytes:
    context = letter_context(letter, texts, keys)
    for sheet in context["sheets"]:
        sheet["of_pages"] = in_spans(sheet["terms"]["page"])
    html = naive_template().render(Context(context))
    content: bytes = HTML(string=html, base_url=f"{NAIVE_FILES}/").write_pdf()
    return content


def in_spans(term: str) -> SafeString:
    """Return “page n of m” as HTML; the style sheet counts into its two spans."""
    page, pages = '<span class="page"></span>', '<span class="pages"></span>'
    return mark_safe(string.Template(term).safe_substitute(page=page, pages=pages))  # noqa: S308 -- ours


@cache
def naive_template() -> Template:
    return Template((NAIVE_FILES / "letter.html").read_text())


def naive_qr(link: str) -> str:
    return segno.make(link, error="m", micro=False).png_data_uri(scale=4, border=0)
