"""Every public page in every state in which somebody may find it, one after the other.

Each function goes from page to page and yields the name of the state it stands on.
"""

import datetime as dt
from contextlib import contextmanager

from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from delegations.models import Delegate, Delegation, HighLevelSession, SpeakingSlot
from delegations.nominations import amend_delegate, delegate_mark, nominate_delegate
from delegations.office.access import link_cookie_name
from delegations.office.forms.delegate import DETAILS
from delegations.office.throttle import WRONG_FROM_ONE, count_wrong
from delegations.statements import file_text, submit_statement
from delegations.tests.browser import CHECK, RECORD, SAVE, invited
from invitations.links import replace_link
from invitations.models import Channel, Invitation
from invitations.replies import record_reply
from invitations.tests.factories import EditionFactory, UserFactory

TEXT = b"We trust one another, and the networks that we share."
STATEMENT = {
    "speaker_name": "Flavia Elphberg",
    "speaker_function": "Minister of Communications",
    "mode": "in_person",
    "title": "On trust",
    "theme": "",
    "first_choice_id": None,
    "second_choice_id": None,
    "language": "fr",
    "other_language": "",
    "interpretation": "",
    "quotation": "Trust is built slowly.",
    "quotation_consent": True,
    "biography": "Born in Strelsau.",
}
PERSON = dict.fromkeys(DETAILS, "") | {
    "role": "adviser",
    "arrives_on": dt.date(2027, 5, 9),
    "departs_on": dt.date(2027, 5, 15),
    "needs_visa_letter": True,
}


def up_to_the_answer(page, edition):
    yield from doors(page, edition)
    yield from refusals(page, edition)
    yield from answers(page, edition)
    yield from answers_on_file(page, edition)


def after_the_answer(page, edition):
    yield from statements(page, edition)
    yield from delegations(page, edition)
    yield from lists(page, edition)
    yield from several(page, edition)
    yield from looks(page, edition)


def press(page, button):
    """Press what sends a form, and wait for the page that answers."""
    with page.expect_navigation():
        page.click(button)


def open_page(page, name, *args):
    page.goto(settings.SITE_URL + reverse(name, args=args))


def of_office(page, invitation, name="answer", *more):
    open_page(page, f"office:{name}", invitation.pk, *more)


def hold(page, edition, answer=None, **words):
    """Open the page of an office, one that has answered unless there is no answer."""
    invitation, link = invited(edition, language="fr", portfolio="Ministre des Postes")
    if answer:
        record_reply(invitation, {"answer": answer, **words})
    page.goto(link)
    return invitation


def doors(page, edition):
    """What everyone finds, and where the code and the check are typed."""
    list_speakers(edition)
    open_page(page, "office:home")
    yield "front page"
    open_page(page, "office:speakers", edition.symbol)
    yield "list of speakers"
    open_page(page, "office:code")
    yield "code"
    page.fill("#id_code", "bcdf")
    press(page, "#asked .btn")
    yield "code that opens nothing"
    for _wrong in range(WRONG_FROM_ONE):
        count_wrong("code", "127.0.0.1")
    press(page, "#asked .btn")
    yield "too many codes"
    open_page(page, "office:check")
    yield "check of a letter"
    press(page, "#asked .btn")
    yield "check of nothing"
    page.fill("#id_code", "1234")
    press(page, "#asked .btn")
    yield "letter that is not ours"


def list_speakers(edition):
    invitation, _link = invited(edition)
    record_reply(invitation, {"answer": "in_person"})
    submit_statement(invitation, STATEMENT, "")
    begins = dt.datetime.combine(edition.track_opens_on, dt.time(9), dt.UTC)
    session = HighLevelSession.objects.create(
        edition=edition,
        segment="dialogues",
        title="Dialogues",
        room="Room A",
        starts_at=begins,
        ends_at=begins + dt.timedelta(hours=2),
        seats=20,
    )
    SpeakingSlot.objects.create(session=session, delegation=Delegation.objects.get(), position=1)
    edition.speakers_published_at = timezone.now()
    edition.save()


def refusals(page, edition):
    """What answers those who cannot be let in, or not any longer."""
    page.goto(f"{settings.SITE_URL}/nowhere/")
    yield "no such page"
    page.goto(f"{settings.SITE_URL}/r/unknown/")
    yield "link that is incomplete"
    of_office(page, invited(edition)[0])
    yield "link not opened"
    forgetful = hold(page, edition)
    page.context.clear_cookies(name=link_cookie_name(forgetful.pk))
    page.check("#id_answer_0")
    press(page, CHECK)
    yield "link no longer held, words kept"
    replace_link(forgetful, 1, UserFactory(), "It was forwarded.")
    page.goto(settings.SITE_URL + reverse("office:open", args=[forgetful.links.first().token]))
    yield "link replaced"
    closed = EditionFactory(replies_closed_at=timezone.now())
    page.goto(invited(closed)[1])
    yield "replies closed"
    withdrawn = hold(page, edition)
    Invitation.objects.filter(pk=withdrawn.pk).update(status="withdrawn")
    page.click(".further summary")
    page.fill("#id_remarks", "Typed.")
    page.check("#id_answer_0")
    press(page, CHECK)
    yield "withdrawn, words kept"


