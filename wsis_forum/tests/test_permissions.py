"""Who may open each address of the desk, take each action, and take anything out."""

import io
import logging

import pytest
from auditlog.models import LogEntry
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client, RequestFactory, TestCase
from django.urls import reverse

from delegations.groups import WRITTEN_BY_GROUP, permissions_of
from invitations.models import Minister
from invitations.tests.databases import AS_DEPLOYED
from invitations.tests.factories import MemberStateFactory, UserFactory
from wsis_forum.tests.addresses import addresses, page_named, url_of

NOBODY, ADMINISTRATOR = "of no group", "administrator"
PARTNERSHIP = "Partnership team"
EVERYONE = {*WRITTEN_BY_GROUP, NOBODY, ADMINISTRATOR}
READERS = EVERYONE - {NOBODY, PARTNERSHIP}
READING = WRITTEN_BY_GROUP.keys() - {PARTNERSHIP}
DRAFTERS = {"Drafters", ADMINISTRATOR}
APPROVERS = {"Approvers", ADMINISTRATOR}
REGISTRARS = {"Registrars", ADMINISTRATOR}
DESK = {"Speakers' desk", ADMINISTRATOR}
TAKEN_OUT = [
    *(f"delegations_{one}" for one in ("delegation", "highlevelsession", "policystatement",
                                       "speakingslot")),
    *(f"invitations_{one}" for one in (
        "bounce", "calllistentry", "correspondence", "delivery", "heldchange", "invitation",
        "letter", "memberstate", "mission", "reply", "telephonecall",
    )),
]  # fmt: skip
OPENED_BY = {
    "desk:board": READERS,
    "desk:contacts": READERS - {"Readers"},
    "desk:erase_person": DRAFTERS | APPROVERS,
    "desk:erasure": DRAFTERS | APPROVERS | DESK,
    "desk:hand_over": DRAFTERS,
    "desk:registered": DESK,
    "desk:room": READERS,
    "desk:room_in_writing": READERS,
    "desk:room_of": READERS,
    "desk:room_paper": READERS,
    "desk:room_texts": READERS,
    "desk:sheet": READERS,
    "desk:silent": READERS,
    "desk:silent_take_out": READERS - {"Readers"},
    "desk:state": READERS,
    "desk:thanks": DRAFTERS,
    "auth_group_roles": EVERYONE,
    "delegations_delegate_erase_person": DESK,
    "delegations_policystatement_erase_person": DESK | APPROVERS,
    "delegations_policystatement_file_text": DESK,
    "delegations_policystatement_photo": READERS,
    "delegations_statementtext_file": READERS,
    "invitations_bounce_message": DRAFTERS,
    "invitations_circular_compose_again": DRAFTERS,
    "invitations_circular_approve": APPROVERS,
    "invitations_circular_approve_page": APPROVERS,
    "invitations_circular_audience": READERS,
    # These two lead on to the addresses above, which refuse.
    "invitations_circular_audience_page": EVERYONE,
    "invitations_circular_progress_page": EVERYONE,
    "invitations_circular_call_back": DRAFTERS | APPROVERS,
    "invitations_circular_call_back_page": DRAFTERS | APPROVERS,
    "invitations_circular_compose_again_page": DRAFTERS,
    "invitations_circular_look": APPROVERS,
    "invitations_circular_notes": DRAFTERS,
    "invitations_circular_progress": READERS,
    "invitations_circular_progress_json": READERS,
    "invitations_circular_scan": READERS,
    "invitations_correspondence_message": REGISTRARS,
    "invitations_correspondence_on_file": REGISTRARS,
    "invitations_correspondence_reply": REGISTRARS,
    "invitations_correspondence_scan": READERS,
    "invitations_delivery_correct": DRAFTERS,
    "invitations_delivery_queue": READERS,
    "invitations_droppedscan_drop": REGISTRARS,
    "invitations_droppedscan_first": REGISTRARS,
    "invitations_droppedscan_page": REGISTRARS,
    "invitations_forumedition_dates": READERS,
    "invitations_forumedition_draft": DRAFTERS,
    # It leads on to the address above, which refuses.
    "invitations_forumedition_draft_page": DRAFTERS,
    "invitations_forumedition_move_dates": DRAFTERS,
    "invitations_forumedition_new_from": DRAFTERS,
    "invitations_forumedition_next": DRAFTERS,
    "invitations_forumedition_personal_data": DRAFTERS | APPROVERS | DESK,
    "invitations_forumedition_reminders": READERS,
    "invitations_forumedition_reminders_page": READERS,
    "invitations_invitation_erase_person": DRAFTERS | APPROVERS,
    "invitations_invitation_replace": DRAFTERS,
    "invitations_letter_approve": APPROVERS,
    "invitations_letter_html": DRAFTERS | APPROVERS,
    "invitations_letter_message": DRAFTERS | APPROVERS,
    "invitations_letter_plain": DRAFTERS | APPROVERS,
    "invitations_letter_pdf": DRAFTERS | APPROVERS,
    "invitations_lettertemplate_preview": READERS,
    "invitations_lettertemplate_test": DRAFTERS | APPROVERS,
    "invitations_minister_addressed": READERS,
    "invitations_minister_export": DRAFTERS | APPROVERS,
    "invitations_minister_faults": DRAFTERS,
    "invitations_minister_import": DRAFTERS,
    "invitations_minister_import_template": DRAFTERS,
    "invitations_minister_letters": DRAFTERS,
    "invitations_minister_process_import": DRAFTERS,
    "invitations_reminderstep_reminders_page": READERS,
    "invitations_reply_erase_person": REGISTRARS | APPROVERS,
    "invitations_reply_settle": REGISTRARS,
    "invitations_signedoriginal_scan": READERS,
    # Lists as files: for who reads them, but for readers.
    "delegations_delegate_take_out": DESK,
    "delegations_delegationchange_take_out": DESK,
    "invitations_partnershipinterest_take_out": {PARTNERSHIP, ADMINISTRATOR},
    **dict.fromkeys((f"{one}_take_out" for one in TAKEN_OUT), READERS - {"Readers"}),
}
TAKEN_BY = {
    "accessattempt: free_selected": {ADMINISTRATOR},
    "alternate: delete_selected": {ADMINISTRATOR},
    "apitoken: release_selected": APPROVERS,
    "apitoken: revoke_selected": DRAFTERS | APPROVERS | DESK,
    "arming: stop_all": DRAFTERS | APPROVERS,
    "authenticator: remove_lost": {ADMINISTRATOR},
    "bounce: send_to_another": DRAFTERS,
    "correspondence: mark_as_dealt_with": REGISTRARS,
    "correspondence: take_up_selected": REGISTRARS,
    "delegate: delete_selected": DESK,
    "delivery: it_went": DRAFTERS,
    "delivery: mark_as_dispatched": DRAFTERS,
    "delivery: send_again": DRAFTERS,
    "delivery: resend_selected": DRAFTERS,
    "delivery: send_to_another": DRAFTERS,
    "forumedition: plan_letters_of_drafts": DRAFTERS,
    "group: delete_selected": {ADMINISTRATOR},
    "heldchange: release_alone_selected": APPROVERS,
    "heldchange: release_selected": APPROVERS,
    "heldchange: take_back_selected": DRAFTERS | APPROVERS,
    "highlevelsession: approve_selected": APPROVERS,
    "highlevelsession: publish": DESK,
    "highlevelsession: unpublish": DESK,
    "invitation: compose_letters": DRAFTERS,
    "invitation: end_links": DRAFTERS,
    "invitation: make_principal": DRAFTERS,
    "invitation: replace_letters": DRAFTERS,
    "invitation: replace_links": DRAFTERS,
    "invitation: send_to_another": DRAFTERS,
    "invitation: withdraw_selected": DRAFTERS,
    "letter: approve_selected": APPROVERS,
    "letter: archive_selected": DRAFTERS | APPROVERS,
    "letter: copy_selected": DRAFTERS | APPROVERS,
    "letter: compose_again": DRAFTERS | APPROVERS,
    "letter: forward_again": DRAFTERS | APPROVERS,
    "letter: dispatch_selected": DRAFTERS,
    "letter: print_selected": DRAFTERS | APPROVERS,
    "letter: replace_letters": DRAFTERS,
    "letter: send_test": DRAFTERS | APPROVERS,
    "letter: try_again_now": DRAFTERS,
    "lettertemplate: approve_selected": APPROVERS,
    "lettertemplate: reword_selected": DRAFTERS | APPROVERS,
    "lettertemplate: tick_selected": DRAFTERS | APPROVERS,
    "memberstate: do_not_invite_by_default": DRAFTERS,
    "memberstate: invite_by_default": DRAFTERS,
    "mission: propose_greetings": DRAFTERS,
    "policystatement: inscribe_selected": DESK,
    "quietperiod: delete_selected": DRAFTERS,
    "reminderstep: approve_selected": APPROVERS,
    "joberror: try_again": DRAFTERS,
    "signedoriginal: print_selected": DRAFTERS | APPROVERS,
    "signedoriginal: record_handed_over": DRAFTERS | REGISTRARS,
    "signedoriginal: record_printed": DRAFTERS | REGISTRARS,
    "signedoriginal: record_receipt": DRAFTERS | REGISTRARS,
    "signedoriginal: record_signed": DRAFTERS | REGISTRARS,
    "signedoriginal: take_back": DRAFTERS | REGISTRARS,
    "speakingslot: delete_selected": DESK,
    "speakingslot: move_selected": DESK,
    "speakingslot: swap_selected": DESK,
    "statealias: delete_selected": DRAFTERS,
    "telephonecall: strike_selected": REGISTRARS,
    "term: tick_selected": DRAFTERS,
    "webhookaddress: revoke_selected": DRAFTERS | APPROVERS,
    "webhookaddress: release_selected": APPROVERS,
    "webhookaddress: rotate_selected": DRAFTERS | APPROVERS,
    "webhookmessage: send_again": DRAFTERS | APPROVERS,
    "socialaccount: unlink_selected": {ADMINISTRATOR},
    "usersession: end_selected": {ADMINISTRATOR},
}
STANDARD = ("changelist", "add", "change", "delete", "history")


