"""What an invented office says in a reply: the words that a form would bring."""

from typing import Any

from delegations.demonstration.people import invent_person, read_people
from invitations.models import ANSWERS_BRINGING, Answer, Channel, Invitation, Rank

# What an event of the data says besides the words of a reply.
PARTICULARS = ("share", "late", "channel", "summary", "mail", "bounce")


def words_of_answer(office: Invitation, said: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the words of the reply, whose answer is one offered; none if it is no reply."""
    if "answer" not in said:
        return {}
    words = {name: value for name, value in said.items() if name not in PARTICULARS}
    edition, language = office.edition, office.minister.language
    if words["answer"] not in [*edition.answers_offered, Answer.HOLDING]:
        words["answer"] = edition.answers_offered[number % len(edition.answers_offered)]
    if words["answer"] == Answer.REPRESENTED:
        words["substitute_name"] = invent_person(language, number + 7)["name"]
        words["substitute_function"] = read_people(language)["deputy"]
        words["substitute_rank"] = Rank.objects.filter(pk="VMIN").first()
    if words["answer"] in ANSWERS_BRINGING:
        words["segments"] = [*edition.segments][number % 2 : 3 + number % 3]
    if said.get("channel") == Channel.ONLINE:
        words |= respondent(office, number)
    return words


def respondent(office: Invitation, number: int) -> dict[str, str]:
    """Return who fills in the form: an assistant, whose address the desk may not know yet."""
    language = office.minister.language
    on_file = office.minister.to_emails.split()
    unknown = f"assistant{number}@example.org"
    return {
        "respondent_name": invent_person(language, number + 3)["name"],
        "respondent_function": read_people(language)["adviser"],
        "respondent_email": on_file[0] if on_file and number % 6 != 5 else unknown,
    }
