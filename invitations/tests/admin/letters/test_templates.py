"""The desk of words: editor and preview, versions, native readers, terms."""

from email import message_from_bytes, policy

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from invitations.letters.context import dead_keys
from invitations.models import LetterTemplate, Term
from invitations.models.templates import VARIANTS, format_variant
from invitations.tests.desk import choose, page_of, signed_in, told
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

TEXTS = reverse("admin:invitations_lettertemplate_changelist")
ADD = reverse("admin:invitations_lettertemplate_add")
PREVIEW = reverse("admin:invitations_lettertemplate_preview")
TERMS = reverse("admin:invitations_term_changelist")
ONESELF = "hentzau@example.org"


def test_url(text):
    return reverse("admin:invitations_lettertemplate_test", args=[text.pk])


test_url.__test__ = False


@pytest.fixture
def text():
    return LetterTemplate.objects.filter(kind="invitation", variant="", language="en").last()


@pytest.fixture
def invitation():
    return InvitationFactory(edition=CircularFactory().edition)


def words_of(text, **changed):
    words = {name: getattr(text, name) for name in ("subject", "paper", "mail")}
    return {"template": text.pk, **words, **changed}


def preview(client, text, show="mail", **changed):
    return client.post(PREVIEW, {"show": show, **words_of(text, **changed)})


def test_the_paper_of_a_text_that_is_being_written_is_a_pdf_in_a_frame(
    admin_client, text, invitation
):
    response = preview(admin_client, text, "paper", subject="Quite another subject")

    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert response.content.startswith(b"%PDF-")
    text.refresh_from_db()
    assert text.subject != "Quite another subject"


def test_the_mail_of_a_text_has_words_and_a_dead_link(admin_client, text, invitation):
    page = preview(admin_client, text, mail=f"{text.mail}\nGreetings from $place.")

    shown = page.content.decode()
    assert "Greetings from Geneva." in shown
    assert dead_keys().reply_link in shown
    assert invitation.links.get().token not in shown
    assert LetterTemplate.objects.filter(kind="invitation", variant="", language="en").count() == 1


@pytest.mark.parametrize(
    ("field", "line", "said"),
    [
        ("mail", "From $forum_date", "unknown placeholder $forum_date. Is $forum_dates meant?"),
        ("paper", "<b>Dear</b>", "write Markdown; HTML is not printed."),
        ("subject", "$reply_link", "$reply_link does not belong in a subject."),
        ("mail", "$recorded", "a letter of this kind has no words for $recorded."),
    ],
)
@pytest.mark.usefixtures("invitation")
def test_a_refused_text_says_why_in_place_of_its_preview(admin_client, text, field, line, said):
    page = preview(admin_client, text, **{field: f"{getattr(text, field)} {line}"})

    assert page.status_code == 422
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert [refusal.reason.split(": ", 1)[-1] for refusal in page.context["refusals"]] == [said]


def test_the_refused_line_is_quoted(admin_client, text, invitation):
    page = preview(admin_client, text, mail=f"{text.mail}\nIt costs $9.")

    [refusal] = page.context["refusals"]
    assert refusal.quoted == "It costs $9."


def test_a_lack_is_named_before_the_text_is_saved(admin_client, text, invitation):
    page = preview(admin_client, text, mail="Dear Sir")

    missing = {refusal.reason.split()[0] for refusal in page.context["refusals"]}
    assert missing == {"$last_day", "$reply_before", "$reply_code", "$reply_link"}


def test_the_preview_is_for_the_minister_who_was_chosen(admin_client, text, invitation):
    other = InvitationFactory(edition=invitation.edition, minister__given_name="Antoinette")

    page = preview(admin_client, text, **{"for": other.pk})

    assert page.context["letter"].invitation == other


def test_without_a_choice_the_minister_reads_the_language_of_the_text(admin_client, invitation):
    reader = InvitationFactory(edition=invitation.edition, minister__language="ar")
    text = LetterTemplate.objects.filter(kind="invitation", variant="", language="ar").last()

    page = preview(admin_client, text)

    assert page.context["letter"].invitation == reader
    assert '<pre class="mail" lang="ar" dir="rtl">' in page.content.decode()


def test_without_a_choice_a_text_for_crowns_is_shown_for_a_crown_and_no_other(
    admin_client, text, invitation
):
    king = InvitationFactory(
        edition=invitation.edition, minister__rank_id="MON", minister__address_gender="m",
        minister__member_state__sort_key_fr="AAA",
    )  # fmt: skip
    to_crowns = LetterTemplate.objects.filter(kind="invitation", variant="crown", language="en")

    shown = [preview(admin_client, one) for one in (to_crowns.last(), text)]

    assert [page.context["letter"].invitation for page in shown] == [king, invitation]
    assert (
        "to send Your Majesty herewith" in preview(admin_client, to_crowns.last()).content.decode()
    )


