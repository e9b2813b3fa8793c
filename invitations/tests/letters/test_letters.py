import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from invitations.files.frozen import thaw
from invitations.letters.approval import approve_letter
from invitations.letters.circulars import plan_invitation_letters
from invitations.letters.composing import compose_letter
from invitations.letters.composing_queue import compose_planned
from invitations.letters.pdf import html_of_markdown
from invitations.letters.words import escape_markdown, fill_placeholders
from invitations.links import reply_url
from invitations.models import Delivery, FormOfAddress, Letter, LetterTemplate, Term
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MissionFactory,
    UserFactory,
)
from invitations.tests.letters.drafts import drafted
from invitations.tests.reading import ask, printed, text_of

pytestmark = pytest.mark.django_db


def test_what_a_french_letter_fills_in_is_set_as_its_own_words_are(composed):
    edition = EditionFactory(theme_fr='L\'avenir: "ensemble"', theme_en='To: "all"')
    CircularFactory(edition=edition)

    french = composed(edition, language="fr", portfolio="Ministre de l'eau")
    english = composed(edition)

    assert "*L’avenir\u00a0: «\u00a0ensemble\u00a0»*" in french.paper
    assert "Ministre de l’eau" in french.mail
    assert "Ministre de l’eau" in french.addressee
    assert '*To: "all"*' in english.paper


def test_a_mail_bears_no_asterisks_of_its_text(composed):
    text = LetterTemplate.objects.get(kind="invitation", variant="", language="en")
    LetterTemplate.objects.filter(pk=text.pk).update(
        subject=f"**{text.subject}**", mail=text.mail.replace("$closing", "**$closing**"),
        paper=f"{text.paper}\n\nSo far. **",
    )  # fmt: skip

    letter = composed()

    assert "**" not in letter.subject + letter.mail
    assert letter.paper.endswith("So far. ")


def test_planning_makes_a_row_without_words_for_each_draft_once():
    draft = drafted()
    InvitationFactory(edition=draft.edition)

    planned = [plan_invitation_letters(draft.edition) for _number in range(2)]

    letter = draft.letters.get()
    assert planned == [1, 0]
    assert (letter.state, letter.mail, letter.pdf.name) == (Letter.State.PLANNED, "", "")
    assert letter.events.get().state == Letter.State.PLANNED


def test_planning_can_be_limited_to_chosen_invitations():
    chosen = drafted()
    drafted(edition=chosen.edition)

    plan_invitation_letters(chosen.edition, chosen.edition.invitations.filter(pk=chosen.pk))

    assert Letter.objects.get().invitation == chosen


def test_a_circular_to_principal_invitations_leaves_the_others_alone():
    edition = EditionFactory()
    CircularFactory(edition=edition, audience="principal")
    drafted(edition=edition, is_principal=False)

    assert plan_invitation_letters(edition) == 0


def test_an_edition_without_a_circular_has_nothing_to_plan_by():
    with pytest.raises(ValidationError, match="no circular of invitation"):
        plan_invitation_letters(EditionFactory())

    assert not Letter.objects.exists()


def test_the_letter_on_paper_says_all_that_it_has_to(composed):
    letter = composed(member_state__formal_name_en="Kingdom of Ruritania")

    text = printed(letter)

    edition = letter.invitation.edition
    for element in (
        letter.circular.reference,
        "Geneva, 1 February 2027",
        "H.E. Ms. Flavia Elphberg",
        "Minister of Communications",
        "Kingdom of Ruritania",
        "Excellency,",
        "Building bridges",
        "10–14 May 2027, Geneva",
        "policy statement",
        "11–12 May 2027",
        "opening segment",
        "interactive policy sessions",
        "Ministerial Round Table",
        "WSIS Prizes ceremony",
        "high-level networking programme",
        "gender equality",
        "include women",
        "before 1 April 2027",
        "31 March 2027 at 23:59, Geneva time",
        "by correspondence",
        edition.partnership_link,
        edition.website,
        edition.background,
        edition.organizers,
        "Fritz von Tarlenheim",
        "+41 22 555 0100",
        "+41 22 555 0101",
        "forum@example.org",
        "Michael Strelsau",
        "Secretary-General",
        "(original signed)",
        reply_url(letter.invitation.links.get()),
    ):
        assert element in text


def test_the_frozen_pdf_is_tagged_and_an_archive_copy(composed):
    letter = composed()

    content = thaw(letter.pdf.name, letter.sha256)

    assert content.startswith(b"%PDF-")
    assert "Tagged: yes" in " ".join(ask(content, "pdfinfo", "-").split())
    assert "pdfaid:part" in ask(content, "pdfinfo", "-meta", "-")


def test_a_french_letter_is_french(composed):
    letter = composed(language="fr", portfolio="Ministre des communications")

    text = printed(letter)

    assert letter.language == "fr"
    assert "Madame la Ministre," in text
    assert "avant le 1er avril 2027" in text


def test_composing_says_who_and_when_and_leaves_an_event():
    draft = drafted()
    plan_invitation_letters(draft.edition)
    drafter = UserFactory()

    assert compose_letter(draft.letters.get(), drafter)

    letter = draft.letters.get()
    assert (letter.state, letter.composed_by) == (Letter.State.COMPOSED, drafter)
    assert letter.events.latest("pk").actor == drafter


