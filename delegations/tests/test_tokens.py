"""Tokens of the API on the desk: who makes, releases and revokes them, and what is shown."""

import datetime as dt
import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from delegations.models import ApiToken
from delegations.tests.api.tokens import made, released, superuser
from delegations.tokens import note_api_call, token_digest
from invitations.outbox.credentials import release_credential, revoke_credential
from invitations.tests.desk import browser_of, choose, of_group
from invitations.tests.factories import EditionFactory, UserFactory

pytestmark = pytest.mark.django_db

TOKENS = reverse("admin:delegations_apitoken_changelist")
CALLS = reverse("admin:delegations_apicall_changelist")
ADD = reverse("admin:delegations_apitoken_add")


@pytest.fixture
def edition():
    return EditionFactory(symbol="wsis-2027")


def typed(edition, *scopes, days=30):
    until = timezone.localdate() + dt.timedelta(days=days)
    reads = {f"reads_{scope}": "on" for scope in scopes}
    return {"edition": edition.pk, "called": "Badges", "valid_until": until.isoformat(), **reads}


def test_the_words_of_a_token_are_shown_once_and_only_their_hash_is_kept(edition):
    client = browser_of(of_group("Drafters"))

    page = client.post(ADD, typed(edition, "answers"))

    words = re.search(r'id="secret"[^>]*>(wsis_[\w-]{43})<', page.content.decode())[1]
    token = ApiToken.objects.get()
    assert token.digest == token_digest(words)
    assert "no-store" in page["Cache-Control"]
    for later in (TOKENS, reverse("admin:delegations_apitoken_change", args=[token.pk])):
        assert words not in client.get(later).content.decode()


@pytest.mark.parametrize("days", [-1, 367])
def test_a_token_ends_within_a_year_and_nothing_typed_is_lost(edition, days):
    page = browser_of(of_group("Drafters")).post(ADD, typed(edition, "answers", days=days))

    assert "within a year" in page.content.decode()
    assert 'value="Badges"' in page.content.decode()
    assert not ApiToken.objects.exists()


def test_a_token_reads_something(edition):
    page = browser_of(superuser()).post(ADD, typed(edition))

    assert "Choose what the system may read." in page.content.decode()


def test_nobody_gives_a_system_what_they_may_not_read_themselves(edition):
    drafter, both = of_group("Drafters"), of_group("Drafters", "Speakers' desk")

    with pytest.raises(ValidationError, match="delegates"):
        made(edition, "answers", "delegates", by=drafter)

    made(edition, "answers", "delegates", by=both)
    with pytest.raises(ValidationError, match="contacts"):
        made(edition, "contacts", by=of_group("Speakers' desk"))


# Two people


def test_one_person_makes_a_token_and_another_releases_it(edition):
    maker = superuser()
    token, _words = made(edition, "answers", by=maker)

    own = choose(browser_of(maker), TOKENS, "release_selected", token, answered="yes")
    assert "A second person has to release it" in own.content.decode()
    choose(browser_of(of_group("Approvers")), TOKENS, "release_selected", token, answered="yes")

    token.refresh_from_db()
    assert token.is_open(timezone.localdate())
    assert token.released_by != maker


def test_the_database_keeps_one_person_from_doing_both(edition):
    token, _words = made(edition, "answers")
    own = {"released_by": token.made_by, "released_at": timezone.now()}

    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.update(**own)


def test_a_token_is_released_once_and_not_after_it_was_revoked_or_is_over(edition):
    token, _words = released(edition, "answers")
    with pytest.raises(ValidationError, match="does not wait"):
        release_credential(token, superuser())

    other, _words = made(edition, "answers")
    revoke_credential(other, superuser(), "A mistake.")
    with pytest.raises(ValidationError, match="does not wait"):
        release_credential(other, superuser())


def test_one_person_revokes_a_token_for_good_and_says_why(edition):
    token, _words = released(edition, "answers")

    choose(
        browser_of(of_group("Drafters")), TOKENS, "revoke_selected", token,
        answered="yes", reason="The contract ended.",
    )  # fmt: skip

    token.refresh_from_db()
    assert (token.revocation_reason, token.is_open(timezone.localdate())) == (
        "The contract ended.",
        False,
    )
    with pytest.raises(ValidationError, match="already"):
        revoke_credential(token, superuser(), "Again.")
    with pytest.raises(ValidationError, match="Say why"):
        revoke_credential(made(edition, "answers")[0], superuser(), " ")


def test_no_token_is_changed_or_deleted(edition):
    token, _words = made(edition, "answers")
    client = browser_of(superuser())
    page = reverse("admin:delegations_apitoken_change", args=[token.pk])

    client.post(page, typed(edition, "delegates"))

    token.refresh_from_db()
    assert token.scopes == ["answers"]
    assert client.post(page.replace("change", "delete"), {"post": "yes"}).status_code == 403


# The page


def test_the_list_tells_who_made_and_released_a_token_how_it_stands_and_how_it_was_used(
    edition, client
):
    token, words = released(edition, "answers")
    token.refresh_from_db()
    client.get("/api/v1/editions/wsis-2027/answers", headers={"authorization": f"Bearer {words}"})

    page = browser_of(of_group("Approvers")).get(TOKENS).content.decode()

    for told in (str(token.made_by), str(token.released_by), "answers by State", "released"):
        assert told in page
    assert f"made_with__id__exact={token.pk}" in page
    calls = browser_of(of_group("Approvers")).get(reverse("admin:delegations_apicall_changelist"))
    assert "answers" in calls.content.decode()


def test_whoever_releases_sees_who_made_it_what_it_opens_and_until_when(edition):
    maker = UserFactory(is_superuser=True, username="fritz")
    token, _words = made(edition, "answers", "contacts", by=maker)
    asked = {"action": "release_selected", "_selected_action": [token.pk]}

    page = browser_of(of_group("Approvers")).post(TOKENS, asked).content.decode()

    for told in (
        "made by: fritz",
        f"valid until: {date_format(token.valid_until)}",
        "answers by State: how each invited State stands, and since when.",
        "contacts of offices and missions: invited ministers, their offices, focal points and",
    ):
        assert told in page
    assert "delegates" not in page.partition("made by: fritz")[2].partition("</li>")[0]


def test_whoever_makes_a_token_reads_what_each_scope_opens():
    page = browser_of(superuser()).get(ADD).content.decode()

    for told in ("How each invited State stands", "as on the badge; neither needs nor gender"):
        assert told in page


@pytest.mark.parametrize("tokens", [1, 3])
def test_the_list_takes_as_many_queries_for_three_tokens_as_for_one(
    edition, tokens, django_assert_num_queries
):
    for _token in range(tokens):
        released(edition, "answers")
    client = browser_of(superuser())
    client.get(TOKENS)

    with django_assert_num_queries(6):
        assert client.get(TOKENS).status_code == 200


@pytest.mark.parametrize("calls", [1, 3])
def test_the_calls_take_as_many_queries_for_three_as_for_one(
    edition, calls, django_assert_num_queries
):
    for _call in range(calls):
        token, _words = released(edition, "answers")
        note_api_call(token, "answers", 200, 1)
    client = browser_of(superuser())
    client.get(CALLS)

    with django_assert_num_queries(8):
        assert client.get(CALLS).status_code == 200


def test_the_list_says_that_the_account_which_made_a_token_is_closed(edition):
    token, _words = released(edition, "answers")
    type(token.made_by).objects.filter(pk=token.made_by_id).update(is_active=False)

    page = browser_of(superuser()).get(TOKENS)

    assert "the account that made it is closed" in page.content.decode()
