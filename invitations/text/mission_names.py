"""How a State's formal name follows the word for its mission, where grammar leaves no doubt."""

import re

from invitations.text.scripts import language_by_script

# Nouns before which, or before whose adjective, English puts an article.
WITH_ARTICLE = re.compile(
    r"\b(Republic|Kingdom|State|States|Federation|Confederation|Commonwealth|Principality"
    r"|Sultanate|Duchy|Emirates|Union)\b"
)
# The first nouns of formal names, by what joins them to a mission. Other names are not guessed.
JOINED: dict[str, dict[str, tuple[str, ...]]] = {
    "fr": {
        "de la ": ("République", "Principauté", "Confédération", "Fédération"),
        "de l’": ("État", "Union"),
        "du ": ("Royaume", "Grand-Duché", "Sultanat", "Commonwealth"),
        "des ": ("États", "Émirats"),
    },
    "es": {
        "de la ": ("República", "Confederación", "Federación", "Unión"),
        "del ": ("Reino", "Estado", "Principado", "Gran", "Sultanato", "Commonwealth"),
        "de los ": ("Estados", "Emiratos"),
    },
}
# A mission of one State in Geneva, as it is greeted there.
IN_GENEVA: dict[str, str] = {
    "ar": ("إلى البعثة الدائمة {state} لدى مكتب الأمم المتحدة والمنظمات الدولية الأخرى في جنيف"),
    "zh-hans": "{state}常驻联合国日内瓦办事处和瑞士其他国际组织代表团",
    "en": (
        "to the Permanent Mission of {state} to the United Nations Office and other international "
        "organizations in Geneva"
    ),
    "fr": (
        "à la Mission permanente {state} auprès de l’Office des Nations Unies et des autres "
        "organisations internationales à Genève"
    ),
    "es": (
        "a la Misión Permanente {state} ante la Oficina de las Naciones Unidas y otros organismos "
        "internacionales en Ginebra"
    ),
}

# How greetings of posts begin, where the script does not tell the language.
BEGINNINGS = {"en": ("to ",), "es": ("a ", "al "), "fr": ("à ", "au ", "aux ")}


def is_greeting_in(language: str, greeting: str) -> bool:
    """Whether a post is greeted in the language, by the script and the first word."""
    by_script = language_by_script(greeting)
    begins = BEGINNINGS.get(language, ())
    return by_script == language if by_script else greeting.casefold().startswith(begins)


def mission_in_geneva(name: str, language: str) -> str:
    """Return the greeting of the mission in Geneva of a State of that name; empty if in doubt."""
    joined = joined_name(name.replace("'", "’"), language)
    return IN_GENEVA[language].format(state=joined) if joined else ""


def joined_name(name: str, language: str) -> str:
    """Return the formal name as it follows the word for a mission; empty if that is in doubt."""
    if language == "zh-hans":
        return name
    if language == "en":
        return f"the {name}" if WITH_ARTICLE.search(name) else ""
    if language == "ar":
        return with_lam(name)
    first = name.split(" ")[0]
    joints = JOINED.get(language, {}).items()
    return next((joint + name for joint, nouns in joints if first in nouns), "")


def with_lam(name: str) -> str:
    """Return the Arabic name after the preposition لـ, which takes the alif of the article."""
    if not name:
        return ""
    if name.startswith("الل"):
        return f"لل{name[3:]}"
    return f"لل{name[2:]}" if name.startswith("ال") else f"ل{name}"
