"""Letters on paper: their ways, their envelopes, the merged PDF, and what has left by them."""

import datetime as dt
import subprocess
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone, translation

from invitations.files.frozen import freeze, thaw
from invitations.letters.planning import enqueue
from invitations.letters.routes import route
from invitations.models import Delivery, Letter
from invitations.outbox.decisions import dispatch_on_paper
from invitations.outbox.print_run import pack, print_run, refuse_unprintable, with_covered
from invitations.tests.factories import (
    DeliveryFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MissionFactory,
    StepFactory,
    UserFactory,
)
from invitations.times.clocks import CLOCKS_APART

pytestmark = pytest.mark.django_db

LETTERS = reverse("admin:invitations_letter_changelist")
C4 = (918, 649)


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    """Damage done here stays here: the same bytes are one file for all tests."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def edition():
    return EditionFactory(postal_address="1 Castle Street, Strelsau")


@pytest.fixture
def letter(edition):
    """Make an approved letter, whose frozen PDF has a page for each given width."""

    def make(*widths, member_state=None, sort_key="", is_principal=True, **fields):
        invitation = InvitationFactory(
            edition=edition,
            is_principal=is_principal,
            **({"minister__member_state": member_state} if member_state else {}),
            **{name: fields.pop(name) for name in list(fields) if name.startswith("minister__")},
        )
        if sort_key:
            invitation.member_state.sort_key_fr = invitation.member_state.list_name_fr = sort_key
            invitation.member_state.save()
        pdf = freeze(pages_of(widths or (300 + invitation.pk,)), "letters", "pdf")
        now = timezone.now()
        return LetterFactory(
            **{
                "invitation": invitation,
                "state": "approved",
                "composed_at": now,
                "approved_at": now,
                "addressee": "H.E. Ms. Flavia Elphberg\nMinister of Communications\nRuritania",
                "pdf": pdf.name,
                "sha256": pdf.sha256,
                **fields,
            }
        )

    return make


@pytest.fixture
def note(letter):
    """Make an approved note verbale for a mission, which covers the given letters."""

    def make(mission, *covered, **fields):
        first = covered[0].invitation
        made = letter(700, kind="note", mission=mission, **fields)
        Letter.objects.filter(pk=made.pk).update(invitation=first)
        made.covers.set(covered)
        return Letter.objects.get(pk=made.pk)

    return make


def pages_of(widths):
    with pikepdf.new() as pdf:
        for width in widths:
            pdf.add_blank_page(page_size=(width, 800))
        content = BytesIO()
        pdf.save(content, deterministic_id=True)
    return content.getvalue()


def mission_for(*letters, **fields):
    mission = MissionFactory(postal_address="2 Chemin de Zenda\n1200 Geneva", **fields)
    mission.states.add(*(letter.invitation.member_state for letter in letters))
    return mission


def packed(*letters):
    return pack(with_covered(Letter.objects.filter(pk__in=[letter.pk for letter in letters])))


def contents(run):
    return [[letter.pk for letter in envelope.contents] for envelope in run.envelopes]


def printed(*letters):
    with print_run(packed(*letters)) as file:
        return file.read()


def widths(content):
    with pikepdf.open(BytesIO(content)) as pdf:
        return [(int(page.mediabox[2]), int(page.mediabox[3])) for page in pdf.pages]


def words(content, *options):
    command = ["pdftotext", "-layout", *options, "-", "-"]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()


def damage(letter):
    Path(settings.MEDIA_ROOT, letter.pdf.name).write_bytes(b"%PDF forged")


# The way


def test_letter_goes_by_pouch_to_the_permanent_mission_in_the_city(letter):
    one = letter(minister__postal_address="1 Palace Square\nStrelsau")
    mission_for(one, city="Hentzau")
    mission = mission_for(one)

    assert route(one) == ("mission", "pouch", mission)


def test_letter_goes_by_post_to_the_capital_where_there_is_no_mission(letter):
    one = letter(minister__postal_address="1 Palace Square\nStrelsau")
    mission_for(one, kind="post", city="Hentzau")

    assert route(one) == ("capital", "post", None)


@pytest.mark.parametrize("kind", ["post", "mission"])
def test_letter_goes_by_post_to_another_post_that_serves_the_state(letter, kind):
    one = letter()
    mission_for(one, kind="regional", city="Zenda")
    post = mission_for(one, kind=kind, city="Hentzau")

    assert route(one) == ("post", "post", post)


def test_post_without_an_address_is_passed_over_for_the_regional_office(letter):
    one = letter()
    post = mission_for(one, kind="post", city="Hentzau")
    post.postal_address = ""
    post.save()
    office = mission_for(one, kind="regional", city="Zenda")

    assert route(one) == ("regional", "pouch", office)


def test_letter_without_any_address_has_no_channel(letter):
    assert route(letter()) == ("nowhere", "", None)


def test_note_verbale_goes_to_its_mission(letter, note):
    one = letter()
    mission = mission_for(one)

    assert route(note(mission, one)) == ("mission", "pouch", mission)


def test_letter_without_e_mail_waits_under_the_channel_of_its_route(letter):
    to_capital, to_office, to_nobody = (
        letter(minister__postal_address="1 Palace Square"),
        letter(),
        letter(),
    )
    mission_for(to_office, kind="regional", city="Zenda")

    for one in (to_capital, to_office, to_nobody):
        enqueue(one)

    assert to_capital.deliveries.get().channel == "post"
    assert to_office.deliveries.get().channel == "pouch"
    assert to_nobody.deliveries.get().channel == "post"


# The envelopes


def test_letters_for_one_mission_lie_together_under_its_note_verbale(letter, note):
    later, earlier = letter(sort_key="ZENDA"), letter(sort_key="RURITANIE")
    above = note(mission_for(later, earlier), later, earlier)

    run = packed(later, earlier)

    assert contents(run) == [[above.pk, earlier.pk, later.pk]]


def test_missions_come_in_the_order_of_their_first_state_and_the_others_after_them(letter):
    office, capital, zenda, ruritania = (
        letter(sort_key="AUTRICHE"),
        letter(sort_key="BOHÊME", minister__postal_address="1 Old Square"),
        letter(sort_key="ZENDA"),
        letter(sort_key="RURITANIE"),
    )
    mission_for(office, kind="regional")
    mission_for(zenda)
    mission_for(ruritania)

    run = packed(office, capital, zenda, ruritania)

    assert contents(run) == [[ruritania.pk], [zenda.pk], [capital.pk], [office.pk]]


def test_observers_come_after_member_states(letter):
    observer, member = letter(sort_key="AUTRICHE"), letter(sort_key="ZENDA")
    observer.invitation.member_state.status = "observer"
    observer.invitation.member_state.save()
    mission_for(observer)
    mission_for(member)

    assert contents(packed(observer, member)) == [[member.pk], [observer.pk]]


def test_two_ministers_of_a_state_without_mission_get_an_envelope_each(letter):
    first = letter(minister__postal_address="1 Palace Square")
    second = letter(
        member_state=first.invitation.member_state,
        is_principal=False,
        minister__given_name="Rudolf",
        minister__postal_address="2 Palace Square",
    )

    assert contents(packed(second, first)) == [[first.pk], [second.pk]]


def test_chosen_note_verbale_brings_the_letters_it_covers(letter, note):
    one, other = letter(sort_key="RURITANIE"), letter(sort_key="ZENDA")
    above = note(mission_for(one, other), one, other)

    assert contents(packed(above)) == [[above.pk, one.pk, other.pk]]


def test_note_verbale_is_left_out_where_a_letter_it_covers_is_not_chosen(letter, note):
    one, other = letter(), letter(sort_key="ZENDA")
    above = note(mission_for(one, other), one, other)

    run = packed(one)

    assert contents(run) == [[one.pk]]
    assert run.left_out == [(above, "it also covers ZENDA: choose those letters too")]


def test_note_verbale_that_is_not_approved_stays_out(letter, note):
    one = letter()
    note(mission_for(one), one, state="composed", approved_at=None)

    assert contents(packed(one)) == [[one.pk]]


def test_note_verbale_to_the_other_mission_of_a_state_is_left_out(letter, note):
    one = letter()
    mission_for(one, name="A first mission")
    other = note(mission_for(one, name="Second mission"), one)

    run = packed(one)

    assert run.left_out == [(other, "the letters it covers go to another mission")]


def test_note_verbale_over_a_letter_called_back_is_left_out(letter, note):
    one, gone = letter(), letter()
    above = note(mission_for(one, gone), one, gone)
    Letter.objects.filter(pk=gone.pk).update(state="cancelled")

    run = packed(one)

    assert run.left_out == [(above, "a letter it covers was called back: compose the note anew")]


def test_letter_that_is_not_approved_is_refused(letter):
    with pytest.raises(ValidationError, match="Only an approved letter is printed"):
        refuse_unprintable(letter(state="composed", approved_at=None))


def test_reminder_is_refused(letter, edition):
    step = StepFactory(edition=edition)
    deadline = {"reply_before": edition.reply_before, "leave_before": timezone.now()}

    with pytest.raises(ValidationError, match="go by e-mail"):
        refuse_unprintable(letter(kind="reminder", step=step, **deadline))


def test_letter_of_a_withdrawn_invitation_is_refused(letter):
    one = letter()
    one.invitation.status = "withdrawn"

    with pytest.raises(ValidationError, match="not in force"):
        refuse_unprintable(one)


def test_replaced_letter_is_refused(letter):
    one = letter()
    letter(kind="replacement", replaces=one, state="composed", approved_at=None)
    refuse_unprintable(one)
    letter(kind="replacement", replaces=one)

    with pytest.raises(ValidationError, match="print that one"):
        refuse_unprintable(Letter.objects.get(pk=one.pk))


def test_note_verbale_is_refused_once_a_letter_it_covers_was_called_back(letter, note):
    one = letter()
    above = note(mission_for(one), one)
    Letter.objects.filter(pk=one.pk).update(state="cancelled")

    with pytest.raises(ValidationError, match="compose the note anew"):
        refuse_unprintable(above)


# The PDF


def test_list_comes_first_then_for_each_envelope_its_address_its_note_and_its_letters(letter, note):
    one, other, alone = letter(301, sort_key="A"), letter(302, 303, sort_key="C"), letter(304)
    alone.invitation.minister.postal_address = "1 Palace Square"
    alone.invitation.minister.save()
    note(mission_for(one, other), one, other)

    pages = widths(printed(alone, other, one))

    front, *rest = pages
    assert front == (841, 595)
    assert rest == [C4, (700, 800), (301, 800), (302, 800), (303, 800), C4, (304, 800)]


def test_pages_of_a_letter_are_those_that_were_frozen(issued):
    invitation = issued()
    frozen = invitation.letters.get()
    mission_for(frozen)

    content = printed(frozen)

    with pikepdf.open(BytesIO(thaw(frozen.pdf.name, frozen.sha256))) as original:
        pages = [page.Contents.read_bytes() for page in original.pages]
    with pikepdf.open(BytesIO(content)) as merged:
        assert [page.Contents.read_bytes() for page in merged.pages[2:]] == pages
        assert merged.check_pdf_syntax() == []


def test_dispatch_list_says_where_each_letter_goes(letter):
    one = letter(301, 302, sort_key="RURITANIE", check_code="4821903577162048")
    mission_for(one, name="Mission of Ruritania")
    capital = letter(sort_key="ZENDA", minister__postal_address="1 Palace Square\nHentzau")

    front = words(printed(one, capital), "-l", "1")

    assert "RURITANIE" in front
    assert "4821 9035 7716 2048" in front
    assert "Mission of Ruritania, 2 Chemin" in front
    assert "1 Palace Square, Hentzau" in front
    assert one.circular.reference in front
    assert ["Pouch, permanent mission", "1", "1", "2"] in cells(front)
    assert ["Post, capital", "1", "1", "1"] in cells(front)
    assert ["Together", "2", "2", "3"] in cells(front)


def test_check_code_keeps_its_order_in_an_arabic_list(letter):
    one = letter(check_code="4821903577162048")
    mission_for(one)

    with translation.override("ar"):
        front = words(printed(one), "-l", "1")

    assert "4821 9035 7716 2048" in front


def cells(page):
    return [[cell.strip() for cell in row.split("   ") if cell.strip()] for row in page.split("\n")]


def test_letter_without_address_stands_first_on_the_list_and_in_no_envelope(letter):
    one, lost = letter(301, sort_key="RURITANIE"), letter(302, sort_key="ZENDA")
    mission_for(one)

    content = printed(one, lost)

    front = words(content, "-l", "1")
    assert front.index("No address") < front.index("ZENDA") < front.index("RURITANIE")
    assert "the minister’s postal address" in front
    assert (302, 800) not in widths(content)


def test_address_page_of_a_mission_names_it_and_the_sender(letter):
    one = letter()
    mission_for(one, name="Mission of Ruritania")

    page = words(printed(one), "-f", "2", "-l", "2")

    assert "Mission of Ruritania\n" in page
    assert "1200 Geneva" in page
    assert "Ruritanian Union of Telegraphs" in page
    assert "1 Castle Street, Strelsau" in page
    assert "BY POUCH" in page


def test_address_page_to_a_capital_ends_with_the_state_in_french_capitals(letter):
    one = letter(sort_key="Zénda", minister__postal_address="1 Palace Square\n1000 Hentzau\n")

    page = words(printed(one), "-f", "2", "-l", "2")

    lines = [line.strip() for line in page.splitlines() if line.strip()]
    assert lines[-5:-1] == ["Ruritania", "1 Palace Square", "1000 Hentzau", "ZÉNDA"]
    assert "BY POUCH" not in page


def test_address_page_by_a_regional_office_names_the_minister_first(letter):
    one = letter()
    mission_for(one, kind="regional", name="Regional Office for Zenda", city="Zenda")

    page = words(printed(one), "-f", "2", "-l", "2")

    assert page.index("Flavia Elphberg") < page.index("c/o Regional Office for Zenda")


def test_long_addresses_keep_to_one_page_each(letter):
    one = letter(301, minister__postal_address="A very long line of an address " * 60)
    other = letter(302, minister__postal_address="\n".join(["One of many lines"] * 40))

    assert widths(printed(one, other))[-4:] == [C4, (301, 800), C4, (302, 800)]


def test_damaged_letter_stops_the_run_and_is_named(letter):
    one, forged = letter(), letter(minister__given_name="Antoinette", minister__name_key="a")
    mission_for(one)
    mission_for(forged)
    damage(forged)

    with pytest.raises(ValidationError, match=r"Antoinette Elphberg.* is not what was frozen"):
        printed(one, forged)


def test_missing_letter_stops_the_run_and_is_named(letter):
    one = letter(minister__given_name="Antoinette", minister__name_key="a")
    mission_for(one)
    Path(settings.MEDIA_ROOT, one.pdf.name).unlink()

    with pytest.raises(ValidationError, match=r"Antoinette Elphberg.* is missing"):
        printed(one)


# What has left


def test_letter_that_went_by_e_mail_leaves_once_more_on_paper(letter):
    one, clerk, left_at = letter(), UserFactory(), timezone.now()
    DeliveryFactory(letter=one, arrived=True)
    mission_for(one)

    dispatch_on_paper(one, clerk, "", "Pouch 7", left_at)

    on_paper = one.deliveries.get(address="")
    assert (on_paper.channel, on_paper.state, on_paper.reference, on_paper.handed_over_at) == (
        "pouch",
        "handed_over",
        "Pouch 7",
        left_at,
    )
    events = one.events.filter(delivery=on_paper)
    assert [(event.state, event.actor) for event in events] == [
        ("queued", clerk),
        ("handed_over", clerk),
    ]


def test_letter_is_dispatched_once(letter):
    one = letter()
    mission_for(one)
    dispatch_on_paper(one, UserFactory(), "", "Pouch 7", timezone.now())

    with pytest.raises(ValidationError, match=r"left by pouch already, on .*, reference: Pouch 7"):
        dispatch_on_paper(one, UserFactory(), "pouch", "Pouch 8", timezone.now())

    assert one.deliveries.get().reference == "Pouch 7"


def test_delivery_that_waits_for_the_print_run_is_the_one_that_leaves(letter):
    one = letter()
    enqueue(one)

    dispatch_on_paper(one, UserFactory(), "pouch", "", timezone.now())

    assert [(d.channel, d.state) for d in one.deliveries.all()] == [("pouch", "handed_over")]


def test_letter_that_left_by_pouch_may_leave_by_post_too(letter):
    one = letter()
    dispatch_on_paper(one, UserFactory(), "pouch", "Pouch 7", timezone.now())

    dispatch_on_paper(one, UserFactory(), "post", "RR 1", timezone.now())

    assert one.deliveries.filter(state="handed_over").count() == 2


@pytest.mark.parametrize(
    ("fields", "channel", "ago", "because"),
    [
        ({}, "", dt.timedelta(), "It has no address"),
        ({}, "email", dt.timedelta(), "by pouch or by post"),
        ({}, "post", -dt.timedelta(hours=1), "not in the future"),
        ({}, "post", dt.timedelta(days=1), "approved later than that"),
        ({"state": "composed", "approved_at": None}, "post", dt.timedelta(), "is not in force"),
    ],
)
def test_letter_that_cannot_have_left_is_not_marked(letter, fields, channel, ago, because):
    one = letter(**fields)

    with pytest.raises(ValidationError, match=because):
        dispatch_on_paper(one, UserFactory(), channel, "", timezone.now() - ago)

    assert not one.deliveries.exists()


@pytest.mark.parametrize("apart", [-CLOCKS_APART, CLOCKS_APART])
def test_letter_that_leaves_now_by_the_clock_of_another_server_is_marked(letter, apart):
    one, now = letter(approved_at=timezone.now()), timezone.now()

    with time_machine.travel(now, tick=False):
        dispatch_on_paper(one, UserFactory(), "post", "RR 1", now + apart)

    assert one.deliveries.get().handed_over_at == min(now, now + apart)


def test_letter_of_a_withdrawn_invitation_is_not_marked(letter):
    one = letter()
    one.invitation.status = "withdrawn"
    one.invitation.save()

    with pytest.raises(ValidationError, match="the invitation is not in force"):
        dispatch_on_paper(one, UserFactory(), "post", "", timezone.now())


def test_reminder_is_not_marked(letter, edition):
    step = StepFactory(edition=edition)
    deadline = {"reply_before": edition.reply_before, "leave_before": timezone.now()}
    reminder = letter(kind="reminder", step=step, **deadline)

    with pytest.raises(ValidationError, match="go by e-mail"):
        dispatch_on_paper(reminder, UserFactory(), "post", "", timezone.now())


# The desk


def signed_in(client, *codenames):
    user = UserFactory()
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(user)
    return user


@pytest.fixture
def desk(client):
    signed_in(client, "view_letter", "change_letter", "change_delivery")

    def choose(action, *rows, **typed):
        chosen = {"action": action, "_selected_action": [row.pk for row in rows], **typed}
        return client.post(LETTERS, chosen, follow=True)

    return choose


def told(response):
    return [str(message) for message in response.context["messages"]]


LEFT = {"answered": "yes", "channel": "", "reference": "Pouch 7"}


def left(at=None):
    at = timezone.localtime(at)
    return {**LEFT, "at_0": f"{at:%Y-%m-%d}", "at_1": f"{at:%H:%M:%S}"}


def test_page_before_the_print_run_shows_each_route(desk, letter, note):
    one, lost = letter(), letter(minister__given_name="Rudolf", minister__name_key="r")
    note(mission_for(one, name="Mission of Ruritania"), one)

    response = desk("print_selected", one, lost)

    page = response.content.decode()
    assert "pouch, permanent mission, Mission of Ruritania, Geneva" in page
    assert "note verbale" in page
    assert ["Rudolf Elphberg has no address" in words for words in told(response)] == [True]


def test_print_run_is_downloaded_as_one_pdf(desk, letter):
    one = letter()
    mission_for(one)

    response = desk("print_selected", one, answered="yes")

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith('attachment; filename="print-run-')
    assert len(widths(response.getvalue())) == 3


def test_letter_that_is_not_approved_is_refused_by_name_and_the_others_are_printed(desk, letter):
    one = letter()
    waiting = letter(
        state="composed", approved_at=None, minister__given_name="Rudolf", minister__name_key="r"
    )
    mission_for(one)
    mission_for(waiting)

    response = desk("print_selected", one, waiting)

    (refusal,) = told(response)
    assert "Rudolf Elphberg: Only an approved letter is printed." in refusal
    assert [row.pk for _pk, row, _more in response.context["rows"]] == [one.pk]


def test_run_without_any_envelope_says_that_there_is_nothing_to_print(desk, letter):
    response = desk("print_selected", letter())

    assert "has no address" in told(response)[0]
    assert told(response)[1] == "There is nothing to print."


def test_damaged_letter_is_told_in_place_of_the_download(desk, letter):
    one = letter()
    mission_for(one)
    damage(one)

    response = desk("print_selected", one, answered="yes")

    assert "is not what was frozen" in told(response)[0]


def test_marking_includes_the_note_verbale_that_lay_above(desk, letter, note):
    one = letter()
    above = note(mission_for(one), one)

    page = desk("dispatch_selected", one)
    shown = [row for _pk, row, _more in page.context["rows"]]
    response = desk("dispatch_selected", *shown, **left())

    assert shown == [one, above]
    assert told(response) == ["2 letters marked as dispatched."]
    assert Delivery.objects.filter(state="handed_over", reference="Pouch 7").count() == 2


def test_letter_that_has_left_already_is_refused_by_name(desk, letter):
    one = letter()
    mission_for(one)
    desk("dispatch_selected", one, **left())

    response = desk("dispatch_selected", one, **left())

    assert "It left by pouch already" in told(response)[0]
    assert one.deliveries.count() == 1


def test_page_of_dispatch_keeps_what_was_typed(desk, letter):
    one = letter()

    response = desk("dispatch_selected", one, **{**left(), "at_0": "someday"})

    assert 'value="Pouch 7"' in response.content.decode()
    assert not one.deliveries.exists()


def test_who_only_reads_letters_neither_prints_nor_marks(client, letter):
    signed_in(client, "view_letter")
    one = letter()

    for action in ("print_selected", "dispatch_selected"):
        client.post(
            LETTERS, {"action": action, "_selected_action": [one.pk], **left()}, follow=True
        )

    assert not one.deliveries.exists()
    assert "print_selected" not in client.get(LETTERS).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_page_before_the_print_run_takes_as_many_queries_for_three_letters_as_for_one(
    desk, letter, note, django_assert_num_queries, rows
):
    letters = [letter() for _n in range(rows)]
    for one in letters:
        note(mission_for(one), one)

    with django_assert_num_queries(23):
        desk("print_selected", *letters)


@pytest.mark.parametrize("rows", [1, 3])
def test_print_run_takes_as_many_queries_for_three_letters_as_for_one(
    letter, note, django_assert_num_queries, rows
):
    letters = [letter() for _n in range(rows)]
    for one in letters:
        note(mission_for(one), one)

    with django_assert_num_queries(7):
        printed(*letters)