def test_composing_looks_up_texts_once_and_forms_thrice_for_each_language():
    invitation = drafted(minister__language="fr", minister__second_language="en")
    plan_invitation_letters(invitation.edition)

    with CaptureQueriesContext(connection) as asked:
        compose_letter(invitation.letters.get())

    # The form says first whether the text is that for crowns, and then whether it is a circular.
    for model, times in ((LetterTemplate, 2), (FormOfAddress, 6)):
        table = f'FROM "{model._meta.db_table}"'
        assert sum(table in query["sql"] for query in asked) == times


def test_the_words_stay_when_template_and_edition_change(composed):
    letter = composed()
    LetterTemplate.objects.update(mail="Other words.")
    letter.invitation.edition.theme = "Another theme"
    letter.invitation.edition.save(update_fields=["theme"])

    compose_planned()

    letter.refresh_from_db()
    assert "I have the honour" in letter.mail
    assert "I have the honour" in text_of(letter)


def test_a_letter_is_composed_once(composed):
    letter = composed()
    planned = Letter.objects.get()
    before = (letter.sha256, letter.message_sha256, letter.composed_at)

    assert not compose_letter(planned)

    letter.refresh_from_db()
    assert (letter.sha256, letter.message_sha256, letter.composed_at) == before
    assert letter.events.filter(state="composed").count() == 1


def test_a_letter_that_another_worker_composes_is_left_to_it():
    draft = drafted()
    plan_invitation_letters(draft.edition)
    in_a_minute = timezone.now() + dt.timedelta(minutes=1)
    draft.letters.update(composing_until=in_a_minute)

    assert compose_planned() == 0

    with time_machine.travel(in_a_minute + dt.timedelta(minutes=1)):
        assert compose_planned() == 1


def test_composing_stops_when_its_time_is_over():
    plan_invitation_letters(drafted().edition)

    assert compose_planned(within=dt.timedelta(seconds=-1)) == 0


def test_a_text_missing_in_a_language_is_named_and_the_letter_waits(capsys):
    draft = drafted(minister__language="ru", edition__theme_ru="", edition__place_ru="")

    said = call_command("compose_letters", edition=draft.edition.symbol)

    assert said == "0 letters composed. 1 waits: Missing in Russian: place, theme."
    assert draft.letters.get().state == Letter.State.PLANNED
    assert capsys.readouterr().out.strip() == said


def test_a_text_that_no_language_has_is_not_missing(composed):
    letter = composed(language="ru", edition=EditionFactory(background=""))

    assert letter.state == Letter.State.COMPOSED


def test_a_letter_without_a_term_of_its_language_waits():
    Term.objects.filter(language="es", key="original_signed").delete()
    draft = drafted(minister__language="es")

    said = call_command("compose_letters", edition=draft.edition.symbol)

    assert "Missing in Spanish: the terms original_signed." in said


def test_a_missing_text_leaves_the_letter_planned_with_an_event():
    draft = drafted()
    plan_invitation_letters(draft.edition)
    LetterTemplate.objects.filter(kind="invitation").delete()

    composed = [compose_planned()]
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=6)):
        composed.append(compose_planned())

    letter = draft.letters.get()
    assert composed == [0, 0]
    assert letter.state == Letter.State.PLANNED
    assert letter.events.filter(reason__startswith="No approved text").count() == 1


def test_one_letter_without_a_text_does_not_keep_the_others():
    draft = drafted(minister__language="fr")
    drafted(edition=draft.edition)
    plan_invitation_letters(draft.edition)
    LetterTemplate.objects.filter(language="fr").delete()

    assert compose_planned() == 1

    assert draft.letters.get().state == Letter.State.PLANNED


def test_a_letter_without_an_address_waits_for_the_print_run(composed):
    letter = composed(to_emails="", cc_emails="pr@example.org")

    approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)

    delivery = letter.deliveries.get()
    assert letter.message.name == ""
    assert (delivery.channel, delivery.state) == (Delivery.Channel.POST, Delivery.State.QUEUED)


def test_a_letter_to_a_state_with_a_mission_goes_by_pouch(composed):
    state = MemberStateFactory()
    MissionFactory(states=[state])
    letter = composed(to_emails="", member_state=state)

    approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)

    assert letter.deliveries.get().channel == Delivery.Channel.POUCH


def test_html_in_an_edition_s_words_is_printed_as_it_was_typed():
    draft = drafted(edition=EditionFactory(background="<b>Annual</b> & open."))
    plan_invitation_letters(draft.edition)

    compose_planned()

    letter = draft.letters.get()
    assert "<b>Annual</b> & open." in printed(letter)


def test_a_dollar_sign_in_an_edition_s_words_is_no_placeholder():
    draft = drafted(edition=EditionFactory(background="It costs $reference and $9."))
    plan_invitation_letters(draft.edition)

    compose_planned()

    assert "It costs $reference and $9." in draft.letters.get().paper


def test_signs_of_markdown_in_a_name_are_printed_as_they_are_written():
    link = "https://example.org/a_b"
    words = escape_markdown({"minister": "Flavia *of* [Zenda] & <b>", "website": link})

    html = html_of_markdown(fill_placeholders("$minister [$website]($website)", words))

    assert "Flavia *of* [Zenda] &amp; &lt;b&gt;" in html
    assert f'<a href="{link}">{link}</a>' in html


def test_a_picture_in_a_text_is_not_fetched():
    assert "<img" not in html_of_markdown("![a picture](https://example.org/x.png)")