def test_a_new_text_is_previewed_before_it_is_saved(admin_client, invitation):
    words = {"subject": "On $forum", "mail": "$recorded"}

    page = admin_client.post(
        PREVIEW, {"kind": "acknowledgement", "variant": "zenda", "language": "en", **words}
    )

    assert page.context["specimen"].subject == f"On {invitation.edition.name}"
    assert not LetterTemplate.objects.filter(variant="zenda").exists()


def test_a_reminder_has_no_paper_and_says_so(admin_client, invitation):
    text = LetterTemplate.objects.filter(kind="reminder", variant="first", language="en").last()

    assert "no paper of its own" in preview(admin_client, text, "paper").content.decode()


def test_without_any_invitation_the_page_says_what_the_preview_needs(admin_client, text):
    page, shown = admin_client.get(page_of(text)), preview(admin_client, text)

    assert "A preview needs a minister" in page.content.decode()
    assert "There is no invitation yet" in shown.content.decode()


def test_an_edition_without_a_circular_is_told_what_it_lacks(admin_client, text):
    InvitationFactory()

    page = preview(admin_client, text)

    assert page.status_code == 422
    assert "has no circular of invitation: add one first" in page.content.decode()


@pytest.mark.parametrize("data", [{"template": "x"}, {"template": "9" * 9}, {}])
def test_a_forged_preview_is_refused_with_words(admin_client, invitation, data):
    assert admin_client.post(PREVIEW, {"for": "x", **data}).status_code == 422


def test_a_preview_is_asked_for_by_those_who_may_read_texts(client, text, invitation):
    signed_in(client, "view_lettertemplate")
    assert preview(client, text).status_code == 200
    assert client.get(PREVIEW).status_code == 405
    assert client.post(test_url(text), words_of(text)).status_code == 403

    signed_in(client, "view_minister")
    assert preview(client, text).status_code == 403


def subject_of(content):
    return str(message_from_bytes(content, policy=policy.default)["Subject"])


def test_a_test_carries_the_words_in_the_form_and_is_logged(client, text, invitation, peer):
    user = signed_in(client, "change_lettertemplate", email=ONESELF)

    page = client.post(test_url(text), words_of(text, subject="Quite another subject"))

    [(_sender, recipients, content)] = peer.taken
    entry = LogEntry.objects.get()
    assert ONESELF in page.content.decode()
    assert recipients == [ONESELF]
    state = str(invitation.member_state)
    assert subject_of(content) == f"[TEST] {state} – Quite another subject"
    assert (entry.user, entry.object_id) == (user, str(text.pk))
    assert ONESELF not in entry.change_message + entry.object_repr


def test_a_test_is_refused_where_the_account_has_no_address(client, text, invitation, peer):
    signed_in(client, "change_lettertemplate")

    page = client.post(test_url(text), words_of(text))

    assert page.status_code == 422
    assert "Your account has no e-mail address" in page.content.decode()
    assert not LogEntry.objects.exists()


def test_a_test_keeps_its_subject_on_one_line(client, text, invitation, peer):
    signed_in(client, "change_lettertemplate", email=ONESELF)

    client.post(test_url(text), words_of(text, subject="High-Level\u2028Track"))

    [(_sender, _recipients, content)] = peer.taken
    assert subject_of(content).endswith(" – High-Level Track")


@pytest.mark.parametrize("field", ["subject", "mail"])
def test_a_text_that_was_spoilt_is_refused_before_its_preview(
    admin_client, text, invitation, field
):
    page = preview(admin_client, text, **{field: f"{getattr(text, field)} Ren\u00c3\u00a9"})

    assert page.status_code == 422
    assert "it may have been “René”" in page.content.decode()


def test_the_placeholders_beside_the_editor_are_those_of_the_kind(admin_client, text):
    page = admin_client.get(page_of(text))

    named = {one["name"]: one["needed"] for one in page.context["preview"]["placeholders"]}
    assert "recorded" not in named
    assert named["reply_link"] == "in the mail"
    assert named["reply_before"] == "on paper, in the mail"


def test_a_new_text_names_for_each_placeholder_the_kinds_that_have_it(admin_client):
    page = admin_client.get(ADD)

    kinds = {one["name"]: one["kinds"] for one in page.context["preview"]["placeholders"]}
    assert kinds["recorded"] == ["acknowledgement"]
    assert "note" not in kinds["reply_link"]