class Roles(TestCase):
    @classmethod
    def setUpTestData(cls):
        # The demonstration invites whom it finds: a few are enough.
        for language in ["en", "fr", "ar", "es", "ru", "zh-hans"]:
            MemberStateFactory(language=language)
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("DEMO_PASSWORD", "of-the-tests-alone")
            call_command("demo", stdout=io.StringIO())
        cls.staff = {name: UserFactory(username=name) for name in EVERYONE}
        for name in WRITTEN_BY_GROUP:
            cls.staff[name].groups.add(Group.objects.get(name=name))
        cls.staff[ADMINISTRATOR].is_superuser = True
        cls.staff[ADMINISTRATOR].save()

    def setUp(self):
        # A refusal is logged with its trace, hundreds of times, and says on a whole page whom to
        # write to: here its status is enough.
        logging.disable(logging.ERROR)
        self.addCleanup(logging.disable, logging.NOTSET)
        page = self.enterContext(pytest.MonkeyPatch.context())
        page.setattr("delegations.office.views.errors.refusal_page", bare_refusal)

    def browser(self, role):
        client = Client()
        client.force_login(self.staff[role])
        return client

    def asked_by(self, role):
        request = RequestFactory().get("/")
        request.user = self.staff[role]
        return request

    @pytest.mark.walk
    def test_each_address_of_our_own_opens_for_those_it_is_for(self):
        browsers = {role: self.browser(role) for role in EVERYONE}
        asked, opened = {}, {}
        for turn, (name, converters) in enumerate(addresses()):
            if name.rpartition("_")[2] in STANDARD:
                continue
            url, asked[name] = url_of(name, converters), asking(name, turn)
            opened[name] = {role for role in asked[name] if opens(browsers[role], url)}

        assert opened == {name: asked[name] & roles for name, roles in OPENED_BY.items()}

    def test_each_list_and_form_opens_by_the_permission_of_its_kind(self):
        more = {
            (page.opts.model_name, role)
            for page in admin.site._registry.values()
            for role in EVERYONE - {ADMINISTRATOR}
            for act in ("view", "add", "change", "delete")
            if getattr(page, f"has_{act}_permission")(self.asked_by(role))
            and f"{act}_{page.opts.model_name}" not in granted_to(role)
        }

        # What came back is read by who reads deliveries, a dropped scan by who records replies.
        bounces = {("bounce", role) for role in READING}
        # A signed original is a letter, and is read by who reads letters.
        originals = {("signedoriginal", role) for role in READING}
        # Who reads the outbox chooses one's own mails about it.
        digests = {("digestchoice", role) for role in READING}
        # Dropped scans are seen by who records replies.
        scans = {("droppedscan", "Registrars")}
        assert more == bounces | originals | digests | scans

    @pytest.mark.walk
    def test_who_may_not_open_a_list_or_form_is_refused_by_the_address(self):
        browser = self.browser(NOBODY)
        for name, converters in addresses():
            if name.rpartition("_")[2] not in STANDARD:
                continue
            if not converters or page_named(name).model.objects.exists():
                assert browser.get(url_of(name, converters)).status_code == 403, name

    def test_each_action_is_offered_to_those_it_is_for(self):
        taken = {}
        for page in admin.site._registry.values():
            for role in EVERYONE:
                for action in page.get_actions(self.asked_by(role)):
                    taken.setdefault(f"{page.opts.model_name}: {action}", set()).add(role)

        assert taken == TAKEN_BY

    @pytest.mark.walk
    def test_an_action_that_is_not_offered_is_refused_when_it_is_sent_all_the_same(self):
        browser, before = self.browser("Readers"), LogEntry.objects.count()
        for page in admin.site._registry.values():
            if not page.has_view_permission(self.asked_by("Readers")):
                continue
            row = page.model.objects.first()
            url = reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist")
            for action in [one for one in TAKEN_BY if one.startswith(f"{page.opts.model_name}: ")]:
                sent = {
                    "action": action.partition(": ")[2],
                    "_selected_action": row.pk if row else 1,
                }
                answer = browser.post(url, sent | {"answered": "1", "sure": "on"})
                assert "admin/confirm.html" not in [one.name for one in answer.templates], action

        assert LogEntry.objects.count() == before

    def test_an_export_says_who_took_out_how_many(self):
        url = reverse("admin:invitations_minister_export")
        columns = {f"ministerresource_{name}": "on" for name in ("state", "to")}

        self.browser("Drafters").post(url, {"format": "0", "resource": "", **columns})

        taken = LogEntry.objects.filter(additional_data__act="taken_out").get()
        in_office = Minister.objects.filter(successor=None).count()
        assert taken.actor == self.staff["Drafters"]
        assert taken.object_repr == f"ministers: {in_office}, csv"

    @pytest.mark.walk
    def test_a_page_that_one_may_only_read_says_who_may_do_more(self):
        url = reverse("admin:invitations_mission_changelist")

        told = self.browser("Readers").get(url)

        self.assertContains(told, "Who may change it: Drafters.")
        self.assertNotContains(self.browser("Drafters").get(url), "Who may change it")

    def test_who_only_exports_ministers_is_not_named_as_who_may_change_them(self):
        told = self.browser("Readers").get(reverse("admin:invitations_minister_changelist"))

        self.assertContains(told, "Who may change it: Drafters.")

    def test_every_member_of_staff_reads_what_each_role_may(self):
        told = self.browser(NOBODY).get(reverse("admin:auth_group_roles"))

        for name in (*WRITTEN_BY_GROUP, ADMINISTRATOR):
            self.assertContains(told, name.replace("'", "&#x27;"))
        self.assertContains(told, "take ministers and their addresses out as a file")


def bare_refusal(request, template, status):
    return HttpResponse(template, status=status)


def asking(name, turn):
    """All roles where a deployment runs; elsewhere, of those for whom it is, two by turns."""
    allowed = sorted(OPENED_BY.get(name, EVERYONE))
    if AS_DEPLOYED or len(allowed) < 3:
        return EVERYONE
    return EVERYONE - {*allowed} | {allowed[turn % len(allowed)], allowed[turn % len(allowed) - 1]}


def opens(client, url):
    """Whether the address does more than refuse; some take only what is sent to them."""
    answer = client.get(url)
    return (client.post(url) if answer.status_code == 405 else answer).status_code != 403


def granted_to(role):
    return set(permissions_of(role)) if role in WRITTEN_BY_GROUP else set()