def answers(page, edition):
    """The answer as it is given."""
    hold(page, edition)
    yield "answer"
    press(page, CHECK)
    yield "answer not chosen"
    page.check("#id_answer_1")
    page.click(".further summary")
    page.fill("#id_respondent_email", "nobody@")
    press(page, CHECK)
    yield "answer with errors"
    page.fill("#id_substitute_name", "Rudolf Rassendyll")
    page.fill("#id_respondent_email", "office@example.org")
    page.fill("#id_remarks", "With a word on the journey. " * 9)
    press(page, CHECK)
    yield "answer to be checked"
    press(page, RECORD)
    yield "answer recorded"
    press(page, ".steps a[href$='/change/']")
    yield "answer to be changed"


def answers_on_file(page, edition):
    """The page of an office that comes back."""
    late = EditionFactory(reply_before=timezone.localdate() - dt.timedelta(days=1))
    hold(page, late)
    yield "answer after the last day"
    capital = hold(page, edition, "holding")
    yield "transmitted to the capital"
    of_office(page, capital, "recorded")
    yield "transmission noted"
    contested = hold(page, edition, "video", respondent_name="Fritz von Tarlenheim")
    record_reply(contested, {"answer": "in_person", "respondent_name": "Colonel Sapt"})
    record_reply(contested, {"answer": "regrets"}, channel=Channel.NOTE_VERBALE)
    of_office(page, contested)
    page.click("details summary")
    yield "two answers that differ"


def statements(page, edition):
    silent = hold(page, edition)
    of_office(page, silent, "statement")
    yield "statement before the answer"
    speaker = hold(page, edition, "in_person")
    of_office(page, speaker, "statement")
    yield "statement to be announced"
    page.fill("#id_speaker_name", "")
    page.select_option("#id_spoken", "fr")
    page.fill("#id_other_language", "Ruritanian")
    press(page, SAVE)
    yield "statement with errors"
    submit_statement(speaker, STATEMENT, "")
    page.fill("#id_speaker_name", "Colonel Sapt")
    page.fill("#id_other_language", "")
    press(page, SAVE)
    yield "statement changed by another"
    file_text(speaker, TEXT, "Policy statement of Ruritania, final version.txt", "français", None)
    of_office(page, speaker, "statement")
    yield "statement with a text"
    page.select_option("#file_replaces", index=1)
    press(page, SAVE)
    yield "no file in the place of the other"


def delegations(page, edition):
    regrets = hold(page, edition, "regrets")
    of_office(page, regrets, "delegation")
    yield "no delegation with this answer"
    coming = hold(page, edition, "in_person")
    of_office(page, coming, "delegation")
    yield "nobody named yet"
    of_office(page, coming, "add")
    yield "person to be added"
    page.fill("#id_email", "sapt@")
    press(page, SAVE)
    yield "person with errors"
    head, other = name_two(coming)
    of_office(page, coming, "delegation")
    page.click("details summary")
    yield "delegation named"
    of_office(page, coming, "person", head.pk)
    page.fill("#id_function", "Minister of Posts")
    amend_delegate(
        coming, head.pk, PERSON | {"role": "head", "name": "Flavia Elphberg"}, delegate_mark(head)
    )
    press(page, SAVE)
    yield "person changed by another"
    of_office(page, coming, "take_off", other.pk)
    yield "person to be taken off"


def name_two(invitation):
    for role, name in (("head", "Flavia Elphberg"), ("adviser", "Fritz von Tarlenheim")):
        particulars = {"role": role, "name": name, "function": "Minister of Communications"}
        nominate_delegate(invitation, PERSON | particulars | {"needs": "A ramp."}, None)
    return Delegate.objects.order_by("pk")


def lists(page, edition):
    coming = hold(page, edition, "in_person")
    of_office(page, coming, "list")
    yield "list"
    page.fill("#id_lines", "Rudolf Rassendyll;Envoy;Posts;rudolf@\n;Aide;;;head")
    press(page, "#words .btn[value=preview]")
    yield "list with wrong cells"
    page.click("#words details > summary")
    page.fill("#id_lines", "Rudolf Rassendyll;Envoy;Posts;rudolf@example.org\nSapt;Aide;;;head")
    press(page, "#words .btn[value=preview]")
    yield "list to be confirmed"
    page.click("#words details > summary")
    page.fill("#id_lines", "Name;Remarks\nFritz von Tarlenheim;By train.")
    press(page, "#words .btn[value=preview]")
    yield "list with a column that is not known"


def several(page, edition):
    """The page of a mission that answers for more than one State."""
    page.context.clear_cookies()
    open_page(page, "office:states")
    yield "no States held"
    hold(page, edition)
    hold(page, edition, "in_person", remarks="With a word on the journey.")
    open_page(page, "office:states")
    yield "several States, asked about"
    press(page, "main [value=together]")
    yield "several States"


@contextmanager
def signed_in(page, user):
    client = Client()
    client.force_login(user)
    session = client.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": settings.SITE_URL}])
    yield
    page.context.clear_cookies(name="sessionid")


def looks(page, edition):
    """What staff see of an office's page."""
    invitation, _link = invited(edition)
    record_reply(invitation, {"answer": "in_person"})
    with signed_in(page, UserFactory(is_superuser=True)):
        for name in ("answer", "statement", "add"):
            of_office(page, invitation, name)
            yield f"{name}, looked at by staff"
    with signed_in(page, UserFactory()):
        of_office(page, invitation)
        yield "not for this account"
