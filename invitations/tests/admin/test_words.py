"""What is typed in the admin: lines stay lines, addresses can be used, and all can be sent."""

import email
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import assume, given
from hypothesis import settings as examples

from invitations.admin.base import ModelAdmin
from invitations.forms.action_forms import ReasonForm
from invitations.forms.correspondence import PaperReplyForm
from invitations.forms.fields import AddressesField, AddressField, LineField, LinkField, TextField
from invitations.letters.circulars import plan_invitation_letters
from invitations.letters.composing_queue import compose_planned
from invitations.models import ForumEdition, Minister, Mission
from invitations.tests.desk import add_edition
from invitations.tests.factories import MemberStateFactory, MinisterFactory
from invitations.tests.letters.drafts import drafted
from invitations.tests.reading import message_of
from invitations.tests.typed import LINES

pytestmark = pytest.mark.django_db
OURS = (LineField, TextField, LinkField, AddressField, AddressesField, forms.SlugField)


@pytest.mark.parametrize("sign", ["\u2028", "\v", "\x85", "\r\n"])
def test_the_edition_s_name_stays_on_one_line(admin_client, sign):
    add_edition(admin_client, name_en=f"Forum{sign}of Zenda", background_en=f"Annual.{sign}Open.")

    edition = ForumEdition.objects.get()
    assert edition.name_en == "Forum of Zenda"
    assert edition.background_en == "Annual.\nOpen."


def test_an_edition_s_address_is_understood_or_refused_in_words(admin_client):
    response = add_edition(admin_client, contact_email="=?utf-8?q?x?=@example.org")
    (sentence,) = response.context["adminform"].form.errors["contact_email"]
    assert "mail programs mark a code" in sentence

    add_edition(admin_client, contact_email="Forum <forum@example.org>;")
    assert ForumEdition.objects.get().contact_email == "forum@example.org"


def test_a_mission_s_addresses_are_kept_one_to_a_line(admin_client):
    state = MemberStateFactory()
    words = {
        "name": "Permanent\u2028Mission",
        "kind": "mission",
        "city": "Geneva",
        "language": "en",
    }

    admin_client.post(
        reverse("admin:invitations_mission_add"),
        {**words, "states": [state.pk], "emails": "a@example.org؛ Sapt <b@example.org>"},
    )

    mission = Mission.objects.get()
    assert mission.name == "Permanent Mission"
    assert mission.emails == "a@example.org\nb@example.org"


def change_minister(client, minister, **words):
    page = reverse("admin:invitations_minister_change", args=[minister.pk])
    shown = client.get(page).context["adminform"].form
    typed = {name: shown[name].value() or "" for name in shown.fields} | words
    inline = {"invitations-TOTAL_FORMS": 0, "invitations-INITIAL_FORMS": 0}
    return client.post(page, typed | inline)


def test_a_minister_s_addresses_and_name_are_tidied(admin_client):
    minister = MinisterFactory()

    change_minister(
        admin_client, minister, to_emails="A@example.org؛ a@example.org", given_name="Fla\u200bvia"
    )

    minister.refresh_from_db()
    assert (minister.to_emails, minister.given_name) == ("A@example.org", "Flavia")


def test_a_garbled_name_is_refused_with_what_it_may_have_been(admin_client):
    response = change_minister(admin_client, MinisterFactory(), family_name="Dupr\u00c3\u00a9")

    (sentence,) = response.context["adminform"].form.errors["family_name"]
    assert "it may have been “Dupré”" in sentence


def test_an_address_on_file_that_would_be_refused_today_leaves_its_row_usable(admin_client):
    minister = MinisterFactory(to_emails="a@localhost")

    response = change_minister(admin_client, minister, family_name="Hentzau")
    assert list(response.context["adminform"].form.errors) == ["to_emails"]

    change_minister(admin_client, minister, to_emails="a@example.org")
    assert Minister.objects.get().to_emails == "a@example.org"


def text_fields(form):
    """The fields in which words are typed."""
    return {
        name: field
        for name, field in form.base_fields.items()
        if isinstance(field, forms.CharField) and not isinstance(field, forms.JSONField)
    }


PAGES = [
    page
    for page in admin.site._registry.values()
    if isinstance(page, ModelAdmin) and page.opts.app_label in ("invitations", "delegations")
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.opts.label)
def test_every_field_of_words_on_a_page_tidies_or_refuses(page, rf, admin_user):
    request = rf.get("/")
    request.user = admin_user
    made = [page.get_form(request, fields=None)]
    made += [inline.get_formset(request).form for inline in page.get_inline_instances(request)]

    for form in made:
        for name, field in text_fields(form).items():
            assert isinstance(field, OURS), name


@pytest.mark.parametrize("form", [PaperReplyForm, ReasonForm])
def test_every_field_of_words_in_an_act_tidies_or_refuses(form):
    fields = text_fields(form)

    assert fields
    own = {name: field for name, field in fields.items() if name in form.declared_fields}
    assert all(isinstance(field, OURS) for field in own.values())


# Whatever is taken can be sent


@given(LINES)
@examples(max_examples=300, deadline=None)
def test_every_line_that_is_taken_is_one_line_of_a_header(typed):
    try:
        name = LineField(required=False).clean(typed)
    except ValidationError:
        assume(False)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = name
    message["To"] = "office@example.org"

    read = email.message_from_bytes(message.as_bytes(), policy=SMTP)

    assert read.keys() == ["Subject", "To"]
    assert name.splitlines() in ([], [name])


def test_a_name_that_mail_programs_would_read_as_a_code_is_refused(admin_client):
    response = add_edition(admin_client, name_en="=?utf-8?q?=0d=0aBcc=3Ax?=")

    (sentence,) = response.context["adminform"].form.errors["name_en"]
    assert "mail programs mark a code" in sentence


NAMES = ["Forum\u2028of Zenda", "= ?utf-8?q?=0d=0aBcc=3Ax?=", "Форум\x85в Зенде", "a: b\r\nBcc: c"]


@pytest.mark.parametrize("name", NAMES)
def test_an_edition_and_a_minister_of_any_name_compose_a_message(name):
    field = LineField()
    draft = drafted(minister__family_name=field.clean(name))
    ForumEdition.objects.update(name_en=field.clean(name))
    plan_invitation_letters(ForumEdition.objects.get())

    assert compose_planned() == 1

    message = message_of(draft.letters.get())
    assert "\n" not in message["Subject"]
    assert message["Bcc"] is None


def test_a_member_of_staff_has_an_address_that_a_test_can_be_sent_to(rf, admin_user):
    request = rf.get("/")
    request.user = admin_user

    form = admin.site._registry[User].get_form(request, admin_user, change=True)

    assert isinstance(form.base_fields["email"], AddressField)