def test_what_was_typed_is_not_lost_when_a_text_is_refused(admin_client, text):
    page = admin_client.post(page_of(text), words_of(text, mail="Dear $minster"))

    shown = page.content.decode()
    assert "Dear $minster" in shown
    assert "unknown placeholder $minster. Is $minister meant?" in shown
    assert LetterTemplate.objects.filter(kind="invitation", variant="", language="en").count() == 1


def test_versions_show_who_wrote_approved_and_reviewed_and_what_changed(client, text):
    user = signed_in(client, "view_lettertemplate", "change_lettertemplate")
    client.post(page_of(text), words_of(text, mail=f"{text.mail.strip()}\nMore words.\n"))
    newest = LetterTemplate.objects.get(kind="invitation", variant="", language="en", version=2)
    choose(client, TEXTS, "tick_selected", newest, answered="yes")

    page = client.get(page_of(text))

    [second, first] = page.context["versions"]
    assert (second["text"].written_by, second["text"].reviewed_by) == (user, user)
    assert (second["in_use"], first["in_use"]) == (True, False)
    assert second["changes"] == [("+", "More words.")]
    assert "shipped" in page.content.decode()


def test_a_reminder_is_in_use_once_two_people_approved_it(admin_client):
    text = LetterTemplate.objects.filter(kind="reminder", variant="first", language="en").last()
    before = admin_client.get(page_of(text)).context["versions"]
    LetterTemplate.objects.update(first_approver=UserFactory(), second_approver=UserFactory())

    after = admin_client.get(page_of(text)).context["versions"]

    assert [version["in_use"] for version in (*before, *after)] == [False, True]


def test_the_page_leads_to_the_same_text_in_the_other_languages(admin_client, text):
    french = LetterTemplate.objects.filter(kind="invitation", variant="", language="fr").last()
    LetterTemplate.objects.filter(kind="invitation", variant="", language="ru").delete()

    page = admin_client.get(page_of(text)).content.decode()

    assert page_of(french) in page
    assert "?kind=invitation&amp;variant=&amp;language=ru" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_page_of_a_text_takes_as_many_queries_for_three_versions_as_for_one(
    admin_client, django_assert_num_queries, text, rows
):
    edition = EditionFactory()
    for number in range(rows):
        InvitationFactory(edition=edition)
        LetterTemplate.objects.create(
            kind="invitation",
            language="en",
            version=number + 2,
            subject="On $forum",
            mail="$reply_link",
            written_by=UserFactory(),
            reviewed_by=UserFactory(),
            reviewed_at=timezone.now(),
        )

    with django_assert_num_queries(7):
        admin_client.get(page_of(text))


def test_a_new_version_starts_unreviewed(client, text):
    signed_in(client, "view_lettertemplate", "change_lettertemplate")
    choose(client, TEXTS, "tick_selected", text, answered="yes")

    client.post(page_of(text), words_of(text, subject="On $forum"))

    text.refresh_from_db()
    assert text.reviewed_by is not None
    assert (
        LetterTemplate.objects.get(
            kind="invitation", variant="", language="en", version=2
        ).reviewed_by
        is None
    )


def test_saving_the_same_words_as_a_browser_sends_them_makes_no_version(client, text):
    signed_in(client, "view_lettertemplate", "change_lettertemplate")
    words = {name: str(value).replace("\n", "\r\n") for name, value in words_of(text).items()}

    page = client.post(page_of(text), words, follow=True)

    assert told(page) == ["Nothing was changed: this version stands."]
    assert LetterTemplate.objects.filter(kind="invitation", variant="", language="en").count() == 1


def test_line_ends_of_a_browser_are_not_kept(client, text):
    signed_in(client, "view_lettertemplate", "change_lettertemplate")

    client.post(page_of(text), words_of(text, mail=text.mail.replace("\n", "\r\n") + "More."))

    revised = LetterTemplate.objects.get(kind="invitation", variant="", language="en", version=2)
    assert revised.mail == f"{text.mail}More."


def test_a_review_is_confirmed_over_the_words_and_noted_once(client, text):
    user = signed_in(client, "view_lettertemplate", "change_lettertemplate")

    asked = choose(client, TEXTS, "tick_selected", text)
    noted = choose(client, TEXTS, "tick_selected", text, answered="yes")
    twice = choose(client, TEXTS, "tick_selected", text, answered="yes")

    text.refresh_from_db()
    assert "a native reader of the language has read these words" in asked.content.decode()
    assert told(noted) == ["1 review noted."]
    assert told(twice) == [f"{text}: A native reader has reviewed this already."]
    assert text.reviewed_by == user


