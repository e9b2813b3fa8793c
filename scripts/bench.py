# ruff: noqa: PLC0415 -- on Linux a child's peak memory counts its parent's, so this parent is small
"""Print what composing and sending 193 letters cost, as ratios to naive code in the same run.

Each measurement runs in a process of its own, in turns with its baseline; the medians are
printed. The letters, of the fictitious edition of 2020, are in the database wsis_forum_bench, which
is made anew. Processes are started, never forked: fonts do not survive a fork.
"""

import asyncio
import json
import os
import resource
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from django.core.mail import EmailMessage

    from invitations.models import Delivery, Letter

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "wsis_forum_bench"
ROUNDS = 3
COMPOSING = {
    "compose_naively": "naive: write_pdf(), style sheet parsed for each letter",
    "compose": "product: words, PDF/A, message and hashes frozen",
}
SENDING = {
    "send_naively": "naive: EmailMessage built, a connection for each",
    "send": "product: dispatch_outbox, each step in the database",
    "send_raw": "floor: smtplib, ready bytes, one connection",
}


class Cost(NamedTuple):
    done: int
    seconds: float
    of_processor: float
    megabytes: float


# The parent


def main() -> None:
    server = urlsplit(os.getenv("DATABASE_URL", ""))
    if not server.scheme.startswith("postgres"):
        sys.exit("Set DATABASE_URL to a database of PostgreSQL: its server is used.")
    with tempfile.TemporaryDirectory(prefix="wsis-forum-bench-") as folder, peer() as port:
        for name in ("SECRET_KEY_FILE", "STORAGE_URL"):
            os.environ.pop(name, None)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "wsis_forum.settings",
            "DATABASE_URL": server._replace(path="postgres").geturl(),
            "DEBUG": "False",
            "DEMO_PASSWORD": secrets.token_urlsafe(),
            "DEPLOYMENT": "bench",
            "EMAIL_URL": f"smtp://127.0.0.1:{port}/",
            "SECRET_KEY": secrets.token_urlsafe(),
            "VAR_DIR": folder,
        }
        run("make_database")
        os.environ["DATABASE_URL"] = server._replace(path=DATABASE).geturl()
        run("make_drafts")
        report("Composing: {} letters", COMPOSING, in_turns(COMPOSING))
        run("approve")
        report("Sending them: {} deliveries", SENDING, in_turns(SENDING))


