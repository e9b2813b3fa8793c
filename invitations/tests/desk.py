"""What tests of the secretariat's desk have in common: letters to approve, and how it is used."""

import datetime as dt

from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from invitations.files.frozen import freeze
from invitations.models.held.composed_with import hashes_behind_each
from invitations.tests.factories import (
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
    UserFactory,
)

# What a page says to who would lay words over those that somebody else has saved meanwhile.
SAVE_AGAIN = "Save again, and your words take its place."
# The groups of the secretariat; the partnership team has a list of its own.
GROUPS = ["Drafters", "Approvers", "Registrars", "Speakers' desk", "Readers"]


def composed_letter(covers=(), **fields):
    """A letter with frozen bytes, of a draft invitation that the approval issues."""
    return composed_letters([{"covers": covers, **fields}])[0]


def letter_in_force(invitation=None):
    invitation = invitation or InvitationFactory()
    return composed_letter(invitation=invitation, state="approved", approved_at=timezone.now())


def composed_letters(each):
    """Such letters, with what is behind them looked up for all at once."""
    letters = [letter_with_bytes(**fields) for fields in each]
    behind = hashes_behind_each(letters)
    for letter in letters:
        letter.composed_with = behind[letter.pk]
        letter.save(update_fields=["composed_with"])
    return letters


def letters_of(circular, number, **fields):
    """Composed letters of the circular, in the order in which they are shown."""
    return composed_letters(
        {
            "circular": circular,
            "invitation": InvitationFactory(
                edition=circular.edition,
                status="draft",
                issued_at=None,
                minister__member_state=MemberStateFactory(sort_key_fr=f"{place:04}"),
            ),
            **fields,
        }
        for place in range(number)
    )


def letter_with_bytes(covers=(), **fields):
    if "invitation" not in fields:
        fields["invitation"] = InvitationFactory(status="draft", issued_at=None)
    minister = fields["invitation"].minister
    if not minister.to_emails:
        minister.to_emails = "office@example.org"
        minister.save()
    pdf = freeze(f"%PDF {fields['invitation'].pk}".encode(), "letters", "pdf")
    message = freeze(f"To: {fields['invitation'].pk}".encode(), "messages", "eml")
    letter = LetterFactory(
        **{
            "state": "composed",
            "composed_at": timezone.now(),
            "addressee": "H.E. Ms. Flavia Elphberg\nRuritania",
            "recipients": [["to", minister.to_emails]],
            "pdf": pdf.name,
            "sha256": pdf.sha256,
            "message": message.name,
            "message_sha256": message.sha256,
            **fields,
        }
    )
    letter.covers.set(covers)
    return letter


def page_of(row):
    kind = f"{row._meta.app_label}_{row._meta.model_name}"
    return reverse(f"admin:{kind}_change", args=[row.pk])


def signed_in(client, *codenames, **fields):
    user = UserFactory(**fields)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return user


def of_group(*names, **fields):
    person = UserFactory(**fields)
    person.groups.set(Group.objects.filter(name__in=names))
    return person


def browser_of(person):
    client = Client()
    client.force_login(person)
    return client


def choose(client, url, action, *rows, **words):
    """Choose an action for rows of a list, as the page itself would."""
    return client.post(
        url, {"action": action, "_selected_action": [row.pk for row in rows], **words}, follow=True
    )


def as_sent(response):
    """What the browser would send from the page as it is shown."""
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    return {
        field.html_name: field.value()
        for form in forms
        for field in form
        if field.value() is not None and not isinstance(field.value(), dt.datetime)
    }


def as_listed(response):
    """What the browser would send from a list whose rows are edited in place."""
    formset = response.context["cl"].formset
    fields = [field for form in [formset.management_form, *formset.forms] for field in form]
    said = {one.html_name: one.value() for one in fields}
    hidden = {one.html_initial_name: one.initial for one in fields if one.field.show_hidden_initial}
    return {
        name: one for name, one in said.items() if one is not None and one is not False
    } | hidden


def told(response):
    return [str(message) for message in response.context["messages"]]


def shown(letter):
    """A letter as the page of approval names it: by its key and both hashes."""
    return f"{letter.pk}:{letter.sha256}:{letter.message_sha256}"


EDITION = {
    "symbol": "wsis-2028",
    "opens_on": "2028-05-08",
    "closes_on": "2028-05-12",
    "track_opens_on": "2028-05-09",
    "track_closes_on": "2028-05-10",
    "reply_before": "2028-03-01",
    "time_zone": "Europe/Zurich",
    "answers_offered": ["in_person", "regrets"],
    "segments_offered": ["opening"],
    "speaking_minutes": 3,
    "links_open_for": 30,
    "mission_city": "Zenda",
    "order_of_states": "fr",
    "contact_name_en": "Fritz von Tarlenheim",
    "contact_email": "forum@example.org",
    "name_en": "Forum of Zenda",
    "place_en": "Zenda",
    "time_zone_name_en": "Zenda time",
    "quiet_periods-TOTAL_FORMS": 0,
    "quiet_periods-INITIAL_FORMS": 0,
    "reminder_steps-TOTAL_FORMS": 0,
    "reminder_steps-INITIAL_FORMS": 0,
}


def add_edition(client, **words):
    return client.post(reverse("admin:invitations_forumedition_add"), {**EDITION, **words})