@pytest.mark.parametrize("url", [TEXTS, TERMS])
def test_lists_find_what_no_native_reader_has_read(admin_client, text, url):
    Term.objects.filter(key="subject").update(reviewed_by=UserFactory(), source="")
    LetterTemplate.objects.filter(pk=text.pk).update(reviewed_by=UserFactory())

    read = admin_client.get(url, {"reviewed": "yes"}).context["cl"].result_count
    unread = admin_client.get(url, {"reviewed": "no"}).context["cl"].result_count

    assert read == (1 if url == TEXTS else 6)
    assert unread == (LetterTemplate if url == TEXTS else Term).objects.count() - read


def test_a_term_is_marked_until_it_has_a_source_or_a_reader(admin_client):
    Term.objects.exclude(key="subject", language__in=["en", "fr", "ru"])._raw_delete("default")
    Term.objects.filter(language="en").update(source="letters")
    Term.objects.filter(language="fr").update(source="")
    Term.objects.filter(language="ru").update(
        source="", reviewed_by=UserFactory(username="sapt"), reviewed_at=timezone.now()
    )

    page = admin_client.get(TERMS).content.decode()

    assert page.count("not reviewed by a native reader") == 1
    assert "has a source" in page
    assert "sapt" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_list_of_terms_takes_as_many_queries_for_three_rows_as_for_one(
    admin_client, django_assert_num_queries, rows
):
    Term.objects.all()._raw_delete("default")
    for number in range(rows):
        Term.objects.create(
            key=f"k{number}",
            language="en",
            text="Ref.",
            reviewed_by=UserFactory(),
            reviewed_at=timezone.now(),
        )

    with django_assert_num_queries(6):
        admin_client.get(TERMS)


def test_an_edited_term_has_to_be_reviewed_again(client):
    signed_in(client, "view_term", "change_term")
    term = Term.objects.get(key="subject", language="fr")
    choose(client, TERMS, "tick_selected", term, answered="yes")

    client.post(page_of(term), {"text": term.text, "source": "a dictionary"})
    term.refresh_from_db()
    assert term.reviewed_by is not None

    client.post(page_of(term), {"text": "Sujet :", "source": "a dictionary"})
    term.refresh_from_db()
    assert (term.text, term.reviewed_by, term.reviewed_at) == ("Sujet :", None, None)


def test_a_term_edited_in_the_list_has_to_be_reviewed_again(client):
    signed_in(client, "view_term", "change_term")
    Term.objects.exclude(key="subject", language__in=["en", "fr"])._raw_delete("default")
    Term.objects.update(reviewed_by=UserFactory(), reviewed_at=timezone.now())
    english, french = Term.objects.order_by("language")

    client.post(
        TERMS,
        {
            "form-TOTAL_FORMS": 2,
            "form-INITIAL_FORMS": 2,
            "form-0-id": english.pk,
            "form-0-text": english.text,
            "form-1-id": french.pk,
            "form-1-text": "Sujet :",
            "_save": "Save",
        },
    )

    kept = {term.language: term for term in Term.objects.all()}
    assert kept["en"].reviewed_by is not None
    assert (kept["fr"].text, kept["fr"].reviewed_by) == ("Sujet :", None)


def test_a_term_that_loses_its_page_number_is_refused(client):
    signed_in(client, "view_term", "change_term")
    term = Term.objects.get(key="page", language="fr")

    page = client.post(page_of(term), {"text": "page", "source": ""})

    assert "$pages is missing" in page.content.decode()


@pytest.mark.parametrize(
    ("group", "may_edit"),
    [
        ("Drafters", True),
        ("Approvers", False),
        ("Registrars", False),
        ("Speakers' desk", False),
        ("Readers", False),
    ],
)
def test_every_group_reads_terms_and_drafters_edit_them(client, group, may_edit):
    user = UserFactory()
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    term = Term.objects.get(key="subject", language="fr")

    client.post(page_of(term), {"text": "Sujet :", "source": ""})

    term.refresh_from_db()
    assert client.get(TERMS).status_code == 200
    assert (term.text == "Sujet :") == may_edit


def test_each_text_that_is_shipped_has_words_for_its_variant():
    """Its code alone would stand as an English word among Arabic ones."""
    shipped = set(LetterTemplate.objects.values_list("variant", flat=True)) - {""}

    assert {"first", "last"} < shipped <= set(VARIANTS)
    assert format_variant("of-our-own") == "of-our-own"
