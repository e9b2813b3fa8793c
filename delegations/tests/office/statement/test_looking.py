import pytest
from django.urls import reverse

from delegations.tests.office.statement.statements import (
    announced,
    file,
    seen_by,
    send,
    session_of,
    words_of,
)
from delegations.tests.offices import browser, page_of, text
from delegations.tests.rows import all_rows
from invitations.tests.uploading import picture

pytestmark = pytest.mark.django_db


def test_looking_changes_nothing(invitation):
    client = browser(invitation)
    announced(client, invitation)
    send(client, invitation, file(b"Words."), photo=file(picture()))
    before = all_rows()

    for name in ("statement", "photo"):
        assert client.get(page_of(invitation, name)).status_code == 200
    assert client.get(page_of(invitation, "files")).url == page_of(invitation, "statement")
    assert all_rows() == before


def test_the_desk_shows_the_texts_and_notes_what_staff_change(admin_client, invitation):
    client = browser(invitation)
    statement = announced(client, invitation)
    send(client, invitation, file(b"Words.", "speech.txt"))
    url = reverse("admin:delegations_policystatement_change", args=[statement.pk])

    assert "speech.txt" in admin_client.get(url).content.decode()
    admin_client.post(
        url,
        {
            "delegation": statement.delegation_id,
            "speaker_name": "Colonel Sapt",
            "speaker_rank": statement.speaker_rank_id,
            "mode": "video",
            "texts-TOTAL_FORMS": 0,
            "texts-INITIAL_FORMS": 0,
        },
    )
    page = text(client.get(page_of(invitation, "delegation")))
    assert "Colonel Sapt</bdi>: changed (speaker, mode)" in page
    assert "the secretariat" in page


# Fast


@pytest.mark.parametrize("texts", [1, 10])
def test_queries_of_the_page_and_of_a_change(invitation, django_assert_num_queries, texts):
    session_of(invitation)
    client = browser(invitation)
    announced(client, invitation)
    send(client, invitation, *[file(f"Words {n}".encode()) for n in range(texts)])
    seen = seen_by(client, invitation)

    # The invitation by its link, what waits of it, the sessions of the track, the State's replies,
    # whether there is a delegation, the delegation with its statement, its texts, the form of
    # address, the reference, the receipt that is planned, and its approved texts.
    with django_assert_num_queries(11):
        client.get(page_of(invitation, "statement"))
    # A change also asks how much was changed today, and lets its receipt tell what stands now: the
    # letter, the texts, the row; and reminders know it: the lock, what is filed, and what they know
    # of it.
    with django_assert_num_queries(19):
        client.post(page_of(invitation, "statement"), words_of(invitation, title="New", seen=seen))
