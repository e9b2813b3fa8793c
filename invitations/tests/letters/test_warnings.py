"""What the approver is told of a letter's words and its form of address."""

import pytest
import time_machine

from invitations.letters.approval import revise_template
from invitations.letters.checks.former_languages import OF_FORMER_LANGUAGE
from invitations.letters.checks.warnings import (
    ALIKE_IN_BOTH,
    AS_TO_A_MINISTER,
    EARLIER_TEXT,
    EVENT_OVER,
    IN_ANOTHER_LANGUAGE,
    IN_OTHER_LETTERS,
    LEFT_OFFICE,
    OBSERVER_ALIKE,
    TITLED_TWICE,
    TO_ANOTHER_MISSION,
    approval_doubts,
    as_read,
    flaws_in,
    with_earlier_texts,
)
from invitations.models import FormOfAddress, Language, Letter, LetterTemplate, MemberState
from invitations.models.held.proposals import write_states
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    LetterFactory,
    MinisterFactory,
    MissionFactory,
    UserFactory,
)

BRACKETS, SPACE = "brackets with nothing in them", "a space before a comma or full stop"
DOUBLE = "double brackets, which make a part fall away in a letter template alone"


@pytest.mark.parametrize(
    ("paper", "flaws"),
    [
        ("The fax ()", [BRACKETS]),
        ("The fax ( )", [BRACKETS]),
        ("By us[[, fax 1]], e-mail", [DOUBLE]),
        ("By us, fax 1]]", [DOUBLE]),
        ("传真\uff08\uff09", [BRACKETS]),
        ("By , and to", [SPACE]),
        ("Before 1 January .", [SPACE]),
        ("At .example.org, [x](x) and **y**, *z*.", []),
        ("At \\[brackets\\], (1) 5.5", []),
        ('What: that\'s "it"; so?', []),
    ],
)
def test_the_words_of_a_letter_are_looked_at(paper, flaws):
    assert flaws_in(Letter(language="en", paper=paper)) == flaws


def test_a_paper_is_read_as_it_is_printed():
    assert as_read("**a *b*** [c](d) \\_e\\_") == "a *b* c _e_"


@pytest.mark.django_db
def test_what_is_doubtful_about_an_address_is_counted(composed):
    whole = composed()
    nameless = composed(edition=whole.circular.edition, given_name="Rupert", family_name="")
    jobless = composed(edition=whole.circular.edition, portfolio="", given_name="Sapt")
    FormOfAddress.objects.filter(language="en", form="MIN", gender="m").update(confidence="low")
    unsure = composed(edition=whole.circular.edition, address_gender="m", given_name="Johann")

    found = approval_doubts([whole, nameless, jobless, unsure])

    assert found.given_name_only == [nameless]
    assert found.without_function == [jobless]
    assert found.unsure_form == [unsure]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rank", "is_told"), [("MON", True), ("HRH", True), ("CARD", True), ("HOG", False)]
)
def test_it_is_told_that_the_usual_text_speaks_to_a_crown_as_to_a_minister(composed, rank, is_told):
    FormOfAddress.objects.update(style="")
    letter = composed(rank_id=rank, address_gender="m")
    of_its_own = composed(edition=letter.circular.edition, rank_id=rank, address_gender="m")
    of_its_own.variant = "crowns"

    found = approval_doubts([letter, of_its_own])

    assert found.flawed == ({str(AS_TO_A_MINISTER): [letter]} if is_told else {})


@pytest.mark.django_db
def test_a_form_that_is_printed_otherwise_is_no_doubt(composed):
    FormOfAddress.objects.update(confidence="low")
    printed = {f"{part}_as_printed": "Sire" for part in ("name", "salutation", "closing")}

    letter = composed(**printed)

    assert approval_doubts([letter]).unsure_form == []


@pytest.mark.django_db
def test_it_is_told_that_the_event_is_over_to_which_a_letter_invites(composed):
    letter = composed()
    with time_machine.travel("2027-06-01T09:00Z"):
        assert approval_doubts([letter]).flawed[str(EVENT_OVER)] == [letter]

    with time_machine.travel("2027-05-14T09:00Z"):
        assert str(EVENT_OVER) not in approval_doubts([letter]).flawed


