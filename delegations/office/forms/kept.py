"""A field of a form as HTML that is made once for all whose form asks, and says, the same there."""

from typing import Any

from crispy_forms.layout import LayoutObject
from crispy_forms.utils import render_field
from django import forms
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from delegations.lately import lately

# Stands in what is kept for the words of a visitor, which never come into it: between signs that no
# page has.
OPENED = "\ue000{}\ue001"
WORDS = OPENED.format("words")
CHOSEN = (forms.widgets.ChoiceWidget, forms.CheckboxInput)


class Kept(LayoutObject):
    """The field of that name, of a form that holds nothing typed."""

    def __init__(self, name: str) -> None:
        self.fields = [name]

    def render(self, form: Any, context: Any, **named: Any) -> SafeString:
        (name,) = self.fields
        bound = form[name]
        if bound.is_hidden:
            return render_field(name, form, context, **named)
        said, widget = bound.value(), bound.field.widget
        words = "" if isinstance(widget, CHOSEN) else widget.format_value(said) or ""
        bound.initial = WORDS if words else said
        asked = (type(form), form.asked_alike, get_language(), name, repr(bound.initial))
        try:
            html = lately(asked, lambda: render_field(name, form, context, **named))
        finally:
            bound.initial = said
        return mark_safe(html.replace(WORDS, escape(words)))  # noqa: S308 -- rendered and escaped


def keep(part: LayoutObject) -> None:
    """Keep each of the fields in the layout."""
    part.fields = [Kept(inner) if isinstance(inner, str) else inner for inner in part.fields]
    for inner in part.fields:
        if not isinstance(inner, Kept):
            keep(inner)
