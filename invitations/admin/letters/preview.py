"""A text that is being written, as it would look for one minister. Nothing of it is kept."""

import difflib
from functools import partial
from typing import Any, NamedTuple, cast

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Field, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from invitations.admin.confirming import refusal_sentence
from invitations.models import ForumEdition, Invitation, Language, LetterKind, LetterTemplate
from invitations.outbox.specimens import render_specimen, send_specimen, specimen_of
from invitations.text.dates import comma_list, labelled
from invitations.text.lines import refuse_spoilt, refuse_spoilt_line, tidy_line, tidy_text
from invitations.text.placeholders import (
    PLACEHOLDER_MEANINGS,
    required_placeholders,
    usable_placeholders,
)

NAMED = ("kind", "variant", "language")
TYPED = ("subject", "paper", "mail")


class Words(NamedTuple):
    subject: str
    paper: str
    mail: str


class Refusal(NamedTuple):
    """What is wrong with a text: in which field, why, and the words of that line."""

    field: str
    because: str
    quoted: str


def unsaved(data: QueryDict) -> LetterTemplate:
    """The text as the form has it; what the form does not hold is that of the kept version."""
    pk = data.get("template", "")
    kept = LetterTemplate.objects.filter(pk=pk).first() if pk.isdecimal() else None
    named = {name: getattr(kept, name) if kept else data.get(name, "") for name in NAMED}
    typed = {name: data.get(name, getattr(kept, name, "")) for name in TYPED}
    template = LetterTemplate(**named, **typed, version=kept.version if kept else 1)
    for name, words in tidy(template)._asdict().items():
        setattr(template, name, words)
    return template


def tidy(template: LetterTemplate) -> Words:
    """The words as the form tidies them."""
    return Words(tidy_line(template.subject), tidy_text(template.paper), tidy_text(template.mail))


def refuse_spoilt_words(template: LetterTemplate) -> None:
    """Refuse what the form would refuse."""
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


def refusals(template: LetterTemplate) -> list[Refusal]:
    """All that would be refused on saving, as it stands."""
    said: dict[str, list[ValidationError]] = {}
    checks = (template.clean_fields, template.clean, partial(refuse_spoilt_words, template))
    for check in checks:
        try:
            check()
        except ValidationError as refusal:
            for field, faults in refusal.error_dict.items():
                said.setdefault(field, []).extend(faults)
    return [
        Refusal(label(field), refusal_sentence(fault), quoted)
        for field, faults in said.items()
        for fault in faults
        for quoted in [line_of(getattr(template, field), fault)]
    ]


def label(field: str) -> str:
    return str(cast("Field[Any, Any]", LetterTemplate._meta.get_field(field)).verbose_name)


def line_of(text: str, fault: ValidationError) -> str:
    number = (fault.params or {}).get("line")
    return text.splitlines()[number - 1] if number else ""


def previewed() -> QuerySet[Invitation]:
    """The invitations of the current edition, in the French order of States."""
    return (
        Invitation.objects.filter(edition=ForumEdition.objects.current())
        .exclude(status=Invitation.Status.WITHDRAWN)
        .select_related("edition", "member_state", "minister__member_state", "minister__rank")
        .order_by("member_state__sort_key_fr", "-is_principal", "pk")
    )


def chosen(data: QueryDict, language: str) -> Invitation:
    """The invitation that the form names, or one of a minister who reads the language."""
    pk = data.get("for", "")
    found = previewed().filter(pk=pk).first() if pk.isdecimal() else None
    found = found or previewed().filter(minister__language=language).first() or previewed().first()
    if found is None:
        raise ValidationError(
            _("There is no invitation yet: draft one in the current edition, for the preview.")
        )
    return found


def show(request: HttpRequest) -> HttpResponse:
    """Show the text in the form on paper, as PDF, or in the mail; or say what is wrong with it."""
    template = unsaved(request.POST)
    if wrong := refusals(template):
        return page(request, {"refusals": wrong}, status=422)
    on_paper = request.POST.get("show") != "mail"
    try:
        letter = specimen_of(template, chosen(request.POST, template.language))
        specimen = render_specimen(letter, template, paper=on_paper)
    except ValidationError as refusal:
        return page(request, {"refused": refusal_sentence(refusal)}, status=422)
    if specimen.pdf:
        return HttpResponse(specimen.pdf, content_type="application/pdf")
    info = get_language_info(template.language)
    mail = {"lang": template.language, "dir": "rtl" if info["bidi"] else "ltr"}
    words = {"no_paper": on_paper, "letter": letter, "specimen": specimen, **mail}
    return page(request, words)


