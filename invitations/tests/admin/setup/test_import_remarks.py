"""What an import asks a person to look at, in the preview and after it, with links that open."""

import re
from html import unescape

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from invitations.admin.list_columns import list_url
from invitations.models import Invitation
from invitations.tests import lists
from invitations.tests.factories import CircularFactory
from invitations.tests.lists import FLAVIA, RUPERT, as_csv, bring_in, holding

ruritania, edition = lists.ruritania, lists.edition


@pytest.fixture
def changed(edition, ruritania, reached):
    """A list that changes address and name of a minister whose letter left."""
    CircularFactory(edition=edition, reference="CL-27/1")
    once_more = ("name_in_dative", "portfolio_in_dative", "portfolio_in_second_language")
    minister = {"member_state": ruritania, "ref": "R-1"} | dict.fromkeys(once_more, "")
    reached(edition=edition, **{f"minister__{name}": value for name, value in minister.items()})
    return FLAVIA | {"ref": "R-1", "family_name": "<b>Elphberg", "to": "new@example.org"}


def preview(client, edition, *rows):
    upload = {
        "import_file": SimpleUploadedFile("ministers.csv", as_csv(*rows)),
        "format": "0",
        "resource": "0",
        "edition": edition.pk,
    }
    return client.post(reverse("admin:invitations_minister_import"), upload)


def confirm(client, page):
    cells = {field.html_name: field.value() for field in page.context["confirm_form"]}
    url = reverse("admin:invitations_minister_process_import")
    page = client.post(url, cells, follow=True)
    return [str(message) for message in get_messages(page.wsgi_request)]


def links_in(html):
    return [unescape(url) for url in re.findall(r'<a class="text-link" href="([^"]+)"', html)]


def test_preview_and_summary_offer_what_may_follow(admin_client, edition, changed):
    page = preview(admin_client, edition, changed)
    shown = page.content.decode()

    assert "Remarks shown: 1 of 1." in shown
    assert "What left already: invitation CL-27/1, on 1 February 2027" in shown
    assert "&lt;b&gt;Elphberg" in shown
    resend, replace = [url for url in links_in(shown) if "id__exact" in url or "/replace/" in url]

    told = " ".join(confirm(admin_client, page))
    assert links_in(told) == [resend, replace]
    assert "Send the letter to the new address" in told


def test_the_links_lead_to_the_invitation_and_to_the_replacement_of_its_letter(
    admin_client, edition, changed
):
    shown = preview(admin_client, edition, changed).content.decode()
    resend, replace = [url for url in links_in(shown) if "id__exact" in url or "/replace/" in url]

    found = admin_client.get(resend).context["cl"]
    asked = admin_client.get(replace).context["rows"]

    assert [one.minister.ref for one in found.queryset] == ["R-1"]
    assert [invitation.minister.ref for _pk, invitation, _more in asked] == ["R-1"]


def test_a_list_without_remarks_has_no_such_part(admin_client, edition):
    assert "Please look at these" not in preview(admin_client, edition, FLAVIA).content.decode()


def test_more_remarks_than_a_page_can_carry_are_counted(admin_client, edition):
    bring_in(edition, *rows_of(40))
    page = preview(admin_client, edition, *rows_of(40, given_name="Rupert", replacing=True))

    told = confirm(admin_client, page)

    assert "Remarks shown: 40 of 40." in page.content.decode()
    more = "10 more remarks: import the list once more to read them in the preview."
    assert more in told


def rows_of(count, *, replacing=False, **cells):
    rows = [
        FLAVIA | {"family_name": f"Elphberg {n}", "portfolio": f"Portefeuille {n}"}
        for n in range(count)
    ]
    return [
        row | cells | ({"replaces": f"Flavia {row['family_name']}"} if replacing else {})
        for row in rows
    ]


def test_who_left_office_waits_for_a_person_on_the_overview(admin_client, edition):
    bring_in(edition, FLAVIA)
    bring_in(edition, holding(FLAVIA, replaces="Flavia Elphberg"))
    bring_in(edition, RUPERT | {"given_name": "Rudolf"})
    url = reverse("admin:index") + f"?edition={edition.symbol}"

    [item] = [
        item
        for item in admin_client.get(url).context["to_do"]
        if item["title"].startswith("invitation of a person who left office")
    ]
    listed = admin_client.get(item["url"]).context["cl"].queryset

    assert item["count"] == 1
    assert [one.minister.name for one in listed] == ["Flavia Elphberg"]
    assert admin_client.get(list_url(Invitation)).context["cl"].queryset.count() == 3
