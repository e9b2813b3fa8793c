"""Texts that exist in each of the six languages: one column each."""

from modeltranslation.translator import TranslationOptions, register

from delegations.models import HighLevelSession, Notice


@register(HighLevelSession)
class HighLevelSessionTexts(TranslationOptions):
    fields = ("title",)
    required_languages = {"en": ("title",)}


@register(Notice)
class NoticeTexts(TranslationOptions):
    fields = ("text",)
    required_languages = {"en": ("text",)}
