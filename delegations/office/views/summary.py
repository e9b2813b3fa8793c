"""The summary of a reply that is not recorded yet, at an address of its own."""

from typing import Any, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from delegations.office.access import office_required
from delegations.office.drafts import keep_draft, read_draft
from delegations.office.forms.answer import SUBSTITUTE, ReplyForm
from delegations.office.on_file import OnFile, read_on_file
from delegations.office.page import is_staff_looking, page_context
from delegations.office.parts import OfficePart, office_parts, parts_put_aside
from delegations.office.reconfirmation import mark_of_dates
from delegations.office.refusals import no_longer_valid_page_with_typed, reason_replies_are_closed
from invitations.models import ANSWERS_BRINGING, ANSWERS_SPEAKING, Answer, Invitation, Reply
from invitations.outbox.date_change.reconfirmations import StaleDates
from invitations.replies import StaleReply, reply_in_draft


def show_summary(request: HttpRequest, invitation: Invitation, form: ReplyForm) -> HttpResponse:
    """Lead to the summary; what was typed is kept for it."""
    form_key = form.cleaned_data["form_key"]
    keep_draft(invitation, form_key, request.POST, form.fields)
    return redirect("office:summary", invitation.pk, form_key)


@require_safe
@office_required()
def reply_summary(request: HttpRequest, invitation: Invitation, form_key: UUID) -> HttpResponse:
    """Show what would be recorded; once it is, who comes back finds what was recorded."""
    draft = None if is_staff_looking(request) else read_draft(invitation, form_key)
    if draft is None:
        return without_draft(request, invitation, form_key)
    if not invitation.edition.is_open_to_offices(timezone.now()):
        reason = reason_replies_are_closed(invitation.edition)
        return no_longer_valid_page_with_typed(request, invitation, reason, typed_before=draft)
    form = ReplyForm(draft, of=invitation)
    if not form.is_valid():
        return redirect("office:change", invitation.pk)
    return summary_page(request, invitation, form)


def without_draft(request: HttpRequest, invitation: Invitation, form_key: UUID) -> HttpResponse:
    """Lead to what was recorded by this form; else tell that its words are gone.

    Another reply on file is not to be taken for the one that was typed here.
    """
    if is_staff_looking(request) or invitation.replies.filter(form_key=form_key).exists():
        return redirect("office:recorded", invitation.pk)
    return render(request, "office/not_kept.html", page_context(request, invitation), status=404)


def summary_page(
    request: HttpRequest, invitation: Invitation, form: ReplyForm, status: int = 200
) -> HttpResponse:
    """Show what would be recorded; record nothing yet."""
    filed, language = read_on_file(invitation), translation.get_language()
    fields, beside = reply_in_draft(invitation, form.words).recorded_fields(language), []
    words = [(label, said) for _field, label, said in fields]
    standing, seen = filed.standing, form.seen_by_office
    if standing and seen is not None and seen != str(standing.pk):
        beside = differing_answers(standing.recorded_points(language), words)
        form = marked_again(form, "seen", str(standing.pk), StaleReply())
    dates = mark_of_dates(invitation)
    if form.dates_seen not in (None, dates):
        form = marked_again(form, "dates", dates, StaleDates())
    shown = page_context(
        request,
        invitation,
        form=form,
        parts=parts_at_summary(filed),
        lines=[(field_id(field, form), label, said) for field, label, said in fields],
        fallen=fallen_points(form, words, earlier_words(filed), language),
        standing=standing,
        put_aside=parts_put_aside(filed, *answers_with(filed, form.words["answer"])),
        follows_another=form.words["answer"] in ANSWERS_SPEAKING and not filed.is_for_state,
        beside=beside,
        nothing_saved=_("This reply has not been recorded"),
    )
    return render(request, "office/summary.html", shown, status=status)


def parts_at_summary(filed: OnFile) -> list[OfficePart]:
    """Return what the office is asked for; an answer that is chosen is not told to be missing."""
    answered, *others = office_parts(filed)
    if not filed.replies:
        answered = answered._replace(state=_("chosen, not yet recorded"))
    return [answered, *others]


def marked_again(form: ReplyForm, name: str, mark: str, reason: ValidationError) -> ReplyForm:
    """Return the form with the mark of what stands now, and the reason why nothing is recorded."""
    data = cast("QueryDict", form.data).copy()
    data[name] = mark
    again = ReplyForm(data, of=form.of)
    for earlier in form.non_field_errors():
        again.add_error(None, earlier)
    again.add_error(None, reason)
    return again


def answers_with(filed: OnFile, answer: str) -> tuple[set[str], set[str]]:
    """Return the answers of all ministers of the State, and its own ones, once this one stands.

    One that is to follow replaces none.
    """
    if answer == Answer.HOLDING:
        return filed.answers, filed.of_state
    return filed.of_others | {answer}, {answer} if filed.is_for_state else filed.of_state


def field_id(field: str, form: ReplyForm) -> str:
    """Return the id under which the form has the field, or the first of its choices made."""
    if field not in ("answer", "segments"):
        return f"id_{field}"
    return str(next(one.id_for_label for one in form[field] if one.data["selected"]))


def fallen_points(
    form: ReplyForm, kept: list[tuple[str, str]], earlier: dict[str, Any], language: str
) -> list[tuple[str, str]]:
    """Return label and words of what was typed for another answer than the chosen one.

    What came back of an ``earlier`` reply fell away with the one that is on file.
    """
    typed = {name: said for name, said in form.typed_words.items() if said != earlier.get(name)}
    points = Reply(invitation=form.of, **typed).recorded_points(language)
    return [point for point in points if point not in kept]


def earlier_words(filed: OnFile) -> dict[str, Any]:
    """Return what an earlier reply said and the answer on file leaves no room for."""
    if filed.standing is None:
        return {}
    said: dict[str, Any] = {}
    replaced = [reply for reply in filed.replies if reply.status == Reply.Status.SUPERSEDED]
    for names, answers in ((SUBSTITUTE, [Answer.REPRESENTED]), (("segments",), ANSWERS_BRINGING)):
        saying = (reply for reply in replaced if getattr(reply, names[0]))
        if filed.standing.answer not in answers and (earlier := next(saying, None)):
            said |= {name: getattr(earlier, name) for name in names}
    return said


def differing_answers(
    standing: list[tuple[str, str]], typed: list[tuple[str, str]]
) -> list[tuple[str, str, str]]:
    """Return label, words on file and words typed of each point in which two replies differ."""
    ours, theirs = dict(standing), dict(typed)
    pairs = [(label, ours.get(label, ""), theirs.get(label, "")) for label in {**ours, **theirs}]
    return [(label, stands, said) for label, stands, said in pairs if stands != said]
