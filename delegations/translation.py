"""Texts that exist in each of the six languages: one column each."""

from modeltranslation.translator import TranslationOptions, register

from delegations.models import HighLevelSession


@register(HighLevelSession)
class HighLevelSessionTexts(TranslationOptions):
    fields = ("title",)
    required_languages = {"en": ("title",)}
