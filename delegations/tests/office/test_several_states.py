"""A mission that holds several links sees its States on one page, if it says that they are its."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from delegations.nominations import nominate_delegates
from delegations.office import several_states
from delegations.office.views import states as states_view
from delegations.statements import submit_statement
from delegations.tests.offices import browser, coming, invited, on_paper, page_of, text
from delegations.tests.rows import all_rows
from delegations.tests.states import PERSON, STATEMENT
from invitations.links import replace_link
from invitations.models import Invitation
from invitations.replies import record_reply
from invitations.tests.factories import UserFactory
from invitations.tests.moving import moved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]
PAGE = "/states/"


def together(*invitations, **options):
    """A browser that has opened the links, and in which somebody answers for all the States."""
    client = browser(*invitations, **options)
    client.post(PAGE, {"step": "together"})
    return client


def shown(client):
    return text(client.get(PAGE)).split("<main")[1]


def test_the_states_are_named_before_somebody_says_that_they_are_theirs_and_no_answer_is():
    client = browser(coming("Ruritania"), invited("Graustark"))

    page = shown(client)

    assert "<li><strong>Ruritania</strong>" in page
    assert "<li><strong>Graustark</strong>" in page
    assert "I answer for these States" in page
    assert "in person" not in page


def test_beyond_what_the_page_holds_the_oldest_are_dropped_and_that_is_told(monkeypatch):
    for module in (several_states, states_view):
        monkeypatch.setattr(module, "MOST_STATES", 2)
    opened = [invited(state) for state in ("Ruritania", "Graustark", "Evallonia")]
    client = browser()
    for minute, invitation in enumerate(opened):
        with time_machine.travel(timezone.now() + dt.timedelta(minutes=minute)):
            link = invitation.links.current().get()
            client.get(reverse("office:open", args=[link.token]))

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=3)):
        page, again = shown(client), shown(client)

    assert "It shows the 2 States whose links were opened last" in page
    assert "Graustark" in page
    assert "Evallonia" in page
    assert "Ruritania" not in page
    assert "opened last" not in again
    assert client.get(page_of(opened[0])).status_code == 200


def test_the_links_of_all_member_states_go_into_one_header(settings):
    settings.SESSION_COOKIE_SECURE = True
    client = browser(invited("Ruritania"))

    (mark,) = (one for name, one in client.cookies.items() if "Secure-s-" in name)

    # gunicorn takes 8190 bytes; numbers of invitations have up to five digits.
    assert 193 * len(f"__Secure-s-12345={mark.value}; ") < 7900


def test_each_state_is_shown_with_its_answer_and_what_is_left():
    one, other, third = coming("Ruritania"), invited("Graustark"), invited("Evallonia")
    record_reply(third, {"answer": "regrets"})
    nominate_delegates(one, [PERSON | {"name": "Flavia Elphberg"}], uuid.uuid4())

    page = shown(together(one, other, third))

    assert page.index("Evallonia") < page.index("Graustark") < page.index("Ruritania")
    assert "1 answer is still to be given." in page
    assert "<dd>Attends in person and delivers a statement</dd>" in page
    assert "<dd>Regrets, unable to attend</dd>" in page
    assert "<dd>to be given</dd>" in page
    assert page.count("Last day to reply") == 1
    assert "1 person named" in page
    assert ">to be announced</a>" in page
    for invitation in (one, other, third):
        assert f'href="{page_of(invitation)}"' in page


def test_accents_do_not_change_the_order_of_the_states():
    page = shown(together(invited("Zenda"), invited("Étrurie"), invited("Graustark")))

    assert page.index("Étrurie") < page.index("Graustark") < page.index("Zenda")


def test_an_answer_on_paper_and_one_that_is_clarified_are_told():
    paper, differing = invited("Ruritania"), coming("Graustark")
    on_paper(paper, answer="video")
    on_paper(differing, answer="regrets")

    page = shown(together(paper, differing))

    assert "<dd>Statement by video</dd>" in page
    assert "two communications differ; the secretariat is clarifying the matter" in page
    assert "All answers are recorded." in page


def test_what_the_page_says_is_what_the_office_s_own_page_says():
    speaking = coming("Ruritania")
    submit_statement(speaking, STATEMENT, "")
    client = together(speaking, coming("Graustark"))

    own, page = text(client.get(page_of(speaking))), shown(client)

    assert "announced; the text may follow" in own
    for state in ("announced; the text may follow", "to be announced"):
        assert page.count(f">{state}</a>") == 1


def test_each_answer_goes_to_its_own_invitation():
    one, other = invited("Ruritania"), invited("Graustark")
    client = together(one, other)

    answered = client.post(PAGE, {"answer": "regrets", "invitation": one.pk})

    assert answered.url == PAGE
    assert not one.replies.exists()


def test_after_twelve_hours_it_has_to_be_said_again():
    client = together(invited("Ruritania"))
    assert "Ruritania" in shown(client)

    with time_machine.travel(timezone.now() + dt.timedelta(hours=12, minutes=1)):
        page = shown(client)

    assert "Last day to reply" not in page
    assert "I answer for these States" in page


def test_a_browser_forgets_the_states_and_still_opens_each_office():
    invitation = invited("Ruritania")
    client = together(invitation)

    client.post(PAGE, {"step": "forget"})

    assert "This browser has not opened the link of any invitation" in shown(client)
    assert client.get(page_of(invitation)).status_code == 200


@pytest.mark.parametrize("ended", ["replaced", "withdrawn", "draft"])
def test_a_link_that_opens_nothing_more_drops_out(ended):
    gone, stays = invited("Ruritania"), invited("Graustark")
    client = together(gone, stays)

    if ended == "replaced":
        replace_link(gone, 1, UserFactory(), "It was forwarded.")
    else:
        Invitation.objects.filter(pk=gone.pk).update(status=ended)

    page = shown(client)
    assert "Graustark" in page
    assert "Ruritania" not in page


def test_a_digest_of_another_office_or_one_that_nobody_signed_shows_nothing():
    one, other = invited("Ruritania"), invited("Graustark")
    client = together(one)
    client.cookies[f"s-{other.pk}"] = client.cookies[f"s-{one.pk}"].value
    client.cookies["s-"] = client.cookies["s-x"] = "forged"
    client.cookies[f"s-{10**30}"] = "forged:forged"

    page = shown(client)

    assert "Ruritania" in page
    assert "Graustark" not in page


def test_cookies_go_to_the_page_alone(settings):
    settings.SESSION_COOKIE_SECURE = True
    invitation = invited("Ruritania")
    client = together(invitation)

    for name, seconds in ((invitation.pk, 14 * 24 * 3600), ("together", 12 * 3600)):
        cookie = client.cookies[f"__Secure-s-{name}"]
        assert (cookie["path"], cookie["max-age"]) == (PAGE, seconds)
        assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
        assert invitation.links.get().token not in str(cookie)
    assert "Ruritania" in shown(client)


def test_staff_see_no_states_here():
    client = together(invited("Ruritania"))
    client.force_login(UserFactory(is_superuser=True))

    assert "Ruritania" not in shown(client)


def test_a_form_of_another_site_changes_nothing():
    client = browser(invited("Ruritania"), enforce_csrf_checks=True)

    assert client.post(PAGE, {"step": "together"}).status_code == 403


def test_looking_changes_no_row_and_is_kept_nowhere():
    client = together(coming("Ruritania"))
    before = all_rows()

    response = client.get(PAGE)

    assert all_rows() == before
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("number", [1, 12])
def test_queries_are_as_many_for_twelve_states_as_for_one(number, django_assert_num_queries):
    states = [coming(f"State {place}") for place in range(number)]
    for state in states:
        submit_statement(state, STATEMENT, "")
    client = together(*states)

    # The links with their invitations, the replies, the delegations with their statements and
    # texts, the edition whose contact is named, what of it waits, and what waits of all States.
    with django_assert_num_queries(6):
        page = shown(client)
    assert page.count("<section") == number


@pytest.mark.parametrize("page", ["recorded", "answer"])
def test_the_page_of_a_recorded_reply_leads_there(page):
    invitation = coming("Ruritania")

    assert f'href="{PAGE}"' in text(browser(invitation).get(page_of(invitation, page)))


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("online", "A new last day to reply will be announced."),
        ("postponed", "The event has been postponed; new dates will be announced."),
    ],
)
def test_without_a_last_day_the_page_says_that_one_follows(kind, told):
    silent = invited("Ruritania")
    answered = coming("Graustark", edition=silent.edition)
    moved(silent.edition, kind, days=0)

    page = shown(together(silent, answered))

    assert page.count(told) == 1
    assert "31 March 2027" not in page
