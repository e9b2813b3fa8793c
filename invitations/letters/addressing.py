"""Formal addresses: courtesy, name and State, on the envelope, in the salutation and in notes."""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from string import Template
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from invitations.letters.channels import gets_original
from invitations.letters.released import (
    besides_ministers,
    form_on_file,
    mission_emails,
)
from invitations.models import (
    HIGHEST,
    THE_MISSION,
    UNNAMED,
    Circular,
    FormOfAddress,
    Gender,
    Language,
    Letter,
    MemberState,
    Minister,
    Mission,
    ReminderStep,
    Style,
    Term,
)
from invitations.text.mission_names import mission_in_geneva

GENEVA = {"Geneva", "Genève", "Ginebra", "Женева", "日内瓦", "جنيف"}
VATICAN = "VAT"
# The Pope and cardinals stand for the Holy See, not for the Vatican City State.
OF_THE_HOLY_SEE = (Style.HOLINESS, Style.EMINENCE)
# Their missions bear other names than the State's.
NAMED_OTHERWISE = {VATICAN}


# A function from language, form, gender and State to the form, if it was read with others.
Forms = Callable[..., FormOfAddress | None] | None


class FormalAddress(NamedTuple):
    """The forms by which a letter in one language addresses one person."""

    name: str
    lines: list[str]
    salutation: str
    closing: str
    styled: str = ""
    government: str = ""
    state: str = ""


def formal_address(
    minister: Minister,
    language: str,
    *,
    on: dt.date | None = None,
    listed: bool = False,
) -> FormalAddress:
    """Return the addressee's block, the salutation and the closing, by the forms of address.

    The State's name, that of the day ``on``, stands alone on the last line. A pre-nominal replaces
    the title, and a function that says it again lets it fall away; in Chinese, title and courtesy
    follow the name, and State and function stand before it. In Russian the block stands in the
    dative, unless the person is only ``listed``. The minister's fields "as printed" win over the
    table; where the name stands in none but these, no opening says it. Raise ValidationError for
    the highest ranks where no form is sure to fit, and where a dative lacks.
    """
    state_key = minister.member_state_id
    form = form_on_file(language, **minister.addressed_by, state=state_key)
    refuse_doubtful_form(form, minister, language)
    title = titled(form.title, minister.prenominal)
    name, function = minister.name_in(language), minister.portfolio_in(language)
    styled = minister.name_as_printed or styled_name(
        language, minister.honorific or form.courtesy, unrepeated(title, function), name
    )
    state = state_on_paper(minister.member_state, form, on)
    family_name = minister.family_name_in(language) or name
    block = [styled, function]
    if language == Language.RUSSIAN and not listed:
        block = address_in_dative(minister, form)
    lines = [line for line in (*block, state) if line]
    words = {"title": title, "name": name, "family_name": family_name}
    said = form if name or not prints_name(form) else nameless_form(language)
    return FormalAddress(
        name=styled,
        lines=lines[::-1] if language == Language.CHINESE else lines,
        salutation=minister.salutation_as_printed or Template(said.salutation).substitute(words),
        closing=minister.closing_as_printed or Template(said.closing).substitute(words),
        styled=form.styled,
        government=form.government,
        state=state,
    )


def prints_name(form: FormOfAddress) -> bool:
    said = Template(f"{form.salutation} {form.closing}").get_identifiers()
    return not {"name", "family_name"}.isdisjoint(said)


def nameless_form(language: str) -> FormOfAddress:
    return form_on_file(language, UNNAMED, Gender.UNKNOWN)


def state_on_paper(state: MemberState, form: FormOfAddress, on: dt.date | None) -> str:
    """Return the State's name of that day; above the Pope's or a cardinal's, the Holy See."""
    if state.iso3 == VATICAN and form.style in OF_THE_HOLY_SEE:
        return term_in(form.language, "holy_see")
    return state.name_on_paper(form.language, on)


def is_styled(minister: Minister, language: str, forms: Forms = None) -> bool:
    """Whether letters speak of the person in the third person: to a crown, the Pope, a cardinal.

    Refuse where words as printed stand for a form that does not fit: as what the text would speak
    of the person, nobody has said.
    """
    form, state = own_form(minister, language, forms), minister.member_state
    if form.style and not form.fits(state):
        refuse_doubtful_form(form, minister, language)
        raise ValidationError(
            _(
                "The text for crowns needs a form of address in %(language)s that fits (%(rank)s, "
                "%(state)s): add one for the State, or choose another text on the circular."
            ),
            params={"rank": minister.rank, "state": state, "language": Language(language).label},
        )
    return bool(form.style)


def has_style(minister: Minister, language: str, forms: Forms = None) -> bool:
    """Whether the person is a Majesty, a Highness or another of whom letters may so speak."""
    return bool(own_form(minister, language, forms).style)


def own_form(minister: Minister, language: str, forms: Forms) -> FormOfAddress:
    by, state = minister.addressed_by, minister.member_state_id
    read = forms(language, **by, state=state) if forms else None
    return read or form_on_file(language, **by, state=state)


def collective_address(circular: Circular, language: str) -> FormalAddress:
    """Return the address of all ministers alike, with the forms for a person without a name."""
    alike = circular.addressed_by
    form = form_on_file(language, alike["form"], alike["gender"])
    with translation.override(language):
        line = circular.addressed_to
    return FormalAddress(line, [line], form.salutation, form.closing)


