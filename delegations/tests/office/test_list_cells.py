"""A wrong line of a list is corrected in fields of its own, to which the faults lead."""

import re
import uuid

import pytest

from delegations.models import Delegate
from delegations.tests.offices import browser, coming, page_of, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]
LISTS = [
    "Fritz von Tarlenheim;Aide;;fritz at example.org;\n\nSapt;Colonel;;sapt@example.org;guard",
    "Given name\tFamily name\tE-mail\tRole\n"
    "Fritz\tvon Tarlenheim\tfritz at example.org\n\n\tSapt\tsapt@example.org\tguard",
    "Name,E-mail,Remarks,Role\n"
    "Fritz von Tarlenheim,fritz at example.org,late,\n\nSapt,sapt@example.org,,guard",
]


def fields_in(response):
    """Names and values of what the browser would send."""
    page = response.content.decode()
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    lines = re.search(r'<textarea[^>]*name="lines"[^>]*>\n?([^<]*)</textarea>', page)[1]
    cells = dict(re.findall(r'name="(cell-[^"]+)" id="[^"]+" value="([^"]*)"', page))
    chosen = re.findall(
        r'<select[^>]* name="(cell-[^"]+)".*?<option value="([^"]*)" selected', page, re.DOTALL
    )
    return hidden | cells | dict(chosen) | {"lines": lines.replace("&quot;", '"')}


def shown(client, invitation, lines, **more):
    words = {"invitation": invitation.pk, "form_key": uuid.uuid4(), "lines": lines} | more
    return client.post(page_of(invitation, "list"), words)


@pytest.mark.parametrize("lines", LISTS)
def test_each_fault_leads_to_a_field_in_which_it_is_put_right(lines):
    invitation = coming("Ruritania")
    client = browser(invitation)
    page = shown(client, invitation, lines)
    faults = re.findall(r'<li><a href="#(cell-[^"]+)">', page.content.decode())
    assert [name.split("-")[2] for name in faults] == ["email", "role"]
    sent = fields_in(page)
    assert set(faults) <= sent.keys()

    sent |= dict(zip(faults, ("fritz@example.org", "deputy"), strict=True))
    again = client.post(page_of(invitation, "list"), sent | {"step": "preview"})
    assert "Add 2 people" in text(again)
    client.post(page_of(invitation, "list"), fields_in(again) | {"step": "add"})

    assert list(Delegate.objects.order_by("pk").values_list("name", "email", "role")) == [
        ("Fritz von Tarlenheim", "fritz@example.org", "adviser"),
        ("Sapt", "sapt@example.org", "deputy"),
    ]


def test_lines_keep_their_numbers_when_one_is_put_right():
    invitation = coming("Ruritania")
    client = browser(invitation)
    page = shown(client, invitation, LISTS[0])

    again = client.post(page_of(invitation, "list"), fields_in(page) | {"step": "preview"})

    assert re.findall(r'id="(line-\d+)"', again.content.decode()) == ["line-1", "line-3"]


def test_lines_changed_as_text_are_taken_as_they_are():
    invitation = coming("Ruritania")
    client = browser(invitation)
    sent = fields_in(shown(client, invitation, LISTS[0]))

    page = text(client.post(page_of(invitation, "list"), sent | {"lines": "Black Michael;Duke"}))

    assert "Black Michael" in page
    assert "Add 1 person" in page
    assert "Colonel" not in page


def test_what_is_typed_into_a_cell_stays_a_cell():
    invitation = coming("Ruritania")
    client = browser(invitation)
    sent = fields_in(shown(client, invitation, LISTS[0]))

    typed = 'Aide; "first"\nclass, =1+1'
    page = client.post(page_of(invitation, "list"), sent | {"cell-1-function": typed})

    assert fields_in(page)["cell-1-function"].startswith("Aide; &quot;first&quot;")
    assert "line-3" in page.content.decode()


def test_each_line_without_a_name_is_a_fault_and_none_is_named_already():
    invitation = coming("Ruritania")

    page = text(shown(browser(invitation), invitation, ";Envoy\n;Aide"))

    assert "Line 1, Name as on the badge – Please give the name." in page
    assert "Line 2, Name as on the badge – Please give the name." in page
    assert "is named already" not in page
