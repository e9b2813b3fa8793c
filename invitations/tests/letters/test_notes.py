"""Notes verbales: they name the post with its State and seat, and go to the kinds of choice."""

import csv
import re

import page
import pytest
from django.utils import timezone

from invitations.files.frozen import thaw
from invitations.letters.addressing import greeting_in_geneva, propose_greetings, proposed_greeting
from invitations.letters.approval import recompose_letter
from invitations.letters.channels import paper_channel
from invitations.letters.circulars import by_mission, plan_circular, plan_notes
from invitations.letters.composing_queue import compose_planned
from invitations.letters.context import dead_keys
from invitations.letters.words import letter_texts
from invitations.links import grouped_code
from invitations.mail.html_part import html_alone
from invitations.minister_import.states import STATES_FILE, load_states
from invitations.models import Language, LetterTemplate, MemberState, Mission, Term
from invitations.models.held.proposals import write_states
from invitations.outbox.specimens import render_specimen, specimen_of
from invitations.tests.factories import (
    CircularFactory,
    InvitationFactory,
    MinisterFactory,
    MissionFactory,
    UserFactory,
)
from invitations.tests.letters.drafts import under_one_note
from invitations.tests.reading import printed

pytestmark = pytest.mark.django_db

GREETED = "to the post of Ruritania at Zenda"
# The end of a note greets the post by its kind.
SHORT = {
    "en": ("to the Permanent Mission", "to the Embassy", "to the Ministry"),
    "fr": ("à la Mission permanente", "à l’Ambassade", "au Ministère"),
    "es": ("a la Misión Permanente", "a la Embajada", "al Ministerio"),
    "ru": ("Постоянному представительству", "Посольству", "Министерству"),
    "zh-hans": ("常驻代表团", "大使馆", "外交部"),
    "ar": ("إلى البعثة الدائمة", "إلى السفارة", "إلى الوزارة"),
}


@pytest.fixture
def note(composed):
    """Make the note verbale that covers a composed letter."""

    def make(edition=None, *, has_link=True, **post):
        letter = composed(edition=edition)
        letter.invitation.links.update(replaced_at=None if has_link else timezone.now())
        mission = MissionFactory(
            **{"language": "en", **post}, states=[letter.invitation.member_state]
        )
        made = letter.circular.letters.create(
            kind="note", mission=mission, invitation=letter.invitation, language=mission.language
        )
        made.covers.add(letter)
        compose_planned()
        made.refresh_from_db()
        return made

    return make


def test_a_note_has_no_link_and_so_waits_for_none(note):
    letter = note(has_link=False)

    assert letter.state == "composed"
    assert grouped_code(letter.check_code, " ") in " ".join(printed(letter).split())


@pytest.mark.parametrize("language", Language.values)
def test_the_foot_of_a_note_speaks_of_a_note(note, language):
    letter = note(language=language)

    paper = " ".join(printed(letter).split())

    terms = dict(Term.objects.filter(language=language).values_list("key", "text"))
    assert terms["check_code_note"] in paper
    assert terms["check_code"] not in paper
    assert terms["check_at"].replace("$page", "").strip() not in paper


def test_a_russian_note_names_its_addressees_in_the_plural_where_they_are_several(note, composed):
    one = note(language="ru", greeted_as=GREETED)
    several = note(edition=one.circular.edition, language="ru", greeted_as=GREETED)
    several.covers.add(composed(edition=one.circular.edition))

    assert "Адресат письма:" in one.paper
    assert "Адресаты письма:" in letter_texts(several, dead_keys())[0].paper
    assert "Адресаты письма:" in letter_texts(several, dead_keys())[0].mail


def test_a_mail_with_few_words_shows_no_picture_that_filters_take_for_a_hidden_text(note):
    content = thaw((made := note()).message.name, made.message_sha256)

    assert "<html" in html_alone(content)
    assert "<img" not in html_alone(content)
    assert b"image/png" not in content


def test_a_note_names_nobody_in_the_script_of_another_language():
    arab = MinisterFactory(name_in_script="فلافيا إلفبرغ", family_name_in_script="إلفبرغ")

    assert arab.name_in("ar") == "فلافيا إلفبرغ"
    assert (arab.name_in("ru"), arab.family_name_in("zh-hans")) == ("Flavia Elphberg", "Elphberg")


@pytest.mark.parametrize("language", Language.values)
@pytest.mark.parametrize("number", range(3))
def test_a_note_greets_its_post_in_the_first_sentence_and_by_its_kind_at_the_end(
    note, language, number
):
    kind = ("mission", "embassy", "ministry")[number]

    words = note(language=language, kind=kind, greeted_as=GREETED)

    for text in (words.paper, words.mail):
        paragraphs = text.strip().split("\n\n")
        assert GREETED in paragraphs[0]
        assert "The secretariat of the Ruritanian Union of Telegraphs" in paragraphs[0]
        assert SHORT[language][number] in paragraphs[-1]


