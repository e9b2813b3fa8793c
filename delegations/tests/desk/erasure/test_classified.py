"""Each field that can hold words is one of these: it goes, it stays on purpose, or names nobody.

A new field fails here until somebody has said which. What goes is tried on rows that hold it.
"""

import datetime as dt

import pytest
import time_machine
from auditlog.models import LogEntry
from django.apps import apps
from django.db import models
from modeltranslation.fields import TranslationField

from delegations.tests.desk.erasure.erased import NIGHT, at_night, over, photographed
from delegations.tests.desk.erasure.test_erasing import with_everything
from invitations.models import (
    Bounce,
    Delivery,
    Letter,
    LetterEvent,
    SavedPage,
)

# Emptied by an erasure, in delegations/desk/erasure/kinds.py and histories.py.
GOES = """
admin.LogEntry: object_repr change_message
auditlog.LogEntry: object_repr changes remote_addr
delegations.Delegate: name function organization email needs arrives_on departs_on
delegations.DelegationChange: subject
delegations.PolicyStatement: biography photo photo_sha256
invitations.Bounce: server_words message message_sha256
invitations.Delivery: address server_words
invitations.HeldChange: before after
invitations.Invitation: focal_point_name focal_point_email
invitations.SavedPage: content
invitations.Letter: filed paper mail recipients pdf message
invitations.LetterEvent: server_words
invitations.Reply: respondent_email respondent_phone remarks
invitations.ReplyDraft: words
"""
# Names persons and stays, as the handbook says: the archive, ministers, who did what and why.
STAYS = """
auditlog.LogEntry: additional_data actor_email
delegations.ApiToken: revocation_reason
delegations.Erasure: reason
delegations.HighLevelSession: title chair
delegations.PolicyStatement: speaker_name speaker_function title theme quotation
delegations.SpeakingSlot: move_reason
delegations.StatementText: file called
invitations.Circular: signatory_honorific signatory_name signatory_title original_signed_by
 second_signatory_name second_signatory_title original_scan addressed_to speakers
invitations.Correspondence: reference sender summary scan message message_id
invitations.Delivery: envelope
invitations.ForumEdition: contact_honorific contact_name contact_phone contact_fax contact_email
invitations.HeldChange: named reason alone_reason decision_reason
invitations.Invitation: withdrawal_reason
invitations.Letter: subject addressee sealed_by
invitations.LetterEvent: reason reason_by_language
invitations.Minister: ref honorific prenominal given_name family_name name_in_script
 family_name_in_script name_in_dative portfolio_in_dative name_as_printed salutation_as_printed
 closing_as_printed name_key portfolio portfolio_in_second_language to_emails cc_emails
 postal_address
invitations.Mission: postal_address phone emails greeted_as
invitations.OriginalStep: remark scan discard_reason
invitations.Reply: substitute_name substitute_function respondent_name respondent_function
 settlement_reason
invitations.TelephoneCall: whom fact strike_reason
invitations.WebhookAddress: revocation_reason
"""
# Of staff, with their accounts; or of a job, an hour, a day, until it is done.
APART = """
account.EmailAddress: email
account.EmailConfirmation: key
auth.User: password username first_name last_name email
axes.AccessAttempt: user_agent ip_address username http_accept path_info get_data post_data
axes.AccessFailureLog: user_agent ip_address username http_accept path_info
axes.AccessLog: user_agent ip_address username http_accept path_info session_hash
invitations.DroppedScan: file_name sha256 told pages
invitations.DeletedFile: name
invitations.SavedPage: name language
invitations.JobError: job item reason
invitations.StaffMail: job item
mfa.Authenticator: data
sessions.Session: session_key session_data
socialaccount.SocialAccount: provider uid extra_data
socialaccount.SocialToken: token token_secret
usersessions.UserSession: ip session_key user_agent data
"""
# Names nobody: a setting, a word of a closed list, a State, a hash, a key, a shipped text.
NOBODY = """
admin.LogEntry: object_id
auditlog.LogEntry: object_pk serialized_data changes_text cid
auth.Group: name
auth.Permission: name codename
contenttypes.ContentType: app_label model
delegations.ApiCall: asked
delegations.ApiToken: called digest begins_with
delegations.DelegationChange: fields
delegations.Erasure: counts
delegations.HighLevelSession: segment room
delegations.Notice: text
delegations.PolicyStatement: other_language
delegations.StatementText: sha256 kind language
invitations.Arming: deployment database key_sha256
invitations.Bounce: key
invitations.CalendarEntry: said
invitations.Circular: reference place service variant changes regions languages ranks note_kinds
invitations.Correspondence: scan_sha256 message_sha256
invitations.DateChange: sessions
invitations.Delivery: reference
invitations.DigestChoice: what
invitations.FormOfAddress: form unfit_in courtesy title courtesy_dative title_dative salutation
 closing styled government confidence notes
invitations.ForumEdition: symbol name name_in_full theme city place organization secretariat
 postal_address organizers background track_name time_zone time_zone_name answers_offered
 segments_offered own_segments mission_city organization_phone organization_fax organization_email
 organization_website website registration_link partnership_link partnership_email
 consultation_link statements_link original_ranks
invitations.HeldChange: object_id
invitations.Letter: variant waiting_reason waiting_reason_by_language waits_for check_code
 sha256 time_stamped_by message_sha256 message_id composed_with
invitations.LetterTemplate: variant subject paper mail
invitations.MemberState: iso2 iso3 m49 short_name formal_name list_name_fr sort_key_fr itu_region
 language_confidence time_zone sources
invitations.Mission: name city
invitations.OriginalStep: scan_sha256
invitations.Outage: words
invitations.Rank: code form name
invitations.ReminderStep: variant
invitations.Reply: segments
invitations.ReplyLink: token code
invitations.SessionHours: segment title room
invitations.StateAlias: spelling key
invitations.Term: key text source
invitations.JobRun: name
invitations.WebhookAddress: called url secret earlier_secret edition_mark
invitations.WebhookMessage: subject said
invitations.Worker: name
socialaccount.SocialApp: provider provider_id name client_id secret key settings
"""
WORDS = (models.CharField, models.TextField, models.JSONField, models.FileField,
         models.BinaryField, models.GenericIPAddressField)  # fmt: skip