def test_it_is_told_that_the_addressee_has_left_office(composed):
    letter = composed()
    leaver = letter.invitation.minister
    leaver.successor = MinisterFactory(member_state=leaver.member_state, family_name="Tarlenheim")
    leaver.save()

    assert approval_doubts([letter]).flawed == {str(LEFT_OFFICE): [letter]}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("minister", "is_told"),
    [
        ({"language": "ar"}, True),
        ({"language": "ar", "portfolio": "وزيرة الاتصالات"}, False),
        ({"language": "zh-hans", "portfolio": "通信部长 (ICT)"}, False),
        ({"language": "fr", "portfolio": "Министр связи"}, True),
        ({"given_name": "", "family_name": "", "name_in_script": "فلافيا"}, True),
        ({"name_in_script": "فلافيا"}, False),
        ({"portfolio": "", "language": "ar"}, False),
        ({"second_language": "ar", "portfolio_in_second_language": "Minister"}, True),
    ],
)
def test_it_is_told_that_a_name_or_function_stands_in_letters_of_another_language(
    composed, minister, is_told
):
    letter = composed(**minister)

    assert (str(IN_OTHER_LETTERS) in approval_doubts([letter]).flawed) == is_told


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "is_told"),
    [
        ([{"language": "es"}], True),
        ([{"language": "es", "portfolio": "Ministra de Comunicaciones"}], False),
        ([{"language": "es"}, {"portfolio": "Ministra de Comunicaciones"}], False),
        ([{"portfolio": "Ministre de la poste"}, {"language": "es"}], True),
        ([{"language": "es"}, {"language": "en"}], False),
        ([{"language": "es"}, {"language": "fr"}], True),
        ([{"portfolio": "Министр связи"}, {"language": "ru"}], False),
        ([{"portfolio": ""}, {"language": "es"}], False),
    ],
)
def test_a_function_that_stayed_while_the_language_changed_is_doubted(composed, changes, is_told):
    letter = composed(language="en")
    minister = letter.invitation.minister
    for words in changes:
        for field, value in words.items():
            setattr(minister, field, value)
        minister.save()

    assert (str(OF_FORMER_LANGUAGE) in approval_doubts([letter]).flawed) == is_told


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("minister", "is_told"),
    [
        ({"given_name": "H.E. Mr. Rudolf"}, True),
        ({"given_name": "Rudolf", "prenominal": "Dr."}, False),
        ({"given_name": "H.E. Mr. Rudolf", "name_as_printed": "H.E. Mr. Rudolf Elphberg"}, False),
    ],
)
def test_it_is_told_that_a_name_has_a_courtesy_in_it(composed, minister, is_told):
    letter = composed(**minister)

    assert (str(TITLED_TWICE) in approval_doubts([letter]).flawed) == is_told


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["observer", "associate"])
@pytest.mark.parametrize(("alike", "is_told"), [("To the ministers", True), ("", False)])
def test_it_is_told_that_an_observer_is_addressed_with_all_alike(composed, alike, is_told, status):
    letter = composed(edition=CircularFactory(addressed_to=alike).edition)
    MemberState.objects.update(status=status)
    letter.invitation.refresh_from_db()

    assert (str(OBSERVER_ALIKE) in approval_doubts([letter]).flawed) == is_told


@pytest.mark.django_db
def test_of_a_circular_to_all_alike_only_its_own_form_is_doubted(composed):
    edition = CircularFactory(addressed_to="To the ministers").edition
    letter = composed(edition=edition, portfolio="", family_name="", address_gender="x")

    found = approval_doubts([letter])
    FormOfAddress.objects.filter(form="GEN").update(confidence="low")

    assert found.without_function == found.given_name_only == found.unsure_form == []
    assert found.unknown_gender == []
    assert approval_doubts([letter]).unsure_form == [letter]


@pytest.mark.django_db
def test_a_signed_original_is_doubted_though_its_circular_is_to_all_alike(composed):
    edition = CircularFactory(addressed_to="To the ministers").edition
    letter = composed(edition=edition, portfolio="", address_gender="x")
    letter.by_original = True

    found = approval_doubts([letter])

    assert found.without_function == found.unknown_gender == [letter]


@pytest.mark.django_db
def test_an_original_under_a_circular_to_all_is_doubted_as_a_letter_to_a_person(composed):
    edition = CircularFactory(addressed_to="To the ministers").edition
    letter = composed(edition=edition, rank_id="HOS", portfolio="", family_name="")
    FormOfAddress.objects.filter(form="HOS").update(confidence="low")

    found = approval_doubts([letter])

    assert found.without_function == found.given_name_only == found.unsure_form == [letter]


@pytest.mark.django_db
def test_a_form_is_doubted_where_it_serves_and_not_where_a_state_has_its_own(composed):
    own, others = composed(), composed()
    used = {"language": "en", "form": "MIN", "gender": "f"}
    general = FormOfAddress.objects.filter(**used)
    general.update(confidence="low")
    state = own.invitation.member_state
    FormOfAddress.objects.create(**used, member_state=state, confidence="high")

    assert approval_doubts([own, others]).unsure_form == [others]

    general.filter(member_state=None).update(confidence="high")
    general.filter(member_state=state).update(confidence="low")
    assert approval_doubts([own, others]).unsure_form == [own]


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["honorific", "prenominal", "salutation_as_printed"])
def test_words_as_printed_are_doubted_where_a_letter_has_two_languages(composed, field):
    alike = composed(second_language="fr", **{field: "Dr."})
    edition = alike.circular.edition
    of_one, plain = composed(edition=edition, **{field: "Dr."}), composed(second_language="fr")

    assert approval_doubts([alike, of_one, plain]).flawed == {str(ALIKE_IN_BOTH): [alike]}