@contextmanager
def peer() -> Iterator[int]:
    """Keep a mail server that takes everything, and say on which port."""
    command = [sys.executable, __file__, "take_mail"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 -- it is a pipe
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def run(job: str) -> str:
    command = [sys.executable, __file__, job]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{done.stderr}{job} failed.")
    return done.stdout


def in_turns(jobs: dict[str, str]) -> dict[str, Cost]:
    rounds = [{job: Cost(**json.loads(run(job))) for job in jobs} for _ in range(ROUNDS)]
    return {job: median([costs[job] for costs in rounds]) for job in jobs}


def median(costs: list[Cost]) -> Cost:
    done, *measured = map(statistics.median, zip(*costs, strict=True))
    return Cost(int(done), *measured)


def report(title: str, jobs: dict[str, str], costs: dict[str, Cost]) -> None:
    baseline, *others = costs.values()
    if any(cost.done != baseline.done for cost in others):
        sys.exit(f"They did not do the same work: {costs}")
    title = title.format(baseline.done)
    print(f"\n{title}, median of {ROUNDS} rounds; ratios to the first line")
    print(f"{'':58} per s  seconds ratio   CPU s ratio peak MB ratio")
    for job, cost in costs.items():
        columns = [
            f"{measured:8.2f} {measured / naive:5.2f}"
            for measured, naive in zip(cost[1:], baseline[1:], strict=True)
        ]
        print(f"{jobs[job]:57}{cost.done / cost.seconds:7.1f}", *columns, sep="", flush=True)


# The children


def take_mail() -> None:
    from aiosmtpd.handlers import Sink
    from aiosmtpd.smtp import SMTP

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(Sink(), loop=loop), "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()

    asyncio.run(serve())


def make_database() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        cursor.execute(f"CREATE DATABASE {DATABASE}")


def make_drafts() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("demo", edition="2020")
    call_command("arm_sending")


def planned_anew() -> "list[Letter]":
    """Forget the letters of the round before, and plan them."""
    from invitations.letters import plan_invitation_letters
    from invitations.models import ForumEdition, Letter, LetterEvent

    LetterEvent.objects.all().delete()
    Letter.objects.all().delete()
    plan_invitation_letters(ForumEdition.objects.get())
    return list(
        Letter.objects.select_related(
            "circular", "invitation__edition", "invitation__minister__member_state",
            "invitation__minister__rank", "invitation__member_state",
        )
    )  # fmt: skip


def compose() -> None:
    from invitations.letters import compose_planned

    planned_anew()
    measure(compose_planned)


def compose_naively() -> None:
    letters = planned_anew()
    measure(lambda: sum(bool(composed_naively(letter)) for letter in letters))


def composed_naively(letter: "Letter") -> bytes:
    from django.template.loader import render_to_string
    from django.utils import translation
    from weasyprint import HTML

    from invitations.letters import recipients, template_for
    from invitations.paper import sheet
    from invitations.words import addressed, fill, words_for

    template, words = template_for(letter), words_for(letter)
    letter.subject = fill(template.subject, words)
    letter.paper = fill(template.paper, words)
    letter.mail = fill(template.mail, words)
    letter.addressee = "\n".join(addressed(letter).lines)
    with translation.override(letter.language):
        html = render_to_string("letters/letter.html", sheet(letter))
    pdf = HTML(string=html).write_pdf(stylesheets=[ROOT / "templates/letters/letter.css"])
    addresses = [address for _line, address in recipients(letter)]
    return message(letter, addresses, pdf).message().as_bytes()


def message(letter: "Letter", addresses: list[str], pdf: bytes) -> "EmailMessage":
    from django.core.mail import EmailMessage

    attachment = ("letter.pdf", pdf, "application/pdf")
    return EmailMessage(letter.subject, letter.mail, to=addresses, attachments=[attachment])


def approve() -> None:
    from django.contrib.auth.models import User

    from invitations.approval import approve_letter
    from invitations.models import Letter

    approver = User.objects.get(username="approver")
    for letter in Letter.objects.all():
        approve_letter(letter, approver, letter.sha256, letter.message_sha256)


def queued_anew() -> "list[Delivery]":
    from invitations.models import Delivery, LetterEvent

    LetterEvent.objects.filter(delivery__isnull=False).delete()
    Delivery.objects.update(state=Delivery.State.QUEUED, claim=None, lease_ends_at=None, attempts=0)
    return list(Delivery.objects.by_mail().select_related("letter").order_by("pk"))


def send() -> None:
    from invitations.dispatch import dispatch_outbox

    queued_anew()
    measure(dispatch_outbox)


def send_naively() -> None:
    from django.conf import settings
    from django.core.mail.backends.smtp import EmailBackend

    deliveries, box = queued_anew(), settings.MAILBOX

    def send_each() -> int:
        sent = 0
        for delivery in deliveries:
            with delivery.letter.pdf.open() as file:
                mail = message(delivery.letter, [delivery.address], file.read())
            mail.connection = EmailBackend(box.host, box.port)
            sent += mail.send()
        return sent

    measure(send_each)


def send_raw() -> None:
    from smtplib import SMTP

    from django.conf import settings

    ready = []
    for delivery in queued_anew():
        with delivery.letter.message.open() as file:
            ready.append((delivery.address, file.read()))

    def send_all() -> int:
        with SMTP(settings.MAILBOX.host, settings.MAILBOX.port) as smtp:
            for address, content in ready:
                smtp.sendmail("forum@example.org", [address], content)
        return len(ready)

    measure(send_all)


def measure(act: Callable[[], int]) -> None:
    start, worked = time.perf_counter(), time.process_time()
    done = act()
    seconds, of_processor = time.perf_counter() - start, time.process_time() - worked
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(Cost(done, seconds, of_processor, megabytes)._asdict()))


CHILDREN = {
    child.__name__: child
    for child in (
        take_mail, make_database, make_drafts, compose_naively, compose, approve, send_naively,
        send, send_raw,
    )
}  # fmt: skip

if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        if sys.argv[1] != "take_mail":
            sys.path.insert(0, str(ROOT))
            import django

            django.setup()
        CHILDREN[sys.argv[1]]()
