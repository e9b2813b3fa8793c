"""“Replace these letters…” on the lists of letters and invitations."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from invitations.admin.base import ModelAdmin, user_of
from invitations.admin.confirming import (
    MOST_REFUSED,
    confirmation_page,
    report_more_refused,
    submitted,
    too_many,
)
from invitations.admin.corrections.reasons import reason_brought
from invitations.forms.circular import SIGNED
from invitations.forms.corrections import ReplacementForm
from invitations.models import Circular, Invitation
from invitations.outbox.corrections.replacing import (
    Replaceable,
    begin_replacement,
    languages_of_replacements,
    replace_letters,
    replaceable,
)
from invitations.text.dates import keep_own_order, labelled

MAY_REPLACE = ["invitations.add_circular", "invitations.change_letter"]


class ReplacingMixin(ModelAdmin):
    """A list whose rows lead to invitations of which the letters can be replaced."""

    def invitations_of(self, queryset: QuerySet[Any]) -> QuerySet[Invitation]:
        raise NotImplementedError

    def rows_of(self, queryset: QuerySet[Any], found: Replaceable) -> QuerySet[Any]:
        raise NotImplementedError

    def has_replace_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(MAY_REPLACE)

    @action(description=gettext_lazy("Replace these letters…"), permissions=["replace"])
    def replace_letters(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Ask why and by which circular; what is chosen here is the whole audience."""
        if too_many(request, queryset.count()):
            return None
        found = replaceable(self.invitations_of(queryset))
        if not self._can_be_replaced(request, found):
            return None
        [edition] = {invitation.edition for invitation in found.letters}
        form = ReplacementForm(
            submitted(request),
            edition=edition,
            languages=languages_of_replacements(found.letters),
            initial={"reason": reason_brought(request, (one.minister_id for one in found.letters))},
        )
        if form.is_valid() and (circular := self._replaced(request, found, form)):
            return redirect("admin:invitations_circular_progress", circular.pk)
        return self._ask_about(request, self.rows_of(queryset, found), found, form)

    def _can_be_replaced(self, request: HttpRequest, found: Replaceable) -> bool:
        """Say what cannot be replaced, before anything is asked."""
        for invitation, reason in list(found.refused.items())[:MOST_REFUSED]:
            messages.warning(request, labelled(invitation, reason))
        report_more_refused(request, len(found.refused) - MOST_REFUSED)
        if not (found.letters or found.refused):
            told = _(
                "No letter of thanks is replaced: nobody is invited by it. If one that has left is "
                "wrong, write to its office by hand."
            )
            messages.error(request, told)
        if len({invitation.edition_id for invitation in found.letters}) > 1:
            messages.error(request, _("Choose letters of one edition: a circular belongs to one."))
            return False
        return bool(found.letters)

    def _replaced(
        self, request: HttpRequest, found: Replaceable, form: ReplacementForm
    ) -> Circular | None:
        by, said = user_of(request), form.cleaned_data
        [replaced, *_others] = [letter.circular for letter in found.letters.values()]
        chosen = Invitation.objects.filter(pk__in=[one.pk for one in found.letters])
        reason, links = said["reason"], said["new_links"]
        named = {name: said[name] for name in ("reference", "dated_on", *SIGNED)}
        try:
            with transaction.atomic():
                circular: Circular = said.get("circular") or begin_replacement(
                    replaced, by, reason, changes=form.changes, **named
                )
                number = replace_letters(circular, chosen, by, reason, new_links=links)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
            return None
        messages.success(request, describe_composing(circular, number))
        return circular

    def _ask_about(
        self, request: HttpRequest, rows: QuerySet[Any], found: Replaceable, form: ReplacementForm
    ) -> HttpResponse:
        addressees = {one.pk: letter.addressee for one, letter in found.letters.items()}
        return confirmation_page(
            self,
            request,
            rows,
            form,
            action="replace_letters",
            title=_("Replace letters"),
            explanation=_(
                "These offices, and no others, get a letter that cancels and replaces the one they "
                "have. Replies already given stay valid. A second person approves each letter."
            ),
            describe=lambda row: keep_own_order(addressees.get(invitation_key(row), "")),
        )


def invitation_key(row: Any) -> int:
    key: int = row.pk if isinstance(row, Invitation) else row.invitation_id
    return key


def replacing_url(keys: Iterable[int]) -> str:
    """Return the page that asks about the replacement of these invitations' letters."""
    query = urlencode([("of", key) for key in keys])
    return f"{reverse('admin:invitations_invitation_replace')}?{query}"


def describe_composing(circular: Circular, number: int) -> str:
    """Say when the replacements are composed: letters name the last day to reply."""
    told = (
        ngettext(
            "%(count)s replacement is composed now; a second person approves it.",
            "%(count)s replacements are composed now; a second person approves them.",
            number,
        )
        if circular.edition.has_last_day
        else ngettext(
            "%(count)s replacement waits: it is composed once there is a last day to reply.",
            "%(count)s replacements wait: they are composed once there is a last day to reply.",
            number,
        )
    )
    return told % {"count": number}