def refuse_doubtful_form(form: FormOfAddress, minister: Minister, language: str) -> None:
    """Refuse to address one of the highest ranks by a form that is not sure to fit in the State."""
    state = minister.member_state
    if form.form not in HIGHEST or minister.is_printed_as_written or form.fits(state):
        return
    raise ValidationError(
        _(
            "No form of address in %(language)s is sure to fit (%(rank)s, %(gender)s, %(state)s): "
            "correct rank or gender, add a form for the State, or write name, opening and closing "
            "as printed on the person."
        ),
        params={
            "rank": minister.rank,
            "gender": Gender(minister.address_gender).label,
            "state": state,
            "language": Language(language).label,
        },
    )


def address_in_dative(minister: Minister, form: FormOfAddress) -> list[str]:
    """Return name and function as the address of a Russian letter has them.

    Refuse where one of them, or the courtesy, is not written in the dative: no ending is guessed.
    """
    has_courtesy = not minister.honorific and bool(form.courtesy_dative) == bool(form.courtesy)
    is_named = minister.name_as_printed or (has_courtesy and minister.name_in_dative)
    if (minister.name and not is_named) or (
        minister.portfolio and not minister.portfolio_in_dative
    ):
        raise ValidationError(
            _(
                "The address of a Russian letter stands in the dative: write name and portfolio in "
                "the dative on the person, and the name as printed where it has a courtesy of its "
                "own."
            )
        )
    function = minister.portfolio_in_dative
    title = unrepeated(titled(form.title_dative, minister.prenominal), function)
    styled = styled_name(form.language, form.courtesy_dative, title, minister.name_in_dative)
    return [minister.name_as_printed or styled, function]


def titled(title: str, prenominal: str) -> str:
    """Return the title, or the pre-nominal in its place after the same article: el Sr., el Dr."""
    article, _space, _noun = title.rpartition(" ")
    return f"{article} {prenominal}".strip() if prenominal else title


def unrepeated(title: str, function: str) -> str:
    """Return the title, unless the function beneath the name begins or ends with it.

    Such are King of Ruritania, Crown Prince and 比利时国王.
    """
    noun = re.escape(ARTICLE.sub("", title))
    is_said = bool(noun) and re.search(rf"^{noun}(?!\w)|{noun}$", function, re.IGNORECASE)
    return "" if is_said else title


ARTICLE = re.compile(r"^(?:le |la |l’|el )")


def styled_name(language: str, courtesy: str, title: str, name: str) -> str:
    if not name:
        return ""
    if language == Language.CHINESE:
        return f"{name}{title}{courtesy}"
    return " ".join(part for part in (courtesy, title, name) if part)


def other_form_of_address(letter: Letter, language: str) -> str:
    """Return the form of address of a mail that does not speak to the addressee; or none.

    Such are reminders that go to the mission, or to a focal point alone, and copies to an address
    that somebody typed. What the machine sends to a crown, or to whom the organization writes by
    signed original, speaks to whoever reads it there.
    """
    if letter.asks_for:
        focal_point = letter.invitation.focal_point_email.split()
        return UNNAMED if besides_ministers(letter.invitation, focal_point) else THE_MISSION
    goes_to_mission = letter.step and letter.step.audience == ReminderStep.Audience.MISSION
    if goes_to_mission and mission_emails(letter):
        return THE_MISSION
    if letter.variant == "copy":
        return UNNAMED
    if goes_to_mission and letter.invitation.focal_point_email.split():
        return UNNAMED
    if letter.traits.printed:
        return ""
    return (
        UNNAMED if gets_original(letter.invitation) or form_of_address_of(letter, language) else ""
    )


def form_of_address_of(letter: Letter, language: str) -> str:
    minister = letter.invitation.minister
    return form_on_file(language, **minister.addressed_by, state=minister.member_state_id).style


def short_greeting(mission: Mission, language: str) -> str:
    """Return the words by which the end of a note greets the post once more, by its kind."""
    return term_in(language, f"to_{mission.kind}")


def term_in(language: str, key: str) -> str:
    """Return the term; raise ValidationError if it is missing."""
    terms = Term.objects.filter(language=language, key=key)
    text = terms.values_list("text", flat=True).first()
    if text is None:
        raise ValidationError(
            _("Missing in %(language)s: the terms %(texts)s."),
            params={"language": Language(language).label, "texts": key},
        )
    return text


def propose_greetings(missions: Iterable[Mission]) -> int:
    """Write the greeting of each mission that has none, where it is certain; count them."""
    lacking = [one for one in missions if not one.greeted_as and proposed_greeting(one)]
    return sum(write_greeting(mission.pk) for mission in lacking)


@transaction.atomic
def write_greeting(pk: int) -> bool:
    """Write it under the mission's lock: what a person typed meanwhile stays as it is."""
    locked = Mission.objects.select_for_update(of=("self",), no_key=True)
    mission = locked.filter(pk=pk, greeted_as="").first()
    if mission is None or not (words := proposed_greeting(mission)):
        return False
    mission.greeted_as = words
    mission.save(update_fields=["greeted_as"])
    return True


def proposed_greeting(mission: Mission) -> str:
    """Return the greeting of a permanent mission in Geneva of one State; empty if in doubt."""
    states = list(mission.states.all())
    is_certain = mission.kind == Mission.Kind.MISSION and mission.city in GENEVA
    if not is_certain or len(states) != 1:
        return ""
    return greeting_in_geneva(states[0], mission.language)


def greeting_in_geneva(state: MemberState, language: str) -> str:
    """Return the greeting of the State's mission; empty if its grammar or name is in doubt."""
    name = getattr(state, f"formal_name_{language.replace('-', '_')}") or ""
    named_alike = state.status == MemberState.Status.MEMBER and state.iso3 not in NAMED_OTHERWISE
    return mission_in_geneva(name, language) if named_alike else ""