def test_a_note_to_a_post_without_a_greeting_waits_and_says_what_to_do(note):
    waiting = note(greeted_as="")

    assert waiting.state == "planned"
    assert waiting.waiting_reason == "Missing in English: greeting in a note verbale."


def test_a_note_waits_for_the_name_of_its_secretariat(note):
    circular = CircularFactory(edition__secretariat="")

    waiting = note(edition=circular.edition)

    assert waiting.waiting_reason == "Missing in English: secretariat."


def test_a_term_missing_while_a_note_is_written_is_not_told_in_the_language_of_the_note(note):
    Term.objects.filter(language="fr", key="addressee").delete()

    waiting = note(language="fr")

    assert waiting.waiting_reason == "Missing in French: the terms addressee."


def test_a_note_has_its_date_and_enclosures_below_its_text_and_no_address_above(note):
    text = printed(note(postal_address="1 Castle Street\n1200 Geneva"))

    assert text.index("highest consideration") < text.index("Geneva, 1 February 2027")
    assert text.index("Geneva, 1 February 2027") < text.index("Enclosure: 1 letter")
    for absent in ("Subject:", "1 Castle Street", "original signed", "Michael Strelsau"):
        assert absent not in text


def test_a_note_that_covers_two_letters_has_two_enclosures(composed, note):
    one = note()
    other = composed(edition=one.invitation.edition)
    served = [*one.mission.states.all(), other.invitation.member_state]
    write_states(one.mission, [state.pk for state in served])
    again = one.circular.letters.create(
        kind="note", mission=MissionFactory(), invitation=one.invitation, language="en"
    )
    again.covers.set([*one.covers.all(), other])
    compose_planned()
    again.refresh_from_db()

    assert "Enclosures: 2 letters" in printed(again)


@pytest.mark.parametrize("language", Language.values)
def test_a_note_is_an_archive_copy_and_open_to_all_readers(note, language):
    made = note(language=language)

    pdf = thaw(made.pdf.name, made.sha256)

    for profile in (page.ValidationProfile.PDF_A_3A, page.ValidationProfile.PDF_UA_1):
        assert page.validate_pdf_bytes(pdf, profile=profile).failures == []


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        (["mission"], ["mission"]),
        (["embassy", "ministry"], ["embassy", "ministry"]),
        (["mission", "consulate", "regional"], ["consulate", "mission", "regional"]),
        ([], []),
    ],
)
def test_a_circular_says_which_kinds_of_posts_get_its_notes(kinds, told):
    circular = CircularFactory(note_kinds=kinds)
    draft = InvitationFactory(edition=circular.edition, status="draft", issued_at=None)
    for kind in Mission.Kind.values:
        MissionFactory(kind=kind, city="Geneva", states=[draft.member_state])
    MissionFactory(city="Strelsau", states=[draft.member_state])
    plan_circular(circular)
    compose_planned()

    plan_notes(circular)

    notes = circular.letters.filter(kind="note")
    assert sorted(notes.values_list("mission__kind", flat=True)) == told


def test_a_post_without_an_address_gets_no_note():
    circular = CircularFactory(note_kinds=["embassy"])
    draft = InvitationFactory(edition=circular.edition, status="draft", issued_at=None)
    MissionFactory(kind="embassy", emails="", states=[draft.member_state])
    plan_circular(circular)
    compose_planned()

    assert plan_notes(circular) == 0


def test_the_missions_of_many_letters_are_found_by_few_queries(django_assert_num_queries):
    circular = CircularFactory()
    for _number in range(3):
        draft = InvitationFactory(edition=circular.edition, status="draft", issued_at=None)
        MissionFactory(states=[draft.member_state])
    plan_circular(circular)
    compose_planned()

    with django_assert_num_queries(3):
        assert len(by_mission(circular)) == 3


def shipped(*codes):
    """Load these States alone, as they are shipped, and return them."""
    with STATES_FILE.open(encoding="utf-8", newline="") as file:
        load_states(row for row in csv.DictReader(file) if row["iso3"] in codes)
    return MemberState.objects.order_by("iso3")


@pytest.mark.parametrize(
    ("iso3", "language", "words"),
    [
        ("FRA", "fr", "à la Mission permanente de la République française auprès"),
        ("BEL", "fr", "à la Mission permanente du Royaume de Belgique auprès"),
        ("COM", "fr", "à la Mission permanente de l’Union des Comores auprès"),
        ("ESP", "es", "a la Misión Permanente del Reino de España ante"),
        ("MEX", "es", "a la Misión Permanente de los Estados Unidos Mexicanos ante"),
        ("KEN", "en", "to the Permanent Mission of the Republic of Kenya to"),
        ("CHN", "zh-hans", "中华人民共和国常驻联合国"),
        ("SAU", "ar", "إلى البعثة الدائمة للمملكة العربية السعودية لدى"),
        ("EGY", "ar", "إلى البعثة الدائمة لجمهورية مصر العربية لدى"),
    ],
)
def test_the_greeting_of_a_mission_is_proposed_where_its_grammar_is_certain(iso3, language, words):
    assert greeting_in_geneva(shipped(iso3).get(), language).startswith(words)


