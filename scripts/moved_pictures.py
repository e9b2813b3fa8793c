"""Draw the pages on which dates move for docs/pictures.

Needs Chromium, and the database of a demonstration, whose dates it moves, and whose drafter's
sign-in it takes without the door: DEBUG=True SITE_URL=http://127.0.0.1:8077 python manage.py shell
-c "from scripts.moved_pictures import main; main()"
"""

import datetime as dt
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse

from delegations.demonstration import SYMBOLS
from delegations.releases.moved_dates import release_move
from invitations.admin.letters.invitation_columns import still_valid_url
from invitations.links import reply_url
from invitations.models import DatesMove, ForumEdition, Reconfirmation
from invitations.outbox.moved_dates.asking import DATES, Asked, ask_to_move
from invitations.outbox.moved_dates.rounds import confirm_answer, mark_of
from scripts.desk_pictures import draw_rested, session_of
from scripts.office_pictures import draw, opened, served
from scripts.peers.browsers import chromium

DAYS = 21
ALREADY = 33
PHONE = {"viewport": {"width": 390, "height": 844}}


def main() -> None:
    edition = ForumEdition.objects.get(symbol=SYMBOLS["demo"])
    drafter, approver = (User.objects.get(username=name) for name in ("drafter", "approver"))
    session = session_of(drafter)
    dates = reverse("admin:invitations_forumedition_dates", args=[edition.pk])
    with served():
        # Beside the browser's loop Django asks for no rows: each browser ends before the next act.
        with chromium() as browser:
            later = urlencode(moved_by(edition, DAYS))
            draw_rested(browser, session.session_key, {"moved-asked": f"{dates}?{later}"})
        asked = let_them_move(edition, drafter, approver)
        link = reply_url(asked.invitation.links.current().get())
        pages = {"moved-telephone": still_valid_url(asked.invitation)}
        with chromium() as browser:
            draw_rested(browser, session.session_key, pages)
            board = {"moved-board": reverse("desk:board")}
            draw_rested(browser, session.session_key, board, whole=False)
            with opened(browser, link, **PHONE) as page:
                draw(page, "moved-office", whole=False)
    session.delete()


def moved_by(edition: ForumEdition, days: int) -> dict[str, dt.date]:
    return {name: getattr(edition, name) + dt.timedelta(days=days) for name in DATES}


def let_them_move(edition: ForumEdition, drafter: User, approver: User) -> Reconfirmation:
    """Move the dates, let some offices re-confirm; return the question to one that has not."""
    what = Asked(
        DatesMove.Kind.MOVED,
        moved_by(edition, DAYS),
        days=DAYS,
        sessions=list(edition.sessions.values_list("pk", flat=True)),
    )
    change = ask_to_move(edition, what, drafter, "The hall is being repaired.").change
    release_move(change, approver, change.mark)
    asked = Reconfirmation.objects.current().counted().filter(move__change=change)
    questions = list(asked.select_related("move", "invitation__minister").order_by("pk"))
    for one in questions[:ALREADY]:
        confirm_answer(one.invitation, str(one.reply_id), mark_of(one.move))
    return next(one for one in questions[ALREADY:] if one.invitation.minister.language == "en")
