import uuid

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.datastructures import MultiValueDict

from delegations.office.forms.answer import ReplyForm
from invitations.models import Answer, Segment
from invitations.replies import REPLY_FIELDS
from invitations.tests.factories import EditionFactory, InvitationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def invitation():
    return InvitationFactory()


def sent(of, /, **words):
    fields = {"invitation": of.pk, "form_key": uuid.uuid4(), "answer": "in_person", **words}
    return MultiValueDict(
        {name: value if isinstance(value, list) else [value] for name, value in fields.items()}
    )


def form_of(of, /, **words):
    return ReplyForm(sent(of, **words), of=of)


def test_an_answer_alone_is_enough(invitation):
    form = form_of(invitation, answer="regrets")

    assert form.is_valid(), form.errors
    assert form.words["answer"] == Answer.REGRETS


def test_no_answer_is_chosen_beforehand(invitation):
    assert "checked" not in str(ReplyForm(of=invitation)["answer"])


def test_an_answer_must_be_chosen(invitation):
    form = form_of(invitation, answer="")

    assert form.errors == {"answer": ["Please choose an answer."]}


def test_the_edition_says_which_answers_it_offers():
    edition = EditionFactory(answers_offered=["video", "regrets"])
    invitation = InvitationFactory(edition=edition)

    offered = [value for value, _label in ReplyForm(of=invitation).fields["answer"].choices]

    assert offered == ["video", "regrets", "holding"]
    assert "answer" in form_of(invitation, answer="in_person").errors


@pytest.mark.parametrize("field", REPLY_FIELDS)
def test_whatever_an_office_may_say_is_laid_out_on_its_form(invitation, field):
    page = render_to_string("office/questions.html", {"form": ReplyForm(of=invitation)})

    assert f'name="{field}"' in page


def test_the_edition_says_which_segments_it_offers():
    edition = EditionFactory(segments_offered=["opening", "prizes"])
    invitation = InvitationFactory(edition=edition)

    assert form_of(invitation, segments=["opening"]).is_valid()
    assert "segments" in form_of(invitation, segments=["networking"]).errors


def test_an_edition_without_segments_asks_for_none():
    invitation = InvitationFactory(edition=EditionFactory(segments_offered=[]))

    form = form_of(invitation)

    assert form.is_valid(), form.errors
    assert "segments" not in form.fields
    assert "segments" not in form.words


def test_a_substitute_is_named_where_one_represents(invitation):
    form = form_of(invitation, answer="represented", substitute_name="  ")

    assert form.errors == {"substitute_name": ["Please name the substitute."]}


def test_a_substitute_whose_name_is_refused_is_not_asked_for_again(invitation):
    form = form_of(invitation, answer="represented", substitute_name="RenÃ© Dupont")

    [sentence] = form.errors["substitute_name"]
    assert "was garbled on the way" in sentence


def test_a_substitute_of_another_answer_stays_in_the_form(invitation):
    form = form_of(invitation, answer="regrets", substitute_name="Rudolf Rassendyll")

    assert form.is_valid()
    assert form.typed["substitute_name"] == "Rudolf Rassendyll"


@pytest.mark.parametrize("answer", ["in_person", "attends_only"])
def test_who_comes_attends_the_segments_chosen(invitation, answer):
    form = form_of(invitation, answer=answer, segments=[Segment.OPENING, Segment.PRIZES])

    assert form.is_valid()
    assert form.words["segments"] == ["opening", "prizes"]


def test_a_form_of_another_invitation_is_refused(invitation):
    form = form_of(invitation, invitation=InvitationFactory().pk)

    assert list(form.errors) == ["invitation"]
    assert "another invitation" in form.errors["invitation"][0]


@pytest.mark.parametrize("name", ["invitation", "form_key"])
@pytest.mark.parametrize("value", ["", "x", "9" * 5000])
def test_a_form_without_its_hidden_words_is_refused(invitation, name, value):
    form = form_of(invitation, **{name: value})

    assert list(form.errors) == [name]
    assert "nothing was recorded" in form.errors[name][0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("answer", "come what may"),
        ("substitute_name", "x" * 121),
        ("substitute_name", "Rudolf\x00Rassendyll"),
        ("respondent_email", "not an address"),
        ("respondent_phone", "1" * 41),
        ("remarks", "x" * 100_000),
        ("segments", ["opening", "coffee"]),
    ],
)
def test_bad_input_is_named_at_its_field_and_kept(invitation, name, value):
    form = form_of(invitation, **{name: value})

    assert list(form.errors) == [name]
    assert form.typed[name] == value


def test_every_form_has_a_key_of_its_own(invitation):
    one, other = ReplyForm(of=invitation), ReplyForm(of=invitation)

    assert one["form_key"].value() != other["form_key"].value()


def test_the_page_on_partnership_packages_is_linked():
    link = "https://forum.example.org/partners?a=1&b=2"
    with_link = InvitationFactory(edition=EditionFactory(partnership_link=link))
    by_mail = {"partnership_link": "", "partnership_email": "partners@example.org"}
    without = InvitationFactory(edition=EditionFactory(**by_mail))

    assert "a=1&amp;b=2" in ReplyForm(of=with_link).fields["partnership_interest"].help_text
    assert not ReplyForm(of=without).fields["partnership_interest"].help_text


def test_nobody_is_asked_of_packages_that_the_edition_has_not():
    none = InvitationFactory(edition=EditionFactory(partnership_link=""))
    interested = {"partnership_interest": True}

    assert "partnership_interest" not in ReplyForm(of=none).fields
    assert not ReplyForm(of=none).is_unfolded
    assert "partnership_interest" in ReplyForm(of=none, initial=interested).fields


def test_checking_a_form_asks_the_database_nothing(invitation, django_assert_num_queries):
    form = form_of(invitation, answer="represented", substitute_name="Rudolf Rassendyll")

    with django_assert_num_queries(0):
        assert form.is_valid()
