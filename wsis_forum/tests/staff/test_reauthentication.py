"""Before what cannot be taken back the desk asks again who it is, and loses nothing typed."""

import datetime as dt
import re

import pytest
import time_machine
from django.contrib.auth.models import User
from django.urls import reverse

from invitations.admin.reauthentication import ACTS, format_action
from invitations.models import Alternate, Letter, LetterTemplate
from invitations.tests.desk import choose, composed_letter, shown
from invitations.tests.factories import CircularFactory
from wsis_forum.tests.staff.people import (
    AGAIN,
    LOGIN,
    PASSWORD,
    code,
    member,
    recovery_codes,
    sign_in,
)

pytestmark = pytest.mark.django_db
BY_PASSWORD = reverse("account_reauthenticate")
CONTINUE = reverse("staff_continue")
LETTERS = reverse("admin:invitations_letter_changelist")
MORNING = dt.datetime(2027, 3, 1, 8, tzinfo=dt.UTC)


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield lambda **passed: traveller.shift(dt.timedelta(**passed))


@pytest.fixture
def approver(client, clock):
    """An approver who signed in twenty minutes ago, and has been at work since."""
    user = member("sapt", "Approvers")
    sign_in(client, user)
    clock(minutes=20)
    return user


def again(client, typed):
    return client.post(AGAIN, {"code": typed, "next": CONTINUE})


def test_who_has_just_signed_in_is_not_asked(client, clock):
    letter = composed_letter()
    sign_in(client, member("sapt", "Approvers"))

    clock(minutes=14)
    words = {"letters": [shown(letter)], "although_late": "on"}
    answer = client.post(reverse("admin:invitations_letter_approve"), words, follow=True)

    letter.refresh_from_db()
    assert letter.state == Letter.State.APPROVED
    assert "1 letter approved" in answer.text


def test_a_letter_is_approved_after_the_approver_has_said_again_who_it_is(client, approver):
    letter = composed_letter()
    approve = reverse("admin:invitations_letter_approve")

    asked = client.post(approve, {"letters": [shown(letter)], "although_late": "on"})
    letter.refresh_from_db()
    assert (asked.url.partition("?")[0], letter.state) == (AGAIN, Letter.State.COMPOSED)

    answer = again(client, recovery_codes(approver)[0])
    page = client.get(answer.url)
    letter.refresh_from_db()
    assert letter.state == Letter.State.COMPOSED
    sent = client.post(page.context["kept"]["path"], dict(page.context["fields"]), follow=True)

    letter.refresh_from_db()
    assert letter.state == Letter.State.APPROVED
    assert "1 letter approved" in sent.text
    assert client.get(CONTINUE).url == reverse("admin:index")


def test_a_list_keeps_its_filters_and_what_was_chosen_in_it(client, approver):
    one, two = composed_letter(), composed_letter()
    filtered = f"{LETTERS}?state__exact=composed"

    client.post(filtered, {"action": "approve_selected", "_selected_action": [one.pk, two.pk]})
    again(client, recovery_codes(approver)[0])
    kept = client.get(CONTINUE).context

    assert kept["kept"]["path"] == filtered
    chosen = [typed for name, typed in kept["fields"] if name == "_selected_action"]
    assert chosen == [str(one.pk), str(two.pk)]


@pytest.mark.parametrize("page", ["approve", "export"])
def test_a_page_that_leads_to_an_approval_or_an_export_asks_first(client, approver, page):
    circular = CircularFactory()
    address = {
        "approve": reverse("admin:invitations_circular_approve", args=[circular.pk]),
        "export": reverse("admin:invitations_minister_export"),
    }[page]

    asked = client.get(address)
    answer = client.post(AGAIN, {"code": recovery_codes(approver)[0], "next": address})

    assert asked.url.startswith(AGAIN)
    assert answer.url == address
    assert client.get(address).status_code in (200, 302)
    assert AGAIN not in client.get(address).headers.get("Location", "")


def test_a_text_is_approved_only_by_who_has_said_again_who_it_is(client, approver):
    text = LetterTemplate.objects.filter(kind="reminder").first()
    page = reverse("admin:invitations_lettertemplate_changelist")

    answer = choose(client, page, "approve_selected", text, answered="yes")

    text.refresh_from_db()
    assert answer.redirect_chain[0][0].startswith(AGAIN)
    assert text.first_approver is None


def test_a_print_run_is_made_by_who_has_just_said_who_it_is(client, approver):
    letter = composed_letter()

    answer = choose(client, LETTERS, "print_selected", letter, answered="yes")

    assert answer.redirect_chain[0][0].startswith(AGAIN)