CLASSES = {"goes": GOES, "stays": STAYS, "apart": APART, "nobody": NOBODY}


def listed(words):
    """The fields of a list: each begins with its model, and may go on in the next line."""
    for line in words.replace("\n ", " ").split("\n"):
        model, _colon, names = line.partition(":")
        yield from (f"{model}.{name}" for name in names.split())


def holding_words():
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            is_wording = isinstance(field, WORDS) and not isinstance(field, TranslationField)
            if is_wording and not field.choices and not model._meta.proxy:
                yield f"{model._meta.label}.{field.name}"


def test_of_each_field_that_holds_words_somebody_has_said_whether_it_goes():
    said = [name for words in CLASSES.values() for name in listed(words)]
    days = {"delegations.Delegate.arrives_on", "delegations.Delegate.departs_on"}

    assert sorted(said) == sorted({*holding_words()} | days)


def all_held():
    """The fields that hold something now, each with how many rows do."""
    held = {}
    for name in listed(GOES):
        label, _dot, column = name.rpartition(".")
        rows = apps.get_model(label)._base_manager.exclude(**{f"{column}__isnull": True})
        empty = ("", "[]", "{}", "b''")
        held[name] = sum(str(value) not in empty for value in rows.values_list(column, flat=True))
    return held


def with_all_else(edition):
    invitation = edition.invitations.get()
    copy = Delivery.objects.get()
    said = {"server_words": "550 fritz.typed@example.org", "message": "bounces/ab/b.eml"}
    Bounce.objects.create(delivery=copy, key="1", message_sha256="4" * 64, **said)
    LetterEvent.objects.create(
        letter=copy.letter, delivery=copy, state="handed_over", server_words="250 fritz.typed"
    )
    shown = {"name": "x", "language": "en", "status": 200, "content": b"x"}
    SavedPage.objects.create(invitation=invitation, **shown)
    Letter.objects.filter(kind="receipt").update(paper="Zenobia Quixby", pdf="letters/ab/r.pdf")
    LogEntry.objects.filter(actor=None).update(remote_addr="192.0.2.7")
    edition.delegations.get().delegates.update(departs_on=dt.date(2020, 4, 9))


@pytest.mark.django_db
@pytest.mark.usefixtures("own_files")
def test_what_goes_is_there_before_and_gone_afterwards():
    with time_machine.travel(NIGHT, tick=False) as clock:
        edition = over()
        photographed(with_everything(edition))
        with_all_else(edition)
        before = all_held()

        at_night(clock)

    after = all_held()
    assert [name for name, number in before.items() if not number] == []
    assert [name for name, number in after.items() if number and name not in IN_PART] == []


# Values of these stand in rows that are no person's, too: test_erasing looks for each word.
IN_PART = {
    "admin.LogEntry.object_repr", "admin.LogEntry.change_message", "auditlog.LogEntry.object_repr",
    "auditlog.LogEntry.changes", "auditlog.LogEntry.remote_addr",
    "invitations.HeldChange.before", "invitations.HeldChange.after",
}  # fmt: skip