@pytest.mark.django_db
def test_a_note_is_doubted_that_names_a_function_in_another_language(composed):
    notes = []
    for second in ("", "ar"):
        letter = composed(second_language=second, portfolio_in_second_language="وزيرة الاتصالات")
        for language in ("en", "ar"):
            mission = MissionFactory(states=[letter.invitation.member_state])
            notes.append(note_over(letter, mission, language))

    _same, foreign, _first, _second = notes
    assert approval_doubts(notes).flawed == {str(IN_ANOTHER_LANGUAGE): [foreign]}


def note_over(letter, mission, language="en"):
    fields = {"kind": "note", "mission": mission, "language": language}
    note = LetterFactory(invitation=letter.invitation, **fields)
    note.covers.add(letter)
    return note


@pytest.mark.django_db
def test_a_note_is_doubted_that_goes_to_a_mission_the_state_has_left(composed):
    letter, mission = composed(), MissionFactory()
    mission.states.add(letter.invitation.member_state)
    note = note_over(letter, mission)
    assert approval_doubts([note]).flawed == {}

    write_states(mission, [])

    assert approval_doubts([note]).flawed == {str(TO_ANOTHER_MISSION): [note]}


def revised(language, **fields):
    text = LetterTemplate.objects.filter(kind="invitation", variant="", language=language).last()
    words = {"subject": text.subject, "paper": text.paper, "mail": text.mail} | fields
    return revise_template(text, UserFactory(), **words)


@pytest.mark.django_db
def test_an_approver_is_told_of_a_text_that_was_revised_since(composed):
    before = composed()
    assert approval_doubts([before]).flawed == {}

    revised("en", subject="Another subject")

    after = composed(edition=before.circular.edition)
    assert approval_doubts([before, after]).flawed == {str(EARLIER_TEXT): [before]}


@pytest.mark.django_db
def test_a_revised_text_of_the_second_language_is_told_and_no_other_s(composed):
    both, english = composed(second_language="fr"), composed()

    revised("fr", subject="Un autre objet")
    revised("es", subject="Otro asunto")

    assert approval_doubts([both, english]).flawed == {str(EARLIER_TEXT): [both]}


@pytest.mark.django_db
def test_letters_composed_with_an_earlier_text_are_found_in_one_query(
    composed, django_assert_num_queries
):
    letters = [composed() for _number in range(3)]

    with django_assert_num_queries(1):
        with_earlier_texts(letters)


LINKS = ("website", "partnership_link", "consultation_link", "registration_link", "statements_link")


@pytest.mark.django_db
@pytest.mark.parametrize("language", Language.values)
@pytest.mark.parametrize("word", ["", "https://forum.example.org/page"])
def test_the_shipped_circular_has_no_flaw_without_its_pages_and_theme(composed, language, word):
    names = {"name_in_full": "World Forum", "city": "Geneva (Switzerland)"}
    texts = {} if word else dict.fromkeys(("theme", "organizers", "background", "contact_fax"), "")
    edition = EditionFactory(**names, **texts, **dict.fromkeys(LINKS, word))
    CircularFactory(edition=edition, variant="circular", addressed_to="To the ministers")

    letter = composed(edition=edition, language=language)

    assert letter.state == "composed", letter.waiting_reason
    assert letter.template.variant == "circular"
    assert flaws_in(letter) == []
    assert "[[" not in letter.paper + letter.mail
    assert "  " not in letter.paper
    assert letter.paper.count(f"({word})") == (5 if word else 0)


@pytest.mark.walk
@pytest.mark.django_db
@pytest.mark.parametrize("language", Language.values)
@pytest.mark.parametrize("kind", ["invitation", "replacement", "notice", "corrigendum"])
@pytest.mark.parametrize("optional", ["", None])
def test_no_shipped_letter_has_a_flaw_whether_a_field_is_empty_or_not(
    composed, composed_after, language, kind, optional
):
    left_out = ("theme", "organizers", "background", "contact_fax", "website", "partnership_link")
    empty = {} if optional is None else dict.fromkeys(left_out, optional)
    edition = EditionFactory(**empty)

    if kind == "invitation":
        letter = composed(edition, language=language)
    else:
        letter = composed_after(kind, edition, language=language)

    assert letter.state != "planned", letter.waiting_reason
    assert flaws_in(letter) == []
    assert "[[" not in letter.paper + letter.mail + letter.subject
    assert "\n\n\n" not in letter.paper + letter.mail
    assert "  " not in letter.paper + letter.mail
