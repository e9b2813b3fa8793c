"""Drafting, changing and withdrawing invitations, and the telephone list."""

import datetime as dt

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from invitations.admin.list_columns import change_url
from invitations.audit import Act
from invitations.links import replace_link, reply_url
from invitations.models import CallListEntry, Correspondence, Invitation
from invitations.reminders.calls import note_call, strike_call
from invitations.tests.corrections import asked_for
from invitations.tests.desk import told
from invitations.tests.factories import (
    DeliveryFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MinisterFactory,
    MissionFactory,
    ReplyFactory,
    StepFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

INVITATIONS = reverse("admin:invitations_invitation_changelist")
ADD = reverse("admin:invitations_invitation_add")
CALLS = reverse("admin:invitations_calllistentry_changelist")


def page_of(invitation):
    return reverse("admin:invitations_invitation_change", args=[invitation.pk])


def choose(client, action, *rows, **words):
    return client.post(
        INVITATIONS,
        {"action": action, "_selected_action": [row.pk for row in rows], **words},
        follow=True,
    )


def replace_the_link(client, invitation, page):
    """Answer that page of confirmation."""
    return choose(
        client,
        "replace_links",
        invitation,
        answered="yes",
        reason="It was forwarded.",
        versions=page.context["form"]["versions"].value(),
    )


def listed(client, **filters):
    return list(client.get(INVITATIONS, filters).context["cl"].result_list)


INLINES = {
    f"{name}-{form}_FORMS": 0
    for name in ("replies", "letters", "correspondence", "calls", "calendar_entries")
    for form in ("TOTAL", "INITIAL")
}


def test_added_invitation_is_a_draft_with_its_link(admin_client):
    minister, edition = MinisterFactory(), EditionFactory()

    admin_client.post(
        ADD,
        {
            "edition": edition.pk,
            "minister": minister.pk,
            "is_principal": "on",
            "focal_point_name": "Fritz von Tarlenheim",
            "focal_point_email": "fritz@example.org",
        },
    )

    invitation = Invitation.objects.get()
    assert invitation.status == "draft"
    assert invitation.member_state == minister.member_state
    assert invitation.focal_point_email == "fritz@example.org"
    assert invitation.links.current().count() == 1


@pytest.mark.parametrize("is_principal", [True, False])
def test_only_what_is_not_the_principal_invitation_is_marked(admin_client, is_principal):
    invitation = InvitationFactory(is_principal=is_principal)
    minister = reverse("admin:invitations_minister_change", args=[invitation.minister_id])

    for page in (INVITATIONS, minister):
        shown = admin_client.get(page).content.decode()
        assert ("by courtesy" in shown) is not is_principal


def test_second_principal_invitation_of_a_state_is_refused_on_the_form(admin_client):
    first = InvitationFactory()
    other = MinisterFactory(member_state=first.member_state, given_name="Rudolf")

    response = admin_client.post(
        ADD, {"edition": first.edition_id, "minister": other.pk, "is_principal": "on"}
    )

    assert len(response.context["adminform"].form.non_field_errors()) == 1
    assert Invitation.objects.get() == first


def test_draft_can_be_given_to_another_minister_until_its_letter_is_planned(admin_client):
    draft = InvitationFactory(status="draft", issued_at=None)
    other, third = MinisterFactory(), MinisterFactory()

    admin_client.post(page_of(draft), {"minister": other.pk, "is_principal": "on", **INLINES})
    draft.refresh_from_db()
    assert (draft.minister, draft.member_state) == (other, other.member_state)

    LetterFactory(invitation=draft)
    admin_client.post(page_of(draft), {"minister": third.pk, "is_principal": "on", **INLINES})
    draft.refresh_from_db()
    assert draft.minister == other


def test_only_the_focal_point_of_an_issued_invitation_can_be_changed(admin_client):
    invitation = InvitationFactory()
    minister = invitation.minister

    admin_client.post(
        page_of(invitation),
        {
            "minister": MinisterFactory().pk,
            "status": "withdrawn",
            "focal_point_name": "Colonel Sapt",
            "focal_point_email": "sapt@example.org",
            **INLINES,
        },
    )

    invitation.refresh_from_db()
    assert invitation.focal_point_name == "Colonel Sapt"
    assert (invitation.minister, invitation.status) == (minister, "issued")
    assert invitation.is_principal


def test_list_stands_in_french_order_and_shows_where_each_invitation_is(admin_client):
    edition = EditionFactory()
    names = [("Zenda", "Zenda", "ZENDA"), ("Strelsau", "Ardoise", "ARDOISE")]
    for short, french, key in names:
        state = MinisterFactory(
            member_state__short_name=short,
            member_state__list_name_fr=french,
            member_state__sort_key_fr=key,
        )
        InvitationFactory(edition=edition, minister=state)
    ReplyFactory(invitation=Invitation.objects.get(member_state__sort_key_fr="ZENDA"))

    page = admin_client.get(INVITATIONS).content.decode()

    assert [invitation.member_state.sort_key_fr for invitation in listed(admin_client)] == [
        "ARDOISE",
        "ZENDA",
    ]
    assert page.index("Strelsau") < page.index("silent") < page.index("Zenda")
    assert page.index("Zenda") < page.index("in person", page.index("Zenda"))
    assert "Ardoise" not in page


def test_list_names_each_state_in_the_reader_s_language(admin_client):
    InvitationFactory(
        minister__member_state__short_name_es="Ruritania del Sur",
        minister__member_state__list_name_fr="Ruritanie (Sud)",
    )

    def page(language):
        return admin_client.get(INVITATIONS, headers={"accept-language": language}).content.decode()

    assert "Ruritania del Sur" in page("es")
    assert "Ruritanie (Sud)" in page("fr")
    assert "Ruritanie (Sud)" not in page("es")


def test_filters_find_the_silent_the_answered_and_the_contested(admin_client):
    silent = InvitationFactory()
    InvitationFactory(is_principal=False)
    regrets = ReplyFactory(answer="regrets").invitation
    contested = ReplyFactory(answer="video").invitation
    ReplyFactory(invitation=contested, answer="regrets", status="contested", channel="fax")

    assert listed(admin_client, answer="silent") == [silent]
    assert listed(admin_client, answer="regrets") == [regrets]
    assert listed(admin_client, answer="contested") == [contested]
    assert listed(admin_client, member_state__id__exact=silent.member_state_id) == [silent]


def test_a_contested_reply_beside_none_that_stands_is_listed(admin_client):
    alone = ReplyFactory(status="contested").invitation

    assert listed(admin_client) == [alone]
    page = admin_client.get(reverse("admin:invitations_invitation_changelist"))
    assert "contested: silent" in page.content.decode()


def test_withdrawal_asks_for_the_reason_and_keeps_it(admin_client):
    invitation = InvitationFactory()

    asked = choose(admin_client, "withdraw_selected", invitation)
    without_reason = choose(
        admin_client, "withdraw_selected", invitation, answered="yes", reason=""
    )
    invitation.refresh_from_db()
    assert str(invitation) in asked.content.decode()
    assert without_reason.context["form"].errors
    assert invitation.status == "issued"

    reason = "A change of government."
    done = choose(admin_client, "withdraw_selected", invitation, answered="yes", reason=reason)
    invitation.refresh_from_db()
    assert (invitation.status, invitation.withdrawal_reason) == ("withdrawn", reason)
    assert told(done) == ["1 invitation withdrawn."]


def test_withdrawal_of_what_is_withdrawn_is_refused_by_name(admin_client):
    withdrawn, live = InvitationFactory(status="withdrawn"), InvitationFactory()

    response = choose(
        admin_client, "withdraw_selected", withdrawn, live, answered="yes", reason="Moved."
    )

    assert set(told(response)) == {
        f"{withdrawn}: This invitation is withdrawn already.",
        "1 invitation withdrawn.",
    }


def test_the_principal_invitation_of_a_state_is_changed_for_a_reason(admin_client):
    before = InvitationFactory()
    minister = MinisterFactory(member_state=before.member_state, family_name="Sapt")
    chosen = InvitationFactory(edition=before.edition, minister=minister, is_principal=False)

    asked = choose(admin_client, "make_principal", chosen)
    done = choose(
        admin_client, "make_principal", chosen, answered="yes", reason="He speaks for the State."
    )

    assert "stays in force, by courtesy" in asked.text
    assert told(done) == ["1 invitation is its State’s principal one now."]
    assert list(Invitation.objects.filter(is_principal=True)) == [chosen]


def test_whose_statement_counts_no_more_is_named_to_be_told(admin_client):
    before = InvitationFactory()
    ReplyFactory(invitation=before, answer="in_person")
    minister = MinisterFactory(member_state=before.member_state, family_name="Sapt")
    chosen = InvitationFactory(edition=before.edition, minister=minister, is_principal=False)

    done = choose(admin_client, "make_principal", chosen, answered="yes", reason="He speaks.")

    assert told(done) == [
        f"{before}: The statement that its answer brings does not count any more: tell its office.",
        "1 invitation is its State’s principal one now.",
    ]


def test_of_two_invitations_of_a_state_none_becomes_the_principal_one(admin_client):
    before = InvitationFactory()
    others = [
        InvitationFactory(
            edition=before.edition,
            minister=MinisterFactory(member_state=before.member_state, family_name=name),
            is_principal=False,
        )
        for name in ("Sapt", "Tarlenheim")
    ]

    done = choose(admin_client, "make_principal", *others, answered="yes", reason="They speak.")

    assert told(done) == [f"{one}: Choose one invitation of each State." for one in others]
    assert list(Invitation.objects.filter(is_principal=True)) == [before]


def test_a_link_is_replaced_for_a_reason_that_is_kept(admin_client, admin_user):
    invitation = InvitationFactory()

    asked = choose(admin_client, "replace_links", invitation)
    versions = asked.context["form"]["versions"].value()
    answer = {"answered": "yes", "versions": versions}
    without_reason = choose(admin_client, "replace_links", invitation, reason="", **answer)
    assert "is told that it was replaced" in asked.content.decode()
    assert without_reason.context["form"].errors
    assert invitation.links.count() == 1

    reason = "It was forwarded to a newspaper."
    done = choose(admin_client, "replace_links", invitation, reason=reason, **answer)
    (entry,) = LogEntry.objects.get_for_object(invitation).filter(actor=admin_user)
    assert entry.additional_data["reason"] == reason
    assert page_of(invitation) in told(done)[0]


def test_a_double_click_replaces_a_link_once(admin_client):
    invitation = InvitationFactory()
    page = choose(admin_client, "replace_links", invitation)

    replace_the_link(admin_client, invitation, page)
    second = replace_the_link(admin_client, invitation, page)

    told_again = "Its link was replaced meanwhile: look at the new one first."
    assert told(second) == [f"{invitation}: {told_again}"]
    assert invitation.links.current().get().version == 2
    assert LogEntry.objects.filter(additional_data__act=Act.LINK_REPLACED).count() == 1


@pytest.mark.parametrize("versions", [{}, {"versions": ""}, {"versions": "1 : x 999:1"}])
def test_a_link_that_the_page_did_not_name_is_not_replaced(admin_client, versions):
    invitation = InvitationFactory()

    choose(
        admin_client, "replace_links", invitation, answered="yes", reason="Forwarded.", **versions
    )

    assert invitation.links.count() == 1


def test_a_page_without_a_reason_is_shown_again_with_the_versions_that_it_named(admin_client):
    invitation = InvitationFactory()
    page = choose(admin_client, "replace_links", invitation)
    replace_link(invitation, 1, UserFactory(), "It was forwarded.")

    again = choose(
        admin_client,
        "replace_links",
        invitation,
        answered="yes",
        versions=page.context["form"]["versions"].value(),
    )

    assert again.context["form"]["versions"].value() == f"{invitation.pk}:1"
    assert f'value="{invitation.pk}:1"' in again.content.decode()
    assert not any(link.token in again.content.decode() for link in invitation.links.all())


def test_the_new_link_stands_on_the_page_of_the_invitation_and_in_no_history(admin_client):
    invitation = InvitationFactory()

    done = replace_the_link(
        admin_client, invitation, choose(admin_client, "replace_links", invitation)
    )

    page = admin_client.get(page_of(invitation)).content.decode()
    history = admin_client.get(
        reverse("admin:invitations_invitation_history", args=[invitation.pk])
    )
    old, new = (link.token for link in invitation.links.order_by("version"))
    assert new in page
    assert old not in page
    assert new not in done.content.decode() + history.content.decode()
    assert new not in str(list(LogEntry.objects.values()))


def test_the_link_of_a_draft_is_not_replaced(admin_client):
    draft = InvitationFactory(status="draft", issued_at=None)

    response = choose(
        admin_client, "replace_links", draft, answered="yes", reason="It was forwarded."
    )

    assert told(response) == [f"{draft}: The invitation is not in force."]


def test_a_link_that_stays_dead_is_not_asked_about(admin_client):
    invitation = InvitationFactory()
    asked_for(invitation)

    response = choose(admin_client, "replace_links", invitation)

    assert told(response) == [
        f"{invitation}: A successor is entered already; a second person releases it or takes it"
        " back."
    ]


def test_a_reader_replaces_no_link(client):
    user, invitation = UserFactory(), InvitationFactory()
    user.user_permissions.set(Permission.objects.filter(codename="view_invitation"))
    client.force_login(user)

    choose(client, "replace_links", invitation, answered="yes", reason="It was forwarded.")

    assert invitation.links.count() == 1


def test_letters_cannot_be_composed_before_there_is_a_circular(admin_client):
    draft = InvitationFactory(status="draft", issued_at=None)

    response = choose(admin_client, "compose_letters", draft)

    assert len(told(response)) == 1
    assert "has no circular of invitation" in told(response)[0]


def on_call_list(**fields):
    return CallListEntry.objects.create(
        invitation=InvitationFactory(**fields),
        step=StepFactory(medium="call", days_before=2),
        reply_before=dt.date(2027, 4, 1),
    )


def test_call_list_shows_how_to_reach_the_office(admin_client):
    entry = on_call_list(focal_point_email="fritz@example.org")
    ReplyFactory(
        invitation=entry.invitation,
        answer="holding",
        status="noted",
        respondent_phone="+999 5550 100",
    )
    MissionFactory(emails="mission@example.org", states=[entry.invitation.member_state])

    page = admin_client.get(CALLS).content.decode()

    assert "+999 5550 100, fritz@example.org" in page
    assert "mission@example.org" in page


def test_call_list_shows_the_last_call_that_was_not_struck(admin_client):
    entry, keeper = on_call_list(), UserFactory(username="sapt")
    note_call(entry.invitation, keeper, "promised", whom="Fritz", fact="On Monday.")
    strike_call(
        note_call(entry.invitation, keeper, "wrong_number"), keeper, "It was another State."
    )

    [row] = admin_client.get(CALLS).context["cl"].result_list

    assert "a reply is promised, Fritz, On Monday." in admin_client.get(CALLS).content.decode()
    assert [call.by for call in row.invitation.calls.all()] == [keeper]


def test_call_list_can_show_only_those_still_to_be_called(admin_client):
    answered, reached, not_reached, called_before = (on_call_list() for _one in range(4))
    ReplyFactory(invitation=answered.invitation)
    caller, yesterday = UserFactory(), timezone.now() - dt.timedelta(days=1)
    note_call(reached.invitation, caller, "promised")
    note_call(not_reached.invitation, caller, "no_answer")
    note_call(called_before.invitation, caller, "promised", at=yesterday)

    found = admin_client.get(CALLS, {"called": "open"}).context["cl"].result_list
    called = admin_client.get(CALLS, {"called": "called"}).context["cl"].result_list

    assert set(found) == {not_reached, called_before}
    assert list(called) == [reached]


def test_in_arabic_the_reply_link_keeps_its_slash_at_its_end(admin_client):
    invitation = InvitationFactory()
    admin_client.cookies["django_language"] = "ar"

    page = admin_client.get(page_of(invitation)).content.decode()

    assert f"\u2066{reply_url(invitation.links.current().get())}\u2069" in page


def test_each_row_in_the_tabs_leads_to_its_record(admin_client):
    delivery = DeliveryFactory()
    letter, invitation = delivery.letter, delivery.letter.invitation
    fax = Correspondence.objects.create(invitation=invitation, channel="fax")
    reply = ReplyFactory(invitation=invitation, correspondence=fax)
    call = note_call(invitation, UserFactory(), "promised")

    pages = {
        invitation: [letter, reply, fax, call],
        letter: [delivery],
        fax: [reply],
    }
    for record, rows in pages.items():
        page = admin_client.get(change_url(record)).content.decode()
        for row in rows:
            assert f'href="{change_url(row)}"' in page, (record, row)
