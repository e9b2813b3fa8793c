"""The preview of a text that is being written, for one minister; nothing of it is kept."""

import difflib
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple, cast

from csp.decorators import csp_replace
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Field, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin

from invitations.admin.confirming import refusal_sentence
from invitations.letters.checks.audience import styled_among
from invitations.models import (
    CROWN,
    ForumEdition,
    Invitation,
    Language,
    LetterKind,
    LetterTemplate,
)
from invitations.models.states import french_order
from invitations.outbox.specimens import render_specimen, send_test, specimen_of
from invitations.text.dates import comma_list, labelled
from invitations.text.lines import refuse_spoilt, refuse_spoilt_line, tidy_line, tidy_text
from invitations.text.placeholders import (
    PLACEHOLDER_MEANINGS,
    required_placeholders,
    usable_placeholders,
)

NAMED = ("kind", "variant", "language")
TYPED = ("subject", "paper", "mail")


class PreviewWords(NamedTuple):
    subject: str
    paper: str
    mail: str


class PreviewRefusal(NamedTuple):
    """A fault of a text: its field, the reason, and the words of its line."""

    field: str
    reason: str
    quoted: str


def in_our_frame(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let the desk's own pages show the answer in a frame."""
    policed: Any = csp_replace({"frame-ancestors": ["'self'"]})(view)
    return xframe_options_sameorigin(policed)


def template_from_form(data: QueryDict) -> LetterTemplate:
    """Return the text as the form has it, completed from the version on file."""
    pk = data.get("template", "")
    kept = LetterTemplate.objects.filter(pk=pk).first() if pk.isdecimal() else None
    named = {name: getattr(kept, name) if kept else data.get(name, "") for name in NAMED}
    typed = {name: data.get(name, getattr(kept, name, "")) for name in TYPED}
    template = LetterTemplate(**named, **typed, version=kept.version if kept else 1)
    for name, words in tidy_words(template)._asdict().items():
        setattr(template, name, words)
    return template


def tidy_words(template: LetterTemplate) -> PreviewWords:
    """Return the words as the form tidies them."""
    return PreviewWords(
        tidy_line(template.subject), tidy_text(template.paper), tidy_text(template.mail)
    )


def refuse_spoilt_words(template: LetterTemplate) -> None:
    """Refuse the words that the form would refuse."""
    faults = {}
    for name, refuse in (
        ("subject", refuse_spoilt_line),
        ("paper", refuse_spoilt),
        ("mail", refuse_spoilt),
    ):
        try:
            refuse(getattr(template, name))
        except ValidationError as refusal:
            faults[name] = refusal
    if faults:
        raise ValidationError(faults)


def template_refusals(template: LetterTemplate) -> list[PreviewRefusal]:
    """Return all that would be refused if the text were saved now."""
    said: dict[str, list[ValidationError]] = {}
    checks = (template.clean_fields, template.clean, partial(refuse_spoilt_words, template))
    for check in checks:
        try:
            check()
        except ValidationError as refusal:
            for field, faults in refusal.error_dict.items():
                said.setdefault(field, []).extend(faults)
    return [
        PreviewRefusal(field_label(field), refusal_sentence(fault), quoted)
        for field, faults in said.items()
        for fault in faults
        for quoted in [quoted_line(getattr(template, field), fault)]
    ]


def field_label(field: str) -> str:
    return str(cast("Field[Any, Any]", LetterTemplate._meta.get_field(field)).verbose_name)


def quoted_line(text: str, fault: ValidationError) -> str:
    number = (fault.params or {}).get("line")
    return text.splitlines()[number - 1] if number else ""


def invitations_to_preview() -> QuerySet[Invitation]:
    """Return the invitations of the current edition, in the French order of States."""
    return (
        Invitation.objects.filter(edition=ForumEdition.objects.current())
        .exclude(status=Invitation.Status.WITHDRAWN)
        .select_related("edition", "member_state", "minister__member_state", "minister__rank")
        .order_by(*french_order(), "-is_principal", "pk")
    )


def chosen_invitation(data: QueryDict, template: LetterTemplate) -> Invitation:
    """Return the invitation that the form names, or else the one that fits the text best."""
    pk = data.get("for", "")
    found = invitations_to_preview().filter(pk=pk).first() if pk.isdecimal() else None
    found = found or fitting_invitation(template)
    if found is None:
        raise ValidationError(
            _("There is no invitation yet: draft one in the current edition, for the preview.")
        )
    return found


def fitting_invitation(template: LetterTemplate) -> Invitation | None:
    """Return the first invitation of a crown for a text to crowns, and of a minister for another.

    Among them, one whose minister reads the language.
    """
    shown = list(invitations_to_preview())
    crowns = {minister.pk for minister in styled_among([one.minister for one in shown])}
    to_crowns = template.variant == CROWN

    def unlike(one: Invitation) -> tuple[bool, bool]:
        is_crown = one.minister_id in crowns
        return is_crown != to_crowns, one.minister.language != template.language

    return min(shown, key=unlike, default=None)


def render_preview(request: HttpRequest) -> HttpResponse:
    """Show the text of the form as PDF or as mail; or say what is wrong with it."""
    template = template_from_form(request.POST)
    if wrong := template_refusals(template):
        return specimen_page(request, {"refusals": wrong}, status=422)
    on_paper = request.POST.get("show") != "mail"
    try:
        letter = specimen_of(template, chosen_invitation(request.POST, template))
        specimen = render_specimen(letter, template, paper=on_paper)
    except ValidationError as refusal:
        return specimen_page(request, {"refused": refusal_sentence(refusal)}, status=422)
    if specimen.pdf:
        return HttpResponse(specimen.pdf, content_type="application/pdf")
    info = get_language_info(template.language)
    mail = {"lang": template.language, "dir": "rtl" if info["bidi"] else "ltr"}
    words = {"no_paper": on_paper, "letter": letter, "specimen": specimen, **mail}
    return specimen_page(request, words)


def send_preview(request: HttpRequest, user: User) -> tuple[bool, HttpResponse]:
    """Send the text of the form to the user; return whether the mail server took it."""
    template = template_from_form(request.POST)
    if wrong := template_refusals(template):
        return False, specimen_page(request, {"refusals": wrong}, status=422)
    try:
        letter = specimen_of(template, chosen_invitation(request.POST, template))
        send_test(letter, user, template)
    except ValidationError as refusal:
        return False, specimen_page(request, {"refused": refusal_sentence(refusal)}, status=422)
    return True, specimen_page(request, {"sent_to": user.email})


def specimen_page(request: HttpRequest, words: dict[str, Any], status: int = 200) -> HttpResponse:
    return TemplateResponse(request, "admin/letters/template_specimen.html", words, status=status)


def editor_panel(template: LetterTemplate | None) -> dict[str, Any]:
    """Return what the editor shows beside the text: ministers and placeholders."""
    return {
        "ministers": [
            (one.pk, labelled(one.member_state.listed_as, one.minister), one.minister)
            for one in invitations_to_preview()
        ],
        "placeholders": placeholder_rows(template),
        "has_paper": not template
        or "paper" in required_placeholders(template.kind, template.variant),
    }


def placeholder_rows(template: LetterTemplate | None) -> list[dict[str, Any]]:
    """Return the placeholders of this letter; without a kind yet, all, each with its kinds."""
    if template:
        names, needed = (
            usable_placeholders(template.kind, template.variant),
            texts_that_need_them(template),
        )
        return [
            {"name": name, "meaning": meaning, "needed": needed.get(name, "")}
            for name, meaning in PLACEHOLDER_MEANINGS.items()
            if name in names
        ]
    return [
        {"name": name, "meaning": meaning, "kinds": kinds_with(name)}
        for name, meaning in PLACEHOLDER_MEANINGS.items()
    ]


def texts_that_need_them(template: LetterTemplate) -> dict[str, str]:
    """Return the names of the texts in which each placeholder has to stand."""
    needed: dict[str, list[str]] = {}
    for field, names in required_placeholders(template.kind, template.variant).items():
        for name in names:
            needed.setdefault(name, []).append(field_label(field))
    return {name: comma_list(fields) for name, fields in needed.items()}


def kinds_with(name: str) -> list[str]:
    return [kind for kind in LetterKind.values if name in usable_placeholders(kind)]


def versions_and_languages(template: LetterTemplate) -> dict[str, Any]:
    """Return a text's versions, newest first, and its newest version in each language."""
    texts = list(
        LetterTemplate.objects.filter(kind=template.kind, variant=template.variant)
        .select_related("written_by", "reviewed_by", "first_approver", "second_approver")
        .order_by("-version")
    )
    newest = {text.language: text for text in reversed(texts)}
    return {
        "versions": version_rows([text for text in texts if text.language == template.language]),
        "languages": [
            (code, field_label, newest.get(code)) for code, field_label in Language.choices
        ],
    }


def version_rows(texts: list[LetterTemplate]) -> list[dict[str, Any]]:
    """Return one text's versions, newest first, with their changes and whether they are in use."""
    in_use = next((text for text in texts if text.is_usable), None)
    before = [*texts[1:], None]
    return [
        {"text": text, "in_use": text == in_use, "changes": changed_lines(earlier, text)}
        for text, earlier in zip(texts, before, strict=True)
    ]


def changed_lines(earlier: LetterTemplate | None, text: LetterTemplate) -> list[tuple[str, str]]:
    """Return the lines that went and those that came, each with its sign."""
    if earlier is None:
        return []
    compared = difflib.ndiff(whole_text(earlier).splitlines(), whole_text(text).splitlines())
    return [(line[0], line[2:]) for line in compared if line[0] in "+-"]


def whole_text(text: LetterTemplate) -> str:
    return "\n\n".join(filter(None, [text.subject, text.paper, text.mail]))
