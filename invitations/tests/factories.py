"""Fictitious States and people; never a real name, real address or real dispute."""

import datetime as dt
from contextlib import nullcontext

import factory
from auditlog.context import disable_auditlog
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from factory.django import DjangoModelFactory
from modeltranslation.translator import translator

from invitations.links import new_link
from invitations.models import (
    Circular,
    Delivery,
    ForumEdition,
    Invitation,
    Letter,
    MemberState,
    Minister,
    Mission,
    ReminderStep,
    Reply,
    SessionHours,
    normalize_name,
)
from invitations.models.held.proposals import write_states


class RowFactory(DjangoModelFactory):
    """Rows with which a test begins, with or without an entry in the history of changes."""

    _has_history = True

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        ContentType.objects.get_for_model(model_class)  # as its entry would have looked it up
        with nullcontext() if cls._has_history else disable_auditlog():
            return super()._create(model_class, *args, **kwargs)


class UserFactory(RowFactory):
    class Meta:
        model = get_user_model()

    username = factory.Sequence("hentzau{}".format)
    is_staff = True


class InSixLanguages(RowFactory):
    """The given texts stand in each language that has no own."""

    class Meta:
        abstract = True

    @classmethod
    def _adjust_kwargs(cls, **kwargs):
        options = translator.get_options_for_model(cls._meta.model)
        columns = {
            column.name: kwargs[field]
            for field, columns in options.all_fields.items()
            for column in columns
            if field in kwargs
        }
        return {**columns, **kwargs}


class EditionFactory(InSixLanguages):
    class Meta:
        model = ForumEdition

    symbol = factory.Sequence("wsis-{}".format)
    name = "WSIS Forum 2027"
    theme = "Building bridges"
    place = "Geneva"
    organization = "Ruritanian Union of Telegraphs"
    secretariat = "The secretariat of the Ruritanian Union of Telegraphs"
    organizers = "ITU and its partners"
    background = "The Forum is annual."
    opens_on = dt.date(2027, 5, 10)
    closes_on = dt.date(2027, 5, 14)
    track_opens_on = dt.date(2027, 5, 11)
    track_closes_on = dt.date(2027, 5, 12)
    reply_before = dt.date(2027, 4, 1)
    time_zone_name = "Geneva time"
    contact_name = "Fritz von Tarlenheim"
    contact_phone = "+41 22 555 0100"
    contact_fax = "+41 22 555 0101"
    contact_email = "forum@example.org"
    website = "https://forum.example.org"
    partnership_link = "https://forum.example.org/partners"
    consultation_link = "https://forum.example.org/consultation"


class CircularFactory(InSixLanguages):
    class Meta:
        model = Circular
        skip_postgeneration_save = True

    edition = factory.SubFactory(EditionFactory)
    reference = factory.Sequence("CL-27/{}".format)
    dated_on = dt.date(2027, 2, 1)
    place = "Geneva"
    signatory_name = "Michael Strelsau"
    signatory_title = "Secretary-General"
    original_signed_by = "Michael Strelsau"
    original_signed_on = dt.date(2027, 2, 1)

    @factory.post_generation
    def chosen(self, create, extracted, **kwargs):
        """The invitations whose letters a replacement is for."""
        self.chosen.add(*(extracted or ()))


class HoursFactory(InSixLanguages):
    """Hours of a session in Geneva on 11 May 2027, from half past nine to half past ten."""

    class Meta:
        model = SessionHours

    edition = factory.SubFactory(EditionFactory)
    segment = "opening"
    title = "Opening segment"
    starts_at = dt.datetime(2027, 5, 11, 7, 30, tzinfo=dt.UTC)
    ends_at = dt.datetime(2027, 5, 11, 8, 30, tzinfo=dt.UTC)
    room = "Room Popov"


class StepFactory(RowFactory):
    class Meta:
        model = ReminderStep

    edition = factory.SubFactory(EditionFactory)
    days_before = 21
    variant = "first"
    first_approver = factory.SubFactory(UserFactory)
    second_approver = factory.SubFactory(UserFactory)