def send(request: HttpRequest, user: User) -> tuple[bool, HttpResponse]:
    """Send the text in the form to oneself; say whether the mail server took it."""
    template = unsaved(request.POST)
    if wrong := refusals(template):
        return False, page(request, {"refusals": wrong}, status=422)
    try:
        letter = specimen_of(template, chosen(request.POST, template.language))
        send_specimen(letter, user.email, template)
    except ValidationError as refusal:
        return False, page(request, {"refused": refusal_sentence(refusal)}, status=422)
    return True, page(request, {"sent_to": user.email})


def page(request: HttpRequest, words: dict[str, Any], status: int = 200) -> HttpResponse:
    return TemplateResponse(request, "admin/letters/template_specimen.html", words, status=status)


def panel(template: LetterTemplate | None) -> dict[str, Any]:
    """What stands beside the editor: the ministers to choose from, and the placeholders."""
    return {
        "ministers": [
            (one.pk, labelled(one.member_state.listed_as, one.minister), one.minister)
            for one in previewed()
        ],
        "placeholders": placeholders(template),
        "has_paper": not template
        or "paper" in required_placeholders(template.kind, template.variant),
    }


def placeholders(template: LetterTemplate | None) -> list[dict[str, Any]]:
    """The placeholders that this letter may use; without a kind yet, all, each with its kinds."""
    if template:
        names, needed = usable_placeholders(template.kind, template.variant), needed_by(template)
        return [
            {"name": name, "meaning": meaning, "needed": needed.get(name, "")}
            for name, meaning in PLACEHOLDER_MEANINGS.items()
            if name in names
        ]
    return [
        {"name": name, "meaning": meaning, "kinds": kinds_with(name)}
        for name, meaning in PLACEHOLDER_MEANINGS.items()
    ]


def needed_by(template: LetterTemplate) -> dict[str, str]:
    """In which of the texts each placeholder has to stand."""
    needed: dict[str, list[str]] = {}
    for field, names in required_placeholders(template.kind, template.variant).items():
        for name in names:
            needed.setdefault(name, []).append(label(field))
    return {name: comma_list(fields) for name, fields in needed.items()}


def kinds_with(name: str) -> list[str]:
    return [kind for kind in LetterKind.values if name in usable_placeholders(kind)]


def siblings(template: LetterTemplate) -> dict[str, Any]:
    """The versions of a text, the newest first, and its newest version in each language."""
    texts = list(
        LetterTemplate.objects.filter(kind=template.kind, variant=template.variant)
        .select_related("written_by", "reviewed_by", "first_approver", "second_approver")
        .order_by("-version")
    )
    newest = {text.language: text for text in reversed(texts)}
    return {
        "versions": versions([text for text in texts if text.language == template.language]),
        "languages": [(code, label, newest.get(code)) for code, label in Language.choices],
    }


def versions(texts: list[LetterTemplate]) -> list[dict[str, Any]]:
    """Versions of one text, the newest first: each with what it changed, and whether it is used."""
    in_use = next((text for text in texts if text.is_usable), None)
    before = [*texts[1:], None]
    return [
        {"text": text, "in_use": text == in_use, "changes": changes(earlier, text)}
        for text, earlier in zip(texts, before, strict=True)
    ]


def changes(earlier: LetterTemplate | None, text: LetterTemplate) -> list[tuple[str, str]]:
    """The lines that went and those that came, each with its sign."""
    if earlier is None:
        return []
    compared = difflib.ndiff(whole(earlier).splitlines(), whole(text).splitlines())
    return [(line[0], line[2:]) for line in compared if line[0] in "+-"]


def whole(text: LetterTemplate) -> str:
    return "\n\n".join(filter(None, [text.subject, text.paper, text.mail]))
