"""What the lists of the admin may be asked, by whom: never a column that is withheld."""

import itertools
import re
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.templatetags.admin_list import date_hierarchy
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.views.main import ORDER_VAR
from django.contrib.auth.models import Group, User
from django.core.exceptions import DisallowedRedirect, SuspiciousOperation
from django.db.models import OrderBy
from django.test import RequestFactory
from django.urls import resolve, reverse

from delegations.models import Delegate, Delegation
from invitations.admin.base import ModelAdmin
from invitations.admin.list_columns import list_url, server_words, why
from invitations.models import (
    Bounce,
    Correspondence,
    Delivery,
    ForumEdition,
    Invitation,
    Letter,
    MemberState,
)
from invitations.tests.desk import GROUPS, composed_letter
from invitations.tests.factories import (
    CircularFactory,
    DeliveryFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    ReplyFactory,
    StepFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

COMPARISONS = ["exact", "contains", "regex", "startswith", "isnull", "gt"]
PAGES = [page for _model, page in admin.site._registry.items()]
SECRETS = {"links", "token", "mail", "paper", "envelope", "password", "report", "message"}


def staff():
    """One user of each group that is shipped, one of none, and one who may do everything."""
    users = User.objects.bulk_create(
        [*UserFactory.build_batch(len(GROUPS) + 1), UserFactory.build(is_superuser=True)]
    )
    kept = {group.name: group for group in Group.objects.filter(name__in=GROUPS)}
    User.groups.through.objects.bulk_create(
        User.groups.through(user=user, group=kept[name])
        for user, name in zip(users, GROUPS, strict=False)
    )
    return users


def asked_by(user, **parameters):
    request = RequestFactory().get("/", parameters)
    request.user = user
    return request


def reader():
    return next(user for user in staff() if user.groups.filter(name="Readers"))


def columns(model):
    """Each column of a row, and each of the rows beside it."""
    for column in model._meta.get_fields(include_hidden=True):
        yield column.name
        if column.is_relation and column.related_model:
            for further in column.related_model._meta.get_fields():
                yield f"{column.name}__{further.name}"


def filtered_by(page, request):
    """The columns by which the list is filtered, with the key of another row."""
    for item in page.get_list_filter(request):
        # A column may come with the filter that offers its choices.
        name = item[0] if isinstance(item, tuple) else item
        if isinstance(name, str):
            yield from (name, f"{name}__id", f"{name}__code")


def test_each_list_is_made_of_the_page_that_guards_it():
    for page in PAGES:
        assert isinstance(page, ModelAdmin)
        assert page.sortable_by is None, "the address sorts by what sortable_by leaves out"


@pytest.mark.walk
def test_each_list_is_asked_by_its_filters_alone():
    for page, user in itertools.product(PAGES, staff()):
        request = asked_by(user)
        asked = [
            f"{column}__{comparison}"
            for column, comparison in itertools.product(columns(page.model), COMPARISONS)
            if page.lookup_allowed(f"{column}__{comparison}", "1", request)
        ]

        assert unknown(asked, page, request) == [], page
        assert not {part for lookup in asked for part in lookup.split("__")} & SECRETS, page


def unknown(lookups, page, request):
    """Those that neither a filter nor a link of the desk asks."""
    known = {page.opts.pk.name, *filtered_by(page, request), *page.linked_lookups}
    offered = {f"{name}__{comparison}" for name in known for comparison in ("exact", "isnull")}
    return [one for one in lookups if one not in {*page.linked_lookups, *offered}]


def test_what_is_not_allowed_is_refused_by_each_list_itself():
    user = UserFactory(is_superuser=True)
    for page in PAGES:
        for column in (column.attname for column in page.opts.concrete_fields):
            request = asked_by(user, **{f"{column}__regex": "."})
            with pytest.raises((SuspiciousOperation, IncorrectLookupParameters)) as refused:
                page.get_changelist_instance(request)
            assert not isinstance(refused.value, DisallowedRedirect), (page, column)


@pytest.mark.walk
def test_search_and_order_go_by_what_the_user_may_read():
    for page, user in readable():
        request = asked_by(user)
        listed = {*page.get_list_display(request)}
        for name in {*page.get_search_fields(request), *orders(page, user)} - listed:
            withheld = SECRETS - shown_to(page, request)
            assert not {*name.lstrip("^=-").split("__")} & withheld, page
            for model in passed(page.model, name):
                assert admin.site._registry[model].has_view_permission(request), (page, name)


def test_no_list_is_sorted_by_rows_of_which_there_are_many():
    for page in PAGES:
        for name in page.list_display:
            column = next((one for one in page.opts.get_fields() if one.name == name), None)
            assert column is None or column.concrete, f"{page} is sorted by the rows of {name}"


def test_search_looks_at_columns_that_the_user_sees():
    for page, user in readable():
        if user.is_superuser:
            continue
        request = asked_by(user)
        seen = {*page.get_list_display(request), *shown_to(page, request)}
        seen |= {"subject"} if "shown_subject" in seen else set()
        seen |= {"file_name"} if "file" in seen else set()
        seen |= {"server_words"} if server_words in seen else set()
        seen |= {"reason"} if why in seen else set()
        # The name again, without capitals and accents.
        seen |= {"name_key"} if "family_name" in seen else set()
        if page.model is Letter and page.has_words_permission(request):
            seen |= {"message_id", "sha256", "message_sha256"}
        for name in page.get_search_fields(request):
            column = name.lstrip("=").split("__")[0]
            assert column in seen or page.opts.get_field(column).is_relation, (page, column)


def readable():
    """Each page with each user who may look at it."""
    for page, user in itertools.product(PAGES, staff()):
        if page.has_view_permission(asked_by(user)):
            yield page, user


def passed(model, name):
    """The models of other rows on the way to a column."""
    for part in name.lstrip("^=-").split("__"):
        column = next((one for one in model._meta.get_fields() if one.name == part), None)
        if column and column.is_relation:
            yield (model := column.related_model)


def shown_to(page, request):
    return {*flatten_fieldsets(page.get_fieldsets(request))}


def orders(page, user):
    """What each column of the list is sorted by, as the address asks for it."""
    listed = page.get_changelist_instance(asked_by(user))
    for place in range(len(page.get_list_display(asked_by(user))) + 2):
        request = asked_by(user, **{ORDER_VAR: str(place)})
        listed.params = request.GET.dict()
        for order in listed.get_ordering(request, listed.root_queryset.order_by()):
            yield order.expression.name if isinstance(order, OrderBy) else order


PROBES = [
    (Letter, "mail__regex=/r/[23..]"),
    (Letter, "mail__contains=/r/"),
    (Letter, "paper__regex=%28.%7B1,200%7D%29%7B1,200%7Dq%24"),
    (Letter, "sha256__startswith=0"),
    (Letter, "invitation__links__token__startswith=k"),
    (Delivery, "envelope__startswith=a"),
    (Correspondence, "message__startswith=m"),
    (Bounce, "report__contains=r"),
    (Invitation, "links__code__startswith=b"),
    (Invitation, "minister__to_emails__startswith=a"),
    (MemberState, "ministers__invitations__links__token__startswith=k"),
    (Letter, "approved_by__password__startswith=p"),
]


@pytest.mark.parametrize(("model", "asked"), PROBES, ids=[asked for _model, asked in PROBES])
def test_reader_learns_nothing_by_asking_a_list_for_what_is_withheld(client, model, asked):
    letter = LetterFactory(mail="Reply: http://127.0.0.1:8000/r/kwfdud8qt7e8nyrk8ktv5/")
    client.force_login(reader())

    assert client.get(f"{list_url(model)}?id__exact={letter.pk}").status_code == 200
    answer = client.get(f"{list_url(model)}?id__exact={letter.pk}&{asked}")

    assert answer.status_code == 400
    assert b"result" not in answer.content


def test_nobody_spells_out_a_password_by_the_list_of_users(admin_client):
    address = reverse("admin:auth_user_changelist")

    assert admin_client.get(f"{address}?is_staff__exact=1").status_code == 200
    assert admin_client.get(f"{address}?password__startswith=pbkdf2").status_code == 400


def test_export_is_asked_by_no_more_than_its_list(admin_client):
    address = reverse("admin:invitations_minister_export")

    assert admin_client.get(f"{address}?rank__code__exact=M").status_code == 200
    assert admin_client.get(f"{address}?to_emails__startswith=a").status_code == 400


def test_delegations_are_searched_by_delegate_only_by_whoever_may_read_them(client):
    invitation = InvitationFactory()
    delegation = Delegation.objects.create(
        edition=invitation.edition, member_state=invitation.member_state
    )
    Delegate.objects.create(delegation=delegation, name="Rupert of Hentzau")
    found = {}
    for user in staff():
        client.force_login(user)
        answer = client.get(f"{list_url(Delegation)}?q=Hentzau")
        found[user] = answer.status_code == 200 and answer.context["cl"].result_count
        assert bool(found[user]) == user.has_perm("delegations.view_delegate")

    assert sum(map(bool, found.values())) == 2


@pytest.mark.parametrize(
    "asked",
    [
        "opens_on__year=9999",
        "opens_on__year=9999&opens_on__month=12",
        "opens_on__year=0",
        "opens_on__year=1",
        "opens_on__year=x",
        "opens_on__year=2027&opens_on__month=13",
        "opens_on__year=2027&opens_on__day=31",
        "opens_on__month=2",
        "opens_on__day=99999999999999999999",
        "opens_on__year=%D9%A2%D9%A0%D9%A2%D9%A7",
        "opens_on__gte=x",
        "opens_on__gte=%00",
        "opens_on__isnull=x",
        "symbol__isnull=1",
        "_to_field=symbol",
        "_to_field=name",
        "_popup=1&_to_field=id",
        "o=-99.x.1e9.--1.",
        "p=x",
        "p=99999999999999999999",
        "q=%00",
        "e=1&symbol__regex=.",
        "_facets=1",
        "all=",
    ],
)
def test_odd_address_of_a_list_is_refused_or_ignored(admin_client, asked):
    EditionFactory()

    assert admin_client.get(f"{list_url(ForumEdition)}?{asked}").status_code in (200, 302, 400)


@pytest.mark.walk
def test_odd_value_of_a_filter_is_refused_or_ignored():
    user = UserFactory(is_superuser=True)
    for page in PAGES:
        for lookup, value in itertools.product(lookups(page, user), ("9" * 30, "x", "", "1,2")):
            with suppress(SuspiciousOperation, IncorrectLookupParameters):
                list(page.get_changelist_instance(asked_by(user, **{lookup: value})).result_list)


def lookups(page, user):
    columns = [*filtered_by(page, asked_by(user)), "pk"]
    ends = ("exact", "isnull")
    return [
        *columns,
        *(f"{column}__{end}" for column in columns for end in ends),
        *page.linked_lookups,
    ]


def test_calendar_of_a_list_takes_any_year_or_refuses_it():
    user = UserFactory(is_superuser=True)
    days = ({}, {"month": "1"}, {"month": "12", "day": "31"}, {"month": "2", "day": "30"})
    for page in [page for page in PAGES if page.date_hierarchy]:
        for year, more in itertools.product(
            ("0", "1", "1900", "2027", "9998", "9999", "99999"), days
        ):
            parts = {"year": year, **more}
            asked = {f"{page.date_hierarchy}__{part}": value for part, value in parts.items()}
            with suppress(SuspiciousOperation, IncorrectLookupParameters):
                assert date_hierarchy(page.get_changelist_instance(asked_by(user, **asked)))


AUTOCOMPLETED = [
    ("invitations", "letter", "invitation", 200),
    ("delegations", "delegation", "member_state", 200),
    ("delegations", "delegate", "delegation", 200),
    ("delegations", "statementtext", "statement", 200),
    ("invitations", "bounce", "delivery", 200),
    ("invitations", "letter", "approved_by", 403),
    ("invitations", "replylink", "token", 403),
    ("invitations", "invitation", "links", 403),
    ("invitations", "invitation", "letters", 403),
    ("invitations", "letter", "notes", 403),
    ("delegations", "delegation", "delegates", 403),
    ("auth", "user", "groups", 403),
]


@pytest.mark.parametrize(("app", "model", "column", "status"), AUTOCOMPLETED)
def test_choices_offered_while_typing_are_those_of_pages_that_one_may_read(
    client, app, model, column, status
):
    client.force_login(reader())
    asked = {"app_label": app, "model_name": model, "field_name": column, "term": "a"}

    assert client.get(reverse("admin:autocomplete"), asked).status_code == status


def test_choices_offered_while_typing_are_found_whatever_is_typed(admin_client):
    asked = {"app_label": "invitations", "model_name": "letter", "field_name": "invitation"}
    for term in ("'", '"', "%", "\\", "a" * 3000):
        answer = admin_client.get(reverse("admin:autocomplete"), asked | {"term": term})
        assert answer.json()["results"] == []


def test_choices_offered_while_typing_are_found_by_no_name_that_is_withheld(client):
    invitation = InvitationFactory()
    delegation = Delegation.objects.create(
        edition=invitation.edition, member_state=invitation.member_state
    )
    Delegate.objects.create(delegation=delegation, name="Rupert of Hentzau")
    client.force_login(reader())
    asked = {"app_label": "delegations", "model_name": "delegate", "field_name": "delegation"}

    answer = client.get(reverse("admin:autocomplete"), asked | {"term": "Hentzau"})

    assert answer.json()["results"] == []


@pytest.mark.walk
def test_each_link_to_a_list_is_answered(admin_client):
    """Those of the first page, the queue, and every list and page that names another list."""
    edition = EditionFactory()
    circular = CircularFactory(edition=edition)
    draft = InvitationFactory(edition=edition, status="draft", issued_at=None)
    composed = composed_letter(invitation=draft, circular=circular)
    DeliveryFactory(letter=composed, state="uncertain")
    DeliveryFactory(letter=composed, state="queued", channel="pouch")
    standing = ReplyFactory(invitation__edition=edition)
    ReplyFactory(status="contested", invitation=standing.invitation)
    StepFactory(edition=edition)
    Bounce.objects.create(kind="hard", received_at=edition.deadline)
    Correspondence.objects.create(channel="mail", received_at=edition.deadline)
    starts = [
        reverse("admin:index"),
        reverse("admin:invitations_delivery_queue"),
        reverse("admin:invitations_circular_progress", args=[circular.pk]),
        reverse("admin:invitations_forumedition_reminders", args=[edition.pk]),
        *map(list_url, admin.site._registry),
    ]

    # Of links that differ in their values alone, one.
    asked = {
        re.sub("=[^&]*", "", link): link
        for start in starts
        for link in links_of(admin_client.get(start), start)
        if "?" in link
    }

    names = {name for link in asked.values() for name in re.findall(r"[?&](\w+)=", link)}
    assert names >= {"kind__in", "channel__in", "circular__id__exact", "member_state__id__exact"}
    user = UserFactory(is_superuser=True)
    refused = {link: status_of(link, user, admin_client) for link in asked.values()}
    assert {link: status for link, status in refused.items() if status != 200} == {}


def status_of(link, user, client):
    """The answer to a link; a list is not rendered, since it refuses before that."""
    view, words, named = found = resolve(urlsplit(link).path)
    if not found.view_name.endswith("_changelist"):
        return client.get(link).status_code
    request = RequestFactory().get(link)
    request.user = user
    return view(request, *words, **named).status_code


def links_of(page, address):
    assert page.status_code == 200, address
    found = re.findall(r'href="([^"#]+)"', page.content.decode())
    links = {link.replace("&amp;", "&") for link in found}
    return {address + link if link.startswith("?") else link for link in links if link[0] in "/?"}