def test_an_alternate_is_named_by_who_has_just_said_who_it_is(client, approver):
    add = reverse("admin:invitations_alternate_add")
    days = {"from_on": "2027-03-01", "until_on": "2027-03-05"}

    asked = client.post(add, {"alternate": member("rupert", "Editors").pk} | days)
    assert not Alternate.objects.exists()
    again(client, recovery_codes(approver)[0])
    kept = client.get(CONTINUE).context
    client.post(kept["kept"]["path"], dict(kept["fields"]))

    assert asked.url.startswith(AGAIN)
    assert Alternate.objects.get().approver == approver


def test_the_password_serves_too(client, approver):
    client.get(reverse("admin:invitations_minister_export"))

    answer = client.post(BY_PASSWORD, {"password": PASSWORD, "next": LETTERS})

    assert answer.url == LETTERS
    assert client.get(reverse("admin:invitations_minister_export")).status_code == 200


def test_managers_of_passwords_find_the_name_beside_the_password(client, approver):
    page = client.get(BY_PASSWORD).content.decode()

    name, password = re.findall('<input[^>]* autocomplete="(?:username|current-)[^>]*>', page)
    assert {'value="sapt"', 'autocomplete="username"', "hidden"} <= set(name.split())
    assert 'type="password"' in password


@pytest.mark.parametrize(
    ("page", "wrong"), [(BY_PASSWORD, {"password": "wrong"}), (AGAIN, {"code": "000000"})]
)
def test_wrong_answers_are_counted_here_too(client, approver, page, wrong):
    answers = [client.post(page, wrong).status_code for _ in range(5)]
    right = client.post(page, {"password": PASSWORD, "code": code()})

    assert answers == [200, 200, 200, 200, 429]
    assert right.status_code == 429
    assert client.get(reverse("admin:invitations_minister_export")).status_code == 302


def test_what_is_read_asks_nobody_again(client, approver):
    assert client.get(LETTERS).status_code == 200


def test_who_is_not_signed_in_is_asked_to_sign_in(client):
    answer = client.get(reverse("admin:invitations_minister_export"), follow=True)

    assert answer.redirect_chain[-1][0].startswith(LOGIN)
    assert not User.objects.exists()


def test_accounts_and_roles_are_made_by_who_has_just_said_who_it_is(client, clock):
    sign_in(client, member(is_superuser=True))
    clock(minutes=20)

    for name in ("auth_user", "auth_group"):
        answer = client.post(reverse(f"admin:{name}_add"), {"username": "rupert", "name": "Spies"})
        assert answer.status_code == 302
        assert "reauthenticate" in answer["Location"]
    assert not User.objects.filter(username="rupert").exists()


def act_named(page):
    return re.findall(r'id="act">(.*?)</span>', page.text)


def test_the_pages_that_ask_again_name_the_act_and_how_many_it_concerns(client, approver):
    chosen = [composed_letter().pk, composed_letter().pk]

    asked = client.post(LETTERS, {"action": "approve_selected", "_selected_action": chosen})
    wrong = client.post(AGAIN, {"code": "000000", "next": CONTINUE})
    answer = again(client, recovery_codes(approver)[0])

    for page in (client.get(asked.url), wrong, client.get(answer.url)):
        assert act_named(page) == ["You are about to approve 2 letters."]


@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("invitations_minister_export", "export ministers and their addresses"),
        ("invitations_alternate_add", "name an alternate, or change the days"),
    ],
)
def test_an_act_that_was_only_opened_is_named_and_follows_at_once(client, approver, name, act):
    asked = client.get(reverse(f"admin:{name}"))
    page = client.get(asked.url)
    words = {"code": recovery_codes(approver)[0], "next": reverse(f"admin:{name}")}
    answer = client.post(AGAIN, words)

    assert act_named(page) == [f"You are about to {act}."]
    assert answer.url == reverse(f"admin:{name}")


def test_the_other_ways_to_say_who_it_is_name_the_act_too(client, approver):
    asked = client.get(reverse("admin:invitations_minister_export"))

    by_password = client.get(asked.url.replace(AGAIN, BY_PASSWORD))

    assert act_named(by_password) == ["You are about to export ministers and their addresses."]


def test_another_page_names_no_act_of_before(client, approver):
    client.get(reverse("admin:invitations_minister_export"))

    assert act_named(client.get(f"{AGAIN}?next={LETTERS}")) == []


@pytest.mark.parametrize("act", ACTS)
def test_each_act_is_said_of_one_and_of_several(act):
    assert "%" not in format_action(act, 1)
    assert "%" not in format_action(act, 5)
