"""Draw the pages on which something is put right, and a rehearsal's report, for docs/pictures.

Needs Chromium, and the database of a demonstration, whose drafter's sign-in it takes without the
door: DEBUG=True SITE_URL=http://127.0.0.1:8077 python manage.py shell -c
"from scripts.mending_pictures import main; main()"

The report of a rehearsal is a file: draw_report("…/report.html") in place of main().
"""

from pathlib import Path

from django.contrib.auth.models import User
from django.urls import reverse

from invitations.admin.columns import change_url
from invitations.admin.mending.replacing import replacing_url
from invitations.models import Delivery, Invitation
from invitations.outbox.transitions import State, transit
from scripts.desk_pictures import draw_rested, session_of
from scripts.office_pictures import draw, served
from scripts.peers.browsers import chromium


def main() -> None:
    # Before the browser, beside whose loop Django asks for no rows.
    let_one_come_back()
    drawn = pages()
    session = session_of(User.objects.get(username="drafter"))
    with served(), chromium() as browser:
        draw_rested(browser, session.session_key, drawn)
    session.delete()


def draw_report(report: str) -> None:
    """Draw the part of the report where something is held for the first time."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1100, "height": 800})
        page.goto(Path(report).resolve().as_uri())
        page.locator(".held").first.scroll_into_view_if_needed()
        page.mouse.wheel(0, 300)
        page.wait_for_timeout(500)
        draw(page, "rehearsal-report", whole=False)


def let_one_come_back() -> None:
    """Let a mail of the letters come back, as long as none has."""
    letters = Delivery.objects.filter(letter__kind="invitation")
    if letters.filter(state=State.BOUNCED).exists():
        return
    silent = Invitation.objects.issued().filter(replies=None, minister__language="en")
    went = letters.filter(state=State.HANDED_OVER, letter__invitation__in=silent).earliest("pk")
    words = "550 5.1.1 The mailbox does not exist."
    transit(went, State.HANDED_OVER, State.BOUNCED, words=words)


def pages() -> dict[str, str]:
    """Return the address of each page, by the name of its picture."""
    principal = Invitation.objects.principal()
    coming = principal.bringing().exclude(minister__family_name="").earliest("pk")
    three = principal.issued().filter(minister__language="en").order_by("pk")[:3]
    came_back = Delivery.objects.filter(state=State.BOUNCED, letter__kind="invitation").earliest(
        "pk"
    )
    minister = reverse("admin:invitations_minister_letters", args=[coming.minister_id])
    return {
        "mending-replace": replacing_url([one.pk for one in three]),
        "mending-delivery": change_url(came_back),
        "mending-correct": reverse("admin:invitations_delivery_correct", args=[came_back.pk]),
        "mending-their-letter": f"{minister}?changed=name",
        "mending-hand-over": reverse("desk:hand_over", args=[coming.pk]),
    }
