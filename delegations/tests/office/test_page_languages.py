import pytest

from delegations.tests.offices import browser, checked, on_paper, page_of, text, words_of
from invitations.models import Reply
from invitations.tests.factories import InvitationFactory, MinisterFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]


# Languages


def test_the_language_switch_keeps_the_page_and_what_was_typed(invitation):
    client = browser(invitation)
    words = words_of(invitation, answer="video", segments=["prizes"], respondent_email="sapt@")

    switched = client.post(page_of(invitation), words | {"language": "ar", "remarks": "Typed."})

    page = text(switched)
    assert '<html lang="ar" dir="rtl">' in page
    assert "Typed.</textarea>" in page
    assert 'value="sapt@"' in page
    assert f'value="{words["form_key"]}"' in page
    assert checked(page) == {"video", "prizes"}
    assert 'role="alert"' not in page
    assert client.get(page_of(invitation))["Content-Language"] == "ar"
    assert not Reply.objects.exists()


@pytest.mark.parametrize("language", ["", "pt", "xx", "../etc", "zh-hans" * 100])
def test_a_language_that_the_site_does_not_speak_changes_nothing(invitation, language):
    client = browser(invitation)

    response = client.post(page_of(invitation), words_of(invitation, language=language))

    assert response["Content-Language"] == "en"
    assert client.get(page_of(invitation))["Content-Language"] == "en"
    assert not Reply.objects.exists()


@pytest.mark.parametrize(
    ("language", "day"),
    [("fr", "31 mars 2027"), ("ru", "31 марта 2027"), ("zh-hans", "2027年3月31日")],
)
def test_dates_are_printed_in_the_language_of_the_page(language, day):
    invitation = InvitationFactory(minister=MinisterFactory(language=language))

    assert day in text(browser(invitation).get(page_of(invitation)))


@pytest.mark.parametrize("language", ["ar", "en", "es", "fr", "ru", "zh-hans"])
def test_every_page_stands_in_every_language(invitation, language):
    client = browser(invitation)
    client.cookies["django_language"] = language
    on_paper(invitation, answer="in_person", segments=["opening", "prizes"])

    told = client.post(page_of(invitation), words_of(invitation, answer="video"), follow=True)

    assert told["Content-Language"] == language
    assert client.get(page_of(invitation)).status_code == 200
