"""Answers as offices give them."""

from invitations.models import Rank


def all_said():
    """Something in each field that an office fills."""
    return {
        "answer": "represented",
        "substitute_name": "Fritz von Tarlenheim",
        "substitute_function": "Colonel",
        "substitute_rank": Rank(code="MIN", name_en="Minister", name="Minister"),
        "segments": ["opening", "prizes"],
        "partnership_interest": True,
        "respondent_name": "Colonel Sapt",
        "respondent_function": "Chief of Cabinet",
        "respondent_email": "sapt@example.org",
        "respondent_phone": "+41 22 555 01 00",
        "remarks": "By the evening train.",
    }
