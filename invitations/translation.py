"""Texts that exist in each of the six languages: one column each."""

from modeltranslation.translator import TranslationOptions, register

from invitations.models import Circular, ForumEdition, MemberState, Rank, SessionHours


@register(ForumEdition)
class ForumEditionTexts(TranslationOptions):
    fields = (
        "name",
        "name_in_full",
        "theme",
        "city",
        "place",
        "organization",
        "secretariat",
        "postal_address",
        "organizers",
        "background",
        "track_name",
        "own_segments",
        "time_zone_name",
        "contact_honorific",
        "contact_name",
    )
    required_languages = {"en": ("name", "place", "time_zone_name", "contact_name")}


@register(Circular)
class CircularTexts(TranslationOptions):
    fields = (
        "place",
        "signatory_honorific",
        "signatory_name",
        "signatory_title",
        "second_signatory_name",
        "second_signatory_title",
        "service",
        "addressed_to",
        "changes",
    )
    required_languages = {"en": ("place", "signatory_name", "signatory_title")}


@register(MemberState)
class MemberStateTexts(TranslationOptions):
    fields = ("short_name", "formal_name")
    required_languages = {"en": ("short_name",)}
    # A formal name in another language is no name on paper: the short one is.
    fallback_languages = {"default": ("en",)}


@register(Rank)
class RankTexts(TranslationOptions):
    fields = ("name",)


@register(SessionHours)
class SessionHoursTexts(TranslationOptions):
    fields = ("title",)
