import pytest
from django.utils import translation

from delegations.office.forms.answer import SENSES
from delegations.tests.offices import browser, checked, on_paper, page_of, text, words_of
from invitations.models import Answer, HeldChange, Letter, Minister, Reply
from invitations.models.held.proposals import write_approved
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


# Whose page it is


@pytest.mark.parametrize(
    ("language", "styled", "state"),
    [
        ("en", "H.E. Ms. Flavia Elphberg", "Republic of Ruritania"),
        ("fr", "Son Excellence Madame Flavia Elphberg", "République de Ruritanie"),
        ("zh-hans", "Flavia Elphberg女士阁下", "鲁里坦尼亚共和国"),
    ],
)
def test_the_page_says_whose_it_is_as_the_letter_does(invitation, language, styled, state):
    Minister.objects.update(address_gender="f", language=language)
    names = {
        "formal_name_en": "Republic of Ruritania",
        "formal_name_fr": "République de Ruritanie",
        "formal_name_zh_hans": "鲁里坦尼亚共和国",
    }
    write_approved(invitation.member_state, names)
    HeldChange.objects.all().delete()

    page = text(browser(invitation).get(page_of(invitation)))

    masthead = page[page.index("<header") : page.index("</header>")]
    assert "Ruritanian Union of Telegraphs" in masthead
    assert Letter.objects.get().circular.reference in masthead
    assert f'href="{page_of(invitation)}"' in masthead
    whose = page[page.index('class="whose"') :]
    assert f"<strong>{state}</strong><br><bdi>{styled}</bdi>" in whose


def test_a_name_stands_alone_where_no_form_of_address_is_sure_to_fit(invitation):
    Minister.objects.update(rank="MON", address_gender="f")
    write_approved(invitation.member_state, {"iso3": "MCO"})
    HeldChange.objects.all().delete()

    page = text(browser(invitation).get(page_of(invitation)))

    assert "<br><bdi>Flavia Elphberg</bdi></p>" in page


def test_the_state_stands_first_in_the_title_of_the_page(invitation):
    page = text(browser(invitation).get(page_of(invitation)))

    assert "<title>Ruritania – Reply to the invitation" in page


def test_no_answer_in_arabic_calls_the_minister_a_man():
    with translation.override("ar"):
        said = [str(answer.label) for answer in Answer]
        said += [str(words) for senses in SENSES.values() for words in senses]

    verbs_of_a_man = ("سيحضر", "سيمثل", "سيدلي", "يعتذر", "يحضر")
    assert not [words for words in said if any(verb in words for verb in verbs_of_a_man)]
    assert any("الحضور" in words for words in said)