class MemberStateFactory(RowFactory):
    class Meta:
        model = MemberState

    iso2 = factory.Sequence(lambda n: f"{chr(65 + n // 26 % 26)}{chr(65 + n % 26)}")
    iso3 = factory.Sequence(lambda n: f"{n // 676 % 10}{chr(65 + n // 26 % 26)}{chr(65 + n % 26)}")
    short_name = factory.Sequence("Ruritania {}".format)
    sort_key_fr = factory.Sequence("RURITANIE {:04}".format)
    language = "en"


class MissionFactory(RowFactory):
    class Meta:
        model = Mission
        skip_postgeneration_save = True

    name = factory.Sequence("Permanent Mission of Ruritania {}".format)
    emails = factory.Sequence("mission{}@example.org".format)
    greeted_as = "to the Permanent Mission of Ruritania in Geneva"

    @factory.post_generation
    def states(self, create, extracted, **kwargs):
        """Let the mission serve these States, as if a second person had approved it."""
        if create:
            write_states(self, [state.pk for state in extracted or ()])


class MinisterFactory(RowFactory):
    class Meta:
        model = Minister

    member_state = factory.SubFactory(MemberStateFactory)
    given_name = "Flavia"
    family_name = "Elphberg"
    name_key = factory.LazyAttribute(lambda o: normalize_name(f"{o.given_name} {o.family_name}"))
    address_gender = "f"
    rank_id = "MIN"
    portfolio = "Minister of Communications"
    name_in_dative = "Флавии Эльфберг"
    portfolio_in_dative = "Министру связи"
    portfolio_in_second_language = "Ministre des communications"
    language = "en"
    to_emails = factory.Sequence("office{}@example.org".format)


class InvitationFactory(RowFactory):
    """Issued, with its link; ``status="draft"`` for one that is not in force yet."""

    class Meta:
        model = Invitation
        skip_postgeneration_save = True

    edition = factory.SubFactory(EditionFactory)
    minister = factory.SubFactory(MinisterFactory)
    member_state = factory.SelfAttribute("minister.member_state")
    status = Invitation.Status.ISSUED
    issued_at = factory.LazyAttribute(
        lambda o: None if o.status == "draft" else dt.datetime(2027, 2, 1, 9, tzinfo=dt.UTC)
    )

    @factory.post_generation
    def link(self, create, extracted, **kwargs):
        if create:
            new_link(self).save()


class AnnouncedEditionFactory(EditionFactory):
    """An edition that the public may know: one of its invitations was in force, and is no more."""

    class Meta:
        skip_postgeneration_save = True

    @factory.post_generation
    def announced(self, create, extracted, **kwargs):
        withdrawn = {"status": "withdrawn", "withdrawn_at": dt.datetime(2027, 2, 2, tzinfo=dt.UTC)}
        InvitationFactory(edition=self, **withdrawn, **kwargs)


class LetterFactory(RowFactory):
    class Meta:
        model = Letter

    invitation = factory.SubFactory(InvitationFactory)
    circular = factory.LazyAttribute(
        lambda o: (
            o.invitation.edition.circulars.first() or CircularFactory(edition=o.invitation.edition)
        )
    )
    kind = Letter.Kind.INVITATION
    language = "en"


class DeliveryFactory(RowFactory):
    """Queued; ``arrived=True`` for one that was handed over a month before the deadline."""

    class Meta:
        model = Delivery

    class Params:
        arrived = factory.Trait(
            state=Delivery.State.HANDED_OVER,
            handed_over_at=dt.datetime(2027, 2, 1, 9, tzinfo=dt.UTC),
        )

    letter = factory.SubFactory(LetterFactory)
    address = factory.Sequence("office{}@example.org".format)


class ReplyFactory(RowFactory):
    class Meta:
        model = Reply

    invitation = factory.SubFactory(InvitationFactory)
    answer = "in_person"
    status = "standing"
