"""A form that nobody has filled in, as HTML that is made once for all who are asked the same."""

import uuid
from typing import Any, NamedTuple

from crispy_forms.layout import Layout
from crispy_forms.utils import render_crispy_form
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from delegations.forms.base import OfficeForm
from delegations.lately import lately
from invitations.models import Invitation


class Blank(NamedTuple):
    """Stands for such a form in a template."""

    html: SafeString
    errors: tuple[()] = ()


def blank(form_class: type[OfficeForm], of: Invitation, **hidden: Any) -> Blank:
    """Return the form with a key of its own; the inputs that are not hidden come from memory."""
    hidden = {"invitation": of.pk, "form_key": uuid.uuid4()} | hidden
    own = format_html_join(
        "", '<input type="hidden" name="{0}" value="{1}" id="id_{0}">', hidden.items()
    )
    asked = (form_class, of.edition_id, get_language())
    return Blank(format_html("{}{}", own, lately(asked, lambda: visible(form_class(of=of)))))


def visible(form: OfficeForm) -> SafeString:
    hidden = {bound.name for bound in form.hidden_fields()}
    form.helper.layout = Layout(*(part for part in form.laid_out().fields if part not in hidden))
    return render_crispy_form(form)
