"""List actions that ask before they act, act row by row, and say what was done."""

import functools
from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from invitations.admin.base import ModelAdmin, back_to, user_of
from invitations.forms.action_forms import SureForm
from invitations.text.dates import labelled, running_text

# The confirmation page posts a field for each row, and Django takes at most 1000 fields.
LARGEST_SELECTION = 500
# A sentence for each would fill the page that comes next.
MOST_REFUSED = 10


def as_chosen(queryset: QuerySet[Any]) -> Any:
    return queryset


def confirmed(  # noqa: PLR0913 -- what a page of confirmation needs
    *,
    form: type[forms.Form] = SureForm,
    initial: Callable[[QuerySet[Any]], dict[str, Any]] = lambda queryset: {},
    rows: Callable[[QuerySet[Any]], Any] = as_chosen,
    describe: Callable[[Any, Any], Any] = lambda page, row: "",
    why_not: Callable[[Any], str] | None = None,
    why_not_by: Callable[[Any, User], str] | None = None,
    **words: Any,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Show a page of confirmation before the action, and pass the form's values as keywords.

    The page lists ``rows(queryset)``, and its form begins with ``initial(queryset)``;
    ``describe(page, row)`` says more about a row; ``words`` are those of ``confirmation_page``.
    Rows with which it would be refused anyway are told, by ``why_not(row)`` or by
    ``why_not_by(row, user)``, and not asked about.
    """

    def decorator(act: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(act)
        def action(page: ModelAdmin, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
            shown = rows(queryset)
            if too_many(request, shown.count()):
                return None
            refuses = why_not
            if why_not_by:
                refuses = functools.partial(refused_to, user_of(request), why_not, why_not_by)
            if refuses and submitted(request) is None:
                shown = those_that_can(request, shown, refuses)
                if not shown:
                    return None
            filled = form(submitted(request), initial=initial(queryset))
            if filled.is_valid():
                report_missing_rows(request, shown)
                return act(page, request, queryset, **filled.cleaned_data)
            return confirmation_page(
                page,
                request,
                shown,
                filled,
                action=act.__name__,
                describe=functools.partial(describe, page),
                **words,
            )

        return action

    return decorator


def refused_to(
    user: User,
    why_not: Callable[[Any], str] | None,
    why_not_by: Callable[[Any, User], str],
    row: Any,
) -> str:
    return (why_not(row) if why_not else "") or why_not_by(row, user)


def row_by_row(
    *, done: Any, rows: Callable[[QuerySet[Any]], Any] = as_chosen
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Turn a function of one row into a list action; ``done`` is the sentence with the count."""

    def decorator(act: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(act)
        def action(
            page: ModelAdmin, request: HttpRequest, queryset: QuerySet[Any], **typed: Any
        ) -> None:
            number = act_on_each(
                request, rows(queryset), lambda row: act(page, request, row, **typed)
            )
            report_done(request, done, number)

        return action

    return decorator


def act_on_each(request: HttpRequest, rows: Iterable[Model], act: Callable[[Any], Any]) -> int:
    """Act on each row and return the count; show a refusal under the name of its row."""
    done = 0
    for row in rows:
        try:
            act(row)
        except ValidationError as refusal:
            messages.error(request, labelled(row, refusal_sentence(refusal)))
        else:
            done += 1
    return done


def report_refused(request: HttpRequest, rows: Iterable[Model], refused: dict[int, str]) -> None:
    """Show why these rows, by their keys, were refused, each under the name of its row."""
    for row in rows:
        if reason := refused.get(row.pk):
            messages.error(request, labelled(row, reason))


def those_that_can(request: HttpRequest, rows: Any, why_not: Callable[[Any], str]) -> Any:
    """Return the rows with which the action can succeed; say of the others why it cannot."""
    refused = {row: reason for row in rows if (reason := why_not(row))}
    if not refused:
        return rows
    for row, reason in list(refused.items())[:MOST_REFUSED]:
        messages.warning(request, labelled(row, reason))
    report_more_refused(request, len(refused) - MOST_REFUSED)
    return rows.exclude(pk__in=[row.pk for row in refused])


def report_more_refused(request: HttpRequest, more: int) -> None:
    if more > 0:
        told = ngettext(
            "%(count)s more row is left out.", "%(count)s more rows are left out.", more
        )
        messages.warning(request, told % {"count": more})


def report_done(request: HttpRequest, done: Any, count: int, **words: Any) -> None:
    """Say how many rows were done; if none was, the refusals say enough."""
    if count:
        messages.success(request, done % {"count": count, **words})


def refusal_sentence(refusal: ValidationError) -> str:
    return running_text(refusal.messages)


def submitted(request: HttpRequest) -> QueryDict | None:
    """Return the answer from the confirmation page; None before the page was shown."""
    return request.POST if "answered" in request.POST else None


def too_many(request: HttpRequest, number: int) -> bool:
    """Refuse more rows than may be chosen, before the page of confirmation and after it."""
    if number <= LARGEST_SELECTION:
        return False
    told = _("Choose at most %(count)s rows at a time.") % {"count": LARGEST_SELECTION}
    messages.error(request, told)
    return True


def report_missing_rows(request: HttpRequest, rows: QuerySet[Any]) -> None:
    """Say how many rows of the page of confirmation the list does not have any more."""
    found = {str(pk) for pk in rows.values_list("pk", flat=True)}
    if gone := len(set(request.POST.getlist("_selected_action")) - found):
        told = ngettext(
            "%(count)s row is not there any more.", "%(count)s rows are not there any more.", gone
        )
        messages.warning(request, told % {"count": gone})


def confirmation_page(
    model_admin: ModelAdmin,
    request: HttpRequest,
    rows: QuerySet[Any],
    form: forms.Form,
    *,
    describe: Callable[[Any], Any] = lambda row: "",
    **words: Any,
) -> HttpResponse:
    """Show the rows and the form before an action acts.

    ``words`` are its ``title``, ``explanation`` and, where the title does not say it, ``button``;
    ``action`` names the method, ``describe`` says more about a row.
    """
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "media": model_admin.media + form.media,
        "form": form,
        "rows": [(row.pk, row, describe(row)) for row in rows],
        "button": words["title"],
        "back": back_to(request),
        **words,
    }
    return TemplateResponse(request, "admin/confirm.html", context)