@pytest.mark.parametrize(
    ("iso3", "language"),
    [("BFA", "fr"), ("CAN", "en"), ("KAZ", "ru"), ("VAT", "fr"), ("PSE", "ar")],
)
def test_no_greeting_is_guessed(iso3, language):
    assert greeting_in_geneva(shipped(iso3).get(), language) == ""


@pytest.mark.parametrize("fields", [{"kind": "embassy"}, {"city": "New York"}, {"states": 2}])
def test_a_greeting_is_proposed_only_to_a_mission_of_one_state_in_geneva(fields):
    states = shipped(*["KEN", "ZMB"][: fields.pop("states", 1)])
    mission = MissionFactory(greeted_as="", **fields, states=states)

    assert proposed_greeting(mission) == ""


def test_a_proposal_overwrites_no_greeting():
    kenya = shipped("KEN").get()
    missions = [MissionFactory(greeted_as=words) for words in ("", "to the Legation of Kenya")]
    for mission in missions:
        mission.states.add(kenya)

    assert propose_greetings(missions) == 1

    first, second = (Mission.objects.get(pk=one.pk).greeted_as for one in missions)
    assert first.startswith("to the Permanent Mission of the Republic of Kenya")
    assert second == "to the Legation of Kenya"


@pytest.mark.parametrize(
    ("typed", "begins"),
    [
        ({"greeted_as": "to Zenda"}, "to Zenda"),
        ({"kind": "embassy"}, ""),
        ({"language": "fr"}, "à la Mission permanente"),
    ],
)
def test_what_a_person_typed_of_a_mission_meanwhile_is_not_overwritten(typed, begins):
    read = MissionFactory(greeted_as="", states=shipped("KEN"))
    Mission.objects.filter(pk=read.pk).update(**typed)

    propose_greetings([read])

    assert " ".join(Mission.objects.get(pk=read.pk).greeted_as.split()[:4]) == begins


def test_a_note_is_previewed_with_a_mission_of_the_state_or_greets_one_by_its_kind():
    circular = CircularFactory()
    draft = InvitationFactory(edition=circular.edition, status="draft", issued_at=None)
    template = LetterTemplate.objects.get(kind="note", variant="", language="en")

    unnamed = render_specimen(specimen_of(template, draft), template, paper=False)
    MissionFactory(kind="embassy", greeted_as="to an embassy", states=[draft.member_state])
    MissionFactory(greeted_as="to a mission", states=[draft.member_state])
    named = render_specimen(specimen_of(template, draft), template, paper=False)

    assert "compliments to the Permanent Mission and" in unnamed.mail
    assert "compliments to a mission and" in named.mail


@pytest.mark.parametrize("kind", ["embassy", "consulate", "ministry"])
def test_other_posts_forward_letters_where_there_is_no_mission(composed, kind):
    letter = composed()
    post = MissionFactory(
        kind=kind,
        city="Strelsau",
        postal_address="1 Castle Street",
        states=[letter.invitation.member_state],
    )

    assert (paper_channel(letter).receiver, paper_channel(letter).mission) == ("post", post)


def test_latin_function_and_name_do_not_run_together_in_a_chinese_note(note):
    words = note(language="zh-hans", greeted_as=GREETED)

    minister = words.covers.get().invitation.minister
    assert minister.portfolio
    assert f"{minister.portfolio} {minister.name}" in words.paper


SINGULAR = {
    "en": r"to (the|its) addressee",
    "es": r"a la persona a quien|alta autoridad",
    "fr": r"à son destinataire|à la haute autorité",
    "ru": r"передаче \w+ адресату",
}


@pytest.mark.parametrize("language", SINGULAR)
def test_a_note_asks_to_forward_what_it_covers_whether_one_letter_or_several(language):
    texts = LetterTemplate.objects.filter(kind="note", language=language)

    told = [words.replace("\u00a0", " ") for text in texts for words in (text.paper, text.mail)]

    assert len(told) == 4
    assert [words for words in told if re.search(SINGULAR[language], words)] == []


def test_a_note_composed_again_forwards_what_its_mission_serves_still():
    circular = under_one_note()
    note = circular.letters.get(kind="note")
    moved, stays = note.covers.order_by("pk")
    write_states(note.mission, [stays.invitation.member_state_id])
    elsewhere = MissionFactory(states=[moved.invitation.member_state])

    recompose_letter(note, UserFactory())
    plan_notes(circular)
    compose_planned()

    notes = circular.letters.in_force().filter(kind="note")
    covered = {one.mission: [*one.covers.all()] for one in notes}
    assert covered == {note.mission: [stays], elsewhere: [moved]}
